//! What a run of a source did, counted.

use std::{collections::BTreeMap, sync::Arc};

use super::FailureClass;

/// What a run did of one source, and whether it came to an end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceCounts {
    /// The source's name.
    pub name: Arc<str>,
    /// What was done.
    pub counts: Counts,
    /// Why it could not be read at all, or was given up.
    pub error: Option<String>,
}

/// What a run of one source did. The laws that bind the numbers are checked by the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// What became of the pages.
    pub pages: PageCounts,
    /// What became of the posts.
    pub posts: PostTally,
    /// What limits and filters cut off.
    pub cut: CutCounts,
    /// Bytes received, as they came over the wire or from the archive.
    pub bytes: u64,
    /// Failed tries by class, those that a later try made good included.
    pub failures: BTreeMap<FailureClass, u64>,
    /// Requests not made on principle, by the reason's name.
    pub refusals: BTreeMap<&'static str, u64>,
}

/// What became of the pages under lease.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageCounts {
    /// Handed out to a fetcher.
    pub leased: u64,
    /// Read.
    pub read: u64,
    /// Not modified since the last visit.
    pub unchanged: u64,
    /// Told why they hold nothing, or were refused on principle.
    pub noticed: u64,
    /// Known to no profile, or without the posts that they promised.
    pub unrecognised: u64,
    /// Failed for good.
    pub failed: u64,
    /// Given back: tried again later, or left over by an interrupted run.
    pub given_back: u64,
}

/// What became of the posts on the pages that were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PostTally {
    /// Seen on a page.
    pub read: u64,
    /// For the first time.
    pub new: u64,
    /// Known, and changed.
    pub edited: u64,
    /// Known, and the same.
    pub unchanged: u64,
    /// Records that tell a deletion.
    pub deleted: u64,
}

/// What limits and filters cut off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CutCounts {
    /// Threads over the run's number, or too old.
    pub threads: u64,
    /// Pages over a thread's number.
    pub pages: u64,
    /// Boards excluded or not included.
    pub boards: u64,
}
