//! Where tags, comments and raw text end, as the tokenizer of the HTML standard finds it.

use std::ops::Range;

use memchr::memchr;

/// An attribute, as written.
#[derive(Clone, Debug)]
pub(in crate::extract) struct Attribute {
    pub(in crate::extract) name: Range<usize>,
    pub(in crate::extract) value: Range<usize>,
}

/// What bytes are in a tag, as bits.
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut at = 0;
    while at < SPACES.len() {
        kinds[SPACES[at] as usize] = SPACE | ENDS_NAME;
        at += 1;
    }
    kinds[b'/' as usize] = ENDS_NAME;
    kinds[b'>' as usize] = ENDS_NAME | CLOSES;
    kinds[b'=' as usize] = EQUALS;
    kinds
};
const SPACES: &[u8] = b"\t\n\r\x0c ";
const SPACE: u8 = 1;
const ENDS_NAME: u8 = 1 << 1;
const CLOSES: u8 = 1 << 2;
const EQUALS: u8 = 1 << 3;

#[inline]
fn is(byte: u8, kinds: u8) -> bool {
    KINDS[usize::from(byte)] & kinds != 0
}

/// Where the next `<` stands: mostly right here, where one tag follows another.
#[inline]
pub(in crate::extract) fn next_angle(bytes: &[u8]) -> Option<usize> {
    match bytes.first() {
        Some(b'<') => Some(0),
        _ => memchr(b'<', bytes),
    }
}

/// Where the name that begins at a place ends.
#[inline]
pub(in crate::extract) fn name_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    at + rest.iter().position(|byte| is(*byte, ENDS_NAME)).unwrap_or(rest.len())
}

/// Reads the attributes of a tag from the end of its name on. Gives what follows the tag, and whether it closes itself; `None`
/// where the page ends first.
#[inline]
pub(in crate::extract) fn attributes(
    bytes: &[u8],
    mut at: usize,
    mut each: impl FnMut(Attribute),
) -> Option<(usize, bool)> {
    loop {
        match *bytes.get(at)? {
            b'>' => return Some((at + 1, bytes[at - 1] == b'/')),
            b'/' => at += 1,
            byte if is(byte, SPACE) => at += 1,
            _ => {
                let start = at;
                // An equals sign at the start is part of the name.
                at += 1;
                while !is(*bytes.get(at)?, ENDS_NAME | EQUALS) {
                    at += 1;
                }
                let name = start..at;
                while is(*bytes.get(at)?, SPACE) {
                    at += 1;
                }
                let mut value = at..at;
                if bytes[at] == b'=' {
                    at += 1;
                    while is(*bytes.get(at)?, SPACE) {
                        at += 1;
                    }
                    match bytes[at] {
                        quote @ (b'"' | b'\'') => {
                            let length = memchr(quote, &bytes[at + 1..])?;
                            value = at + 1..at + 1 + length;
                            at = value.end + 1;
                        }
                        // A value that is missing, or one without quotes, in which a slash is a letter like any other.
                        _ => {
                            let start = at;
                            while !is(*bytes.get(at)?, SPACE | CLOSES) {
                                at += 1;
                            }
                            value = start..at;
                            if bytes[at] == b'>' {
                                each(Attribute { name, value });
                                return Some((at + 1, false));
                            }
                        }
                    }
                }
                each(Attribute { name, value });
            }
        }
    }
}

/// What follows the comment that begins at a place (`<!--`); `None` where it does not end.
pub(in crate::extract) fn comment_end(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = &bytes[start + 4..];
    if rest.starts_with(b">") {
        return Some(start + 5);
    }
    if rest.starts_with(b"->") {
        return Some(start + 6);
    }
    let mut from = start + 4;
    loop {
        let end = from + memchr(b'>', &bytes[from..])?;
        let inside = &bytes[start + 4..end];
        if inside.ends_with(b"--") || inside.ends_with(b"--!") {
            return Some(end + 1);
        }
        from = end + 1;
    }
}

/// What follows a declaration, an instruction, or anything else that ends at the next `>`.
pub(in crate::extract) fn angle_end(bytes: &[u8], start: usize) -> Option<usize> {
    Some(start + memchr(b'>', &bytes[start..])? + 1)
}

/// The end tag of an element that holds raw text from a place on, and what follows it; `None` where it does not end, or not
/// plainly.
pub(in crate::extract) fn raw_end(bytes: &[u8], start: usize, name: &[u8]) -> Option<(usize, usize)> {
    let (mut from, mut comment) = (start, None);
    loop {
        let tag = from + memchr(b'<', &bytes[from..])?;
        from = tag + 1;
        match *bytes.get(from)? {
            b'/' => {}
            b'!' if comment.is_none() && bytes[from..].starts_with(b"!--") => {
                comment = Some(tag);
                continue;
            }
            _ => continue,
        }
        let after = tag + 2 + name.len();
        if bytes.get(tag + 2..after)?.eq_ignore_ascii_case(name) && is(*bytes.get(after)?, ENDS_NAME) {
            // Within `<!--` a script may hold another one, whose end is not its own.
            let comment = comment.filter(|_| name.eq_ignore_ascii_case(b"script"));
            let inner = comment.map_or(&[][..], |comment| &bytes[comment..tag]);
            if inner.windows(7).any(|word| word.eq_ignore_ascii_case(b"<script")) {
                return None;
            }
            return attributes(bytes, after, |_| {}).map(|(end, _)| (tag, end));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_as_the_tokenizer_reads_them() {
        let check = |tag: &str, expected: &[(&str, &str)], rest: &str, closes: bool| {
            let mut all = Vec::new();
            let read = attributes(tag.as_bytes(), name_end(tag.as_bytes(), 1), |attribute| {
                all.push((&tag[attribute.name], &tag[attribute.value]));
            });
            assert_eq!(all, expected, "{tag}");
            assert_eq!(read.map(|(end, closes)| (&tag[end..], closes)), Some((rest, closes)), "{tag}");
        };
        check("<a>b", &[], "b", false);
        check("<a b=c d='e>' f=\"g\"h>i", &[("b", "c"), ("d", "e>"), ("f", "g"), ("h", "")], "i", false);
        check("<a b = c/>d", &[("b", "c/")], "d", false);
        check("<a b/>d", &[("b", "")], "d", true);
        check("<a/b =\n'c'/ >d", &[("b", "c")], "d", false);
        check("<a =b=c x=>d", &[("=b", "c"), ("x", "")], "d", false);
    }

    #[test]
    fn what_does_not_end() {
        for text in ["<a", "<a b", "<a b=", "<a b='c>", "<a b=c"] {
            assert!(attributes(text.as_bytes(), 2, |_| {}).is_none(), "{text}");
        }
    }

    #[test]
    fn comments() {
        let check = |text: &str, rest: Option<&str>| {
            assert_eq!(comment_end(text.as_bytes(), 0).map(|end| &text[end..]), rest, "{text}");
        };
        check("<!-- a -->b", Some("b"));
        check("<!-->b", Some("b"));
        check("<!--->b", Some("b"));
        check("<!---->b", Some("b"));
        check("<!-- a -- b --!>c", Some("c"));
        check("<!-- a --->b", Some("b"));
        check("<!-- a ->b", None);
    }

    #[test]
    fn raw_text() {
        let check = |text: &str, rest: Option<&str>| {
            assert_eq!(raw_end(text.as_bytes(), 0, b"script").map(|(_, end)| &text[end..]), rest, "{text}");
        };
        check("a</b></scripts></SCRIPT >c", Some("c"));
        check("a<!-- <script></script> --></script>", None);
        check("<!-- a //--></script>b", Some("b"));
        check("a", None);
    }
}
