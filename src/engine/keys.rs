//! What an element must carry to be matched by a selector at all, so that one walk over a page tries few selectors on each
//! element: the hash of an id, a class or a name that selectors are looked up by, tests of attributes, and what must stand
//! above it. All of it may let too much through (the selector itself decides) and never too little.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

pub use super::above::{Above, AskedAbove};
pub use super::candidate::{Candidate, Candidates};
use super::{attribute::AttributeTest, candidate::candidate_of};

/// By hash of what an element carries, the selectors that may match it.
#[derive(Debug)]
pub struct Keys {
    map: HashMap<u64, u32, BuildHasherDefault<Identity>>,
    lists: Vec<Candidates>,
    /// One bit for some bits of each key: most of what elements carry is no key, and this tells it sooner than the map.
    present: [u64; 64],
    /// What candidates ask of the elements above.
    pub asked_above: AskedAbove,
    /// What selectors look for within elements: found like selectors, by numbers behind theirs.
    inner: Vec<Box<str>>,
    first_inner: u32,
}

impl Keys {
    /// Keys of selectors, where numbers are free from a first one on.
    pub(super) fn new(free: u32) -> Keys {
        Keys {
            map: HashMap::default(),
            lists: Vec::new(),
            present: [0; 64],
            asked_above: AskedAbove::default(),
            inner: Vec::new(),
            first_inner: free,
        }
    }

    /// The first number that is free.
    pub(super) fn free(&self) -> u32 {
        self.first_inner + self.inner.len() as u32
    }

    /// Candidates for elements that carry this, where there are any.
    #[inline]
    pub fn get(&self, hash: u64) -> Option<&Candidates> {
        self.number(hash).map(|number| self.list(number))
    }

    /// The number of their list.
    #[inline]
    pub fn number(&self, hash: u64) -> Option<u32> {
        if self.present[(hash >> 58) as usize] & 1 << (hash >> 52 & 63) == 0 {
            return None;
        }
        self.map.get(&hash).copied()
    }

    /// The list of a number.
    #[inline]
    pub fn list(&self, number: u32) -> &Candidates {
        &self.lists[number as usize]
    }

    /// Enters all alternatives of a selector.
    pub(super) fn enter(&mut self, css: u32, selector: &str) {
        for alternative in split_outside(selector, |c| c == ',') {
            let (key, mut candidate) = candidate_of(css, alternative.trim());
            if let Some(plain) = &mut candidate.plain {
                plain.each_inner(&mut |inner| inner.number = self.number_of(&inner.text));
            }
            self.add(Some(key), candidate);
        }
    }

    /// The number of what is looked for within elements.
    fn number_of(&mut self, inner: &str) -> u32 {
        if let Some(known) = self.inner.iter().position(|known| **known == *inner) {
            return self.first_inner + known as u32;
        }
        let number = self.free();
        self.inner.push(inner.into());
        let (key, candidate) = candidate_of(number, inner);
        self.add(Some(key), candidate);
        number
    }

    /// A candidate that was entered and asks for the same.
    pub(super) fn like(&self, key: Option<u64>, candidate: &Candidate) -> Option<&Candidate> {
        let lists = self.get(key.unwrap_or(ANY))?;
        lists.anywhere.iter().chain(&lists.within).find(|known| known.asks_for_the_same(candidate))
    }

    /// Enters a candidate for elements that carry a key; without one for all.
    pub(super) fn add(&mut self, key: Option<u64>, candidate: Candidate) {
        let key = key.unwrap_or(ANY);
        self.present[(key >> 58) as usize] |= 1 << (key >> 52 & 63);
        let number = *self.map.entry(key).or_insert(self.lists.len() as u32);
        if number as usize == self.lists.len() {
            self.lists.push(Candidates::default());
        }
        let lists = &mut self.lists[number as usize];
        let is_within = !candidate.above.is_empty();
        let list = if is_within { &mut lists.within } else { &mut lists.anywhere };
        if !list.contains(&candidate) {
            list.push(candidate);
        }
    }

    /// All is entered, here and in others that share what they ask of elements above.
    pub(super) fn settle(all: &mut [&mut Keys]) {
        let mut asked = AskedAbove::default();
        let candidates = all.iter().flat_map(|keys| &keys.lists).flat_map(|lists| &lists.within);
        candidates.flat_map(|candidate| &candidate.above).for_each(|hash| asked.ask(*hash));
        for keys in all {
            for lists in &mut keys.lists {
                lists.asked = lists.within.iter().map(|candidate| asked.among(&candidate.above)).collect();
            }
            keys.asked_above = asked.clone();
        }
    }
}

impl Default for Keys {
    fn default() -> Keys {
        Keys::new(0)
    }
}

/// The key of selectors whose last compound names neither id, class nor element.
pub const ANY: u64 = 0;

/// The hash of an id.
#[inline]
pub fn id_hash(id: &str) -> u64 {
    hash(1, id)
}

/// The hash of a class.
#[inline]
pub fn class_hash(class: &str) -> u64 {
    hash(2, class)
}

/// The hash of an element's name.
#[inline]
pub fn tag_hash(name: &str) -> u64 {
    hash(3, name)
}

/// What stands for a name whose case does not matter: equal names have equal keys, and others hardly ever.
#[inline]
pub fn name_key(name: &[u8]) -> u64 {
    folded(name) ^ (name.len() as u64) << 58
}

/// Whether names of the same key are the same, but for the case of ASCII letters.
#[inline]
pub fn same_name(one: &str, other: &str) -> bool {
    // of a name that is no longer than that the key is all
    one.len() == other.len() && (one.len() <= 8 || one.eq_ignore_ascii_case(other))
}

/// The key of a short name in lower case.
pub const fn short_key(name: &[u8]) -> u64 {
    let (mut key, mut at) = (0, 0);
    while at < name.len() {
        key = key << 8 | name[at] as u64;
        at += 1;
    }
    key ^ (name.len() as u64) << 58
}

/// A bit for the key of a name: names of different bits differ.
#[inline]
pub const fn kind(key: u64) -> u64 {
    1 << (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58)
}

/// The first eight bytes of a name, the last of them lowest, with their ASCII letters in lower case.
#[inline]
pub fn folded(name: &[u8]) -> u64 {
    let four = |four: Option<&[u8; 4]>| u64::from(four.map_or(0, |four| u32::from_be_bytes(*four)));
    let packed = match (name.len(), name.first_chunk::<8>()) {
        (_, Some(eight)) => u64::from_be_bytes(*eight),
        (4.., _) => four(name.first_chunk()) << (8 * (name.len() - 4)) | four(name.last_chunk()),
        _ => name.iter().fold(0, |packed, byte| packed << 8 | u64::from(*byte)),
    };
    // All eight at once: what is 'A' to 'Z' gets the bit of lower case.
    const ONES: u64 = 0x0101_0101_0101_0101;
    let seven = packed & (0x7f * ONES);
    let is_upper =
        (seven + (0x80 - b'A' as u64) * ONES) & !(seven + (0x7f - b'Z' as u64) * ONES) & !packed & (0x80 * ONES);
    packed | is_upper >> 2
}

/// What stands for the passing of a test of that number.
pub(super) fn test_hash(number: usize) -> u64 {
    hash(4, &number.to_string())
}

#[inline]
fn hash(kind: u64, text: &str) -> u64 {
    const FACTOR: u64 = 0x517c_c1b7_2722_0a95;
    let mut hash = kind.wrapping_mul(FACTOR);
    let mut mix = |word: u64| hash = (hash.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    words.iter().for_each(|word| mix(u64::from_le_bytes(*word)));
    if !rest.is_empty() {
        mix(rest.iter().fold(1, |word, byte| word << 8 | u64::from(*byte)));
    }
    hash.rotate_left(26).wrapping_mul(FACTOR)
}

/// The keys are hashes already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash << 8 | u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// The compounds of one alternative, each with the combinator that follows it (a space at the end).
pub(super) fn compounds(alternative: &str) -> Vec<(&str, char)> {
    let (mut all, mut start) = (Vec::new(), None);
    let mut finish = |start: &mut Option<usize>, end: usize, then: char| {
        if let Some(start) = start.take() {
            all.push((&alternative[start..end], ' '));
        }
        if let Some(last) = all.last_mut()
            && !then.is_ascii_whitespace()
        {
            last.1 = then;
        }
    };
    for (at, c) in outside(alternative) {
        if c.is_ascii_whitespace() || matches!(c, '>' | '+' | '~') {
            finish(&mut start, at, c);
        } else if start.is_none() {
            start = Some(at);
        }
    }
    finish(&mut start, alternative.len(), ' ');
    all
}

/// The pseudo-classes of a compound, each with what stands in its parentheses.
pub(super) fn pseudos(compound: &str) -> Vec<(&str, &str)> {
    let mut all = Vec::new();
    for (at, c) in outside(compound) {
        if c == ':' {
            let name = name_at(&compound[at + 1..]);
            let rest = &compound[at + 1 + name.len()..];
            let arguments = match rest.starts_with('(') {
                true => &rest[1..(rest.len() - after_closing(rest, '(', ')').len()).max(2) - 1],
                false => "",
            };
            all.push((name, arguments));
        }
    }
    all
}

/// What a compound asks of an element.
pub(super) struct Parts {
    /// The rarest of what it must carry.
    pub(super) key: Option<u64>,
    /// The rest of that.
    pub(super) also: Vec<u64>,
    pub(super) tests: Vec<AttributeTest>,
}

impl Parts {
    /// All that it must carry.
    pub(super) fn all(&self) -> impl Iterator<Item = u64> {
        self.key.iter().chain(&self.also).copied()
    }
}

/// What a compound asks of an element, but for its pseudo-classes.
pub(super) fn simple_parts(compound: &str) -> Parts {
    let (mut ids, mut classes, mut tags, mut tests) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut rest = compound;
    while let Some(first) = rest.chars().next() {
        match first {
            '#' | '.' => {
                let name = name_at(&rest[1..]);
                if first == '#' {
                    ids.push(id_hash(name));
                } else {
                    classes.push(class_hash(name));
                }
                rest = &rest[1 + name.len()..];
            }
            '[' => {
                let after = after_closing(rest, '[', ']');
                tests.extend(AttributeTest::of(&rest[1..(rest.len() - after.len()).max(2) - 1]));
                rest = after;
            }
            '(' => rest = after_closing(rest, '(', ')'),
            ':' => rest = &rest[1 + name_at(&rest[1..]).len()..],
            _ => {
                let name = name_at(rest);
                if name.is_empty() {
                    rest = &rest[first.len_utf8()..];
                } else {
                    tags.push(tag_hash(&name.to_ascii_lowercase()));
                    rest = &rest[name.len()..];
                }
            }
        }
    }
    let mut all = ids.into_iter().chain(classes).chain(tags);
    Parts { key: all.next(), also: all.collect(), tests }
}

pub(super) fn name_at(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')).unwrap_or(text.len());
    &text[..end]
}

pub(super) fn after_closing(text: &str, open: char, close: char) -> &str {
    let (mut depth, mut quote) = (0usize, None);
    for (at, c) in text.char_indices() {
        match quote {
            Some(mark) if c == mark => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == open => depth += 1,
            None if c == close => {
                depth -= 1;
                if depth == 0 {
                    return &text[at + 1..];
                }
            }
            None => {}
        }
    }
    ""
}

/// Splits where the test holds outside of brackets, parentheses and quotes.
pub(super) fn split_outside(text: &str, test: impl Fn(char) -> bool) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    for (at, c) in outside(text) {
        if test(c) {
            parts.push(&text[start..at]);
            start = at + c.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}

/// What stands outside of brackets, parentheses and quotes, and the brackets that open.
fn outside(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut depth, mut quote) = (0i32, None);
    text.char_indices().filter(move |(_, c)| {
        let before = depth;
        match quote {
            Some(mark) if *c == mark => quote = None,
            Some(_) => {}
            None => match *c {
                '"' | '\'' => quote = Some(*c),
                '[' | '(' => depth += 1,
                ']' | ')' => depth -= 1,
                _ => return depth == 0,
            },
        }
        before == 0 && depth == 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded() {
        let names = ["", "a", "A", "Zb", "@[z", "div", "H1", "tbody", "Style", "Source", "caption", "{|}~", "fieldset"];
        for name in names.iter().chain(&["BLOCKQUOTE", "é", "É1234", "\u{7f}\u{80}ABCxyz"]) {
            let slow = name.bytes().take(8).fold(0, |packed, byte| packed << 8 | u64::from(byte.to_ascii_lowercase()));
            assert_eq!(folded(name.as_bytes()), slow, "{name}");
            assert_eq!(name_key(name.as_bytes()), name_key(name.to_ascii_lowercase().as_bytes()), "{name}");
        }
        let all: std::collections::HashSet<u64> = names.iter().map(|name| name_key(name.as_bytes())).collect();
        assert_eq!(all.len(), names.len() - 1);
        assert_eq!((short_key(b"id"), short_key(b"class")), (name_key(b"Id"), name_key(b"CLASS")));
    }
}
