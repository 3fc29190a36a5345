//! `forumsift tail`: the records written so far, across rotation.

use std::{io::Write, path::Path};

use jiff::Timestamp;

use crate::emit::{self, EmitError, Since, TailOptions};

/// Reads what `--since` says: a `seq`, or a time.
///
/// # Errors
/// A sentence for people that names what was not understood.
pub fn parse_since(text: &str) -> Result<Since, String> {
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

/// Writes the records of a directory to `out`.
///
/// # Errors
/// See [`EmitError`]; a reader that is gone is one of them, and a quiet end.
pub fn run(dir: &Path, options: &TailOptions, out: &mut dyn Write) -> Result<(), EmitError> {
    emit::tail(dir, options, out)
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
