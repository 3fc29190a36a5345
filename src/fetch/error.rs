//! What keeps a fetcher or an archive from being used at all. A request that fails is no error: see
//! [`Fetched`](crate::model::Fetched).

use std::{io, path::PathBuf};

/// A fault of a fetcher or an archive.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The HTTP client could not be made from its settings.
    #[error("http client: {0}")]
    Client(String),
    /// A file could not be read or written.
    #[error("{}: {cause}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// An archive broke off while it was read; what stands before is whole.
    #[error("byte {offset}: {cause}")]
    Io {
        /// Where in the (uncompressed) archive.
        offset: u64,
        /// What the system says.
        cause: io::Error,
    },
    /// A record of an archive is damaged; reading goes on behind it.
    #[error("byte {offset}: {cause}")]
    Damaged {
        /// Where in the (uncompressed) archive.
        offset: u64,
        /// What is wrong.
        cause: String,
    },
}
