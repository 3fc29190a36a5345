//! Any text: what is taken out of it stands verbatim in the notices, a second time there is nothing to take, and nothing panics.
#![no_main]

use forumsift::normalize::{
    date::{DateContext, OrderBelief},
    notice::{Lines, NoticeContext, Notices, edit_of, notice_line},
};
use libfuzzer_sys::fuzz_target;

/// The text without white space and marks that have no width.
fn solid(text: &str) -> String {
    let nothing = |c: char| {
        c.is_whitespace()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars().filter(|&c| !nothing(c)).collect()
}

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let notices = Notices::builtin();
    let _ = notice_line(&text);
    for (engine, language) in [
        (None, None),
        (Some("discuz"), Some("zh-Hans")),
        (Some("Invision Community"), Some("en")),
        (Some("PTT"), None),
        (Some("phpBB"), Some("he")),
        (Some("Vanilla"), Some("th")),
    ] {
        let dates = DateContext {
            language,
            engine,
            order: OrderBelief::default(),
            now: "2024-11-07T15:00:00Z".parse().ok(),
            ..DateContext::default()
        };
        let ctx = NoticeContext { engine, language, dates, own_words: false };
        let _ = notices.read(&text, &ctx);
        let _ = notices.read_quote_header(&text, &ctx);
        for lines in [Lines::None, Lines::Bracketed, Lines::Any, Lines::Glued] {
            let taken = notices.take(&text, &[], lines, &ctx);
            assert_eq!(&text[taken.kept.clone()], taken.rest);
            let all: Vec<&str> = taken.notices.iter().map(|(verbatim, _)| verbatim.as_str()).collect();
            let whole = solid(&text);
            assert!(
                (0..=all.len()).any(|first| {
                    let (head, tail) = all.split_at(first);
                    solid(&format!("{}{}{}", head.concat(), taken.rest, tail.concat())) == whole
                }),
                "{taken:?}"
            );
            let edit = edit_of(&taken.notices, None);
            assert_eq!(edit.is_some(), !all.is_empty());
            if engine.is_none() {
                let again = notices.take(&taken.rest, &[], lines, &ctx);
                assert!(again.notices.is_empty(), "{lines:?}: {taken:?} left {again:?}");
            }
        }
    }
});
