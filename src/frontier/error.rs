//! What can go wrong with the state.

use std::{io, path::PathBuf};

/// A fault of the state. Whoever meets one stops: nothing goes on without state.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StateError {
    /// Another instance holds the state (exit code 6).
    #[error("{path}: the state is held by another instance")]
    Locked {
        /// The state file.
        path: PathBuf,
    },
    /// The file is no state, or is damaged (exit code 7).
    #[error("{path}: the state is damaged: {cause}; see `forumsift state check`, and restore the file or move it away")]
    Damaged {
        /// The state file.
        path: PathBuf,
        /// What SQLite or the check says.
        cause: String,
    },
    /// A newer version of the program wrote it (exit code 7).
    #[error("{path}: the state has version {found}, this program reads up to {known}; use the newer program")]
    TooNew {
        /// The state file.
        path: PathBuf,
        /// The version found.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// No space is left for the state (exit code 5).
    #[error("{path}: no space left for the state")]
    Full {
        /// The state file.
        path: PathBuf,
    },
    /// So little space is left that a run would end in the midst of its work (exit code 5).
    #[error("{path}: {left} MiB are left for the state, and a run wants {least}: make space first")]
    LittleSpace {
        /// The state file.
        path: PathBuf,
        /// What is left, in MiB.
        left: u64,
        /// What a run wants, in MiB.
        least: u64,
    },
    /// The state could not be read or written.
    #[error("{path}: {cause}")]
    Io {
        /// The state file.
        path: PathBuf,
        /// What the system or SQLite says.
        cause: String,
    },
    /// The writer has stopped after an earlier fault, or was closed.
    #[error("the state is closed")]
    Closed,
    /// A source of that name is not in the state.
    #[error("the state knows no source `{0}`")]
    NoSource(String),
    /// A source of that name is in the state already.
    #[error("the state already knows a source `{0}`")]
    SourceExists(String),
}

impl StateError {
    /// The exit code that the documentation promises for it.
    pub fn exit_code(&self) -> u8 {
        match self {
            StateError::Locked { .. } => 6,
            StateError::Damaged { .. } | StateError::TooNew { .. } => 7,
            StateError::Full { .. } | StateError::LittleSpace { .. } => 5,
            StateError::NoSource(_) | StateError::SourceExists(_) => 2,
            StateError::Io { .. } | StateError::Closed => 5,
        }
    }

    pub(super) fn from_sqlite(path: &std::path::Path, error: &rusqlite::Error) -> StateError {
        use rusqlite::ErrorCode;
        let path = path.to_owned();
        let cause = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StateError::Damaged { path, cause },
            Some(ErrorCode::DiskFull) => StateError::Full { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StateError::Locked { path },
            _ => StateError::Io { path, cause },
        }
    }

    pub(super) fn from_io(path: &std::path::Path, error: &io::Error) -> StateError {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StateError::Full { path: path.to_owned() },
            _ => StateError::Io { path: path.to_owned(), cause: error.to_string() },
        }
    }
}
