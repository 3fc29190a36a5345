//! Gzip members one after another; a damaged one ends in an error, and reading goes on at the next.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// Compressed bytes of a member that are kept, so that the search for the next one can begin within it: a damaged stream
/// may be read far beyond its member's end before the damage shows.
const KEPT: usize = 8 << 20;

/// What the members hold, as one stream. An error of the compression is told once; the next read goes on at the next
/// member, found by its first bytes (RFC 1952 section 2.3.1).
pub(super) struct Members<R: BufRead> {
    decoder: Option<GzDecoder<Kept<R>>>,
    damaged: bool,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(reader: R) -> Members<R> {
        let kept = Kept { reader, again: Vec::new(), at: 0, taken: Vec::new() };
        Members { decoder: Some(GzDecoder::new(kept)), damaged: false }
    }

    /// Goes to the next member; false at the end of the archive.
    fn next(&mut self) -> io::Result<bool> {
        let Some(decoder) = self.decoder.take() else { return Ok(false) };
        let mut kept = decoder.into_inner();
        if std::mem::take(&mut self.damaged) {
            kept.rewind();
            // its own first bytes are not the next one's
            kept.consume(1);
        }
        if !kept.find_member()? {
            return Ok(false);
        }
        kept.taken.clear();
        self.decoder = Some(GzDecoder::new(kept));
        Ok(true)
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || (self.damaged && !self.next()?) {
            return Ok(0);
        }
        loop {
            let Some(decoder) = &mut self.decoder else { return Ok(0) };
            match decoder.read(buffer) {
                Ok(0) if !self.next()? => return Ok(0),
                Ok(0) => {}
                Ok(read) => return Ok(read),
                Err(error) => {
                    self.damaged = error.kind() != io::ErrorKind::Interrupted;
                    return Err(error);
                }
            }
        }
    }
}

/// A reader that can give back what was taken of it since the last member began.
struct Kept<R> {
    reader: R,
    /// What was given back, and how much of it has been taken again.
    again: Vec<u8>,
    at: usize,
    taken: Vec<u8>,
}

impl<R: BufRead> Kept<R> {
    fn rewind(&mut self) {
        let rest = self.again.split_off(self.at);
        self.again = std::mem::take(&mut self.taken);
        self.again.extend(rest);
        self.at = 0;
    }

    /// Passes over bytes until a member begins; false where none does.
    fn find_member(&mut self) -> io::Result<bool> {
        const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
        let mut matched = 0;
        loop {
            let Some(byte) = self.fill_buf()?.first().copied() else { return Ok(false) };
            if byte == MAGIC[matched] {
                matched += 1;
            } else {
                matched = usize::from(byte == MAGIC[0]);
            }
            self.consume(1);
            if matched == MAGIC.len() {
                let rest = self.again.split_off(self.at);
                self.again = MAGIC.to_vec();
                self.again.extend(rest);
                self.at = 0;
                return Ok(true);
            }
        }
    }
}

impl<R: BufRead> Read for Kept<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Kept<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at < self.again.len() { Ok(&self.again[self.at..]) } else { self.reader.fill_buf() }
    }

    fn consume(&mut self, count: usize) {
        if self.at < self.again.len() {
            let end = (self.at + count).min(self.again.len());
            keep(&mut self.taken, &self.again[self.at..end]);
            self.at = end;
            return;
        }
        // what fill_buf has shown is there still
        if let Ok(shown) = self.reader.fill_buf() {
            keep(&mut self.taken, &shown[..count.min(shown.len())]);
        }
        self.reader.consume(count);
    }
}

fn keep(taken: &mut Vec<u8>, bytes: &[u8]) {
    let room = KEPT.saturating_sub(taken.len());
    taken.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn member(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    /// What can be read, and how often damage is told.
    fn check(archive: &[u8], holds: &[&str], damages: usize) {
        let mut members = Members::new(archive);
        let (mut text, mut told) = (Vec::new(), 0);
        while let Err(_error) = members.read_to_end(&mut text) {
            told += 1;
            assert!(told < 99, "damage is told without end");
        }
        let text = String::from_utf8_lossy(&text);
        assert!(holds.iter().all(|part| text.contains(part)), "{text}");
        assert_eq!(told, damages);
    }

    #[test]
    fn the_next_member_is_found_behind_a_damaged_one() {
        let (one, two, three) = (member("one"), member(&"two ".repeat(500)), member("three"));
        check(&[one.clone(), two.clone(), three.clone()].concat(), &["one", "two two", "three"], 0);
        for at in [3, 12, two.len() / 2, two.len() - 6] {
            let mut spoilt = two.clone();
            spoilt[at] ^= 0xff;
            check(&[one.clone(), spoilt, three.clone()].concat(), &["one", "three"], 1);
        }
        check(&[one.clone(), two[..two.len() / 2].to_vec(), three.clone()].concat(), &["one", "three"], 1);
        check(&[one.clone(), b"rubbish".to_vec(), three].concat(), &["one", "three"], 0);
        check(&one[..one.len() - 3], &["one"], 1);
    }
}
