//! Reading back: the records written so far, across rotation, in `seq` order.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Write},
    path::Path,
};

use jiff::Timestamp;
use serde::Deserialize;

use super::{EmitError, file::LIVE, recover::seq_of, rotate};

/// From where to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// After this `seq`.
    Seq(u64),
    /// What was fetched at or after this time.
    Time(Timestamp),
}

/// What to read, and how to show it.
#[derive(Clone, Debug, Default)]
pub struct TailOptions {
    /// From where.
    pub since: Option<Since>,
    /// Of this source alone.
    pub source: Option<String>,
}

/// The fields of a record that decide.
#[derive(Deserialize)]
struct Line {
    seq: Option<u64>,
    #[serde(default)]
    source: String,
    #[serde(default)]
    fetched_at: String,
}

/// Writes the records of a directory to `out`, as they are, in `seq` order. A line that is not whole yet is left out.
///
/// # Errors
/// [`EmitError::ReaderGone`] where `out` is a pipe that nobody reads any more; else what the system says.
pub fn tail(dir: &Path, options: &TailOptions, out: &mut dyn Write) -> Result<(), EmitError> {
    let mut last = 0;
    tail_after(dir, options, &mut last, out)?;
    let live = dir.join(LIVE);
    match File::open(&live) {
        Ok(file) => copy(Box::new(BufReader::new(file)), options, &live, &mut last, out)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(EmitError::at(&live)(error)),
    }
    out.flush().map_err(EmitError::at("stdout"))
}

/// The same for the full files, and for what comes after `last` alone.
pub(super) fn tail_after(
    dir: &Path,
    options: &TailOptions,
    last: &mut u64,
    out: &mut dyn Write,
) -> Result<(), EmitError> {
    let files = rotate::full_files(dir).map_err(EmitError::at(dir))?;
    for (at, full) in files.iter().enumerate() {
        // the next file begins before what is asked for: nothing of this one is
        let asked = if let Some(Since::Seq(seq)) = options.since { seq.max(*last) } else { *last };
        if !is_news(&files, at, asked) {
            continue;
        }
        let lines = match full.open() {
            Ok(lines) => lines,
            // compressed in this very moment: it has another name now
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                full.packed().open().map_err(EmitError::at(&full.path))?
            }
            Err(error) => return Err(EmitError::at(&full.path)(error)),
        };
        copy(lines, options, &full.path, last, out)?;
    }
    Ok(())
}

fn copy(
    mut lines: Box<dyn BufRead>,
    options: &TailOptions,
    path: &Path,
    last: &mut u64,
    out: &mut dyn Write,
) -> Result<(), EmitError> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let count = lines.read_until(b'\n', &mut line).map_err(EmitError::at(path))?;
        if count == 0 || line.last() != Some(&b'\n') {
            return Ok(());
        }
        write_line(&line, options, last, out)?;
    }
}

/// Writes a line that is wanted and has not been written before.
pub(super) fn write_line(
    line: &[u8],
    options: &TailOptions,
    last: &mut u64,
    out: &mut dyn Write,
) -> Result<(), EmitError> {
    if let Some(seq) = seq_of(line) {
        if seq <= *last {
            return Ok(());
        }
        *last = seq;
    }
    if wanted(line, options) { out.write_all(line).map_err(EmitError::at("stdout")) } else { Ok(()) }
}

/// Whether a line is asked for.
fn wanted(line: &[u8], options: &TailOptions) -> bool {
    if options.since.is_none() && options.source.is_none() {
        return true;
    }
    let Ok(line) = serde_json::from_slice::<Line>(line) else { return false };
    let since = match options.since {
        None => true,
        Some(Since::Seq(seq)) => line.seq.is_some_and(|at| at > seq),
        Some(Since::Time(time)) => line.fetched_at.parse::<Timestamp>().is_ok_and(|at| at >= time),
    };
    since && options.source.as_ref().is_none_or(|source| *source == line.source)
}

/// Whether a full file can hold something after `last`.
fn is_news(files: &[rotate::Full], at: usize, last: u64) -> bool {
    files.get(at + 1).is_none_or(|next| next.first_seq > last.saturating_add(1))
}
