//! What bytes are, where nobody says or what is said may be wrong.

/// How much of a body tells (WHATWG MIME Sniffing section 5.2 looks at 1445 bytes; text gives itself away sooner).
pub(super) const LOOKED_AT: usize = 512;

/// Beginnings of files that may have no control byte early on.
const MAGIC: [&[u8]; 6] = [b"%PDF-", b"%!PS-Adobe-", b"GIF8", b"Rar!", b"PK\x03\x04", b"\x89PNG"];

/// Whether the first bytes are no text in any charset: a byte that no text has (WHATWG MIME Sniffing section 3,
/// "binary data byte"), or the beginning of a known kind of file. UTF-16 is text where a byte order mark says so.
pub(super) fn is_binary(body: &[u8]) -> bool {
    let head = &body[..body.len().min(LOOKED_AT)];
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return false;
    }
    MAGIC.iter().any(|magic| head.starts_with(magic))
        || head.iter().any(|b| matches!(b, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f))
}

/// Whether bytes that are said to be compressed are the page itself: text throughout, in UTF-8 or behind a tag.
pub(super) fn is_plain_text(body: &[u8]) -> bool {
    let head = &body[..body.len().min(LOOKED_AT)];
    if head.is_empty() || is_binary(head) {
        return false;
    }
    // the cut may go through a character
    let utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    utf8 || head.starts_with(&[0xff, 0xfe])
        || head.starts_with(&[0xfe, 0xff])
        || head.trim_ascii_start().starts_with(b"<")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_what_is_none() {
        for (bytes, binary, plain) in [
            (&b"<html>"[..], false, true),
            ("[\"é\"]".as_bytes(), false, true),
            (b"<p>\xb1\xbe\xcc\xfb", false, true),
            (b"\xb1\xbe\xcc\xfb", false, false),
            (b"", false, false),
            (b"%PDF-1.7\n", true, false),
            (b"[\x05\x80rest of a coded stream", true, false),
            (b"\xff\xfe<\0h\0", false, true),
            (b"\x1f\x8b\x08\x00", true, false),
        ] {
            assert_eq!((is_binary(bytes), is_plain_text(bytes)), (binary, plain), "{bytes:?}");
        }
    }
}
