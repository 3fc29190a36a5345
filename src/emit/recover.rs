//! What an earlier process left: the last whole line of a file, and what comes after it.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use serde::Deserialize;

/// The end of a file of lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct End {
    /// `seq` of the first line.
    pub(super) first_seq: Option<u64>,
    /// `seq` of the last line that is whole and is a record.
    pub(super) last_seq: Option<u64>,
    /// Bytes after the last newline.
    pub(super) torn: Vec<u8>,
    /// Bytes in all.
    pub(super) size: u64,
}

/// The one field of a line that matters here.
#[derive(Deserialize)]
struct Numbered {
    seq: Option<u64>,
}

/// The `seq` of a line; `None` where it is no record, or one without a number.
pub(super) fn seq_of(line: &[u8]) -> Option<u64> {
    serde_json::from_slice::<Numbered>(line).ok().and_then(|line| line.seq)
}

/// Looks at the end of a file, reading backwards only as far as needed.
pub(super) fn end_of(path: &Path) -> io::Result<End> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut tail: Vec<u8> = Vec::new();
    let mut from = size;
    let (torn, last_seq) = loop {
        let step = from.min(64 * 1024);
        from -= step;
        file.seek(SeekFrom::Start(from))?;
        let mut block = vec![0; usize::try_from(step).unwrap_or(0)];
        file.read_exact(&mut block)?;
        block.extend_from_slice(&tail);
        tail = block;
        let Some(newline) = memchr::memrchr(b'\n', &tail) else {
            if from == 0 {
                break (tail, None);
            }
            continue;
        };
        // lines between the first newline that is in sight (or the file's beginning) and the last one
        let start = if from == 0 { 0 } else { memchr::memchr(b'\n', &tail).map_or(0, |at| at + 1) };
        let lines = if start <= newline { &tail[start..newline] } else { &[][..] };
        let last = lines.rsplit(|byte| *byte == b'\n').find_map(seq_of);
        if last.is_some() || from == 0 {
            break (tail[newline + 1..].to_vec(), last);
        }
    };
    file.seek(SeekFrom::Start(0))?;
    let mut first = Vec::new();
    BufReader::new(file).read_until(b'\n', &mut first)?;
    Ok(End { first_seq: seq_of(&first), last_seq, torn, size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_files() {
        let long = format!("{{\"seq\":7,\"text\":\"{}\"}}\n", "x".repeat(200_000));
        let cases: [(&str, Option<u64>, Option<u64>, &str); 7] = [
            ("", None, None, ""),
            ("{\"seq\":1}\n", Some(1), Some(1), ""),
            ("{\"seq\":1}\n{\"seq\":2}\n", Some(1), Some(2), ""),
            ("{\"seq\":1}\n{\"seq\":2", Some(1), Some(1), "{\"seq\":2"),
            ("{\"se", None, None, "{\"se"),
            ("{\"seq\":1}\n\n", Some(1), Some(1), ""),
            (&long, Some(7), Some(7), ""),
        ];
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        for (content, first_seq, last_seq, torn) in cases {
            for tail in ["", &long[..150_000]] {
                if !torn.is_empty() && !tail.is_empty() {
                    continue;
                }
                std::fs::write(&path, format!("{content}{tail}")).unwrap();
                let end = end_of(&path).unwrap();
                assert_eq!(end.last_seq, last_seq, "{:.40}", content);
                assert_eq!(end.torn, format!("{torn}{tail}").into_bytes());
                if !content.is_empty() {
                    assert_eq!(end.first_seq, first_seq);
                }
            }
        }
    }
}
