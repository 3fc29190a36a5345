//! Whether a page broke off before its end.

use memchr::memrchr_iter;

/// How far from the end the closing tags of a whole page stand: counters and advertisements may follow them.
const TAIL: usize = 16 * 1024;

/// Whether a page broke off: it ends within a tag, or it never closes itself and what it had opened.
///
/// Pages that people wrote by hand leave out end tags; so a page without them alone is whole.
pub(super) fn is_truncated(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut start = bytes.len().saturating_sub(TAIL);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    // Mostly it is the last tag.
    let closes = |at: usize| {
        let begins = |tag: &[u8]| bytes[at..].get(..tag.len()).is_some_and(|own| own.eq_ignore_ascii_case(tag));
        begins(b"</html") || begins(b"</body")
    };
    if memrchr_iter(b'<', &bytes[start..]).any(|at| closes(start + at)) {
        return false;
    }
    let tail = &text[start..];
    if let Some(open) = tail.rfind('<')
        && !tail[open..].contains('>')
        && tail[open + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
    {
        return true;
    }
    let opened = memchr::memmem::find(bytes, b"<body").or_else(|| memchr::memmem::find(bytes, b"<BODY")).is_some();
    opened && ["div", "table", "ul", "section", "article"].iter().any(|name| is_open(text, name))
}

/// Whether more elements of a name were opened than closed.
fn is_open(text: &str, name: &str) -> bool {
    let count = |what: String| {
        let upper = what.to_ascii_uppercase();
        let count = |what: &str| memchr::memmem::find_iter(text.as_bytes(), what).count();
        count(&what) + count(&upper)
    };
    // `<table` also counts what only begins so; nothing in HTML does.
    count(format!("<{name}")) > count(format!("</{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_broke_off() {
        let check = |text: &str, expected: bool| assert_eq!(is_truncated(text), expected, "{text}");
        check("<html><body><div>a</div></body></html>", false);
        check("<html><body><p>a<p>b", false);
        check("<html><body><div>a", true);
        check("<html><body><p>a</p><a hre", true);
        check("<html><body><p>1 < 2", false);
        check("<BODY><TABLE><TR><TD>x", true);
    }
}
