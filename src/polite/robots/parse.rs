//! Bytes of a robots.txt into lines that mean something.

use std::{borrow::Cow, time::Duration};

/// What is read of a file; RFC 9309 section 2.5 asks for at least this much.
const MAX_BYTES: usize = 500 * 1024;
/// What is read of a line: the reference's eight times the longest URL of an old browser.
const MAX_LINE: usize = 2083 * 8 - 1;
const MAX_CRAWL_DELAY: f64 = 86_400.0;

/// A line that means something.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// 1-based.
    pub(super) number: usize,
    /// As written, for people: trimmed, control characters replaced.
    pub(super) text: String,
    pub(super) entry: Entry,
}

#[derive(Clone, Debug)]
pub(super) enum Entry {
    Agent(Agent),
    /// Patterns with their percent-encoding normalised.
    Allow(Vec<u8>),
    Disallow(Vec<u8>),
    CrawlDelay(Duration),
}

#[derive(Clone, Debug)]
pub(super) enum Agent {
    Any,
    /// The product token.
    Named(String),
}

/// The agents that a group of rules is for, as far as they matter to one agent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Group {
    /// Names the agent itself.
    pub(super) named: bool,
    /// Is for all agents.
    pub(super) any: bool,
}

impl Group {
    pub(super) fn join(&mut self, line: &Agent, agent: &str) {
        match line {
            Agent::Any => self.any = true,
            Agent::Named(name) => self.named |= name.eq_ignore_ascii_case(agent),
        }
    }
}

/// The lines that mean something, and the sitemaps.
pub(super) fn parse(bytes: &[u8]) -> (Vec<Line>, Vec<String>) {
    let bytes = &*to_utf8(whole_lines(bytes));
    let (mut lines, mut sitemaps) = (Vec::new(), Vec::new());
    for (index, raw) in split_lines(skip_bom(bytes)).enumerate() {
        let raw = &raw[..raw.len().min(MAX_LINE)];
        // The reference works on C strings: a line ends at its first NUL.
        let raw = raw.split(|b| *b == 0).next().unwrap_or_default();
        let Some((key, value)) = key_and_value(raw) else { continue };
        let entry = match Key::of(key) {
            Key::Agent => Entry::Agent(agent(value)),
            Key::Allow => Entry::Allow(normalise(value)),
            Key::Disallow => Entry::Disallow(normalise(value)),
            Key::CrawlDelay => match crawl_delay(value) {
                Some(delay) => Entry::CrawlDelay(delay),
                None => continue,
            },
            Key::Sitemap => {
                sitemaps.push(String::from_utf8_lossy(value).into_owned());
                continue;
            }
            Key::Unknown => continue,
        };
        lines.push(Line { number: index + 1, text: printable(raw), entry });
    }
    (lines, sitemaps)
}

/// The product token that a User-Agent begins with (RFC 9309 section 2.2.1).
pub(super) fn product_token(agent: &str) -> &str {
    let end = agent.bytes().position(|b| !b.is_ascii_alphabetic() && b != b'-' && b != b'_');
    &agent[..end.unwrap_or(agent.len())]
}

/// The first 500 KiB without the line that the cut goes through: "Disallow: /private" must not become "Disallow: /".
fn whole_lines(bytes: &[u8]) -> &[u8] {
    let Some(head) = bytes.get(..MAX_BYTES) else { return bytes };
    if bytes.len() == MAX_BYTES {
        return bytes;
    }
    let end = head.iter().rposition(|b| matches!(b, b'\n' | b'\r')).map_or(0, |at| at + 1);
    &head[..end]
}

fn to_utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let encoding = match bytes {
        [0xFF, 0xFE, ..] => encoding_rs::UTF_16LE,
        [0xFE, 0xFF, ..] => encoding_rs::UTF_16BE,
        _ => return Cow::Borrowed(bytes),
    };
    Cow::Owned(encoding.decode(bytes).0.into_owned().into_bytes())
}

/// Skips a UTF-8 byte order mark, or as much of one as is there, as the reference does.
fn skip_bom(bytes: &[u8]) -> &[u8] {
    let marked = bytes.iter().zip([0xEF, 0xBB, 0xBF]).take_while(|(a, b)| *a == b).count();
    &bytes[marked..]
}

/// Lines that end in LF, CR or CRLF.
fn split_lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let now = rest?;
        let Some(end) = now.iter().position(|b| matches!(b, b'\n' | b'\r')) else {
            rest = None;
            return Some(now);
        };
        let skip = if now[end..].starts_with(b"\r\n") { 2 } else { 1 };
        rest = Some(&now[end + skip..]);
        Some(&now[..end])
    })
}

/// `key: value`; where the colon is forgotten, two words.
fn key_and_value(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.split(|b| *b == b'#').next().unwrap_or_default();
    let line = trim(line);
    let at = match line.iter().position(|b| *b == b':') {
        Some(at) => at,
        None => {
            let at = line.iter().position(|b| matches!(b, b' ' | b'\t'))?;
            if trim(&line[at..]).iter().any(|b| matches!(b, b' ' | b'\t')) {
                return None;
            }
            at
        }
    };
    let key = trim(&line[..at]);
    (!key.is_empty()).then(|| (key, trim(&line[at + 1..])))
}

enum Key {
    Agent,
    Allow,
    Disallow,
    CrawlDelay,
    Sitemap,
    Unknown,
}

impl Key {
    /// By its beginning, and with the misspellings that the reference takes for what was meant.
    fn of(key: &[u8]) -> Key {
        const DISALLOW: [&str; 6] = ["disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"];
        let begins = |names: &[&str]| {
            names.iter().any(|name| key.get(..name.len()).is_some_and(|k| k.eq_ignore_ascii_case(name.as_bytes())))
        };
        if begins(&["user-agent", "useragent", "user agent"]) {
            Key::Agent
        } else if begins(&["allow"]) {
            Key::Allow
        } else if begins(&DISALLOW) {
            Key::Disallow
        } else if begins(&["sitemap", "site-map"]) {
            Key::Sitemap
        } else if begins(&["crawl-delay", "crawldelay"]) {
            Key::CrawlDelay
        } else {
            Key::Unknown
        }
    }
}

/// `*`, also where words follow it, is every agent.
fn agent(value: &[u8]) -> Agent {
    match value {
        [b'*'] => Agent::Any,
        [b'*', next, ..] if is_space(*next) => Agent::Any,
        _ => Agent::Named(product_token(&String::from_utf8_lossy(value)).to_owned()),
    }
}

fn crawl_delay(value: &[u8]) -> Option<Duration> {
    let seconds: f64 = std::str::from_utf8(value).ok()?.parse().ok()?;
    (seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(MAX_CRAWL_DELAY)))
}

/// Percent-encoding as both sides are compared: bytes outside ASCII encoded, hex digits in upper case. What is
/// encoded stays so: `%2F` is not a slash.
pub(super) fn normalise(pattern: &[u8]) -> Vec<u8> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = Vec::with_capacity(pattern.len());
    let mut rest = pattern;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.extend([b'%', high.to_ascii_uppercase(), low.to_ascii_uppercase()]);
                rest = after;
            }
            (0x80.., _) => out.extend([b'%', HEX[usize::from(first >> 4)], HEX[usize::from(first & 15)]]),
            _ => out.push(*first),
        }
    }
    out
}

fn printable(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(trim(line));
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = bytes
        && is_space(*first)
    {
        bytes = rest;
    }
    while let [rest @ .., last] = bytes
        && is_space(*last)
    {
        bytes = rest;
    }
    bytes
}

fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0B
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(bytes: &[u8]) -> Vec<usize> {
        parse(bytes).0.iter().map(|line| line.number).collect()
    }

    #[test]
    fn any_bytes_are_a_file() {
        assert_eq!(numbers(b""), []);
        assert_eq!(numbers(b"\xEF\xBB\xBFuser-agent: *\r\n\r\ndisallow: /a\rallow: /b"), [1, 3, 4]);
        assert_eq!(numbers(b"\xFF\xFEd\0i\0s\0a\0l\0l\0o\0w\0:\0/\0"), [1]);
        assert_eq!(numbers(b"<html><body>Not found: sorry</body></html>"), []);
        assert_eq!(numbers(&(0..=255).cycle().take(9999).collect::<Vec<u8>>()), []);
    }

    #[test]
    fn the_line_at_the_cut_is_dropped() {
        let mut file = b"disallow: /a\n".to_vec();
        file.resize(MAX_BYTES - "disallow: /".len(), b'\n');
        file.extend(b"disallow: /private");
        assert_eq!(parse(&file).0.len(), 1);
    }

    #[test]
    fn sitemaps_are_kept_as_written() {
        assert_eq!(parse(b"Sitemap: https://h/s.xml\nsite-map: /t").1, ["https://h/s.xml", "/t"]);
    }
}
