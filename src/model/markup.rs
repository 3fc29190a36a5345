//! The markup of a body: what a closed list of tags keeps of a page's own, in document order. Nothing else gets through, so
//! what is written from it needs no further cleaning.

use std::ops::Range;

/// The markup of a body, and what it is wanted as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup {
    /// Wanted as HTML.
    pub html: bool,
    /// Wanted as CommonMark.
    pub markdown: bool,
    /// In document order; each [`Mark::Open`] has its [`Mark::Close`].
    pub marks: Vec<Mark>,
}

/// A piece of markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// An element begins.
    Open(Tag),
    /// The element that began last ends.
    Close,
    /// Text, white space collapsed; within code it stands as written.
    Text {
        /// Where it stands in the text of the body; `None` within quotations, which are no part of that.
        at: Option<usize>,
        /// What it says.
        text: String,
    },
    /// `<br>`.
    Break,
    /// A line across.
    Rule,
    /// A picture.
    Image {
        /// Where it stands in the text of the body; `None` within quotations.
        at: Option<usize>,
        /// Its address, absolute.
        source: String,
        /// What is said in its place.
        alternative: String,
    },
}

/// What an element is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Text before, within and after it stands apart.
    Block,
    /// A heading of that level, 1 to 6.
    Heading(u8),
    /// A list; one with a number is numbered from that on.
    List(Option<u32>),
    /// An item of a list.
    Item,
    /// A quotation.
    Quote,
    /// The line that attributes a quotation.
    Attribution,
    /// A block of code, in a language where that is told.
    Code(Option<String>),
    /// A table.
    Table,
    /// A row of a table.
    Row,
    /// A cell of a row.
    Cell(Cell),
    /// What is shown on demand: a spoiler.
    Details,
    /// What stands for it until then.
    Summary,
    /// Running text, shown in a way.
    Format(Format),
}

/// What a cell of a table is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// A heading.
    pub heads: bool,
    /// Columns it goes over; 0 is 1.
    pub columns: u16,
    /// Rows it goes over; 0 is 1.
    pub rows: u16,
}

/// How running text is shown, the outermost first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// A link to an absolute address.
    Link(String),
    /// Bold.
    Strong,
    /// Italic.
    Emphasis,
    /// Struck out.
    Strike,
    /// Underlined.
    Underline,
    /// Lowered.
    Sub,
    /// Raised.
    Sup,
    /// Code within a line.
    Code,
}

impl Markup {
    /// The markup of a text without any: its paragraphs and lines. The wants are those of `like`.
    pub fn plain(text: &str, like: &Markup) -> Markup {
        let mut marks = Vec::new();
        let mut at = 0;
        for line in text.split('\n') {
            if !line.is_empty() {
                marks.push(Mark::Text { at: Some(at), text: line.to_owned() });
            }
            marks.push(Mark::Break);
            at += line.len() + 1;
        }
        Markup { marks, ..*like }
    }

    /// Follows the body's text where it was cut to a range of itself. Quotations and pictures stay.
    pub fn keep(&mut self, kept: Range<usize>) {
        self.marks.retain_mut(|mark| match mark {
            Mark::Text { at: Some(at), text } => {
                let start = kept.start.clamp(*at, *at + text.len()) - *at;
                let end = kept.end.clamp(*at + start, *at + text.len()) - *at;
                *text = text.get(start..end).unwrap_or_default().to_owned();
                *at = (*at + start).saturating_sub(kept.start);
                !text.is_empty()
            }
            Mark::Image { at: Some(at), .. } => {
                *at = at.saturating_sub(kept.start);
                true
            }
            _ => true,
        });
    }

    /// Follows the body's text where it was cut off at a place, together with the pictures behind it.
    pub fn truncate(&mut self, place: usize) {
        self.keep(0..place);
        self.marks.retain(|mark| !matches!(mark, Mark::Image { at: Some(at), .. } if *at >= place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_markup_follows_the_text() {
        let markup = Markup::plain("notice\n\nbody of it\n\nend", &Markup { html: true, ..Markup::default() });
        let texts = |markup: &Markup| {
            let texts = markup.marks.iter().filter_map(|mark| match mark {
                Mark::Text { at, text } => Some((at.unwrap_or(99), text.clone())),
                _ => None,
            });
            texts.collect::<Vec<_>>()
        };
        assert!(markup.html && !markup.markdown);
        let mut kept = markup.clone();
        kept.keep(8..18);
        assert_eq!(texts(&kept), [(0, "body of it".to_owned())]);
        kept.marks.push(Mark::Image { at: Some(10), source: String::new(), alternative: String::new() });
        kept.truncate(4);
        assert_eq!(texts(&kept), [(0, "body".to_owned())]);
        assert!(!kept.marks.iter().any(|mark| matches!(mark, Mark::Image { .. })));
        let mut all = markup.clone();
        all.keep(0..100);
        assert_eq!(all, markup);
    }
}
