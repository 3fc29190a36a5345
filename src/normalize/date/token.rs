//! Folded text cut into numbers, words that dates are made of, signs, and the rest.

use super::fold::is_letter;
use super::words::{Meaning, Tables, has_spaces, longest};

/// One piece of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Byte range in the folded text.
    pub(super) start: u32,
    pub(super) end: u32,
    /// Whether a space stands before it.
    pub(super) spaced: bool,
}

/// What a piece is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// A number and how many digits it was written with.
    Number(u32, u8),
    /// A word of one of the tables.
    Word(Meaning),
    /// A sign.
    Sign(u8),
    /// Anything else: no date goes across it.
    Unknown,
}

/// Numbers longer than this are not parts of dates.
const MAX_DIGITS: usize = 9;

/// No date has as many.
pub(super) const MAX_TOKENS: usize = 40;

/// Cuts folded `text` that should be a date and nothing else: `None` at the first piece that no date has.
pub(super) fn date_tokens(text: &str, tables: &Tables) -> Option<Vec<Token>> {
    let mut into = Vec::new();
    cut(text, tables, true, |token| {
        // most texts that are none show it by their first word
        if into.is_empty() {
            into.reserve(16);
        }
        into.push(token);
        into.len() < MAX_TOKENS
    })
    .then_some(into)
}

/// Cuts folded `text`.
pub(super) fn tokens(text: &str, tables: &Tables, into: &mut Vec<Token>) {
    cut(text, tables, false, |token| {
        into.push(token);
        true
    });
}

/// Hands out token after token until `take` says no; whether it never did. `only_dates`: until the first that no date has.
fn cut(text: &str, tables: &Tables, only_dates: bool, mut take: impl FnMut(Token) -> bool) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut spaced = false;
    while at < bytes.len() {
        let byte = bytes[at];
        let start = at;
        if byte == b' ' || byte == b'\n' {
            spaced = true;
            at += 1;
            continue;
        }
        // few words begin with a figure: "1 分以内", "11-р сар"
        let worded = if byte.is_ascii_digit() { longest(tables, &text[at..]) } else { None };
        let kind = if let Some((length, meaning)) = worded {
            at += length;
            Kind::Word(meaning)
        } else if byte.is_ascii_digit() {
            let length = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
            at += length;
            if length > MAX_DIGITS {
                if only_dates {
                    return false;
                }
                Kind::Unknown
            } else {
                let number = bytes[start..at].iter().fold(0, |n, b| n * 10 + u32::from(b - b'0'));
                Kind::Number(number, length as u8)
            }
        } else {
            // a word may begin with a sign ("(e)ko"), so tables come first
            match longest(tables, &text[at..]) {
                Some((length, meaning)) => {
                    at += length;
                    Kind::Word(meaning)
                }
                None if byte.is_ascii() && !byte.is_ascii_alphabetic() => {
                    at += 1;
                    Kind::Sign(byte)
                }
                // the T of ISO 8601 may become a part of a date yet
                None if only_dates && byte != b't' => return false,
                None => {
                    at += unknown_length(&text[at..]);
                    Kind::Unknown
                }
            }
        };
        if !take(Token { kind, start: start as u32, end: at as u32, spaced }) {
            return false;
        }
        spaced = false;
    }
    true
}

/// A whole word of a script with spaces, else one character.
fn unknown_length(text: &str) -> usize {
    let mut length = 0;
    for c in text.chars() {
        if length > 0 && !(is_letter(c) && has_spaces(c)) {
            break;
        }
        length += c.len_utf8();
        if !(is_letter(c) && has_spaces(c)) {
            break;
        }
    }
    length
}
