//! The configuration: read once, then trusted.
//!
//! A TOML file is read into raw tables (as written, every value with its place), laid over the embedded
//! `config/default.toml`, and checked into a [`Config`] (as meant). Nothing raw passes the door. All complaints are told
//! at once, each with file, line, column and caret. Nothing here touches the network or reads a secret.

mod along;
mod check;
mod complaint;
mod lookup;
mod raw;
mod read;
mod schema;
mod settings;
mod value;

pub use check::{DEFAULT, KnownEngine, load, parse};
pub use complaint::{Complaint, Complaints, nearest};
pub use lookup::{find, find_in};
pub use schema::json_schema;
pub use settings::{
    Archive, Config, Destination, Fetch, LoginSource, Notify, Output, SecretSource, Source, StateLocation, Watch,
};
pub use value::parse_duration;

use std::path::PathBuf;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No file was named and none stands where one is looked for.
    #[error("no configuration found; looked for {}", .0.join(", "))]
    NotFound(Vec<String>),
    /// The file could not be read.
    #[error("{}: {cause}", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The file is wrong; every complaint about it.
    #[error("{0}")]
    Wrong(Complaints),
}

impl ConfigError {
    /// Whether there is simply no configuration, in the place of a wrong one.
    pub fn is_missing(&self) -> bool {
        matches!(self, ConfigError::NotFound(_))
    }
}
