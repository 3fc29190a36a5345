//! `forumsift state`: the state file, looked after.

use std::{io::Write, path::PathBuf};

use clap::{Args, Subcommand};

use super::{CliError, ExitKind, configuration::ConfigArgs};
use crate::{
    config::StateLocation,
    frontier::{self, StateSize},
};

/// Arguments of `state`.
#[derive(Args, Debug)]
pub struct StateArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// The state file, instead of the configured one
    #[arg(long, global = true, value_name = "FILE")]
    state: Option<PathBuf>,
    #[command(subcommand)]
    action: StateAction,
}

/// What to do with the state file.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub(super) enum StateAction {
    /// Read all of it and compare
    Check,
    /// Write all that it knows as JSON lines
    Export,
    /// Give its free space back
    Vacuum,
    /// Give a source another name, so that what is known of it stays known
    Rename {
        /// The name that it has
        old: String,
        /// The name that it gets
        new: String,
    },
}

/// Does it, and tells what was done.
pub(super) fn run(args: &StateArgs, out: &mut dyn Write) -> Result<ExitKind, CliError> {
    let path = place(args.state.as_ref(), &args.config)?;
    match &args.action {
        StateAction::Check => writeln!(out, "{}: sound, {}", path.display(), size(frontier::check(&path)?))?,
        StateAction::Export => frontier::export(&path, out)?,
        StateAction::Vacuum => {
            let (before, after) = frontier::vacuum(&path)?;
            writeln!(out, "{}: {} before, {} now", path.display(), size(before), size(after))?;
        }
        StateAction::Rename { old, new } => {
            frontier::rename_source(&path, old, new)?;
            writeln!(out, "{}: source `{old}` is `{new}` now", path.display())?;
        }
    }
    Ok(ExitKind::Done)
}

/// The state file: the one named, else the configured one.
pub(super) fn place(named: Option<&PathBuf>, config: &ConfigArgs) -> Result<PathBuf, CliError> {
    match named {
        Some(path) => Ok(path.clone()),
        None => match config.load()?.state {
            StateLocation::File(path) => Ok(path),
            StateLocation::Memory => Err(CliError::Usage("the configured state is kept in memory alone".to_owned())),
        },
    }
}

fn size(size: StateSize) -> String {
    let StateSize { bytes, free } = size;
    format!("{bytes} bytes, {free} of them free")
}
