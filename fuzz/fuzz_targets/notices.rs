//! Any text: what is taken out of it stands verbatim in the notices, a second time there is nothing to take, and nothing panics.
#![no_main]

use forumsift::normalize::notice::{Lines, NoticeContext, Notices};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let notices = Notices::builtin();
    for engine in [None, Some("discuz"), Some("Invision Community"), Some("PTT")] {
        let mut ctx = NoticeContext { engine, ..NoticeContext::default() };
        ctx.dates.now = "2024-11-07T15:00:00Z".parse().ok();
        let _ = notices.read(&text, &ctx);
        let _ = notices.read_quote_header(&text, &ctx);
        for lines in [Lines::None, Lines::Bracketed, Lines::Any, Lines::Glued] {
            let taken = notices.take(&text, &[], lines, &ctx);
            assert!(text.contains(&taken.rest));
            for (verbatim, _) in &taken.notices {
                assert!(text.contains(verbatim.as_str()));
            }
        }
    }
});
