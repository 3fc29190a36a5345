//! All templates behind one automaton, and the reading of a text that is a notice.

use std::{cmp::Reverse, collections::HashMap, ops::Range, sync::LazyLock};

use aho_corasick::AhoCorasick;

use super::{
    engines::Engines,
    error::{NoticeError, TemplateFault},
    matcher::{Attempt, End, Filled},
    quote::Quotes,
    reading::{NoticeContext, NoticeReading},
    table::{BUILTIN, Engine, Evidence, Table},
    template::{Owner, Piece, Slot, Template, joined, pieces, weigh},
};
use crate::normalize::date::{DateContext, DateWords, Folded, base_language};

/// Templates of edit notices and of quote headers, compiled.
#[derive(Debug)]
pub struct Notices {
    templates: Vec<Template>,
    /// The longest literal of each template, all in one automaton.
    anchors: AhoCorasick,
    /// Templates by the index of their anchor.
    by_anchor: Vec<Vec<u32>>,
    pub(super) engines: Engines,
    pub(super) quotes: Quotes,
}

/// Longer texts are no notices.
const MAX_LENGTH: usize = 1200;

static NOTICES: LazyLock<Notices> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the tables are embedded, and a test reads them")]
    Notices::compile(&[]).expect("the built-in notice templates are sound")
});

impl Notices {
    /// The built-in templates.
    pub fn builtin() -> &'static Notices {
        &NOTICES
    }

    /// The built-in templates and those of `toml`, a table like the ones in `config/notices`.
    ///
    /// # Errors
    /// `toml` is no such table (with line and caret), or a template in it cannot work.
    pub fn with(toml: &str) -> Result<Notices, NoticeError> {
        Notices::compile(&[toml])
    }

    fn compile(more: &[&str]) -> Result<Notices, NoticeError> {
        let mut compiler = Compiler::default();
        // a user's own come first: among equals they win
        for text in more.iter().chain(&BUILTIN) {
            let table: Table = toml::from_str(text)?;
            for engine in &table.engine {
                compiler.add(engine)?;
            }
        }
        compiler.finish()
    }

    /// Reads a text that is one notice and nothing else: an element, or a line. Marks and brackets may stand around it.
    pub fn read(&self, text: &str, ctx: &NoticeContext) -> Option<NoticeReading> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let folded = Folded::new(text);
        let found = self.best(&folded, text, Place::Whole, ctx)?;
        Some(self.reading(&found, &folded, text, ctx))
    }

    /// The best notice at `place` of the text.
    pub(super) fn best<'n>(
        &'n self,
        folded: &Folded,
        text: &str,
        place: Place,
        ctx: &NoticeContext,
    ) -> Option<Found<'n>> {
        let candidates = self.candidates(&folded.text, ctx);
        if candidates.is_empty() {
            return None;
        }
        let search = Search { notices: self, folded, text, ctx };
        candidates
            .iter()
            .filter_map(|&(template, engine)| search.try_at(template, engine, place, false))
            .max_by(|a, b| a.rank().cmp(&b.rank()))
            .or_else(|| {
                candidates
                    .iter()
                    .filter(|(template, _)| template.has(Slot::User) && template.has(Slot::Date))
                    .filter_map(|&(template, engine)| search.try_at(template, engine, place, true))
                    .max_by(|a, b| a.rank().cmp(&b.rank()))
            })
    }

    /// Templates whose anchor stands in folded `text` and that may match there, and whether their engine is the page's.
    fn candidates<'n>(&'n self, text: &str, ctx: &NoticeContext) -> Vec<(&'n Template, bool)> {
        let mut found: Vec<(&Template, bool)> = Vec::new();
        let mut engine = None;
        for hit in self.anchors.find_overlapping_iter(text) {
            let engine = *engine.get_or_insert_with(|| ctx.engine.and_then(|name| self.engines.find(name)));
            for &index in &self.by_anchor[hit.pattern().as_usize()] {
                let template = &self.templates[index as usize];
                let own = engine.is_some_and(|engine| template.owners.iter().any(|owner| owner.engine == engine));
                let open =
                    !template.is_weak() && template.owners.iter().any(|owner| owner.evidence != Evidence::Memory);
                if (own || open && !ctx.own_words)
                    && template.could_be(text)
                    && !found.iter().any(|(known, _)| std::ptr::eq(*known, template))
                {
                    found.push((template, own));
                }
            }
        }
        found
    }

    pub(super) fn reading(&self, found: &Found, folded: &Folded, text: &str, ctx: &NoticeContext) -> NoticeReading {
        // no-break spaces are spaces, as in all text
        let spaces = |c: char| if c.is_whitespace() && c != '\n' { ' ' } else { c };
        let cut = |range: &Option<Range<usize>>| {
            range.clone().map(|range| folded.cut(text, range).chars().map(spaces).collect::<String>())
        };
        let filled = &found.filled;
        NoticeReading {
            user: cut(&filled.user),
            date: filled.reading.clone(),
            date_raw: cut(&filled.date),
            count: filled.count,
            reason: cut(&filled.reason),
            language: Some(found.template.language(ctx).to_owned()),
        }
    }
}

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
    own: bool,
    /// The template's language is the page's.
    tongue: bool,
}

impl Found<'_> {
    fn rank(&self) -> (bool, bool, usize, usize, Reverse<usize>, Reverse<usize>, bool) {
        let (date, literal, stray, user) = self.filled.rank(self.template);
        (date > 0, self.own, date, literal, stray, user, self.tongue)
    }
}

struct Search<'n, 's> {
    notices: &'n Notices,
    folded: &'s Folded,
    text: &'s str,
    ctx: &'s NoticeContext<'s>,
}

impl<'n> Search<'n, '_> {
    fn try_at(&self, template: &'n Template, own: bool, place: Place, swapped: bool) -> Option<Found<'n>> {
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
            let original = &self.text[self.folded.origin(at.min(folded.len()))..];
            original.chars().next().is_none_or(|c| !c.is_lowercase())
        };
        let attempt = |limit: usize, end: End| Attempt {
            text: folded,
            limit,
            template,
            end,
            swapped,
            page: self.ctx.dates.language.or(self.ctx.language),
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
        let here = self.text[self.folded.origin(start)..].chars().next();
        let capital = here.is_some_and(|c| !c.is_lowercase());
        (capital || own)
            && !template.is_weak()
            && (self.folded.text[..start].ends_with(' ') || !crate::normalize::date::has_spaces(last))
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
fn marks(text: &str) -> (Range<usize>, Option<Range<usize>>) {
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
    fn language(&self, ctx: &NoticeContext) -> &str {
        let page = ctx.language.map(base_language);
        let same = |owner: &&Owner| ctx.language.is_some_and(|page| *owner.language == *page);
        let base = |owner: &&Owner| page.as_ref().is_some_and(|page| base_language(&owner.language) == *page);
        let owner = self.owners.iter().find(same).or_else(|| self.owners.iter().find(base)).or(self.owners.first());
        owner.map_or("und", |owner| &owner.language)
    }

    /// A quick look: all literals stand in the text, in order.
    fn could_be(&self, text: &str) -> bool {
        let mut at = 0;
        for piece in &self.pieces {
            if let Piece::Literal(literal) = piece
                && !literal.core.is_empty()
            {
                match text[at..].find(&*literal.core) {
                    Some(found) => at += found + literal.core.len(),
                    None => return false,
                }
            }
        }
        true
    }

    /// Its longest literal.
    fn anchor(&self) -> &str {
        let literals = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(literal) => Some(&*literal.core),
            Piece::Slot(_) => None,
        });
        literals.max_by_key(|core| core.len()).unwrap_or_default()
    }
}

#[derive(Default)]
struct Compiler {
    templates: Vec<Template>,
    /// Templates by their pieces and base language.
    known: HashMap<(Vec<u8>, String), usize>,
    engines: Engines,
    quotes: Quotes,
    /// Labels of reasons by base language, for engines whose own are not known.
    reasons: HashMap<String, Vec<Vec<Piece>>>,
    /// Notices that wait for the labels of their language.
    waiting: Vec<(Vec<Piece>, Owner)>,
}

impl Compiler {
    fn add(&mut self, engine: &Engine) -> Result<(), NoticeError> {
        let index = self.engines.add(&engine.name, &engine.names);
        let parse = |template: &str, wants: Option<Slot>| {
            let fault =
                |cause| NoticeError::Template { engine: engine.name.clone(), template: template.to_owned(), cause };
            let pieces = pieces(template).map_err(fault)?;
            match wants {
                Some(slot) if !pieces.contains(&Piece::Slot(slot)) => Err(fault(TemplateFault::MissingSlot)),
                _ => Ok(pieces),
            }
        };
        // labels that stand under another evidence of the same language serve too
        let mut reasons: HashMap<String, Vec<Vec<Piece>>> = HashMap::new();
        let mut counts: HashMap<String, Vec<Vec<Piece>>> = HashMap::new();
        for wording in &engine.notice {
            let language = base_language(&wording.language);
            for template in &wording.reason {
                let label = parse(template, Some(Slot::Reason))?;
                let shared = self.reasons.entry(language.clone()).or_default();
                if !shared.contains(&label) {
                    shared.push(label.clone());
                }
                reasons.entry(language.clone()).or_default().push(label);
            }
            for template in &wording.count {
                counts.entry(language.clone()).or_default().push(parse(template, Some(Slot::Count))?);
            }
        }
        for wording in &engine.notice {
            let language = base_language(&wording.language);
            let owner = Owner { engine: index, language: wording.language.as_str().into(), evidence: wording.evidence };
            for template in &wording.edit {
                let notice = parse(template, None)?;
                for count in counts.get(&language).into_iter().flatten() {
                    if let Some(counted) = joined(&notice, count) {
                        for reason in reasons.get(&language).into_iter().flatten() {
                            if let Some(all) = joined(&counted, reason) {
                                self.put(all, owner.clone());
                            }
                        }
                        self.put(counted, owner.clone());
                    }
                }
                self.waiting.push((notice.clone(), owner.clone()));
                self.put(notice, owner.clone());
            }
            for template in &wording.quote {
                self.quotes.add(parse(template, None)?, &wording.language);
            }
        }
        Ok(())
    }

    fn put(&mut self, pieces: Vec<Piece>, owner: Owner) {
        let language = base_language(&owner.language);
        let key = (format!("{pieces:?}").into_bytes(), language);
        if let Some(&known) = self.known.get(&key) {
            self.templates[known].owners.push(owner);
            return;
        }
        self.known.insert(key, self.templates.len());
        let (weight, literal) = weigh(&pieces);
        let words = DateWords::of(&owner.language);
        self.templates.push(Template { pieces, owners: vec![owner], words, weight, literal });
    }

    fn finish(mut self) -> Result<Notices, NoticeError> {
        for (notice, owner) in std::mem::take(&mut self.waiting) {
            let labels = self.reasons.get(&base_language(&owner.language)).cloned().unwrap_or_default();
            let english = self.reasons.get("en").cloned().unwrap_or_default();
            for label in labels.iter().chain(&english) {
                if let Some(pieces) = joined(&notice, label) {
                    self.put(pieces, owner.clone());
                }
            }
        }
        let mut anchors: Vec<String> = Vec::new();
        let mut by_anchor: Vec<Vec<u32>> = Vec::new();
        let mut index: HashMap<String, usize> = HashMap::new();
        for (number, template) in (0..).zip(&self.templates) {
            let anchor = template.anchor().to_owned();
            let slot = *index.entry(anchor.clone()).or_insert_with(|| {
                anchors.push(anchor);
                by_anchor.push(Vec::new());
                by_anchor.len() - 1
            });
            by_anchor[slot].push(number);
        }
        let anchors = AhoCorasick::new(&anchors)?;
        self.quotes.finish()?;
        Ok(Notices { templates: self.templates, anchors, by_anchor, engines: self.engines, quotes: self.quotes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sound() {
        Notices::compile(&[]).unwrap();
    }

    #[test]
    fn marks_are_taken_off_in_pairs() {
        assert_eq!(marks("  [ x y ] "), (2..9, Some(4..7)));
        assert_eq!(marks("x y"), (0..3, None));
    }
}
