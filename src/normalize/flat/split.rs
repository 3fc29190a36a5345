//! Which lines of a flattened text belong to which post.
//!
//! A file tells its posts apart where a structure comes back: a header line of the wording that the file starts with starts a
//! post; so does a notice of the wording that the file starts with; where the file ends in a notice, each notice of that
//! wording ends a post. Anything else is one post, for a line that only looks like a notice may be somebody's text.

use super::Header;

/// The lines of one post, and the header above them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Segment<'a> {
    /// What the line above the post tells.
    pub header: Option<Header>,
    /// Its lines, blank ones among them; stray bars and the header are gone.
    pub lines: Vec<&'a str>,
}

impl Segment<'_> {
    fn has_text(&self, wording: &dyn Fn(&str) -> Option<String>) -> bool {
        self.lines.iter().any(|line| !line.is_empty() && wording(line).is_none())
    }
}

/// Splits a clean text. `header` reads a header line, `wording` tells the wording of a line that is a notice and nothing else.
pub(crate) fn split<'a>(
    text: &'a str,
    header: &dyn Fn(&str) -> Option<Header>,
    wording: &dyn Fn(&str) -> Option<String>,
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

    let opening_header = header(first).map(|header| header.wording);
    let opening = wording(first);
    let closing = if opening.is_none() { wording(last) } else { None };
    let mut segments = vec![Segment::default()];
    for line in lines {
        let current = segments.len() - 1;
        if let Some(wanted) = &opening_header
            && let Some(found) = header(line).filter(|header| header.wording == *wanted)
        {
            if segments[current].header.is_some() || segments[current].has_text(wording) {
                segments.push(Segment { header: Some(found), lines: Vec::new() });
            } else {
                segments[current].header = Some(found);
            }
            continue;
        }
        let starts = opening.is_some() && segments[current].has_text(wording) && wording(line) == opening;
        let ended = closing.is_some()
            && !line.is_empty()
            && wording(line).is_none()
            && segments[current]
                .lines
                .iter()
                .rev()
                .find(|line| !line.is_empty())
                .is_some_and(|line| wording(line) == closing);
        if starts || ended {
            segments.push(Segment::default());
        }
        if let Some(segment) = segments.last_mut() {
            segment.lines.push(line);
        }
    }
    segments
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
        let wording =
            |line: &str| line.split_once(" edited").map(|(_, rest)| rest.to_owned()).filter(|_| line.len() < 20);
        let found = split(text, &header, &wording);
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
