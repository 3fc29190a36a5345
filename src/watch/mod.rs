//! The resident crawler's parts: whose turn it is, what the system and its service manager say, and what people and
//! monitors can see.
//!
//! Each stands alone and is told what it needs; `cli::watch` joins them with the flow. Never: a fetch, a record, a look at
//! the clock.

mod service;
mod signals;
mod turns;

mod board;
mod status;

mod metrics;
mod page;
mod server;

pub use board::{Board, Minute, Newest, Seat};
pub use metrics::{CONTENT_TYPE as METRICS_CONTENT_TYPE, metrics};
pub use page::page;
pub use server::{Answer, Answers, listen, serve};
pub use service::Service;
pub use signals::{Signal, Signals};
pub use status::{Pages, Posts, SourceStatus, Status};
pub use turns::{NextAfter, Pace, Turns};
