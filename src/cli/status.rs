//! `forumsift status`: when each source was crawled, what it holds, what failed, and how its dates are read.

use std::{io::Write, path::PathBuf, time::Duration};

use clap::Args;
use jiff::{SignedDuration, Timestamp};

use super::{CliError, ExitKind, configuration::ConfigArgs, harmless, state};
use crate::{
    clock::Clock,
    config::Config,
    frontier::{self, SourceStatus},
    normalize::{Knowledge, date::Decision},
    schedule::{self, Due, LastRun},
};

/// Arguments of `status`.
#[derive(Args, Debug)]
pub struct StatusArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// The state file, instead of the configured one
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// One JSON object a source
    #[arg(long)]
    json: bool,
}

/// Prints a table, or JSON lines.
pub(super) fn run(args: &StatusArgs, out: &mut dyn Write) -> Result<ExitKind, CliError> {
    let path = state::place(args.state.as_ref(), &args.config)?;
    // a state file that is named stands alone; the schedule is the configuration's
    let config = if args.state.is_some() { None } else { Some(args.config.load()?) };
    let sources = frontier::status(&path)?;
    let now = Clock::System.now();
    if args.json {
        for source in &sources {
            let mut line = serde_json::to_value(source).map_err(|error| CliError::Bug(error.to_string()))?;
            line["next_due"] = match next_due(config.as_ref(), source, now) {
                Some(Due::Now) => now.to_string().into(),
                Some(Due::At(at)) => at.to_string().into(),
                Some(Due::Never) | None => serde_json::Value::Null,
            };
            line["date_orders"] = serde_json::to_value(decisions(config.as_ref(), source))
                .map_err(|error| CliError::Bug(error.to_string()))?;
            writeln!(out, "{line}")?;
        }
        return Ok(ExitKind::Done);
    }
    let mut rows = vec![
        ["source", "last crawl", "next due", "threads", "posts", "edits", "deleted", "pending", "failures"]
            .map(str::to_owned),
    ];
    rows.extend(sources.iter().map(|source| row(config.as_ref(), source, now)));
    let widths: Vec<usize> =
        (0..rows[0].len()).map(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0)).collect();
    for cells in &rows {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(at, (cell, width))| if at < 3 { format!("{cell:<width$}") } else { format!("{cell:>width$}") })
            .collect();
        writeln!(out, "{}", padded.join("  ").trim_end())?;
    }
    for source in &sources {
        for board in &source.boards {
            let every =
                span(SignedDuration::try_from(Duration::from_secs_f64(board.every_seconds)).unwrap_or_default());
            let next = span(board.next.duration_since(now));
            let rate = board.posts_per_hour;
            let name = harmless::shown(&board.name);
            writeln!(out, "{}: {name}: every {every}, next in {next}, {rate:.1} posts/h", source.name)?;
        }
        if let (Some(incident), Some(since)) = (&source.incident, source.incident_since) {
            writeln!(out, "{}: {incident} for {}", source.name, span(now.duration_since(since)))?;
        }
    }
    for source in sources.iter().filter(|source| source.last_failure.is_some()) {
        writeln!(
            out,
            "{}: last failure: {}",
            source.name,
            harmless::shown(source.last_failure.as_deref().unwrap_or_default())
        )?;
    }
    for source in &sources {
        for Decision { shape, order, why, .. } in decisions(config.as_ref(), source) {
            writeln!(out, "{}: dates like {} are read {}, {why}", source.name, shape.example(), order.name())?;
        }
    }
    Ok(ExitKind::Done)
}

/// How the source's numeric dates are read, by their shapes: a configured order stands above what the dates themselves tell.
fn decisions(config: Option<&Config>, source: &SourceStatus) -> Vec<Decision> {
    let known: Option<Knowledge> = source.knowledge.as_deref().and_then(|known| serde_json::from_str(known).ok());
    let mut decisions = known.map(|known| known.decisions(source.engine.as_deref())).unwrap_or_default();
    let configured = config.and_then(|config| config.sources.iter().find(|other| **other.name() == *source.name));
    if let Some(order) = configured.and_then(|configured| configured.settings.date_order) {
        for decision in &mut decisions {
            let told = std::mem::take(&mut decision.why);
            let evidence =
                if decision.certain && decision.order != order { format!(", against {told}") } else { String::new() };
            *decision = Decision { order, certain: true, why: format!("configured{evidence}"), ..decision.clone() };
        }
    }
    decisions
}

fn next_due(config: Option<&Config>, source: &SourceStatus, now: Timestamp) -> Option<Due> {
    let configured = config?.sources.iter().find(|configured| **configured.name() == *source.name)?;
    let last = source.started.map(|began| LastRun { began, cut_short: !source.whole, wish: source.wish() });
    Some(schedule::due(configured.schedule.as_ref(), last.as_ref(), now))
}

fn row(config: Option<&Config>, source: &SourceStatus, now: Timestamp) -> [String; 9] {
    let last = match (source.finished.or(source.started), source.whole) {
        (Some(at), true) => format!("{} ago", span(now.duration_since(at))),
        (Some(at), false) => format!("{} ago, cut short", span(now.duration_since(at))),
        (None, _) => "never".to_owned(),
    };
    let next = match next_due(config, source, now) {
        Some(Due::Now) => "now".to_owned(),
        Some(Due::At(at)) => format!("in {}", span(at.duration_since(now))),
        Some(Due::Never) => "never".to_owned(),
        None => "-".to_owned(),
    };
    let counts = [source.threads, source.posts, source.edits, source.deletions, source.pending, source.failures];
    let [threads, posts, edits, deletions, pending, failures] = counts.map(|count| count.to_string());
    [source.name.clone(), last, next, threads, posts, edits, deletions, pending, failures]
}

/// A span of time in its largest unit.
fn span(time: SignedDuration) -> String {
    let seconds = Duration::try_from(time).unwrap_or_default().as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}
