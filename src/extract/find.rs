//! One walk over a page finds what all selectors match.

use std::ops::Range;

use html5ever::{local_name, ns};
use scraper::node::Element;

use super::{
    flat::{Flat, named},
    purse::Purse,
    select,
};
use crate::engine::{
    Css,
    attribute::AttributeTest,
    keys::{self, Above, Candidates, Keys},
    plain::Plain,
};

/// The places that selectors match.
pub(super) struct Found {
    /// Selectors by number, and places, as they were found.
    all: Vec<(u32, u32)>,
    /// The same places selector by selector, in document order, …
    places: Vec<u32>,
    /// … and where those of each selector begin, with the end of the last.
    starts: Vec<u32>,
    /// By selector, the place that was added last, and one more.
    last: Vec<u32>,
}

impl Found {
    /// Nothing yet, of so many selectors.
    pub(super) fn new(selectors: usize, flat: &Flat<'_>) -> Found {
        Found {
            all: Vec::with_capacity(flat.len() as usize),
            places: Vec::new(),
            starts: vec![0; selectors + 1],
            last: vec![0; selectors],
        }
    }

    pub(super) fn add(&mut self, css: u32, at: u32) {
        self.last[css as usize] = at + 1;
        self.all.push((css, at));
    }

    /// Whether a selector was found at a place, which was the last.
    #[inline]
    fn has_last(&self, css: u32, at: u32) -> bool {
        self.last[css as usize] == at + 1
    }

    /// Sorts all that was added.
    pub(super) fn sort(&mut self) {
        // what was added in document order is one run for the sort
        self.all.sort_by_key(|(_, at)| *at);
        self.last.fill(0);
        let last = &mut self.last;
        self.all.retain(|(css, at)| std::mem::replace(&mut last[*css as usize], at + 1) != at + 1);
        self.starts.fill(0);
        self.all.iter().for_each(|(css, _)| self.starts[*css as usize + 1] += 1);
        (1..self.starts.len()).for_each(|number| self.starts[number] += self.starts[number - 1]);
        self.places.clear();
        self.places.resize(self.all.len(), 0);
        self.last.copy_from_slice(&self.starts[..self.starts.len() - 1]);
        for (css, at) in &self.all {
            let place = &mut self.last[*css as usize];
            self.places[*place as usize] = *at;
            *place += 1;
        }
        self.last.fill(0);
    }

    /// The places of a selector, in document order.
    #[inline]
    pub(super) fn of(&self, number: usize) -> &[u32] {
        &self.places[self.starts[number] as usize..self.starts[number + 1] as usize]
    }
}

/// What is not known at the end of a walk.
pub(super) struct Late<'k> {
    /// Selectors, and places, that ask for something within an element.
    pub(super) put_off: Vec<(u32, u32, &'k Plain)>,
    /// The page would keep selectors busy for minutes: not all that they match was found.
    pub(super) is_too_dear: bool,
}

/// What is known of elements of one start tag.
#[derive(Clone, Default)]
struct Sign {
    carried: Range<usize>,
    /// The bits of its attributes.
    kinds: u64,
    lists: Range<usize>,
    /// What of that is asked for above others.
    above: Above,
}

/// An element that is open.
struct Open {
    end: u32,
    /// What is carried above what stands in it.
    above: Above,
    carried: Range<usize>,
}

/// Adds all places that selectors of these keys match.
pub(super) fn find<'k>(flat: &Flat<'_>, keys: &'k Keys, selectors: &[Css], found: &mut Found) -> Late<'k> {
    let mut open: Vec<Open> = Vec::with_capacity(32);
    let mut purse = Purse::new(selectors, flat);
    let mut put_off = Vec::new();
    let mut carried: Vec<u64> = Vec::with_capacity(1024);
    let mut lists: Vec<&'k Candidates> = Vec::with_capacity(256);
    let mut signs: Vec<Option<Sign>> = vec![None; flat.tags() as usize + 1];
    for (at, element) in flat.elements() {
        let itself = element.value();
        while open.pop_if(|open| open.end <= at).is_some() {}
        let above = open.last().map_or(Above::default(), |open| open.above);
        let end = flat.node(at).end;
        purse.meet(at, end);
        let tag = flat.tag(at) as usize;
        let sign = match &signs[tag] {
            Some(sign) => sign.clone(),
            None => {
                let sign = look_up(itself, keys, &mut carried, &mut lists);
                if tag > 0 {
                    signs[tag] = Some(sign.clone());
                }
                sign
            }
        };
        let own = &carried[sign.carried.clone()];
        for candidate in
            lists[sign.lists.clone()].iter().flat_map(|list| list.anywhere.iter().chain(list.within(above)))
        {
            let holds = |test: &AttributeTest| named(itself, &test.local).is_some_and(|value| test.holds(value));
            if !candidate.is_named(own, sign.kinds) || found.has_last(candidate.css, at) || !candidate.passes(holds) {
                continue;
            }
            let is_found = match (&candidate.chain, &candidate.plain) {
                (Some(chain), _) if !candidate.has_tests() || itself.name.ns == ns!(html) => {
                    chain.stands_in(open.len(), |number, hash| carried[open[number].carried.clone()].contains(&hash))
                }
                (_, Some(plain)) if !plain.is_far => select::matches(plain, element),
                (_, plain) => {
                    let css = &selectors[candidate.css as usize];
                    purse.pays(css, at)
                        && match plain {
                            Some(plain) if !plain.looks_within => select::matches(plain, element),
                            Some(plain) if !flat.is_changed() => {
                                put_off.push((candidate.css, at, plain));
                                false
                            }
                            _ => css.selector().matches(&element),
                        }
                }
            };
            if is_found {
                found.add(candidate.css, at);
            }
        }
        let has_children = end > at + 1;
        if has_children {
            open.push(Open { end, above: above.with(sign.above), carried: sign.carried.clone() });
        }
        if tag == 0 {
            lists.truncate(sign.lists.start);
            if !has_children {
                carried.truncate(sign.carried.start);
            }
        }
    }
    Late { put_off, is_too_dear: purse.is_empty() }
}

/// Enters what an element carries, and lists of what may match it by that.
fn look_up<'k>(element: &Element, keys: &'k Keys, all_carried: &mut Vec<u64>, lists: &mut Vec<&'k Candidates>) -> Sign {
    let (first_carried, first_list) = (all_carried.len(), lists.len());
    all_carried.extend([keys::ANY, keys::tag_hash(&element.name.local)]);
    let mut kinds = 0;
    for (name, value) in &element.attrs {
        kinds |= match name.local {
            local_name!("id") => {
                all_carried.push(keys::id_hash(value));
                OF_ID
            }
            local_name!("class") => {
                all_carried.extend(value.split_ascii_whitespace().map(keys::class_hash));
                OF_CLASS
            }
            local_name!("href") => OF_HREF,
            _ => keys::kind(keys::name_key(name.local.as_bytes())),
        };
    }
    let carried = &all_carried[first_carried..];
    lists.extend(carried.iter().filter_map(|hash| keys.get(*hash)));
    let above = keys.asked_above.among(carried);
    Sign { carried: first_carried..all_carried.len(), kinds, lists: first_list..lists.len(), above }
}

const OF_ID: u64 = keys::kind(keys::short_key(b"id"));
const OF_CLASS: u64 = keys::kind(keys::short_key(b"class"));
const OF_HREF: u64 = keys::kind(keys::short_key(b"href"));
