//! Bytes of an archive with their offset, by lines and by counts; gzip members are opened one after another.

use std::io::{self, BufRead, BufReader, Read};

use super::members::Members;

/// A line of a header may be so long.
const LINE: u64 = 64 * 1024;

/// The uncompressed bytes of an archive.
pub(super) struct Lines<R: Read> {
    inner: BufReader<Plain<R>>,
    pub(super) offset: u64,
}

enum Plain<R: Read> {
    Raw(BufReader<R>),
    Gzip(Box<Members<BufReader<R>>>),
}

impl<R: Read> Read for Plain<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Plain::Raw(reader) => reader.read(buffer),
            Plain::Gzip(reader) => reader.read(buffer),
        }
    }
}

impl<R: Read> Lines<R> {
    /// Looks at the first bytes to know whether they are compressed.
    pub(super) fn new(reader: R) -> io::Result<Lines<R>> {
        let mut reader = BufReader::with_capacity(64 * 1024, reader);
        let compressed = reader.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        let plain = if compressed { Plain::Gzip(Box::new(Members::new(reader))) } else { Plain::Raw(reader) };
        Ok(Lines { inner: BufReader::with_capacity(64 * 1024, plain), offset: 0 })
    }

    /// The next line without its end; `None` at the end of the archive.
    pub(super) fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let read = (&mut self.inner).take(LINE).read_until(b'\n', &mut line)?;
        self.offset += read as u64;
        if read == 0 {
            return Ok(None);
        }
        while matches!(line.last(), Some(b'\n' | b'\r')) {
            line.pop();
        }
        Ok(Some(line))
    }

    /// The next bytes, fewer where the archive ends.
    pub(super) fn bytes(&mut self, count: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(count.min(1 << 20)).unwrap_or(0));
        let read = (&mut self.inner).take(count).read_to_end(&mut bytes)?;
        self.offset += read as u64;
        Ok(bytes)
    }

    /// Passes over bytes.
    pub(super) fn skip(&mut self, count: u64) -> io::Result<()> {
        self.offset += io::copy(&mut (&mut self.inner).take(count), &mut io::sink())?;
        Ok(())
    }
}
