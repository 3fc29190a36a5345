//! The door: one file a subcommand.
