//! Bytes become text, in the order of the HTML standard: byte order mark, header, meta, guess. Never fails: what cannot be
//! decoded is replaced and told.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::model::Page;

/// How far a `meta` that names the charset is looked for (the standard's 1024 bytes are too few for real pages).
const PRESCAN: usize = 4096;

/// A page's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text; borrowed where it is UTF-8 already.
    pub text: Cow<'a, str>,
    /// Name of the encoding that was used.
    pub encoding: &'static str,
    /// It was guessed, contradicts what the page declares, or bytes had to be replaced.
    pub doubtful: bool,
}

/// Decodes the body of a page.
pub fn decode(page: &Page) -> Decoded<'_> {
    let body = page.body.as_slice();
    if let Some((encoding, skip)) = Encoding::for_bom(body) {
        return with(encoding, &body[skip..], false);
    }
    let header = page.content_type.as_deref().and_then(charset_of_header);
    let meta = charset_of_head(&body[..body.len().min(PRESCAN)]);
    if header.is_none()
        && meta.is_none()
        && let Some(encoding) = bare_utf16(body)
    {
        return with(encoding, body, true);
    }
    // It is written in ASCII alone, so it passes for anything else. No other page holds its signs.
    if header != Some(ISO_2022_JP)
        && meta != Some(ISO_2022_JP)
        && let Some(escape) = memchr::memchr(0x1b, body)
        && memchr::memmem::find(&body[escape..], b"\x1b$B").is_some()
        && memchr::memmem::find(&body[escape..], b"\x1b(").is_some()
    {
        let decoded = with(ISO_2022_JP, body, true);
        if replaced(&decoded.text) == 0 {
            return decoded;
        }
    }
    // a server's blanket Latin-1 over a page that says and is UTF-8
    if header == Some(WINDOWS_1252)
        && meta == Some(UTF_8)
        && let Ok(text) = std::str::from_utf8(body)
        && !text.is_ascii()
    {
        return Decoded { text: Cow::Borrowed(text), encoding: UTF_8.name(), doubtful: true };
    }
    // A page saved by a browser or a tool is UTF-8 whatever its old meta says: no text in another charset is that by chance.
    if header.is_none()
        && meta.is_some_and(|meta| meta != UTF_8)
        && let Ok(text) = std::str::from_utf8(body)
        && text.chars().filter(|c| !c.is_ascii()).take(2).count() == 2
    {
        return Decoded { text: Cow::Borrowed(text), encoding: UTF_8.name(), doubtful: true };
    }
    let mut tried = None;
    for declared in [header, meta].into_iter().flatten() {
        let decoded = with(declared, body, false);
        if !decoded.doubtful {
            return decoded;
        }
        tried.get_or_insert(decoded);
    }
    // nobody said, or what was said is wrong: valid UTF-8 is UTF-8, anything else is guessed
    if let Ok(text) = std::str::from_utf8(body) {
        return Decoded { text: Cow::Borrowed(text), encoding: UTF_8.name(), doubtful: tried.is_some() };
    }
    let guess = with(guess(page), body, false);
    match tried {
        // a declared charset with a few spoilt bytes is better than a guess that is no cleaner
        Some(declared) if guess.doubtful || replaced(&declared.text) * 200 < declared.text.len() => declared,
        _ => Decoded { doubtful: true, ..guess },
    }
}

fn with<'a>(encoding: &'static Encoding, body: &'a [u8], doubtful: bool) -> Decoded<'a> {
    let is_text = encoding == UTF_8 || encoding.is_ascii_compatible() && body.is_ascii();
    if is_text && let Ok(text) = std::str::from_utf8(body) {
        return Decoded { text: Cow::Borrowed(text), encoding: encoding.name(), doubtful };
    }
    // Room for what a page mostly is, ASCII. The library's own call makes room for the worst, thrice as much and more.
    let mut text = String::with_capacity(body.len() + body.len() / 8 + 16);
    let (mut decoder, mut read, mut any_replaced) = (encoding.new_decoder_without_bom_handling(), 0, false);
    loop {
        let (result, taken, replaced) = decoder.decode_to_string(&body[read..], &mut text, true);
        read += taken;
        any_replaced |= replaced;
        if result == CoderResult::InputEmpty {
            break;
        }
        let left = body.len() - read;
        text.reserve(left + left / 2 + 16);
    }
    Decoded { text: Cow::Owned(text), encoding: encoding.name(), doubtful: doubtful || any_replaced }
}

fn replaced(text: &str) -> usize {
    text.matches('\u{fffd}').count()
}

fn guess(page: &Page) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&page.body[..page.body.len().min(256 * 1024)], true);
    let tld = page.url.domain().and_then(|host| host.rsplit('.').next());
    let tld = tld.filter(|tld| tld.is_ascii() && !tld.bytes().any(|b| b.is_ascii_uppercase())).map(str::as_bytes);
    detector.guess(tld, Utf8Detection::Allow)
}

/// Text in UTF-16 without a mark has a zero beside nearly every ASCII byte.
fn bare_utf16(body: &[u8]) -> Option<&'static Encoding> {
    let head = &body[..body.len().min(512) & !1];
    if head.len() < 16 {
        return None;
    }
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count() * 10 > head.len() * 4;
    match (zeros(0), zeros(1)) {
        (false, true) => Some(UTF_16LE),
        (true, false) => Some(UTF_16BE),
        _ => None,
    }
}

fn label(name: &str) -> Option<&'static Encoding> {
    let name = name.trim_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\''));
    // what no page can mean: it was read as ASCII to be found (HTML standard, 13.2.3.3)
    Encoding::for_label(name.as_bytes()).map(|encoding| match encoding {
        _ if encoding == UTF_16LE || encoding == UTF_16BE => UTF_8,
        _ if encoding.name() == "x-user-defined" => WINDOWS_1252,
        encoding => encoding,
    })
}

fn charset_of_header(content_type: &str) -> Option<&'static Encoding> {
    let (_, parameters) = content_type.split_once(';')?;
    parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        if name.trim().eq_ignore_ascii_case("charset") { label(value) } else { None }
    })
}

/// What [`charset_of_meta`] finds, for most pages without a look at more than the tags up to the one that tells.
fn charset_of_head(head: &[u8]) -> Option<&'static Encoding> {
    const WORD: &[u8] = b"charset";
    let is_there = |at: &usize| head[*at..].get(..WORD.len()).is_some_and(|word| word.eq_ignore_ascii_case(WORD));
    let first = memchr::memchr2_iter(b'c', b'C', head).find(is_there);
    let end = first.and_then(|first| memchr::memchr(b'>', &head[first..]).map(|end| first + end + 1));
    end.and_then(|end| charset_of_meta(&head[..end])).or_else(|| charset_of_meta(head))
}

/// `<meta charset>`, `<meta http-equiv … content="…charset=…">`, or an XML declaration.
fn charset_of_meta(head: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    if let Some(rest) = head.trim_start().strip_prefix("<?xml")
        && let Some((declaration, _)) = rest.split_once("?>")
        && let Some(value) = value_after(declaration, "encoding")
    {
        return label(value);
    }
    let head = without_comments(&head);
    let mut rest = head.as_str();
    while let Some(at) = rest.find("<meta") {
        rest = &rest[at + 5..];
        let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
        if let Some(encoding) = value_after(tag, "charset").and_then(label) {
            return Some(encoding);
        }
    }
    None
}

/// A comment that holds an old meta must not decide. One that does not end here hides the rest.
fn without_comments(mut rest: &str) -> String {
    let mut out = String::with_capacity(rest.len());
    while let Some((before, comment)) = rest.split_once("<!--") {
        out.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    out + rest
}

fn value_after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let rest = text[text.find(name)? + name.len()..].trim_start().strip_prefix('=')?.trim_start();
    let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
    let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\'' | ';' | '/' | '>' | '?'));
    Some(&rest[..end.unwrap_or(rest.len())]).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use url::Url;

    use super::*;

    fn check(content_type: Option<&str>, body: &[u8], text: &str, encoding: &str, doubtful: bool) {
        let url = Url::parse("http://forum.example.cn/").unwrap();
        let page =
            Page { content_type: content_type.map(str::to_owned), ..Page::new(url, body, Timestamp::UNIX_EPOCH) };
        let decoded = decode(&page);
        assert_eq!(
            (&*decoded.text, decoded.encoding, decoded.doubtful),
            (text, encoding, doubtful),
            "{content_type:?}"
        );
    }

    #[test]
    fn mark_header_meta_guess() {
        let gbk = encoding_rs::GBK.encode("<meta charset=gb2312>本帖最后由").0.into_owned();
        check(None, &gbk, "<meta charset=gb2312>本帖最后由", "GBK", false);
        check(Some("text/html; charset=UTF-8"), &gbk, "<meta charset=gb2312>本帖最后由", "GBK", false);
        check(Some("text/html; charset=\"gbk\""), &gbk[21..], "本帖最后由", "GBK", false);
        check(None, b"\xef\xbb\xbfa\xc3\xa9", "aé", "UTF-8", false);
        check(Some("text/html"), "é".as_bytes(), "é", "UTF-8", false);
        let page = "<meta charset=utf-8>é";
        check(Some("text/html; charset=ISO-8859-1"), page.as_bytes(), page, "UTF-8", true);
        check(
            Some("text/html; charset=iso-8859-1"),
            b"<meta charset=utf-8>\xe9",
            "<meta charset=utf-8>é",
            "windows-1252",
            false,
        );
        let hidden = "<!-- <meta charset=iso-8859-2> --><meta charset=utf-8>é";
        check(None, hidden.as_bytes(), hidden, "UTF-8", false);
        check(
            None,
            b"<!-- <meta charset=utf-8> \xe9 --><meta charset=windows-1251>\xe9",
            "<!-- <meta charset=utf-8> й --><meta charset=windows-1251>й",
            "windows-1251",
            false,
        );
        let saved = "<meta charset=iso-8859-1>fête à la forêt";
        check(None, saved.as_bytes(), saved, "UTF-8", true);
        check(None, b"plain", "plain", "UTF-8", false);
        check(Some("text/html; charset=windows-1252"), b"caf\xe9", "café", "windows-1252", false);
        check(
            Some("text/html; charset=nonsense"),
            b"<meta charset='iso-8859-2'>\xe6",
            "<meta charset='iso-8859-2'>ć",
            "ISO-8859-2",
            false,
        );
        check(Some("text/html; charset=utf-8"), b"a\xff then a long line of plain text follows here, long enough that one spoilt byte of it is little, as it is on many pages that were cut in the middle of a character or mended by hand, and a guess would be worse than that, so the declared one stays as it is.", "a\u{fffd} then a long line of plain text follows here, long enough that one spoilt byte of it is little, as it is on many pages that were cut in the middle of a character or mended by hand, and a guess would be worse than that, so the declared one stays as it is.", "UTF-8", true);
        let wide: Vec<u8> = "<html>forum</html>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(None, &wide, "<html>forum</html>", "UTF-16LE", true);
    }
}
