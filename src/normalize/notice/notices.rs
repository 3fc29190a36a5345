//! All templates behind one index, and the reading of a text that is a notice.

use std::{ops::Range, sync::LazyLock};

use super::{
    compile::Compiler,
    engines::Engines,
    error::NoticeError,
    index::Index,
    quote::Quotes,
    reading::{NoticeContext, NoticeReading},
    search::{Found, Place, Search},
    table::{BUILTIN, Table},
    template::{Slot, Template},
};
use crate::normalize::date::{DateWords, Folded};

/// Templates of edit notices and of quote headers, compiled.
#[derive(Debug)]
pub struct Notices {
    pub(super) templates: Vec<Template>,
    pub(super) index: Index,
    pub(super) engines: Engines,
    pub(super) quotes: Quotes,
}

/// Longer texts are no notices.
const MAX_LENGTH: usize = 1200;

static NOTICES: LazyLock<Notices> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the tables are embedded, and a test reads them")]
    Notices::with_all(&[]).expect("the built-in notice templates are sound")
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
        Notices::with_all(&[toml]).map_err(|(_, error)| error)
    }

    /// The built-in templates and those of several such tables; the error tells which one is wrong.
    pub(in crate::normalize) fn with_all(tables: &[&str]) -> Result<Notices, (usize, NoticeError)> {
        let mut compiler = Compiler::default();
        // a user's own come first: among equals they win
        for (at, text) in tables.iter().chain(&BUILTIN).enumerate() {
            let table: Table = toml::from_str(text).map_err(|error| (at, error.into()))?;
            for engine in &table.engine {
                compiler.add(engine).map_err(|error| (at, error))?;
            }
        }
        compiler.finish().map_err(|error| (0, error))
    }

    /// Reads a text that is one notice and nothing else: an element, or a line. Marks and brackets may stand around it.
    pub fn read(&self, text: &str, ctx: &NoticeContext) -> Option<NoticeReading> {
        self.read_own(text, ctx).map(|(reading, _)| reading)
    }

    /// Like [`Notices::read`]; tells also whether the wording is the page's own engine's.
    pub(super) fn read_own(&self, text: &str, ctx: &NoticeContext) -> Option<(NoticeReading, bool)> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let folded = Folded::new(text);
        let found = self.best(&folded, text, Place::Whole, ctx)?;
        Some((self.reading(&found, &folded, text, ctx), found.own))
    }

    /// The best notice at `place` of the text.
    pub(super) fn best<'n>(
        &'n self,
        folded: &Folded,
        text: &str,
        place: Place,
        ctx: &NoticeContext,
    ) -> Option<Found<'n>> {
        let candidates = self.candidates(&folded.text, place, ctx);
        if candidates.is_empty() {
            return None;
        }
        let page = ctx.dates.language.or(ctx.language).and_then(DateWords::page);
        let search = Search { notices: self, folded, text, ctx, page };
        candidates
            .iter()
            .filter_map(|&(template, engine)| search.try_at(template, engine, place, false))
            .max_by(|a, b| a.rank().cmp(&b.rank()))
            .or_else(|| {
                // a date in a name's place has numbers on both sides of something
                let numbers = folded.text.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty());
                if numbers.take(2).count() < 2 {
                    return None;
                }
                candidates
                    .iter()
                    .filter(|(template, _)| template.has(Slot::User) && template.has(Slot::Date))
                    .filter_map(|&(template, engine)| search.try_at(template, engine, place, true))
                    .max_by(|a, b| a.rank().cmp(&b.rank()))
            })
    }

    /// Templates that may match there, and whether their engine is the page's.
    fn candidates<'n>(&'n self, text: &str, place: Place, ctx: &NoticeContext) -> Vec<(&'n Template, bool)> {
        let found = self.index.candidates(text, place, &self.templates);
        if found.is_empty() {
            return Vec::new();
        }
        let engine = ctx.engine.and_then(|name| self.engines.find(name));
        // without a number it takes its engine to know "yesterday" for a date
        let number = text.bytes().any(|b| b.is_ascii_digit());
        found
            .into_iter()
            .map(|number| {
                let template = &self.templates[number as usize];
                (template, engine.is_some_and(|engine| template.owners.iter().any(|owner| owner.engine == engine)))
            })
            .filter(|(template, own)| *own || template.open && number && !ctx.own_words)
            .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sound() {
        Notices::with_all(&[]).unwrap();
    }
}
