//! What goes into a commit and what comes out of it.

use std::{ops::AddAssign, sync::Arc, time::Duration};

use jiff::Timestamp;
use url::Url;

use crate::model::{Board, BoardRow, NewRequest, Outcome, PageKind, Record, ThreadRow, Validators};

/// How a run goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunOptions {
    /// Visit every known page now, and make the confirming read of a missing post at once.
    pub recheck: bool,
    /// How long a run waits for a request that is not due yet; what is due later is left to the next run.
    pub patience: Duration,
}

impl Default for RunOptions {
    fn default() -> RunOptions {
        RunOptions { recheck: false, patience: Duration::from_secs(600) }
    }
}

/// What a run starts with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Begun {
    /// Number of this run of the source, from 1.
    pub run: u64,
    /// Requests that an earlier run left over.
    pub taken_up: u64,
    /// Visits that look for edits and deletions.
    pub rechecks: u64,
}

/// What a leased request ended in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageResult {
    /// Read; `records` and `news` hold what it said.
    Read,
    /// 304: the known page still holds.
    Unchanged,
    /// The page says why it holds nothing (login wall, no permission, missing, maintenance, challenge), or the request
    /// was refused on principle.
    Noticed(Outcome),
    /// No profile knows it, or it promised posts and none came out.
    Unrecognised,
    /// Failed for good.
    Failed,
}

/// All that one page brings; committed in one transaction.
#[derive(Clone, Debug)]
pub struct Batch {
    /// What the request ended in.
    pub outcome: PageResult,
    /// In page order. `seq`, `change` and `revision` are decided by the commit.
    pub records: Vec<Record>,
    /// What else the page says.
    pub news: PageNews,
    /// For the next conditional request.
    pub validators: Validators,
    /// The origin that was asked (scheme, host, port).
    pub origin: String,
    /// What the normalizer has learnt of the source; kept for the next run.
    pub knowledge: Option<String>,
    /// The profile that read the page.
    pub engine: Option<Arc<str>>,
    /// When the fetch ended.
    pub fetched_at: Timestamp,
}

impl Batch {
    /// A batch that brings nothing but its outcome.
    pub fn of(outcome: PageResult, fetched_at: Timestamp) -> Batch {
        Batch {
            outcome,
            records: Vec::new(),
            news: PageNews::default(),
            validators: Validators::default(),
            origin: String::new(),
            knowledge: None,
            engine: None,
            fetched_at,
        }
    }
}

/// What a page says besides its posts.
#[derive(Clone, Debug, Default)]
pub struct PageNews {
    /// What the page holds.
    pub kind: PageKind,
    /// The thread of the page.
    pub thread: Option<ThreadNews>,
    /// Boards it names.
    pub boards: Vec<BoardRow>,
    /// Threads it lists, in page order; with the instant of the last post, where it could be read.
    pub threads: Vec<(ThreadRow, Option<Timestamp>)>,
    /// The following page of this board or thread.
    pub next: Option<NewRequest>,
    /// The document that is read in the place of a page that holds nothing.
    pub instead: Option<NewRequest>,
}

/// The thread that a page shows.
#[derive(Clone, Debug, Default)]
pub struct ThreadNews {
    /// The engine's id.
    pub id: Option<String>,
    /// First page's address, canonical.
    pub url: Option<Url>,
    /// As printed.
    pub title: Option<String>,
    /// From the outermost in.
    pub boards: Vec<Board>,
    /// 1-based number of the page that was shown (an engine may show another than was asked for).
    pub page: u32,
    /// Number of pages, where the pager tells.
    pub pages: Option<u32>,
    /// Posts that stand before this page.
    pub position_base: Option<u32>,
    /// Posts on the page.
    pub posts_on_page: u32,
    /// No further page follows.
    pub complete: bool,
    /// Newest post first.
    pub descending: bool,
}

/// What a commit did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// The page's posts.
    pub posts: PostCounts,
    /// The last `seq` given out; `None` where the batch emitted nothing.
    pub last_seq: Option<u64>,
    /// Requests that were added.
    pub added: u64,
    /// What limits cut off.
    pub cut: Cut,
}

/// Posts, counted. Law: `read = new + edited + unchanged`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PostCounts {
    /// Posts on the page, doubles of one page once.
    pub read: u64,
    /// Seen for the first time.
    pub new: u64,
    /// Known and changed; also one that the page now shows as deleted, and one that came back.
    pub edited: u64,
    /// Known and the same; also one that this run has read already.
    pub unchanged: u64,
    /// Records emitted as `deleted`: shown so in their place (also counted above), or proven missing (not on the page).
    pub deleted: u64,
    /// Posts missing for the first time; a second whole read decides.
    pub missing: u64,
}

impl PostCounts {
    /// Whether every post that was read is accounted for.
    pub fn law_holds(&self) -> bool {
        self.read == self.new + self.edited + self.unchanged
    }
}

impl AddAssign for PostCounts {
    fn add_assign(&mut self, other: PostCounts) {
        self.read += other.read;
        self.new += other.new;
        self.edited += other.edited;
        self.unchanged += other.unchanged;
        self.deleted += other.deleted;
        self.missing += other.missing;
    }
}

/// What limits and filters cut off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// Threads over the run's number, or too old.
    pub threads: u64,
    /// Pages over a thread's number.
    pub pages: u64,
    /// Boards that are excluded or not included.
    pub boards: u64,
}

impl AddAssign for Cut {
    fn add_assign(&mut self, other: Cut) {
        self.threads += other.threads;
        self.pages += other.pages;
        self.boards += other.boards;
    }
}

/// What became of a request that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retried {
    /// It will be tried again: the lease counts as given back.
    Later,
    /// It failed for good: the lease counts as failed.
    Failed,
}

/// A line of the outbox: one record as JSON, ended by a newline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its place in the state's sequence.
    pub seq: u64,
    /// The bytes, newline included.
    pub bytes: Vec<u8>,
}
