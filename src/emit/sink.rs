//! What every output does.

use std::{
    io::{self, Write},
    time::Duration,
};

use super::{EmitError, Line};

/// Where lines go.
pub trait Sink: Send {
    /// Writes whole lines in order. Lines that are there already (their `seq` is not above the last one's) are skipped, so
    /// the same call can be made again after a fault.
    ///
    /// # Errors
    /// See [`EmitError`].
    fn write(&mut self, lines: &[Line]) -> Result<(), EmitError>;

    /// Makes safe what was written, and tells up to which `seq`.
    ///
    /// # Errors
    /// See [`EmitError`].
    fn flush(&mut self) -> Result<u64, EmitError>;

    /// Opens the output anew (after a log rotation by others).
    ///
    /// # Errors
    /// See [`EmitError`].
    fn reopen(&mut self) -> Result<(), EmitError>;

    /// The last `seq` that is there: where the sink goes on.
    fn position(&self) -> u64;
}

/// Lines in one piece, and how much of them has been written.
#[derive(Debug, Default)]
pub(super) struct Whole {
    /// The last line that is there whole.
    pub(super) last_seq: u64,
    /// Bytes that are there of the line after it.
    pub(super) torn: Vec<u8>,
}

impl Whole {
    /// Writes lines with as few calls as the system allows, and keeps account of what has arrived.
    pub(super) fn write(&mut self, out: &mut impl Write, lines: &[Line]) -> io::Result<u64> {
        let mut written = 0;
        let lines: Vec<&Line> = lines.iter().filter(|line| line.seq > self.last_seq).collect();
        // one buffer a call, but never a second copy of a whole backlog
        for chunk in lines.chunks(64) {
            let mut buffer = Vec::with_capacity(chunk.iter().map(|line| line.bytes.len()).sum());
            for line in chunk {
                buffer.extend_from_slice(&line.bytes);
            }
            let skip = self.torn.len().min(buffer.len());
            let (arrived, result) = write_all(out, &buffer[skip..]);
            written += arrived as u64;
            self.account(chunk, skip + arrived);
            result?;
        }
        Ok(written)
    }

    fn account(&mut self, chunk: &[&Line], mut bytes: usize) {
        self.torn.clear();
        for line in chunk {
            if bytes < line.bytes.len() {
                self.torn.extend_from_slice(&line.bytes[..bytes]);
                return;
            }
            bytes -= line.bytes.len();
            self.last_seq = line.seq;
        }
    }
}

/// Writes all of it, through interrupts, short writes and a pipe that does not block; tells how much has arrived.
fn write_all(out: &mut impl Write, bytes: &[u8]) -> (usize, io::Result<()>) {
    let mut arrived = 0;
    let mut pause = Duration::from_millis(1);
    while arrived < bytes.len() {
        match out.write(&bytes[arrived..]) {
            Ok(0) => return (arrived, Err(io::ErrorKind::WriteZero.into())),
            Ok(count) => {
                arrived += count;
                pause = Duration::from_millis(1);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                // the reader is slow and its pipe is full: wait, which is what a blocking pipe would do
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(50));
            }
            Err(error) => return (arrived, Err(error)),
        }
    }
    (arrived, Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a few bytes a call, and now and then answers as a busy system does.
    struct Stingy {
        got: Vec<u8>,
        calls: usize,
        full_at: Option<usize>,
    }

    impl Write for Stingy {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.calls += 1;
            match self.calls % 5 {
                2 => return Err(io::ErrorKind::Interrupted.into()),
                4 => return Err(io::ErrorKind::WouldBlock.into()),
                _ => {}
            }
            let room = self.full_at.map_or(usize::MAX, |full| full - self.got.len());
            if room == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let count = bytes.len().min(7).min(room);
            self.got.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines() -> Vec<Line> {
        (1..=9).map(|seq| Line { seq, bytes: format!("{{\"seq\":{seq},\"id\":\"a/{seq}\"}}\n").into_bytes() }).collect()
    }

    #[test]
    fn short_writes_and_interrupts_lose_nothing() {
        let mut out = Stingy { got: Vec::new(), calls: 0, full_at: None };
        let mut whole = Whole::default();
        whole.write(&mut out, &lines()).unwrap();
        assert_eq!(out.got, lines().concat_bytes());
        assert_eq!((whole.last_seq, whole.torn.len()), (9, 0));
    }

    #[test]
    fn a_full_disk_tears_a_line_and_the_next_try_completes_it() {
        let all = lines().concat_bytes();
        for full_at in 0..all.len() {
            let mut out = Stingy { got: Vec::new(), calls: 0, full_at: Some(full_at) };
            let mut whole = Whole::default();
            let error = whole.write(&mut out, &lines()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull);
            assert_eq!(out.got.len(), full_at);
            assert_eq!(whole.last_seq as usize, all[..full_at].iter().filter(|byte| **byte == b'\n').count());
            out.full_at = None;
            whole.write(&mut out, &lines()).unwrap();
            assert_eq!(out.got, all, "full at {full_at}");
        }
    }

    trait ConcatBytes {
        fn concat_bytes(&self) -> Vec<u8>;
    }

    impl ConcatBytes for Vec<Line> {
        fn concat_bytes(&self) -> Vec<u8> {
            self.iter().flat_map(|line| line.bytes.clone()).collect()
        }
    }
}
