//! Makes `examples/quickstart.warc.gz`: a small invented forum, captured as a crawler would have found it.
//!
//!     cargo run --example make_quickstart -- examples/quickstart.warc.gz
//!
//! The forum is told in `forum.toml`; `pages.rs` renders it in the shape of a Discuz! board. Nothing in it depends on the
//! time or the machine, so that the archive is the same whenever it is made.

#![expect(clippy::expect_used, reason = "the forum is a file of this example: a slip in it should stop the maker")]

mod pages;

use std::{
    env, fs,
    io::{self, Write},
};

use flate2::{Compression, GzBuilder};
use pages::Forum;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let forum: Forum = toml::from_str(include_str!("forum.toml"))?;
    let archive = archive(&forum)?;
    match env::args().nth(1) {
        Some(path) => fs::write(path, archive)?,
        None => io::stdout().write_all(&archive)?,
    }
    Ok(())
}

/// The archive: WARC 1.1, one gzip member a record, so that a reader may begin at any of them.
fn archive(forum: &Forum) -> io::Result<Vec<u8>> {
    let info = "software: forumsift make_quickstart\r\nformat: WARC File Format 1.1\r\n";
    let mut archive = member(&record(forum, "warcinfo", None, "application/warc-fields", info.as_bytes()))?;
    for (url, content_type, body) in pages::all(forum) {
        let response = format!(
            "HTTP/1.1 200 OK\r\nDate: {}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}",
            forum.http_date(),
            body.len()
        );
        let response = response.as_bytes();
        archive.extend(member(&record(forum, "response", Some(&url), "application/http; msgtype=response", response))?);
    }
    Ok(archive)
}

fn record(forum: &Forum, kind: &str, url: Option<&str>, content_type: &str, block: &[u8]) -> Vec<u8> {
    // An id must be unique, not random: it is the hash of what it names.
    let hash = blake3::hash(&[kind.as_bytes(), url.unwrap_or_default().as_bytes(), block].concat());
    let hex = hash.to_hex();
    let uuid = format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32]);
    let target = url.map(|url| format!("WARC-Target-URI: {url}\r\n")).unwrap_or_default();
    let head = format!(
        "WARC/1.1\r\nWARC-Type: {kind}\r\n{target}WARC-Date: {}\r\nWARC-Record-ID: <urn:uuid:{uuid}>\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        forum.captured,
        block.len()
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

fn member(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    writer.write_all(bytes)?;
    writer.finish()
}
