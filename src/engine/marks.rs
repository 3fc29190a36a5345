//! Finds which of many marks a page holds, in passes that look at few of its bytes.
//!
//! A pass looks at some bytes after every so many: each mark that is long enough has such bytes at one of those places,
//! wherever it stands. The places do not hang on one another, so that a machine reads many of them at once, and nearly all
//! are done with by one bit of a filter. Of a mark that part is looked for whose bytes are rare in other marks and in pages. Long
//! marks are looked for first: what they tell is often enough. Case of ASCII letters does not matter.

use std::collections::HashMap;

use memchr::memchr2_iter;

/// Bits of the filter.
const FILTER: u32 = 17;
/// Bits of the table of what may stand at a place.
const TABLE: u32 = 12;
/// How far apart the places of long marks are, …
const FAR: usize = 8;
/// … and how many bytes are looked at.
const FAR_GRAM: usize = 5;
/// The same of shorter marks. Of these the last place may reach over the mark's end by a byte.
const NEAR: usize = 4;
const NEAR_GRAM: usize = 4;
/// What every page holds often: a part of a mark that looks like it costs a look at each.
const COMMON: &str = "<div class=\"<span class=\"<a href=\"http://www. https:// .com/ .php? index.php? style=\" title=\" id=\"\
    </span></div></a></li></td> <td class=\" <li class=\" <img src=\" alt=\" name=\" content=\" type=\" value=\" rel=\"\
    text/javascript width= height= onclick=\" &amp; &nbsp; post thread forum topic images/ ; \n\t\t    </";

/// Marks, compiled.
pub(super) struct Marks {
    marks: Vec<Vec<u8>>,
    far: Pass<FAR, FAR_GRAM>,
    near: Pass<NEAR, NEAR_GRAM>,
    /// Marks that are too short for a pass.
    short: Vec<usize>,
    stages: Vec<Vec<usize>>,
}

/// Places at a distance and the marks that are found there.
struct Pass<const APART: usize, const GRAM: usize> {
    /// By the bytes at a place, whether a gram may be there.
    filter: Box<[u64; 1 << (FILTER - 6)]>,
    /// By some bits of the same, where the grams begin that it may be.
    starts: Vec<u32>,
    grams: Vec<Gram>,
}

/// Some bytes of a mark.
#[derive(Clone, Copy)]
struct Gram {
    bytes: u64,
    mark: u32,
    /// How far from the mark's beginning they stand.
    at: u32,
    /// The last four bytes of the mark, which tell it better than its first, …
    last: [u8; 4],
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
        let (near_least, far_least) = (NEAR + NEAR_GRAM - 2, FAR + FAR_GRAM - 1);
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
            let last = text.get(start + gram.last_at as usize..).and_then(<[u8]>::first_chunk::<4>);
            if last.is_some_and(|last| last.eq_ignore_ascii_case(&gram.last))
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

impl<const APART: usize, const GRAM: usize> Pass<APART, GRAM> {
    fn new(marks: &[Vec<u8>], numbers: &[usize]) -> Pass<APART, GRAM> {
        let mut uses: HashMap<u64, u32> = HashMap::new();
        for mark in numbers.iter().map(|number| &marks[*number]) {
            mark.windows(GRAM).for_each(|bytes| *uses.entry(folded(bytes)).or_default() += 1);
        }
        COMMON.as_bytes().windows(GRAM).for_each(|bytes| *uses.entry(folded(bytes)).or_default() += 100);
        let mut grams: Vec<Gram> = Vec::with_capacity(numbers.len() * APART);
        for &number in numbers {
            let mark = &marks[number];
            let uses: Vec<u32> =
                mark.windows(GRAM).map(|bytes| uses.get(&folded(bytes)).copied().unwrap_or(0)).collect();
            let cost = |first: &usize| -> u32 { uses[*first..(*first + APART).min(uses.len())].iter().sum() };
            let last = (mark.len() + 1).saturating_sub(APART + GRAM - 1).max(1);
            let first = (0..last).min_by_key(cost).unwrap_or(0);
            let last_at = mark.len() - 4;
            let end = [mark[last_at], mark[last_at + 1], mark[last_at + 2], mark[last_at + 3]];
            for at in first..first + APART {
                let entry = |bytes: &[u8]| Gram {
                    bytes: folded(bytes),
                    mark: number as u32,
                    at: at as u32,
                    last: end,
                    last_at: last_at as u32,
                };
                match mark.get(at..at + GRAM) {
                    Some(bytes) => grams.push(entry(bytes)),
                    // What follows the mark's end may be anything.
                    None => grams.extend((0x20..=u8::MAX).filter(|next| next & 0x20 != 0).map(|next| {
                        let mut bytes = [next; GRAM];
                        bytes[..GRAM - 1].copy_from_slice(&mark[at..]);
                        entry(&bytes)
                    })),
                }
            }
        }
        let mut filter = Box::new([0u64; 1 << (FILTER - 6)]);
        for gram in &grams {
            let slot = slot(gram.bytes);
            filter[slot >> 6] |= 1 << (slot & 63);
        }
        grams.sort_by_key(|gram| slot(gram.bytes));
        let mut starts = vec![0u32; (1 << TABLE) + 1];
        grams.iter().for_each(|gram| starts[row(gram.bytes) + 1] += 1);
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        Pass { filter, starts, grams }
    }

    #[inline]
    fn in_text(&self, text: &[u8], mut found: impl FnMut(&Gram, usize)) {
        if self.grams.is_empty() {
            return;
        }
        let filter = &*self.filter;
        let (chunks, rest) = text.as_chunks::<APART>();
        for (number, chunk) in chunks.iter().enumerate() {
            let bytes = folded(&chunk[..GRAM]);
            let slot = slot(bytes);
            if filter[slot >> 6] >> (slot & 63) & 1 != 0 {
                self.at_place(bytes, number * APART, &mut found);
            }
        }
        let mut last = [b' '; GRAM];
        let there = rest.len().min(GRAM);
        last[..there].copy_from_slice(&rest[..there]);
        self.at_place(folded(&last), text.len() - rest.len(), &mut found);
    }

    fn at_place(&self, bytes: u64, place: usize, found: &mut impl FnMut(&Gram, usize)) {
        let row = row(bytes);
        let range = self.starts[row] as usize..self.starts[row + 1] as usize;
        self.grams[range].iter().filter(|gram| gram.bytes == bytes).for_each(|gram| found(gram, place));
    }
}

fn begins(text: &[u8], mark: &[u8]) -> bool {
    text.get(..mark.len()).is_some_and(|part| part.eq_ignore_ascii_case(mark))
}

/// At most eight bytes, folded so that case makes no difference.
#[inline(always)]
fn folded(bytes: &[u8]) -> u64 {
    let mut all = [b' '; 8];
    all[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(all) | 0x2020_2020_2020_2020
}

#[inline(always)]
fn slot(bytes: u64) -> usize {
    (bytes.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - FILTER)) as usize
}

fn row(bytes: u64) -> usize {
    slot(bytes) >> (FILTER - TABLE)
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
