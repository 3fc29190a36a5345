//! One spelling for many: text made comparable, with the way back to where each byte came from.
//!
//! Folding lowers case, takes accents off Latin, Greek and Cyrillic letters, makes every script's digits `0`-`9`, every
//! dash, quotation mark and space one, brings the Arabic letters that packs mix up together, and drops marks that have
//! no width. It is for recognising only: what is handed out is always cut from the original.

use std::{ops::Range, sync::LazyLock};

use unicode_normalization::char::decompose_canonical;

/// Text made comparable.
pub(crate) struct Folded {
    /// The folded text; runs of white space are one space, or one line feed where there is one among them; two where a line
    /// is left blank.
    pub(crate) text: String,
    /// Before this byte every character stands where it stood.
    even: usize,
}

impl Folded {
    /// Folds `text`.
    pub(crate) fn new(text: &str) -> Folded {
        if is_plain(text.as_bytes()) {
            return Folded { text: text.to_ascii_lowercase(), even: usize::MAX };
        }
        let mut folded = String::with_capacity(text.len() + 8);
        let mut even = None;
        walk(text, |c, from| {
            if folded.len() != from && even.is_none() {
                even = Some(folded.len());
            }
            folded.push(c);
            true
        });
        let all = if folded.len() == text.len() { usize::MAX } else { folded.len() };
        Folded { text: folded, even: even.unwrap_or(all) }
    }

    /// Where the byte at `at` of the folded text stands in `original`, the text it was made from.
    pub(crate) fn origin(&self, original: &str, at: usize) -> usize {
        if at < self.even {
            return at;
        }
        // walked again, since few texts are ever asked
        let mut length = 0;
        let mut origin = original.len();
        walk(original, |c, from| {
            if length >= at {
                origin = from;
                return false;
            }
            length += c.len_utf8();
            true
        });
        origin
    }

    /// The part of `original` that `range` of the folded text came from, without white space around it.
    pub(crate) fn cut<'t>(&self, original: &'t str, range: Range<usize>) -> &'t str {
        let (start, end) = (self.origin(original, range.start), self.origin(original, range.end));
        original[start..end.max(start)].trim_matches(is_blank)
    }
}

/// Hands out each folded character and the byte it came from, until `emit` says no.
fn walk(text: &str, mut emit: impl FnMut(char, usize) -> bool) {
    let table = FOLDS.as_slice();
    // white space waits for what follows, since the line feeds among it count
    let mut blank: Option<(&'static str, usize)> = None;
    for (at, c) in text.char_indices() {
        // letters and signs that mean themselves: most of all
        if (is_ascii_itself(c) || ('\u{3041}'..='\u{9fff}').contains(&c)) && blank.is_none() {
            match emit(c.to_ascii_lowercase(), at) {
                true => continue,
                false => return,
            }
        }
        let (first, second) = match fold_char(table, c) {
            Fold::One(' ') => {
                blank.get_or_insert((" ", at));
                continue;
            }
            Fold::One('\n') => {
                blank = Some(match blank {
                    Some((" ", from)) => ("\n", from),
                    Some((_, from)) => ("\n\n", from),
                    None => ("\n", at),
                });
                continue;
            }
            Fold::One(c) => (c, None),
            Fold::Two(a, b) => (a, Some(b)),
            Fold::Nothing => continue,
        };
        if blank.take().is_some_and(|(blank, from)| !blank.chars().all(|c| emit(c, from))) || !emit(first, at) {
            return;
        }
        if second.is_some_and(|c| !emit(c, at)) {
            return;
        }
    }
    if let Some((blank, from)) = blank {
        blank.chars().all(|c| emit(c, from));
    }
}

/// Folds a short text whose origin does not matter.
pub(crate) fn fold(text: &str) -> String {
    Folded::new(text).text
}

/// The last character boundary that is not after `at`.
pub(crate) fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// White space, and marks that have no width.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || has_no_width(c)
}

/// Whether it is a letter; what most texts are written in is known without the tables of Unicode.
#[inline]
pub(crate) fn is_letter(c: char) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{e0}'..='\u{f6}' | '\u{100}'..='\u{24f}' | '\u{3b1}'..='\u{3f5}' => true,
        '\u{400}'..='\u{481}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => true,
        '\0'..='\u{7f}' => false,
        c => c.is_alphabetic(),
    }
}

/// Zero-width and direction marks, soft hyphens.
fn has_no_width(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// ASCII without runs of white space: folds byte by byte. Without branches, so that it goes over many bytes at once.
fn is_plain(text: &[u8]) -> bool {
    let printed = text.iter().fold(true, |all, &b| all & (b.wrapping_sub(b' ') < 0x5f) & (b != b'`'));
    let neighbours = || text.iter().zip(text.get(1..).unwrap_or_default());
    printed && !neighbours().fold(false, |any, (a, b)| any | ((*a == b' ') & (*b == b' ')))
}

/// A sign or letter of ASCII that only its case may be taken from.
fn is_ascii_itself(c: char) -> bool {
    ('!'..'\x7f').contains(&c) && c != '`'
}

enum Fold {
    Nothing,
    One(char),
    Two(char, char),
}

/// Code points below this are looked up.
const TABLE: usize = 0x2100;
/// Stands for what [`several`] tells.
const SEVERAL: u32 = u32::MAX;

static FOLDS: LazyLock<Vec<u32>> =
    LazyLock::new(|| (0..TABLE as u32).map(|c| char::from_u32(c).map_or(SEVERAL, work_out)).collect());

#[inline]
fn fold_char(table: &[u32], c: char) -> Fold {
    if is_ascii_itself(c) {
        return Fold::One(c.to_ascii_lowercase());
    }
    if let Some(folded) = table.get(c as usize) {
        // what is no character is two of them, or nothing
        return char::from_u32(*folded).map_or_else(|| several(c), Fold::One);
    }
    match c {
        '\u{3000}' => Fold::One(' '),
        '。' | '．' => Fold::One('.'),
        '、' | '，' => Fold::One(','),
        '【' => Fold::One('['),
        '】' => Fold::One(']'),
        '\u{ff01}'..='\u{ff5e}' => {
            let ascii = char::from_u32(c as u32 - 0xfee0).unwrap_or(c);
            Fold::One(ascii.to_ascii_lowercase())
        }
        '\u{feff}' | '\u{fe0e}' | '\u{fe0f}' => Fold::Nothing,
        _ => Fold::One(c),
    }
}

/// What folds to no single character.
fn several(c: char) -> Fold {
    match c {
        'ǆ' | 'ǅ' | 'Ǆ' => Fold::Two('d', 'z'),
        'ǉ' | 'ǈ' | 'Ǉ' => Fold::Two('l', 'j'),
        'ǌ' | 'ǋ' | 'Ǌ' => Fold::Two('n', 'j'),
        _ => Fold::Nothing,
    }
}

/// First digits of the scripts whose digits forums print.
const ZEROS: [u32; 17] = [
    0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0e50, 0x0ed0, 0x0f20,
    0x1040, 0x17e0, 0x1810,
];

fn work_out(c: char) -> u32 {
    if c == '\n' || c == '\u{2028}' || c == '\u{2029}' {
        return '\n' as u32;
    }
    if c.is_whitespace() || c == '\u{180e}' {
        return ' ' as u32;
    }
    if let Some(zero) = ZEROS.iter().find(|&&zero| (zero..zero + 10).contains(&(c as u32))) {
        return '0' as u32 + (c as u32 - zero);
    }
    let folded = match c {
        // no width, or marks on letters
        c if has_no_width(c) || c.is_control() => return SEVERAL,
        'ǆ' | 'ǅ' | 'Ǆ' | 'ǉ' | 'ǈ' | 'Ǉ' | 'ǌ' | 'ǋ' | 'Ǌ' => return SEVERAL,
        // punctuation
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{5be}' => '-',
        '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{2bc}' | '\u{2b9}' | '`' | '\u{b4}' | '\u{5f3}' => '\'',
        '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{5f4}' => '"',
        '\u{60c}' => ',',
        '\u{61b}' => ';',
        '\u{6d4}' | '\u{964}' => '.',
        // Arabic letters that packs mix up
        '\u{622}' | '\u{623}' | '\u{625}' | '\u{671}' => '\u{627}',
        '\u{64a}' | '\u{649}' | '\u{626}' => '\u{6cc}',
        '\u{643}' => '\u{6a9}',
        '\u{624}' => '\u{648}',
        // letters that Unicode does not take apart
        'ı' => 'i',
        'đ' | 'Đ' => 'd',
        'ł' | 'Ł' => 'l',
        'ø' | 'Ø' => 'o',
        'ς' => 'σ',
        _ => {
            let lower = c.to_lowercase().next().unwrap_or(c);
            let takes_apart = lower < '\u{530}' || ('\u{1e00}'..'\u{2000}').contains(&lower);
            let mut base = lower;
            if takes_apart {
                let mut first = None;
                decompose_canonical(lower, |part| {
                    first.get_or_insert(part);
                });
                base = first.unwrap_or(lower);
            }
            base
        }
    };
    folded as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_meet() {
        for (text, expected) in [
            ("Last  Edited\u{a0}by", "last edited by"),
            ("Última Edición", "ultima edicion"),
            ("٠١۲３", "0123"),
            ("Düzenleyen: İ ı", "duzenleyen: i i"),
            ("۱۴۰۳-۸-۱۷، ۰۲:۲۰", "1403-8-17, 02:20"),
            ("Posledǌa", "poslednja"),
            ("\u{200f}7\u{200e}–11", "7-11"),
            ("最后由：（X）", "最后由:(x)"),
            ("a \r\n b \n \n\n c", "a\nb\n\nc"),
        ] {
            assert_eq!(fold(text), expected, "{text}");
        }
    }

    #[test]
    fn letters_are_those_of_unicode() {
        assert!(('\0'..=char::MAX).all(|c| is_letter(c) == c.is_alphabetic()));
    }

    #[test]
    fn cuts_come_from_the_original() {
        let text = "por\u{a0}\u{a0}João: 7\u{200b}-11";
        let folded = Folded::new(text);
        let at = folded.text.find("joao").unwrap();
        assert_eq!(folded.cut(text, at..at + 4), "João");
        assert_eq!(folded.cut(text, at + 5..folded.text.len()), "7\u{200b}-11");
    }
}
