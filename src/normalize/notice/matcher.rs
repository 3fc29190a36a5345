//! One template against one folded text: every split is tried.

use std::{cmp::Reverse, ops::Range};

use memchr::memmem;

use super::{
    dates::Dates,
    template::{Literal, Piece, Slot, Template},
};
use crate::normalize::date::{DateContext, DateReading, DateWords, floor_boundary, has_spaces, is_letter};

/// What stands in the slots, as ranges of the folded text.
#[derive(Clone, Debug, Default)]
pub(super) struct Filled {
    /// The notice itself.
    pub(super) whole: Range<usize>,
    pub(super) user: Option<Range<usize>>,
    pub(super) date: Option<Range<usize>>,
    pub(super) reading: Option<DateReading>,
    pub(super) count: Option<u32>,
    pub(super) reason: Option<Range<usize>>,
    /// Length of the date without a stop that may be the sentence's.
    pub(super) date_length: usize,
    /// Bytes at the end that the template does not have.
    pub(super) stray: usize,
}

impl Filled {
    /// The longest date, then the most literal text, then the shortest user.
    pub(super) fn rank(&self, template: &Template) -> (usize, usize, Reverse<usize>, Reverse<usize>) {
        let length = |range: &Option<Range<usize>>| range.as_ref().map_or(0, ExactSizeIterator::len);
        (self.date_length, template.literal, Reverse(self.stray), Reverse(length(&self.user)))
    }
}

/// Where a notice may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// At the end of the text only.
    Text,
    /// Wherever it is complete: text is glued to it.
    Anywhere,
}

/// A template applied to a text.
pub(super) struct Attempt<'t> {
    pub(super) text: &'t str,
    /// The notice does not go beyond.
    pub(super) limit: usize,
    pub(super) template: &'t Template,
    pub(super) end: End,
    /// User and date have changed places: packs whose arguments are swapped.
    pub(super) swapped: bool,
    /// The words its date is written with.
    pub(super) words: DateWords,
    pub(super) dates: &'t DateContext<'t>,
    /// Those of this text that were looked at.
    pub(super) looked: &'t Dates,
    /// Tells whether the folded byte stands for a capital in the original.
    pub(super) capital: &'t dyn Fn(usize) -> bool,
}

/// Names longer than this are sentences.
const MAX_USER: usize = 64;
/// Reasons longer than this are articles.
const MAX_REASON: usize = 600;
/// Splits tried in all; beyond that the text is no notice.
const MAX_STEPS: u32 = 4000;

impl<'t> Attempt<'t> {
    /// The best way to read a notice that begins at `start`.
    pub(super) fn at(&self, start: usize) -> Option<Filled> {
        let mut search = Search { attempt: self, best: None, steps: 0 };
        let filled = Filled { whole: start..start, ..Filled::default() };
        search.go(0, start, &filled);
        search.best
    }
}

struct Search<'a, 't> {
    attempt: &'a Attempt<'t>,
    best: Option<Filled>,
    steps: u32,
}

impl Search<'_, '_> {
    fn go(&mut self, piece: usize, at: usize, filled: &Filled) {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return;
        }
        let attempt = self.attempt;
        match attempt.template.pieces.get(piece) {
            None => self.finish(at, filled.clone()),
            Some(Piece::Literal(literal)) => {
                if let Some(end) = self.literal_at(literal, at) {
                    self.go(piece + 1, end, filled);
                }
            }
            Some(Piece::Slot(slot)) => {
                let slot = match (slot, attempt.swapped) {
                    (Slot::User, true) => Slot::Date,
                    (Slot::Date, true) => Slot::User,
                    (slot, _) => *slot,
                };
                let start = skip_spaces(attempt.text, at);
                match attempt.template.pieces.get(piece + 1) {
                    None => self.last_slot(slot, start, filled),
                    Some(Piece::Literal(next)) => self.slot_before(slot, start, next, piece + 2, filled),
                    // templates have something between two slots
                    Some(Piece::Slot(_)) => {}
                }
            }
        }
    }

    /// Tries every place where `next` stands.
    fn slot_before(&mut self, slot: Slot, start: usize, next: &Literal, following: usize, filled: &Filled) {
        let text = self.attempt.text;
        let limit = self.attempt.limit;
        let furthest = match slot {
            Slot::Reason | Slot::Other => limit,
            _ => limit.min(start + 4 * MAX_USER),
        };
        if next.core.is_empty() {
            for (offset, _) in text[start..floor_boundary(text, furthest).max(start)].match_indices([' ', '\n']) {
                let at = start + offset;
                if let Some(filled) = self.fill(slot, start..at, filled) {
                    self.go(following, at + 1, &filled);
                }
            }
            return;
        }
        let mut from = start;
        while let Some(offset) =
            text.get(from..limit).and_then(|rest| memmem::find(rest.as_bytes(), next.core.as_bytes()))
        {
            let at = from + offset;
            if at > furthest {
                break;
            }
            if let Some(end) = self.boundaries(next, at) {
                let mut stop = at;
                if next.label {
                    // "… by X. Reason:": the stop belongs to neither
                    stop = text[..at].trim_end_matches([' ', '\n', '-', '|', ',']).len().max(start);
                }
                if let Some(filled) = self.fill(slot, start..stop, filled) {
                    self.go(following, end, &filled);
                }
            }
            from = at + next.core.chars().next().map_or(1, char::len_utf8);
        }
    }

    fn last_slot(&mut self, slot: Slot, start: usize, filled: &Filled) {
        let attempt = self.attempt;
        let text = attempt.text;
        if attempt.end == End::Text || matches!(slot, Slot::Reason) {
            if let Some(filled) = self.fill(slot, start..attempt.limit, filled) {
                self.finish(attempt.limit, filled);
            } else if slot != Slot::User {
                // a stray stop
                let stop = text[..attempt.limit].trim_end_matches([' ', '\n', '.']).len();
                if let Some(filled) = self.fill(slot, start..stop.max(start), filled) {
                    self.finish(attempt.limit, filled);
                }
            }
            return;
        }
        match slot {
            Slot::Date => {
                if let Some((end, reading)) =
                    attempt.words.prefix(text, start, attempt.limit, attempt.dates, attempt.capital)
                {
                    let filled = Filled { date: Some(start..end), date_length: end - start, reading, ..filled.clone() };
                    self.finish(end, filled);
                }
            }
            Slot::Count => {
                let digits = text[start..attempt.limit].bytes().take_while(u8::is_ascii_digit).count();
                if let Some(filled) = self.fill(slot, start..start + digits, filled) {
                    self.finish(start + digits, filled);
                }
            }
            // where a name ends that text is glued to, nobody can tell
            _ => {}
        }
    }

    fn finish(&mut self, at: usize, mut filled: Filled) {
        let attempt = self.attempt;
        let mut at = at;
        if attempt.end == End::Text {
            let rest = text_between(attempt.text, at, attempt.limit);
            // a stop or comma more than the pack has is no difference
            if !rest.trim_matches([' ', '\n', '.', ',', '!']).is_empty() || rest.len() > 4 {
                return;
            }
            filled.stray = rest.len();
            at = attempt.limit;
        }
        filled.whole.end = at;
        let better = self.best.as_ref().is_none_or(|best| filled.rank(attempt.template) > best.rank(attempt.template));
        if better {
            self.best = Some(filled);
        }
    }

    /// Where the literal ends that stands at `at`, after spaces.
    fn literal_at(&self, literal: &Literal, at: usize) -> Option<usize> {
        let text = self.attempt.text;
        let mut at = skip_spaces(text, at);
        if literal.label {
            at += text[at..].len() - text[at..].trim_start_matches([' ', '\n', '.', ',', ';', '-', '|']).len();
        }
        if literal.core.is_empty() {
            return Some(at);
        }
        text.get(at..self.attempt.limit)?.starts_with(&*literal.core).then_some(())?;
        self.boundaries(literal, at)
    }

    /// The end of the literal at `at`, where it stands apart from its neighbours as its template asks.
    fn boundaries(&self, literal: &Literal, at: usize) -> Option<usize> {
        let text = self.attempt.text;
        let end = at + literal.core.len();
        let joins = |c: Option<char>| c.is_some_and(|c| (is_letter(c) || c.is_numeric()) && has_spaces(c));
        // below a blank line stands something else
        if &*literal.core == "\n" && (text[..at].ends_with('\n') || text[end..].starts_with('\n')) {
            return None;
        }
        if literal.apart_before && joins(text[..at].chars().next_back()) {
            return None;
        }
        if literal.apart_after && joins(text[end..].chars().next()) {
            let glued = self.attempt.end == End::Anywhere && (self.attempt.capital)(end);
            if !glued {
                return None;
            }
        }
        Some(end)
    }

    /// Puts `range` into the slot, where it is such a thing.
    fn fill(&self, slot: Slot, range: Range<usize>, filled: &Filled) -> Option<Filled> {
        let text = self.attempt.text;
        let range = trimmed(text, range)?;
        let value = &text[range.clone()];
        if value.is_empty() {
            return None;
        }
        // a copy is made only of what fits
        Some(match slot {
            Slot::User => {
                let first = range.start == filled.whole.start;
                // without a date beside it a name must look like one
                let alone = !self.attempt.template.has(Slot::Date);
                if value.len() > 4 * MAX_USER
                    || value.chars().count() > MAX_USER
                    || value.contains('\n')
                    || first && (is_sentence(value) || value.ends_with([',', ';']))
                    || alone && (value.split(' ').count() > 4 || value.contains(", ") || value.contains("; "))
                {
                    return None;
                }
                Filled { user: Some(range), ..filled.clone() }
            }
            Slot::Date => {
                let Attempt { words, dates, looked, .. } = self.attempt;
                let reading = looked.whole(text, range.clone(), words, dates)?;
                // the stop of the sentence is not the date's; that of "a.m." or "г." is
                let stop = value.trim_end_matches(['.', ',', ' ', '\n']);
                let keep = stop.ends_with(char::is_alphabetic)
                    && !stop.ends_with("am")
                    && !stop.ends_with("pm")
                    && value[stop.len()..].starts_with('.');
                let date = range.start..range.start + stop.len() + usize::from(keep);
                Filled { date: Some(date), date_length: stop.len(), reading, ..filled.clone() }
            }
            Slot::Count => {
                if value.len() > 6 || !value.bytes().all(|b| b.is_ascii_digit()) {
                    return None;
                }
                Filled { count: Some(value.parse().ok()?), ..filled.clone() }
            }
            Slot::Reason => {
                // what stands on further lines is somebody's text
                if value.len() > MAX_REASON || value.contains('\n') {
                    return None;
                }
                Filled { reason: Some(range), ..filled.clone() }
            }
            Slot::Ip => {
                if !value.bytes().all(|b| b.is_ascii_hexdigit() || matches!(b, b'.' | b':' | b'*')) {
                    return None;
                }
                filled.clone()
            }
            Slot::Other => {
                if value.len() > 200 {
                    return None;
                }
                filled.clone()
            }
            Slot::Span => {
                let is_span = value.len() <= 12
                    && value.starts_with(|c: char| c.is_ascii_digit())
                    && value.chars().all(|c| c.is_alphanumeric() || c == ' ' || c == '.');
                if !is_span {
                    return None;
                }
                filled.clone()
            }
        })
    }
}

/// Several words with the end of a sentence among them: a name before the notice's first word is not like that.
fn is_sentence(text: &str) -> bool {
    text.split(' ').count() > 4 && [". ", "! ", "? "].iter().any(|end| text.contains(end))
}

fn skip_spaces(text: &str, at: usize) -> usize {
    at + text[at..].bytes().take_while(|&b| b == b' ' || b == b'\n').count()
}

fn text_between(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default()
}

fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let value = text.get(range.clone())?;
    let start = range.start + (value.len() - value.trim_start_matches([' ', '\n']).len());
    let end = start + value.trim_matches([' ', '\n']).len();
    Some(start..end)
}
