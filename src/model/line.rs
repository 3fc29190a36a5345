//! A record as its JSON line.
//!
//! What `serde_json` writes, byte for byte (a test holds them together), for a third of its instructions: texts are looked
//! through many bytes at once for what must be escaped, and copied up to there.

use memchr::memchr3_iter;

use super::{Article, Attachment, Author, Board, Change, Edit, Editor, Quote, Record, Status, Thread, Warning};

impl Record {
    /// Writes the record behind what `out` holds: its JSON on one line, with the end of the line.
    pub fn write_line(&self, out: &mut Vec<u8>) {
        let texts = [&self.text, &self.markdown, &self.html].into_iter().flatten();
        out.reserve(BESIDE_TEXTS + texts.map(String::len).sum::<usize>());
        self.write(out);
        out.push(b'\n');
    }
}

/// Bytes of most lines beside their texts.
const BESIDE_TEXTS: usize = 1024;

/// What has a place in a line.
trait Written {
    fn write(&self, out: &mut Vec<u8>);
}

/// Writes members of an object: each name, with what stands before and behind it, and its value.
macro_rules! members {
    ($out:ident, $($name:literal $value:expr,)+) => {
        $($out.extend_from_slice($name); $value.write($out);)+
    };
}

impl Written for Record {
    fn write(&self, out: &mut Vec<u8>) {
        members!(out, b"{\"schema\":" self.schema,);
        if self.seq.is_some() {
            members!(out, b",\"seq\":" self.seq,);
        }
        members!(out,
            b",\"id\":" self.id,
            b",\"change\":" self.change,
            b",\"revision\":" self.revision,
            b",\"source\":" self.source,
            b",\"engine\":" self.engine,
            b",\"url\":" self.url,
            b",\"thread\":" self.thread,
            b",\"post_id\":" self.post_id,
            b",\"position\":" self.position,
            b",\"headline\":" self.headline,
            b",\"author\":" self.author,
            b",\"date_published\":" self.date_published,
            b",\"date_published_raw\":" self.date_published_raw,
            b",\"edit\":" self.edit,
            b",\"text\":" self.text,
            b",\"article\":" self.article,
            b",\"quotes\":" self.quotes,
            b",\"links\":" self.links,
            b",\"images\":" self.images,
            b",\"attachments\":" self.attachments,
            b",\"in_language\":" self.in_language,
            b",\"status\":" self.status,
            b",\"content_hash\":" self.content_hash,
        );
        if self.markdown.is_some() {
            members!(out, b",\"markdown\":" self.markdown,);
        }
        if self.html.is_some() {
            members!(out, b",\"html\":" self.html,);
        }
        members!(out, b",\"fetched_at\":" self.fetched_at, b",\"warnings\":" self.warnings,);
        out.push(b'}');
    }
}

impl Written for Thread {
    fn write(&self, out: &mut Vec<u8>) {
        let Thread { id, url, title, boards } = self;
        members!(out, b"{\"id\":" id, b",\"url\":" url, b",\"title\":" title, b",\"boards\":" boards,);
        out.push(b'}');
    }
}

impl Written for Board {
    fn write(&self, out: &mut Vec<u8>) {
        let Board { id, name, url } = self;
        members!(out, b"{\"id\":" id, b",\"name\":" name, b",\"url\":" url,);
        out.push(b'}');
    }
}

impl Written for Author {
    fn write(&self, out: &mut Vec<u8>) {
        let Author { name, id, url, role } = self;
        members!(out, b"{\"name\":" name, b",\"id\":" id, b",\"url\":" url, b",\"role\":" role,);
        out.push(b'}');
    }
}

impl Written for Editor {
    fn write(&self, out: &mut Vec<u8>) {
        let Editor { name, id, url } = self;
        members!(out, b"{\"name\":" name, b",\"id\":" id, b",\"url\":" url,);
        out.push(b'}');
    }
}

impl Written for Edit {
    fn write(&self, out: &mut Vec<u8>) {
        let Edit { editor, date, date_raw, count, reason, by_author, notice, language, ambiguous_date } = self;
        members!(out,
            b"{\"editor\":" editor,
            b",\"date\":" date,
            b",\"date_raw\":" date_raw,
            b",\"count\":" count,
            b",\"reason\":" reason,
            b",\"by_author\":" by_author,
            b",\"notice\":" notice,
            b",\"language\":" language,
            b",\"ambiguous_date\":" ambiguous_date,
        );
        out.push(b'}');
    }
}

impl Written for Article {
    fn write(&self, out: &mut Vec<u8>) {
        let Article { credit, dateline, standfirst } = self;
        members!(out, b"{\"credit\":" credit, b",\"dateline\":" dateline, b",\"standfirst\":" standfirst,);
        out.push(b'}');
    }
}

impl Written for Quote {
    fn write(&self, out: &mut Vec<u8>) {
        let Quote { author, post_id, date_raw, text, quotes } = self;
        members!(out,
            b"{\"author\":" author,
            b",\"post_id\":" post_id,
            b",\"date_raw\":" date_raw,
            b",\"text\":" text,
            b",\"quotes\":" quotes,
        );
        out.push(b'}');
    }
}

impl Written for Attachment {
    fn write(&self, out: &mut Vec<u8>) {
        let Attachment { name, url, size } = self;
        members!(out, b"{\"name\":" name, b",\"url\":" url, b",\"size\":" size,);
        out.push(b'}');
    }
}

impl Written for Change {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(match self {
            Change::New => b"\"new\"",
            Change::Edited => b"\"edited\"",
            Change::Deleted => b"\"deleted\"",
        });
    }
}

impl Written for Status {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(match self {
            Status::Visible => b"\"visible\"",
            Status::Hidden => b"\"hidden\"",
            Status::Deleted => b"\"deleted\"",
            Status::Banned => b"\"banned\"",
            Status::LoginRequired => b"\"login_required\"",
            Status::ReplyRequired => b"\"reply_required\"",
        });
    }
}

impl Written for Warning {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(match self {
            Warning::Charset => b"\"charset\"",
            Warning::DateUnread => b"\"date_unread\"",
            Warning::DateAmbiguous => b"\"date_ambiguous\"",
            Warning::ZoneUnknown => b"\"zone_unknown\"",
            Warning::NoticeUnread => b"\"notice_unread\"",
            Warning::AuthorMissing => b"\"author_missing\"",
            Warning::BodyMissing => b"\"body_missing\"",
            Warning::IdMissing => b"\"id_missing\"",
            Warning::Generic => b"\"generic\"",
            Warning::DepthCut => b"\"depth_cut\"",
            Warning::Truncated => b"\"truncated\"",
        });
    }
}

impl<T: Written> Written for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.write(out),
            None => out.extend_from_slice(b"null"),
        }
    }
}

impl<T: Written> Written for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        for (number, value) in self.iter().enumerate() {
            if number > 0 {
                out.push(b',');
            }
            value.write(out);
        }
        out.push(b']');
    }
}

impl Written for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if *self { b"true" } else { b"false" });
    }
}

impl Written for u32 {
    fn write(&self, out: &mut Vec<u8>) {
        u64::from(*self).write(out);
    }
}

impl Written for u64 {
    fn write(&self, out: &mut Vec<u8>) {
        let (mut digits, mut at, mut left) = ([0; 20], 20, *self);
        loop {
            at -= 1;
            digits[at] = b'0' + (left % 10) as u8;
            left /= 10;
            if left == 0 {
                break;
            }
        }
        out.extend_from_slice(&digits[at..]);
    }
}

impl Written for String {
    fn write(&self, out: &mut Vec<u8>) {
        out.reserve(self.len() + 2);
        out.push(b'"');
        let bytes = self.as_bytes();
        // from here on nothing is copied yet
        let mut from = 0;
        let mut put = |at: usize, out: &mut Vec<u8>| {
            out.extend_from_slice(&bytes[from..at]);
            escape(bytes[at], out);
            from = at + 1;
        };
        // without branches, so that it goes over many bytes at once
        let is_rare = |byte: u8| (byte < b' ') & (byte != b'\n');
        if bytes.len() < SHORT || bytes.iter().fold(false, |any, byte| any | is_rare(*byte)) {
            (0..bytes.len()).filter(|at| is_escaped(bytes[*at])).for_each(|at| put(at, out));
        } else {
            memchr3_iter(b'\n', b'"', b'\\', bytes).for_each(|at| put(at, out));
        }
        out.extend_from_slice(&bytes[from..]);
        out.push(b'"');
    }
}

/// Bytes from which on it pays to look at many at once.
const SHORT: usize = 32;

fn is_escaped(byte: u8) -> bool {
    (byte < b' ') | (byte == b'"') | (byte == b'\\')
}

#[cold]
fn escape_by_number(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.extend_from_slice(b"\\u00");
    out.extend([byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]));
}

fn escape(byte: u8, out: &mut Vec<u8>) {
    out.extend_from_slice(match byte {
        b'"' => b"\\\"",
        b'\\' => b"\\\\",
        b'\n' => b"\\n",
        b'\t' => b"\\t",
        b'\r' => b"\\r",
        0x8 => b"\\b",
        0xc => b"\\f",
        other => return escape_by_number(other, out),
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::SCHEMA;

    fn check(record: &Record) {
        let mut line = b"before".to_vec();
        record.write_line(&mut line);
        let expected = format!("before{}\n", serde_json::to_string(record).unwrap());
        assert_eq!(String::from_utf8(line).unwrap(), expected);
    }

    /// A record with every text that one, and everything there.
    fn full(text: &str, number: u64) -> Record {
        let all = || Some(text.to_owned());
        let board = Board { id: all(), name: text.to_owned(), url: all() };
        let editor = Editor { name: text.to_owned(), id: all(), url: all() };
        let quote = Quote { author: all(), post_id: all(), date_raw: all(), text: text.to_owned(), quotes: Vec::new() };
        Record {
            schema: SCHEMA.to_owned(),
            seq: Some(number),
            id: text.to_owned(),
            change: Change::New,
            revision: number as u32,
            source: text.to_owned(),
            engine: all(),
            url: all(),
            thread: Some(Thread { id: all(), url: all(), title: all(), boards: vec![board.clone(), board] }),
            post_id: all(),
            position: Some(number as u32),
            headline: all(),
            author: Some(Author { name: text.to_owned(), id: all(), url: all(), role: all() }),
            date_published: all(),
            date_published_raw: all(),
            edit: Some(Edit {
                editor: Some(editor),
                date: all(),
                date_raw: all(),
                count: Some(number as u32),
                reason: all(),
                by_author: Some(number > 9),
                notice: text.to_owned(),
                language: all(),
                ambiguous_date: all(),
            }),
            text: all(),
            article: Some(Article { credit: all(), dateline: all(), standfirst: all() }),
            quotes: vec![Quote { quotes: vec![quote.clone()], ..quote.clone() }, quote],
            links: vec![text.to_owned(); 3],
            images: vec![text.to_owned()],
            attachments: vec![Attachment { name: text.to_owned(), url: all(), size: all() }],
            in_language: all(),
            status: Status::Visible,
            content_hash: text.to_owned(),
            markdown: all(),
            html: all(),
            fetched_at: text.to_owned(),
            warnings: vec![Warning::Charset],
        }
    }

    /// The same with nothing that may be missing.
    fn bare(record: Record) -> Record {
        Record {
            seq: None,
            engine: None,
            url: None,
            thread: None,
            post_id: None,
            position: None,
            headline: None,
            author: None,
            date_published: None,
            date_published_raw: None,
            edit: None,
            text: None,
            article: None,
            quotes: Vec::new(),
            links: Vec::new(),
            images: Vec::new(),
            attachments: Vec::new(),
            in_language: None,
            markdown: None,
            html: None,
            warnings: Vec::new(),
            ..record
        }
    }

    #[test]
    fn every_word_of_a_closed_list_is_written_as_serde_does() {
        use {Status as S, Warning as W};
        let mut record = full("text", u64::MAX);
        check(&record);
        for change in [Change::New, Change::Edited, Change::Deleted] {
            check(&Record { change, ..record.clone() });
        }
        for status in [S::Visible, S::Hidden, S::Deleted, S::Banned, S::LoginRequired, S::ReplyRequired] {
            check(&Record { status, ..record.clone() });
        }
        let of_dates = [W::DateUnread, W::DateAmbiguous, W::ZoneUnknown];
        let missing = [W::NoticeUnread, W::AuthorMissing, W::BodyMissing, W::IdMissing];
        let others = [W::Charset, W::Generic, W::DepthCut, W::Truncated];
        record.warnings = of_dates.into_iter().chain(missing).chain(others).collect();
        check(&record);
    }

    #[test]
    fn every_character_is_written_as_serde_does() {
        let all: String = ('\0'..'\u{300}').chain("\u{2028}\u{ffff}😀".chars()).collect();
        check(&full(&all, 0));
    }

    proptest! {
        #[test]
        fn lines_are_what_serde_writes(text in "([a-z \"\\\\\n\u{1}é新]{0,70}|[ -~]{0,40}|[a-z \"\\\\\n新]{0,70})", number in any::<u64>()) {
            let record = full(&text, number);
            check(&record);
            check(&bare(record));
        }
    }
}
