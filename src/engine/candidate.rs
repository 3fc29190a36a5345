//! What an element must be to match one alternative of a selector.

use super::{
    above::Above,
    attribute::AttributeTest,
    chain::Chain,
    keys::{ANY, Parts, compounds, kind, simple_parts},
    plain::Plain,
};

/// What may match an element that carries one thing.
#[derive(Debug, Default)]
pub struct Candidates {
    /// Wherever it stands.
    pub anywhere: Vec<Candidate>,
    /// Where it stands in others, …
    pub(super) within: Vec<Candidate>,
    /// … which carry that.
    pub(super) asked: Vec<Above>,
}

impl Candidates {
    /// Whether some ask for what stands above an element.
    #[inline]
    pub fn ask_above(&self) -> bool {
        !self.within.is_empty()
    }

    /// Those of them for which that may stand above it.
    #[inline]
    pub fn within(&self, above: Above) -> impl Iterator<Item = &Candidate> {
        self.asked.iter().zip(&self.within).filter(move |(asked, _)| above.has(**asked)).map(|(_, candidate)| candidate)
    }
}

/// An alternative of a selector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    /// The selector's number.
    pub css: u32,
    /// What attributes of the element must be.
    tests: Vec<AttributeTest>,
    /// What it must carry besides the key.
    also: Vec<u64>,
    /// What must be carried by elements above it.
    pub(super) above: Vec<u64>,
    /// The bits of the attributes that the tests are about: see [`kind`].
    kinds: u64,
    /// All that it asks for beyond its names and attributes, where that is what is carried above it: then what is carried tells
    /// whether an element matches.
    pub chain: Option<Chain>,
    /// All that it asks for, where that is plain: then the selector itself need not be asked.
    pub plain: Option<Plain>,
}

impl Candidate {
    /// One that asks for what a compound asks for, and for what elements above carry.
    pub(super) fn new(css: u32, compound: Parts, above: Vec<u64>) -> Candidate {
        let Parts { key: _, also, tests } = compound;
        let kinds = kinds_of(&tests);
        Candidate { css, tests, also, above, kinds, chain: None, plain: None }
    }

    /// Whether an element of these names and of attributes of these bits may match.
    #[inline]
    pub fn is_named(&self, carried: &[u64], kinds: u64) -> bool {
        self.kinds & !kinds == 0 && self.also.iter().all(|hash| carried.contains(hash))
    }

    /// Whether it asks for attributes of the element.
    #[inline]
    pub fn has_tests(&self) -> bool {
        !self.tests.is_empty()
    }

    /// Whether an element's attributes are what they must be; `passes` tells of each test.
    #[inline]
    pub fn passes(&self, passes: impl Fn(&AttributeTest) -> bool) -> bool {
        self.tests.iter().all(passes)
    }
}

/// The key of one alternative, and what else it asks for.
pub(super) fn candidate_of(css: u32, alternative: &str) -> (u64, Candidate) {
    let mut compounds = compounds(alternative);
    let (last, _) = compounds.pop().unwrap_or_default();
    // What is followed by a sibling's combinator stands beside, not above.
    let above = compounds.iter().filter(|(_, then)| matches!(then, ' ' | '>'));
    let above: Vec<u64> = above.flat_map(|(compound, _)| simple_parts(compound).all().collect::<Vec<_>>()).collect();
    let Parts { key, also, tests } = simple_parts(last);
    let plain = Plain::of(alternative);
    let chain = plain.as_ref().and_then(Chain::of);
    (key.unwrap_or(ANY), Candidate { chain, plain, ..Candidate::new(css, Parts { key, also, tests }, above) })
}

fn kinds_of(tests: &[AttributeTest]) -> u64 {
    tests.iter().fold(0, |kinds, test| kinds | kind(test.key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::keys::{class_hash, id_hash, tag_hash};

    #[test]
    fn the_last_compound_decides() {
        let (id, class, tag) = (id_hash, class_hash, tag_hash);
        let table = [
            ("div.post[id^=p]", class("post"), 1, vec![]),
            (".post", class("post"), 0, vec![]),
            ("#post", id("post"), 0, vec![]),
            ("cite", tag("cite"), 0, vec![]),
            ("cite.a", class("a"), 0, vec![]),
            (".a.b", class("a"), 0, vec![]),
            ("#a > b", tag("b"), 0, vec![id("a")]),
            ("#a>b", tag("b"), 0, vec![id("a")]),
            ("c.d e", tag("e"), 0, vec![class("d"), tag("c")]),
            ("td#x.y:not(.z)", id("x"), 0, vec![]),
            ("a[href*=\"x, y > z\"]", tag("a"), 1, vec![]),
            ("[id^=msg_] *", ANY, 0, vec![]),
            ("[hidden]", ANY, 1, vec![]),
            ("div:has(> .q)", tag("div"), 0, vec![]),
            (".a ~ .b > .c", class("c"), 0, vec![class("b")]),
            (".a + .b", class("b"), 0, vec![]),
            (".a>.b+.c", class("c"), 0, vec![class("a")]),
            (".a[b='> c']>.d", class("d"), 0, vec![class("a")]),
            ("ul.t > li.row a", tag("a"), 0, vec![class("t"), tag("ul"), class("row"), tag("li")]),
            ("div:is([id^=p1], [id^=p2])", tag("div"), 0, vec![]),
            ("li:last-child", tag("li"), 0, vec![]),
        ];
        for (selector, key, tests, above) in table {
            let (got, candidate) = candidate_of(0, selector);
            assert_eq!((got, candidate.tests.len(), candidate.above), (key, tests, above), "{selector}");
            let asks_more =
                selector.contains([':', '+', '~']) || ["[id^=msg_] *", ".a[b='> c']>.d"].contains(&selector);
            assert_eq!(candidate.chain.is_none(), asks_more, "{selector}");
        }
    }
}
