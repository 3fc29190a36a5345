//! The running count of a run: what the progress display reads and the report is made
//! of.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    frontier::{Committed, PageResult, Retried},
    model::{Counts, FetchFailure, Refusal, SourceCounts},
};

/// Counts of all sources of a run; cheap to clone, all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<Mutex<HashMap<Arc<str>, SourceCounts>>>);

impl Tally {
    /// The counts as they stand, in the order of `names`.
    pub fn counts(&self, names: impl IntoIterator<Item = Arc<str>>) -> Vec<SourceCounts> {
        let sources = self.lock();
        names.into_iter().filter_map(|name| sources.get(&name).cloned()).collect()
    }

    /// The counts of all sources together.
    pub fn total(&self) -> (u64, u64, u64) {
        let sources = self.lock();
        sources.values().fold((0, 0, 0), |(pages, posts, failed), source| {
            let counts = &source.counts;
            (pages + counts.pages.read + counts.pages.unchanged, posts + counts.posts.new, failed + counts.pages.failed)
        })
    }

    pub(super) fn begun(&self, source: &Arc<str>) {
        self.change(source, |_| {});
    }

    pub(super) fn leased(&self, source: &Arc<str>) {
        self.change(source, |counts| counts.pages.leased += 1);
    }

    pub(super) fn given_back(&self, source: &Arc<str>) {
        self.change(source, |counts| counts.pages.given_back += 1);
    }

    pub(super) fn refused(&self, source: &Arc<str>, refusal: &Refusal) {
        let name = match refusal {
            Refusal::Robots(_) => "robots",
            Refusal::PrivateAddress(_) => "private_address",
            Refusal::Scheme(_) => "scheme",
            Refusal::Scope(_) => "scope",
            Refusal::ContentType(_) => "content_type",
        };
        self.change(source, |counts| *counts.refusals.entry(name).or_default() += 1);
    }

    pub(super) fn failed(&self, source: &Arc<str>, failure: &FetchFailure, retried: Retried) {
        self.change(source, |counts| {
            *counts.failures.entry(failure.class).or_default() += 1;
            match retried {
                Retried::Later => counts.pages.given_back += 1,
                Retried::Failed => counts.pages.failed += 1,
            }
        });
    }

    pub(super) fn committed(&self, source: &Arc<str>, outcome: PageResult, committed: &Committed, bytes: u64) {
        self.change(source, |counts| {
            let pages = &mut counts.pages;
            *match outcome {
                PageResult::Read => &mut pages.read,
                PageResult::Unchanged => &mut pages.unchanged,
                PageResult::Noticed(_) => &mut pages.noticed,
                PageResult::Unrecognised => &mut pages.unrecognised,
                PageResult::Failed => &mut pages.failed,
            } += 1;
            let posts = &mut counts.posts;
            posts.read += committed.posts.read;
            posts.new += committed.posts.new;
            posts.edited += committed.posts.edited;
            posts.unchanged += committed.posts.unchanged;
            posts.deleted += committed.posts.deleted;
            counts.cut.threads += committed.cut.threads;
            counts.cut.pages += committed.cut.pages;
            counts.cut.boards += committed.cut.boards;
            counts.bytes += bytes;
        });
    }

    fn change(&self, source: &Arc<str>, change: impl FnOnce(&mut Counts)) {
        let mut sources = self.lock();
        let report = sources.entry(source.clone()).or_insert_with(|| SourceCounts {
            name: source.clone(),
            counts: Counts::default(),
            error: None,
        });
        change(&mut report.counts);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, SourceCounts>> {
        // plain counts: a holder that panicked cannot have left them half written
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
