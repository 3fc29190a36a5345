//! The last form of a text: what carries nothing is gone, what a reader sees is untouched.
//!
//! NFC; line ends are `\n`; no blanks at the ends of lines; one blank line at most between paragraphs; no-break spaces are
//! spaces; control characters, zero-width characters, direction marks and soft hyphens are dropped, joiners inside words and
//! emoji stay. Most posts are clean already: for them this is one scan and no copy.

use std::borrow::Cow;

use memchr::memchr_iter;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Cleans a text of one or more lines. Idempotent.
pub fn clean(text: &str) -> Cow<'_, str> {
    if is_clean(text) { Cow::Borrowed(text) } else { Cow::Owned(made_clean(text)) }
}

/// The same with a text of one's own, which mostly is handed back as it came.
pub(super) fn cleaned(text: String) -> String {
    if is_clean(&text) { text } else { made_clean(&text) }
}

fn made_clean(text: &str) -> String {
    let mut out = visible(text, end_line);
    trim_end(&mut out);
    let start = out.len() - out.trim_start_matches([' ', '\t', '\n']).len();
    out.drain(..start);
    composed(out)
}

/// NFC.
fn composed(text: String) -> String {
    let is_composed = |character: char| character.is_ascii() || is_composed(character);
    match text.chars().all(is_composed) || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        true => text,
        false => text.nfc().collect(),
    }
}

/// Cleans what stands on one line: a name, a title, a reason. Runs of blanks become one; `None` where nothing is left.
pub fn clean_line(text: &str) -> Option<String> {
    if is_plain_line(text) {
        return Some(text.to_owned());
    }
    let text = clean(text);
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    (!out.is_empty()).then_some(out)
}

/// The same with a line of one's own, which mostly is handed back as it came.
pub(super) fn cleaned_line(text: String) -> Option<String> {
    if is_plain_line(&text) { Some(text) } else { clean_line(&text) }
}

/// Whether a line is words of ASCII with one blank between each two of them, as most names and titles are: it is clean.
fn is_plain_line(text: &str) -> bool {
    let mut before = b' ';
    for byte in text.bytes() {
        if !(b' '..=b'~').contains(&byte) || byte == b' ' && before == b' ' {
            return false;
        }
        before = byte;
    }
    before != b' '
}

/// Cleans a piece of a longer text: as [`clean`] does, but blanks and line ends stay as many as they are.
pub fn clean_piece(text: &str) -> Cow<'_, str> {
    if is_clean(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(composed(visible(text, |out| out.push('\n'))))
}

/// The text without what carries nothing; `end_line` puts each end of a line.
fn visible(text: &str, end_line: impl Fn(&mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    loop {
        // most of a text stands as it is
        let rest = chars.as_str();
        let plain = rest.bytes().take_while(|byte| matches!(byte, b' '..=b'~' | b'\t')).count();
        out.push_str(&rest[..plain]);
        chars = rest[plain..].chars();
        let Some(character) = chars.next() else { break };
        if is_composed(character) {
            out.push(character);
            continue;
        }
        match kind(character) {
            Kind::Plain => out.push(character),
            Kind::Blank => out.push(' '),
            Kind::Break => {
                if let ('\r', Some(rest)) = (character, chars.as_str().strip_prefix('\n')) {
                    chars = rest.chars();
                }
                end_line(&mut out);
            }
            Kind::Nothing => {}
            Kind::Joiner => {
                let next = chars.clone().find(|next| !matches!(kind(*next), Kind::Nothing | Kind::Joiner));
                if joins(out.chars().next_back(), next) {
                    out.push(character);
                }
            }
        }
    }
    out
}

enum Kind {
    Plain,
    Blank,
    Break,
    Nothing,
    Joiner,
}

fn kind(character: char) -> Kind {
    match character {
        ' '..='~' | '\t' => Kind::Plain,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Kind::Break,
        '\u{a0}' | '\u{2007}' | '\u{202f}' => Kind::Blank,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => Kind::Nothing,
        // a character that stands for nothing to see: soft hyphen, Arabic letter mark, zero-width space, direction marks, word
        // joiner and invisible operators, byte order mark, interlinear anchors, the mark of an embedded object
        '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffc}' => Kind::Nothing,
        '\u{200c}' | '\u{200d}' | '\u{180e}' => Kind::Joiner,
        _ => Kind::Plain,
    }
}

/// Whether a joiner between these two carries something. In the joining scripts (Arabic to Tibetan, Mongolian) it does at a
/// word's end too: Malayalam's chillu letters and Persian abbreviations end in one.
fn joins(before: Option<char>, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    if matches!(before, '\u{200c}' | '\u{200d}' | '\u{180e}') {
        return false;
    }
    if matches!(before, '\u{600}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{1a20}'..='\u{1cff}' | '\u{a840}'..='\u{aaff}')
    {
        return !before.is_numeric();
    }
    let word = |c: char| c.is_alphanumeric() || !(c.is_ascii() || c.is_whitespace());
    word(before) && after.is_some_and(word)
}

/// Ends a line: no blanks before the break, at most one blank line, none at the start of the text.
fn end_line(out: &mut String) {
    let line_end = out.trim_end_matches([' ', '\t']).len();
    out.truncate(line_end);
    if !out.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
}

fn trim_end(out: &mut String) {
    let end = out.trim_end_matches([' ', '\t', '\n']).len();
    out.truncate(end);
}

/// Whether [`clean`] would change nothing. Says no where it is not sure.
fn is_clean(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return true };
    if first.is_ascii_whitespace() || last.is_ascii_whitespace() {
        return false;
    }
    // without branches, so that it goes over many bytes at once
    let odd = |byte: u8| (byte < b' ') & (byte != b'\n') & (byte != b'\t') | (byte == 0x7f);
    if bytes.iter().fold(false, |any, byte| any | odd(*byte)) {
        return false;
    }
    // before any other whitespace a break still counts: a blank line may hold blanks, and then ends in one
    let is_odd_break = |at: usize| {
        matches!(bytes.get(at.wrapping_sub(1)), Some(b' ' | b'\t')) || bytes.get(at + 1..at + 3) == Some(b"\n\n")
    };
    !memchr_iter(b'\n', bytes).any(is_odd_break) && (text.is_ascii() || is_clean_beyond_ascii(text))
}

fn is_clean_beyond_ascii(text: &str) -> bool {
    let mut composed = true;
    for character in text.chars().filter(|c| !c.is_ascii()) {
        if !is_composed(character) {
            if !matches!(kind(character), Kind::Plain) {
                return false;
            }
            composed = false;
        }
    }
    composed || is_nfc_quick(text.chars()) == IsNormalized::Yes
}

/// Whether a character is plain, and NFC whatever stands before it: the letters that most of the world's posts are written with.
fn is_composed(character: char) -> bool {
    if ('\u{4e00}'..='\u{9fff}').contains(&character) {
        return true;
    }
    matches!(character,
        '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{17f}'
        | '\u{391}'..='\u{3a1}' | '\u{3a3}'..='\u{3ce}' | '\u{400}'..='\u{482}' | '\u{48a}'..='\u{52f}'
        | '\u{5d0}'..='\u{5ea}' | '\u{60c}' | '\u{61f}' | '\u{621}'..='\u{63a}' | '\u{641}'..='\u{64a}' | '\u{660}'..='\u{66c}'
        | '\u{e01}'..='\u{e37}' | '\u{1ea0}'..='\u{1ef9}'
        | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{2190}'..='\u{21ff}' | '\u{2500}'..='\u{27bf}'
        | '\u{3001}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30ff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{ff01}'..='\u{ff9d}' | '\u{1f300}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(input: &str, expected: &str) {
        assert_eq!(clean(input), expected, "{input:?}");
        assert_eq!(clean(expected), expected, "again: {expected:?}");
    }

    #[test]
    fn what_carries_nothing_is_gone() {
        check("plain text\n\nsecond paragraph", "plain text\n\nsecond paragraph");
        check("  \n a \t\n\n\n\n b  ", "a\n\n b");
        check("a\r\nb\rc\u{2028}d", "a\nb\nc\nd");
        check("5\u{a0}000\u{202f}km", "5 000 km");
        check("ad\u{ad}mi\u{200b}ni\u{2060}stration\u{feff}", "administration");
        check("\u{202b}abc\u{202c} \u{200e}def\u{61c}", "abc def");
        check("bell\u{7}, escape\u{1b}, delete\u{7f}, \u{9b}", "bell, escape, delete,");
        check("", "");
        check("\u{feff}\n \u{200b}", "");
    }

    #[test]
    fn composed_as_nfc() {
        check("e\u{301}te\u{301}", "été");
        check("e\u{200b}\u{301}", "é");
        check("\u{1100}\u{1161}", "가");
    }

    #[test]
    fn what_counts_as_composed_is() {
        for character in ('\u{80}'..=char::MAX).filter(|c| is_composed(*c)) {
            // alone and after any starter: NFC changes nothing
            assert!(character.nfc().eq([character]), "{character:?}");
            assert_eq!(is_nfc_quick(['a', character].into_iter()), IsNormalized::Yes, "{character:?}");
            assert!(matches!(kind(character), Kind::Plain), "{character:?}");
        }
    }

    #[test]
    fn joiners_stay_where_they_join() {
        check("می\u{200c}خواهم", "می\u{200c}خواهم");
        check("👩\u{200d}👩\u{200d}👧", "👩\u{200d}👩\u{200d}👧");
        check("❤\u{fe0f}\u{200d}🔥", "❤\u{fe0f}\u{200d}🔥");
        check("ന\u{d4d}\u{200d}", "ന\u{d4d}\u{200d}");
        check("Auf\u{200c}lage", "Auf\u{200c}lage");
        check("end\u{200c} of \u{200d}word, (\u{200d})", "end of word, ()");
        check("\u{200d}start", "start");
        check("a\u{200d}\u{200b}\u{200d}b", "a\u{200d}b");
    }

    #[test]
    fn a_piece_keeps_its_edges() {
        assert_eq!(clean_piece("  a\u{a0}b\u{200b}\r\n\n\n c "), "  a b\n\n\n c ");
        assert_eq!(clean_piece(" plain "), " plain ");
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(clean_line("  two\u{a0} \n words "), Some("two words".to_owned()));
        assert_eq!(clean_line(" \u{200b} "), None);
    }

    proptest! {
        #[test]
        fn cleaning_again_changes_nothing(text in "(?s)[a-c \t\n\r\u{a0}\u{ad}\u{200b}-\u{200f}\u{301}\u{2028}é世👩\u{fe0f}ن]{0,40}|.{0,40}") {
            let once = clean(&text).into_owned();
            prop_assert_eq!(&clean(&once), &once);
        }

        #[test]
        fn no_letter_is_lost(text in ".{0,60}") {
            let letters = |s: &str| s.nfc().filter(|c| c.is_alphanumeric()).collect::<String>();
            prop_assert_eq!(letters(&clean(&text)).len(), letters(&text).len());
        }
    }
}
