//! What can go wrong where records leave.

use std::{io, path::PathBuf};

/// A fault of the output (exit code 5). Lines that are not confirmed stay in the outbox.
#[derive(Debug, thiserror::Error)]
pub enum EmitError {
    /// Who read our output has gone. The end, and a quiet one.
    #[error("the reader of the output is gone")]
    ReaderGone,
    /// No space is left. The same lines can be written again when there is: what was written of them is remembered.
    #[error("{place}: no space left for records")]
    Full {
        /// The file or stream.
        place: PathBuf,
    },
    /// There is no stdout: it was closed before the program began.
    #[error("stdout is closed, so records have nowhere to go: name a directory (`-o DIR`, `[output] to`), or open it")]
    Closed,
    /// Who reads our output has not taken what was left for it when the run had to end. It stays for the next one.
    #[error("the reader of the output stands still: what it has not taken is kept for the next run")]
    Unread,
    /// A sync failed: what is on disk since the last one is not known, whatever a later sync says. The sink can be written to
    /// again, and writes anew what is not safe.
    #[error("{place}: could not be synced: {cause}")]
    Unsynced {
        /// The file.
        place: PathBuf,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// The output could not be read or written.
    #[error("{place}: {cause}")]
    Io {
        /// The file or stream.
        place: PathBuf,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
}

impl EmitError {
    pub(super) fn at(place: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> EmitError {
        let place = place.into();
        move |cause| match cause.kind() {
            io::ErrorKind::BrokenPipe => EmitError::ReaderGone,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => EmitError::Full { place },
            _ => EmitError::Io { place, cause },
        }
    }
}
