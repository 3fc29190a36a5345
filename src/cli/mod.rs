//! The door: one file a subcommand.
//!
//! Arguments are read, logs set up, one subcommand runs, and what became of it turns into an exit code: nothing else
//! happens here. stdout carries what was asked for and nothing else; all else goes to stderr.

mod args;
mod check;
mod completions;
mod configuration;
mod engine;
mod exit;
mod extract;
mod harmless;
mod logs;
mod notify;
mod plan;
mod pretty;
mod probe;
mod progress;
mod robots;
mod run;
mod schema;
mod start;
mod state;
mod status;
mod tail;
mod watch;

pub use args::{Cli, Command, Global, LogFormat};
pub use exit::{CliError, ExitKind};
pub use start::main;
