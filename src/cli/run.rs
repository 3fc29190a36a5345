//! `forumsift run`: crawl once, the sources that are due or the addresses given.

use std::{io::IsTerminal, path::PathBuf, sync::Arc, time::Duration};

use clap::Args;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{CliError, ExitKind, configuration::ConfigArgs, notify::Message, plan::plan_of, progress};
use crate::{
    clock::Clock,
    config::{Config, Destination, Source, StateLocation},
    frontier::SourceStatus,
    model::SourceSettings,
    pipeline::{self, Tally, Told},
    report::Report,
    schedule::{self, Due, LastRun},
};

/// Arguments of `run`.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// Addresses to crawl instead of the configured sources: an index, a board or a thread each
    #[arg(value_name = "URL", conflicts_with_all = ["all", "source"])]
    urls: Vec<Url>,
    #[command(flatten)]
    config: ConfigArgs,
    /// Crawl every source, due or not
    #[arg(long)]
    all: bool,
    /// Crawl this source alone, due or not; may be given more than once
    #[arg(long, value_name = "NAME")]
    source: Vec<String>,
    /// Visit known pages again, and confirm at once what is missing
    #[arg(long)]
    recheck: bool,
    /// Where records go: a directory, or `-` for stdout
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// The state file, or `:memory:`
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

/// Crawls, and tells on stderr what was done.
pub(super) fn run(args: &RunArgs) -> Result<ExitKind, CliError> {
    let clock = Clock::System;
    let config = configured(args)?;
    let due = due_sources(args, &config, clock)?;
    if due.is_empty() {
        tracing::info!("no source is due");
        return Ok(ExitKind::Done);
    }
    let names: Vec<Arc<str>> = due.iter().map(|source| source.name().clone()).collect();
    let plan = plan_of(&config, due.clone(), args.recheck, clock)?;
    let tally = Tally::default();
    let runtime = network()?;
    let stop = CancellationToken::new();
    let ended = runtime.block_on(async {
        tokio::spawn(stop_on_signal(stop.clone()));
        let mut bar = None;
        let ended = pipeline::run_seen(plan, stop.clone(), tally.clone(), |flow| {
            bar = Some(tokio::spawn(progress::show(tally.clone(), flow.clone())));
        });
        let ended = ended.await;
        if let Some(bar) = bar {
            bar.abort();
            let _ = bar.await;
        }
        let Told { news, left } = ended?;
        for (name, news) in news {
            let report = Report { sources: tally.counts([name.clone()]) };
            let source = due.iter().find(|source| *source.name() == name);
            let message = source.and_then(|s| Message::about(&config, s, news, report.failure(), clock.now()));
            if let Some(message) = message {
                message.send().await;
            }
        }
        Ok(left)
    });
    // whatever still hangs on a socket must not keep the process
    runtime.shutdown_timeout(Duration::from_millis(200));

    let report = Report { sources: tally.counts(names) };
    report.log();
    if std::io::stderr().is_terminal() {
        let _ = report.write_table(&mut std::io::stderr().lock());
    }
    let broken = report.broken_laws();
    for law in &broken {
        tracing::error!(%law, "the counts do not add up: this is a bug");
    }
    match ended {
        Err(error) => Err(CliError::Pipeline(error)),
        Ok(_) if stop.is_cancelled() => Ok(ExitKind::Interrupted),
        Ok(_) if !broken.is_empty() => Ok(ExitKind::Bug),
        // work that is left to the next run is told while the run ends
        Ok(left) if report.has_losses() || !left.is_empty() => Ok(ExitKind::Incomplete),
        Ok(_) => Ok(ExitKind::Done),
    }
}

/// What fetchers, commits and timers run on: one thread. Reading pages has threads of its own, and each further thread that takes
/// bodies in keeps megabytes for them that another one freed. Timers are looked at after a few tasks already: the default, 61,
/// would be late where a connection that floods takes long at each of its turns.
pub(super) fn network() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).event_interval(4).enable_all().build()
}

/// The configuration, with what the command line says over it.
fn configured(args: &RunArgs) -> Result<Config, CliError> {
    let told = args.config.config.is_some();
    let mut config = match args.config.load() {
        Ok(config) => config,
        // addresses alone need no file; a file that is named or found must be right
        Err(CliError::Config(error)) if !args.urls.is_empty() && !told && error.is_missing() => Config::default(),
        Err(error) => return Err(error),
    };
    if !args.urls.is_empty() {
        if !told {
            config = Config { sources: Vec::new(), ..Config::default() };
        }
        config.sources = args.urls.iter().map(|url| ad_hoc(&config.defaults, url)).collect();
        config.sources.dedup_by(|a, b| a.settings.url == b.settings.url);
        if !told {
            config.state = StateLocation::Memory;
        }
    }
    if let Some(state) = &args.state {
        config.state = StateLocation::from_path(state);
    }
    if let Some(output) = &args.output {
        config.output.to = Destination::from_path(output);
    }
    Ok(config)
}

/// A source for an address of the command line, named after its host; the whole address where hosts repeat.
fn ad_hoc(defaults: &SourceSettings, url: &Url) -> Source {
    let name = url.host_str().unwrap_or("source");
    let settings = SourceSettings { name: name.into(), url: url.clone(), ..defaults.clone() };
    Source::of(settings)
}

fn due_sources(args: &RunArgs, config: &Config, clock: Clock) -> Result<Vec<Source>, CliError> {
    for name in &args.source {
        if !config.sources.iter().any(|source| &**source.name() == name.as_str()) {
            return Err(CliError::Usage(format!("no source is named `{name}`")));
        }
    }
    let last: Vec<SourceStatus> = match &config.state {
        StateLocation::File(path) if path.exists() => crate::frontier::status(path)?,
        _ => Vec::new(),
    };
    let now = clock.now();
    let wanted = |source: &&Source| -> bool {
        if !args.source.is_empty() {
            return args.source.iter().any(|name| name.as_str() == &**source.name());
        }
        args.all || is_due(source, &last, now)
    };
    Ok(config.sources.iter().filter(wanted).cloned().collect())
}

fn is_due(source: &Source, last: &[SourceStatus], now: Timestamp) -> bool {
    let row = last.iter().find(|row| row.name == **source.name());
    let last = row.and_then(|row| Some(LastRun { began: row.started?, cut_short: !row.whole, wish: row.wish() }));
    schedule::due(source.schedule.as_ref(), last.as_ref(), now) == Due::Now
}

/// The first signal asks for an orderly end, the second ends at once. A terminal that was closed asks for the end too: a run
/// reads its configuration once, and notices by itself when its files are moved away.
pub(super) async fn stop_on_signal(stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let taken = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()));
    let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hang_up)) = taken else { return };
    for told in 0.. {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hang_up.recv() => {}
        }
        if told > 0 {
            std::process::exit(ExitKind::Interrupted as i32);
        }
        tracing::info!("stopping: what is in flight is finished or given back; a second signal ends at once");
        stop.cancel();
    }
}
