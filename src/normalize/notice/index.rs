//! Which templates are worth trying: a few of thousands, by the literals that stand in the text.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, BuildError, Input, StartKind, automaton::OverlappingState};

use super::{
    search::{Place, marks},
    template::{Piece, Template},
};

/// Literals of all templates.
#[derive(Debug)]
pub(super) struct Index {
    /// First literals of the templates that begin with one; searched at the places where a notice may begin.
    heads: Group,
    /// The longest literals of those that begin with a slot; searched everywhere.
    within: Group,
    /// The longest literal of each; for notices that end a text.
    anywhere: Group,
    /// What introduces reasons and counts, each once.
    labels: Vec<Pairs>,
}

/// An automaton, and the templates of each of its patterns.
#[derive(Debug)]
struct Group {
    automaton: AhoCorasick,
    templates: Vec<Members>,
}

/// Templates that share a pattern.
#[derive(Debug, Default)]
struct Members {
    plain: Vec<u32>,
    /// Those with a reason or count after the notice: most of all, and seldom worth a look.
    labelled: Vec<u32>,
}

/// Which pairs of neighbouring bytes stand in a text, by a small hash: where not all pairs of a literal do, the literal does
/// not stand there either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pairs([u64; 4]);

impl Pairs {
    fn add(&mut self, text: &str) {
        for pair in text.as_bytes().windows(2) {
            let hash = pair[0].wrapping_mul(31) ^ pair[1].wrapping_mul(157);
            self.0[usize::from(hash >> 6)] |= 1 << (hash & 63);
        }
    }

    /// The pairs of a text.
    pub(super) fn of(text: &str) -> Pairs {
        let mut pairs = Pairs::default();
        pairs.add(text);
        pairs
    }

    /// Whether all of those pairs stand in it.
    pub(super) fn has(&self, all: &Pairs) -> bool {
        self.0.iter().zip(&all.0).all(|(own, wanted)| wanted & !own == 0)
    }
}

impl Index {
    /// Indexes the templates.
    pub(super) fn new(templates: &[Template]) -> Result<Index, BuildError> {
        let mut labels: Vec<Pairs> = Vec::new();
        let (mut heads, mut within, mut anywhere) = (Vec::new(), Vec::new(), Vec::new());
        for (number, template) in (0..).zip(templates) {
            let mut labelled = false;
            for label in template.labels().map(Pairs::of) {
                labelled = true;
                if !labels.contains(&label) {
                    labels.push(label);
                }
            }
            let longest: Box<str> = longest(template).unwrap_or_default().into();
            match template.pieces.first() {
                Some(Piece::Literal(first)) => heads.push(((*first.core).into(), number, labelled)),
                _ => within.push((longest.clone(), number, labelled)),
            }
            anywhere.push((longest, number, labelled));
        }
        Ok(Index {
            // one look at one place: not worth the table of a DFA
            heads: Group::new(heads, StartKind::Anchored, Some(AhoCorasickKind::ContiguousNFA))?,
            within: Group::new(within, StartKind::Unanchored, Some(AhoCorasickKind::DFA))?,
            anywhere: Group::new(anywhere, StartKind::Unanchored, None)?,
            labels,
        })
    }

    /// Numbers of the templates whose literals seem to stand in folded `text` and that may match at `place`.
    pub(super) fn candidates(&self, text: &str, place: Place, templates: &[Template]) -> Vec<u32> {
        let mut found = Vec::new();
        if place == Place::End {
            self.anywhere.find(text, None, &mut found);
        } else {
            let (outer, inner) = marks(text);
            self.heads.find(text, Some(outer.start), &mut found);
            if let Some(inner) = inner.filter(|inner| inner.start != outer.start) {
                self.heads.find(text, Some(inner.start), &mut found);
            }
            if self.within.automaton.is_match(text) {
                self.within.find(text, None, &mut found);
            }
        }
        if found.is_empty() {
            return Vec::new();
        }
        let pairs = Pairs::of(text);
        let label = self.labels.iter().any(|label| pairs.has(label));
        let labelled = found.iter().filter(|_| label).flat_map(|members| &members.labelled);
        let mut numbers: Vec<u32> = found
            .iter()
            .flat_map(|members| &members.plain)
            .chain(labelled)
            .copied()
            .filter(|&number| pairs.has(&templates[number as usize].needs))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

impl Group {
    fn new(
        members: Vec<(Box<str>, u32, bool)>,
        start: StartKind,
        kind: Option<AhoCorasickKind>,
    ) -> Result<Group, BuildError> {
        let mut patterns: Vec<Box<str>> = Vec::new();
        let mut templates: Vec<Members> = Vec::new();
        let mut numbers: HashMap<Box<str>, usize> = HashMap::new();
        for (pattern, template, labelled) in members {
            let number = *numbers.entry(pattern.clone()).or_insert_with(|| {
                patterns.push(pattern);
                templates.push(Members::default());
                templates.len() - 1
            });
            let members = &mut templates[number];
            if labelled { members.labelled.push(template) } else { members.plain.push(template) }
        }
        let automaton =
            AhoCorasick::builder().start_kind(start).kind(kind).build(patterns.iter().map(|pattern| &**pattern))?;
        Ok(Group { automaton, templates })
    }

    /// Templates whose pattern stands in `text`, or at the byte `at` of it.
    fn find<'i>(&'i self, text: &str, at: Option<usize>, found: &mut Vec<&'i Members>) {
        let input = match at {
            Some(at) => Input::new(text).span(at..text.len()).anchored(Anchored::Yes),
            None => Input::new(text),
        };
        let mut state = OverlappingState::start();
        loop {
            if self.automaton.try_find_overlapping(input.clone(), &mut state).is_err() {
                return;
            }
            let Some(hit) = state.get_match() else { return };
            found.push(&self.templates[hit.pattern().as_usize()]);
        }
    }
}

impl Template {
    /// Notes which pairs of bytes it needs.
    pub(super) fn note_needs(&mut self) {
        let mut needs = Pairs::default();
        cores(self).for_each(|core| needs.add(core));
        self.needs = needs;
    }

    /// Whether what the index looks it up by seems to stand in folded `text`; `starts`: where a notice may begin.
    pub(super) fn may_stand(&self, text: &str, place: Place, starts: &[usize]) -> bool {
        match self.pieces.first() {
            Some(Piece::Literal(first)) if place != Place::End => {
                starts.iter().any(|start| text[*start..].starts_with(&*first.core))
            }
            _ => longest(self).is_none_or(|core| text.contains(core)),
        }
    }
}

/// The longest of its words and signs.
fn longest(template: &Template) -> Option<&str> {
    cores(template).max_by_key(|core| core.len())
}

/// Words and signs of a template.
fn cores(template: &Template) -> impl Iterator<Item = &str> {
    template.pieces.iter().filter_map(|piece| match piece {
        Piece::Literal(literal) => Some(&*literal.core),
        Piece::Slot(_) => None,
    })
}
