//! Lines within bodies that are no text: what stands in most of them, and what counts readers' doings.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    layout::{self, Layout, hash},
    words,
};
use crate::extract::view::View;

/// Lines that stand in the bodies of most pieces: labels and links, not text.
pub(super) fn common_lines(view: &View<'_, '_>, layout: &Layout, places: &[Option<u32>]) -> BTreeSet<u64> {
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    let bodies: Vec<u32> = places.iter().flatten().copied().collect();
    for &at in &bodies {
        let mut seen: BTreeSet<u64> = BTreeSet::new();
        for place in small(view, layout, &view.flat.within(at)) {
            seen.insert(fingerprint(view, place));
        }
        seen.into_iter().for_each(|says| *counts.entry(says).or_default() += 1);
    }
    if bodies.len() < 3 {
        return BTreeSet::new();
    }
    counts.into_iter().filter(|(_, count)| *count >= 3 && *count * 5 > bodies.len() * 2).map(|(says, _)| says).collect()
}

/// What in a body is such a line, or counts what readers do.
pub(super) fn boilerplate(
    view: &View<'_, '_>,
    layout: &Layout,
    range: &Range<u32>,
    common: &BTreeSet<u64>,
) -> Vec<Range<u32>> {
    let mut cuts: Vec<Range<u32>> = Vec::new();
    for place in small(view, layout, range) {
        if cuts.last().is_none_or(|cut| cut.end <= place)
            && (common.contains(&fingerprint(view, place)) || is_counts(&view.line(place)))
        {
            cuts.push(layout::whole(&view.flat, place));
        }
    }
    cuts
}

/// "3 Likes 2 Shares": numbers of what forums count, and nothing else.
fn is_counts(line: &str) -> bool {
    let (mut numbers, mut counted) = (0, 0);
    for word in line.split(|c: char| c.is_whitespace() || matches!(c, '·' | '•' | '|' | '(' | ')' | ',')) {
        let lower = word.to_lowercase();
        match lower.as_str() {
            "" => {}
            number if number.bytes().all(|b| b.is_ascii_digit()) => numbers += 1,
            word if words::REACTIONS.contains(&word) => counted += 1,
            _ => return false,
        }
    }
    numbers > 0 && counted == numbers
}

/// Elements of few words.
fn small<'v>(view: &'v View<'_, '_>, layout: &'v Layout, range: &Range<u32>) -> impl Iterator<Item = u32> + 'v {
    range.clone().filter(move |at| {
        view.flat.element(*at).is_some()
            && layout.visible[*at as usize]
            && view.flat.within(*at).len() <= 16
            && !is_in_sentence(view, layout, *at)
            && (1..=60).contains(&layout.letters(&layout::whole(&view.flat, *at)))
    })
}

/// Whether an element is a link in a sentence: "Ann said in <a>The old bridge</a>:".
fn is_in_sentence(view: &View<'_, '_>, layout: &Layout, at: u32) -> bool {
    let name = |at: u32| view.flat.element(at).map(|element| element.value().name());
    name(at) == Some("a")
        && layout.parent(at).is_some_and(|up| name(up) == Some("p") && layout.plain(&layout::whole(&view.flat, up)) > 0)
}

/// What an element says, numbers apart: "3 likes" and "5 likes" are the same label.
pub(super) fn fingerprint(view: &View<'_, '_>, at: u32) -> u64 {
    let line = view.line(at);
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    if letters == 0 {
        hash(&line)
    } else {
        hash(&line.chars().filter(|c| !c.is_ascii_digit() && *c != ',').collect::<String>())
    }
}
