//! The running count of a run: what the progress display reads and the report is made of.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    frontier::{Committed, PageResult, Retried},
    model::{Counts, FailureClass, FetchFailure, Outcome, Refusal, SourceCounts},
};

/// What is told of a run that met such a page.
const LEFT: &str = "a page stood behind maintenance or a challenge: it is left to the next run";

/// Counts of all sources; cheap to clone, all clones are one. Each run of a source is counted anew.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<Mutex<HashMap<Arc<str>, Slot>>>);

/// The counts of a source.
#[derive(Debug, Default)]
struct Slot {
    /// Of its run that is under way, or was last.
    run: Counts,
    /// Of those before.
    before: Counts,
    /// A page of it was not to be had, and is the next run's.
    left: bool,
}

impl Tally {
    /// The counts of each source's last run as they stand, in the order of `names`.
    pub fn counts(&self, names: impl IntoIterator<Item = Arc<str>>) -> Vec<SourceCounts> {
        let sources = self.lock();
        let told = |name: Arc<str>| {
            let slot = sources.get(&name)?;
            let error = slot.left.then(|| LEFT.to_owned());
            Some(SourceCounts { name, counts: slot.run.clone(), error })
        };
        names.into_iter().filter_map(told).collect()
    }

    /// The counts of a source over all its runs since the tally began.
    pub fn since_begin(&self, name: &str) -> Counts {
        let sources = self.lock();
        let Some(slot) = sources.get(name) else { return Counts::default() };
        let mut counts = slot.before.clone();
        add(&mut counts, &slot.run);
        counts
    }

    /// The counts of the last runs of all sources together: pages read, new posts, pages failed.
    pub fn total(&self) -> (u64, u64, u64) {
        let sources = self.lock();
        sources.values().fold((0, 0, 0), |(pages, posts, failed), source| {
            let counts = &source.run;
            (pages + counts.pages.read + counts.pages.unchanged, posts + counts.posts.new, failed + counts.pages.failed)
        })
    }

    /// Pages of a source's last run that have come to no end yet.
    pub(super) fn in_flight(&self, source: &str) -> u64 {
        let sources = self.lock();
        let Some(pages) = sources.get(source).map(|slot| slot.run.pages) else { return 0 };
        let ends = pages.read + pages.unchanged + pages.noticed + pages.unrecognised + pages.failed + pages.given_back;
        pages.leased.saturating_sub(ends)
    }

    pub(super) fn begun(&self, source: &Arc<str>) {
        let mut sources = self.lock();
        let slot = sources.entry(source.clone()).or_default();
        let run = std::mem::take(&mut slot.run);
        add(&mut slot.before, &run);
        slot.left = false;
    }

    /// A page of the run was not to be had, for a reason that passes.
    pub(super) fn left(&self, source: &Arc<str>) {
        self.lock().entry(source.clone()).or_default().left = true;
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
            if outcome == PageResult::Noticed(Outcome::Challenge) {
                *counts.failures.entry(FailureClass::Blocked).or_default() += 1;
            }
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
        if matches!(outcome, PageResult::Noticed(Outcome::Maintenance | Outcome::Challenge)) {
            // the page is no loss of the forum's, but of this run's
            self.left(source);
        }
    }

    fn change(&self, source: &Arc<str>, change: impl FnOnce(&mut Counts)) {
        let mut sources = self.lock();
        change(&mut sources.entry(source.clone()).or_default().run);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Slot>> {
        // plain counts: a holder that panicked cannot have left them half written
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn add(to: &mut Counts, more: &Counts) {
    let (pages, posts, cut) = (&mut to.pages, &mut to.posts, &mut to.cut);
    pages.leased += more.pages.leased;
    pages.read += more.pages.read;
    pages.unchanged += more.pages.unchanged;
    pages.noticed += more.pages.noticed;
    pages.unrecognised += more.pages.unrecognised;
    pages.failed += more.pages.failed;
    pages.given_back += more.pages.given_back;
    posts.read += more.posts.read;
    posts.new += more.posts.new;
    posts.edited += more.posts.edited;
    posts.unchanged += more.posts.unchanged;
    posts.deleted += more.posts.deleted;
    cut.threads += more.cut.threads;
    cut.pages += more.cut.pages;
    cut.boards += more.cut.boards;
    to.bytes += more.bytes;
    for (class, count) in &more.failures {
        *to.failures.entry(*class).or_default() += count;
    }
    for (name, count) in &more.refusals {
        *to.refusals.entry(name).or_default() += count;
    }
}
