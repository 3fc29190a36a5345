//! Pages of posts, damaged anywhere: cut down or parsed whole, they yield the same.
#![no_main]

use forumsift::{
    engine::Engines,
    extract::{ExtractOptions, extract_cut, extract_whole},
    model::Page,
};
use libfuzzer_sys::fuzz_target;

const PAGES: [(&str, &str, &str); 5] = [
    ("discuz", "http://a.example/thread-1-1-1.html", include_str!("../../tests/pages/discuz-thread.html")),
    ("phpbb", "http://a.example/viewtopic.php?t=1", include_str!("../../tests/pages/phpbb-thread.html")),
    ("smf", "http://a.example/index.php?topic=1.0", include_str!("../../tests/pages/smf-thread.html")),
    ("mybb", "http://a.example/showthread.php?tid=1", include_str!("../../tests/pages/mybb-thread.html")),
    ("fluxbb", "http://a.example/viewtopic.php?id=1", include_str!("../../tests/pages/fluxbb-thread.html")),
];

// The first byte picks a page; then, over and over: two bytes for a place, one for how much goes, one for how much of what follows
// stands there instead.
fuzz_target!(|data: &[u8]| {
    let Some((first, mut rest)) = data.split_first() else { return };
    let (engine, url, page) = PAGES[usize::from(*first) % PAGES.len()];
    let mut bytes = page.as_bytes().to_vec();
    while let [high, low, goes, comes, more @ ..] = rest {
        let start = (usize::from(*high) << 8 | usize::from(*low)) % (bytes.len() + 1);
        let end = (start + usize::from(*goes)).min(bytes.len());
        let (comes, more) = more.split_at(usize::from(*comes).min(more.len()));
        bytes.splice(start..end, comes.iter().copied());
        rest = more;
    }
    let text = String::from_utf8_lossy(&bytes);
    let Ok(url) = url::Url::parse(url) else { return };
    let page = Page::new(url, Vec::new(), jiff::Timestamp::UNIX_EPOCH);
    let options = ExtractOptions { html: true, markdown: true, crawled: false };
    let Some(profile) = Engines::builtin().get(engine) else { return };
    if let Some(cut) = extract_cut(&page, &text, &profile, &options) {
        assert_eq!(format!("{cut:#?}"), format!("{:#?}", extract_whole(&page, &text, &profile, &options)));
    }
});
