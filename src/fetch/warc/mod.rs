//! Captured crawls: WARC 0.17 to 1.1, plain or one gzip member a record (ISO 28500).

mod entry;
mod lines;
mod members;
mod read;

pub use read::{WarcEntry, read_warc};
