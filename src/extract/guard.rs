//! What makes a parser slow is taken out of a page before it is parsed: nesting deeper than any page of people has, and tags
//! with more attributes than any has.
//!
//! html5ever is quadratic in depth. Tags that would open an element below [`DEPTH`] are left out with the tags that close
//! them; their text stays.

mod attributes;

use std::{borrow::Cow, collections::HashMap};

use memchr::memchr;

pub(super) use attributes::ATTRIBUTES;

/// How deep elements may nest.
pub(super) const DEPTH: usize = 512;

/// The page, and whether elements were left out of it.
pub(super) fn capped(text: &str) -> (Cow<'_, str>, bool) {
    match attributes::capped(text) {
        Cow::Borrowed(text) => flattened(text),
        Cow::Owned(text) => {
            let (flat, cut) = flattened(&text);
            (Cow::Owned(flat.into_owned()), cut)
        }
    }
}

fn flattened(text: &str) -> (Cow<'_, str>, bool) {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0 };
    let mut open: Vec<u64> = Vec::new();
    let mut dropped: Vec<std::ops::Range<usize>> = Vec::new();
    // Tags left out, by name, that were not closed yet: what closes another element closes them all.
    let mut beyond: HashMap<u64, usize> = HashMap::new();
    while let Some(tag) = scan.next() {
        if tag.closes {
            if let Some(unclosed) = beyond.get_mut(&tag.name).filter(|unclosed| **unclosed > 0) {
                *unclosed -= 1;
                dropped.push(tag.start..tag.end);
            } else if let Some(at) = open.iter().rposition(|name| *name == tag.name) {
                open.truncate(at);
                beyond.clear();
            }
        } else if !tag.is_empty {
            if open.len() >= DEPTH {
                *beyond.entry(tag.name).or_default() += 1;
                dropped.push(tag.start..tag.end);
            } else {
                open.push(tag.name);
            }
        }
    }
    if dropped.is_empty() {
        return (Cow::Borrowed(text), false);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for range in dropped {
        out.push_str(&text[from..range.start]);
        from = range.end;
    }
    out.push_str(&text[from..]);
    (Cow::Owned(out), true)
}

struct Tag {
    start: usize,
    end: usize,
    name: u64,
    closes: bool,
    /// Holds nothing, or is closed by the next of its kind: adds no depth that lasts.
    is_empty: bool,
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Scan<'_> {
    fn next(&mut self) -> Option<Tag> {
        loop {
            let start = self.at + memchr(b'<', self.bytes.get(self.at..)?)?;
            let rest = &self.bytes[start + 1..];
            if rest.starts_with(b"!--") {
                let end = memchr::memmem::find(&rest[3..], b"-->")?;
                self.at = start + 4 + end + 3;
                continue;
            }
            let closes = rest.first() == Some(&b'/');
            let name_at = start + 1 + usize::from(closes);
            let (mut name, mut length) = (0u64, 0);
            while let Some(byte) = self.bytes.get(name_at + length).filter(|byte| byte.is_ascii_alphanumeric()) {
                if length < 8 {
                    name = name << 8 | u64::from(byte.to_ascii_lowercase());
                }
                length += 1;
            }
            if length == 0 {
                self.at = start + 1;
                continue;
            }
            let end = name_at + length + memchr(b'>', &self.bytes[name_at + length..])? + 1;
            self.at = end;
            if !closes && is_raw(name) {
                self.skip_raw(name_at, length);
                continue;
            }
            let is_empty = self.bytes[end - 2] == b'/' || adds_no_depth(name);
            return Some(Tag { start, end, name, closes, is_empty });
        }
    }

    /// Goes to the tag that closes the element whose name stands at a place.
    fn skip_raw(&mut self, name_at: usize, length: usize) {
        let name = &self.bytes[name_at..name_at + length];
        while let Some(found) = memchr::memmem::find(&self.bytes[self.at..], b"</") {
            self.at += found + 2;
            if self.bytes[self.at..].get(..length).is_some_and(|close| close.eq_ignore_ascii_case(name)) {
                return;
            }
        }
        self.at = self.bytes.len();
    }
}

/// The first eight letters of a name; no two names of HTML that nest share them but `blockquo…`.
const fn packed(name: &[u8]) -> u64 {
    let (mut packed, mut at) = (0, 0);
    while at < name.len() && at < 8 {
        packed = packed << 8 | name[at].to_ascii_lowercase() as u64;
        at += 1;
    }
    packed
}

/// Whether what an element holds is text, not tags.
fn is_raw(name: u64) -> bool {
    const SCRIPT: u64 = packed(b"script");
    const STYLE: u64 = packed(b"style");
    const TEXTAREA: u64 = packed(b"textarea");
    const TITLE: u64 = packed(b"title");
    matches!(name, SCRIPT | STYLE | TEXTAREA | TITLE)
}

/// Whether an element holds nothing, or is closed by the next of its kind.
fn adds_no_depth(name: u64) -> bool {
    const AREA: u64 = packed(b"area");
    const BASE: u64 = packed(b"base");
    const BR: u64 = packed(b"br");
    const COL: u64 = packed(b"col");
    const DD: u64 = packed(b"dd");
    const DT: u64 = packed(b"dt");
    const EMBED: u64 = packed(b"embed");
    const HR: u64 = packed(b"hr");
    const IMG: u64 = packed(b"img");
    const INPUT: u64 = packed(b"input");
    const LI: u64 = packed(b"li");
    const LINK: u64 = packed(b"link");
    const META: u64 = packed(b"meta");
    const OPTION: u64 = packed(b"option");
    const P: u64 = packed(b"p");
    const PARAM: u64 = packed(b"param");
    const SOURCE: u64 = packed(b"source");
    const TD: u64 = packed(b"td");
    const TH: u64 = packed(b"th");
    const TR: u64 = packed(b"tr");
    const TRACK: u64 = packed(b"track");
    const WBR: u64 = packed(b"wbr");
    matches!(
        name,
        AREA | BASE
            | BR
            | COL
            | DD
            | DT
            | EMBED
            | HR
            | IMG
            | INPUT
            | LI
            | LINK
            | META
            | OPTION
            | P
            | PARAM
            | SOURCE
            | TD
            | TH
            | TR
            | TRACK
            | WBR
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_too_deep_goes() {
        let (page, cut) = capped("<div><p>a<br><b>c</b></div>");
        assert!(!cut && matches!(page, Cow::Borrowed(_)));
        let deep = format!("{}x{}<p>y", "<div>".repeat(5000), "</div>".repeat(5000));
        let (page, cut) = capped(&deep);
        assert!(cut);
        assert_eq!(page.matches("<div>").count(), DEPTH);
        assert_eq!(page.matches("</div>").count(), DEPTH);
        assert!(page.ends_with("<p>y") && page.contains('x'));
    }

    #[test]
    fn what_was_never_closed_ends_with_what_holds_it() {
        let unclosed = format!("<div>{}x</div><div>y</div>", "<b>".repeat(5000));
        let (page, cut) = capped(&unclosed);
        assert!(cut && page.ends_with("x</div><div>y</div>"), "{page}");
        let closed = format!("<div>{}x{}</div>z", "<i>".repeat(600), "</i>".repeat(600));
        let (page, _) = capped(&closed);
        assert_eq!((page.matches("<i>").count(), page.matches("</i>").count()), (DEPTH - 1, DEPTH - 1));
        assert!(page.ends_with("</div>z"));
    }

    #[test]
    fn scripts_and_comments_are_no_tags() {
        let page = format!("<script>{}</script><!-- {} -->z", "<div>".repeat(600), "<div>".repeat(600));
        assert!(!capped(&page).1);
    }
}
