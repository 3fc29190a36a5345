//! What is wrong with a configuration, with its place: file, line, column, caret and hint.

use std::{fmt, ops::Range, path::Path};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// What to write instead, where that can be told.
    pub hint: Option<String>,
    /// Bytes of the file that it is about.
    pub span: Range<usize>,
    /// The place may hold a secret, so its text is never shown.
    pub secret: bool,
}

impl Complaint {
    /// A complaint about a place.
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Complaint {
        Complaint { message: message.into(), hint: None, span, secret: false }
    }

    /// The same with a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Complaint {
        self.hint = Some(hint.into());
        self
    }
}

/// All complaints about one file, in the order of the file.
#[derive(Clone, Debug)]
pub struct Complaints {
    file: String,
    text: String,
    all: Vec<Complaint>,
}

impl Complaints {
    pub(super) fn new(file: &Path, text: &str, mut all: Vec<Complaint>) -> Complaints {
        all.sort_by_key(|complaint| (complaint.span.start, complaint.span.end));
        all.dedup();
        Complaints { file: file.display().to_string(), text: text.to_owned(), all }
    }

    /// The complaints, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Complaint> {
        self.all.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// 1-based line and column (in characters) of a complaint.
    pub fn place(&self, complaint: &Complaint) -> (usize, usize) {
        let before = &self.text[..floor(&self.text, complaint.span.start)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// All of them for people, with the lines they are about.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let rendered: Vec<String> = self.all.iter().map(|complaint| self.render_one(complaint, &renderer)).collect();
        rendered.join("\n\n")
    }

    fn render_one(&self, complaint: &Complaint, renderer: &Renderer) -> String {
        let title = Level::ERROR.primary_title(complaint.message.as_str());
        let hint = complaint.hint.as_deref().map(|hint| Level::HELP.message(hint));
        if complaint.secret {
            let (line, column) = self.place(complaint);
            let place = format!("{}:{line}:{column}; the line is not shown, as it may hold a secret", self.file);
            let group = title.element(Level::NOTE.message(place.as_str()));
            return renderer.render(&[match hint {
                Some(hint) => group.element(hint),
                None => group,
            }]);
        }
        // A caret needs something to point at, also at the end of the file.
        let start = floor(&self.text, complaint.span.start);
        let end = floor(&self.text, complaint.span.end).max(start);
        let snippet = Snippet::source(self.text.as_str())
            .path(self.file.as_str())
            .annotation(AnnotationKind::Primary.span(start..end));
        let group = title.element(snippet);
        renderer.render(&[match hint {
            Some(hint) => group.element(hint),
            None => group,
        }])
    }
}

impl fmt::Display for Complaints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

/// The character boundary at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// The name among `known` that was most likely meant by `written`.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase().replace('-', "_");
    known
        .into_iter()
        .map(|name| (distance(&written, name), name))
        .filter(|(distance, name)| *distance <= 1 + written.chars().count().min(name.len()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Edits between two words, a swap of neighbours counted as one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_slips_and_no_more() {
        let known = ["name", "url", "schedule", "schedule_zone", "time_zone", "delay"];
        for (written, expected) in [
            ("scheduel", Some("schedule")),
            ("timezone", Some("time_zone")),
            ("time-zone", Some("time_zone")),
            ("Delay", Some("delay")),
            ("uri", Some("url")),
            ("nmae", Some("name")),
            ("colour", None),
        ] {
            assert_eq!(nearest(written, known), expected, "{written}");
        }
    }
}
