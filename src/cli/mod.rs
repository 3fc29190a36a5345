//! The door: one file a subcommand.

pub mod state;
pub mod tail;
