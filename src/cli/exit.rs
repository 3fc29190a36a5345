//! What a run ended in, as the shell is told it: the one place where exit codes are.

use std::{io, process::ExitCode};

use crate::{config::ConfigError, emit::EmitError, engine::EngineError, frontier::StateError, pipeline::PipelineError};

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
    /// The state failed.
    #[error(transparent)]
    State(#[from] StateError),
    /// Record files could not be read or written.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// A run ended early.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
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
            CliError::State(error) => of_state(error),
            CliError::Pipeline(PipelineError::State(error)) => of_state(error),
            CliError::Pipeline(PipelineError::Fetch(_) | PipelineError::Folder { .. }) => ExitKind::Usage,
            CliError::Pipeline(PipelineError::Stage(_)) => ExitKind::Bug,
            // it was asked to stop, and had no more time for a reader that stands still
            CliError::Pipeline(PipelineError::Emit(EmitError::Unread)) => ExitKind::Interrupted,
            CliError::Pipeline(PipelineError::Emit(_) | PipelineError::Archive(_))
            | CliError::Emit(_)
            | CliError::Output(_) => ExitKind::OutputFailed,
        }
    }

    /// Whether nobody needs to be told: the reader of stdout went away, as `head` does.
    pub fn is_quiet(&self) -> bool {
        match self {
            CliError::Output(error) => error.kind() == io::ErrorKind::BrokenPipe,
            CliError::Emit(error) | CliError::Pipeline(PipelineError::Emit(error)) => {
                matches!(error, EmitError::ReaderGone)
            }
            _ => false,
        }
    }
}

fn of_state(error: &StateError) -> ExitKind {
    match error.exit_code() {
        2 => ExitKind::Usage,
        6 => ExitKind::StateHeld,
        7 => ExitKind::StateDamaged,
        _ => ExitKind::OutputFailed,
    }
}
