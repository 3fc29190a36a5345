//! What selectors that look far may cost on one page: no page that people write comes near it, and one that was made to keep
//! them busy is given up.

use super::flat::Flat;
use crate::engine::Css;

/// Elements that all far looks of a page together may meet: some seconds.
const LOOKS: u64 = 100_000_000;

/// An element that is open, for those within it.
struct Open {
    end: u32,
    at: u32,
    children: u32,
    /// Elements before it within its parent, …
    index: u32,
    /// … and the most of it and of all that it stands in.
    most: u32,
}

/// What is left of [`LOOKS`].
pub(super) struct Purse {
    left: u64,
    open: Vec<Open>,
    index: u32,
    /// By place, the most children of an element there or below it; empty where no selector asks.
    widest: Vec<u32>,
}

impl Purse {
    /// A full purse for a page.
    pub(super) fn new(selectors: &[Css], flat: &Flat<'_>) -> Purse {
        let asks = selectors.iter().any(|css| css.reach().siblings_within);
        let widest = if asks { widest(flat) } else { Vec::new() };
        Purse { left: LOOKS, open: Vec::new(), index: 0, widest }
    }

    /// Whether it was spent: something was not looked at.
    pub(super) fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// The walk comes to the element at a place, whose subtree ends there.
    pub(super) fn meet(&mut self, at: u32, end: u32) {
        while self.open.pop_if(|open| open.end <= at).is_some() {}
        let (index, above) = match self.open.last_mut() {
            Some(parent) => {
                parent.children += 1;
                (parent.children - 1, parent.most)
            }
            None => (0, 0),
        };
        self.index = index;
        // those without content are met by nobody
        if end > at + 1 {
            self.open.push(Open { end, at, children: 0, index, most: index.max(above) });
        }
    }

    /// Takes what a selector may cost at the element that was met last. False where that is more than is left; then nothing is.
    #[inline]
    pub(super) fn pays(&mut self, css: &Css, at: u32) -> bool {
        css.reach().is_near() || self.pays_for(css, at)
    }

    fn pays_for(&mut self, css: &Css, at: u32) -> bool {
        let reach = css.reach();
        let itself = usize::from(self.open.last().is_some_and(|open| open.at == at));
        let outer = &self.open[..self.open.len() - itself];
        let mut cost = 0u64;
        if let Some(level) = reach.siblings {
            let above = match (outer.last(), outer.len().checked_sub(usize::from(level))) {
                (Some(parent), None) => parent.most,
                (_, from) => outer[from.unwrap_or(0)..].iter().map(|open| open.index).max().unwrap_or(0),
            };
            cost += u64::from(self.index.max(above));
        }
        if let Some(level) = reach.within {
            let end = match level {
                0 => self.open.last().filter(|_| itself == 1).map_or(at + 1, |open| open.end),
                _ => outer.last().map_or(at + 1, |open| open.end),
            };
            cost += u64::from(end - at);
            if reach.siblings_within {
                let widest = u64::from(self.widest.get(at as usize).copied().unwrap_or(0));
                cost += widest * widest / 2;
            }
        }
        self.left = self.left.saturating_sub(cost);
        self.left > 0
    }
}

fn widest(flat: &Flat<'_>) -> Vec<u32> {
    let mut widest = vec![0u32; flat.len() as usize];
    let mut open: Vec<(u32, u32, u32)> = Vec::new();
    let close = |open: &mut Vec<(u32, u32, u32)>, widest: &mut Vec<u32>, before: u32| {
        while let Some((at, _, children)) = open.pop_if(|(_, end, _)| *end <= before) {
            let most = children.max(widest[at as usize]);
            widest[at as usize] = most;
            if let Some((parent, ..)) = open.last() {
                widest[*parent as usize] = widest[*parent as usize].max(most);
            }
        }
    };
    for (at, _) in flat.elements() {
        close(&mut open, &mut widest, at);
        if let Some((_, _, children)) = open.last_mut() {
            *children += 1;
        }
        open.push((at, flat.node(at).end, 0));
    }
    close(&mut open, &mut widest, u32::MAX);
    widest
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::*;

    #[test]
    fn the_widest_element_of_each_subtree() {
        let html = Html::parse_document("<body><ul><li><i></i><i></i><i></i><li>x</ul><p>");
        let flat = Flat::of(&html);
        let widest = widest(&flat);
        let of = |name: &str| {
            let (at, _) = flat.elements().find(|(_, element)| element.value().name() == name).unwrap();
            widest[at as usize]
        };
        assert_eq!((of("ul"), of("li"), of("i"), of("p"), of("html")), (3, 3, 0, 0, 3));
    }
}
