//! Reading on: what is written after the reading began, across rotation, in `seq` order.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, Read, Write},
    os::unix::fs::MetadataExt,
    path::Path,
};

use super::{
    EmitError, TailOptions,
    file::LIVE,
    tail::{tail_after, write_line},
};

/// Writes the records of a directory to `out`, and goes on with those that come. `wait` is called when all is read; false
/// ends it. A record is written once, however files are moved, compressed or truncated meanwhile. Lines without a `seq`
/// are written as they come.
///
/// # Errors
/// [`EmitError::ReaderGone`] where `out` is a pipe that nobody reads any more; else what the system says.
pub fn follow(
    dir: &Path,
    options: &TailOptions,
    out: &mut dyn Write,
    wait: &mut dyn FnMut() -> bool,
) -> Result<(), EmitError> {
    let mut last = 0;
    // the live file stands last; before it those that were, as long as lines may still come to them
    let mut files: VecDeque<Live> = VecDeque::new();
    loop {
        let next = Live::open_if_another(dir, files.back())?;
        let is_new = next.is_some();
        if let Some(next) = next {
            // cut off, it is the same file: nothing comes to its end any more
            if files.back().is_some_and(|live| live.own == next.own) {
                files.pop_back();
            }
            files.push_back(next);
        }
        let was_empty = files.back().is_some_and(|live| live.at == 0);
        // Whoever writes leaves a file for good before the first line of the next. So the newest is looked into first: where
        // it has a line, those before it are whole; where it has none (moved away and made anew, and the writer was not told
        // yet), they are kept.
        for file in files.iter_mut().rev() {
            file.read()?;
        }
        if let Some(live) = files.back().map(|live| live.at > 0) {
            let older = files.len() - 1;
            for file in files.iter_mut().take(older) {
                file.write(options, &mut last, out)?;
            }
            if is_new || (was_empty && live) {
                // between two of them, whole files may have come and gone
                tail_after(dir, options, &mut last, out)?;
            }
            if let Some(file) = files.back_mut() {
                file.write(options, &mut last, out)?;
            }
            if live {
                files.drain(..older);
            }
        }
        out.flush().map_err(EmitError::at("stdout"))?;
        if !wait() {
            return Ok(());
        }
    }
}

/// The live file, or what was the live file.
struct Live {
    file: File,
    /// Device and number of the file.
    own: (u64, u64),
    /// Bytes read so far.
    at: u64,
    /// What was read and not yet written; ends in a line that is not whole.
    rest: Vec<u8>,
}

impl Live {
    /// The live file, where it is another one than that which is known, or was cut off.
    fn open_if_another(dir: &Path, known: Option<&Live>) -> Result<Option<Live>, EmitError> {
        let path = dir.join(LIVE);
        let fault = |error: io::Error| EmitError::at(&path)(error);
        let found = match fs::metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fault(error)),
        };
        if known.is_some_and(|known| known.own == (found.dev(), found.ino()) && found.len() >= known.at) {
            return Ok(None);
        }
        if known.is_some_and(|known| known.own == (found.dev(), found.ino())) {
            tracing::warn!(file = %path.display(), "the file was truncated by someone else: reading it from its beginning");
        }
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fault(error)),
        };
        let opened = file.metadata().map_err(fault)?;
        Ok(Some(Live { file, own: (opened.dev(), opened.ino()), at: 0, rest: Vec::new() }))
    }

    fn read(&mut self) -> Result<(), EmitError> {
        let count = self.file.read_to_end(&mut self.rest).map_err(EmitError::at(LIVE))?;
        self.at += count as u64;
        Ok(())
    }

    /// Writes the whole lines that are wanted.
    fn write(&mut self, options: &TailOptions, last: &mut u64, out: &mut dyn Write) -> Result<(), EmitError> {
        let whole = memchr::memrchr(b'\n', &self.rest).map_or(0, |at| at + 1);
        for line in self.rest[..whole].split_inclusive(|byte| *byte == b'\n') {
            write_line(line, options, last, out)?;
        }
        self.rest.drain(..whole);
        Ok(())
    }
}
