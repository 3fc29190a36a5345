//! Full files: their names, their compression, and what a crash may have left of it.
//!
//! A full file is first renamed (`records-<first seq>.jsonl`), then compressed beside (`.zst.part`), then the compressed one
//! takes its name (`.zst`) and the plain one goes. After a crash at any point one whole copy is there.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use super::recover;

/// zstd level: the default trades well, JSON lines come to a fifth.
const LEVEL: i32 = 3;

/// A full file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Full {
    /// `seq` of its first line.
    pub(super) first_seq: u64,
    pub(super) path: PathBuf,
    pub(super) compressed: bool,
}

impl Full {
    /// Its lines.
    pub(super) fn open(&self) -> io::Result<Box<dyn BufRead>> {
        let file = File::open(&self.path)?;
        Ok(if self.compressed {
            Box::new(BufReader::new(zstd::Decoder::new(file)?))
        } else {
            Box::new(BufReader::new(file))
        })
    }
}

impl Full {
    /// The same file after its compression.
    pub(super) fn packed(&self) -> Full {
        Full { path: with_suffix(&self.path, ".zst"), compressed: true, ..self.clone() }
    }
}

/// Name of a full file before it is compressed.
pub(super) fn plain_name(dir: &Path, first_seq: u64) -> PathBuf {
    // zeros in front, so that a listing of the directory stands in order
    dir.join(format!("records-{first_seq:012}.jsonl"))
}

/// The full files of a directory in `seq` order; of a plain and a compressed one of the same name, the compressed one.
pub(super) fn full_files(dir: &Path) -> io::Result<Vec<Full>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(rest) = name.strip_prefix("records-") else { continue };
        let (digits, compressed) = match (rest.strip_suffix(".jsonl.zst"), rest.strip_suffix(".jsonl")) {
            (Some(digits), _) => (digits, true),
            (_, Some(digits)) => (digits, false),
            _ => continue,
        };
        if let Ok(first_seq) = digits.parse() {
            found.push(Full { first_seq, path, compressed });
        }
    }
    found.sort_by_key(|full| (full.first_seq, !full.compressed));
    found.dedup_by_key(|full| full.first_seq);
    Ok(found)
}

/// Compresses a full file, and removes the plain one when the compressed one is safe.
pub(super) fn pack(plain: &Path) -> io::Result<()> {
    let packed = with_suffix(plain, ".zst");
    let part = with_suffix(plain, ".zst.part");
    let mut out = zstd::Encoder::new(File::create(&part)?, LEVEL)?;
    out.include_checksum(true)?;
    io::copy(&mut File::open(plain)?, &mut out)?;
    out.finish()?.sync_all()?;
    fs::rename(&part, &packed)?;
    if let Some(dir) = plain.parent() {
        sync_dir(dir)?;
    }
    fs::remove_file(plain)
}

/// Completes what a crash left of a rotation.
pub(super) fn tidy(dir: &Path) -> io::Result<()> {
    let mut plain = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !name.starts_with("records-") {
            continue;
        }
        if name.ends_with(".jsonl.zst.part") {
            fs::remove_file(&path)?;
        } else if name.ends_with(".jsonl") {
            plain.push(path);
        }
    }
    for path in plain {
        if with_suffix(&path, ".zst").exists() {
            fs::remove_file(&path)?;
        } else {
            pack(&path)?;
        }
    }
    Ok(())
}

/// The last `seq` in the full files.
pub(super) fn last_seq(dir: &Path) -> io::Result<Option<u64>> {
    for full in full_files(dir)?.iter().rev() {
        let mut lines = full.open()?;
        let (mut line, mut last) = (Vec::new(), None);
        loop {
            line.clear();
            if lines.by_ref().read_until(b'\n', &mut line)? == 0 {
                break;
            }
            last = recover::seq_of(&line).or(last);
        }
        if last.is_some() {
            return Ok(last);
        }
    }
    Ok(None)
}

/// Makes names safe: a file's own sync says nothing about its name.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
