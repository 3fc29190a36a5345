//! `forumsift tail`: the records written so far, across rotation.

use std::{io::Write, path::PathBuf};

use clap::Args;
use jiff::Timestamp;

use super::{CliError, ExitKind, configuration::ConfigArgs};
use crate::{
    config::Destination,
    emit::{self, Since, TailOptions},
};

/// Arguments of `tail`.
#[derive(Args, Debug)]
pub struct TailArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// The directory of record files [default: the configured one]
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Only what came after this seq, or was fetched at or after this time
    #[arg(long, value_name = "SEQ|TIME", value_parser = parse_since)]
    since: Option<Since>,
    /// Only records of this source
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
}

/// Prints the records.
pub(super) fn run(args: &TailArgs, out: &mut dyn Write) -> Result<ExitKind, CliError> {
    let dir = match &args.dir {
        Some(dir) => dir.clone(),
        None => match args.config.load()?.output.to {
            Destination::Directory(dir) => dir,
            Destination::Stdout => {
                return Err(CliError::Usage("records go to stdout by the configuration: name a directory".to_owned()));
            }
        },
    };
    emit::tail(&dir, &TailOptions { since: args.since, source: args.source.clone() }, out)?;
    Ok(ExitKind::Done)
}

/// Reads what `--since` says: a `seq`, or a time.
///
/// # Errors
/// A sentence for people that names what was not understood.
fn parse_since(text: &str) -> Result<Since, String> {
    if let Ok(seq) = text.parse() {
        return Ok(Since::Seq(seq));
    }
    let time = text.parse::<Timestamp>().map(Since::Time);
    let date = || {
        let date: jiff::civil::Date = text.parse().ok()?;
        Some(Since::Time(jiff::tz::TimeZone::UTC.to_timestamp(date.into()).ok()?))
    };
    time.ok().or_else(date).ok_or_else(|| {
        format!("`{text}` is neither a seq (4711) nor a time (2026-11-23T08:00:00Z) nor a date (2026-11-23)")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_a_seq_a_time_or_a_date() {
        let time = |text: &str| Since::Time(text.parse().unwrap());
        for (text, expected) in [
            ("0", Since::Seq(0)),
            ("4711", Since::Seq(4711)),
            ("2026-11-23T08:00:00Z", time("2026-11-23T08:00:00Z")),
            ("2026-11-23T08:00:00+08:00", time("2026-11-23T00:00:00Z")),
            ("2026-11-23", time("2026-11-23T00:00:00Z")),
        ] {
            assert_eq!(parse_since(text), Ok(expected), "{text}");
        }
        for text in ["", "yesterday", "-1", "2026-13-01"] {
            assert!(parse_since(text).is_err(), "{text}");
        }
    }
}
