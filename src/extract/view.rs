//! A page seen through a profile: one walk finds what all of its selectors match, then places are looked up by range.

use std::ops::Range;

use url::{Position, Url};

use super::{
    find::{self, Found},
    flat::{Flat, attribute},
    options::ExtractOptions,
    select,
};
use crate::engine::{
    Css, Profile,
    keys::Keys,
    plain::{Inner, Plain},
};

pub(super) struct View<'a, 'p> {
    pub(super) flat: Flat<'a>,
    pub(super) profile: &'p Profile,
    /// What links are relative to.
    pub(super) base: Url,
    /// What is wanted of bodies beyond text.
    pub(super) options: ExtractOptions,
    /// By selector, the places that it matches.
    found: Found,
    /// The page would keep selectors busy for minutes: not all that they match was found.
    pub(super) is_too_dear: bool,
}

impl<'a, 'p> View<'a, 'p> {
    pub(super) fn new(flat: Flat<'a>, profile: &'p Profile, base: Url, options: ExtractOptions) -> View<'a, 'p> {
        let found = Found::new(profile.numbers(), &flat);
        let mut view = View { flat, profile, base, options, found, is_too_dear: false };
        view.find(profile.keys());
        view
    }

    /// Finds what those selectors match that a page of posts is not asked by.
    pub(super) fn ask_on(&mut self) {
        self.find(self.profile.other_keys());
    }

    fn find(&mut self, keys: &Keys) {
        let late = find::find(&self.flat, keys, self.profile.selectors(), &mut self.found);
        self.is_too_dear |= late.is_too_dear;
        self.found.sort();
        let mut put_off = late.put_off;
        put_off.retain(|(_, at, plain)| self.matches_within(plain, *at));
        if !put_off.is_empty() {
            put_off.iter().for_each(|(css, at, _)| self.found.add(*css, *at));
            self.found.sort();
        }
    }

    /// Whether a selector that asks for something within an element matches at a place.
    fn matches_within(&self, plain: &Plain, at: u32) -> bool {
        let Some(element) = self.flat.element(at) else { return false };
        let holds = |inner: &Inner| {
            let found = self.places(inner.number as usize, &self.flat.within(at)).iter();
            let mut found = found.filter_map(|at| self.flat.element(*at));
            found.any(|one| inner.is_anywhere || select::matches_in(&inner.plain, one, element))
        };
        select::matches_about(plain, element, &holds)
    }

    /// The page as a whole.
    pub(super) fn whole(&self) -> Range<u32> {
        0..self.flat.len()
    }

    /// All places of a selector within a range.
    pub(super) fn all(&self, css: &Css, range: &Range<u32>) -> &[u32] {
        self.places(css.number(), range)
    }

    fn places(&self, number: usize, range: &Range<u32>) -> &[u32] {
        let found = self.found.of(number);
        let start = found.partition_point(|at| *at < range.start);
        let end = start + found[start..].partition_point(|at| *at < range.end);
        &found[start..end]
    }

    pub(super) fn first(&self, css: &Css, range: &Range<u32>) -> Option<u32> {
        self.all(css, range).first().copied()
    }

    /// Whether a selector matches this very place.
    pub(super) fn is(&self, css: Option<&Css>, at: u32) -> bool {
        css.is_some_and(|css| self.found.of(css.number()).binary_search(&at).is_ok())
    }

    /// Whether a selector matches the element at a place, or something within it.
    pub(super) fn has(&self, css: Option<&Css>, at: u32) -> bool {
        css.is_some_and(|css| self.first(css, &(at..self.flat.within(at).end)).is_some())
    }

    /// An address as the page means it.
    pub(super) fn resolve(&self, href: &str) -> Option<Url> {
        Some(self.profile.without_session(self.resolve_as_printed(href)?))
    }

    /// The same with the session that it may carry.
    pub(super) fn resolve_as_printed(&self, href: &str) -> Option<Url> {
        let href = href.trim();
        // Most links stay on their host: then it need not be read again.
        let path = href.strip_prefix(&self.base[..Position::BeforePath]).filter(|path| is_plain_path(path));
        self.base.join(path.unwrap_or(href)).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
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

/// Whether an address that begins with a slash is one of a host's own: not, as `//`, the beginning of another host.
fn is_plain_path(path: &str) -> bool {
    let mut bytes = path.bytes();
    bytes.next() == Some(b'/')
        && bytes.next().is_none_or(|second| second.is_ascii_graphic() && !b"/\\".contains(&second))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use scraper::{Html, Selector};

    use super::*;
    use crate::extract::select::random;

    /// The places that a profile's selector matches, and those that it matches by itself.
    fn found(html: &str, selector: &str) -> (Vec<u32>, Vec<u32>) {
        let list = toml::Value::String(selector.to_owned());
        let profile =
            format!("name = 'x'\n[thread]\nboards = {list}\n[post]\neach = {list}\nbody = 'b'\n[board]\neach = {list}");
        let profile = Profile::from_text("x.toml", &profile).unwrap();
        let html = Html::parse_document(html);
        let base = Url::parse("http://forum.example/").unwrap();
        let mut view = View::new(Flat::of(&html), &profile, base, ExtractOptions::default());
        view.ask_on();
        let of = |css: &Option<Css>| view.all(css.as_ref().unwrap(), &view.whole()).to_vec();
        let all = [of(&profile.thread.boards), of(&profile.post.each), of(&profile.board.each)];
        assert!(all.iter().all(|one| *one == all[0]));
        let selector = Selector::parse(selector).unwrap();
        let expected = view.flat.elements().filter(|(_, element)| selector.matches(element));
        (all[0].clone(), expected.map(|(at, _)| at).collect())
    }

    #[test]
    fn what_stands_within_is_looked_up() {
        let page =
            "<table><tr><td><i class=a></i></td><td id=x><i></i><b class=a></b></td></table><p><b class=a></b></p>";
        for (selector, count) in [
            ("td:has(.a)", 2),
            ("td:has(> b.a), td:has(i.a), #x", 2),
            ("tr:has(> td > i.a)", 1),
            ("table:has(> td)", 0),
            ("td:not(:has(b))", 1),
            ("p:has(> b:first-child:last-child)", 1),
            ("body:has(table td, u)", 1),
            ("td:has(table .a)", 0),
            ("i:has(+ .a)", 1),
            ("td:has(i + .a)", 1),
            ("td:has(i ~ .a)", 1),
        ] {
            let (got, expected) = found(page, selector);
            assert_eq!((&got, got.len()), (&expected, count), "{selector}");
        }
    }

    #[test]
    fn addresses_are_resolved_as_the_standard_does() {
        let profile = Profile::from_text("x.toml", "name = 'x'").unwrap();
        let html = Html::parse_document("");
        for base in ["http://forum.example/a/b?c#d", "https://u:p@forum.example:81/a/", "http://forum.example"] {
            let base = Url::parse(base).unwrap();
            let view = View::new(Flat::of(&html), &profile, base.clone(), ExtractOptions::default());
            let origin = &base[..Position::BeforePath];
            for rest in [
                "",
                "/",
                "/x?y#z",
                "//other.example/",
                "/\\other.example/",
                "/\t/other.example",
                "/./..//x",
                "x",
                ":80/y",
                "?q",
                "/é y",
            ] {
                for href in [format!("{origin}{rest}"), format!(" {rest} "), format!("{}{rest}", origin.to_uppercase())]
                {
                    assert_eq!(view.resolve_as_printed(&href), base.join(href.trim()).ok(), "{href:?} on {base}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn a_page_is_asked_as_by_its_selectors(html in random::markup(), selector in random::selector()) {
            let (got, expected) = found(&html, &selector);
            prop_assert_eq!(got, expected, "{} on {}", selector, html);
        }
    }
}
