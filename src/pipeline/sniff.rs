//! What a file is, told by how it begins, and what a saved page tells of where it came from.

use std::{borrow::Cow, io::Read};

use flate2::read::MultiGzDecoder;
use url::Url;

/// What the input is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Told by the content itself.
    #[default]
    Auto,
    /// A saved page.
    Html,
    /// A captured crawl, compressed or not.
    Warc,
    /// Text as another scraper left it.
    Text,
}

/// What a compressed file begins with.
pub(super) const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Bytes that a compressed page may hold.
pub(super) const MOST: u64 = 64 << 20;

/// Tells an archive by its first bytes, a page by its tags or the file's name; all else is text.
pub(super) fn sniff(head: &[u8], name: &str) -> Format {
    if head.starts_with(b"WARC/") {
        return Format::Warc;
    }
    if head.starts_with(&GZIP) {
        let mut inner = [0; 5];
        // What is damaged is told by the reader of archives, which goes on behind it.
        return match MultiGzDecoder::new(head).read_exact(&mut inner) {
            Ok(()) if inner != *b"WARC/" => Format::Html,
            _ => Format::Warc,
        };
    }
    let name = name.to_ascii_lowercase();
    if [".html", ".htm", ".xhtml", ".php", ".json"].iter().any(|end| name.ends_with(end)) {
        return Format::Html;
    }
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    // UTF-16 puts a zero into every second byte of a tag
    let text: String = text.chars().filter(|c| *c != '\0').collect();
    let marks =
        ["<!doctype", "<html", "<head", "<body", "<div", "<table", "<?xml", "<meta", "<article", "<ul", "<script"];
    let trimmed = text.trim_start();
    if marks.iter().any(|mark| text.contains(mark)) || (trimmed.starts_with(['{', '[']) && trimmed.contains("\":")) {
        return Format::Html;
    }
    Format::Text
}

/// Whether a response of an archive may be a page.
pub(super) fn may_hold_posts(content_type: Option<&str>) -> bool {
    let Some(content_type) = content_type else { return true };
    let content_type = content_type.to_ascii_lowercase();
    ["html", "xml", "json", "text/plain"].iter().any(|kind| content_type.contains(kind))
}

/// The address that a saved page tells of itself: a browser's `saved from` comment, `rel=canonical` or `og:url`.
pub(super) fn told_address(body: &[u8]) -> Option<Url> {
    const SAVED: &[u8] = b"<!-- saved from url=(";
    let head = &body[..body.len().min(64 * 1024)];
    let head = match std::str::from_utf8(head) {
        Ok(head) => Cow::Borrowed(head),
        // It is cut within a character.
        Err(error) if error.error_len().is_none() => {
            Cow::Borrowed(std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default())
        }
        Err(_) => String::from_utf8_lossy(head),
    };
    if let Some(at) = memchr::memmem::find(head.as_bytes(), SAVED)
        && let Some(rest) = head.get(at + SAVED.len()..)
        && let Some((_, rest)) = rest.split_once(')')
        && let Some((url, _)) = rest.split_once(" -->")
        && let Ok(url) = Url::parse(url.trim())
    {
        return Some(url);
    }
    head.split('<').filter(|tag| tag.starts_with("link") || tag.starts_with("meta")).find_map(|tag| {
        let attribute = if tag.contains("\"canonical\"") || tag.contains("'canonical'") {
            "href"
        } else if tag.contains("og:url") {
            "content"
        } else {
            return None;
        };
        let rest = tag.split_once(attribute)?.1.trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let value = rest[1..].split(quote).next()?.replace("&amp;", "&");
        Url::parse(&value).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_content_tells_what_it_is() {
        for (head, format) in [
            ("WARC/1.0\r\n", Format::Warc),
            ("\u{1f}\u{8b}", Format::Text),
            ("<!DOCTYPE html><p>x", Format::Html),
            ("{\"posts\": []}", Format::Html),
            ("Edited by a at 7-11-2024 02:20 PM\na < b, said he\n|", Format::Text),
        ] {
            assert_eq!(sniff(head.as_bytes(), "stdin"), format, "{head:?}");
        }
        assert_eq!(sniff(&[0x1f, 0x8b, 8], "a"), Format::Warc);
        assert_eq!(sniff(b"Could not connect", "thread.HTML"), Format::Html);
        for (inside, format) in [("WARC/1.1\r\n", Format::Warc), ("<p>page", Format::Html)] {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(inside.as_bytes()).unwrap();
            assert_eq!(sniff(&packed.finish().unwrap(), "a"), format, "{inside}");
        }
    }

    #[test]
    fn a_saved_page_may_tell_its_address() {
        for (page, address) in [
            ("<!-- saved from url=(0021)http://a.example/t/1 --><html>", Some("http://a.example/t/1")),
            ("<link rel=\"canonical\" href=\"https://b.example/x?a=1&amp;b=2\">", Some("https://b.example/x?a=1&b=2")),
            ("<meta property='og:url' content='https://c.example/'>", Some("https://c.example/")),
            ("<link rel=canonical href=\"viewtopic.php?id=1\"><a href=\"http://d.example/\">", None),
            ("<p>rel=\"canonical\" href=\"http://e.example/\"</p>", None),
        ] {
            assert_eq!(told_address(page.as_bytes()).as_ref().map(Url::as_str), address, "{page}");
        }
    }
}
