//! The door: one file a subcommand.

pub mod engine;
