//! All templates behind one index, and the reading of a text that is a notice.

use std::{
    ops::Range,
    sync::{
        LazyLock, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use super::{
    compile::Compiler,
    dates::Dates,
    engines::Engines,
    error::NoticeError,
    heads::Heads,
    index::{Index, Pairs},
    quote::Quotes,
    reading::{NoticeContext, NoticeReading},
    search::{Found, Place, Search, marks},
    table::{BUILTIN, Table},
    template::Template,
};
use crate::normalize::date::{DateWords, Folded};

/// Templates of edit notices and of quote headers, compiled.
#[derive(Debug)]
pub struct Notices {
    pub(super) templates: Vec<Template>,
    /// Built when texts keep coming that are not written in their engine's words: few pages need it.
    pub(super) index: OnceLock<Option<Index>>,
    /// How many texts were held against all templates without it.
    pub(super) looks: AtomicU32,
    /// The templates of each engine, by its number; noted when they are first asked for.
    pub(super) heads: OnceLock<Vec<Heads>>,
    pub(super) engines: Engines,
    pub(super) quotes: Quotes,
}

/// So many texts are held against all templates before an index of them is built: that costs as much as some thousand.
const LOOKS: u32 = 200;

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
        Ok(compiler.finish())
    }

    /// Reads a text that is one notice and nothing else: an element, or a line. Marks and brackets may stand around it.
    pub fn read(&self, text: &str, ctx: &NoticeContext) -> Option<NoticeReading> {
        self.read_own(text, ctx).map(|(reading, _)| reading)
    }

    /// Like [`Notices::read`]; tells also whether the wording is the page's own engine's.
    pub(super) fn read_own(&self, text: &str, ctx: &NoticeContext) -> Option<(NoticeReading, bool)> {
        if text.len() > MAX_LENGTH || !may_hold_a_digit(text) && self.engine(ctx).is_none() {
            return None;
        }
        let folded = Folded::new(text);
        let found = self.best(&folded, text, Place::Whole, ctx)?;
        Some((self.reading(&found, &folded, text, ctx), found.own))
    }

    /// Reads an element that is a notice, of one line or of several: what stands in it is of one piece, and a reason may stand on
    /// lines of its own.
    pub fn read_element(&self, text: &str, ctx: &NoticeContext) -> Option<NoticeReading> {
        self.read_element_own(text, ctx).map(|(reading, _)| reading)
    }

    /// Like [`Notices::read_element`]; tells also whether the wording is the page's own engine's.
    pub(super) fn read_element_own(&self, text: &str, ctx: &NoticeContext) -> Option<(NoticeReading, bool)> {
        let Some((first, rest)) = text.split_once('\n') else { return self.read_own(text, ctx) };
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.read_own(&format!("{}\n{}", line(first), line(rest)), ctx).or_else(|| self.read_own(&line(text), ctx))
    }

    /// The best notice at `place` of the text.
    pub(super) fn best<'n>(
        &'n self,
        folded: &Folded,
        text: &str,
        place: Place,
        ctx: &NoticeContext,
    ) -> Option<Found<'n>> {
        let words = &folded.text;
        let engine = self.engine(ctx);
        // without a number it takes its engine to know "yesterday" for a date
        let takes_others = !ctx.own_words && words.bytes().any(|b| b.is_ascii_digit());
        if engine.is_none() && !takes_others {
            return None;
        }
        let page = ctx.dates.language.or(ctx.language).and_then(DateWords::page);
        let search = Search { notices: self, folded, text, ctx, page, marks: marks(words), looked: Dates::default() };
        let is_own = |template: &Template| {
            engine.is_some_and(|engine| template.owners.iter().any(|owner| owner.engine == engine))
        };
        let with_own = |template| (template, is_own(template));
        let may_be = |(template, own): &(&Template, bool)| *own || template.open && takes_others;
        let indexed = |index: &Index| {
            let numbers = index.candidates(words, place, &search.marks, &self.templates, engine.is_some());
            let found = numbers.into_iter().map(|number| &self.templates[number as usize]);
            found.map(with_own).filter(may_be).collect::<Vec<_>>()
        };
        let candidates = match self.index.get() {
            Some(Some(index)) => indexed(index),
            _ => {
                let pairs = Pairs::of(words);
                let numbers = engine.and_then(|engine| self.heads(engine)).map_or(&[][..], |heads| &heads.numbers);
                let own = numbers.iter().map(|number| &self.templates[*number as usize]);
                let own: Vec<_> = own.filter(search.standing(place, &pairs)).map(|template| (template, true)).collect();
                // Words of the page's own engine with a date among them are better than any other's, and mostly all there is.
                let found = search.best(&own, place, false);
                if found.as_ref().is_some_and(Found::is_dated) {
                    return found;
                }
                if !takes_others {
                    own
                } else if let Some(index) = self.index() {
                    indexed(index)
                } else {
                    let standing = self.templates.iter().filter(search.standing(place, &pairs));
                    standing.map(with_own).filter(may_be).collect()
                }
            }
        };
        if candidates.is_empty() {
            return None;
        }
        search.best(&candidates, place, false).or_else(|| {
            // a date in a name's place has numbers on both sides of something
            let numbers = words.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty());
            if numbers.take(2).count() < 2 {
                return None;
            }
            search.best(&candidates, place, true)
        })
    }

    /// The engine of the page, where there are notices of it.
    fn engine(&self, ctx: &NoticeContext) -> Option<usize> {
        ctx.engine.and_then(|name| self.engines.find(name))
    }

    /// The templates of that engine.
    pub(super) fn heads(&self, engine: usize) -> Option<&Heads> {
        self.heads.get_or_init(|| Heads::of(&self.templates, self.engines.count())).get(engine)
    }

    /// The index, once it is worth to be built.
    fn index(&self) -> Option<&Index> {
        if self.index.get().is_none() && self.looks.fetch_add(1, Ordering::Relaxed) < LOOKS {
            return None;
        }
        // only a table of gigabytes could not be built
        self.index.get_or_init(|| Index::new(&self.templates).ok()).as_ref()
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

/// Whether there may be a digit in it, of any script: told by the first bytes of characters, so that it costs next to nothing.
fn may_hold_a_digit(text: &str) -> bool {
    let may = |b: &u8| b.is_ascii_digit() || matches!(b, 0xd9 | 0xdb | 0xe0 | 0xe1 | 0xef);
    text.as_bytes().iter().any(may)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_is_noticed() {
        for c in ('\0'..=char::MAX)
            .filter(|c| Folded::new(c.encode_utf8(&mut [0; 4])).text.contains(|c: char| c.is_ascii_digit()))
        {
            assert!(may_hold_a_digit(c.encode_utf8(&mut [0; 4])), "{c}");
        }
        assert!(!may_hold_a_digit("Последний раз, 最后由, zuletzt geändert"));
    }

    #[test]
    fn the_tables_are_sound() {
        Notices::with_all(&[]).unwrap();
    }

    #[test]
    fn with_and_without_an_index_the_same_is_read() {
        let (indexed, bare) = (Notices::with_all(&[]).unwrap(), Notices::with_all(&[]).unwrap());
        indexed.looks.store(LOOKS, Ordering::Relaxed);
        let tables: Vec<Table> = BUILTIN.iter().map(|text| toml::from_str(text).unwrap()).collect();
        let written = tables.iter().flat_map(|table| &table.engine).flat_map(|engine| {
            let edits = engine.notice.iter().flat_map(|wording| &wording.edit);
            edits.map(move |edit| (&engine.name, edit))
        });
        let mut read = 0;
        for (number, (name, template)) in written.enumerate().filter(|(number, _)| number % 5 == 0) {
            let text = template.replace("{user}", "Anna").replace("{date}", "2024-11-07 14:20").replace("{count}", "2");
            let engine = [Some(name.as_str()), None, Some("phpBB"), Some("Discuz!")][number / 5 % 4];
            for text in [text.clone(), format!("[ {text} ]"), format!("{text} or 3"), "Posted by 2 of them".to_owned()]
            {
                let ctx = NoticeContext { engine, ..NoticeContext::default() };
                bare.looks.store(0, Ordering::Relaxed);
                let found = bare.read(&text, &ctx);
                assert_eq!(found, indexed.read(&text, &ctx), "{text} of {engine:?}");
                read += usize::from(found.is_some());
            }
        }
        assert!(read > 100 && bare.index.get().is_none() && indexed.index.get().is_some(), "{read}");
    }
}
