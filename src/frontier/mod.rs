//! What to fetch next, and what is known: the state, in SQLite.
//!
//! The contract, written so that a later fleet can keep it with other means:
//!
//! - **lease**: [`Frontier::lease`] hands out the next request that is due and polite, one at a time per origin. A
//!   [`Lease`] travels with its page; dropped early it is given back, and so is every lease of a process that died.
//! - **acknowledge**: [`Frontier::commit`] ends a lease in one transaction: post versions, thread cursor, next due,
//!   politeness, new requests, and the serialized lines in an outbox with gapless `seq`. All of it holds or none.
//! - **outbox**: lines leave in `seq` order ([`Frontier::next_lines`]) and stay until [`Frontier::confirm`] tells that
//!   they are safe where they went.
//! - **dedupe key**: (id, revision) of a record is emitted under one `seq` and no other.
//!
//! Never: a fetch, a parse, or a decision about what a page says.

mod admin;
mod batch;
mod error;
mod handle;
mod inbox;
mod lease;
mod open;
mod place;
mod writer;

mod commit;
mod enqueue;
mod listing;
mod missing;
mod outbox;
mod outlook;
mod plan;
mod poll;
mod posts;
mod queue;
mod readdress;
mod reading;
mod wildcard;
mod work;

pub use admin::{SourceStatus, StateSize, check, export, rename_source, status, vacuum};
pub use batch::{
    Batch, Begun, Committed, Cut, Line, PageNews, PageResult, PostCounts, Retried, RunOptions, ThreadNews,
};
pub use error::StateError;
pub use handle::Frontier;
pub use lease::Lease;
pub use open::StatePath;
pub use outlook::{HostQueue, Outlook};
pub use poll::BoardPoll;
