//! A record as its line: what `serde_json` writes, byte for byte, for a fraction of its work. Most of a record is text that
//! needs no escape, and the names of its fields need none.

use super::record::{Article, Attachment, Author, Board, Change, Edit, Editor, Quote, Record, Status, Thread, Warning};

impl Record {
    /// Appends the record as one line of JSON, with its line feed.
    pub fn write_line(&self, out: &mut Vec<u8>) {
        self.put(out);
        out.push(b'\n');
    }
}

/// What can stand in a line.
trait Json {
    /// Appends it.
    fn put(&self, out: &mut Vec<u8>);

    /// Appends it as a field, with the comma behind it.
    fn put_field(&self, name: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(name.as_bytes());
        self.put(out);
        out.push(b',');
    }
}

/// A struct is an object of all of its fields, in their order; those in brackets are left out where there is nothing in them.
macro_rules! object {
    ($type:ident { $($field:tt),* $(,)? }) => {
        impl Json for $type {
            fn put(&self, out: &mut Vec<u8>) {
                out.push(b'{');
                $(object!(@field self, out, $field);)*
                // in the place of the last comma
                out.pop();
                out.push(b'}');
            }
        }
    };
    (@field $self:ident, $out:ident, [$field:ident]) => {
        if $self.$field.is_some() {
            $self.$field.put_field(concat!("\"", stringify!($field), "\":"), $out);
        }
    };
    (@field $self:ident, $out:ident, $field:ident) => {
        $self.$field.put_field(concat!("\"", stringify!($field), "\":"), $out);
    };
}

object!(Record {
    schema, [seq], id, change, revision, source, engine, url, thread, post_id, position, headline, author, date_published,
    date_published_raw, edit, text, article, quotes, links, images, attachments, in_language, status, content_hash,
    [markdown], [html], fetched_at, warnings,
});
object!(Thread { id, url, title, boards });
object!(Board { id, name, url });
object!(Author { name, id, url, role });
object!(Editor { name, id, url });
object!(Edit { editor, date, date_raw, count, reason, by_author, notice, language, ambiguous_date });
object!(Article { credit, dateline, standfirst });
object!(Quote { author, post_id, date_raw, text, quotes });
object!(Attachment { name, url, size });

/// Words of closed lists are written by their names in the schema.
macro_rules! word {
    ($($type:ident),*) => {
        $(impl Json for $type {
            fn put(&self, out: &mut Vec<u8>) {
                // a word of a closed list has no way to fail
                let _ = serde_json::to_writer(out, self);
            }
        })*
    };
}

word!(Change, Status, Warning, bool, u32, u64);

impl<T: Json> Json for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.put(out),
            None => out.extend_from_slice(b"null"),
        }
    }
}

impl<T: Json> Json for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        for (number, value) in self.iter().enumerate() {
            if number > 0 {
                out.push(b',');
            }
            value.put(out);
        }
        out.push(b']');
    }
}

impl Json for String {
    fn put(&self, out: &mut Vec<u8>) {
        let mut rest = self.as_bytes();
        out.reserve(rest.len() + 2);
        out.push(b'"');
        while let Some(at) = first_escaped(rest) {
            out.extend_from_slice(&rest[..at]);
            match rest[at] {
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\t' => out.extend_from_slice(b"\\t"),
                b'\r' => out.extend_from_slice(b"\\r"),
                0x08 => out.extend_from_slice(b"\\b"),
                0x0c => out.extend_from_slice(b"\\f"),
                byte if byte < b' ' => {
                    const DIGITS: &[u8; 16] = b"0123456789abcdef";
                    let digits = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
                    out.extend_from_slice(b"\\u00");
                    out.extend_from_slice(&digits);
                }
                byte => out.extend_from_slice(&[b'\\', byte]),
            }
            rest = &rest[at + 1..];
        }
        out.extend_from_slice(rest);
        out.push(b'"');
    }
}

/// Where the first byte stands that a string of JSON cannot hold as it is.
fn first_escaped(bytes: &[u8]) -> Option<usize> {
    let is_escaped = |byte: u8| (byte < b' ') | (byte == b'"') | (byte == b'\\');
    let (blocks, rest) = bytes.as_chunks::<16>();
    // a block at once, without branches within it
    let holds = |block: &[u8; 16]| block.iter().fold(false, |any, byte| any | is_escaped(*byte));
    let (skipped, last) = match blocks.iter().position(holds) {
        Some(number) => (number * 16, blocks[number].as_slice()),
        None => (blocks.len() * 16, rest),
    };
    last.iter().position(|byte| is_escaped(*byte)).map(|at| skipped + at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::SCHEMA;

    fn check(record: &Record) {
        let mut line = b"before ".to_vec();
        record.write_line(&mut line);
        assert_eq!(String::from_utf8(line).unwrap(), format!("before {}\n", serde_json::to_string(record).unwrap()));
    }

    fn record(words: &[String]) -> Record {
        let word = |number: usize| words.get(number).cloned().unwrap_or_default();
        let quote = Quote { author: words.first().cloned(), text: word(1), ..Quote::default() };
        Record {
            schema: SCHEMA.to_owned(),
            seq: None,
            id: word(0),
            change: Change::Edited,
            revision: words.len() as u32,
            source: word(1),
            engine: words.get(2).cloned(),
            url: None,
            thread: words.get(3).map(|title| Thread {
                title: Some(title.clone()),
                boards: vec![Board { name: word(4), ..Board::default() }, Board::default()],
                ..Thread::default()
            }),
            post_id: words.get(4).cloned(),
            position: words.get(4).map(|_| u32::MAX),
            headline: None,
            author: Some(Author { name: word(2), role: words.get(5).cloned(), ..Author::default() }),
            date_published: None,
            date_published_raw: words.get(5).cloned(),
            edit: words.get(6).map(|notice| Edit {
                editor: Some(Editor { name: word(3), ..Editor::default() }),
                count: Some(3),
                by_author: Some(false),
                notice: notice.clone(),
                ..Edit::default()
            }),
            text: words.get(1).cloned(),
            article: words.get(7).map(|credit| Article { credit: Some(credit.clone()), ..Article::default() }),
            quotes: vec![Quote { quotes: vec![quote.clone(), quote.clone()], ..quote }],
            links: words.to_vec(),
            images: Vec::new(),
            attachments: vec![Attachment { name: word(6), url: None, size: words.first().cloned() }],
            in_language: None,
            status: Status::ReplyRequired,
            content_hash: String::new(),
            markdown: None,
            html: None,
            fetched_at: word(0),
            warnings: vec![Warning::DateUnread, Warning::Truncated],
        }
    }

    #[test]
    fn every_byte_and_what_may_be_left_out() {
        let all: String = ('\0'..='\u{ff}').chain(['\u{2028}', '字', '👩']).collect();
        let reversed: String = all.chars().rev().collect();
        let mut one = record(&[all, reversed, "plain".to_owned()]);
        check(&one);
        (one.seq, one.markdown, one.html) = (Some(u64::MAX), Some("*a*\n".to_owned()), Some("<p>a</p>".to_owned()));
        check(&one);
        check(&record(&[]));
    }

    proptest! {
        #[test]
        fn it_is_the_line_of_serde(words in proptest::collection::vec("(?s)[a-z\"\\\\\n\u{1}é]{0,40}|.{0,40}", 0..9)) {
            check(&record(&words));
        }
    }
}
