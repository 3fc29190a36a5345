//! The configuration that a subcommand works with, and the engines that it knows.

use std::{
    cell::OnceCell,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;

use super::CliError;
use crate::{
    config::{self, Config},
    engine::Engines,
};

/// Which configuration.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct ConfigArgs {
    /// The configuration file [default: $FORUMSIFT_CONFIG, ./forumsift.toml, ./config/forumsift.toml,
    /// $XDG_CONFIG_HOME/forumsift/config.toml]
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

impl ConfigArgs {
    /// Finds, reads and checks it, and the engine profiles that stand beside it.
    ///
    /// # Errors
    /// Where there is none, or with every complaint about it and about the profiles.
    pub(super) fn load(&self) -> Result<Config, CliError> {
        let file = config::find(self.config.as_deref())?;
        let known_engines: OnceCell<Result<Arc<Engines>, CliError>> = OnceCell::new();
        let own = |dir: &Path| -> bool { known_engines.get_or_init(|| engines(dir)).is_ok() };
        let known = |dir: &Path, name: &str| {
            // Where profiles are wrong, they are told, and nobody can say which names they would have had.
            if !own(dir) {
                return Ok(());
            }
            match known_engines.get() {
                Some(Ok(engines)) if engines.get(name).is_none() => Err(hint(engines, name)),
                _ => Ok(()),
            }
        };
        let config = config::load(&file, &known);
        if let Ok(config) = &config {
            own(&config.engines_dir);
        }
        match (config, known_engines.into_inner()) {
            (Ok(config), Some(Ok(_)) | None) => Ok(config),
            (Ok(_), Some(Err(error))) => Err(error),
            (Err(error), Some(Err(wrong))) => Err(CliError::Several(vec![error.into(), wrong])),
            (Err(error), _) => Err(error.into()),
        }
    }
}

/// The engines that are built in and those of a directory, which need not be there.
///
/// # Errors
/// With every complaint about the profiles of the directory.
pub(super) fn engines(dir: &Path) -> Result<Arc<Engines>, CliError> {
    Engines::with_dir(dir).map(Arc::new).map_err(CliError::Engines)
}

/// What to write instead of a name that no engine has.
pub(super) fn hint(engines: &Engines, name: &str) -> Option<String> {
    let names: Vec<String> = engines
        .heads()
        .flat_map(|head| head.aliases.iter().chain([&head.name]))
        .map(|name| name.to_lowercase())
        .collect();
    config::nearest(name, names.iter().map(String::as_str)).map(|name| format!("did you mean `{name}`?"))
}
