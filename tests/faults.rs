//! The fault list, as far as it is about the process, its output, its state and its clock: tests/faults/README.md names each row.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

#[path = "support/crawl.rs"]
mod crawl;
#[path = "support/forum/mod.rs"]
mod forum;
#[path = "support/server.rs"]
mod server;

#[path = "faults/local/mod.rs"]
mod local;
