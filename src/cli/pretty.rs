//! Records for people: who wrote what and when, and of an edit what it changed. What a forum's text holds is shown, never
//! obeyed: control characters do not reach the terminal.

mod words;

use std::{
    collections::{HashMap, VecDeque},
    io::{self, Write},
};

use crate::model::{Change, Record};

use super::harmless::shown;
use words::{Part, compare};

/// Posts whose text is remembered, to tell what an edit changed.
const REMEMBERED: usize = 10_000;

/// A writer that takes JSON lines and writes them for people to `out`.
pub(super) struct Pretty<'a> {
    out: &'a mut dyn Write,
    colour: bool,
    /// A line that is not whole yet.
    rest: Vec<u8>,
    texts: HashMap<String, String>,
    order: VecDeque<String>,
}

impl<'a> Pretty<'a> {
    pub(super) fn to(out: &'a mut dyn Write, colour: bool) -> Pretty<'a> {
        Pretty { out, colour, rest: Vec::new(), texts: HashMap::new(), order: VecDeque::new() }
    }

    fn line(&mut self, line: &[u8]) -> io::Result<()> {
        let Ok(record) = serde_json::from_slice::<Record>(line) else {
            return writeln!(self.out, "{}", shown(&String::from_utf8_lossy(line)));
        };
        self.head(&record)?;
        let text = record.text.as_deref().unwrap_or_default();
        match (record.change, self.texts.get(&record.id)) {
            (Change::Deleted, _) => {}
            (Change::Edited, Some(before)) => {
                let text = marked(&compare(&shown(before), &shown(text)), self.colour);
                writeln!(self.out, "{text}")?;
            }
            _ => writeln!(self.out, "{}", shown(text))?,
        }
        writeln!(self.out)?;
        self.remember(record);
        Ok(())
    }

    fn head(&mut self, record: &Record) -> io::Result<()> {
        let (change, code) = match record.change {
            Change::New => ("new", "32"),
            Change::Edited => ("edited", "33"),
            Change::Deleted => ("deleted", "31"),
        };
        let headline = record.headline.as_deref().unwrap_or(&record.id);
        let seq = record.seq.map_or_else(String::new, |seq| format!("{seq} "));
        let change = self.in_colour(code, change);
        let headline = self.in_colour("1", &shown(headline).replace('\n', " "));
        writeln!(self.out, "{seq}{change} {headline}")?;
        let author = record.author.as_ref().map_or("unknown", |author| &author.name);
        let mut told = vec![shown(author), shown(&record.source)];
        told.extend(record.date_published.as_deref().map(shown));
        if let Some(edit) = &record.edit {
            let by = edit.editor.as_ref().map(|editor| format!(" by {}", shown(&editor.name))).unwrap_or_default();
            let at = edit.date.as_deref().map(|date| format!(" at {}", shown(date))).unwrap_or_default();
            let why = edit.reason.as_deref().map(|reason| format!(": {}", shown(reason))).unwrap_or_default();
            told.push(format!("edited{by}{at}{why}"));
        }
        let told = told.join(", ").replace('\n', " ");
        let told = self.in_colour("2", &told);
        let url = self.in_colour("2", &shown(record.url.as_deref().unwrap_or_default()));
        writeln!(self.out, "{told}\n{url}")
    }

    fn in_colour(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn remember(&mut self, record: Record) {
        if self.texts.insert(record.id.clone(), record.text.unwrap_or_default()).is_none() {
            self.order.push_back(record.id);
            if self.order.len() > REMEMBERED
                && let Some(oldest) = self.order.pop_front()
            {
                self.texts.remove(&oldest);
            }
        }
    }
}

impl Write for Pretty<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest.extend_from_slice(bytes);
        while let Some(end) = memchr::memchr(b'\n', &self.rest) {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            self.line(&line[..end])?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A comparison as text: what is gone `[-so-]`, what is new `{+so+}`; on a terminal in red and green.
fn marked(parts: &[Part], colour: bool) -> String {
    let mut text = String::new();
    for part in parts {
        let (before, words, after) = match (part, colour) {
            (Part::Same(words), _) => ("", words, ""),
            (Part::Gone(words), false) => ("[-", words, "-]"),
            (Part::Come(words), false) => ("{+", words, "+}"),
            (Part::Gone(words), true) => ("\x1b[31;9m", words, "\x1b[0m"),
            (Part::Come(words), true) => ("\x1b[32m", words, "\x1b[0m"),
        };
        // blanks at the rim stay outside of the marks
        let body = words.trim_end();
        text.push_str(before);
        text.push_str(body);
        text.push_str(after);
        text.push_str(&words[body.len()..]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_edit_changed_is_marked() {
        for (before, after, expected) in [
            ("a b c", "a b c", "a b c"),
            ("a b c", "a x c", "a [-b-] {+x+} c"),
            ("a b", "a b c d", "a b {+c d+}"),
            ("a b c d", "a d", "a [-b c-] d"),
            ("one\ntwo", "one\nthree", "one\n[-two-]{+three+}"),
            ("", "a", "{+a+}"),
        ] {
            assert_eq!(marked(&compare(before, after), false), expected, "{before:?} {after:?}");
        }
        assert_eq!(marked(&compare("a b c", "a x c"), true), "a \x1b[31;9mb\x1b[0m \x1b[32mx\x1b[0m c");
    }

    #[test]
    fn a_line_that_is_no_record_is_shown_as_it_is() {
        let mut out = Vec::new();
        let mut pretty = Pretty::to(&mut out, false);
        pretty.write_all(b"{\"x\":\x1b").unwrap();
        pretty.write_all(b"1}\nrest").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "{\"x\":1}\n");
    }
}
