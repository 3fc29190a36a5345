//! `forumsift tail`: the records written so far, across rotation.

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use jiff::Timestamp;

use super::{CliError, ExitKind, configuration::ConfigArgs, pretty::Pretty};
use crate::{
    config::Destination,
    emit::{self, EmitError, Since, TailOptions},
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
    /// Go on with the records that come
    #[arg(short, long)]
    follow: bool,
    /// For people: colour on a terminal, edits as what they changed
    #[arg(long)]
    pretty: bool,
}

/// How often new records are looked for.
const LOOK: Duration = Duration::from_millis(200);

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
    let options = TailOptions { since: args.since, source: args.source.clone() };
    if args.pretty {
        let has_colour =
            std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        read(&dir, &options, args.follow, &mut Pretty::to(out, has_colour))?;
    } else {
        read(&dir, &options, args.follow, out)?;
    }
    Ok(ExitKind::Done)
}

fn read(dir: &Path, options: &TailOptions, follow: bool, out: &mut dyn Write) -> Result<(), EmitError> {
    if !follow {
        return emit::tail(dir, options, out);
    }
    // ends with the process: by a signal, or when nobody reads any more
    emit::follow(dir, options, out, &mut || {
        std::thread::sleep(LOOK);
        true
    })
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
