//! Places and dates as they stand in datelines. A date is only recognised here, never computed.

use super::names::Articles;
use crate::normalize::date::is_letter;

/// Small words inside the name of a place.
const PARTICLES: &[&str] = &[
    "de", "del", "la", "las", "los", "el", "al", "am", "an", "der", "den", "do", "da", "dos", "of", "the", "and",
    "sur", "sous", "upon", "on", "na", "nad", "e", "di",
];

/// Words of a place; longer ones are sentences.
const MOST_WORDS: usize = 4;

/// The end of what has the shape of a place name at the start of `text`: up to four words that begin with a capital, or are
/// of a script without capitals.
pub(super) fn place(articles: &Articles, text: &str) -> Option<usize> {
    let mut end = 0;
    let mut words = 0;
    let mut rest = text;
    loop {
        let word = word(rest);
        let first = word.chars().next()?;
        let is_name = is_letter(first) && !first.is_lowercase();
        let particle = words > 0 && PARTICLES.contains(&word);
        // "LONDON Nov 6": the month is the date's
        let dated = words > 0 && next_is_digit(&rest[word.len()..]) && articles.is_month(word.trim_end_matches('.'));
        if dated || !(is_name || particle) {
            break;
        }
        if is_name {
            words += 1;
            end = text.len() - rest.len() + word.len();
        }
        if words == MOST_WORDS {
            break;
        }
        rest = &rest[word.len()..];
        match rest.strip_prefix(' ') {
            Some(after) if after.chars().next().is_some_and(char::is_alphabetic) => rest = after,
            _ => break,
        }
    }
    (words > 0).then_some(end)
}

/// A word of a name at the start of `text`: letters and marks, apostrophes and hyphens between them, the full stop of a short
/// abbreviation ("St.", "N.Y."). May be empty.
fn word(text: &str) -> &str {
    let mut end = 0;
    let mut letters = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, character)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        match character {
            '-' | '\'' | '’' | '/' if letters > 0 && next.is_some_and(is_letter) => letters = 0,
            '.' if (1..=4).contains(&letters) && abbreviates(letters, &text[at + 1..]) => letters = 0,
            c if is_letter(c) || is_mark(c) => letters += 1,
            _ => break,
        }
        end = at + character.len_utf8();
    }
    &text[..end]
}

/// Whether the full stop before `rest`, after so many letters, belongs to an abbreviation.
fn abbreviates(letters: usize, rest: &str) -> bool {
    match rest.chars().next() {
        Some(',') => true,
        Some(c) if c.is_alphabetic() => letters <= 2,
        Some(' ') => {
            let after = rest.trim_start();
            after.starts_with(['(', '[', '—', '–', '/'])
                || after.starts_with("--")
                || letters <= 3 && after.chars().next().is_some_and(char::is_uppercase)
        }
        _ => false,
    }
}

fn is_mark(character: char) -> bool {
    !character.is_ascii() && (unicode_normalization::char::is_combining_mark(character) || character == '\u{200c}')
}

fn next_is_digit(text: &str) -> bool {
    text.trim_start_matches([' ', '.']).starts_with(|c: char| c.is_ascii_digit())
}

/// The end of a date at the start of `text`: with a month's name, in figures, a weekday; or a lone day before a bracket
/// ("MADRID, 7 (EUROPA PRESS)").
pub(super) fn date(articles: &Articles, text: &str) -> Option<usize> {
    let mut end = 0;
    let mut told = false;
    let mut at = 0;
    while at < text.len() {
        let Some((length, kind)) = token(articles, &text[at..], at > 0) else { break };
        told |= kind == Token::Telling;
        if kind != Token::Particle {
            end = at + length;
        }
        at += length;
        let rest = &text[at..];
        let blank = rest.trim_start_matches(' ');
        match blank.strip_prefix(',') {
            // after a comma only a year or a weekday goes on
            Some(after) if goes_on(articles, after.trim_start()) => at = text.len() - after.trim_start().len(),
            _ if blank.len() < rest.len() || kind == Token::Digits && !blank.starts_with([',', '.', ':']) => {
                at = text.len() - blank.len()
            }
            _ => break,
        }
    }
    let lone_day = end > 0 && text[end..].trim_start().starts_with('(');
    (told || lone_day).then_some(end).filter(|end| *end > 0)
}

/// Whether `text` begins with the name of a month.
pub(super) fn date_word(articles: &Articles, text: &str) -> bool {
    let word = word(text).trim_end_matches('.');
    word.len() > 2 && articles.is_month(word)
}

fn goes_on(articles: &Articles, text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits == 4 || articles.is_weekday(word(text))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    /// A month, a weekday, or a whole date in figures.
    Telling,
    /// A day or a year.
    Digits,
    /// "de", "of", "г.".
    Particle,
}

fn token(articles: &Articles, text: &str, inside: bool) -> Option<(usize, Token)> {
    let figures = text.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'/' | b'.' | b'-')).count();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        let whole = text[..figures].trim_end_matches(['.', '-']);
        if whole.len() >= 3 && whole.bytes().any(|b| !b.is_ascii_digit()) {
            return Some((whole.len(), Token::Telling));
        }
        if digits != 4 && digits > 2 {
            return None;
        }
        let suffix = ["st", "nd", "rd", "th", "er", "º", "ª"]
            .iter()
            .find(|suffix| text[digits..].starts_with(**suffix))
            .map_or(0, |suffix| suffix.len());
        // "7. listopadu", "november 7., csütörtök": an ordinal's full stop
        let stop = usize::from(suffix == 0 && ordinal(articles, &text[digits..]));
        return Some((digits + suffix + stop, Token::Digits));
    }
    let word = word(text);
    let bare = word.trim_end_matches('.');
    if bare.is_empty() {
        return None;
    }
    if articles.is_month(bare) {
        return Some((
            bare.len() + usize::from(short_month(bare) && text[bare.len()..].starts_with('.')),
            Token::Telling,
        ));
    }
    if articles.is_weekday(bare) {
        return Some((bare.len(), Token::Telling));
    }
    let particle = matches!(bare, "de" | "del" | "of" | "d" | "г" | "р" | "год" | "года" | "року" | "оны");
    (inside && particle).then(|| (bare.len() + usize::from(text[bare.len()..].starts_with('.')), Token::Particle))
}

fn ordinal(articles: &Articles, text: &str) -> bool {
    let Some(rest) = text.strip_prefix('.') else { return false };
    rest.starts_with(',')
        || rest.starts_with(" (")
        || rest.strip_prefix(' ').is_some_and(|rest| articles.is_month(word(rest).trim_end_matches('.')))
}

/// Whether a month's name is an abbreviation, so that a full stop after it is part of it.
fn short_month(name: &str) -> bool {
    name.chars().count() <= 4
        && !matches!(
            name.to_lowercase().as_str(),
            "may"
                | "mai"
                | "maj"
                | "mei"
                | "mac"
                | "мая"
                | "май"
                | "мај"
                | "juin"
                | "août"
                | "mayo"
                | "june"
                | "july"
                | "juni"
                | "juli"
                | "juin "
                | "ocak"
                | "ekim"
                | "mars"
        )
}
