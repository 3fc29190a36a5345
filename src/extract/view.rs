//! A page seen through a profile: one walk finds what all of its selectors match, then places are looked up by range.

use std::ops::Range;

use html5ever::local_name;
use url::Url;

use super::{
    flat::{Flat, attribute, named},
    options::ExtractOptions,
    purse::Purse,
    select,
};
use crate::engine::{
    Css, Profile,
    keys::{self, Above, Keys},
};

pub(super) struct View<'a, 'p> {
    pub(super) flat: Flat<'a>,
    pub(super) profile: &'p Profile,
    /// What links are relative to.
    pub(super) base: Url,
    /// What is wanted of bodies beyond text.
    pub(super) options: ExtractOptions,
    /// By selector, the places that it matches, in document order.
    matches: Vec<Vec<u32>>,
    /// The page would keep selectors busy for minutes: not all that they match was found.
    pub(super) is_too_dear: bool,
}

impl<'a, 'p> View<'a, 'p> {
    pub(super) fn new(flat: Flat<'a>, profile: &'p Profile, base: Url, options: ExtractOptions) -> View<'a, 'p> {
        let matches = vec![Vec::new(); profile.selectors().len()];
        let mut view = View { flat, profile, base, options, matches, is_too_dear: false };
        view.find(profile.keys());
        view
    }

    /// Finds what those selectors match that a page of posts is not asked by.
    pub(super) fn ask_on(&mut self) {
        self.find(self.profile.other_keys());
    }

    fn find(&mut self, keys: &Keys) {
        let (flat, matches, selectors) = (&self.flat, &mut self.matches, self.profile.selectors());
        let mut above = Above::default();
        let mut open: Vec<(u32, usize)> = Vec::new();
        let mut purse = Purse::new(selectors, flat);
        let mut carried: Vec<u64> = Vec::new();
        for (at, element) in flat.elements() {
            while let Some((end, mark)) = open.last().copied()
                && end <= at
            {
                open.pop();
                above.leave(mark);
            }
            purse.meet(at, flat.node(at).end);
            carried.clear();
            carried.extend([keys::ANY, keys::tag_hash(element.value().name())]);
            let mut kinds = 0;
            for (name, value) in &element.value().attrs {
                kinds |= keys::kind(keys::name_key(name.local.as_bytes()));
                if name.local == local_name!("id") {
                    carried.push(keys::id_hash(value));
                } else if name.local == local_name!("class") {
                    carried.extend(value.split_ascii_whitespace().map(keys::class_hash));
                }
            }
            for candidate in carried.iter().flat_map(|hash| keys.get(*hash)) {
                let found: &mut Vec<u32> = &mut matches[candidate.css as usize];
                if found.last() != Some(&at)
                    && (candidate.is_key_alone
                        || candidate.may_match(
                            &carried,
                            kinds,
                            |test| named(element, &test.local).is_some_and(|value| test.holds(value)),
                            &above,
                        ) && match &candidate.plain {
                            Some(plain) => select::matches(plain, element),
                            None => {
                                let css = &selectors[candidate.css as usize];
                                purse.pays(css, at) && css.selector().matches(&element)
                            }
                        })
                {
                    found.push(at);
                }
            }
            if flat.node(at).end > at + 1 {
                open.push((flat.node(at).end, above.mark()));
                carried.iter().for_each(|hash| above.enter(*hash));
            }
        }
        self.is_too_dear |= purse.is_empty();
    }

    /// The page as a whole.
    pub(super) fn whole(&self) -> Range<u32> {
        0..self.flat.len()
    }

    /// All places of a selector within a range.
    pub(super) fn all(&self, css: &Css, range: &Range<u32>) -> &[u32] {
        let found = &self.matches[css.number()];
        let start = found.partition_point(|at| *at < range.start);
        let end = start + found[start..].partition_point(|at| *at < range.end);
        &found[start..end]
    }

    pub(super) fn first(&self, css: &Css, range: &Range<u32>) -> Option<u32> {
        self.all(css, range).first().copied()
    }

    /// Whether a selector matches this very place.
    pub(super) fn is(&self, css: Option<&Css>, at: u32) -> bool {
        css.is_some_and(|css| self.matches[css.number()].binary_search(&at).is_ok())
    }

    /// Whether a selector matches the element at a place, or something within it.
    pub(super) fn has(&self, css: Option<&Css>, at: u32) -> bool {
        css.is_some_and(|css| self.first(css, &(at..self.flat.within(at).end)).is_some())
    }

    /// An address as the page means it.
    pub(super) fn resolve(&self, href: &str) -> Option<Url> {
        Some(self.profile.without_session(self.resolve_as_printed(href)?))
    }

    /// An address as the page prints it, made absolute: with what carries a session.
    pub(super) fn resolve_as_printed(&self, href: &str) -> Option<Url> {
        self.base.join(href.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
    }

    /// Where the element at a place, or the first link within it, leads.
    pub(super) fn link(&self, at: u32) -> Option<Url> {
        let range = at..self.flat.within(at).end;
        range.filter_map(|at| self.flat.element(at)).find_map(|element| {
            (element.value().name() == "a")
                .then(|| attribute(element, "href"))
                .flatten()
                .and_then(|href| self.resolve(href))
        })
    }
}
