//! Any text, any context: dates are read or not, and nothing panics.
#![no_main]

use forumsift::{
    model::Zone,
    normalize::date::{DateContext, find_date, read_attribute, read_clock, read_date},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let zone = Zone::parse("Asia/Kuala_Lumpur").ok();
    let languages = [None, Some("de"), Some("zh-Hant"), Some("fa"), Some("th"), Some("vi")];
    for language in languages {
        let ctx = DateContext { language, zone: zone.as_ref(), now: "2024-11-07T15:00:00Z".parse().ok(), ..DateContext::default() };
        for reading in [read_date(&text, &ctx), read_attribute(&text, &ctx)].into_iter().flatten() {
            let _ = (reading.to_iso(None), reading.to_iso(zone.as_ref()), reading.other_iso(None), reading.instant(zone.as_ref()));
        }
        if let Some((range, _)) = find_date(&text, &ctx) {
            assert!(text.get(range).is_some());
        }
        let _ = read_clock(&[text.clone().into_owned()], ctx.now, &ctx);
    }
});
