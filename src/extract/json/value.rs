//! JSON as forums write it: some let through halves of characters (`\ud800` alone), which no text can hold.

use std::borrow::Cow;

use serde_json::Value;

/// Reads JSON. Half a character is read as U+FFFD, as browsers show it; `None` where it is no JSON.
pub(in crate::extract) fn read(text: &str) -> Option<Value> {
    match serde_json::from_str(text) {
        Ok(value) => Some(value),
        Err(_) => match mended(text) {
            Cow::Owned(text) => serde_json::from_str(&text).ok(),
            Cow::Borrowed(_) => None,
        },
    }
}

/// The text with each lone half replaced; borrowed where there is none.
fn mended(text: &str) -> Cow<'_, str> {
    const NEITHER: &str = "\\ufffd";
    let mut whole = String::new();
    let (mut kept, mut at) = (0, 0);
    while let Some(found) = memchr::memchr(b'\\', &text.as_bytes()[at..]) {
        let from = at + found;
        at = match unit(text, from) {
            Some(0xd800..=0xdbff) if matches!(unit(text, from + 6), Some(0xdc00..=0xdfff)) => from + 12,
            Some(0xd800..=0xdfff) => {
                whole.push_str(&text[kept..from]);
                whole.push_str(NEITHER);
                kept = from + 6;
                kept
            }
            Some(_) => from + 6,
            // a backslash and what it stands before
            None => (from + 2).min(text.len()),
        };
        // what a backslash stands before may be a character of several bytes
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    whole.push_str(&text[kept..]);
    Cow::Owned(whole)
}

/// The code unit of an escape that stands there.
fn unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_character_is_no_reason_to_read_nothing() {
        for (text, expected) in [
            (r#""a\ud800b""#, Some("a\u{fffd}b")),
            (r#""\udc00\ud83d""#, Some("\u{fffd}\u{fffd}")),
            (r#""\ud800\ud83d\ude00""#, Some("\u{fffd}😀")),
            (r#""\\ud800""#, Some("\\ud800")),
            (r#""\\\ud800\é""#, None),
            (r#""\ud83d\ude00 é\u0000""#, Some("😀 é\0")),
            (r#""\ud80""#, None),
            (r#""\uD8FFé""#, Some("\u{fffd}é")),
        ] {
            assert_eq!(read(text), expected.map(|text| Value::String(text.to_owned())), "{text}");
        }
    }
}
