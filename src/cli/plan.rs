//! From a checked configuration to a plan of the pipeline.

use std::{collections::HashMap, ffi::OsString, fs, path::PathBuf, sync::Arc, time::Duration};

use jiff::Timestamp;

use super::{CliError, configuration};
use crate::{
    clock::Clock,
    config::{Config, Destination, SecretSource, Source, StateLocation},
    engine::Engines,
    extract::ExtractOptions,
    fetch::{self, HttpSettings, Login, SourceProxy, SourceSecrets},
    frontier::{RunOptions, StatePath},
    normalize::{Normalizer, OwnFile},
    pipeline::{OutputPlan, Plan, SourcePlan, Trial},
};

/// How long work in flight may take once the run was asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Failed runs in a row that are an incident where nobody is told: `status` shows it.
const PATIENCE: u64 = 3;

/// The plan for these sources of a configuration.
pub(super) fn plan_of(config: &Config, sources: Vec<Source>, recheck: bool, clock: Clock) -> Result<Plan, CliError> {
    let fetch = &config.fetch;
    let engines = configuration::engines(&config.engines_dir)?;
    let secrets = secrets(&sources, &engines, clock.now())?;
    Ok(Plan {
        sources: sources
            .into_iter()
            .map(|source| SourcePlan {
                patience: source.notify.as_ref().map_or(PATIENCE, |notify| notify.after),
                settings: source.settings,
                replay: source.replay,
            })
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
        wait_for_space: config.output.wait_for_space,
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
        extract: ExtractOptions { html: config.output.html, markdown: config.output.markdown, crawled: true },
        trial: trial(config),
        options: RunOptions { recheck, ..RunOptions::default() },
        grace: GRACE,
        engines,
        normalizer: Arc::new(normalizer(&config.notice_files, &config.article_files)?),
        clock,
        onlooker: None,
    })
}

/// This program, as it reads one page from stdin with the user's own rules.
fn trial(config: &Config) -> Option<Trial> {
    let mut arguments: Vec<OsString> = ["extract", "--quiet", "--format", "html", "--engines"].map(Into::into).into();
    arguments.push(config.engines_dir.clone().into());
    for (flag, files) in [("--notices", &config.notice_files), ("--articles", &config.article_files)] {
        arguments.extend(files.iter().flat_map(|file| [flag.into(), file.clone().into()]));
    }
    Some(Trial { program: std::env::current_exe().ok()?, arguments })
}

/// The normalizer with the user's own notices and news credits.
pub(super) fn normalizer(notices: &[PathBuf], articles: &[PathBuf]) -> Result<Normalizer, CliError> {
    let read = |files: &[PathBuf]| -> Result<Vec<OwnFile>, CliError> {
        files
            .iter()
            .map(|file| {
                let name = file.display().to_string();
                match fs::read_to_string(file) {
                    Ok(text) => Ok(OwnFile { name, text }),
                    Err(error) => Err(CliError::Usage(format!("{name}: {error}"))),
                }
            })
            .collect()
    };
    Normalizer::with(&read(notices)?, &read(articles)?).map_err(|error| CliError::Usage(error.to_string()))
}

/// What the sources send to prove who asks: read now, kept in memory alone.
fn secrets(
    sources: &[Source],
    engines: &Engines,
    now: Timestamp,
) -> Result<HashMap<Arc<str>, SourceSecrets>, CliError> {
    let mut all = HashMap::new();
    for source in sources {
        let wrong = |what: String| CliError::Usage(format!("{}: {what}", source.name()));
        let read = |key: &str, place: &SecretSource| place.read().map_err(|error| wrong(format!("{key}: {error}")));
        let mut secrets = SourceSecrets { headers: source.headers.clone(), ..SourceSecrets::default() };
        if let Some(place) = &source.cookie {
            let text = read("cookie", place)?;
            let cookie = fetch::cookie_header(&text, &source.settings.url, now);
            secrets.cookie =
                Some(cookie.ok_or_else(|| wrong("cookie: the file holds none for this forum".to_owned()))?);
        }
        for (name, place) in &source.secret_headers {
            let value = read(name, place)?;
            secrets.secret_values.push(value.clone());
            secrets.headers.push((name.clone(), value));
        }
        if let Some(login) = &source.login {
            let name = source.settings.engine.as_deref();
            let profile = name.and_then(|name| engines.get(name));
            let profile = profile
                .ok_or_else(|| wrong("login: name the `engine`, whose profile describes the form".to_owned()))?;
            let rules = profile.login.clone().filter(|rules| rules.form.is_some());
            let page = profile.login_page(&source.settings.url);
            let (Some(rules), Some(page)) = (rules, page) else {
                return Err(wrong(format!("login: the profile `{}` describes no form ([login])", profile.name)));
            };
            let (user, password) = (read("login.user", &login.user)?, read("login.password", &login.password)?);
            secrets.login = Some(Login { page, rules, user, password, renew: login.renew });
        }
        if source.proxy.is_some() || source.proxy_login.is_some() {
            let login = match &source.proxy_login {
                Some(place) => {
                    let pair = read("proxy_login", place)?;
                    let (user, password) = pair
                        .split_once(':')
                        .ok_or_else(|| wrong("proxy_login: it is written `user:password`".to_owned()))?;
                    Some((user.to_owned(), password.to_owned()))
                }
                None => None,
            };
            secrets.proxy = Some(SourceProxy { address: source.proxy.clone(), login });
        }
        secrets.check().map_err(wrong)?;
        all.insert(source.name().clone(), secrets);
    }
    Ok(all)
}
