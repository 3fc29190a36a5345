//! Records leave: to stdout or to rotated files.
//!
//! A [`Sink`] takes lines in `seq` order and tells up to which one they are safe. Files are exactly-once: [`RotatingFile`]
//! looks at what it finds, skips what is there, and completes a line that an earlier process left torn. Stdout is
//! at-least-once with the same `seq`. Never: a decision about what is emitted; the frontier has made it.

mod error;
mod file;
mod follow;
mod prove;
mod recover;
mod rotate;
mod sink;
mod stdout;
mod tail;

pub use crate::frontier::Line;
pub use error::EmitError;
pub use file::RotatingFile;
pub use follow::follow;
pub use sink::Sink;
pub use stdout::{StdoutSink, StreamSink, stdout_is_closed};
pub use tail::{Since, TailOptions, tail};
