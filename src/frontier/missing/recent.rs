//! The thread pages that were read last: a crawl reads the pages of a thread one after the other, so what stands on its other
//! pages is at hand when one of them is judged.

use std::collections::{HashSet, VecDeque};

/// The pages, oldest first.
#[derive(Debug, Default)]
pub(in crate::frontier) struct Recent {
    pages: VecDeque<RecentPage>,
}

/// A thread page of a run, read or told to be unchanged.
#[derive(Debug)]
pub(super) struct RecentPage {
    pub(super) thread: i64,
    pub(super) number: u32,
    pub(super) run: i64,
    /// Places of its first and last post.
    pub(super) places: (i64, i64),
    /// Read to confirm.
    pub(super) confirm: bool,
    /// All its posts are among the keys.
    pub(super) whole: bool,
    /// No page follows.
    pub(super) complete: bool,
    /// Its posts.
    pub(super) keys: HashSet<String>,
}

impl Recent {
    /// Pages kept; a few hundred kilobytes.
    const MOST: usize = 512;

    /// A page of the thread in that run.
    pub(super) fn find(&self, thread: i64, number: u32, run: i64) -> Option<&RecentPage> {
        self.pages.iter().rev().find(|page| page.thread == thread && page.number == number && page.run == run)
    }

    /// Whether that run has seen a post on any page of the thread, when it read that page last.
    pub(super) fn shows(&self, thread: i64, run: i64, key: &str) -> bool {
        self.pages.iter().any(|page| page.thread == thread && page.run == run && page.keys.contains(key))
    }

    /// The page of that number and those beside it, as far as that run has read them whole without a gap, in order.
    pub(super) fn range(&self, thread: i64, number: u32, run: i64, confirm: bool) -> Vec<&RecentPage> {
        let of = |number| self.find(thread, number, run).filter(|page| page.whole && (page.confirm || !confirm));
        let mut pages: Vec<_> = (1..number).rev().map_while(of).collect();
        pages.reverse();
        let before = pages.len();
        pages.extend((number..=u32::MAX).map_while(of));
        // the page itself is none of them where it proves nothing
        if pages.get(before).is_some_and(|page| page.number == number) { pages } else { Vec::new() }
    }

    pub(super) fn add(&mut self, page: RecentPage) {
        self.pages.retain(|known| known.thread != page.thread || known.number != page.number);
        if self.pages.len() >= Recent::MOST {
            self.pages.pop_front();
        }
        self.pages.push_back(page);
    }

    /// Moves the pages of a thread that lie after a place.
    pub(super) fn shift(&mut self, thread: i64, descending: bool, edge: i64, by: i64) {
        for page in self.pages.iter_mut().filter(|page| page.thread == thread) {
            let after = if descending { page.places.0 < edge } else { page.places.0 > edge };
            if after {
                page.places = (page.places.0 + by, page.places.1 + by);
            }
        }
    }
}
