//! A template, compiled: folded literals and typed slots.

use std::sync::Arc;

use super::{error::TemplateFault, index::Pairs, table::Evidence};
use crate::normalize::date::{DateWords, fold, has_spaces};

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    User,
    Date,
    Count,
    Reason,
    Ip,
    /// A country, a topic: read over.
    Other,
    /// How long ago, beside the date: `1 yr`.
    Span,
}

/// One part of a template.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Piece {
    /// Words and signs.
    Literal(Literal),
    /// A slot.
    Slot(Slot),
}

/// Words and signs, folded, without the spaces around them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Literal {
    /// Empty: a space between two slots.
    pub(super) core: Arc<str>,
    /// Its letters; those of scripts without spaces weigh more.
    letters: u32,
    /// A word must not touch what stands before it.
    pub(super) apart_before: bool,
    /// Nor what stands after it.
    pub(super) apart_after: bool,
    /// Introduces a reason or count that follows a whole notice: a stop may stand before it.
    pub(super) label: bool,
    /// Begins the template with a capital.
    pub(super) capital: bool,
}

/// Who uses a template.
#[derive(Clone, Debug)]
pub(super) struct Owner {
    /// Index of the engine.
    pub(super) engine: usize,
    /// BCP 47.
    pub(super) language: Box<str>,
    pub(super) evidence: Evidence,
}

/// A template, compiled.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) pieces: Vec<Piece>,
    /// Engines that print it; all of one base language.
    pub(super) owners: Vec<Owner>,
    /// The words its dates are written with.
    pub(super) words: DateWords,
    /// Letters of its literals; those of scripts without spaces weigh more.
    pub(super) weight: usize,
    /// Bytes of its literals.
    pub(super) literal: usize,
    /// What must stand in a text; the index sets it.
    pub(super) needs: Pairs,
    /// May be taken for a notice where its engine is not known.
    pub(super) open: bool,
}

/// Templates with less weight are too weak to be taken for notices where their engine is not known.
const WEAK: usize = 9;

impl Template {
    pub(super) fn new(pieces: Vec<Piece>, owner: Owner, words: DateWords, weight: usize, literal: usize) -> Template {
        Template { pieces, owners: vec![owner], words, weight, literal, needs: Pairs::default(), open: false }
    }

    pub(super) fn has(&self, slot: Slot) -> bool {
        self.pieces.contains(&Piece::Slot(slot))
    }

    /// What introduces the reason or count after the notice.
    pub(super) fn labels(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(literal) if literal.label => Some(&*literal.core),
            _ => None,
        })
    }

    /// Needs its engine: too few words, or nothing in its slots that could be checked.
    pub(super) fn is_weak(&self) -> bool {
        self.weight < WEAK || !self.has(Slot::Date)
    }

    /// Printed with a capital at its start.
    pub(super) fn is_capital(&self) -> bool {
        matches!(self.pieces.first(), Some(Piece::Literal(literal)) if literal.capital)
    }

    /// Begins or ends in a bracket or mark.
    pub(super) fn is_bracketed(&self) -> bool {
        let is_mark = |c: Option<char>| c.is_some_and(|c| matches!(c, '[' | '(' | '«' | '*' | '※'));
        matches!(self.pieces.first(), Some(Piece::Literal(literal)) if is_mark(literal.core.chars().next()))
    }
}

/// Compiles the parts of a template.
pub(super) fn pieces(template: &str) -> Result<Vec<Piece>, TemplateFault> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rest = template;
    loop {
        let (text, slot, after) = match rest.split_once('{') {
            Some((text, tail)) => {
                let (name, after) = tail.split_once('}').ok_or(TemplateFault::UnknownSlot)?;
                (text, Some(slot_of(name)?), after)
            }
            None => (rest, None, ""),
        };
        let first = pieces.is_empty();
        if let Some(literal) = literal(text, first, slot.is_none()) {
            pieces.push(Piece::Literal(literal));
        } else if !first && slot.is_some() {
            return Err(TemplateFault::Touching);
        }
        let Some(slot) = slot else { break };
        if slot != Slot::Other && pieces.contains(&Piece::Slot(slot)) {
            return Err(TemplateFault::Twice);
        }
        pieces.push(Piece::Slot(slot));
        rest = after;
    }
    let words =
        |piece: &Piece| matches!(piece, Piece::Literal(literal) if literal.core.chars().any(char::is_alphabetic));
    if !pieces.iter().any(words) {
        return Err(TemplateFault::NoWords);
    }
    Ok(pieces)
}

fn slot_of(name: &str) -> Result<Slot, TemplateFault> {
    Ok(match name {
        "user" => Slot::User,
        "date" => Slot::Date,
        "count" => Slot::Count,
        "reason" => Slot::Reason,
        "ip" => Slot::Ip,
        "country" | "topic" | "nick" => Slot::Other,
        "span" => Slot::Span,
        _ => return Err(TemplateFault::UnknownSlot),
    })
}

fn literal(text: &str, first: bool, last: bool) -> Option<Literal> {
    let folded = fold(text);
    // a line feed between two slots is kept, any other space there is empty
    let core = if folded.trim().is_empty() && folded.contains('\n') { "\n" } else { folded.trim() };
    if core.is_empty() && (first || last || folded.is_empty()) {
        return None;
    }
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && has_spaces(c));
    Some(Literal {
        apart_before: first && word(core.chars().next()) || folded.starts_with(' ') && word(core.chars().next()),
        apart_after: last && word(core.chars().next_back()) || folded.ends_with(' ') && word(core.chars().next_back()),
        letters: core.chars().filter(|c| c.is_alphabetic()).map(|c| if has_spaces(c) { 1 } else { 5 }).sum(),
        core: core.into(),
        label: false,
        capital: first && text.trim_start().starts_with(char::is_uppercase),
    })
}

/// A notice with a reason or count after it.
pub(super) fn joined(notice: &[Piece], label: &[Piece]) -> Option<Vec<Piece>> {
    // a closed bracket is an end
    if let Some(Piece::Literal(last)) = notice.last()
        && last.core.ends_with([')', ']', '»'])
    {
        return None;
    }
    let mut pieces = notice.to_vec();
    for (at, piece) in label.iter().enumerate() {
        match piece {
            Piece::Slot(slot) if pieces.contains(piece) && *slot != Slot::Other => return None,
            Piece::Literal(literal) if at == 0 => {
                pieces.push(Piece::Literal(Literal { label: true, apart_before: true, ..literal.clone() }));
            }
            // a slot first ("{count} times"): nothing tells where the notice ends
            Piece::Slot(_) if at == 0 => return None,
            piece => pieces.push(piece.clone()),
        }
    }
    Some(pieces)
}

/// Letters, and bytes, of all literals.
pub(super) fn weigh(pieces: &[Piece]) -> (usize, usize) {
    let literals = pieces.iter().filter_map(|piece| match piece {
        Piece::Literal(literal) => Some((literal.letters as usize, literal.core.len())),
        Piece::Slot(_) => None,
    });
    literals.fold((0, 0), |(letters, bytes), (more, length)| (letters + more, bytes + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told() {
        for (template, expected) in [
            ("Edited by {usr}", TemplateFault::UnknownSlot),
            ("Edited by {user", TemplateFault::UnknownSlot),
            ("Edited by {user}{date}", TemplateFault::Touching),
            ("{user} {date}", TemplateFault::NoWords),
            ("by {user} and {user}", TemplateFault::Twice),
        ] {
            assert_eq!(pieces(template), Err(expected), "{template}");
        }
    }

    #[test]
    fn literals_are_folded_and_slots_typed() {
        let pieces = pieces("Última edición por {user}; {date}").unwrap();
        assert_eq!(pieces.len(), 4);
        assert!(matches!(&pieces[0], Piece::Literal(literal) if &*literal.core == "ultima edicion por"));
        assert!(matches!(&pieces[2], Piece::Literal(literal) if &*literal.core == ";" && !literal.apart_before));
    }
}
