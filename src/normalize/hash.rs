//! The content hash: what decides whether a post was edited between two visits.
//!
//! It covers the normalized text, the quotes, the attachments' names and the visible edit: editor, count, reason and the
//! minute of its date. It must not move while the post stands still, so of the date it takes only what is stable:
//!
//! * the civil time as printed, without offset: a zone that becomes known later changes nothing;
//! * day and month as an unordered pair: a later decision about their order changes nothing;
//! * nothing at all of a date told as an age ("3 hours ago") without a machine-readable instant, for that one is only as
//!   good as the moment of the visit. Where an engine later prints the same date in full, the post counts as edited once.

use jiff::{
    civil::{DateTime, Time},
    tz::Offset,
};

use super::date::DateReading;
use crate::model::{Attachment, Quote};

/// What the hash covers.
pub(super) struct Content<'a> {
    /// Normalized.
    pub text: Option<&'a str>,
    /// Normalized.
    pub quotes: &'a [Quote],
    /// Of these, the names.
    pub attachments: &'a [Attachment],
    /// The visible edit.
    pub edit: Option<EditContent<'a>>,
}

/// Of an edit, what the hash covers.
pub(super) struct EditContent<'a> {
    pub editor: Option<&'a str>,
    pub count: Option<u32>,
    pub reason: Option<&'a str>,
    pub date: Option<&'a DateReading>,
}

/// 32 hexadecimal digits (half of a BLAKE3 hash).
pub(super) fn content_hash(content: &Content) -> String {
    // a hasher is dear to begin, and to be told of a few bytes: all goes to it at once
    let mut hashed = Vec::with_capacity(content.text.map_or(0, str::len) + 128);
    put_option(&mut hashed, content.text);
    put_quotes(&mut hashed, content.quotes, 0);
    put_length(&mut hashed, content.attachments.len());
    for attachment in content.attachments {
        put(&mut hashed, &attachment.name);
    }
    match &content.edit {
        None => put_length(&mut hashed, 0),
        Some(edit) => {
            put_length(&mut hashed, 1);
            put_option(&mut hashed, edit.editor);
            put_option(&mut hashed, edit.count.map(|count| count.to_string()).as_deref());
            put_option(&mut hashed, edit.reason);
            put_option(&mut hashed, edit.date.and_then(stable_date).as_deref());
        }
    }
    hex(&blake3::hash(&hashed).as_bytes()[..16])
}

/// 16 hexadecimal digits for a post that has no id of its own.
pub(super) fn identity_hash(parts: &[Option<&str>], ordinal: usize) -> String {
    let mut hashed = Vec::new();
    for part in parts {
        put_option(&mut hashed, *part);
    }
    put_length(&mut hashed, ordinal);
    hex(&blake3::hash(&hashed).as_bytes()[..8])
}

/// What of a date does not move while the post stands still.
fn stable_date(reading: &DateReading) -> Option<String> {
    // an age: "3 hours ago" has the offset of its reckoning, "3 days ago" no time
    if reading.relative && (reading.offset.is_some() || reading.time.is_none()) {
        return None;
    }
    let local = DateTime::from_parts(reading.date, reading.time.unwrap_or(Time::midnight()));
    let local = match reading.offset.and_then(|offset| offset.to_timestamp(local).ok()) {
        Some(instant) => Offset::UTC.to_datetime(instant),
        None => local,
    };
    let (day, month) = (local.day(), local.month());
    let time = reading.time.map(|_| (local.hour(), local.minute()));
    Some(format!("{} {} {} {time:?}", local.year(), day.min(month), day.max(month)))
}

/// Every part goes in with its length, so that no two contents run together to the same bytes.
fn put(hashed: &mut Vec<u8>, part: &str) {
    put_length(hashed, part.len());
    hashed.extend_from_slice(part.as_bytes());
}

fn put_option(hashed: &mut Vec<u8>, part: Option<&str>) {
    match part {
        Some(part) => put(hashed, part),
        None => put_length(hashed, usize::MAX),
    }
}

fn put_length(hashed: &mut Vec<u8>, length: usize) {
    hashed.extend_from_slice(&(length as u64).to_le_bytes());
}

fn put_quotes(hashed: &mut Vec<u8>, quotes: &[Quote], depth: usize) {
    put_length(hashed, quotes.len());
    for quote in quotes {
        // a quote's date is left out: engines print it as an age too
        put_option(hashed, quote.author.as_deref());
        put(hashed, &quote.text);
        if depth < MOST_NESTED {
            put_quotes(hashed, &quote.quotes, depth + 1);
        }
    }
}

/// Deeper quotes than any reader follows.
const MOST_NESTED: usize = 64;

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut digits = [0; 2 * blake3::OUT_LEN];
    for (two, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *two = [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]);
    }
    let digits = digits.get(..2 * bytes.len()).unwrap_or(&digits);
    str::from_utf8(digits).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Zone;
    use crate::normalize::date::{DateContext, OrderBelief, read_date};

    fn hash_of_edit(date: &str, context: &DateContext) -> String {
        let date = read_date(date, context).unwrap();
        let edit = EditContent { editor: Some("anna"), count: None, reason: None, date: Some(&date) };
        content_hash(&Content { text: Some("text"), quotes: &[], attachments: &[], edit: Some(edit) })
    }

    #[test]
    fn what_moves_while_a_post_stands_still_does_not_count() {
        let context = |order, zone, now: &str| DateContext {
            language: Some("en"),
            order,
            zone,
            now: Some(now.parse().unwrap()),
            ..DateContext::default()
        };
        let unknown = OrderBelief::default();
        let zone = Zone::parse("+08:00").unwrap();
        let now = "2024-11-08T04:00:00Z";
        let hash = hash_of_edit("7-11-2024 02:20 PM", &context(unknown, None, now));
        assert_eq!(hash.len(), 32);
        // the zone becomes known, the order is decided, a later visit tells it by the day
        assert_eq!(hash, hash_of_edit("7-11-2024 02:20 PM", &context(unknown, Some(&zone), now)));
        assert_eq!(
            hash,
            hash_of_edit(
                "7-11-2024 02:20 PM",
                &context(OrderBelief::configured(crate::model::DateOrder::Mdy), None, now)
            )
        );
        assert_eq!(hash, hash_of_edit("Yesterday 02:20 PM", &context(unknown, Some(&zone), now)));
        assert_ne!(hash, hash_of_edit("7-11-2024 02:21 PM", &context(unknown, None, now)));
        // an age moves with each visit
        let later = "2024-11-08T05:30:00Z";
        assert_eq!(
            hash_of_edit("3 hours ago", &context(unknown, None, now)),
            hash_of_edit("4 hours ago", &context(unknown, None, later))
        );
        assert_eq!(
            hash_of_edit("5 days ago", &context(unknown, None, now)),
            hash_of_edit("6 days ago", &context(unknown, None, later))
        );
    }

    #[test]
    fn contents_do_not_run_together() {
        let content = |text, quotes: &[Quote]| content_hash(&Content { text, quotes, attachments: &[], edit: None });
        let quote = |text: &str| Quote { text: text.to_owned(), ..Quote::default() };
        let nested = Quote { quotes: vec![quote("b")], ..quote("a") };
        let all = [
            content(None, &[]),
            content(Some(""), &[]),
            content(Some("ab"), &[]),
            content(Some("a"), &[quote("b")]),
            content(None, &[quote("ab")]),
            content(None, &[quote("a"), quote("b")]),
            content(None, &[nested]),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(!all[index + 1..].contains(one), "{index}");
        }
    }
}
