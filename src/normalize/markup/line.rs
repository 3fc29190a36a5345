//! A line of running text: pieces, each shown in its own way.

use crate::model::Format;

/// A line, or several with breaks between.
pub(super) type Line = Vec<Span>;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// How it is shown, the outermost first, each once.
    pub(super) formats: Vec<Format>,
    pub(super) atom: Atom,
}

/// What a piece is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Atom {
    Text(String),
    Break,
    Image { source: String, alternative: String },
}

impl Span {
    fn is_blank(&self) -> bool {
        match &self.atom {
            Atom::Text(text) => text.trim().is_empty(),
            Atom::Break => true,
            Atom::Image { .. } => false,
        }
    }
}

/// Cuts a line at its blank lines, and tidies the pieces. Empty ones are left out.
pub(super) fn paragraphs(line: Line) -> Vec<Line> {
    let mut all: Vec<Line> = vec![Vec::new()];
    let mut breaks = 0;
    for span in line {
        match span.atom {
            Atom::Break => breaks += 1,
            _ if span.is_blank() => {
                if let (0, Some(last)) = (breaks, all.last_mut()) {
                    last.push(span);
                }
            }
            _ => {
                if breaks > 1 {
                    all.push(Vec::new());
                }
                if let Some(last) = all.last_mut() {
                    if breaks == 1 && !last.is_empty() {
                        last.push(Span { formats: Vec::new(), atom: Atom::Break });
                    }
                    last.push(span);
                }
                breaks = 0;
            }
        }
    }
    let all = all.into_iter().map(tidy);
    all.filter(|line| !line.is_empty()).collect()
}

/// White space stands outside of what is emphasised, once, and not at the edge of a line; equal neighbours are one.
fn tidy(line: Line) -> Line {
    let mut pieces: Line = Vec::new();
    for span in line {
        match span.atom {
            Atom::Text(text) => {
                let inner = text.trim();
                let start = text.len() - text.trim_start().len();
                let formats = &span.formats;
                let mut push = |text: &str| {
                    if !text.is_empty() {
                        pieces.push(Span { formats: formats.clone(), atom: Atom::Text(text.to_owned()) });
                    }
                };
                if start > 0 {
                    push(" ");
                }
                push(inner);
                if !inner.is_empty() && start + inner.len() < text.len() {
                    push(" ");
                }
            }
            atom => pieces.push(Span { atom, ..span }),
        }
    }
    let mut out: Line = Vec::new();
    for number in 0..pieces.len() {
        let mut span = pieces[number].clone();
        if matches!(&span.atom, Atom::Text(text) if text == " ") {
            let at_edge = out.last().is_none_or(|last| matches!(last.atom, Atom::Break));
            let next = pieces[number + 1..].iter().find(|next| !next.is_blank() || next.atom == Atom::Break);
            let doubles = matches!(out.last(), Some(Span { atom: Atom::Text(text), .. }) if text.ends_with(' '));
            let Some(next) = next.filter(|next| next.atom != Atom::Break && !at_edge && !doubles) else { continue };
            // It is shown as both of its neighbours are.
            let before = out.last().map(|last| last.formats.clone()).unwrap_or_default();
            span.formats =
                before.into_iter().filter(|format| *format != Format::Code && next.formats.contains(format)).collect();
        }
        match (out.last_mut(), &span.atom) {
            (Some(Span { formats, atom: Atom::Text(text) }), Atom::Text(more)) if *formats == span.formats => {
                text.push_str(more);
            }
            _ => out.push(span),
        }
    }
    out
}
