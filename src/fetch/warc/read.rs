//! Records one after another; a damaged one is told and passed over.

use std::io::{self, Read};

use super::{
    entry::{Fields, page},
    lines::Lines,
};
use crate::{fetch::FetchError, model::Page};

/// A record larger than this is passed over.
const RECORD: u64 = 256 << 20;

/// A page of an archive.
#[derive(Clone, Debug)]
pub struct WarcEntry {
    /// The response as it was fetched, codings removed.
    pub page: Page,
    /// Where its record begins in the uncompressed archive.
    pub offset: u64,
}

/// Reads the pages of an archive in their order: `response` records with an HTTP response, and `resource` records.
pub fn read_warc(reader: impl Read) -> impl Iterator<Item = Result<WarcEntry, FetchError>> {
    let mut lines = Some(Lines::new(reader).map_err(|cause| FetchError::Io { offset: 0, cause }));
    std::iter::from_fn(move || {
        loop {
            let mut reading = match lines.take()? {
                Ok(reading) => reading,
                Err(error) => return Some(Err(error)),
            };
            let step = record(&mut reading);
            match step {
                Ok(Step::End) => return None,
                Ok(Step::Passed) => lines = Some(Ok(reading)),
                Ok(Step::Entry(entry)) => {
                    lines = Some(Ok(reading));
                    return Some(Ok(*entry));
                }
                Err(error @ FetchError::Damaged { .. }) => {
                    lines = Some(Ok(reading));
                    return Some(Err(error));
                }
                Err(error) => return Some(Err(error)),
            }
        }
    })
}

enum Step {
    End,
    Passed,
    Entry(Box<WarcEntry>),
}

fn record<R: Read>(lines: &mut Lines<R>) -> Result<Step, FetchError> {
    let mut noise = false;
    // between records stand empty lines; anything else is damage, reading goes on at the next record
    let begin = loop {
        let offset = lines.offset;
        match lines.line().map_err(|cause| broken(offset, cause))? {
            None if noise => return Err(damaged(offset, "the archive ends in something that is no record")),
            None => return Ok(Step::End),
            Some(line) if line.starts_with(b"WARC/") => break offset,
            Some(line) => noise |= !line.is_empty(),
        }
    };
    let mut fields = Fields::default();
    loop {
        let offset = lines.offset;
        let Some(line) = lines.line().map_err(|cause| broken(offset, cause))? else {
            return Err(damaged(begin, "the record's header breaks off"));
        };
        if line.is_empty() {
            break;
        }
        fields.take(&String::from_utf8_lossy(&line));
    }
    let Some(length) = fields.get("Content-Length").and_then(|length| length.parse::<u64>().ok()) else {
        return Err(damaged(begin, "the record tells no length"));
    };
    let wanted = matches!(fields.get("WARC-Type"), Some("response" | "resource"));
    if !wanted || length > RECORD {
        lines.skip(length).map_err(|cause| broken(begin, cause))?;
        return if wanted { Err(damaged(begin, "the record is too large")) } else { Ok(Step::Passed) };
    }
    let block = lines.bytes(length).map_err(|cause| broken(begin, cause))?;
    if (block.len() as u64) < length {
        return Err(damaged(begin, "the record breaks off"));
    }
    match page(&fields, block) {
        Ok(Some(page)) => Ok(Step::Entry(Box::new(WarcEntry { page, offset: begin }))),
        Ok(None) => Ok(Step::Passed),
        Err(cause) => Err(damaged(begin, &cause)),
    }
}

/// What a failed read means: a damaged gzip member, behind which reading goes on, or a file that cannot be read.
fn broken(offset: u64, cause: io::Error) -> FetchError {
    match cause.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
            damaged(offset, &format!("the compression is damaged: {cause}"))
        }
        _ => FetchError::Io { offset, cause },
    }
}

fn damaged(offset: u64, cause: &str) -> FetchError {
    FetchError::Damaged { offset, cause: cause.to_owned() }
}
