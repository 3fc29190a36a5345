//! Any text, any context: dates are read or not, what is found reads alone as the same date, and nothing panics.
#![no_main]

use forumsift::{
    model::{DateOrder, Zone},
    normalize::date::{DateContext, OrderBelief, find_date, read_attribute, read_clock, read_date},
};
use libfuzzer_sys::fuzz_target;

const LANGUAGES: [Option<&str>; 16] = [
    None,
    Some("de"),
    Some("zh-Hant"),
    Some("fa"),
    Some("th"),
    Some("vi"),
    Some("he"),
    Some("hu"),
    Some("ko"),
    Some("ja"),
    Some("ru"),
    Some("ar"),
    Some("fr"),
    Some("tr"),
    Some("eu"),
    Some("pl"),
];

fuzz_target!(|data: &[u8]| {
    let Some((&first, data)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(data);
    let zone = Zone::parse("Asia/Kuala_Lumpur").ok();
    let order = match first >> 6 {
        0 => OrderBelief::configured(DateOrder::Mdy),
        1 => OrderBelief::configured(DateOrder::Ymd),
        _ => OrderBelief::default(),
    };
    for language in [None, LANGUAGES[usize::from(first & 15)]] {
        let ctx = DateContext {
            language,
            order,
            zone: zone.as_ref(),
            now: "2024-11-07T15:00:00Z".parse().ok(),
            not_before: "2024-03-01".parse().ok().filter(|_| first & 16 != 0),
            ..DateContext::default()
        };
        for reading in [read_date(&text, &ctx), read_attribute(&text, &ctx)].into_iter().flatten() {
            let _ = (
                reading.to_iso(None),
                reading.to_iso(zone.as_ref()),
                reading.other_iso(None),
                reading.instant(zone.as_ref()),
            );
        }
        if let Some((range, reading)) = find_date(&text, &ctx) {
            let cut = &text[range];
            let alone = read_date(cut, &ctx);
            assert!(
                cut.len() > 120 || alone.as_ref().is_some_and(|alone| alone.date == reading.date),
                "{cut:?} {reading:?} {alone:?}"
            );
        }
        let _ = read_clock(&[text.clone().into_owned()], ctx.now, &ctx);
    }
});
