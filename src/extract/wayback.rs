//! Pages out of the Wayback Machine: its toolbar and scripts taken out, and the original address put back into every link.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

static PREFIX: LazyLock<Option<Regex>> = LazyLock::new(|| {
    // Scheme and host are missing where the page's own markup was rewritten.
    Regex::new(r"(?:https?:)?(?://web\.archive\.org)?/web/\d{4,14}(?:[a-z]{2}_)?/((?:https?:)?//|mailto:|javascript:)")
        .ok()
});

/// What stands between two comments, the comments included.
const INSERTED: [(&str, &str); 3] = [
    ("<!-- BEGIN WAYBACK TOOLBAR INSERT -->", "<!-- END WAYBACK TOOLBAR INSERT -->"),
    ("<script src=\"//archive.org/includes/", "<!-- End Wayback Rewrite JS Include -->"),
    ("<script type=\"text/javascript\" src=\"/_static/js/", "<!-- End Wayback Rewrite JS Include -->"),
];

/// How far from the start tag of the body the toolbar begins, at most: attributes and scripts may stand before it.
const BEGINNING: usize = 16 * 1024;

/// How far from the end its comment stands, which is appended to the page.
const TAIL: usize = 16 * 1024;

/// The original address and markup of a wrapped page; `None` where it is not wrapped.
pub(super) fn unwrapped(url: &Url, text: &str) -> Option<(Url, String)> {
    let original = original_address(url);
    let bytes = text.as_bytes();
    let marked = memchr::memmem::find(&bytes[bytes.len().saturating_sub(TAIL)..], b"FILE ARCHIVED ON").is_some()
        || has_toolbar(bytes);
    if original.is_none() && !marked {
        return None;
    }
    let mut plain = text.to_owned();
    for (start, end) in INSERTED {
        if let Some(from) = plain.find(start)
            && let Some(length) = plain[from..].find(end)
        {
            plain.replace_range(from..from + length + end.len(), "");
        }
    }
    if let Some(prefix) = PREFIX.as_ref() {
        plain = prefix.replace_all(&plain, "$1").into_owned();
    }
    let address = original.unwrap_or_else(|| url.clone());
    Some((address, plain))
}

/// Whether the toolbar stands in a page: right at the beginning of its body, where that begins as most do.
fn has_toolbar(bytes: &[u8]) -> bool {
    let beginning = match memchr::memmem::find(bytes, b"<body") {
        Some(body) => &bytes[body..bytes.len().min(body + BEGINNING)],
        None => bytes,
    };
    memchr::memmem::find(beginning, b"WAYBACK TOOLBAR").is_some()
}

/// The address that a page was archived from.
fn original_address(url: &Url) -> Option<Url> {
    if url.host_str() != Some("web.archive.org") {
        return None;
    }
    let rest = url.as_str().split_once("/web/")?.1;
    let (stamp, original) = rest.split_once('/')?;
    if !stamp.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    // A path has no two slashes in a row once it went through some tools.
    let original = match original.split_once(":/") {
        Some((scheme @ ("http" | "https"), host)) => format!("{scheme}://{}", host.trim_start_matches('/')),
        _ => format!("http://{original}"),
    };
    Url::parse(&original).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_page_is_unwrapped() {
        let check = |url: &str, text: &str, expected: Option<(&str, &str)>| {
            let found = unwrapped(&Url::parse(url).unwrap(), text);
            assert_eq!(found.as_ref().map(|(url, text)| (url.as_str(), text.as_str())), expected, "{url}");
        };
        check("http://forum.example/t/1", "<a href=/web/20100101000000/x>", None);
        check(
            "https://web.archive.org/web/20110716032517/http://forum.example/t/1?page=2",
            "<a href=\"/web/20110716032517/http://forum.example/u/5\"><img src=\"https://web.archive.org/web/20110716032517im_/http://a.example/b.png\">",
            Some((
                "http://forum.example/t/1?page=2",
                "<a href=\"http://forum.example/u/5\"><img src=\"http://a.example/b.png\">",
            )),
        );
        check(
            "http://forum.example/t/1",
            "<p>a<!-- BEGIN WAYBACK TOOLBAR INSERT --><div>bar</div><!-- END WAYBACK TOOLBAR INSERT -->b",
            Some(("http://forum.example/t/1", "<p>ab")),
        );
    }
}
