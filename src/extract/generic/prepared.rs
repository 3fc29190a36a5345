//! What is made of a page before it is parsed: the posts that it carries in `noscript` for readers without scripts come out, and
//! in a page that was saved as XML what closes itself is closed.

use std::{borrow::Cow, sync::LazyLock};

use memchr::memmem;
use regex::Regex;

/// The page as it is to be parsed.
pub(in crate::extract) fn prepared(text: &str) -> Cow<'_, str> {
    match unscripted(text) {
        Cow::Borrowed(text) => self_closed(text),
        Cow::Owned(text) => match self_closed(&text) {
            Cow::Borrowed(_) => Cow::Owned(text),
            Cow::Owned(closed) => Cow::Owned(closed),
        },
    }
}

/// Elements that hold nothing in HTML.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

static SELF_CLOSED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"<([A-Za-z][A-Za-z0-9]*)((?:\s+[^\s=>/"']+(?:="[^"]*")?)*)\s*/>"#).ok());

/// In a page that was saved as XML `<i class="icon"/>` is a whole element; in HTML it would hold all that follows.
fn self_closed(text: &str) -> Cow<'_, str> {
    let count = |what: &str| memmem::find_iter(text.as_bytes(), what.as_bytes()).count();
    // Whoever writes HTML leaves the slash out of some; what writes XML out of none.
    if count("<br>") + count("<BR") + count("<hr>") > 0
        || count("<br/>") + count("<meta ") == 0
        || text.contains("<meta charset=\"utf-8\">")
    {
        return Cow::Borrowed(text);
    }
    let Some(pattern) = SELF_CLOSED.as_ref() else { return Cow::Borrowed(text) };
    pattern.replace_all(text, |found: &regex::Captures<'_>| {
        let name = found[1].to_ascii_lowercase();
        match VOID.contains(&name.as_str()) {
            true => found[0].to_owned(),
            false => format!("<{}{}></{}>", &found[1], &found[2], &found[1]),
        }
    })
}

/// The page as a reader without scripts gets it, where that holds much markup.
fn unscripted(text: &str) -> Cow<'_, str> {
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
    memmem::find(text.as_bytes(), what.as_bytes())
}
