//! Finds which of many marks a page holds, in one pass that looks at few of its bytes.
//!
//! The search of Wu and Manber: a window slides over the text, and the four bytes at its end tell how far it may jump before a
//! mark could begin. Case of ASCII letters does not matter.

use std::collections::HashMap;

/// Bytes that are looked at together.
const GRAM: usize = 4;
/// Slots for what four bytes say.
const SLOTS: usize = 1 << 13;

/// Marks, compiled.
pub(super) struct Marks {
    marks: Vec<Vec<u8>>,
    /// Length of the window: that of the shortest mark that fills one.
    window: usize,
    /// By the bytes at the window's end, how far the window may move; 0: a mark may begin with it.
    jumps: Vec<u8>,
    /// By the bytes at the window's end, the marks that may begin with it.
    by_gram: HashMap<u32, Vec<usize>>,
    /// Marks too short for a window.
    short: Vec<usize>,
}

impl Marks {
    pub(super) fn new<'m>(marks: impl Iterator<Item = &'m str>) -> Marks {
        let marks: Vec<Vec<u8>> = marks.map(|mark| mark.to_ascii_lowercase().into_bytes()).collect();
        let long = |mark: &&Vec<u8>| mark.len() >= GRAM;
        let window = marks.iter().filter(long).map(Vec::len).min().unwrap_or(GRAM).min(64);
        let longest = u8::try_from(window - GRAM + 1).unwrap_or(u8::MAX);
        let mut jumps = vec![longest; SLOTS];
        let mut by_gram: HashMap<u32, Vec<usize>> = HashMap::new();
        let mut short = Vec::new();
        for (number, mark) in marks.iter().enumerate() {
            if mark.len() < GRAM {
                short.push(number);
                continue;
            }
            for end in GRAM..=window {
                let gram = gram(mark, end);
                let jump = u8::try_from(window - end).unwrap_or(u8::MAX);
                jumps[slot(gram)] = jumps[slot(gram)].min(jump);
                if end == window {
                    by_gram.entry(gram).or_default().push(number);
                }
            }
        }
        Marks { marks, window, jumps, by_gram, short }
    }

    /// Calls `found` with the number of each mark that the text holds, once.
    pub(super) fn in_text(&self, text: &[u8], mut found: impl FnMut(usize)) {
        let mut seen = vec![false; self.marks.len()];
        let mut end = self.window;
        while end <= text.len() {
            let gram = gram(text, end);
            let jump = self.jumps[slot(gram)];
            if jump > 0 {
                end += usize::from(jump);
                continue;
            }
            let start = end - self.window;
            for &number in self.by_gram.get(&gram).map_or(&[][..], Vec::as_slice) {
                if !seen[number] && begins(&text[start..], &self.marks[number]) {
                    seen[number] = true;
                    found(number);
                }
            }
            end += 1;
        }
        for &number in &self.short {
            let mark = &self.marks[number];
            if !mark.is_empty() && text.windows(mark.len()).any(|part| part.eq_ignore_ascii_case(mark)) {
                found(number);
            }
        }
    }
}

fn begins(text: &[u8], mark: &[u8]) -> bool {
    text.get(..mark.len()).is_some_and(|part| part.eq_ignore_ascii_case(mark))
}

/// The bytes before `end`, folded so that case makes no difference.
#[inline]
fn gram(text: &[u8], end: usize) -> u32 {
    text[..end].last_chunk::<GRAM>().map_or(0, |bytes| u32::from_le_bytes(*bytes)) | 0x2020_2020
}

#[inline]
fn slot(gram: u32) -> usize {
    (gram.wrapping_mul(0x9e37_79b1) >> 19) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(marks: &[&str], text: &str) -> Vec<usize> {
        let mut all = Vec::new();
        Marks::new(marks.iter().copied()).in_text(text.as_bytes(), |number| all.push(number));
        all.sort_unstable();
        all
    }

    #[test]
    fn marks_are_found_wherever_they_stand() {
        let check = |marks: &[&str], text: &str, expected: &[usize]| assert_eq!(found(marks, text), expected, "{text}");
        check(&["discuz", "phpBB", "div id"], "Powered by DISCUZ!", &[0]);
        check(&["discuz", "phpBB", "div id"], "<div id=phpbb>", &[1, 2]);
        check(&["abcdef", "cdefgh", "cdef"], "xabcdefgh", &[0, 1, 2]);
        check(&["ab", "", "abc"], "xxAB", &[0]);
        check(&["abcd"], "abc", &[]);
        check(&["long enough to fill many windows"], "it is LONG ENOUGH to fill many windows", &[0]);
        check(&[], "text", &[]);
    }

    proptest::proptest! {
        #[test]
        fn as_a_plain_search_does(marks in proptest::collection::vec("[a-cA-C\"]{1,9}", 0..8), text in "[a-cA-C\" ]{0,200}") {
            let marks: Vec<&str> = marks.iter().map(String::as_str).collect();
            let holds = |mark: &str| text.to_ascii_lowercase().contains(&mark.to_ascii_lowercase());
            let expected: Vec<usize> = (0..marks.len()).filter(|number| holds(marks[*number])).collect();
            proptest::prop_assert_eq!(found(&marks, &text), expected);
        }
    }
}
