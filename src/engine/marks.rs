//! Finds which of many marks a page holds, in passes that look at few of its bytes.
//!
//! A pass looks at four bytes after every so many: each mark that is long enough has such four bytes at one of those places,
//! wherever it stands. The places do not hang on one another, so that a machine reads many of them at once, and nearly all
//! are done with by one look at a table. Of a mark that part is looked for whose bytes are rare in other marks and in pages. Long
//! marks are looked for first: what they tell is often enough. Case of ASCII letters does not matter.

use memchr::memchr2_iter;

/// Bytes that are looked at together.
const GRAM: usize = 4;
/// Bits that four bytes are told apart by.
const SLOTS: u32 = 14;
/// How far apart the places of long marks are, …
const FAR: usize = 8;
/// … and those of shorter ones. Of these the last place may reach over the mark's end by a byte.
const NEAR: usize = 4;
/// What every page holds often: a part of a mark that looks like it costs a look at each.
const COMMON: &str = "<div class=\"<span class=\"<a href=\"http://www. https:// .com/ .php? index.php? style=\" title=\" id=\"\
    </span></div></a></li></td> <td class=\" <li class=\" <img src=\" alt=\" name=\" content=\" type=\" value=\" rel=\"\
    text/javascript width= height= onclick=\" &amp; &nbsp; post thread forum topic images/ ; \n\t\t    </";

/// Marks, compiled.
pub(super) struct Marks {
    marks: Vec<Vec<u8>>,
    far: Pass<FAR>,
    near: Pass<NEAR>,
    /// Marks that are too short for a pass.
    short: Vec<usize>,
    stages: Vec<Vec<usize>>,
}

/// Places at a distance and the marks that are found there.
struct Pass<const APART: usize> {
    /// By the bytes at a place, whether a gram may be there.
    may_be: Box<[bool; 1 << SLOTS]>,
    /// By the same, where the grams begin that it may be.
    starts: Vec<u32>,
    grams: Vec<Gram>,
}

/// Four bytes of a mark.
#[derive(Clone, Copy)]
struct Gram {
    bytes: u32,
    mark: u32,
    /// How far from the mark's beginning they stand.
    at: u32,
    /// The last four bytes of the mark, which tell it better than its first, …
    last: u32,
    /// … and how far from its beginning they stand.
    last_at: u32,
}

impl Marks {
    /// How many stages there are: see [`Marks::in_text`].
    pub(super) const STAGES: usize = 2;

    pub(super) fn new<'m>(marks: impl Iterator<Item = &'m str>) -> Marks {
        let marks: Vec<Vec<u8>> = marks.map(|mark| mark.to_ascii_lowercase().into_bytes()).collect();
        let numbers = |from: usize, to: usize| -> Vec<usize> {
            (0..marks.len()).filter(|number| (from..to).contains(&marks[*number].len())).collect()
        };
        let (near_least, far_least) = (NEAR + GRAM - 2, FAR + GRAM - 1);
        let (short, near, far) =
            (numbers(1, near_least), numbers(near_least, far_least), numbers(far_least, usize::MAX));
        let passes = (Pass::new(&marks, &far), Pass::new(&marks, &near));
        let stages = vec![far, near.into_iter().chain(short.iter().copied()).collect()];
        Marks { marks, far: passes.0, near: passes.1, short, stages }
    }

    /// The marks that a stage looks for.
    pub(super) fn of_stage(&self, stage: usize) -> &[usize] {
        &self.stages[stage]
    }

    /// Calls `found` with the number of each mark of a stage that the text holds, once.
    pub(super) fn in_text(&self, stage: usize, text: &[u8], mut found: impl FnMut(usize)) {
        let mut seen = vec![false; self.marks.len()];
        let mut check = |gram: &Gram, place: usize| {
            let mark = gram.mark as usize;
            let Some(start) = place.checked_sub(gram.at as usize) else { return };
            let last = text.get(start + gram.last_at as usize..).and_then(<[u8]>::first_chunk);
            if last.is_some_and(|last| folded(*last) == gram.last)
                && !seen[mark]
                && begins(&text[start..], &self.marks[mark])
            {
                seen[mark] = true;
                found(mark);
            }
        };
        if stage == 0 {
            self.far.in_text(text, check);
            return;
        }
        self.near.in_text(text, &mut check);
        for &number in &self.short {
            let mark = &self.marks[number];
            let (lower, upper) = (mark[0], mark[0].to_ascii_uppercase());
            if memchr2_iter(lower, upper, text).any(|start| begins(&text[start..], mark)) {
                found(number);
            }
        }
    }
}

impl<const APART: usize> Pass<APART> {
    fn new(marks: &[Vec<u8>], numbers: &[usize]) -> Pass<APART> {
        let mut uses = vec![0u32; 1 << SLOTS];
        for mark in numbers.iter().map(|number| &marks[*number]) {
            mark.windows(GRAM).for_each(|bytes| uses[slot(gram(bytes))] += 1);
        }
        COMMON.as_bytes().windows(GRAM).for_each(|bytes| uses[slot(gram(bytes))] += 100);
        let mut grams: Vec<Gram> = Vec::with_capacity(numbers.len() * APART);
        for &number in numbers {
            let mark = &marks[number];
            let cost = |first: &usize| -> u32 {
                let places = (*first..first + APART).filter_map(|at| mark.get(at..at + GRAM));
                places.map(|bytes| uses[slot(gram(bytes))]).sum()
            };
            let last = (mark.len() + 1).saturating_sub(APART + GRAM - 1).max(1);
            let first = (0..last).min_by_key(cost).unwrap_or(0);
            for at in first..first + APART {
                let last_at = mark.len() - GRAM;
                let last = gram(&mark[last_at..]);
                let entry =
                    |bytes: u32| Gram { bytes, mark: number as u32, at: at as u32, last, last_at: last_at as u32 };
                match mark.get(at..at + GRAM) {
                    Some(bytes) => grams.push(entry(gram(bytes))),
                    // What follows the mark's end may be anything.
                    None => grams.extend((0x20..=u8::MAX).filter(|next| next & 0x20 != 0).map(|next| {
                        let mut bytes = [next; GRAM];
                        bytes[..GRAM - 1].copy_from_slice(&mark[at..]);
                        entry(folded(bytes))
                    })),
                }
            }
        }
        grams.sort_by_key(|gram| slot(gram.bytes));
        let mut starts = vec![0u32; (1 << SLOTS) + 1];
        grams.iter().for_each(|gram| starts[slot(gram.bytes) + 1] += 1);
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        let mut may_be = Box::new([false; 1 << SLOTS]);
        grams.iter().for_each(|gram| may_be[slot(gram.bytes)] = true);
        Pass { may_be, starts, grams }
    }

    #[inline]
    fn in_text(&self, text: &[u8], mut found: impl FnMut(&Gram, usize)) {
        if self.grams.is_empty() {
            return;
        }
        let may_be = &*self.may_be;
        let (chunks, rest) = text.as_chunks::<APART>();
        for (number, chunk) in chunks.iter().enumerate() {
            let Some(bytes) = chunk.first_chunk() else { continue };
            let bytes = folded(*bytes);
            if may_be[slot(bytes)] {
                self.at_place(bytes, number * APART, &mut found);
            }
        }
        let mut last = [b' '; GRAM];
        let there = rest.len().min(GRAM);
        last[..there].copy_from_slice(&rest[..there]);
        self.at_place(folded(last), text.len() - rest.len(), &mut found);
    }

    fn at_place(&self, bytes: u32, place: usize, found: &mut impl FnMut(&Gram, usize)) {
        let slot = slot(bytes);
        let range = self.starts[slot] as usize..self.starts[slot + 1] as usize;
        self.grams[range].iter().filter(|gram| gram.bytes == bytes).for_each(|gram| found(gram, place));
    }
}

fn begins(text: &[u8], mark: &[u8]) -> bool {
    text.get(..mark.len()).is_some_and(|part| part.eq_ignore_ascii_case(mark))
}

/// The first of some bytes, folded so that case makes no difference.
fn gram(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| folded(*bytes))
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
        let marks = Marks::new(marks.iter().copied());
        for stage in 0..Marks::STAGES {
            marks.in_text(stage, text.as_bytes(), |number| {
                assert!(marks.of_stage(stage).contains(&number));
                all.push(number);
            });
        }
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
        for before in 0..20 {
            for after in 0..20 {
                let text =
                    format!("{}Six By{}TwelveBytes!é{}", "-".repeat(before), "é".repeat(after), "+".repeat(before));
                check(&["six by", "seven b", "twelvebytes!", "bytes!é"], &text, &[0, 2, 3]);
                check(&["twelvebytes!", "SIX BY"], &text[..text.len() - before - 2], &[0, 1]);
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn as_a_plain_search_does(
            marks in proptest::collection::vec("[a-cA-C\"]{1,9}|[a-b]{10,14}|[@-C_é]{6,7}", 0..8),
            text in "[a-cA-C\" ]{0,200}|[ab]{0,400}|[@-C`_é]{0,300}",
        ) {
            let marks: Vec<&str> = marks.iter().map(String::as_str).collect();
            let holds = |mark: &str| text.to_ascii_lowercase().contains(&mark.to_ascii_lowercase());
            let expected: Vec<usize> = (0..marks.len()).filter(|number| holds(marks[*number])).collect();
            proptest::prop_assert_eq!(found(&marks, &text), expected);
        }
    }
}
