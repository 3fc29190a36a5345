//! How elements of a name bear on the tree, by the tree construction rules of the HTML standard.

use crate::engine::keys;

/// The name of an element: its first eight letters in lower case, and its length. Longer names are compared in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) packed: u64,
    pub(super) length: usize,
}

impl Name {
    #[inline]
    pub(super) fn of(name: &[u8]) -> Name {
        Name { packed: keys::folded(name), length: name.len() }
    }
}

/// What an element is to the one who follows the tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// The parser does with it what is not followed here: the page is parsed whole.
    Refused,
    Html,
    Head,
    Body,
    /// Holds nothing.
    Void,
    /// Holds text alone.
    Raw,
    Select,
    Svg,
    /// Any other, with its traits.
    Plain,
}

/// Traits of elements, as bits.
pub(super) mod is {
    pub(in super::super) const P: u32 = 1;
    pub(in super::super) const LI: u32 = 1 << 1;
    /// `dd`, `dt`.
    pub(in super::super) const DD: u32 = 1 << 2;
    /// `td`, `th`.
    pub(in super::super) const CELL: u32 = 1 << 3;
    pub(in super::super) const ROW: u32 = 1 << 4;
    /// `tbody`, `thead`, `tfoot`.
    pub(in super::super) const SECTION: u32 = 1 << 5;
    pub(in super::super) const TABLE: u32 = 1 << 6;
    /// `caption`, `colgroup`.
    pub(in super::super) const CAPTION: u32 = 1 << 7;
    pub(in super::super) const HEADING: u32 = 1 << 8;
    /// May not stand in one of its own name: `a`, `button`, `form`, `nobr`.
    pub(in super::super) const ALONE: u32 = 1 << 9;
    /// Its start tag ends an open paragraph.
    pub(in super::super) const ENDS_P: u32 = 1 << 10;
    /// Its end tag ends open paragraphs and list items on its way.
    pub(in super::super) const ENDS_ITEMS: u32 = 1 << 11;
    /// Nothing within it sees a paragraph or list item outside.
    pub(in super::super) const BOUNDARY: u32 = 1 << 12;
    /// In the standard's list of special elements: ends the search for an open list item.
    pub(in super::super) const SPECIAL: u32 = 1 << 13;
    /// May stand in the head.
    pub(in super::super) const OF_HEAD: u32 = 1 << 14;
    /// `html`, `body`: no end tag is waited for.
    pub(in super::super) const ROOT: u32 = 1 << 15;
    pub(in super::super) const HEAD: u32 = 1 << 16;
    /// Where it is ended by another's tag, it opens again behind it.
    pub(in super::super) const FORMATTING: u32 = 1 << 17;
}

/// What is known of elements of a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) name: Name,
    pub(super) class: Class,
    pub(super) traits: u32,
    /// The key that they carry.
    pub(super) key: u64,
}

/// What is known of the names that were met last, for a page has few of them.
pub(super) struct Memory([Option<Known>; 64]);

impl Default for Memory {
    fn default() -> Memory {
        Memory([None; 64])
    }
}

impl Memory {
    /// What is known of a name; `text` is all of it.
    #[inline]
    pub(super) fn of(&mut self, name: Name, text: &str) -> Known {
        let hash = name.packed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58;
        let slot = &mut self.0[hash as usize];
        if let Some(known) = slot.filter(|known| known.name == name && name.length <= 8) {
            return known;
        }
        let (class, traits) = class(name, text.as_bytes());
        let key = match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => keys::tag_hash(&text.to_ascii_lowercase()),
            false => keys::tag_hash(text),
        };
        *slot.insert(Known { name, class, traits, key })
    }
}

/// The class and the traits of elements of a name. `name` is its full text.
fn class(short: Name, name: &[u8]) -> (Class, u32) {
    use is::{
        ALONE, BOUNDARY, CAPTION, CELL, DD, ENDS_ITEMS, ENDS_P, FORMATTING, HEAD, HEADING, LI, OF_HEAD, P, ROOT, ROW,
        SECTION, SPECIAL, TABLE,
    };
    const BLOCK: u32 = ENDS_P | ENDS_ITEMS | SPECIAL;
    const INLINE: (Class, u32) = (Class::Plain, 0);
    if short.length > 8 {
        return match name.to_ascii_lowercase().as_slice() {
            b"blockquote" | b"figcaption" => (Class::Plain, BLOCK),
            b"plaintext" | b"frameset" => (Class::Refused, 0),
            _ => INLINE,
        };
    }
    let bytes = short.packed.to_be_bytes();
    match &bytes[8 - short.length..] {
        b"div" | b"ul" | b"ol" | b"dl" | b"section" | b"article" | b"header" | b"footer" | b"nav" | b"aside"
        | b"main" | b"center" | b"address" | b"details" | b"summary" | b"figure" | b"fieldset" | b"hgroup"
        | b"menu" | b"dir" | b"pre" | b"listing" => (Class::Plain, BLOCK),
        b"dialog" | b"search" => (Class::Plain, ENDS_P | ENDS_ITEMS | SPECIAL),
        b"a" | b"nobr" => (Class::Plain, ALONE | FORMATTING),
        b"b" | b"big" | b"code" | b"em" | b"font" | b"i" | b"s" | b"small" | b"strike" | b"strong" | b"tt" | b"u" => {
            (Class::Plain, FORMATTING)
        }
        b"button" => (Class::Plain, ALONE | ENDS_ITEMS | SPECIAL),
        b"form" => (Class::Plain, ALONE | ENDS_P | SPECIAL),
        b"p" => (Class::Plain, P | ENDS_P | SPECIAL),
        b"li" => (Class::Plain, LI | ENDS_P | ENDS_ITEMS | SPECIAL),
        b"dd" | b"dt" => (Class::Plain, DD | ENDS_P | ENDS_ITEMS | SPECIAL),
        b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => (Class::Plain, HEADING | BLOCK),
        b"td" | b"th" => (Class::Plain, CELL | ENDS_ITEMS | BOUNDARY | SPECIAL),
        b"tr" => (Class::Plain, ROW | SPECIAL),
        b"tbody" | b"thead" | b"tfoot" => (Class::Plain, SECTION | SPECIAL),
        b"table" => (Class::Plain, TABLE | ENDS_P | BOUNDARY | SPECIAL),
        b"caption" | b"colgroup" => (Class::Plain, CAPTION | BOUNDARY | SPECIAL),
        b"object" | b"marquee" | b"applet" => (Class::Plain, BOUNDARY | SPECIAL),
        b"br" | b"img" | b"input" | b"area" | b"embed" | b"param" | b"source" | b"track" | b"wbr" | b"keygen" => {
            (Class::Void, 0)
        }
        b"hr" => (Class::Void, ENDS_P),
        b"col" => (Class::Void, CAPTION),
        b"meta" | b"link" | b"base" | b"bgsound" | b"basefont" => (Class::Void, OF_HEAD),
        b"script" | b"style" | b"title" | b"noscript" => (Class::Raw, OF_HEAD),
        b"textarea" | b"iframe" | b"noembed" => (Class::Raw, 0),
        b"html" => (Class::Html, ROOT | BOUNDARY | SPECIAL),
        b"head" => (Class::Head, HEAD | SPECIAL),
        b"body" => (Class::Body, ROOT | SPECIAL),
        b"select" => (Class::Select, 0),
        b"svg" => (Class::Svg, 0),
        b"template" | b"math" | b"frame" | b"xmp" | b"noframes" | b"image" | b"option" | b"optgroup" | b"rb"
        | b"rt" | b"rp" | b"rtc" | b"frameset" | b"isindex" => (Class::Refused, 0),
        _ => INLINE,
    }
}

/// Whether the parser leaves foreign content at a start tag of that name.
pub(super) fn breaks_out(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 45] = [
        b"b",
        b"big",
        b"blockquote",
        b"body",
        b"br",
        b"center",
        b"code",
        b"dd",
        b"div",
        b"dl",
        b"dt",
        b"em",
        b"embed",
        b"h1",
        b"h2",
        b"h3",
        b"h4",
        b"h5",
        b"h6",
        b"head",
        b"hr",
        b"i",
        b"img",
        b"li",
        b"listing",
        b"menu",
        b"meta",
        b"nobr",
        b"ol",
        b"p",
        b"pre",
        b"ruby",
        b"s",
        b"small",
        b"span",
        b"strong",
        b"strike",
        b"sub",
        b"sup",
        b"table",
        b"tt",
        b"u",
        b"ul",
        b"var",
        b"font",
    ];
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}
