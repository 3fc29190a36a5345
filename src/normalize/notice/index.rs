//! Which templates are worth trying: a few of thousands, by the literals that stand in the text.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, BuildError, Input, StartKind, automaton::OverlappingState};

use super::{
    search::{Place, marks},
    template::{Piece, Template},
};

/// Literals of all templates, in automata.
#[derive(Debug)]
pub(super) struct Index {
    /// First literals of the templates that begin with one; searched at the places where a notice may begin.
    heads: Group,
    /// The longest literals of those that begin with a slot; searched everywhere.
    within: Group,
    /// The longest literal of each; for notices that end a text.
    anywhere: Group,
    /// Literals of three bytes and more: a template is worth trying where all of its own stand in the text.
    literals: AhoCorasick,
    /// How many those are.
    count: usize,
    /// By number: whether it introduces a reason or count.
    labels: Vec<bool>,
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

/// Shorter literals stand in every text.
const TELLING: usize = 3;

impl Index {
    /// Indexes the templates and tells each which literals it needs.
    pub(super) fn new(templates: &mut [Template]) -> Result<Index, BuildError> {
        let mut numbers: HashMap<Box<str>, u32> = HashMap::new();
        let mut literals: Vec<Box<str>> = Vec::new();
        let mut labels: Vec<bool> = Vec::new();
        for template in templates.iter_mut() {
            let own_labels: Vec<Box<str>> = template.labels().map(Into::into).collect();
            template.needs = cores(template)
                .into_iter()
                .filter(|core| core.len() >= TELLING)
                .map(|core| {
                    let is_label = own_labels.contains(&core);
                    let number = *numbers.entry(core.clone()).or_insert_with(|| {
                        literals.push(core);
                        labels.push(false);
                        literals.len() as u32 - 1
                    });
                    labels[number as usize] |= is_label;
                    number
                })
                .collect();
        }
        let (mut heads, mut within, mut anywhere) = (Vec::new(), Vec::new(), Vec::new());
        for (number, template) in (0..).zip(templates.iter()) {
            let longest = cores(template).into_iter().max_by_key(|core| core.len()).unwrap_or_default();
            let labelled = template.labels().next().is_some();
            match template.pieces.first() {
                Some(Piece::Literal(first)) => heads.push((first.core.clone(), number, labelled)),
                _ => within.push((longest.clone(), number, labelled)),
            }
            anywhere.push((longest, number, labelled));
        }
        Ok(Index {
            heads: Group::new(heads, StartKind::Anchored, Some(AhoCorasickKind::DFA))?,
            within: Group::new(within, StartKind::Unanchored, Some(AhoCorasickKind::DFA))?,
            anywhere: Group::new(anywhere, StartKind::Unanchored, None)?,
            count: literals.len(),
            labels,
            literals: AhoCorasick::new(literals.iter().map(|core| &**core))?,
        })
    }

    /// Numbers of the templates whose literals all stand in folded `text` and that may match at `place`.
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
            self.within.find(text, None, &mut found);
        }
        if found.is_empty() {
            return Vec::new();
        }
        let mut present = vec![0_u64; self.count / 64 + 1];
        let mut label = false;
        for hit in self.literals.find_overlapping_iter(text) {
            let number = hit.pattern().as_usize();
            present[number / 64] |= 1 << (number % 64);
            label |= self.labels[number];
        }
        let is_present = |number: &u32| present[*number as usize / 64] & (1 << (number % 64)) != 0;
        let labelled = found.iter().filter(|_| label).flat_map(|members| &members.labelled);
        let mut numbers: Vec<u32> = found
            .iter()
            .flat_map(|members| &members.plain)
            .chain(labelled)
            .copied()
            .filter(|&number| templates[number as usize].needs.iter().all(is_present))
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

/// Words and signs of a template.
fn cores(template: &Template) -> Vec<Box<str>> {
    let core = |piece: &Piece| match piece {
        Piece::Literal(literal) => Some(literal.core.clone()),
        Piece::Slot(_) => None,
    };
    template.pieces.iter().filter_map(core).collect()
}
