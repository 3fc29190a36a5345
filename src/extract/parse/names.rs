//! Names of elements and attributes, interned once a page: looking one up in html5ever's own table costs more than reading it.

use html5ever::LocalName;

/// Places for names; a page has some dozens.
const PLACES: usize = 512;

/// The names that were met last.
pub(in crate::extract) struct Names(Vec<Option<LocalName>>);

impl Names {
    pub(in crate::extract) fn new() -> Names {
        Names(vec![None; PLACES])
    }

    /// The name of a word, in lower case.
    #[inline]
    pub(in crate::extract) fn of(&mut self, word: &str) -> LocalName {
        let place = &mut self.0[place(word.as_bytes())];
        if let Some(known) = place.as_ref().filter(|known| str::eq_ignore_ascii_case(known, word)) {
            return known.clone();
        }
        let name = match word.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => LocalName::from(word.to_ascii_lowercase()),
            false => LocalName::from(word),
        };
        place.insert(name).clone()
    }
}

/// The place of a word: by its first and its last four bytes and its length, whatever the case.
#[inline]
fn place(word: &[u8]) -> usize {
    let read = |four: Option<&[u8; 4]>| u64::from(four.map_or(0, |four| u32::from_le_bytes(*four) | 0x2020_2020));
    let (first, last) = match word.len() {
        4.. => (read(word.first_chunk()), read(word.last_chunk())),
        _ => (word.iter().fold(0, |all, byte| all << 8 | u64::from(byte | 0x20)), 0),
    };
    let mixed = (first | last << 32 ^ (word.len() as u64) << 59).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 55) as usize % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_lower_case() {
        let mut names = Names::new();
        for word in ["a", "A", "div", "DIV", "data-Post-Id", "data-post-id", "É", "blockquote", "[x]", "{x}"] {
            assert_eq!(&*names.of(word), word.to_ascii_lowercase(), "{word}");
        }
    }
}
