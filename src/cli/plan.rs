//! From a checked configuration to a plan of the pipeline.

use std::{collections::HashMap, fs, path::PathBuf, sync::Arc, time::Duration};

use super::{CliError, configuration};
use crate::{
    clock::Clock,
    config::{Config, Destination, Source, StateLocation},
    extract::ExtractOptions,
    fetch::{HttpSettings, SourceSecrets},
    frontier::{RunOptions, StatePath},
    normalize::Normalizer,
    pipeline::{OutputPlan, Plan, SourcePlan},
};

/// How long work in flight may take once the run was asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// The plan for these sources of a configuration.
pub(super) fn plan_of(config: &Config, sources: Vec<Source>, recheck: bool, clock: Clock) -> Result<Plan, CliError> {
    let fetch = &config.fetch;
    let secrets = secrets(&sources)?;
    Ok(Plan {
        sources: sources
            .into_iter()
            .map(|source| SourcePlan { settings: source.settings, replay: source.replay })
            .collect(),
        state: match &config.state {
            StateLocation::Memory => StatePath::Memory,
            StateLocation::File(path) => StatePath::File(path.clone()),
        },
        output: match &config.output.to {
            Destination::Stdout => OutputPlan::Stdout,
            Destination::Directory(path) => {
                OutputPlan::Directory { path: path.clone(), rotate_size: config.output.rotate_size }
            }
        },
        http: HttpSettings {
            contact: fetch.contact.clone(),
            timeout: fetch.timeout,
            connect_timeout: fetch.connect_timeout,
            max_page: usize::try_from(fetch.max_page).unwrap_or(usize::MAX),
            proxy: fetch.proxy.clone(),
            retry_after_cap: fetch.retry_after_cap,
            secrets,
            ..HttpSettings::default()
        },
        retries: fetch.retries,
        connections: fetch.connections,
        extraction_threads: 0,
        archive: config.archive.to.clone(),
        quarantine: config.archive.quarantine.clone(),
        extract: ExtractOptions { html: config.output.html, markdown: config.output.markdown },
        options: RunOptions { recheck, ..RunOptions::default() },
        grace: GRACE,
        engines: configuration::engines(&config.engines_dir)?,
        normalizer: Arc::new(normalizer(config)?),
        clock,
        onlooker: None,
    })
}

/// The normalizer with the user's own notices and news credits.
fn normalizer(config: &Config) -> Result<Normalizer, CliError> {
    let read = |files: &[PathBuf]| -> Result<Option<String>, CliError> {
        let mut whole = String::new();
        for file in files {
            let text =
                fs::read_to_string(file).map_err(|error| CliError::Usage(format!("{}: {error}", file.display())))?;
            whole.push_str(&text);
            whole.push('\n');
        }
        Ok((!whole.is_empty()).then_some(whole))
    };
    let (notices, articles) = (read(&config.notice_files)?, read(&config.article_files)?);
    Normalizer::with(notices.as_deref(), articles.as_deref()).map_err(|error| {
        let files = config.notice_files.iter().chain(&config.article_files);
        let names: Vec<String> = files.map(|file| file.display().to_string()).collect();
        CliError::Usage(format!("{}: {error}", names.join(", ")))
    })
}

/// What the sources send to prove who asks: read now, kept in memory alone.
fn secrets(sources: &[Source]) -> Result<HashMap<Arc<str>, SourceSecrets>, CliError> {
    let mut secrets = HashMap::new();
    for source in sources {
        if let Some(place) = &source.cookie {
            let cookie =
                place.read().map_err(|error| CliError::Usage(format!("{}: cookie: {error}", source.name())))?;
            secrets.insert(source.name().clone(), SourceSecrets { cookie: Some(cookie) });
        }
    }
    Ok(secrets)
}
