//! forumsift streams clean article records out of forum threads.
//!
//! The modules are the data flow; `ARCHITECTURE.md` tells the storeys and the invariants.

// storey 1: words
pub mod clock;
pub mod model;

// storey 2: knowledge
pub mod engine;
pub mod frontier;
pub mod polite;

// storey 3: stages, in the order of the flow
pub mod fetch;

pub mod extract;

pub mod normalize;

pub mod emit;

// storey 4: the whole
pub mod config;
pub mod pipeline;
pub mod report;
pub mod schedule;
pub mod watch;

// storey 5: the door
pub mod cli;
