//! What a page turned out to be and to hold.

use std::sync::Arc;

use serde::Deserialize;
use url::Url;

use super::{Board, NewRequest, PageKind, RawDate, RawPost};

/// What a page turned out to be. An outcome is a value, never an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Read: boards, threads or posts were found (or it is a listing that is truly empty).
    #[default]
    Read,
    /// The engine asks for a login.
    LoginRequired,
    /// The engine refuses: no permission.
    NoPermission,
    /// The engine says that the thread, board or post does not exist (whatever the status).
    Missing,
    /// The board is closed for maintenance.
    Maintenance,
    /// An anti-bot challenge.
    Challenge,
    /// No profile knows it.
    Unrecognised,
    /// A profile knows it and it promised posts, but none came out: the theme changed.
    Empty,
}

/// A page, taken apart.
#[derive(Clone, Debug, Default)]
pub struct Extracted {
    /// Name of the engine profile that read it.
    pub engine: Option<Arc<str>>,
    /// What it holds.
    pub kind: PageKind,
    /// What it turned out to be.
    pub outcome: Outcome,
    /// Canonical address of the page itself, where the profile can name it.
    pub url: Option<Url>,
    /// The thread that the posts belong to.
    pub thread: Option<RawThread>,
    /// Posts in page order.
    pub posts: Vec<RawPost>,
    /// Boards named by an index or board page, in page order.
    pub boards: Vec<BoardRow>,
    /// Threads listed by a board page, in page order.
    pub threads: Vec<ThreadRow>,
    /// The following page of this board or thread.
    pub next: Option<NewRequest>,
    /// The document of what the page only has a script ask for: a crawl asks for that itself, and such a page is no failure.
    pub instead: Option<NewRequest>,
    /// Whether post ids are unique in the whole forum (the profile says), so that an id needs no thread id.
    pub post_ids_unique: bool,
    /// Whether plain lines of a body may be edit notices (the profile says); notice elements are told apart by `notice_spans`.
    pub notice_lines: NoticeLines,
    /// The engine writes signatures below the text with nothing that tells them from it (the profile says).
    pub glued_signatures: bool,
    /// Whether the page was shown to who is logged in; `None` where the profile cannot tell.
    pub logged_in: Option<bool>,
    /// What the page tells about its own clock, zone and language.
    pub facts: PageFacts,
    /// Read by the fallback for unknown engines.
    pub generic: bool,
    /// The page broke off before its end.
    pub truncated: bool,
    /// Decoding needed a guess or replaced bytes.
    pub charset_doubtful: bool,
    /// Elements were nested deeper than the reader follows; the deeper part is text only.
    pub depth_cut: bool,
}

/// Whether the first and last plain lines of a body may be edit notices. Whoever writes a post can write such a line, so an
/// engine that marks its notices up needs none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeLines {
    /// Only elements are notices.
    None,
    /// A line in square brackets is one too: Discuz! writes it so where a post has no BBCode.
    #[default]
    Bracketed,
    /// Any line in the engine's own words: it adds its notice to the text (Phorum).
    Own,
    /// Any line: the text comes without markup.
    Any,
}

/// The thread of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawThread {
    /// The engine's id.
    pub id: Option<String>,
    /// First page's address, canonical.
    pub url: Option<Url>,
    /// As printed.
    pub title: Option<String>,
    /// From the outermost in.
    pub boards: Vec<Board>,
    /// 1-based number of this page.
    pub page: u32,
    /// Number of pages, where the pager tells.
    pub pages: Option<u32>,
    /// Posts that stand before this page, where the address tells (offset pagination) or pages are of known size.
    pub position_base: Option<u32>,
    /// Newest post first.
    pub descending: bool,
    /// No replies possible.
    pub locked: bool,
}

/// A board as an index names it.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardRow {
    /// The engine's id.
    pub id: Option<String>,
    /// As printed.
    pub name: String,
    /// Where it is listed; canonical.
    pub request: NewRequest,
    /// Threads it is said to hold.
    pub threads: Option<u64>,
    /// Posts it is said to hold.
    pub posts: Option<u64>,
    /// Last post, as printed.
    pub last_post: RawDate,
}

/// A thread as a listing shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct ThreadRow {
    /// The engine's id.
    pub id: String,
    /// As printed.
    pub title: String,
    /// Its first page; canonical.
    pub request: NewRequest,
    /// Replies it is said to have (posts less the opening one).
    pub replies: Option<u64>,
    /// Last post, as printed; relative dates carry their absolute form in an attribute or are resolved by the normalizer.
    pub last_post: RawDate,
    /// Who posted last, as printed.
    pub last_poster: Option<String>,
    /// Stays on top whatever its last post.
    pub sticky: bool,
    /// A stub that points to the thread's new board.
    pub moved: bool,
    /// No replies possible.
    pub locked: bool,
}

/// What a page tells about its own clock, zone and language, as printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    /// The `lang` attribute of the page.
    pub language: Option<String>,
    /// Lines that tell the zone or the present time ("GMT+8, 7-11-2024 02:20 PM", "All times are UTC+01:00").
    pub clock_lines: Vec<String>,
}
