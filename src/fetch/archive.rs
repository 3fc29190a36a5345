//! Keeping every response: WARC 1.1 (ISO 28500:2017), one gzip member a record.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use jiff::Timestamp;

use super::FetchError;
use crate::model::Page;

/// Bytes at which a new file is begun.
const ROTATE: u64 = 1 << 30;
/// Headers that no longer describe the body that is kept, and those that name a visitor.
const LEFT_OUT: [&str; 5] = ["content-encoding", "content-length", "transfer-encoding", "set-cookie", "set-cookie2"];

/// Writes archives into a folder, a new file each run and each gigabyte.
#[derive(Debug)]
pub struct WarcWriter {
    folder: PathBuf,
    began: Timestamp,
    path: PathBuf,
    file: File,
    written: u64,
    files: u32,
    records: u64,
}

impl WarcWriter {
    /// Makes the folder, and a file in it that begins with a `warcinfo` record.
    ///
    /// # Errors
    /// Where the folder or the file cannot be made.
    pub fn create(folder: &Path, began: Timestamp) -> Result<WarcWriter, FetchError> {
        fs::create_dir_all(folder).map_err(|cause| FetchError::File { path: folder.to_owned(), cause })?;
        let (path, file) = begin(folder, began, 0)?;
        let mut writer = WarcWriter { folder: folder.to_owned(), began, path, file, written: 0, files: 1, records: 0 };
        writer.info()?;
        Ok(writer)
    }

    /// Keeps a response: status, headers and the body as it was, its codings removed.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn page(&mut self, page: &Page) -> Result<(), FetchError> {
        if self.written > ROTATE {
            (self.path, self.file) = begin(&self.folder, self.began, self.files)?;
            self.files += 1;
            self.written = 0;
            self.info()?;
        }
        let mut block = format!("HTTP/1.1 {} {}\r\n", page.status, reason(page.status)).into_bytes();
        for (name, value) in page.headers.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str())) {
            block.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        block.extend_from_slice(format!("content-length: {}\r\n\r\n", page.body.len()).as_bytes());
        block.extend_from_slice(&page.body);
        let of_response =
            format!("WARC-Target-URI: {}\r\nWARC-Payload-Digest: {}\r\n", page.url.as_str(), digest(&page.body));
        self.record("response", page.fetched_at, &of_response, "application/http; msgtype=response", &block)
    }

    /// Makes the file safe.
    ///
    /// # Errors
    /// Where it cannot be synced.
    pub fn finish(&mut self) -> Result<(), FetchError> {
        self.file.sync_all().map_err(|cause| FetchError::File { path: self.path.clone(), cause })
    }

    fn info(&mut self) -> Result<(), FetchError> {
        let block = format!(
            "software: forumsift/{}\r\nformat: WARC File Format 1.1\r\nconformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n",
            env!("CARGO_PKG_VERSION")
        );
        self.record("warcinfo", self.began, "", "application/warc-fields", block.as_bytes())
    }

    fn record(
        &mut self,
        kind: &str,
        date: Timestamp,
        further: &str,
        content_type: &str,
        block: &[u8],
    ) -> Result<(), FetchError> {
        self.records += 1;
        let id = record_id(&self.path, self.records, block);
        let mut head =
            format!("WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{id}>\r\nWARC-Date: {date}\r\n");
        head.push_str(further);
        head.push_str(&format!("WARC-Block-Digest: {}\r\n", digest(block)));
        head.push_str(&format!("Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n", block.len()));
        let failed = |cause| FetchError::File { path: self.path.clone(), cause };
        let mut member = GzEncoder::new(Vec::with_capacity(block.len() / 4 + 512), Compression::default());
        member
            .write_all(head.as_bytes())
            .and_then(|()| member.write_all(block))
            .and_then(|()| member.write_all(b"\r\n\r\n"))
            .map_err(failed)?;
        let member = member.finish().map_err(failed)?;
        // one call a record, so that a process that dies leaves whole members
        if let Err(cause) = self.file.write_all(&member) {
            // what was written of it would spoil the file for its readers
            let _ = self.file.set_len(self.written);
            return Err(failed(cause));
        }
        self.written += member.len() as u64;
        Ok(())
    }
}

fn begin(folder: &Path, began: Timestamp, number: u32) -> Result<(PathBuf, File), FetchError> {
    let stamp = jiff::tz::Offset::UTC.to_datetime(began).strftime("%Y%m%d%H%M%S").to_string();
    // a second run in the same second must not write into the first one's file
    for try_number in number.. {
        let path = folder.join(format!("forumsift-{stamp}-{try_number:05}.warc.gz"));
        match OpenOptions::new().create_new(true).append(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(cause) => return Err(FetchError::File { path, cause }),
        }
    }
    unreachable!("the numbers do not run out before the file names do")
}

/// A name of its own for every record: a hash in the form of a UUID (RFC 9562, version 8).
fn record_id(path: &Path, number: u64, block: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(path.as_os_str().as_encoded_bytes()).update(&number.to_le_bytes()).update(block);
    let hex = hasher.finalize().to_hex();
    format!("{}-{}-8{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

/// A SHA-1 in Base32, the form that tools for archives check. It tells damage, not forgery.
fn digest(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let hash = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, bytes);
    // twenty bytes are four times five bytes, which are eight letters each
    let letters = hash.as_ref().chunks(5).flat_map(|five| {
        let bits = five.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        (0..8).rev().map(move |place| char::from(LETTERS[(bits >> (place * 5) & 31) as usize]))
    });
    "sha1:".chars().chain(letters).collect()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        304 => "Not Modified",
        403 => "Forbidden",
        404 => "Not Found",
        _ => "Answered",
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::{fetch::read_warc, model::Validators};

    #[test]
    fn what_is_kept_can_be_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let url = Url::parse("http://forum.example/t/1?a=b").unwrap();
        let page = Page {
            requested: url.clone(),
            url,
            status: 200,
            content_type: Some("text/html; charset=gbk".to_owned()),
            date: Some("2024-11-07T06:20:00Z".parse().unwrap()),
            validators: Validators { etag: Some("\"x\"".to_owned()), last_modified: None },
            headers: vec![
                ("content-type".to_owned(), "text/html; charset=gbk".to_owned()),
                ("date".to_owned(), "Thu, 07 Nov 2024 06:20:00 GMT".to_owned()),
                ("etag".to_owned(), "\"x\"".to_owned()),
                ("content-encoding".to_owned(), "gzip".to_owned()),
                ("set-cookie".to_owned(), "secret=1".to_owned()),
            ],
            body: b"<html>\xb1\xbe</html>".to_vec(),
            fetched_at: "2024-11-07T06:20:01Z".parse().unwrap(),
        };
        let mut writer = WarcWriter::create(folder.path(), page.fetched_at).unwrap();
        writer.page(&page).unwrap();
        writer.page(&page).unwrap();
        writer.finish().unwrap();
        let path = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        let entries: Vec<_> = read_warc(File::open(path).unwrap()).map(|entry| entry.unwrap().page).collect();
        assert_eq!(entries.len(), 2);
        for read in entries {
            assert_eq!((read.url, read.status, read.body), (page.url.clone(), 200, page.body.clone()));
            assert_eq!((read.date, read.fetched_at), (page.date, page.fetched_at));
            assert_eq!((read.validators, read.content_type), (page.validators.clone(), page.content_type.clone()));
            assert!(!read.headers.iter().any(|(name, _)| name == "set-cookie"));
        }
    }

    #[test]
    fn digests_are_those_that_other_tools_write() {
        assert_eq!(digest(b""), "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ");
        assert_eq!(digest(b"abc"), "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5");
    }

    #[test]
    fn a_damaged_record_is_told_and_passed_over() {
        let response = |url: &str, body: &str| {
            let block = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
                body.len()
            );
            format!(
                "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: <{url}>\r\nWARC-Date: 2024-11-07T06:20:00Z\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
                block.len()
            )
        };
        let broken = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\n\r\nnothing\r\n\r\n";
        let archive =
            [response("http://a.example/1", "one"), broken.to_owned(), response("http://a.example/2", "two")].concat();
        let read: Vec<_> = read_warc(archive.as_bytes()).collect();
        let told: Vec<String> = read
            .into_iter()
            .map(|entry| match entry {
                Ok(entry) => String::from_utf8(entry.page.body).unwrap(),
                Err(error) => error.to_string(),
            })
            .collect();
        assert_eq!(told[0], "one");
        assert!(told[1].starts_with("byte ") && told[1].ends_with("the record tells no length"), "{told:?}");
        assert_eq!(told[2], "two");
        let cut = &archive.as_bytes()[..120];
        assert!(read_warc(cut).any(|entry| entry.is_err()));
    }
}
