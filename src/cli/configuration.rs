//! The configuration that a subcommand works with.

use std::path::{Path, PathBuf};

use clap::Args;

use super::CliError;
use crate::config::{self, Config};

/// Which configuration.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct ConfigArgs {
    /// The configuration file [default: $FORUMSIFT_CONFIG, ./forumsift.toml, ./config/forumsift.toml,
    /// $XDG_CONFIG_HOME/forumsift/config.toml]
    #[arg(short, long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

impl ConfigArgs {
    /// Finds, reads and checks it.
    ///
    /// # Errors
    /// Where there is none, or with every complaint about it.
    pub(super) fn load(&self) -> Result<Config, CliError> {
        let file = config::find(self.config.as_deref())?;
        Ok(config::load(&file, &known_engine)?)
    }
}

fn known_engine(_own_profiles: &Path, _name: &str) -> Result<(), Option<String>> {
    Ok(())
}
