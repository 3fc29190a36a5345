//! Blocks from the row of marks: what stands open is closed, what stands where it cannot is taken for what it holds.

use super::line::{Atom, Line, Span, paragraphs};
use crate::{
    model::{Cell, Format, Mark, Markup, Tag},
    normalize::text::clean_piece,
};

/// How deep quotations, lists and the like may nest; what is deeper stands in the last of them.
const DEPTH: usize = 24;

/// A part of a body that stands by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Paragraph(Line),
    Heading(u8, Line),
    /// Numbered from that number on, or not.
    List(Option<u32>, Vec<Vec<Block>>),
    Quote(Vec<Block>),
    Code(Option<String>, String),
    Table(Vec<Vec<(Cell, Vec<Block>)>>),
    Details(Line, Vec<Block>),
    Rule,
}

pub(super) fn blocks(markup: &Markup) -> Vec<Block> {
    let mut tree =
        Tree { within: vec![Within::new(Kind::Body)], open: Vec::new(), formats: Vec::new(), line: Vec::new() };
    for mark in &markup.marks {
        tree.take(mark);
    }
    while !tree.open.is_empty() {
        tree.take(&Mark::Close);
    }
    tree.end_line();
    tree.within.pop().map(|body| body.blocks).unwrap_or_default()
}

/// What must be done where an element ends.
enum Open {
    /// Nothing.
    Nothing,
    /// The line ends.
    Edge,
    /// The way of showing text that began last ends.
    Format,
    /// What holds blocks ends.
    Within,
}

/// What holds blocks.
enum Kind {
    Body,
    Heading(u8),
    List(Option<u32>, Vec<Vec<Block>>),
    Item,
    Quote,
    Attribution,
    Code(Option<String>, String),
    Table(Vec<Vec<(Cell, Vec<Block>)>>),
    Row(Vec<(Cell, Vec<Block>)>),
    Cell(Cell),
    Details(Line),
    Summary,
}

struct Within {
    kind: Kind,
    blocks: Vec<Block>,
}

impl Within {
    fn new(kind: Kind) -> Within {
        Within { kind, blocks: Vec::new() }
    }
}

struct Tree {
    within: Vec<Within>,
    open: Vec<Open>,
    formats: Vec<Format>,
    line: Line,
}

impl Tree {
    fn take(&mut self, mark: &Mark) {
        match mark {
            Mark::Open(tag) => self.begin(tag),
            Mark::Close => match self.open.pop() {
                Some(Open::Edge) => self.end_line(),
                Some(Open::Format) => {
                    self.formats.pop();
                }
                Some(Open::Within) => self.end(),
                Some(Open::Nothing) | None => {}
            },
            Mark::Text { text, .. } => {
                let text = clean_piece(text);
                if let Some(Within { kind: Kind::Code(_, code), .. }) = self.within.last_mut() {
                    code.push_str(&text);
                    return;
                }
                for (number, line) in text.split('\n').enumerate() {
                    if number > 0 {
                        self.push(Atom::Break);
                    }
                    if !line.is_empty() {
                        self.push(Atom::Text(line.to_owned()));
                    }
                }
            }
            Mark::Break => self.push(Atom::Break),
            Mark::Rule => {
                self.end_line();
                self.add(Block::Rule);
            }
            Mark::Image { source, alternative, .. } => {
                let alternative = clean_piece(alternative).replace('\n', " ");
                self.push(Atom::Image { source: source.clone(), alternative });
            }
        }
    }

    fn push(&mut self, atom: Atom) {
        if matches!(self.within.last(), Some(Within { kind: Kind::Code(..), .. })) {
            return;
        }
        let mut formats = self.formats.clone();
        formats.sort();
        formats.dedup();
        // Of links within links the innermost leads; code holds text alone.
        let links = formats.iter().filter(|format| matches!(format, Format::Link(_))).count();
        if links > 1 {
            let inner = self.formats.iter().rfind(|format| matches!(format, Format::Link(_)));
            formats.retain(|format| !matches!(format, Format::Link(_)) || Some(format) == inner);
        }
        if !matches!(atom, Atom::Text(_)) {
            formats.retain(|format| *format != Format::Code);
        }
        self.line.push(Span { formats, atom });
    }

    fn begin(&mut self, tag: &Tag) {
        if let Tag::Format(format) = tag {
            self.formats.push(format.clone());
            self.open.push(Open::Format);
            return;
        }
        let holder = self.within.last().map(|within| &within.kind);
        if matches!(holder, Some(Kind::Code(..))) {
            self.open.push(Open::Nothing);
            return;
        }
        let fits = match tag {
            Tag::Item => matches!(holder, Some(Kind::List(..))),
            Tag::Row => matches!(holder, Some(Kind::Table(_))),
            Tag::Cell(_) => matches!(holder, Some(Kind::Row(_))),
            Tag::Summary => matches!(holder, Some(Kind::Details(_))),
            // What holds a line holds no blocks.
            _ => !matches!(holder, Some(Kind::Heading(_) | Kind::Summary | Kind::Attribution)),
        };
        let kind = match tag {
            _ if !fits || self.within.len() > DEPTH => None,
            Tag::Block | Tag::Format(_) => None,
            Tag::Heading(level) => Some(Kind::Heading((*level).clamp(1, 6))),
            Tag::List(start) => Some(Kind::List(*start, Vec::new())),
            Tag::Item => Some(Kind::Item),
            Tag::Quote => Some(Kind::Quote),
            Tag::Attribution => Some(Kind::Attribution),
            Tag::Code(language) => Some(Kind::Code(language.clone(), String::new())),
            Tag::Table => Some(Kind::Table(Vec::new())),
            Tag::Row => Some(Kind::Row(Vec::new())),
            Tag::Cell(cell) => Some(Kind::Cell(*cell)),
            Tag::Details => Some(Kind::Details(Vec::new())),
            Tag::Summary => Some(Kind::Summary),
        };
        self.end_line();
        self.open.push(if kind.is_some() { Open::Within } else { Open::Edge });
        self.within.extend(kind.map(Within::new));
    }

    /// The line so far becomes paragraphs.
    fn end_line(&mut self) {
        for line in paragraphs(std::mem::take(&mut self.line)) {
            self.add(Block::Paragraph(line));
        }
    }

    fn add(&mut self, block: Block) {
        let Some(within) = self.within.last_mut() else { return };
        match &mut within.kind {
            // What stands in a list beside its items is one.
            Kind::List(_, items) => items.push(vec![block]),
            Kind::Row(cells) => cells.push((Cell::default(), vec![block])),
            _ => within.blocks.push(block),
        }
    }

    fn end(&mut self) {
        self.end_line();
        let Some(Within { kind, blocks }) = self.within.pop() else { return };
        match kind {
            Kind::Body => {}
            Kind::Heading(level) => {
                let line = one_line(blocks);
                if !line.is_empty() {
                    self.add(Block::Heading(level, line));
                }
            }
            Kind::List(start, items) => {
                if !items.is_empty() {
                    self.add(Block::List(start, items));
                }
            }
            Kind::Item => match self.within.last_mut().map(|within| &mut within.kind) {
                Some(Kind::List(_, items)) if !blocks.is_empty() => items.push(blocks),
                _ => {}
            },
            Kind::Quote => {
                if !blocks.is_empty() {
                    self.add(Block::Quote(blocks));
                }
            }
            Kind::Attribution => blocks.into_iter().for_each(|block| self.add(block)),
            Kind::Code(language, code) => {
                let code = code.trim_matches('\n').trim_end();
                if !code.is_empty() {
                    self.add(Block::Code(language, code.to_owned()));
                }
            }
            Kind::Table(rows) => {
                blocks.into_iter().for_each(|block| self.add(block));
                // A table of one column only lays things out.
                if rows.iter().all(|row| row.len() < 2) {
                    rows.into_iter().flatten().flat_map(|(_, blocks)| blocks).for_each(|block| self.add(block));
                } else {
                    self.add(Block::Table(rows));
                }
            }
            Kind::Row(cells) => match self.within.last_mut().map(|within| &mut within.kind) {
                Some(Kind::Table(rows)) if cells.iter().any(|(_, blocks)| !blocks.is_empty()) => rows.push(cells),
                _ => {}
            },
            Kind::Cell(cell) => {
                if let Some(Kind::Row(cells)) = self.within.last_mut().map(|within| &mut within.kind) {
                    cells.push((cell, blocks));
                }
            }
            Kind::Details(summary) => {
                if !blocks.is_empty() {
                    self.add(Block::Details(summary, blocks));
                }
            }
            Kind::Summary => {
                if let Some(Kind::Details(summary)) = self.within.last_mut().map(|within| &mut within.kind) {
                    summary.extend(one_line(blocks));
                }
            }
        }
    }
}

/// Paragraphs as one line.
fn one_line(blocks: Vec<Block>) -> Line {
    let mut all: Line = Vec::new();
    for block in blocks {
        if let Block::Paragraph(line) = block {
            let blank = Span { formats: Vec::new(), atom: Atom::Text(" ".to_owned()) };
            all.extend((!all.is_empty()).then(|| blank.clone()));
            all.extend(line.into_iter().map(|span| if span.atom == Atom::Break { blank.clone() } else { span }));
        }
    }
    all
}
