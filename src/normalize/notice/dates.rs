//! The dates of one text: templates ask for the same ones again and again, and a date that is none is none for all of them.

use std::{cell::RefCell, ops::Range};

use crate::normalize::date::{DateContext, DateParts, DateReading, DateWords};

/// What was looked at, while templates are held against one text.
#[derive(Debug, Default)]
pub(super) struct Dates(RefCell<Vec<Looked>>);

/// A part of the text, and what it is in the words of a language.
#[derive(Debug)]
struct Looked {
    range: Range<usize>,
    language: Option<&'static str>,
    parts: Option<DateParts>,
}

/// So many are remembered: a text that asks for more is none that templates share.
const MOST: usize = 64;

impl Dates {
    /// Reads a part of folded `text` that is a date and nothing else, as [`DateWords::whole`] does. `words` may differ in their
    /// language alone.
    pub(super) fn whole(
        &self,
        text: &str,
        range: Range<usize>,
        words: &DateWords,
        ctx: &DateContext,
    ) -> Option<Option<DateReading>> {
        let folded = &text[range.clone()];
        let language = words.language();
        let looked = |looked: &&Looked| looked.range == range && looked.language == language;
        let known = self.0.borrow().iter().find(looked).map(|looked| looked.parts);
        let parts = known.unwrap_or_else(|| {
            let parts = words.parts(folded);
            let mut all = self.0.borrow_mut();
            if all.len() < MOST {
                all.push(Looked { range: range.clone(), language, parts });
            }
            parts
        });
        words.resolved(&parts?, folded, ctx)
    }
}
