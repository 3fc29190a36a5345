//! A request: one page that the frontier wants fetched.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use url::Url;

use super::Validators;

/// What a page holds, as far as its address or its content tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageKind {
    /// Not known before it is read: a start address of an unknown engine.
    #[default]
    Unknown,
    /// Names boards.
    Index,
    /// Lists threads (and may name boards below it).
    Board,
    /// Holds posts.
    Thread,
    /// RSS, Atom or another machine-readable listing.
    Feed,
}

impl PageKind {
    /// The name that stands in profiles, logs and the state.
    pub fn as_str(self) -> &'static str {
        match self {
            PageKind::Unknown => "unknown",
            PageKind::Index => "index",
            PageKind::Board => "board",
            PageKind::Thread => "thread",
            PageKind::Feed => "feed",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<PageKind> {
        Some(match name {
            "unknown" => PageKind::Unknown,
            "index" => PageKind::Index,
            "board" => PageKind::Board,
            "thread" => PageKind::Thread,
            "feed" => PageKind::Feed,
            _ => return None,
        })
    }
}

/// Why a page is fetched. Only `Confirm` (and retries) may fetch a page twice in one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A start address, or a page that another one named.
    #[default]
    Discover,
    /// A listing told that the thread has changed.
    Changed,
    /// A visit that looks for edits and deletions.
    Recheck,
    /// The second whole read that proves a post missing.
    Confirm,
}

/// A request that is not in the frontier yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRequest {
    /// Canonical address (engine profile's canonical form; session ids removed).
    pub url: Url,
    /// What the page that named it promised.
    pub kind: PageKind,
    /// The engine's board id, where the address tells it.
    pub board_id: Option<String>,
    /// The engine's thread id, where the address tells it.
    pub thread_id: Option<String>,
    /// 1-based page number in its board or thread, where known.
    pub page: Option<u32>,
    /// Posts that stand before this page in its thread; `None` where not known.
    pub position_base: Option<u32>,
    /// Why it is fetched.
    pub reason: Reason,
}

impl NewRequest {
    /// A page of which the address alone is known.
    pub fn discover(url: Url) -> NewRequest {
        NewRequest {
            url,
            kind: PageKind::Unknown,
            board_id: None,
            thread_id: None,
            page: None,
            position_base: None,
            reason: Reason::Discover,
        }
    }
}

/// A request under lease: what a fetcher is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The row in the frontier.
    pub id: i64,
    /// Name of the source it belongs to.
    pub source: Arc<str>,
    /// What to fetch and why.
    pub what: NewRequest,
    /// For the conditional request; empty at the first visit.
    pub validators: Validators,
    /// Failed tries before this one.
    pub attempt: u32,
}
