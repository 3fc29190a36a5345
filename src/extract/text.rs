//! Text as a reader sees it: the rules of innerText in the HTML standard.

use std::{borrow::Cow, ops::Range, sync::LazyLock};

use html5ever::local_name;
use memchr::{memchr3, memmem::Finder};
use scraper::ElementRef;

use super::{
    flat::{Kind, attribute, named},
    view::View,
};
use crate::engine::Css;

/// Text under construction: white space collapses, blocks break lines, and a break is owed until something follows it.
#[derive(Default)]
pub(super) struct TextBuilder {
    out: String,
    /// Line breaks owed by blocks.
    owed: usize,
    /// A space is owed.
    space: bool,
    /// How long it may become, where that is known.
    room: Option<usize>,
    /// Where the first text after the latest [`TextBuilder::mark`] began.
    marked: Option<usize>,
    marking: bool,
}

impl TextBuilder {
    /// For the text of a range of nodes.
    pub(super) fn of(view: &View<'_, '_>, range: Range<u32>) -> TextBuilder {
        let length = |at: u32| match view.flat.node(at).kind {
            Kind::Text(text) => text.len(),
            Kind::Element(_) => 1,
        };
        let room = range.map(length).sum::<usize>().min(MOST_ROOM);
        TextBuilder { room: Some(room), ..TextBuilder::default() }
    }

    /// Text whose white space collapses.
    pub(super) fn push(&mut self, text: &str) {
        let mut rest = text;
        while let Some(end) = memchr3(b'\n', b'\t', b'\r', rest.as_bytes()) {
            self.push_line(&rest[..end]);
            self.space = true;
            rest = &rest[end + 1..];
        }
        self.push_line(rest);
    }

    /// Text without line ends and tabs.
    fn push_line(&mut self, line: &str) {
        let text = line.trim_ascii_start();
        self.space |= text.len() < line.len();
        let words = text.trim_ascii_end();
        if words.is_empty() {
            return;
        }
        if is_one_spaced(words.as_bytes()) {
            self.begin();
            self.out.push_str(words);
        } else if words.bytes().fold(true, |all, byte| all & (byte >= b' ')) {
            // runs of spaces, as behind full stops: what stands between them is of one piece
            let mut rest = words;
            while let Some(end) = TWO_SPACES.find(rest.as_bytes()) {
                self.begin();
                self.out.push_str(&rest[..end]);
                self.space = true;
                rest = rest[end..].trim_start_matches(' ');
            }
            self.begin();
            self.out.push_str(rest);
        } else {
            for word in words.split_ascii_whitespace() {
                self.begin();
                self.out.push_str(word);
                self.space = true;
            }
        }
        self.space = words.len() < text.len();
    }

    /// Text that stands as written.
    pub(super) fn push_preformatted(&mut self, text: &str) {
        if !text.is_empty() {
            self.begin();
            self.out.push_str(text);
        }
    }

    /// A separator that must not be doubled or stand at the edge of a line: the tab between cells.
    pub(super) fn tab(&mut self) {
        self.space = false;
        if self.owed == 0 && !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\t');
        }
    }

    /// `<br>`.
    pub(super) fn newline(&mut self) {
        self.space = false;
        if self.out.is_empty() {
            return;
        }
        self.pay();
        self.out.push('\n');
    }

    /// The edge of a block (1) or of a paragraph (2).
    pub(super) fn block(&mut self, breaks: usize) {
        self.space = false;
        self.owed = self.owed.max(breaks);
    }

    fn pay(&mut self) {
        let owed = std::mem::take(&mut self.owed);
        if owed > 0 && !self.out.is_empty() {
            let there = self.out.len() - self.out.trim_end_matches('\n').len();
            for _ in there..owed {
                self.out.push('\n');
            }
        }
    }

    fn begin(&mut self) {
        if self.out.is_empty() {
            self.out.reserve(self.room.unwrap_or(USUAL));
        }
        self.pay();
        if std::mem::take(&mut self.space) && !self.out.is_empty() && !self.out.ends_with(['\n', ' ', '\t']) {
            self.out.push(' ');
        }
        if std::mem::take(&mut self.marking) {
            self.marked = Some(self.out.len());
        }
    }

    /// From here on the place of the next text is remembered.
    pub(super) fn mark(&mut self) {
        self.marking = true;
        self.marked = None;
    }

    /// The text since the mark; `None` where there was none.
    pub(super) fn since_mark(&mut self) -> Option<Range<usize>> {
        self.marking = false;
        self.marked.take().map(|start| start..self.out.trim_end().len()).filter(|range| !range.is_empty())
    }

    /// What there is so far.
    pub(super) fn as_str(&self) -> &str {
        &self.out
    }

    pub(super) fn finish(mut self) -> String {
        self.out.truncate(self.out.trim_end().len());
        self.out
    }
}

/// Whether words have one space between each two of them. Without branches, so that it goes over many bytes at once.
fn is_one_spaced(bytes: &[u8]) -> bool {
    let neighbours = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    let odd = |odd, (one, next): (&u8, &u8)| odd | (*next < b' ') | ((*one == b' ') & (*next == b' '));
    !neighbours.fold(false, odd)
}

static TWO_SPACES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("  "));

/// Bytes of most texts.
const USUAL: usize = 256;

/// Bytes beyond which room is made as it is needed.
const MOST_ROOM: usize = 1 << 16;

/// How an element takes part in the text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Inline,
    Block,
    Paragraph,
    Break,
    Cell,
    Preformatted,
    /// No text within it is text of the page.
    Silent,
}

pub(super) fn role(element: ElementRef<'_>) -> Role {
    match element.value().name() {
        "a" | "span" | "font" | "b" | "i" | "em" | "strong" | "img" | "u" => Role::Inline,
        "br" => Role::Break,
        "p" => Role::Paragraph,
        "td" | "th" => Role::Cell,
        "pre" | "listing" | "xmp" | "plaintext" => Role::Preformatted,
        "div" | "blockquote" | "ul" | "ol" | "li" | "dl" | "dt" | "dd" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
        | "table" | "tr" | "tbody" | "thead" | "tfoot" | "caption" | "hr" | "section" | "article" | "aside"
        | "header" | "footer" | "nav" | "main" | "figure" | "figcaption" | "fieldset" | "legend" | "form"
        | "address" | "center" | "dir" | "menu" | "details" | "summary" | "optgroup" | "option" | "search"
        | "hgroup" | "dialog" => Role::Block,
        "script" | "style" | "head" | "title" | "template" | "noscript" | "noframes" | "noembed" | "iframe"
        | "object" | "embed" | "audio" | "video" | "canvas" | "svg" | "math" | "select" | "button" | "input"
        | "textarea" | "meter" | "progress" | "datalist" => Role::Silent,
        _ => Role::Inline,
    }
}

/// Whether markup hides an element.
pub(super) fn is_hidden(element: ElementRef<'_>) -> bool {
    element.value().attrs.iter().any(|(name, value)| match name.local {
        local_name!("hidden") => true,
        local_name!("style") => hides(value),
        _ => false,
    })
}

/// Whether a style holds `display: none`.
fn hides(style: &str) -> bool {
    style.split(';').any(|rule| {
        rule.split_once(':').is_some_and(|(name, value)| {
            name.trim().eq_ignore_ascii_case("display")
                && value.trim().get(..4).is_some_and(|value| value.eq_ignore_ascii_case("none"))
        })
    })
}

/// Whether a style keeps white space.
pub(super) fn keeps_space(element: ElementRef<'_>) -> bool {
    named(element.value(), &local_name!("style")).is_some_and(|style| {
        style.split(';').any(|rule| {
            rule.split_once(':').is_some_and(|(name, value)| {
                name.trim().eq_ignore_ascii_case("white-space") && value.trim().starts_with("pre")
            })
        })
    })
}

/// The emoji that a picture shows, where its alternative text is nothing but emoji.
pub(super) fn emoji<'a>(image: ElementRef<'a>) -> Option<&'a str> {
    let text = attribute(image, "alt")?.trim();
    let is_emoji = |c: char| {
        matches!(c as u32,
            0x1F000..=0x1FAFF | 0x2600..=0x27BF | 0x2B00..=0x2BFF | 0x2300..=0x23FF | 0x2190..=0x21FF | 0x25A0..=0x25FF
            | 0x3030 | 0x303D | 0x3297 | 0x3299 | 0x203C | 0x2049 | 0x2122 | 0x2139 | 0xA9 | 0xAE)
    };
    let joins = |c: char| {
        matches!(c as u32, 0xFE0E | 0xFE0F | 0x200D | 0x20E3 | 0xE0020..=0xE007F)
            || c.is_ascii_digit()
            || c == '#'
            || c == '*'
    };
    // most alternative texts begin with a letter, which tells at once
    let all = text.chars().all(|c| is_emoji(c) || joins(c));
    (all && text.chars().any(|c| is_emoji(c) || c as u32 == 0x20E3)).then_some(text)
}

/// The text of an element in one line, without that of some elements within it.
pub(super) fn line_of<'a>(view: &View<'a, '_>, at: u32, without: Option<&Css>) -> Cow<'a, str> {
    line(view, at, without, false).0
}

/// The same with the titles of elements in the place of their text; `None` where none has a title.
pub(super) fn titled_line_of<'a>(view: &View<'a, '_>, at: u32, without: Option<&Css>) -> Option<Cow<'a, str>> {
    let (line, titled) = line(view, at, without, true);
    titled.then_some(line)
}

fn line<'a>(view: &View<'a, '_>, at: u32, without: Option<&Css>, titles: bool) -> (Cow<'a, str>, bool) {
    // Words of neighbouring inline elements may touch ("Re" + "port"): collected first, then collapsed. Mostly there is one.
    let (mut raw, mut titled) = (Cow::Borrowed(""), false);
    let range = view.flat.within(at);
    let mut next = range.start;
    while next < range.end {
        let node = view.flat.node(next);
        let mut skip = false;
        match node.kind {
            Kind::Text(text) => raw += text,
            Kind::Element(element) => match role(element) {
                Role::Silent => skip = true,
                _ if without.is_some_and(|css| view.is(Some(css), next)) || is_hidden(element) => skip = true,
                Role::Inline => {
                    if titles && let Some(title) = attribute(element, "title") {
                        raw += title;
                        (skip, titled) = (true, true);
                    } else if element.value().name() == "img"
                        && let Some(emoji) = emoji(element)
                    {
                        raw += emoji;
                    }
                }
                _ => raw += " ",
            },
        }
        next = if skip { node.end } else { next + 1 };
    }
    let line = match raw {
        Cow::Borrowed(raw) => collapsed(raw),
        Cow::Owned(raw) => Cow::Owned(one_line(&raw)),
    };
    (line, titled)
}

/// A text with its white space collapsed.
pub(super) fn one_line(raw: &str) -> String {
    collapsed(raw).into_owned()
}

/// The same, where it stands as it should.
fn collapsed(raw: &str) -> Cow<'_, str> {
    let raw = raw.trim();
    if raw.is_ascii() && is_one_spaced(raw.as_bytes()) {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    for word in raw.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Cow::Owned(out)
}

/// The text of an element as innerText gives it, lines kept.
pub(super) fn block_of(view: &View<'_, '_>, at: u32) -> String {
    let mut out = TextBuilder::default();
    let range = view.flat.within(at);
    let mut next = range.start;
    while next < range.end {
        let node = view.flat.node(next);
        let mut skip = false;
        match node.kind {
            Kind::Text(text) => out.push(text),
            Kind::Element(element) => match role(element) {
                Role::Silent => skip = true,
                _ if is_hidden(element) || view.is(view.profile.body.drop.as_ref(), next) => skip = true,
                Role::Inline => {
                    if element.value().name() == "img"
                        && let Some(emoji) = emoji(element)
                    {
                        out.push(emoji);
                    }
                }
                Role::Break => out.newline(),
                Role::Cell => out.tab(),
                Role::Block | Role::Paragraph | Role::Preformatted => out.block(1),
            },
        }
        next = if skip { node.end } else { next + 1 };
    }
    out.finish()
}

/// A number as people print it: `1,234`, `1 234`, `1.234`.
pub(super) fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}
