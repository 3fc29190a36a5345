//! The whole flow: `frontier → fetch → extract → normalize → emit`, wired in one function, [`Flow::open`]; [`run`] is its simple use.
//!
//! ```text
//! frontier ─lease→ fetchers ─pages→ extraction threads ─extracted→ normalizer ─batches→ frontier
//!                                                                     outbox (in the frontier) ─lines→ writer → sink
//! ```
//!
//! Every channel is bounded and runs one way; the loop closes in the frontier. A page's lease travels with it and ends in
//! the commit. [`run_offline`] sends saved pages through the same two stages in the middle, without frontier and state.

mod flow;
mod inputs;
mod isolate;
mod keep;
mod offline;
mod plan;
mod room;
mod run;
mod shared;
mod sightings;
mod sniff;
mod stages;
mod suspects;
mod tally;
mod trial;
mod writer;

pub use flow::{Ending, Flow};
pub use offline::{Input, OfflineError, OfflinePlan, OfflineReport, run_offline};
pub use plan::{Onlooker, OutputPlan, PipelineError, Plan, SourcePlan};
pub use run::{Told, run, run_seen};
pub use sniff::Format;
pub use tally::Tally;
pub use trial::Trial;
