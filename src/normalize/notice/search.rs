//! Looking for a notice at one end of a text, or in all of it.

use std::{cmp::Reverse, ops::Range};

use super::{
    matcher::{Attempt, End, Filled},
    notices::Notices,
    reading::NoticeContext,
    template::{Owner, Piece, Slot, Template},
};
use crate::normalize::date::{DateContext, Folded, PageWords, base_language, has_spaces};

/// Where in a text a notice is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The text is a notice and nothing else.
    Whole,
    /// The text begins with one; text may be glued to it.
    Start,
    /// The text ends with one; text may stand before it.
    End,
}

/// A notice that was found.
pub(super) struct Found<'n> {
    pub(super) template: &'n Template,
    pub(super) filled: Filled,
    /// The template's engine is the page's.
    pub(super) own: bool,
    /// The template's language is the page's.
    tongue: bool,
}

impl Found<'_> {
    /// It has a date that can be checked.
    pub(super) fn is_dated(&self) -> bool {
        self.rank().0
    }

    pub(super) fn rank(&self) -> (bool, bool, usize, usize, Reverse<usize>, Reverse<usize>, bool) {
        let (date, literal, stray, user) = self.filled.rank(self.template);
        (date > 0, self.own, date, literal, stray, user, self.tongue)
    }
}

pub(super) struct Search<'n, 's> {
    pub(super) notices: &'n Notices,
    pub(super) folded: &'s Folded,
    pub(super) text: &'s str,
    pub(super) ctx: &'s NoticeContext<'s>,
    /// Words of the page's language.
    pub(super) page: Option<PageWords>,
}

impl<'n> Search<'n, '_> {
    /// The best of some templates, each with whether its engine is the page's; `swapped`: of those that have a name and a date,
    /// with either in the other's place.
    pub(super) fn best(&self, templates: &[(&'n Template, bool)], place: Place, swapped: bool) -> Option<Found<'n>> {
        templates
            .iter()
            .filter(|(template, _)| !swapped || template.has(Slot::User) && template.has(Slot::Date))
            .filter_map(|&(template, own)| self.try_at(template, own, place, swapped))
            .max_by(|a, b| a.rank().cmp(&b.rank()))
    }

    pub(super) fn try_at(&self, template: &'n Template, own: bool, place: Place, swapped: bool) -> Option<Found<'n>> {
        // "Edited 7 Nov 2024 and …": without its engine, and without a name, it goes on as a sentence
        if place == Place::Start && !own && !template.has(Slot::User) && !template.is_bracketed() {
            return None;
        }
        let folded = &self.folded.text;
        let engine = self.ctx.dates.engine.or(self.ctx.engine);
        let stock =
            engine.or_else(|| template.owners.first().and_then(|owner| self.notices.engines.name(owner.engine)));
        let dates = DateContext { engine: stock, ..self.ctx.dates };
        let capital = |at: usize| {
            let original = &self.text[self.folded.origin(self.text, at.min(folded.len()))..];
            original.chars().next().is_none_or(|c| !c.is_lowercase())
        };
        let words = template.words.with(self.page);
        let attempt = |limit: usize, end: End| Attempt {
            text: folded,
            limit,
            template,
            end,
            swapped,
            words,
            dates: &dates,
            capital: &capital,
        };
        let filled = match place {
            Place::Whole => {
                let (outer, inner) = marks(folded);
                let whole = attempt(outer.end, End::Text).at(outer.start);
                match inner {
                    Some(inner) if whole.is_none() => {
                        let mut filled = attempt(inner.end, End::Text).at(inner.start)?;
                        filled.whole = outer;
                        Some(filled)
                    }
                    _ => whole,
                }
            }
            Place::Start => attempt(folded.len(), End::Anywhere).at(outer_start(folded)),
            Place::End => self.at_end(template, own, &attempt(marks(folded).0.end, End::Text)),
        }?;
        let tongue = self.ctx.language.is_some_and(|page| {
            let page = base_language(page);
            template.owners.iter().any(|owner| base_language(&owner.language) == page)
        });
        Some(Found { template, filled, own, tongue })
    }

    /// Tries the places where a notice that ends the text may begin.
    fn at_end(&self, template: &Template, own: bool, attempt: &Attempt) -> Option<Filled> {
        let text = &self.folded.text;
        let starts: Vec<usize> = match template.pieces.first()? {
            Piece::Literal(first) => text.match_indices(&*first.core).map(|(at, _)| at).collect(),
            // a name or date first: from the end of a sentence on
            Piece::Slot(_) => sentence_starts(text),
        };
        starts
            .into_iter()
            .filter(|&start| start > 0 && self.may_begin(template, own, start))
            .filter_map(|start| attempt.at(start))
            .max_by(|a, b| a.rank(template).cmp(&b.rank(template)))
    }

    /// Whether a notice may begin there, in the middle of a line.
    fn may_begin(&self, template: &Template, own: bool, start: usize) -> bool {
        let before = self.folded.text[..start].trim_end_matches([' ', '\n', '[', '(', '*']);
        let Some(last) = before.chars().next_back() else { return true };
        if !last.is_alphanumeric() {
            return !matches!(last, '"' | '\'' | '“' | '-' | ',' | ':' | ';')
                || self.folded.text[..start].ends_with(['(', '[']);
        }
        if template.is_bracketed() || self.folded.text[..start].ends_with(['(', '[']) {
            return true;
        }
        // "… below Last edited by": a capital in mid-line begins something new
        let here = self.text[self.folded.origin(self.text, start)..].chars().next();
        let capital = here.is_some_and(|c| !c.is_lowercase());
        (capital || own) && !template.is_weak() && (self.folded.text[..start].ends_with(' ') || !has_spaces(last))
    }
}

/// Ends of sentences, where a new one begins.
fn sentence_starts(text: &str) -> Vec<usize> {
    let mut starts: Vec<usize> = text
        .char_indices()
        .filter(|(_, c)| matches!(c, '.' | '!' | '?' | '…' | ')' | '~'))
        .map(|(at, c)| at + c.len_utf8())
        .filter(|&at| text[at..].starts_with(' '))
        .collect();
    starts.truncate(64);
    starts
}

/// The text without spaces and dashes around it, and what a pair of brackets or marks holds.
pub(super) fn marks(text: &str) -> (Range<usize>, Option<Range<usize>>) {
    let start = outer_start(text);
    let end = text.trim_end_matches([' ', '|']).len().max(start);
    let outer = start..end;
    let inside = &text[outer.clone()];
    let inner = inside.trim_start_matches(['[', '(', '{', '«', '*', '※', '•', '-', '_', '~', '<', '"', ' ', '—']);
    let trimmed = inner.trim_end_matches([']', ')', '}', '»', '*', '_', '~', '>', '"', ' ', '-', '—']);
    if trimmed.len() == inside.len() || trimmed.is_empty() {
        return (outer, None);
    }
    let at = start + (inside.len() - inner.len());
    (outer, Some(at..at + trimmed.len()))
}

fn outer_start(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '|']).len()
}

impl Template {
    /// The language of its wording: the page's, where an engine prints it in that one.
    pub(super) fn language(&self, ctx: &NoticeContext) -> &str {
        let page = ctx.language.map(base_language);
        let same = |owner: &&Owner| ctx.language.is_some_and(|page| *owner.language == *page);
        let base = |owner: &&Owner| page.as_ref().is_some_and(|page| base_language(&owner.language) == *page);
        let owner = self.owners.iter().find(same).or_else(|| self.owners.iter().find(base)).or(self.owners.first());
        owner.map_or("und", |owner| &owner.language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_off_in_pairs() {
        assert_eq!(marks("  [ x y ] "), (2..9, Some(4..7)));
        assert_eq!(marks("x y"), (0..3, None));
    }
}
