//! The content hash: what decides whether a post was edited between two visits.
//!
//! It covers the normalized text, the quotes, the attachments' names and the visible edit: editor, count, reason and the
//! minute of its date. It must not move while the post stands still, so of the date it takes only what is stable:
//!
//! * the civil time as printed, without offset: a zone that becomes known later changes nothing;
//! * day and month as an unordered pair: a later decision about their order changes nothing;
//! * nothing at all of a date told as an age ("3 hours ago") without a machine-readable instant, for that one is only as
//!   good as the moment of the visit. Where an engine later prints the same date in full, the post counts as edited once.

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
    let mut hasher = blake3::Hasher::new();
    put_option(&mut hasher, content.text);
    put_quotes(&mut hasher, content.quotes, 0);
    put_length(&mut hasher, content.attachments.len());
    for attachment in content.attachments {
        put(&mut hasher, &attachment.name);
    }
    match &content.edit {
        None => put_length(&mut hasher, 0),
        Some(edit) => {
            put_length(&mut hasher, 1);
            put_option(&mut hasher, edit.editor);
            put_option(&mut hasher, edit.count.map(|count| count.to_string()).as_deref());
            put_option(&mut hasher, edit.reason);
            put_option(&mut hasher, edit.date.and_then(stable_date).as_deref());
        }
    }
    hex(&hasher.finalize().as_bytes()[..16])
}

/// 16 hexadecimal digits for a post that has no id of its own.
pub(super) fn identity_hash(parts: &[Option<&str>], ordinal: usize) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        put_option(&mut hasher, *part);
    }
    put_length(&mut hasher, ordinal);
    hex(&hasher.finalize().as_bytes()[..8])
}

/// Every part goes in with its length, so that no two contents run together to the same bytes.
fn put(hasher: &mut blake3::Hasher, part: &str) {
    put_length(hasher, part.len());
    hasher.update(part.as_bytes());
}

fn put_option(hasher: &mut blake3::Hasher, part: Option<&str>) {
    match part {
        Some(part) => put(hasher, part),
        None => put_length(hasher, usize::MAX),
    }
}

fn put_length(hasher: &mut blake3::Hasher, length: usize) {
    hasher.update(&(length as u64).to_le_bytes());
}

fn put_quotes(hasher: &mut blake3::Hasher, quotes: &[Quote], depth: usize) {
    put_length(hasher, quotes.len());
    for quote in quotes {
        // a quote's date is left out: engines print it as an age too
        put_option(hasher, quote.author.as_deref());
        put(hasher, &quote.text);
        if depth < MOST_NESTED {
            put_quotes(hasher, &quote.quotes, depth + 1);
        }
    }
}

/// Deeper quotes than any reader follows.
const MOST_NESTED: usize = 64;

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}
