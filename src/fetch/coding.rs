//! Content codings removed, under a cap on what comes out.

use std::io::{self, Read};

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

/// Removes the codings that a `Content-Encoding` header names, the last one first (RFC 9110 section 8.4).
pub(super) fn decoded(body: Vec<u8>, encoding: Option<&str>, cap: usize) -> Result<Vec<u8>, CodingError> {
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
    let mut body = body;
    for coding in codings.into_iter().rev() {
        body = match remove(&body, coding, cap) {
            // some servers say gzip and send plain text
            Err(CodingError::Broken(..)) if looks_plain(&body) => body,
            other => other?,
        };
    }
    if body.len() > cap {
        return Err(CodingError::TooLarge(cap));
    }
    Ok(body)
}

fn remove(body: &[u8], coding: Coding, cap: usize) -> Result<Vec<u8>, CodingError> {
    match coding {
        Coding::Gzip => drain(flate2::read::MultiGzDecoder::new(body), "gzip", cap),
        // the header means zlib, some servers send raw deflate
        Coding::Deflate => match drain(flate2::read::ZlibDecoder::new(body), "deflate", cap) {
            Err(CodingError::Broken(..)) => drain(flate2::read::DeflateDecoder::new(body), "deflate", cap),
            other => other,
        },
        Coding::Brotli => drain(brotli_decompressor::Decompressor::new(body, 4096), "br", cap),
        Coding::Zstd => {
            let broken = |error: io::Error| CodingError::Broken("zstd", error.to_string());
            let mut decoder = zstd::stream::read::Decoder::with_buffer(body).map_err(broken)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(broken)?;
            drain(decoder, "zstd", cap)
        }
    }
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

fn looks_plain(body: &[u8]) -> bool {
    let head = &body[..body.len().min(256)];
    !head.is_empty() && head.trim_ascii_start().first().is_some_and(|b| matches!(b, b'<' | b'{' | b'['))
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
}
