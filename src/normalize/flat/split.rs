//! Which lines of a flattened text belong to which post.
//!
//! A file tells its posts apart where a structure comes back: a header like the one that the file starts with starts a post
//! (see `heads`); so does a notice of the wording that the file starts with; where the file ends in a notice, each notice of that
//! wording ends a post. Anything else is one post, for a line that only looks like a notice may be somebody's text.

use super::{
    Header,
    heads::{DateLine, Readers, heads},
};

/// The wording of a notice: of a line that is one, or that begins or ends in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wording {
    /// The words without what changes from post to post.
    pub words: String,
    /// Where in the line it stands.
    pub place: Place,
}

/// Where in a line a notice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The line is the notice.
    Alone,
    /// Text follows it.
    First,
    /// Text precedes it.
    Last,
}

/// The lines of one post, and the header above them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Segment<'a> {
    /// What the line above the post tells.
    pub header: Option<Header>,
    /// Its lines, blank ones among them; stray bars and the header are gone.
    pub lines: Vec<&'a str>,
}

impl Segment<'_> {
    fn has_text(&self, wording: &dyn Fn(&str) -> Option<Wording>) -> bool {
        let is_text = |line: &&str| !line.is_empty() && wording(line).is_none_or(|found| found.place != Place::Alone);
        self.lines.iter().any(is_text)
    }
}

/// Splits a clean text. `header` reads a header line, `date` a line that is a date, `wording` tells the wording of a line that is
/// a notice, or begins or ends in one.
pub(crate) fn split<'a>(
    text: &'a str,
    header: &dyn Fn(&str) -> Option<Header>,
    date: &dyn Fn(&str) -> Option<DateLine>,
    wording: &dyn Fn(&str) -> Option<Wording>,
) -> Vec<Segment<'a>> {
    let read_on = |line: &'a str| {
        // a file without an end of its last line, and the next one glued to it
        let rest = line.trim_start_matches(is_border);
        if rest.len() < line.len() && (wording(rest).is_some() || header(rest).is_some()) { rest } else { line }
    };
    let lines: Vec<&str> = text.split('\n').filter(|line| !is_bar(line)).map(read_on).collect();
    let mut filled = lines.iter().copied().filter(|line| !line.is_empty());
    let Some(first) = filled.next() else { return Vec::new() };
    let last = filled.next_back().unwrap_or(first);

    let is_notice = |line: &str| wording(line).is_some_and(|found| found.place == Place::Alone);
    let mut heads = heads(&lines, &Readers { header, date, is_notice: &is_notice }).into_iter().peekable();
    let mut in_head = 0;
    let opening = wording(first).filter(|found| found.place != Place::Last);
    let closing = if opening.is_none() { wording(last).filter(|found| found.place != Place::First) } else { None };
    let like = |line: &str, other: &Option<Wording>, never: Place| {
        other.as_ref().is_some_and(|other| {
            wording(line).is_some_and(|found| found.place != never && same(&found.words, &other.words))
        })
    };
    let mut segments = vec![Segment::default()];
    for (number, line) in lines.into_iter().enumerate() {
        let current = segments.len() - 1;
        if let Some(head) = heads.next_if(|head| head.line == number) {
            in_head = number + head.lines;
            if segments[current].header.is_some() || segments[current].has_text(wording) {
                segments.push(Segment { header: Some(head.header), lines: Vec::new() });
            } else {
                segments[current].header = Some(head.header);
            }
        }
        if number < in_head {
            continue;
        }
        let starts = opening.is_some() && segments[current].has_text(wording) && like(line, &opening, Place::Last);
        let ended = closing.is_some()
            && !line.is_empty()
            && wording(line).is_none_or(|found| found.place != Place::Alone)
            && segments[current]
                .lines
                .iter()
                .rev()
                .find(|line| !line.is_empty())
                .is_some_and(|line| like(line, &closing, Place::First));
        if starts || ended {
            segments.push(Segment::default());
        }
        if let Some(segment) = segments.last_mut() {
            segment.lines.push(line);
        }
    }
    segments
}

/// Whether two notices are of one wording, of one edit or of several ("1 time", "3 times").
fn same(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let (letters, all) = (short.chars().count(), long.chars().count());
    let ahead = short.chars().zip(long.chars()).take_while(|(a, b)| a == b).count();
    let behind = short.chars().rev().zip(long.chars().rev()).take_while(|(a, b)| a == b).count();
    (ahead + behind.min(letters - ahead)) * 10 >= all * 9
}

/// The border of a table that was flattened away.
fn is_bar(line: &str) -> bool {
    !line.is_empty() && line.chars().all(is_border)
}

fn is_border(c: char) -> bool {
    matches!(c, '|' | ' ' | '│' | '｜')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&[&str]]) {
        let header = |line: &str| {
            let date = line.strip_prefix("Posted: ")?;
            Some(Header { author: None, date: date.to_owned(), wording: "posted".to_owned() })
        };
        let wording = |line: &str| {
            let (before, rest) = line.split_once(" edited").filter(|_| line.len() < 20)?;
            let place = match (before.contains(' '), rest.strip_prefix(':').is_some()) {
                (true, _) => Place::Last,
                (_, true) => Place::First,
                _ => Place::Alone,
            };
            let rest = if place == Place::First { "" } else { rest };
            Some(Wording { words: format!("edited{rest}"), place })
        };
        let found = split(text, &header, &|_| None, &wording);
        let lines: Vec<Vec<&str>> = found
            .iter()
            .map(|segment| segment.lines.iter().copied().filter(|line| !line.is_empty()).collect())
            .collect();
        assert_eq!(lines, expected, "{text}");
    }

    #[test]
    fn notices_tell_posts_apart() {
        check("anna edited\none\ntwo\n|", &[&["anna edited", "one", "two"]]);
        check("anna edited\none\n|\nberta edited\ntwo\n|", &[&["anna edited", "one"], &["berta edited", "two"]]);
        check("anna edited\none\n|berta edited\ntwo\n|", &[&["anna edited", "one"], &["berta edited", "two"]]);
        check("anna edited\n| one\ntwo\n|", &[&["anna edited", "| one", "two"]]);
        check("anna edited\nberta edited\none", &[&["anna edited", "berta edited", "one"]]);
        check("one\nanna edited\ntwo\nberta edited\n|", &[&["one", "anna edited"], &["two", "berta edited"]]);
        // glued to the text
        check("anna edited: one\n|\nberta edited: two", &[&["anna edited: one"], &["berta edited: two"]]);
        check("one by anna edited\ntwo by berta edited\n|", &[&["one by anna edited"], &["two by berta edited"]]);
        // a notice in the middle alone is somebody's text
        check("one\nanna edited\ntwo", &[&["one", "anna edited", "two"]]);
        // so is one of another wording
        check("anna edited\none\nberta edited it\ntwo", &[&["anna edited", "one", "berta edited it", "two"]]);
    }

    #[test]
    fn headers_tell_posts_apart() {
        check("Posted: today\none\nPosted: now\ntwo", &[&["one"], &["two"]]);
        check("one\nPosted: now\ntwo", &[&["one", "Posted: now", "two"]]);
        check("\n\n|\n", &[]);
    }
}
