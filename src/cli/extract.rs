//! `forumsift extract`: saved pages, archives and scraped text become records, without a network.

use std::{
    io::{BufRead, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde_json::json;
use url::Url;

use super::{CliError, ExitKind, configuration, plan};
use crate::{
    clock::Clock,
    extract::ExtractOptions,
    model::{DateOrder, Outcome, Zone},
    normalize::notice::{LineContext, read_line},
    pipeline::{Format, Input, OfflineError, OfflinePlan, run_offline},
};

/// Arguments of `extract`.
#[derive(Args, Debug)]
pub struct ExtractArgs {
    /// Files, folders, or `-` for stdin [default: -]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the input is
    #[arg(long, value_enum, default_value_t = FormatName::Auto)]
    format: FormatName,
    /// Address of the page, for relative links and the source's name
    #[arg(long, value_parser = address)]
    url: Option<Url>,
    /// Engine profile, instead of recognising one
    #[arg(long, value_name = "NAME")]
    engine: Option<String>,
    /// Zone of the dates: an IANA name or an offset like +08:00
    #[arg(long, value_name = "TZ", value_parser = Zone::parse)]
    time_zone: Option<Zone>,
    /// Order of numeric dates
    #[arg(long, value_enum, default_value_t = OrderName::Auto)]
    date_order: OrderName,
    /// When the pages were fetched (RFC 3339), where no archive tells
    #[arg(long, value_name = "T")]
    fetched_at: Option<Timestamp>,
    /// Name of the source in the records
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Add the body as CommonMark
    #[arg(long)]
    markdown: bool,
    /// Add the body as sanitized HTML
    #[arg(long)]
    html: bool,
    /// Directory of one's own engine profiles
    #[arg(long, value_name = "DIR")]
    engines: Option<PathBuf>,
    /// Edit notices of one's own, a TOML file; may stand several times
    #[arg(long, value_name = "FILE")]
    notices: Vec<PathBuf>,
    /// News agencies and papers of one's own, a TOML file; may stand several times
    #[arg(long, value_name = "FILE")]
    articles: Vec<PathBuf>,
}

/// An address as people and other tools write one: whole, without its scheme, or (of a mirrored page) relative.
fn address(text: &str) -> Result<Url, String> {
    let text = text.trim();
    match Url::parse(text) {
        Ok(url) if url.has_host() || url.scheme() == "file" => return Ok(url),
        Ok(_) | Err(url::ParseError::RelativeUrlWithoutBase) => {}
        Err(error) => return Err(error.to_string()),
    }
    let first = text.trim_start_matches('/').split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = !text.starts_with('.') && first.contains('.') && !first.ends_with("html") && !first.ends_with("php");
    let whole = if is_host { format!("http://{}", text.trim_start_matches('/')) } else { text.to_owned() };
    Url::parse("http://localhost/").and_then(|base| base.join(&whole)).map_err(|error| error.to_string())
}

/// What the input is, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatName {
    /// Told by the content itself
    Auto,
    /// Saved pages
    Html,
    /// Captured crawls, WARC or WARC.gz
    Warc,
    /// Text as another scraper left it
    Text,
    /// One edit notice a line, or a JSON object with `input` and its context
    Notice,
}

/// Order of numeric dates, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OrderName {
    /// Decided from evidence
    Auto,
    /// Day, month, year
    Dmy,
    /// Month, day, year
    Mdy,
    /// Year, month, day
    Ymd,
}

impl From<OrderName> for Option<DateOrder> {
    fn from(name: OrderName) -> Option<DateOrder> {
        match name {
            OrderName::Auto => None,
            OrderName::Dmy => Some(DateOrder::Dmy),
            OrderName::Mdy => Some(DateOrder::Mdy),
            OrderName::Ymd => Some(DateOrder::Ymd),
        }
    }
}

/// Reads the input in order and writes one line a record.
pub(super) fn run(args: &ExtractArgs, out: &mut dyn Write) -> Result<ExitKind, CliError> {
    let clock = Clock::System;
    let stdin = [PathBuf::from("-")];
    let files: &[PathBuf] = if args.files.is_empty() { &stdin } else { &args.files };
    let format = match args.format {
        FormatName::Auto => Format::Auto,
        FormatName::Html => Format::Html,
        FormatName::Warc => Format::Warc,
        FormatName::Text => Format::Text,
        FormatName::Notice => return notices(args, files, out),
    };
    let engines = configuration::engines(args.engines.as_deref().unwrap_or(Path::new("")))?;
    if let Some(name) = &args.engine
        && engines.get(name).is_none()
    {
        return Err(CliError::Usage(format!("no engine is named `{name}`; `forumsift engine list` names them")));
    }
    let plan = OfflinePlan {
        inputs: files.iter().map(|f| if f == Path::new("-") { Input::Stdin } else { Input::Path(f.clone()) }).collect(),
        format,
        url: args.url.clone(),
        engine: args.engine.as_deref().map(Arc::from),
        time_zone: args.time_zone.clone(),
        date_order: args.date_order.into(),
        fetched_at: args.fetched_at,
        source: args.source.as_deref().map(Arc::from),
        options: ExtractOptions { html: args.html, markdown: args.markdown, crawled: false },
        engines,
        normalizer: Arc::new(plan::normalizer(&args.notices, &args.articles)?),
        clock,
    };
    let report = run_offline(plan, out).map_err(|error| match error {
        OfflineError::Output(error) => CliError::Output(error),
        other => CliError::Bug(other.to_string()),
    })?;
    for failure in &report.failures {
        tracing::error!("{failure}");
    }
    for (place, outcome) in &report.without_posts {
        tracing::info!(page = %place, ?outcome, "no posts");
    }
    let lost = report.without_posts.iter().any(|(_, outcome)| matches!(outcome, Outcome::Empty));
    Ok(if report.failures.is_empty() && !lost { ExitKind::Done } else { ExitKind::Incomplete })
}

/// `--format notice`: people test their own boards' wording with it. A line that is not understood is told, with its number, and
/// the others are read all the same.
fn notices(args: &ExtractArgs, files: &[PathBuf], out: &mut dyn Write) -> Result<ExitKind, CliError> {
    let normalizer = plan::normalizer(&args.notices, &[])?;
    let known = LineContext {
        engine: args.engine.clone(),
        date_order: args.date_order.into(),
        time_zone: args.time_zone.clone(),
        fetched_at: args.fetched_at,
    };
    let mut ends = ExitKind::Done;
    for file in files {
        let name = if file == Path::new("-") { "stdin".to_owned() } else { file.display().to_string() };
        let mut reader: Box<dyn BufRead> = if file == Path::new("-") {
            Box::new(std::io::stdin().lock())
        } else {
            let opened = std::fs::File::open(file).map_err(|error| CliError::Usage(format!("{name}: {error}")))?;
            Box::new(std::io::BufReader::new(opened))
        };
        let mut line = Vec::new();
        let mut number = 0;
        while reader.read_until(b'\n', &mut line)? > 0 {
            number += 1;
            let text = String::from_utf8_lossy(&line);
            let text = text.strip_suffix('\n').unwrap_or(&text);
            let text = text.strip_suffix('\r').unwrap_or(text);
            let read = read_line(normalizer.notices(), &known, text).unwrap_or_else(|error| {
                tracing::error!("{name}, line {number}: {error}");
                ends = ExitKind::Incomplete;
                json!({ "input": text, "line": number, "error": error })
            });
            writeln!(out, "{read}")?;
            line.clear();
        }
    }
    Ok(ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (text, url) in [
            ("https://forum.example/t/1", "https://forum.example/t/1"),
            ("forum.example/t/1?page=2", "http://forum.example/t/1?page=2"),
            ("forum.example:8080/t", "http://forum.example:8080/t"),
            ("//forum.example/t", "http://forum.example/t"),
            ("../node/5.html", "http://localhost/node/5.html"),
            ("thread-1-1-1.html", "http://localhost/thread-1-1-1.html"),
            ("index.php?topic=1.0", "http://localhost/index.php?topic=1.0"),
        ] {
            assert_eq!(address(text).as_ref().map(Url::as_str), Ok(url), "{text}");
        }
        assert!(address("http://").is_err());
    }
}
