//! The page as its profile wants it parsed: what stands in places that a parser passes over, and that a reader sees.

use std::borrow::Cow;

use memchr::memmem;

use super::generic;
use crate::engine::Profile;

/// The text of a page, laid out as the profile says.
pub(super) fn prepared<'t>(text: &'t str, profile: &Profile) -> Cow<'t, str> {
    match (profile.structure, profile.page.noscript, profile.page.commented) {
        (true, ..) => generic::prepared(text),
        (_, true, _) => without_noscript(text),
        (_, _, true) => uncommented(text),
        _ => Cow::Borrowed(text),
    }
}

/// A page whose `noscript` elements are ordinary ones: to a reader without script they are.
fn without_noscript(text: &str) -> Cow<'_, str> {
    let (mut out, mut from) = (String::new(), 0);
    for at in memmem::find_iter(text.as_bytes(), b"noscript") {
        let name = match &text[..at] {
            before if before.ends_with('<') => "div data-noscript",
            before if before.ends_with("</") => "div",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(name);
        from = at + "noscript".len();
    }
    match from {
        0 => Cow::Borrowed(text),
        _ => Cow::Owned(out + &text[from..]),
    }
}

/// A page in which the content of a `code` element that is one comment is markup: a script would lay it out.
fn uncommented(text: &str) -> Cow<'_, str> {
    let (mut out, mut from) = (String::new(), 0);
    for at in memmem::find_iter(text.as_bytes(), b"<code") {
        let Some(inner) = text.get(at.max(from)..).filter(|_| at >= from).and_then(comment_of) else { continue };
        out.push_str(&text[from..at]);
        out.push_str("<div>");
        out.push_str(inner.content);
        out.push_str("</div>");
        from = at + inner.length;
    }
    match from {
        0 => Cow::Borrowed(text),
        _ => Cow::Owned(out + &text[from..]),
    }
}

/// What a `code` element that begins the text has as its only comment, and how long the whole element is.
struct Commented<'t> {
    content: &'t str,
    length: usize,
}

fn comment_of(text: &str) -> Option<Commented<'_>> {
    let (_, behind_tag) = text.split_once('>')?;
    let (content, behind) = behind_tag.trim_start().strip_prefix("<!--")?.split_once("-->")?;
    let rest = behind.trim_start().strip_prefix("</code>")?;
    Some(Commented { content, length: text.len() - rest.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_that_fills_a_code_element_is_markup() {
        for (text, expected) in [
            ("a<code id=x><!-- <p>b</p> --></code>c", "a<div> <p>b</p> </div>c"),
            ("<code>\n<!--1--> </code><code><!--2--></code>", "<div>1</div><div>2</div>"),
            ("<code>let a = 1; <!-- no --></code>", "<code>let a = 1; <!-- no --></code>"),
            ("<code><!-- a --> b</code>", "<code><!-- a --> b</code>"),
            ("<code><!-- never closed", "<code><!-- never closed"),
            ("<code><!--<code>1</code>--></code>2", "<div><code>1</code></div>2"),
        ] {
            assert_eq!(uncommented(text), expected, "{text}");
        }
    }

    #[test]
    fn noscript_is_an_ordinary_element() {
        assert_eq!(without_noscript("<noscript a>b</noscript> noscript"), "<div data-noscript a>b</div> noscript");
    }
}
