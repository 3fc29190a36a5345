//! Finds which of many marks a page holds, in a pass or two that look at few of its bytes.
//!
//! The search of Wu and Manber: a window slides over the text, and the four bytes at its end tell how far it may jump before a
//! piece of a mark could stand in it. The piece is the rarest of each mark, since many begin with `class="`. Long marks have a
//! window of their own, which jumps farther. Case of ASCII letters does not matter.

/// Bytes that are looked at together.
const GRAM: usize = 4;
/// Slots for what four bytes say, as bits.
const SLOTS: u32 = 14;
/// Marks of so many bytes are long.
const LONG: usize = 12;

/// Marks, compiled.
pub(super) struct Marks {
    marks: Vec<Vec<u8>>,
    passes: Vec<Pass>,
    /// Marks too short for a window.
    short: Vec<usize>,
}

/// A window and the marks that it finds.
struct Pass {
    length: usize,
    /// By the bytes at the window's end, how far the window may move; 0: the piece of a mark may fill it.
    jumps: Box<[u8; 1 << SLOTS]>,
    /// The marks by the last bytes of their piece, in the order of those.
    pieces: Vec<Piece>,
}

/// The piece of a mark that is looked for.
struct Piece {
    /// Its last bytes.
    gram: u32,
    mark: usize,
    /// How far from the mark's beginning it ends.
    end: usize,
}

impl Marks {
    pub(super) fn new<'m>(marks: impl Iterator<Item = &'m str>) -> Marks {
        let marks: Vec<Vec<u8>> = marks.map(|mark| mark.to_ascii_lowercase().into_bytes()).collect();
        let numbers = |from: usize, to: usize| -> Vec<usize> {
            (0..marks.len()).filter(|number| (from..to).contains(&marks[*number].len())).collect()
        };
        let short = numbers(1, GRAM);
        let passes = [numbers(GRAM, LONG), numbers(LONG, usize::MAX)];
        let passes = passes.iter().filter(|numbers| !numbers.is_empty()).map(|numbers| Pass::new(&marks, numbers));
        Marks { passes: passes.collect(), marks, short }
    }

    /// Calls `found` with the number of each mark that the text holds, once.
    pub(super) fn in_text(&self, text: &[u8], mut found: impl FnMut(usize)) {
        let mut seen = vec![false; self.marks.len()];
        for pass in &self.passes {
            pass.in_text(text, |piece, end| {
                let is_new = !seen[piece.mark]
                    && end.checked_sub(piece.end).is_some_and(|start| begins(&text[start..], &self.marks[piece.mark]));
                if is_new {
                    seen[piece.mark] = true;
                    found(piece.mark);
                }
            });
        }
        for &number in &self.short {
            let mark = &self.marks[number];
            if text.windows(mark.len()).any(|part| part.eq_ignore_ascii_case(mark)) {
                found(number);
            }
        }
    }
}

impl Pass {
    fn new(marks: &[Vec<u8>], numbers: &[usize]) -> Pass {
        let length = numbers.iter().map(|number| marks[*number].len()).min().unwrap_or(GRAM).min(64);
        // What many marks hold, pages hold often.
        let mut uses = vec![0u16; 1 << SLOTS];
        for mark in numbers.iter().map(|number| &marks[*number]) {
            (GRAM..=mark.len()).for_each(|end| uses[slot(gram(mark, end))] += 1);
        }
        let longest = u8::try_from(length - GRAM + 1).unwrap_or(u8::MAX);
        let mut jumps = Box::new([longest; 1 << SLOTS]);
        let mut pieces = Vec::with_capacity(numbers.len());
        for &number in numbers {
            let mark = &marks[number];
            let rarest = (length..=mark.len()).rev().min_by_key(|end| uses[slot(gram(mark, *end))]).unwrap_or(length);
            for end in rarest - length + GRAM..=rarest {
                let jump = u8::try_from(rarest - end).unwrap_or(u8::MAX);
                let known = &mut jumps[slot(gram(mark, end))];
                *known = jump.min(*known);
            }
            pieces.push(Piece { gram: gram(mark, rarest), mark: number, end: rarest });
        }
        pieces.sort_by_key(|piece| piece.gram);
        Pass { length, jumps, pieces }
    }

    #[inline]
    fn in_text(&self, text: &[u8], mut found: impl FnMut(&Piece, usize)) {
        // Where the last bytes of the window begin.
        let mut at = self.length - GRAM;
        while let Some(last) = text.get(at..).and_then(<[u8]>::first_chunk) {
            let gram = folded(*last);
            let jump = self.jumps[slot(gram)];
            if jump > 0 {
                at += usize::from(jump);
                continue;
            }
            let first = self.pieces.partition_point(|piece| piece.gram < gram);
            self.pieces[first..]
                .iter()
                .take_while(|piece| piece.gram == gram)
                .for_each(|piece| found(piece, at + GRAM));
            at += 1;
        }
    }
}

fn begins(text: &[u8], mark: &[u8]) -> bool {
    text.get(..mark.len()).is_some_and(|part| part.eq_ignore_ascii_case(mark))
}

/// The bytes before `end`, folded so that case makes no difference.
fn gram(text: &[u8], end: usize) -> u32 {
    text[..end].last_chunk::<GRAM>().map_or(0, |bytes| folded(*bytes))
}

#[inline(always)]
fn folded(bytes: [u8; GRAM]) -> u32 {
    u32::from_le_bytes(bytes) | 0x2020_2020
}

#[inline(always)]
fn slot(gram: u32) -> usize {
    (gram.wrapping_mul(0x9e37_79b1) >> (32 - SLOTS)) as usize
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
