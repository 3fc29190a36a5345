//! The start tags of a page. Half of them say what another said before, and what was found out then is not found out again.

use std::{cell::RefCell, ops::Range};

use ego_tree::NodeId;
use memchr::{memchr, memchr_iter, memchr2};

use super::{
    names::{Known, Memory, Name},
    tags::{attributes, name_end},
};
use crate::{
    engine::keys::{self, Above},
    extract::guard,
};

/// Places for tags; a page has some hundreds that differ.
const PLACES: usize = 1024;

/// A range in half the room: a page is shorter than 4 GiB.
#[derive(Clone, Copy, Default)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    #[inline]
    pub(super) fn of(range: &Range<usize>) -> Span {
        Span { start: range.start as u32, end: range.end as u32 }
    }

    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.start == self.end
    }

    #[inline]
    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// An attribute of a tag.
pub(super) struct Seen {
    pub(super) name: Span,
    pub(super) value: Span,
    /// The key of its name.
    pub(super) key: u64,
    /// What its value holds that the parser puts something else in the place of.
    pub(super) signs: Signs,
}

/// What a value holds that the parser puts something else in the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signs {
    None,
    /// Entities of the ampersand, and perhaps ampersands that stand for themselves.
    Ampersands,
    /// Other references, or carriage returns.
    Others,
}

impl Signs {
    /// Of a value that holds some.
    fn of(value: &[u8]) -> Signs {
        let is_other = |at: usize| {
            let after = &value[at + 1..];
            let end = after.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(after.len());
            // in a value, what is followed by an equals sign is no reference
            !(after.starts_with(b"amp;") || end > 0 && after.get(end) == Some(&b'='))
        };
        match memchr(b'\r', value).is_some() || memchr_iter(b'&', value).any(is_other) {
            true => Signs::Others,
            false => Signs::Ampersands,
        }
    }
}

/// Where in a page stands what the parser puts something else in the place of: ampersands and carriage returns.
#[derive(Default)]
pub(super) struct SignPlaces {
    /// From here …
    from: usize,
    /// … to the next there is none.
    next: usize,
}

impl SignPlaces {
    /// Whether there is one in a range; ranges are mostly asked for one behind the other.
    #[inline]
    pub(super) fn stand_in(&mut self, page: &[u8], range: &Range<usize>) -> bool {
        if range.start < self.from {
            return memchr2(b'&', b'\r', &page[range.clone()]).is_some();
        }
        if range.start > self.next || self.next == 0 {
            let found = memchr2(b'&', b'\r', &page[range.start..]);
            (self.from, self.next) = (range.start, found.map_or(page.len(), |found| range.start + found));
        }
        self.next < range.end
    }
}

/// A start tag, as it was met first.
pub(super) struct Met {
    range: Span,
    pub(super) known: Known,
    /// Its name, as written.
    pub(super) text: Span,
    pub(super) closes_itself: bool,
    attributes: Span,
    /// The keys that its element carries, once they were looked up.
    carried: Span,
    /// What of that something asks for above others.
    pub(super) above: Above,
    /// The bits of its attributes.
    kinds: u64,
    /// What may want its element, once that was looked up.
    pub(super) asked: Option<Asked>,
    /// The first of its elements, with the attributes that are looked at where it is kept alone and where it is kept whole.
    pub(super) nodes: [Option<NodeId>; 2],
}

/// What may want an element, by what its tag says.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// Anywhere.
    pub(super) page: Wants,
    /// Where it is a post or stands in one, once it does.
    pub(super) posts: Option<Wants>,
    /// What it carries is not told by its bytes alone.
    pub(super) is_unsure: bool,
}

/// What is wanted of the element of a tag.
#[derive(Clone, Copy)]
pub(super) struct Wants {
    /// Whatever stands above it.
    pub(super) anywhere: u8,
    /// Lists of what may want more by what stands above it.
    pub(super) lists: Span,
}

/// The tags that were met.
#[derive(Default)]
pub(super) struct Tags {
    all: Vec<Met>,
    /// By some of its bytes, the number of a tag and one more.
    places: Vec<u32>,
    names: Memory,
    attributes: Vec<Seen>,
    pub(super) sign_places: SignPlaces,
    pub(super) carried: Vec<u64>,
    /// Of each tag, the numbers of lists of what may want its element.
    pub(super) lists: Vec<u32>,
    /// How many nodes the tree of the last page had.
    pub(super) nodes: usize,
}

thread_local! {
    /// Room that the last page of a thread needed, for the next.
    static SPARE: RefCell<Option<Tags>> = const { RefCell::new(None) };
}

/// Tags of a page that needed more room than this many do not keep it.
const KEPT: usize = 8192;

impl Tags {
    /// None yet.
    pub(super) fn new() -> Self {
        let mut tags = SPARE.take().unwrap_or_default();
        tags.places.clear();
        tags.places.resize(PLACES, 0);
        tags
    }

    /// The page is read; its tree has so many nodes.
    pub(super) fn finish(mut self, nodes: usize) {
        if self.all.len() <= KEPT && self.attributes.len() <= 4 * KEPT {
            self.all.clear();
            self.attributes.clear();
            self.carried.clear();
            self.lists.clear();
            self.sign_places = SignPlaces::default();
            self.nodes = nodes;
            SPARE.set(Some(self));
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
        &self.attributes[self.all[met].attributes.range()]
    }

    /// Keeps the keys that a tag's element carries, which were entered from a place on, the bits of its attributes, and what is asked
    /// for above others.
    pub(super) fn carry(&mut self, met: usize, first: usize, kinds: u64, above: Above) {
        let carried = Span::of(&(first..self.carried.len()));
        let met = &mut self.all[met];
        (met.carried, met.kinds, met.above) = (carried, kinds, above);
    }

    pub(super) fn get_mut(&mut self, met: usize) -> &mut Met {
        &mut self.all[met]
    }

    /// The keys that a tag's element carries, and the bits of its attributes, where they were looked up.
    pub(super) fn names(&self, met: usize) -> (&[u64], u64) {
        let Met { carried, kinds, .. } = &self.all[met];
        (&self.carried[carried.range()], *kinds)
    }

    /// The number of the start tag that begins at a place, and what follows it; `None` where the page ends first, or it holds too much.
    pub(super) fn meet(&mut self, page: &str, start: usize) -> Option<(usize, usize)> {
        let bytes = page.as_bytes();
        // Where a quoted value holds such a sign the tag goes on, and none that was met is like that up to here.
        let end = start + memchr(b'>', &bytes[start..])? + 1;
        let text = &bytes[start..end];
        let place = place(text);
        if let Some(met) = (self.places[place] as usize).checked_sub(1)
            && bytes[self.all[met].range.range()] == *text
        {
            return Some((met, end));
        }
        let text = start + 1..name_end(bytes, start + 1);
        let first = self.attributes.len();
        let (all, places) = (&mut self.attributes, &mut self.sign_places);
        let (end, closes_itself) = attributes(bytes, text.end, |written| {
            let (name, value) = (Span::of(&written.name), Span::of(&written.value));
            let signs = match places.stand_in(bytes, &written.value) {
                true => Signs::of(&bytes[written.value]),
                false => Signs::None,
            };
            all.push(Seen { key: keys::name_key(&bytes[written.name]), name, value, signs });
        })?;
        let attributes = Span::of(&(first..self.attributes.len()));
        if attributes.range().len() > guard::ATTRIBUTES {
            return None;
        }
        let name = Name::of(&bytes[text.clone()]);
        let known = self.names.of(name, &page[text.clone()]);
        let met = self.all.len();
        self.all.push(Met {
            range: Span::of(&(start..end)),
            known,
            text: Span::of(&text),
            closes_itself,
            attributes,
            carried: Span::default(),
            above: Above::default(),
            kinds: 0,
            asked: None,
            nodes: [None; 2],
        });
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
