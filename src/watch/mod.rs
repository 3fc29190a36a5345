//! The resident crawler's parts: whose turn it is, what the system and its service manager say.
//!
//! Each stands alone and is told what it needs; `cli::watch` joins them with the flow. Never: a fetch, a record, a look at
//! the clock.

mod service;
mod signals;
mod turns;

pub use service::Service;
pub use signals::{Signal, Signals};
pub use turns::{NextAfter, Pace, Turns};
