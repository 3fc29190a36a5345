//! Looking for a notice at one end of a text, or in all of it.

use std::{cmp::Reverse, ops::Range};

use super::{
    dates::Dates,
    index::Pairs,
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
    /// What [`marks`] finds around the folded text.
    pub(super) marks: Marks,
    /// Dates that were looked at.
    pub(super) looked: Dates,
}

/// The text without spaces and dashes around it, and what a pair of brackets or marks holds.
pub(super) type Marks = (Range<usize>, Option<Range<usize>>);

impl<'n> Search<'n, '_> {
    /// Whether a template seems to stand there: what the index finds, without it.
    pub(super) fn standing(&self, place: Place, pairs: &Pairs) -> impl Fn(&&'n Template) -> bool {
        let (outer, inner) = &self.marks;
        let starts = [outer.start, inner.as_ref().map_or(outer.start, |inner| inner.start)];
        move |template| pairs.has(&template.needs) && template.may_stand(&self.folded.text, place, &starts)
    }

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
            looked: &self.looked,
            capital: &capital,
        };
        let filled = match place {
            Place::Whole => {
                let (outer, inner) = self.marks.clone();
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
            Place::Start => {
                let start = folded.len() - without_tags(&folded[outer_start(folded)..], true).len();
                let start = start + (folded.len() - start - folded[start..].trim_start_matches(' ').len());
                attempt(folded.len(), End::Anywhere).at(start)
            }
            Place::End => self.at_end(template, own, &attempt(self.marks.0.end, End::Text)),
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
            .filter(|filled| self.ends_its_mark(filled))
            .max_by(|a, b| a.rank(template).cmp(&b.rank(template)))
    }

    /// Where the notice's opening mark is closed, the notice ends: "« Last Edit: … by anna » is what it says" goes on.
    fn ends_its_mark(&self, filled: &Filled) -> bool {
        let text = &self.folded.text;
        let close = match text[..filled.whole.start].trim_end_matches(' ').chars().next_back() {
            Some('«') => '»',
            Some('(') => ')',
            Some('[') => ']',
            _ => return true,
        };
        let notice = text[filled.whole.clone()].trim_end_matches([' ', '.', close]);
        let open = text[..filled.whole.start].trim_end_matches(' ').chars().next_back();
        let mut depth = 0;
        notice.chars().all(|c| {
            depth += i32::from(Some(c) == open) - i32::from(c == close);
            depth >= 0
        })
    }

    /// Whether a notice may begin there, in the middle of a line.
    fn may_begin(&self, template: &Template, own: bool, start: usize) -> bool {
        let text = &self.folded.text[..start];
        // a line that is quoted as mail quotes
        if text.rsplit('\n').next().is_some_and(|line| line.trim_start_matches(' ').starts_with('>')) {
            return false;
        }
        let before = text.trim_end_matches([' ', '\n', '[', '(', '*', '«']);
        let Some(last) = before.chars().next_back() else { return true };
        if !last.is_alphanumeric() {
            return !matches!(last, '"' | '\'' | '„' | '「' | '『' | '-' | ',' | ':' | ';')
                || text.ends_with(['(', '[']);
        }
        if template.is_bracketed() || text.ends_with(['(', '[']) {
            return true;
        }
        // "… below Last edited by": a capital in mid-line begins something new
        let here = self.text[self.folded.origin(self.text, start)..].chars().next();
        let capital = here.is_some_and(|c| !c.is_lowercase());
        let telling = own && template.has(Slot::Date) && (capital || template.has(Slot::User));
        (capital || own && !template.is_capital())
            && (telling || !template.is_weak())
            && (self.folded.text[..start].ends_with(' ') || !has_spaces(last))
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
pub(super) fn marks(text: &str) -> Marks {
    let start = outer_start(text);
    let end = text.trim_end_matches([' ', '|']).len().max(start);
    let outer = start..end;
    let inside = &text[outer.clone()];
    let inner = without_tags(inside, true);
    let inner = inner.trim_start_matches(['[', '(', '{', '«', '*', '※', '•', '-', '_', '~', '<', ' ', '—']);
    let trimmed = without_tags(inner, false);
    let trimmed = trimmed.trim_end_matches([']', ')', '}', '»', '*', '_', '~', '>', ' ', '-', '—']);
    if trimmed.len() == inside.len() || trimmed.is_empty() {
        return (outer, None);
    }
    let at = start + (inside.len() - inner.len());
    (outer, Some(at..at + trimmed.len()))
}

fn outer_start(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '|']).len()
}

/// The text without BBCode at its start or end: Discuz! keeps its notice within `[i=s]` and `[/i]`.
fn without_tags(text: &str, at_start: bool) -> &str {
    let mut text = text;
    loop {
        let rest = if at_start {
            let text = text.trim_start_matches(' ');
            tag(text).map(|length| &text[length..])
        } else {
            let text = text.trim_end_matches(' ');
            text.rfind('[').filter(|&at| tag(&text[at..]) == Some(text.len() - at)).map(|at| &text[..at])
        };
        match rest {
            Some(rest) => text = rest,
            None => return text,
        }
    }
}

/// Bytes of the tag that folded text begins with: `[i=s]`, `[/i]`, `[color=red]`.
pub(super) fn tag(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[')?;
    let inner = &inner[..inner.find(']').filter(|&end| end <= MOST_TAG)?];
    let name = inner.strip_prefix('/').unwrap_or(inner);
    let name = name.split_once('=').map_or(name, |(name, _)| name);
    matches!(name, "i" | "b" | "u" | "size" | "color" | "font" | "small" | "align").then_some(inner.len() + 2)
}

/// Bytes of what stands in a tag's brackets.
pub(super) const MOST_TAG: usize = 24;

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
