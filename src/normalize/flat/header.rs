//! The line above a post: when it was written, and by whom where the line tells.

use std::{collections::HashSet, sync::LazyLock};

use serde::Deserialize;

use crate::{
    model::Zone,
    normalize::date::{DateContext, find_date, read_clock},
};

/// What a header line tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// Who wrote the post.
    pub author: Option<String>,
    /// When, as printed, without label.
    pub date: String,
    /// The words of the line without what changes from post to post: headers of one page have the same.
    pub wording: String,
}

/// The words of `config/headers.toml`.
#[derive(Debug, Default)]
pub(crate) struct Headers {
    labels: HashSet<String>,
    by: Vec<String>,
    clocks: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHeaders {
    labels: Vec<String>,
    by: Vec<String>,
    clocks: Vec<String>,
}

static BUILTIN: LazyLock<Headers> = LazyLock::new(|| {
    // part of the program, read by a test: an unreadable file is an empty table, never a panic
    let Ok(raw) = toml::from_str::<RawHeaders>(include_str!("../../../config/headers.toml")) else {
        return Headers::default();
    };
    Headers {
        labels: raw.labels.iter().map(|label| label.to_lowercase()).collect(),
        by: raw.by.iter().map(|by| by.to_lowercase()).collect(),
        clocks: raw.clocks.iter().map(|words| words.to_lowercase()).collect(),
    }
});

/// Longer lines are text.
const MOST_BYTES: usize = 160;
/// Longer names are sentences.
const MOST_NAME: usize = 48;
/// What stands around the words of a header.
const MARKS: [char; 14] = [' ', ':', '：', '»', '«', ',', '，', '-', '–', '|', '(', ')', '[', ']'];

impl Headers {
    pub(crate) fn builtin() -> &'static Headers {
        &BUILTIN
    }

    /// Reads a line that is a header and nothing else.
    pub(crate) fn read(&self, line: &str, context: &DateContext) -> Option<Header> {
        if line.len() > MOST_BYTES || !line.contains(|c: char| c.is_numeric()) {
            return None;
        }
        let (body, numbered) = without_number(line.trim_matches(MARKS));
        let (range, reading) = find_date(body, context)?;
        reading.time?;
        let before = body[..range.start].trim_matches(MARKS);
        let after = body[range.end..].trim_matches(MARKS);
        let (before, numbered) = match without_number(before) {
            (before, true) => (before, true),
            (before, false) => (before, numbered),
        };
        // "Reply #1 on"
        let unnumbered: Vec<&str> = before.split(' ').filter(|word| !is_number(word)).collect();
        let label = unnumbered.join(" ").to_lowercase();
        let labelled = self.labels.contains(label.as_str());
        let (author, wording) = match (before.is_empty(), after.is_empty()) {
            (true, true) if numbered => (None, String::from("#")),
            (false, true) if labelled => (None, label),
            (false, true) => self.author(before)?,
            (_, false) if labelled => self.author(after)?,
            _ => return None,
        };
        Some(Header { author, date: body[range].to_owned(), wording })
    }

    /// The text without its last line where that is a page's clock ("GMT+8, 7-11-2024 02:20 PM", "All times are UTC+01:00"), and
    /// the zone it tells.
    pub(crate) fn without_clock<'t>(&self, text: &'t str, context: &DateContext) -> (&'t str, Option<Zone>) {
        let whole = text.trim_end_matches(['\n', ' ', '|']);
        let Some((before, last)) = whole.rsplit_once('\n') else { return (text, None) };
        let last = last.trim_matches(MARKS);
        let lower = last.to_lowercase();
        let words = self.clocks.iter().any(|words| lower.starts_with(words.as_str()));
        if last.len() > MOST_BYTES || !(words || is_offset(last, context)) {
            return (text, None);
        }
        match read_clock(&[last.to_owned()], None, context).and_then(|clock| clock.zone) {
            Some(zone) => (before, Some(zone)),
            None => (text, None),
        }
    }

    /// `by anna` → the name and the word before it.
    fn author(&self, text: &str) -> Option<(Option<String>, String)> {
        let lower = text.to_lowercase();
        self.by.iter().find_map(|by| {
            // lower case may have another length: only where both begin alike is the rest the name
            let rest = lower.strip_prefix(by.as_str()).and_then(|_| text.get(by.len()..))?;
            let name = rest.strip_prefix(MARKS)?.trim_matches(MARKS);
            (!name.is_empty() && name.len() <= MOST_NAME).then(|| (Some(name.to_owned()), by.clone()))
        })
    }
}

/// `GMT+8`, and a date behind it or nothing: "UTC+8 is where I live" is text.
fn is_offset(line: &str, context: &DateContext) -> bool {
    let Some(rest) = ["GMT", "UTC"].iter().find_map(|name| line.strip_prefix(name)) else { return false };
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | ':' | '.'));
    let date = after.trim_start_matches([',', ' ']);
    after.len() < rest.len()
        && (after.is_empty()
            || date.len() < after.len() && find_date(date, context).is_some_and(|(range, _)| range.start == 0))
}

/// `#12`, `12#`.
fn is_number(word: &str) -> bool {
    let digits = word.trim_matches('#');
    digits.len() + 1 == word.len() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Cuts the post's number off either end: `#12`, `12#`.
fn without_number(text: &str) -> (&str, bool) {
    let mut text = text;
    let mut found = false;
    for _ in 0..2 {
        if let Some(last) = text.rsplit(' ').next().filter(|word| is_number(word)) {
            text = text[..text.len() - last.len()].trim_matches(MARKS);
            found = true;
        }
        if let Some(first) = text.split(' ').next().filter(|word| is_number(word)) {
            text = text[first.len()..].trim_matches(MARKS);
            found = true;
        }
    }
    (text, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_words_are_read() {
        assert!(toml::from_str::<RawHeaders>(include_str!("../../../config/headers.toml")).is_ok());
        assert!(!Headers::builtin().labels.is_empty());
    }

    #[test]
    fn a_clock_ends_a_page() {
        let context = DateContext { language: Some("en"), ..DateContext::default() };
        for (last, expected) in [
            ("GMT+8, 7-11-2024 02:20 PM, Processed in 0.03 second(s), 9 queries.", Some("+08:00")),
            ("GMT+8", Some("+08:00")),
            ("All times are UTC+01:00", Some("+01:00")),
            ("All times are GMT -5. The time now is 03:09 PM.", Some("-05:00")),
            ("Alle Zeiten sind UTC+02:00", Some("+02:00")),
            ("UTC+8 is where I live", None),
            ("GMT+8, as they say", None),
            ("The time now is right", None),
            ("The bus leaves at 14:20 UTC", None),
        ] {
            let text = format!("The ferry.\n{last}\n|");
            let (rest, zone) = Headers::builtin().without_clock(&text, &context);
            assert_eq!(zone, expected.map(|zone| Zone::parse(zone).unwrap()), "{last}");
            assert_eq!(rest, if expected.is_some() { "The ferry." } else { &text }, "{last}");
        }
        assert_eq!(Headers::builtin().without_clock("GMT+8", &context), ("GMT+8", None));
    }

    #[test]
    fn headers_and_what_is_none() {
        let context = DateContext { language: Some("en"), ..DateContext::default() };
        let read = |line: &str| {
            Headers::builtin().read(line, &context).map(|header| (header.author.unwrap_or_default(), header.date))
        };
        let header = |author: &str, date: &str| Some((author.to_owned(), date.to_owned()));
        assert_eq!(read("Post time: 1-6-2024 18:00:29"), header("", "1-6-2024 18:00:29"));
        assert_eq!(read("by anna » Thu Nov 07, 2024 2:20 pm"), header("anna", "Thu Nov 07, 2024 2:20 pm"));
        assert_eq!(read("« Reply #1 on: Thu Nov 07, 2024 2:20 pm »"), header("", "Thu Nov 07, 2024 2:20 pm"));
        assert_eq!(read("#12 2013-08-29 22:43:48"), header("", "2013-08-29 22:43:48"));
        assert_eq!(read("2013-08-29 22:43:48 #12"), header("", "2013-08-29 22:43:48"));
        assert_eq!(read("Posted Nov 7, 2024 2:20 pm by anna"), header("anna", "Nov 7, 2024 2:20 pm"));
        for text in [
            "We met on 1-6-2024 18:00:29",
            "2013-08-29 22:43:48",
            "by anna",
            "Posted: Nov 7, 2024",
            "The bus leaves at 18:00",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
