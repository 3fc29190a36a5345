//! Character references and line ends in texts and attributes, as the tokenizer of the HTML standard reads them.

use html5ever::{
    data::{C1_REPLACEMENTS, NAMED_ENTITIES},
    tendril::StrTendril,
};
use memchr::memchr2;

/// Whether a text holds what stands for something else.
#[inline]
pub(in crate::extract) fn has_any(text: &str) -> bool {
    memchr2(b'&', b'\r', text.as_bytes()).is_some()
}

/// A text with its line ends made one, where it has others.
pub(in crate::extract) fn line_ends(text: &str) -> Option<String> {
    text.contains('\r').then(|| text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// A text with its references resolved and its line ends made one. In an attribute some references need their semicolon.
pub(in crate::extract) fn resolved(text: &str, in_attribute: bool) -> StrTendril {
    // a text is shorter than 4 GiB
    let mut out = StrTendril::with_capacity(text.len() as u32);
    let mut rest = text;
    while let Some(found) = memchr2(b'&', b'\r', rest.as_bytes()) {
        out.push_slice(&rest[..found]);
        let after = &rest[found + 1..];
        rest = after;
        if text.as_bytes()[text.len() - after.len() - 1] == b'\r' {
            out.push_char('\n');
            rest = after.strip_prefix('\n').unwrap_or(after);
        } else if let Some((first, second, length)) = reference(after, in_attribute) {
            out.push_char(first);
            if let Some(second) = second {
                out.push_char(second);
            }
            rest = &after[length..];
        } else {
            out.push_char('&');
        }
    }
    out.push_slice(rest);
    out
}

/// What the reference behind an ampersand stands for, and its length; `None` where there is none.
fn reference(text: &str, in_attribute: bool) -> Option<(char, Option<char>, usize)> {
    let name = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let whole = text.get(..=name);
    let plain = match whole {
        Some("amp;") => Some('&'),
        Some("lt;") => Some('<'),
        Some("gt;") => Some('>'),
        Some("quot;") => Some('"'),
        Some("nbsp;") => Some('\u{a0}'),
        _ => None,
    };
    match plain {
        Some(plain) => Some((plain, None, name + 1)),
        None if name == 0 => numeric(text.strip_prefix('#')?),
        None => named(text, whole.filter(|whole| whole.ends_with(';')), in_attribute),
    }
}

/// `text` stands behind `&#`.
fn numeric(text: &str) -> Option<(char, Option<char>, usize)> {
    let digits = text.strip_prefix(['x', 'X']).unwrap_or(text);
    let base = if digits.len() < text.len() { 16 } else { 10 };
    let (mut number, mut is_too_big, mut length) = (0u32, false, 0);
    while let Some(digit) = digits[length..].chars().next().and_then(|c| c.to_digit(base)) {
        number = number.wrapping_mul(base);
        is_too_big |= number > 0x10_FFFF;
        number = number.wrapping_add(digit);
        length += 1;
    }
    if length == 0 {
        return None;
    }
    let all = 1 + text.len() - digits.len() + length + usize::from(digits[length..].starts_with(';'));
    let stands_for = match number {
        0 => None,
        _ if is_too_big => None,
        // bytes of Windows-1252
        0x80..=0x9f => C1_REPLACEMENTS[(number - 0x80) as usize].or(char::from_u32(number)),
        _ => char::from_u32(number),
    };
    Some((stands_for.unwrap_or(char::REPLACEMENT_CHARACTER), None, all))
}

/// `text` stands behind `&`, `whole` is its name with the semicolon. The longest name of the standard's table counts.
fn named(text: &str, whole: Option<&str>, in_attribute: bool) -> Option<(char, Option<char>, usize)> {
    let look_up = |name: &str| NAMED_ENTITIES.get(name).copied();
    let found = match whole.and_then(|whole| Some((whole.len(), look_up(whole).filter(|(first, _)| *first != 0)?))) {
        Some(found) => found,
        None => {
            // The table holds what names begin with, too, for nothing.
            let begins = (1..=text.len()).map_while(|end| Some((end, look_up(text.get(..end)?)?)));
            begins.filter(|(_, (first, _))| *first != 0).last()?
        }
    };
    let (length, (first, second)) = found;
    let is_closed = text.as_bytes()[length - 1] == b';';
    let goes_on = text.as_bytes().get(length).is_some_and(|byte| *byte == b'=' || byte.is_ascii_alphanumeric());
    if in_attribute && !is_closed && goes_on {
        return None;
    }
    Some((char::from_u32(first)?, char::from_u32(second).filter(|_| second != 0), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved() {
        for (text, in_text, in_attribute) in [
            ("a&amp;b &lt;&gt;&quot;&nbsp;", "a&b <>\"\u{a0}", "a&b <>\"\u{a0}"),
            ("&#65;&#x42;&#X43&#68 &#;&#x;&#xg", "ABCD &#;&#x;&#xg", "ABCD &#;&#x;&#xg"),
            ("&#128;&#129;&#0;&#xD800;&#x110000;&#99999999999;", "€\u{81}\u{fffd}\u{fffd}\u{fffd}\u{fffd}", ""),
            ("&notit; &notin; &not &no;", "¬it; ∉ ¬ &no;", "&notit; ∉ ¬ &no;"),
            ("?a=1&copy=2&amp=3&lt", "?a=1©=2&=3<", "?a=1&copy=2&amp=3<"),
            ("&NotEqualTilde;&AMP;&", "\u{2242}\u{338}&&", "\u{2242}\u{338}&&"),
            ("a\r\nb\rc\r\r\n&#13;\n", "a\nb\nc\n\n\r\n", "a\nb\nc\n\n\r\n"),
            ("&é;&ampé&;", "&é;&é&;", "&é;&é&;"),
        ] {
            assert_eq!(&*resolved(text, false), in_text, "{text}");
            let in_attribute = if in_attribute.is_empty() { in_text } else { in_attribute };
            assert_eq!(&*resolved(text, true), in_attribute, "{text}");
        }
    }
}
