//! What a run ended in, as the shell is told it: the one place where exit codes are.

use std::{io, process::ExitCode};

use crate::{config::ConfigError, engine::EngineError};

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitKind {
    /// All due work is done.
    Done = 0,
    /// A bug in this program.
    Bug = 1,
    /// Usage or configuration.
    Usage = 2,
    /// Interrupted; the state is kept.
    Interrupted = 3,
    /// Finished, but a source or page failed.
    Incomplete = 4,
    /// Output failed: the reader is gone, or the disk is full.
    OutputFailed = 5,
    /// Another instance holds the state.
    StateHeld = 6,
    /// The state is damaged, or was written by a newer version.
    StateDamaged = 7,
}

impl From<ExitKind> for ExitCode {
    fn from(kind: ExitKind) -> ExitCode {
        ExitCode::from(kind as u8)
    }
}

/// Why a subcommand could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The configuration is missing or wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Engine profiles of the user's own are wrong.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Engines(Vec<EngineError>),
    /// Several of these, told at once; never empty.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<CliError>),
    /// What was asked for makes no sense; told in a sentence.
    #[error("{0}")]
    Usage(String),
    /// Something happened that cannot: a bug.
    #[error("{0}: this is a bug, please report it")]
    Bug(String),
    /// stdout could not be written.
    #[error("output failed: {0}")]
    Output(#[from] io::Error),
}

impl CliError {
    /// The exit code that it ends in.
    pub fn exit(&self) -> ExitKind {
        match self {
            CliError::Config(_) | CliError::Engines(_) | CliError::Usage(_) => ExitKind::Usage,
            CliError::Several(errors) => errors.first().map_or(ExitKind::Bug, CliError::exit),
            CliError::Bug(_) => ExitKind::Bug,
            CliError::Output(_) => ExitKind::OutputFailed,
        }
    }

    /// Whether nobody needs to be told: the reader of stdout went away, as `head` does.
    pub fn is_quiet(&self) -> bool {
        matches!(self, CliError::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
