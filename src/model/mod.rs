//! The words of the crate: what the rooms hand to each other. No behaviour beyond what a word needs.
//!
//! In the order of the flow: a [`Request`] becomes a [`Page`], a page is [`Extracted`] into [`RawPost`]s and
//! listing rows, and a raw post is normalized into a [`Record`].

mod counts;
mod extracted;
mod health;
mod markup;
mod page;
mod post;
mod record;
mod request;
mod schedule;
mod source;

pub use counts::{Counts, CutCounts, PageCounts, PostTally, SourceCounts};
pub use extracted::{BoardRow, Extracted, NoticeLines, Outcome, PageFacts, RawThread, ThreadRow};
pub use health::{Health, News, Trouble};
pub use markup::{Cell, Format, Mark, Markup, Tag};
pub use page::{FailureClass, FetchFailure, Fetched, Page, Refusal, Validators};
pub use post::{RawAuthor, RawBody, RawDate, RawNotice, RawPost, RawQuote};
pub use record::{
    Article, Attachment, Author, Board, Change, Edit, Editor, Quote, Record, SCHEMA, Status, Thread, Warning,
};
pub use request::{NewRequest, PageKind, Reason, Request};
pub use schedule::{Adaptive, Schedule};
pub use source::{DateOrder, Limits, Posts, SourceSettings, Zone};
