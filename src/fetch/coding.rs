//! Content codings removed, under a cap on what comes out.

use std::io::{self, Read};

use super::sniff;

/// Why a body could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CodingError {
    /// More comes out than the cap allows.
    #[error("the decoded body is larger than {0} bytes")]
    TooLarge(usize),
    /// More than two codings, or an unknown one.
    #[error("content coding `{0}` is not supported")]
    Unsupported(String),
    /// The coding is broken.
    #[error("the {0} coding is broken: {1}")]
    Broken(&'static str, String),
}

/// What is asked for.
pub(super) const ACCEPT: &str = "gzip, deflate, br, zstd";
/// The largest window that a zstd stream may ask for, as a power of two: 8 MiB (RFC 9659).
const ZSTD_WINDOW_LOG: u32 = 23;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    fn name(self) -> &'static str {
        match self {
            Coding::Gzip => "gzip",
            Coding::Deflate => "deflate",
            Coding::Brotli => "br",
            Coding::Zstd => "zstd",
        }
    }
}

/// Removes the codings that a `Content-Encoding` header names, the last one first (RFC 9110 section 8.4).
pub(super) fn decoded(body: Vec<u8>, encoding: Option<&str>, cap: usize) -> Result<Vec<u8>, CodingError> {
    let mut body = body;
    for coding in codings(encoding)?.into_iter().rev() {
        body = match remove(&body, coding, cap) {
            // some servers say gzip and send plain text
            Err(CodingError::Broken(..)) if sniff::is_plain_text(&body) => body,
            other => other?,
        };
    }
    if body.len() > cap {
        return Err(CodingError::TooLarge(cap));
    }
    Ok(body)
}

/// As [`decoded`], but what comes out before the cap, or before a coding breaks off, is kept: at most `cap` bytes, and
/// whether that is all. For files of which the beginning is worth reading (robots.txt).
///
/// # Errors
/// Where nothing comes out of a body that is not empty.
pub(super) fn beginning(body: Vec<u8>, encoding: Option<&str>, cap: usize) -> Result<(Vec<u8>, bool), CodingError> {
    let (mut body, mut whole) = (body, true);
    for coding in codings(encoding)?.into_iter().rev() {
        let mut out = Vec::new();
        let read = opened(&body, coding).and_then(|reader| {
            let read = reader.take(cap as u64 + 1).read_to_end(&mut out);
            read.map_err(|error| CodingError::Broken(coding.name(), error.to_string()))
        });
        match read {
            Ok(_) => whole &= out.len() <= cap,
            Err(_) if !out.is_empty() => whole = false,
            Err(_) if body.is_empty() || sniff::is_plain_text(&body) => continue,
            Err(error) => return Err(error),
        }
        body = out;
    }
    whole &= body.len() <= cap;
    body.truncate(cap);
    Ok((body, whole))
}

fn codings(encoding: Option<&str>) -> Result<Vec<Coding>, CodingError> {
    let mut codings = Vec::new();
    for name in encoding.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()) {
        codings.push(match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Coding::Gzip,
            "deflate" => Coding::Deflate,
            "br" => Coding::Brotli,
            "zstd" => Coding::Zstd,
            "identity" | "none" | "utf-8" => continue,
            _ => return Err(CodingError::Unsupported(name.to_owned())),
        });
    }
    if codings.len() > 2 {
        return Err(CodingError::Unsupported(encoding.unwrap_or_default().to_owned()));
    }
    Ok(codings)
}

fn remove(body: &[u8], coding: Coding, cap: usize) -> Result<Vec<u8>, CodingError> {
    drain(opened(body, coding)?, coding.name(), cap)
}

/// A reader of what a coding holds.
fn opened<'a>(body: &'a [u8], coding: Coding) -> Result<Box<dyn Read + 'a>, CodingError> {
    Ok(match coding {
        Coding::Gzip => Box::new(flate2::read::MultiGzDecoder::new(body)),
        // the header means zlib, some servers send raw deflate
        Coding::Deflate if is_zlib(body) => Box::new(flate2::read::ZlibDecoder::new(body)),
        Coding::Deflate => Box::new(flate2::read::DeflateDecoder::new(body)),
        Coding::Brotli => Box::new(brotli_decompressor::Decompressor::new(body, 4096)),
        Coding::Zstd => {
            let broken = |error: io::Error| CodingError::Broken("zstd", error.to_string());
            let mut decoder = zstd::stream::read::Decoder::with_buffer(body).map_err(broken)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(broken)?;
            Box::new(decoder)
        }
    })
}

/// Whether a stream has the header of RFC 1950: deflate, a window of at most 32 KiB, its check bits right.
fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [method, flags, ..]
        if method & 0x0f == 8 && method >> 4 <= 7 && (u16::from(*method) << 8 | u16::from(*flags)).is_multiple_of(31))
}

fn drain(reader: impl Read, name: &'static str, cap: usize) -> Result<Vec<u8>, CodingError> {
    let mut out = Vec::new();
    match reader.take(cap as u64 + 1).read_to_end(&mut out) {
        _ if out.len() > cap => Err(CodingError::TooLarge(cap)),
        Ok(_) => Ok(out),
        // trailing garbage behind a whole member is none of our business
        Err(_) if !out.is_empty() && ends_whole(&out) => Ok(out),
        Err(error) => Err(CodingError::Broken(name, error.to_string())),
    }
}

/// Whether a page came out whole, so that what follows the coded stream is garbage and not the page's rest.
fn ends_whole(out: &[u8]) -> bool {
    let tail = &out[out.len().saturating_sub(64)..];
    tail.to_ascii_lowercase().windows(7).any(|window| window == b"</html>")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn codings_are_removed_last_first() {
        let page = b"<html>page</html>".to_vec();
        let zlib = {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&page).unwrap();
            encoder.finish().unwrap()
        };
        let raw = {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&page).unwrap();
            encoder.finish().unwrap()
        };
        let zstd = zstd::encode_all(&page[..], 1).unwrap();
        let trailing = [gzip(&page), b"garbage".to_vec()].concat();
        for (body, encoding) in [
            (page.clone(), None),
            (gzip(&page), Some("gzip")),
            (gzip(&gzip(&page)), Some("gzip, x-gzip")),
            (zlib, Some("deflate")),
            (raw, Some("Deflate")),
            (zstd, Some("zstd")),
            (page.clone(), Some("gzip")),
            (page.clone(), Some("identity")),
            (trailing, Some("gzip")),
        ] {
            assert_eq!(decoded(body, encoding, 1 << 20), Ok(page.clone()), "{encoding:?}");
        }
    }

    #[test]
    fn bombs_and_oddities_are_refused() {
        let bomb = gzip(&vec![b'a'; 1 << 20]);
        assert_eq!(decoded(bomb, Some("gzip"), 1000), Err(CodingError::TooLarge(1000)));
        assert_eq!(decoded(vec![b'a'; 11], None, 10), Err(CodingError::TooLarge(10)));
        let three = decoded(Vec::new(), Some("gzip, br, gzip"), 10);
        assert!(matches!(three, Err(CodingError::Unsupported(_))), "{three:?}");
        assert!(matches!(decoded(Vec::new(), Some("lzma"), 10), Err(CodingError::Unsupported(_))));
        assert!(matches!(decoded(vec![1, 2, 3], Some("br"), 10), Err(CodingError::Broken("br", _))));
        let cut = gzip(&vec![b'a'; 5000]);
        assert!(matches!(decoded(cut[..cut.len() / 2].to_vec(), Some("gzip"), 10_000), Err(CodingError::Broken(..))));
    }

    #[test]
    fn a_coding_that_breaks_off_is_no_plain_text() {
        // a brotli stream may begin with a bracket
        let cut = [b"[".as_slice(), &[0x01, 0x80, 0x02, 0x03, 0x90]].concat();
        assert!(matches!(decoded(cut, Some("br"), 1000), Err(CodingError::Broken("br", _))));
        let json = b"{\"posts\": []}".to_vec();
        assert_eq!(decoded(json.clone(), Some("br"), 1000), Ok(json));
    }

    #[test]
    fn the_beginning_is_kept_of_what_breaks_off() {
        let file: Vec<u8> = (0..4000).flat_map(|n| format!("Disallow: /{n}\n").into_bytes()).collect();
        let packed = gzip(&file);
        let (begin, whole) = beginning(packed[..packed.len() / 2].to_vec(), Some("gzip"), 1 << 20).unwrap();
        assert!(!whole && !begin.is_empty() && file.starts_with(&begin), "{}", begin.len());
        assert_eq!(beginning(packed.clone(), Some("gzip"), 100), Ok((file[..100].to_vec(), false)));
        assert_eq!(beginning(packed, Some("gzip"), 1 << 20), Ok((file.clone(), true)));
        assert_eq!(beginning(file.clone(), Some("gzip"), 1 << 20), Ok((file, true)));
        assert!(beginning(vec![1, 2, 3], Some("br"), 100).is_err());
        assert!(beginning(b"a".to_vec(), Some("lzma"), 100).is_err());
    }
}
