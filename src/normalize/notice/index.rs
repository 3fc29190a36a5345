//! Which templates are worth trying: a few of thousands, by the literals that stand in the text.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, BuildError, Input, StartKind, automaton::OverlappingState};

use super::{
    search::{Marks, Place},
    template::{Piece, Template},
};

/// Literals of all templates.
#[derive(Debug)]
pub(super) struct Index {
    /// First literals of the templates that begin with one; searched at the places where a notice may begin.
    heads: Group,
    /// The longest literals of those that begin with a slot and may be taken for notices of any engine; searched everywhere.
    within: Group,
    /// Of those that begin with a slot and need their engine.
    within_own: Group,
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
    /// Those that may be taken for notices of any engine.
    open: Kinds,
    /// Those that need their engine.
    own: Kinds,
}

/// Templates without and with labels.
#[derive(Debug, Default)]
struct Kinds {
    plain: Vec<u32>,
    /// Those with a reason or count after the notice: most of all, and seldom worth a look.
    labelled: Vec<u32>,
}

/// A template for a [`Group`].
struct Member {
    pattern: Box<str>,
    number: u32,
    open: bool,
    labelled: bool,
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
        let (mut heads, mut within, mut within_own, mut anywhere) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (number, template) in (0..).zip(templates) {
            let mut labelled = false;
            for label in template.labels().map(Pairs::of) {
                labelled = true;
                if !labels.contains(&label) {
                    labels.push(label);
                }
            }
            let open = template.open;
            let longest = longest(template).unwrap_or_default();
            let member = |pattern: &str| Member { pattern: pattern.into(), number, open, labelled };
            match template.pieces.first() {
                Some(Piece::Literal(first)) => heads.push(member(&first.core)),
                _ if open => within.push(member(longest)),
                _ => within_own.push(member(longest)),
            }
            anywhere.push(member(longest));
        }
        Ok(Index {
            // one look at one place: not worth the table of a DFA
            heads: Group::new(heads, StartKind::Anchored, Some(AhoCorasickKind::ContiguousNFA))?,
            within: Group::new(within, StartKind::Unanchored, Some(AhoCorasickKind::DFA))?,
            within_own: Group::new(within_own, StartKind::Unanchored, Some(AhoCorasickKind::DFA))?,
            anywhere: Group::new(anywhere, StartKind::Unanchored, None)?,
            labels,
        })
    }

    /// Numbers of the templates whose literals seem to stand in folded `text` and that may match at `place`; `own`: also of
    /// those that need their engine.
    pub(super) fn candidates(
        &self,
        text: &str,
        place: Place,
        marks: &Marks,
        templates: &[Template],
        own: bool,
    ) -> Vec<u32> {
        let mut found = Vec::new();
        if place == Place::End {
            self.anywhere.find(text, None, &mut found);
        } else {
            let (outer, inner) = marks;
            self.heads.find(text, Some(outer.start), &mut found);
            if let Some(inner) = inner.as_ref().filter(|inner| inner.start != outer.start) {
                self.heads.find(text, Some(inner.start), &mut found);
            }
            self.within.find(text, None, &mut found);
            if own {
                self.within_own.find(text, None, &mut found);
            }
        }
        let mut numbers = Vec::new();
        if found.is_empty() {
            return numbers;
        }
        let pairs = Pairs::of(text);
        let label = self.labels.iter().any(|label| pairs.has(label));
        for members in found {
            for kinds in [Some(&members.open), own.then_some(&members.own)].into_iter().flatten() {
                let labelled = if label { &kinds.labelled[..] } else { &[] };
                let stands = |number: &&u32| pairs.has(&templates[**number as usize].needs);
                numbers.extend(kinds.plain.iter().chain(labelled).filter(stands));
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

impl Group {
    fn new(members: Vec<Member>, start: StartKind, kind: Option<AhoCorasickKind>) -> Result<Group, BuildError> {
        let mut patterns: Vec<Box<str>> = Vec::new();
        let mut templates: Vec<Members> = Vec::new();
        let mut numbers: HashMap<Box<str>, usize> = HashMap::new();
        for Member { pattern, number: template, open, labelled } in members {
            let number = *numbers.entry(pattern.clone()).or_insert_with(|| {
                patterns.push(pattern);
                templates.push(Members::default());
                templates.len() - 1
            });
            let members = &mut templates[number];
            let kinds = if open { &mut members.open } else { &mut members.own };
            if labelled { kinds.labelled.push(template) } else { kinds.plain.push(template) }
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
