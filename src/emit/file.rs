//! Records in a directory: `records.jsonl` is always the live file. Exactly once: what is there is looked at before anything
//! is written, and a line that an earlier process left torn is completed. What nobody has confirmed to be on disk is proven
//! against its lines, byte for byte, and written again in its place: a power cut or a failed sync may have taken it.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    thread::JoinHandle,
};

use super::{EmitError, Line, Sink, prove, recover, rotate, sink::Whole};

/// Name of the live file.
pub(super) const LIVE: &str = "records.jsonl";

/// A sink that writes to a directory. Full files become `records-<first seq>.jsonl.zst`.
#[derive(Debug)]
pub struct RotatingFile {
    dir: PathBuf,
    live: PathBuf,
    file: File,
    whole: Whole,
    /// Bytes of the live file, as far as we know.
    size: u64,
    /// `seq` of its first line.
    first_seq: Option<u64>,
    rotate_size: u64,
    /// Compresses the file that was full last.
    packer: Option<JoinHandle<io::Result<()>>>,
    /// A sync failed: what is on disk is not known (the system may have dropped it), so the file is to be looked at anew.
    doubtful: bool,
    /// The last line that is known to be on disk.
    safe: u64,
    /// What was found and is not known to be on disk.
    unproven: Option<prove::Unproven>,
}

impl RotatingFile {
    /// Opens the directory, or makes it. Looks for the last line that is whole, completes what an earlier process left of a
    /// rotation, and keeps a torn end to be completed by its line. `confirmed`: the last `seq` that the state knows to be
    /// safe. `rotate_size` in bytes.
    ///
    /// # Errors
    /// See [`EmitError`].
    pub fn open(dir: &Path, rotate_size: u64, confirmed: u64) -> Result<RotatingFile, EmitError> {
        fs::create_dir_all(dir).map_err(EmitError::at(dir))?;
        rotate::tidy(dir).map_err(EmitError::at(dir))?;
        let live = dir.join(LIVE);
        let file = append_to(&live).map_err(EmitError::at(&live))?;
        // a file's own sync says nothing about its name, nor a folder's about its own
        let above = dir.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
        rotate::sync_dir(dir).map_err(EmitError::at(dir))?;
        // where that one may not be opened, its owner has made the folder
        let _ = rotate::sync_dir(above);
        let mut sink = RotatingFile {
            dir: dir.to_owned(),
            live,
            file,
            whole: Whole::default(),
            size: 0,
            first_seq: None,
            rotate_size: rotate_size.max(1),
            packer: None,
            doubtful: false,
            safe: confirmed,
            unproven: None,
        };
        sink.look()?;
        Ok(sink)
    }

    /// Takes stock of the live file, and where it is empty of the newest full one.
    fn look(&mut self) -> Result<(), EmitError> {
        let found = recover::end_of(&self.live).map_err(EmitError::at(&self.live))?;
        let (mut last_seq, mut safe) = (found.last_seq.unwrap_or(0).max(self.safe), self.safe);
        if found.first_seq.is_none_or(|first| first > safe + 1) {
            // a file is put aside only when it is safe
            safe = rotate::last_seq(&self.dir).map_err(EmitError::at(&self.dir))?.unwrap_or(0).max(safe);
            last_seq = last_seq.max(safe);
        }
        self.unproven = prove::unproven(&self.live, &found, safe).map_err(EmitError::at(&self.live))?;
        self.whole = Whole { last_seq, torn: found.torn };
        self.size = found.size;
        self.first_seq = found.first_seq;
        self.doubtful = false;
        Ok(())
    }

    /// Holds what was found against its lines, and cuts off what is not theirs.
    fn prove(&mut self, lines: &[Line]) -> Result<(), EmitError> {
        let Some(unproven) = self.unproven.take() else { return Ok(()) };
        let end = self.size - self.whole.torn.len() as u64;
        match prove::prove(&self.live, unproven, end, self.whole.last_seq, lines).map_err(EmitError::at(&self.live))? {
            prove::Verdict::Sound => {}
            prove::Verdict::More(rest) => self.unproven = Some(rest),
            prove::Verdict::Unsound { at, last_seq } => {
                let bytes = self.size - at;
                tracing::warn!(file = %self.live.display(), at, bytes, "cut off an end that was damaged: it is written again");
                self.file.set_len(at).map_err(EmitError::at(&self.live))?;
                self.whole = Whole { last_seq, torn: Vec::new() };
                self.size = at;
                if at == 0 {
                    self.first_seq = None;
                }
            }
        }
        Ok(())
    }

    /// Notices what others did to the live file: removed or replaced, it is opened anew; truncated, that is told.
    fn watch(&mut self) -> Result<(), EmitError> {
        let ours = self.file.metadata().map_err(EmitError::at(&self.live))?;
        let theirs = match fs::metadata(&self.live) {
            Ok(theirs) => Some(theirs),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(EmitError::at(&self.live)(error)),
        };
        let same = theirs.is_some_and(|theirs| theirs.ino() == ours.ino() && theirs.dev() == ours.dev());
        if !same {
            self.unproven = None;
            tracing::info!(file = %self.live.display(), "the live file was moved away: starting another one");
            // a torn line would have its two halves in two files
            self.complete_nowhere();
            self.file = append_to(&self.live).map_err(EmitError::at(&self.live))?;
            rotate::sync_dir(&self.dir).map_err(EmitError::at(&self.dir))?;
            self.size = self.file.metadata().map_err(EmitError::at(&self.live))?.len();
            self.first_seq = None;
        } else if ours.len() < self.size {
            self.unproven = None;
            tracing::warn!(
                file = %self.live.display(),
                was = self.size,
                is = ours.len(),
                "the live file was truncated by someone else: what was cut off is lost to its readers"
            );
            self.complete_nowhere();
            self.size = ours.len();
            if self.size == 0 {
                self.first_seq = None;
            }
        }
        Ok(())
    }

    /// The torn line's beginning is out of our hands: the line is written whole again.
    fn complete_nowhere(&mut self) {
        self.whole.torn.clear();
    }

    /// A torn end that is not the beginning of the line that comes next is no line of ours: it is cut off.
    fn check_torn(&mut self, lines: &[Line]) -> Result<(), EmitError> {
        let Some(next) = lines.iter().find(|line| line.seq > self.whole.last_seq) else { return Ok(()) };
        if self.whole.torn.is_empty() || next.bytes.starts_with(&self.whole.torn) {
            return Ok(());
        }
        let keep = self.size.saturating_sub(self.whole.torn.len() as u64);
        tracing::warn!(file = %self.live.display(), bytes = self.whole.torn.len(), "cut off an end that is no record");
        self.file.set_len(keep).map_err(EmitError::at(&self.live))?;
        self.size = keep;
        self.whole.torn.clear();
        Ok(())
    }

    fn append(&mut self, lines: &[Line]) -> Result<(), EmitError> {
        if self.first_seq.is_none() {
            self.first_seq = lines.iter().map(|line| line.seq).find(|seq| *seq > self.whole.last_seq);
        }
        let torn = self.whole.torn.len() as u64;
        let before = self.whole.last_seq;
        let coming: u64 = lines.iter().filter(|line| line.seq > before).map(|line| line.bytes.len() as u64).sum();
        reserve(&self.file, self.size, coming.saturating_sub(torn)).map_err(EmitError::at(&self.live))?;
        let result = self.whole.write(&mut self.file, lines);
        // what arrived, counted from the lines: a fault may have come after some of it
        let whole: u64 =
            lines.iter().filter(|l| l.seq > before && l.seq <= self.whole.last_seq).map(|l| l.bytes.len() as u64).sum();
        self.size = self.size - torn + whole + self.whole.torn.len() as u64;
        result.map(drop).map_err(EmitError::at(&self.live))
    }

    /// The live file is full: it is named by its first line, and another one begins.
    fn rotate(&mut self) -> Result<(), EmitError> {
        let Some(first) = self.first_seq else { return Ok(()) };
        self.sync()?;
        self.join_packer()?;
        let full = rotate::plain_name(&self.dir, first);
        fs::rename(&self.live, &full).map_err(EmitError::at(&self.live))?;
        self.file = append_to(&self.live).map_err(EmitError::at(&self.live))?;
        rotate::sync_dir(&self.dir).map_err(EmitError::at(&self.dir))?;
        self.size = 0;
        self.first_seq = None;
        let pack = move || rotate::pack(&full);
        let packer = std::thread::Builder::new().name("compress".to_owned()).spawn(pack);
        self.packer = Some(packer.map_err(EmitError::at(&self.dir))?);
        Ok(())
    }

    fn join_packer(&mut self) -> Result<(), EmitError> {
        let Some(packer) = self.packer.take() else { return Ok(()) };
        let result = packer.join().unwrap_or_else(|_| Err(io::Error::other("the compressing thread failed")));
        match result {
            // the full file stays uncompressed, and the next start tries again: nothing is lost
            Err(error) => {
                tracing::warn!(dir = %self.dir.display(), %error, "could not compress a full file");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    fn sync(&mut self) -> Result<(), EmitError> {
        match self.file.sync_data() {
            Ok(()) => {
                // what is still to be proven may be there and yet be wrong
                let proven = self.unproven.as_ref().map_or(u64::MAX, |unproven| unproven.next.saturating_sub(1));
                self.safe = self.whole.last_seq.min(proven).max(self.safe);
                Ok(())
            }
            Err(cause) => {
                self.doubtful = true;
                Err(match EmitError::at(&self.live)(cause) {
                    EmitError::Io { place, cause } => EmitError::Unsynced { place, cause },
                    full => full,
                })
            }
        }
    }
}

impl Sink for RotatingFile {
    fn write(&mut self, lines: &[Line]) -> Result<(), EmitError> {
        if self.doubtful {
            self.reopen()?;
        }
        self.watch()?;
        self.prove(lines)?;
        self.check_torn(lines)?;
        let mut rest = lines;
        while !rest.is_empty() {
            // up to the line that fills the file
            let mut size = self.size;
            let full = rest.iter().position(|line| {
                size += if line.seq > self.whole.last_seq { line.bytes.len() as u64 } else { 0 };
                size >= self.rotate_size
            });
            let (now, later) = rest.split_at(full.map_or(rest.len(), |at| at + 1));
            self.append(now)?;
            if self.size >= self.rotate_size && self.whole.torn.is_empty() {
                self.rotate()?;
            }
            rest = later;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<u64, EmitError> {
        self.sync()?;
        Ok(self.safe)
    }

    fn reopen(&mut self) -> Result<(), EmitError> {
        if self.doubtful {
            self.file = append_to(&self.live).map_err(EmitError::at(&self.live))?;
            return self.look();
        }
        self.watch()
    }

    fn position(&self) -> u64 {
        self.whole.last_seq
    }
}

impl Drop for RotatingFile {
    fn drop(&mut self) {
        let _ = self.join_packer();
    }
}

/// Takes the space for what comes, so that a full disk refuses lines whole. Where the file system cannot, the writing tells.
fn reserve(file: &File, from: u64, bytes: u64) -> io::Result<()> {
    if bytes == 0 {
        return Ok(());
    }
    match rustix::fs::fallocate(file, rustix::fs::FallocateFlags::KEEP_SIZE, from, bytes) {
        Err(error @ (rustix::io::Errno::NOSPC | rustix::io::Errno::DQUOT)) => Err(error.into()),
        _ => Ok(()),
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}
