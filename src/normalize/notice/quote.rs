//! The line that attributes a quote: "X wrote:", "Quote from: X on DATE", "X 发表于 DATE".

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::{
    dates::Dates,
    matcher::{Attempt, End},
    notices::Notices,
    reading::NoticeContext,
    table::Evidence,
    template::{Owner, Piece, Slot, Template, weigh},
};
use crate::normalize::date::{DateContext, DateWords, Folded};

/// Who is quoted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuoteHeader {
    /// As printed.
    pub user: Option<String>,
    /// The quoted post's date, as printed.
    pub date_raw: Option<String>,
}

/// Templates of quote headers.
#[derive(Debug, Default)]
pub(super) struct Quotes {
    templates: Vec<Template>,
    /// The longest literals; built when the first line is read.
    automaton: OnceLock<Option<AhoCorasick>>,
}

impl Quotes {
    pub(super) fn add(&mut self, pieces: Vec<Piece>, language: &str) {
        if self.templates.iter().any(|known| known.pieces == pieces) {
            return;
        }
        let (weight, literal) = weigh(&pieces);
        let words = DateWords::of(language);
        let owner = Owner { engine: usize::MAX, language: language.into(), evidence: Evidence::Pack };
        self.templates.push(Template::new(pieces, owner, words, weight, literal));
    }

    fn automaton(&self) -> Option<&AhoCorasick> {
        let built = self.automaton.get_or_init(|| {
            let anchors = self.templates.iter().map(|template| {
                let cores = template.pieces.iter().filter_map(|piece| match piece {
                    Piece::Literal(literal) => Some(&*literal.core),
                    Piece::Slot(_) => None,
                });
                cores.max_by_key(|core| core.len()).unwrap_or_default()
            });
            // only a table of gigabytes would be too large
            AhoCorasick::new(anchors).ok()
        });
        built.as_ref()
    }
}

/// Longer lines are no headers.
const MAX_LENGTH: usize = 300;

impl Notices {
    /// Reads a line that attributes a quote, in every language of the packs.
    pub fn read_quote_header(&self, line: &str, ctx: &NoticeContext) -> Option<QuoteHeader> {
        if line.len() > MAX_LENGTH {
            return None;
        }
        let folded = Folded::new(line);
        let text = folded.text.trim_end();
        let start = text.len() - text.trim_start_matches([' ', '↑', '»', '«', '"', '>']).len();
        let dates = DateContext { engine: ctx.dates.engine.or(ctx.engine), ..ctx.dates };
        let page = ctx.dates.language.or(ctx.language).and_then(DateWords::page);
        let looked = Dates::default();
        let mut best = None;
        for hit in self.quotes.automaton()?.find_overlapping_iter(text) {
            let template = &self.quotes.templates[hit.pattern().as_usize()];
            if !template.has(Slot::User) {
                continue;
            }
            let attempt = |limit: usize| Attempt {
                text,
                limit,
                template,
                end: End::Text,
                swapped: false,
                words: template.words.with(page),
                dates: &dates,
                looked: &looked,
                capital: &|_| false,
            };
            let mut filled = attempt(text.len()).at(start);
            if filled.is_none()
                && let Some(found) = attempt(hit.end()).at(start)
            {
                // phpBB prints the date after the line: "X wrote: ↑ Thu Feb 01, 2024 12:14 pm"
                let rest = text[hit.end()..].trim_matches([' ', '↑', '(', ')']);
                let at = hit.end() + text[hit.end()..].find(rest).unwrap_or(0);
                if !rest.is_empty() && template.words.with(page).whole(rest, &dates).is_some() {
                    filled = Some(super::matcher::Filled { date: Some(at..at + rest.len()), ..found });
                }
            }
            if let Some(filled) = filled {
                let rank = filled.rank(template);
                if best.as_ref().is_none_or(|(known, _)| rank > *known) {
                    best = Some((rank, filled));
                }
            }
        }
        let (_, filled) = best?;
        let cut = |range: Option<std::ops::Range<usize>>| range.map(|range| folded.cut(line, range).to_owned());
        Some(QuoteHeader { user: cut(filled.user), date_raw: cut(filled.date) })
    }
}
