//! The start tags of a page. Half of them say what another said before, and what was found out then is not found out again.

use std::ops::Range;

use memchr::memchr;

use super::{
    names::{Known, Memory, Name},
    tags::{Attribute, attributes, name_end},
};
use crate::{
    engine::keys::{self, Candidate},
    extract::guard,
};

/// Places for tags; a page has some hundreds that differ.
const PLACES: usize = 1024;

/// An attribute of a tag.
pub(super) struct Seen {
    pub(super) written: Attribute,
    /// The key of its name.
    pub(super) key: u64,
}

/// A start tag, as it was met first.
pub(super) struct Met {
    range: Range<usize>,
    pub(super) known: Known,
    /// Its name, as written.
    pub(super) text: Range<usize>,
    pub(super) closes_itself: bool,
    attributes: Range<usize>,
    /// What is asked of its element, once that was looked up.
    pub(super) asked: Option<Asked>,
}

/// What is asked of an element by its tag alone.
#[derive(Clone)]
pub(super) struct Asked {
    /// The keys that it carries.
    pub(super) carried: Range<usize>,
    /// What may want it, should it stand in the right place.
    pub(super) candidates: Range<usize>,
    /// What it carries is not told by its bytes alone.
    pub(super) is_unsure: bool,
}

/// What may want an element of a tag.
pub(super) struct Wanting<'c> {
    pub(super) candidate: &'c Candidate,
    pub(super) wants: u8,
    /// Only where the element is a post or stands in one.
    pub(super) of_posts: bool,
}

/// The tags that were met.
pub(super) struct Tags<'c> {
    all: Vec<Met>,
    /// By some of its bytes, the number of a tag and one more.
    places: Vec<u32>,
    names: Memory,
    attributes: Vec<Seen>,
    pub(super) carried: Vec<u64>,
    pub(super) candidates: Vec<Wanting<'c>>,
}

impl Tags<'_> {
    pub(super) fn new() -> Self {
        Tags {
            all: Vec::with_capacity(256),
            places: vec![0; PLACES],
            names: Memory::new(),
            attributes: Vec::with_capacity(512),
            carried: Vec::with_capacity(1024),
            candidates: Vec::with_capacity(256),
        }
    }

    /// What is known of elements of a name, of which `text` is all.
    pub(super) fn known(&mut self, name: Name, text: &str) -> Known {
        self.names.of(name, text)
    }

    pub(super) fn get(&self, met: usize) -> &Met {
        &self.all[met]
    }

    pub(super) fn attributes(&self, met: usize) -> &[Seen] {
        &self.attributes[self.all[met].attributes.clone()]
    }

    /// The keys that a tag's element carries, where they were looked up.
    pub(super) fn carried(&self, met: usize) -> &[u64] {
        self.all[met].asked.as_ref().map_or(&[], |asked| &self.carried[asked.carried.clone()])
    }

    /// Takes note of what is asked of a tag's element.
    pub(super) fn ask(&mut self, met: usize, asked: Asked) {
        self.all[met].asked = Some(asked);
    }

    /// The number of the start tag that begins at a place, and what follows it; `None` where the page ends first, or it holds too much.
    pub(super) fn meet(&mut self, page: &str, start: usize) -> Option<(usize, usize)> {
        let bytes = page.as_bytes();
        // Where a quoted value holds such a sign the tag goes on, and none that was met is like that up to here.
        let end = start + memchr(b'>', &bytes[start..])? + 1;
        let text = &bytes[start..end];
        let place = place(text);
        if let Some(met) = (self.places[place] as usize).checked_sub(1)
            && bytes[self.all[met].range.clone()] == *text
        {
            return Some((met, end));
        }
        let text = start + 1..name_end(bytes, start + 1);
        let first = self.attributes.len();
        let all = &mut self.attributes;
        let (end, closes_itself) = attributes(bytes, text.end, |written| {
            all.push(Seen { key: keys::name_key(&bytes[written.name.clone()]), written });
        })?;
        let attributes = first..self.attributes.len();
        if attributes.len() > guard::ATTRIBUTES {
            return None;
        }
        let name = Name::of(&bytes[text.clone()]);
        let known = self.names.of(name, &page[text.clone()]);
        let met = self.all.len();
        self.all.push(Met { range: start..end, known, text, closes_itself, attributes, asked: None });
        // a page is shorter than 4 GiB
        self.places[place] = met as u32 + 1;
        Some((met, end))
    }
}

/// The place of a tag, by its length and bytes at its beginning, middle and end.
#[inline]
fn place(text: &[u8]) -> usize {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let eight = |eight: Option<&[u8; 8]>| eight.map_or(0, |eight| u64::from_le_bytes(*eight));
    let (first, last) = match text.len() {
        8.. => (eight(text.first_chunk()), eight(text.last_chunk())),
        _ => (text.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0),
    };
    let middle = eight(text[text.len() / 2..].first_chunk());
    let mixed = (first ^ (text.len() as u64) << 56).wrapping_mul(FACTOR).rotate_left(23) ^ last;
    let mixed = (mixed.wrapping_mul(FACTOR).rotate_left(23) ^ middle).wrapping_mul(FACTOR);
    (mixed >> 54) as usize % PLACES
}
