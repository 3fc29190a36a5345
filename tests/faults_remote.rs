//! The rows of the fault list that are about hosts, protocols, pages and forums. Tests are named by row; the list stands in
//! `tests/faults/README.md`.

#![expect(clippy::unwrap_used, reason = "a test that does not reach its own server has failed")]

#[path = "support/crawl.rs"]
mod crawl;
#[path = "support/forum/mod.rs"]
mod forum;
#[path = "support/server.rs"]
mod server;

#[path = "faults/remote/common.rs"]
mod common;
#[path = "faults/remote/forums.rs"]
mod forums;
#[path = "faults/remote/http2.rs"]
mod http2;
#[path = "faults/remote/outcomes.rs"]
mod outcomes;
#[path = "faults/remote/rests.rs"]
mod rests;
#[path = "faults/remote/sizes.rs"]
mod sizes;
#[path = "faults/remote/tls.rs"]
mod tls;
#[path = "faults/remote/traps.rs"]
mod traps;
