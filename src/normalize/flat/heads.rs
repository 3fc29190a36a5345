//! Which lines of a flattened text stand above posts.
//!
//! A line that says in words what it is ("by anna » Thu Nov 07, 2024 2:20 pm") needs no more than a file that begins with one of
//! its wording. A line that is a bare date may as well be one of a timeline, a diary, a list of events, so it takes what no
//! article has: the post's number right below it, counting up from post to post; or a notice of an edit right above it.

use jiff::civil::DateTime;

use super::Header;

/// A line that is a date and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DateLine {
    /// As printed.
    pub date: String,
    /// The day, and the time where one is printed: all of a page print one, or none does.
    pub at: DateTime,
    /// A time is printed.
    pub timed: bool,
}

/// What the lines of a text are read with.
pub(crate) struct Readers<'r> {
    /// Reads a line that says in words that it is a header.
    pub header: &'r dyn Fn(&str) -> Option<Header>,
    /// Reads a line that is a date and nothing else.
    pub date: &'r dyn Fn(&str) -> Option<DateLine>,
    /// Whether a line is a notice of an edit and nothing else.
    pub is_notice: &'r dyn Fn(&str) -> bool,
}

/// A header above a post.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The number of its first line.
    pub line: usize,
    /// How many lines it takes.
    pub lines: usize,
    /// What it tells.
    pub header: Header,
}

/// The headers of a text that begins with one, in order.
pub(crate) fn heads(lines: &[&str], readers: &Readers) -> Vec<Head> {
    let Some(first) = lines.iter().position(|line| !line.is_empty()) else { return Vec::new() };
    if let Some(wanted) = (readers.header)(lines[first]) {
        let worded = |line: usize| {
            let header = (readers.header)(lines[line])?;
            same_header(&header.wording, &wanted.wording).then_some(Head { line, lines: 1, header })
        };
        return (first..lines.len()).filter_map(worded).collect();
    }
    let Some(opening) = (readers.date)(lines[first]) else { return Vec::new() };
    if number_at(lines, first + 1).is_some() {
        numbered(lines, first, readers)
    } else {
        closed(lines, first, &opening, readers)
    }
}

/// Dates with the post's number on the line below: "Nov 7, 2024", "#3".
fn numbered(lines: &[&str], first: usize, readers: &Readers) -> Vec<Head> {
    let mut last = 0;
    let mut heads = Vec::new();
    for line in first..lines.len() {
        if let Some(number) = number_at(lines, line + 1)
            && number > last
            && let Some(found) = (readers.date)(lines[line])
        {
            last = number;
            heads.push(found.head(line, 2));
        }
    }
    heads
}

/// Dates with a time of day, none before the last one, where a notice of an edit stands right above one of them.
fn closed(lines: &[&str], first: usize, opening: &DateLine, readers: &Readers) -> Vec<Head> {
    if !opening.timed {
        return Vec::new();
    }
    let shape = shape_of(&opening.date);
    let dates = (first..lines.len()).filter_map(|line| Some((line, (readers.date)(lines[line])?)));
    let dates: Vec<(usize, DateLine)> = dates.filter(|(_, date)| shape_of(&date.date) == shape).collect();
    let above = |line: usize| lines[..line].iter().rev().find(|line| !line.is_empty());
    let proven = dates.iter().skip(1).any(|(line, _)| above(*line).is_some_and(|line| (readers.is_notice)(line)));
    if !proven || !dates.is_sorted_by_key(|(_, date)| date.at) {
        return Vec::new();
    }
    dates.into_iter().map(|(line, date)| date.head(line, 1)).collect()
}

impl DateLine {
    fn head(self, line: usize, lines: usize) -> Head {
        Head { line, lines, header: Header { author: None, date: self.date, wording: String::from("#") } }
    }
}

/// The number of a line that is a post's number and nothing else.
fn number_at(lines: &[&str], line: usize) -> Option<u32> {
    lines.get(line)?.trim().strip_prefix('#')?.parse().ok().filter(|number| *number > 0)
}

/// A date without what changes from one to the next: `07-11-2024, 02:20 PM` and `08-11-2024, 09:00 AM` have one shape.
fn shape_of(date: &str) -> String {
    let mut shape = String::new();
    for c in date.chars() {
        let c = if c.is_alphabetic() {
            'a'
        } else if c.is_numeric() {
            '0'
        } else {
            c
        };
        if !shape.ends_with(c) {
            shape.push(c);
        }
    }
    shape
}

/// Whether two header lines are of one wording: "« on: … »" and "« Reply #1 on: … »".
fn same_header(one: &str, other: &str) -> bool {
    let ends = |long: &str, short: &str| long.strip_suffix(short).is_some_and(|rest| rest.ends_with(' '));
    one == other || ends(one, other) || ends(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::date::{DateContext, read_date};

    /// Lines of headers.
    fn found(text: &str) -> Vec<usize> {
        let context = DateContext { language: Some("en"), ..DateContext::default() };
        let date = |line: &str| {
            let reading = read_date(line, &context)?;
            let at = reading.date.to_datetime(reading.time.unwrap_or_default());
            Some(DateLine { date: line.to_owned(), at, timed: reading.time.is_some() })
        };
        let readers = Readers { header: &|_| None, date: &date, is_notice: &|line| line.starts_with("Edited by") };
        let lines: Vec<&str> = text.split('\n').collect();
        heads(&lines, &readers).into_iter().map(|head| head.line).collect()
    }

    #[test]
    fn a_bare_date_with_a_number_or_below_a_notice_stands_above_a_post() {
        assert_eq!(found("Nov 7, 2024\n#3\none\n\nNov 9, 2024\n#4\ntwo"), [0, 4]);
        assert_eq!(found("Nov 7, 2024\n#1\none\nNov 9, 2024\nin the text\nNov 9, 2024\n#3\ntwo"), [0, 5]);
        let mybb =
            "07-11-2024, 02:20 PM\none\nEdited by anna\n\n07-11-2024, 11:05 PM\ntwo\n08-11-2024, 09:00 AM\nthree";
        assert_eq!(found(mybb), [0, 4, 6]);
    }

    /// Articles that hold dates.
    #[test]
    fn a_bare_date_by_itself_is_text() {
        for text in [
            // under a headline
            "The ferry\nNov 7, 2024\nIt sank.\nNov 9, 2024\nIt was raised.",
            // a timeline, a diary, events, a ticker
            "Nov 7, 2024\nThe ferry sank.\nNov 9, 2024\nIt was raised.",
            "07-11-2024, 02:20 PM\nThe ferry sank.\n07-11-2024, 03:05 PM\nIt was raised.\n08-11-2024, 09:00 AM\nIt sailed.",
            "Nov 7, 2024 7:00 PM\nConcert\nNov 9, 2024 8:30 PM\nReading",
            "07-11-2024, 03:05 PM\nIt was raised.\n07-11-2024, 02:20 PM\nThe ferry sank.\nEdited by anna",
            // a notice above a date that is older, or of another shape
            "07-11-2024, 02:20 PM\none\nEdited by anna\n06-11-2024, 09:00 AM\ntwo",
            "07-11-2024, 02:20 PM\none\nEdited by anna\nNov 9, 2024\ntwo",
            // a ranking: numbers above, or counting down
            "#1\nNov 7, 2024\nThe ferry sank.\n#2\nNov 9, 2024\nIt was raised.",
        ] {
            assert_eq!(found(text), [0; 0], "{text}");
        }
        assert_eq!(found("Nov 9, 2024\n#2\nThe ferry.\nNov 7, 2024\n#1\nThe harbour."), [0]);
    }
}
