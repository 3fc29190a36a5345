//! The record, schema `forumsift/1`: what the program is for. Names are schema.org's (DiscussionForumPosting), in snake_case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The value of `schema` in every record.
pub const SCHEMA: &str = "forumsift/1";

/// One line, one post, as it stands now. Unknown is null, never an empty string. Ids are strings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// Always `forumsift/1`.
    pub schema: String,
    /// Gapless per state directory; absent where there is no state (`extract`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// `<source>/<post_id>` where the engine's post ids are unique in the forum, else `<source>/<thread_id>/<post_id>`;
    /// a post without an id of its own gets `<source>/<16 hex digits>`.
    pub id: String,
    /// Against what was known.
    pub change: Change,
    /// 1 at first sight, one more at each change.
    pub revision: u32,
    /// Name of the source in the configuration.
    pub source: String,
    /// Engine profile used; null for text of no known engine.
    pub engine: Option<String>,
    /// Permalink of the post, session ids removed.
    pub url: Option<String>,
    /// The thread it stands in.
    pub thread: Option<Thread>,
    /// The engine's id of the post.
    pub post_id: Option<String>,
    /// 1-based place in the thread, over all pages.
    pub position: Option<u32>,
    /// The post's own subject, else the thread title.
    pub headline: Option<String>,
    /// Who wrote it.
    pub author: Option<Author>,
    /// ISO 8601 as RFC 3339 writes it; no offset where the zone is unknown, the date alone where no time is printed.
    pub date_published: Option<String>,
    /// As printed.
    pub date_published_raw: Option<String>,
    /// The last edit, as the page tells it.
    pub edit: Option<Edit>,
    /// The body as the HTML standard's innerText would give it, a blank line between paragraphs; without quotes, signature,
    /// edit notice and chrome.
    pub text: Option<String>,
    /// For a reposted news article.
    pub article: Option<Article>,
    /// Nested as on the page.
    pub quotes: Vec<Quote>,
    /// Absolute, in order.
    pub links: Vec<String>,
    /// Absolute, in order, lazy-loading attributes resolved.
    pub images: Vec<String>,
    /// Attached files.
    pub attachments: Vec<Attachment>,
    /// BCP 47, detected from `text`.
    pub in_language: Option<String>,
    /// Why a body may be missing.
    pub status: Status,
    /// Of normalized text, quotes, attachments' names and the visible edit: decides `edited`.
    pub content_hash: String,
    /// The body as CommonMark, where `[output]` asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markdown: Option<String>,
    /// The body as sanitized HTML, where `[output]` asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// RFC 3339, UTC.
    pub fetched_at: String,
    /// What could not be read.
    pub warnings: Vec<Warning>,
}

/// Against what was known of the post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Seen for the first time.
    New,
    /// Its content hash differs.
    Edited,
    /// The page says so in its place, or it was missing from two whole reads.
    Deleted,
}

/// Why a body may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The body is there.
    #[default]
    Visible,
    /// The engine or a moderator hides it.
    Hidden,
    /// The page says in its place that it was deleted.
    Deleted,
    /// Its author is banned and the engine shields the body.
    Banned,
    /// Shown to members only.
    LoginRequired,
    /// Shown to those who replied.
    ReplyRequired,
}

/// The thread of a post.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Thread {
    /// The engine's id.
    pub id: Option<String>,
    /// Address of its first page.
    pub url: Option<String>,
    /// As printed.
    pub title: Option<String>,
    /// From the outermost in.
    pub boards: Vec<Board>,
}

/// A board that a thread stands in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Board {
    /// The engine's id.
    pub id: Option<String>,
    /// As printed.
    pub name: String,
    /// Where it is listed.
    pub url: Option<String>,
}

/// Who wrote a post.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Author {
    /// As printed.
    pub name: String,
    /// The engine's id.
    pub id: Option<String>,
    /// Profile page, as the page links to it, made absolute: where an engine carries a session in its links until a cookie is
    /// kept, it stands in this one too. It is no part of the content hash.
    pub url: Option<String>,
    /// As printed (Member, Moderator, Guest …).
    pub role: Option<String>,
}

/// Who edited a post.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Editor {
    /// As printed.
    pub name: String,
    /// The engine's id.
    pub id: Option<String>,
    /// Profile page.
    pub url: Option<String>,
}

/// The last edit of a post, as the page tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Edit {
    /// Who edited; null where the notice names nobody.
    pub editor: Option<Editor>,
    /// When, as `date_published` is written.
    pub date: Option<String>,
    /// As printed.
    pub date_raw: Option<String>,
    /// How often in all, where the notice tells.
    pub count: Option<u32>,
    /// The reason given.
    pub reason: Option<String>,
    /// Whether the editor is the author; null where that is not known.
    pub by_author: Option<bool>,
    /// Verbatim; stacked ones joined by a newline.
    pub notice: String,
    /// BCP 47 language of the notice's wording.
    pub language: Option<String>,
    /// The other reading of the date, where evidence did not decide.
    pub ambiguous_date: Option<String>,
}

/// What a reposted news article tells about itself. `text` stays whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Article {
    /// Agency or paper: `The Hill`.
    pub credit: Option<String>,
    /// Place and date: `LONDON, Nov 6`.
    pub dateline: Option<String>,
    /// The paragraph before the credit.
    pub standfirst: Option<String>,
}

/// A quotation inside a post.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quote {
    /// Who is quoted, as printed.
    pub author: Option<String>,
    /// The quoted post.
    pub post_id: Option<String>,
    /// Date of the quoted post, as printed.
    pub date_raw: Option<String>,
    /// What is quoted.
    pub text: String,
    /// Quotes within the quote.
    pub quotes: Vec<Quote>,
}

/// An attached file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// File name.
    pub name: String,
    /// Where it is; null where only members are told.
    pub url: Option<String>,
    /// As printed ("12.3 KB").
    pub size: Option<String>,
}

/// What could not be read, or was read with doubt. A closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// The page's encoding was guessed, or bytes of it were replaced.
    Charset,
    /// A date is printed that could not be read.
    DateUnread,
    /// Day and month could stand the other way round; evidence did not decide.
    DateAmbiguous,
    /// The dates have no offset: no zone is configured and the page tells none.
    ZoneUnknown,
    /// An element that the profile calls an edit notice could not be read as one; its text was kept.
    NoticeUnread,
    /// The page names no author.
    AuthorMissing,
    /// The page promised a body and none was found.
    BodyMissing,
    /// The post has no id of its own; its id is a hash.
    IdMissing,
    /// Read by the fallback for unknown engines.
    Generic,
    /// Nested deeper than the reader follows; the deeper part is text only.
    DepthCut,
    /// The page broke off before its end, or carries the beginning of the post alone.
    Truncated,
}
