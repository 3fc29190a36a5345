//! Pages that are built by scripts carry their posts for readers without scripts in `noscript`.

use std::borrow::Cow;

/// The page as a reader without scripts gets it, where that holds much markup.
pub(in crate::extract) fn unscripted(text: &str) -> Cow<'_, str> {
    const LEAST: usize = 1500;
    let mut rest = text;
    let mut longest = 0;
    while let Some(start) = find(rest, "<noscript") {
        let inner = &rest[start + 9..];
        let end = find(inner, "</noscript").unwrap_or(inner.len());
        longest = longest.max(if inner[..end].contains("<p") || inner[..end].contains("<div") { end } else { 0 });
        rest = &inner[end..];
    }
    if longest < LEAST {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("<noscript", "<div").replace("</noscript", "</div"))
}

fn find(text: &str, what: &str) -> Option<usize> {
    memchr::memmem::find(text.as_bytes(), what.as_bytes())
}
