//! A page measured once: parents, shapes, and running sums, so that any range of it is weighed without a walk.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    ops::Range,
};

use super::words;
use crate::extract::{
    flat::{Flat, Kind, attribute},
    text::{Role, is_hidden, role},
    view::View,
};

/// What stands for "no parent".
pub(super) const NOWHERE: u32 = u32::MAX;

/// Measures of a page, by place in the flat row of its nodes.
pub(super) struct Layout {
    /// The element that a node stands in.
    pub(super) parents: Vec<u32>,
    /// Of elements: name and classes, numbers in them folded.
    pub(super) shapes: Vec<u64>,
    /// Of elements: the names on the way to the root.
    pub(super) paths: Vec<u64>,
    /// Visible to a reader.
    pub(super) visible: Vec<bool>,
    /// Running sums of letters outside of links, and within links.
    plain: Vec<u32>,
    linked: Vec<u32>,
}

impl Layout {
    pub(super) fn of(view: &View<'_, '_>) -> Layout {
        let flat = &view.flat;
        let size = flat.len() as usize;
        let mut layout = Layout {
            parents: vec![NOWHERE; size],
            shapes: vec![0; size],
            paths: vec![0; size],
            visible: vec![true; size],
            plain: vec![0; size + 1],
            linked: vec![0; size + 1],
        };
        let mut open: Vec<u32> = Vec::new();
        let (mut hidden_till, mut link_till) = (0, 0);
        for at in 0..flat.len() {
            while open.last().is_some_and(|outer| flat.node(*outer).end <= at) {
                open.pop();
            }
            let here = at as usize;
            let parent = open.last().copied().unwrap_or(NOWHERE);
            layout.parents[here] = parent;
            layout.plain[here + 1] = layout.plain[here];
            layout.linked[here + 1] = layout.linked[here];
            let node = flat.node(at);
            match node.kind {
                Kind::Text(text) => {
                    layout.visible[here] = at >= hidden_till;
                    if at >= hidden_till {
                        let sums = if at < link_till { &mut layout.linked } else { &mut layout.plain };
                        sums[here + 1] += letters(text);
                    }
                }
                Kind::Element(element) => {
                    // A hidden element that holds half of the page lost its end tag.
                    let is_all = (node.end - at) * 2 > flat.len();
                    if at >= hidden_till && !is_all && (role(element) == Role::Silent || is_hidden(element)) {
                        hidden_till = node.end;
                    }
                    layout.visible[here] = at >= hidden_till;
                    if element.value().name() == "a" {
                        link_till = link_till.max(node.end);
                    }
                    layout.shapes[here] = shape(flat, at);
                    let above = if parent == NOWHERE { 0 } else { layout.paths[parent as usize] };
                    layout.paths[here] = hash(&(above, element.value().name()));
                    open.push(at);
                }
            }
        }
        layout
    }

    /// Letters outside of links.
    pub(super) fn plain(&self, range: &Range<u32>) -> u32 {
        self.plain[range.end as usize] - self.plain[range.start as usize]
    }

    /// Letters within links.
    pub(super) fn linked(&self, range: &Range<u32>) -> u32 {
        self.linked[range.end as usize] - self.linked[range.start as usize]
    }

    /// All letters.
    pub(super) fn letters(&self, range: &Range<u32>) -> u32 {
        self.plain(range) + self.linked(range)
    }

    pub(super) fn parent(&self, at: u32) -> Option<u32> {
        Some(self.parents[at as usize]).filter(|parent| *parent != NOWHERE)
    }

    /// The row of a table that all of these are cells of; `None` where they are others.
    pub(super) fn row_of_cells(&self, flat: &Flat<'_>, places: impl Iterator<Item = u32>) -> Option<u32> {
        let mut row = None;
        for at in places {
            let up = self.parent(at).filter(|_| flat.element(at).is_some_and(|cell| cell.value().name() == "td"))?;
            if row.is_some_and(|row| row != up) {
                return None;
            }
            row = Some(up);
        }
        row
    }

    /// The element and those that it stands in, from the inside out.
    pub(super) fn upward(&self, at: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(at), |at| self.parent(*at))
    }
}

/// The element at a place with all that is within it.
pub(super) fn whole(flat: &Flat<'_>, at: u32) -> Range<u32> {
    at..flat.node(at).end
}

/// Letters and digits; one of a script without spaces weighs as much as two.
fn letters(text: &str) -> u32 {
    text.chars().filter(|c| c.is_alphanumeric()).map(|c| if c as u32 >= 0x2E80 { 2 } else { 1 }).sum()
}

/// What elements of one kind have in common: the name, and the classes without numbers and without what alternates from row to
/// row.
fn shape(flat: &Flat<'_>, at: u32) -> u64 {
    let Some(element) = flat.element(at) else { return 0 };
    let mut classes: Vec<String> = attribute(element, "class")
        .into_iter()
        .flat_map(str::split_ascii_whitespace)
        .filter(|class| !words::ALTERNATING.contains(&class.to_ascii_lowercase().as_str()))
        .map(|class| class.chars().filter(|c| !c.is_ascii_digit()).collect())
        .collect();
    classes.sort_unstable();
    classes.dedup();
    hash(&(element.value().name(), classes, attribute(element, "itemprop")))
}

pub(super) fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
