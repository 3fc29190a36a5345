//! `forumsift state`: the state file, looked after.

use std::{io::Write, path::Path};

use crate::frontier::{self, StateError, StateSize};

/// What to do with the state file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateAction {
    /// Read all of it and compare.
    Check,
    /// Write all that it knows as JSON lines.
    Export,
    /// Give its free space back.
    Vacuum,
    /// Give a source another name.
    Rename {
        /// The name that it has.
        old: String,
        /// The name that it gets.
        new: String,
    },
}

/// Does it, and tells what was done.
///
/// # Errors
/// See [`StateError`], which knows its exit code; an error of `out` is one of them.
pub fn run(path: &Path, action: &StateAction, out: &mut dyn Write) -> Result<(), StateError> {
    let told = match action {
        StateAction::Check => format!("{}: sound, {}", path.display(), size(frontier::check(path)?)),
        StateAction::Export => return frontier::export(path, out),
        StateAction::Vacuum => {
            let (before, after) = frontier::vacuum(path)?;
            format!("{}: {} before, {} now", path.display(), size(before), size(after))
        }
        StateAction::Rename { old, new } => {
            frontier::rename_source(path, old, new)?;
            format!("{}: source `{old}` is `{new}` now", path.display())
        }
    };
    writeln!(out, "{told}").map_err(|error| StateError::Io { path: "output".into(), cause: error.to_string() })
}

fn size(size: StateSize) -> String {
    let StateSize { bytes, free } = size;
    format!("{bytes} bytes, {free} of them free")
}
