//! What of a body's markup stays: each element becomes one of a closed list of tags, or nothing. Scripts, styles, handlers and
//! addresses that are no web pages have no tag, so they cannot get through.

use scraper::ElementRef;

use super::{
    flat::attribute,
    options::ExtractOptions,
    text::{Role, is_hidden, one_line, role},
    view::View,
};
use crate::model::{Cell, Format, Mark, Markup, Tag};

/// Markup under construction, beside the text of the same walk.
pub(super) struct Tape {
    markup: Markup,
    open: Vec<Kept>,
}

/// What an open element needs to be remembered by.
struct Kept {
    tag: Tag,
    /// A profile's rule made it a quotation.
    is_ruled: bool,
    /// The classes of a box that is shown on demand, for it may be made of several elements.
    class: String,
}

impl Tape {
    /// `None` where nobody asks for markup.
    pub(super) fn wanted(options: ExtractOptions) -> Option<Tape> {
        let ExtractOptions { html, markdown, .. } = options;
        let markup = Markup { html, markdown, marks: Vec::new() };
        (html || markdown).then_some(Tape { markup, open: Vec::new() })
    }

    pub(super) fn finish(self) -> Markup {
        self.markup
    }

    /// How many pieces there are: what a later [`Tape::from`] begins at.
    pub(super) fn len(&self) -> usize {
        self.markup.marks.len()
    }

    /// The pieces from a place on.
    pub(super) fn from(&mut self, place: usize) -> &mut [Mark] {
        self.markup.marks.get_mut(place..).unwrap_or_default()
    }

    /// Takes the pieces from a place on out: an attribution that waits for its quotation.
    pub(super) fn take(&mut self, place: usize) -> Vec<Mark> {
        self.markup.marks.split_off(place.min(self.markup.marks.len()))
    }

    /// Sets an attribution that stood before its quotation at the quotation's head.
    pub(super) fn attribution(&mut self, marks: Vec<Mark>) {
        self.markup.marks.push(Mark::Open(Tag::Attribution));
        self.markup.marks.extend(marks.into_iter().map(|mark| match mark {
            Mark::Text { text, .. } => Mark::Text { at: None, text },
            Mark::Image { source, alternative, .. } => Mark::Image { at: None, source, alternative },
            mark => mark,
        }));
        self.markup.marks.push(Mark::Close);
    }

    /// An element begins; tells whether it has a tag, whose end must be told.
    pub(super) fn open(&mut self, view: &View<'_, '_>, at: u32, element: ElementRef<'_>) -> bool {
        let Some(tag) = self.tag(view, at, element) else { return false };
        let is_ruled = tag == Tag::Quote && is_quote(view, at);
        let class = match tag {
            Tag::Details => attribute(element, "class").unwrap_or_default().to_owned(),
            _ => String::new(),
        };
        self.markup.marks.push(Mark::Open(tag.clone()));
        self.open.push(Kept { tag, is_ruled, class });
        true
    }

    pub(super) fn close(&mut self) {
        self.open.pop();
        self.markup.marks.push(Mark::Close);
    }

    /// Text as it was added to the text of the body, at `at` there.
    pub(super) fn text(&mut self, at: Option<usize>, added: &str) {
        let in_code = self.open.iter().any(|open| matches!(open.tag, Tag::Code(_)));
        let text = if in_code { added } else { added.trim_start_matches('\n') };
        if !text.is_empty() {
            let at = at.map(|at| at + added.len() - text.len());
            self.markup.marks.push(Mark::Text { at, text: text.to_owned() });
        }
    }

    pub(super) fn line_break(&mut self) {
        self.markup.marks.push(Mark::Break);
    }

    pub(super) fn rule(&mut self) {
        self.markup.marks.push(Mark::Rule);
    }

    pub(super) fn image(&mut self, at: Option<usize>, source: &str, element: ElementRef<'_>) {
        let alternative = one_line(attribute(element, "alt").unwrap_or_default());
        self.markup.marks.push(Mark::Image { at, source: source.to_owned(), alternative });
    }

    /// A film, a sound or a page within the page: no part of the text, but where it is can be told.
    pub(super) fn embedded(&mut self, view: &View<'_, '_>, element: ElementRef<'_>) {
        let is_medium = matches!(element.value().name(), "iframe" | "video" | "audio" | "embed");
        if !is_medium || is_hidden(element) || is_pixel(element) {
            return;
        }
        let source = ["src", "data-src"].into_iter().filter_map(|name| attribute(element, name));
        if let Some(url) = source.filter(|source| !source.trim().is_empty()).find_map(|source| view.address(source)) {
            self.markup.marks.extend([
                Mark::Open(Tag::Format(Format::Link(url.clone()))),
                Mark::Text { at: None, text: url },
                Mark::Close,
            ]);
        }
    }

    fn tag(&self, view: &View<'_, '_>, at: u32, element: ElementRef<'_>) -> Option<Tag> {
        let rules = &view.profile.body;
        if is_quote(view, at) {
            return Some(Tag::Quote);
        }
        if self.open.iter().any(|open| open.tag == Tag::Quote)
            && rules.quote.iter().any(|quote| view.is(quote.attribution.as_ref(), at))
        {
            return Some(Tag::Attribution);
        }
        let name = element.value().name();
        let role = role(element);
        if matches!(role, Role::Block | Role::Paragraph) && self.begins_details(view, at, element) {
            return Some(Tag::Details);
        }
        if role == Role::Preformatted
            || view.is(rules.preformatted.as_ref(), at)
            || view.is(rules.code.as_ref(), at)
            || (name == "code" && is_code_block(view, at, element))
        {
            return Some(Tag::Code(language(view, at)));
        }
        Some(match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Tag::Heading(name.as_bytes()[1] - b'0'),
            "ul" | "dir" | "menu" => Tag::List(None),
            "ol" => {
                Tag::List(Some(attribute(element, "start").and_then(|start| start.trim().parse().ok()).unwrap_or(1)))
            }
            "li" => Tag::Item,
            // What a rule says is a quotation may be made of two elements.
            "blockquote" => match self.open.iter().rev().find(|open| open.tag == Tag::Quote) {
                Some(quote) if quote.is_ruled => Tag::Block,
                _ => Tag::Quote,
            },
            "table" => Tag::Table,
            "tr" => Tag::Row,
            "td" | "th" => Tag::Cell(Cell {
                heads: name == "th",
                columns: span(element, "colspan"),
                rows: span(element, "rowspan"),
            }),
            "summary" => Tag::Summary,
            "a" => Tag::Format(Format::Link(view.address(attribute(element, "href")?)?)),
            "b" | "strong" => Tag::Format(Format::Strong),
            "i" | "em" | "cite" | "dfn" | "var" => Tag::Format(Format::Emphasis),
            "s" | "strike" | "del" => Tag::Format(Format::Strike),
            "u" | "ins" => Tag::Format(Format::Underline),
            "sub" => Tag::Format(Format::Sub),
            "sup" => Tag::Format(Format::Sup),
            "code" | "tt" | "kbd" | "samp" => Tag::Format(Format::Code),
            "span" | "font" => styled(element)?,
            _ if matches!(role, Role::Block | Role::Paragraph) => Tag::Block,
            _ => return None,
        })
    }

    /// Whether a box begins here that is shown on demand: by its element, because it is hidden and yet text, or by its name. The
    /// parts of such a box bear its name as well.
    fn begins_details(&self, view: &View<'_, '_>, at: u32, element: ElementRef<'_>) -> bool {
        if element.value().name() == "details" {
            return true;
        }
        let class = attribute(element, "class").unwrap_or_default();
        let is_named = class.to_ascii_lowercase().contains("spoiler");
        let is_shown = view.is(view.profile.body.show.as_ref(), at) && is_hidden(element);
        (is_named || is_shown)
            && match self.open.iter().rev().find(|open| open.tag == Tag::Details) {
                Some(outer) => is_named && outer.class == class,
                None => true,
            }
    }
}

/// Whether a picture or frame is there to count its readers.
pub(super) fn is_pixel(element: ElementRef<'_>) -> bool {
    let is_tiny =
        |name| attribute(element, name).is_some_and(|size| matches!(size.trim().trim_end_matches("px"), "0" | "1"));
    is_tiny("width") && is_tiny("height")
}

fn is_quote(view: &View<'_, '_>, at: u32) -> bool {
    view.profile.body.quote.iter().any(|quote| view.is(quote.each.as_ref(), at))
}

/// Code that stands in a box of its own: it has lines, or the box says so.
fn is_code_block(view: &View<'_, '_>, at: u32, element: ElementRef<'_>) -> bool {
    let says = |element: ElementRef<'_>| {
        attribute(element, "class").is_some_and(|class| class.to_ascii_lowercase().contains("code"))
    };
    let inside = view.flat.within(at).filter_map(|at| view.flat.element(at));
    inside.map(role).any(|role| matches!(role, Role::Break | Role::Block | Role::Paragraph))
        || says(element)
        || element.parent().and_then(ElementRef::wrap).is_some_and(|parent| role(parent) == Role::Block && says(parent))
}

/// The language of a block of code, told by a class of it or within it (`language-rust`, as the HTML standard proposes).
fn language(view: &View<'_, '_>, at: u32) -> Option<String> {
    let elements = (at..view.flat.within(at).end).filter_map(|at| view.flat.element(at)).take(3);
    let mut classes = elements.filter_map(|element| attribute(element, "class")).flat_map(str::split_ascii_whitespace);
    let is_plain = |language: &&str| {
        (1..=20).contains(&language.len())
            && language.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'#' | b'-' | b'.'))
            && !matches!(*language, "auto" | "nohighlight" | "plaintext" | "text")
    };
    classes.find_map(|class| {
        let language = class.strip_prefix("language-").or_else(|| class.strip_prefix("lang-"))?;
        Some(language).filter(is_plain).map(str::to_owned)
    })
}

/// How many rows or columns a cell goes over.
fn span(element: ElementRef<'_>, name: &str) -> u16 {
    attribute(element, name).and_then(|value| value.trim().parse().ok()).unwrap_or(1).clamp(1, 1000)
}

/// What a style makes of a `span`, as far as there is an element for it.
fn styled(element: ElementRef<'_>) -> Option<Tag> {
    let style = attribute(element, "style")?.to_ascii_lowercase();
    style.split(';').find_map(|rule| {
        let (name, value) = rule.split_once(':')?;
        let value = value.trim();
        Some(Tag::Format(match (name.trim(), value) {
            ("font-weight", "bold" | "bolder" | "600" | "700" | "800" | "900") => Format::Strong,
            ("font-style", "italic" | "oblique") => Format::Emphasis,
            ("text-decoration" | "text-decoration-line", "line-through") => Format::Strike,
            ("text-decoration" | "text-decoration-line", "underline") => Format::Underline,
            _ => return None,
        }))
    })
}
