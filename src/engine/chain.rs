//! What a selector asks of the elements above one, as hashes of what they carry: then those that are open need not be asked for
//! their names, ids and classes again.

use super::{
    keys::{class_hash, id_hash, tag_hash},
    plain::{Compound, Look, Plain, Stands},
};

/// What must be carried above an element, the nearest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain(Vec<Link>);

/// What one element above must carry, and how what is asked for before it stands to it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Link {
    is_direct: bool,
    carries: Vec<u64>,
}

impl Chain {
    /// All that an alternative asks beyond its own names and attributes; `None` where that is more than what is carried above.
    pub(super) fn of(plain: &Plain) -> Option<Chain> {
        let (first, about) = plain.compounds().split_first()?;
        if !first.more.is_empty() || first.is_scope {
            return None;
        }
        let mut stands = first.stands;
        let mut links = Vec::with_capacity(about.len());
        for compound in about {
            let Compound { tag, id, classes, tests, more, is_scope, stands: next } = compound;
            let is_direct = match stands {
                Stands::Within => false,
                Stands::Directly => true,
                Stands::Next | Stands::Behind => return None,
            };
            if !tests.is_empty() || !more.is_empty() || *is_scope {
                return None;
            }
            let names = tag.iter().map(|tag| tag_hash(tag)).chain(id.iter().map(|id| id_hash(id)));
            let carries = names.chain(classes.iter().map(|class| class_hash(class))).collect();
            links.push(Link { is_direct, carries });
            stands = *next;
        }
        Some(Chain(links))
    }

    /// Whether that is carried by the outermost so many open elements; `carries` tells whether the element of a number, counted
    /// from outside, carries something.
    #[inline]
    pub fn stands_in(&self, open: usize, carries: impl Fn(usize, u64) -> bool) -> bool {
        self.0.is_empty() || look(&self.0, open, &carries) == Look::Found
    }
}

fn look(links: &[Link], open: usize, carries: &impl Fn(usize, u64) -> bool) -> Look {
    let Some((link, about)) = links.split_first() else { return Look::Found };
    let carries_all = |number: usize| link.carries.iter().all(|hash| carries(number, *hash));
    if link.is_direct {
        return match open.checked_sub(1) {
            Some(parent) if carries_all(parent) => look(about, parent, carries),
            Some(_) => Look::NotHere,
            None => Look::Nowhere,
        };
    }
    for above in (0..open).rev() {
        if carries_all(above) {
            match look(about, above, carries) {
                Look::NotHere => {}
                done => return done,
            }
        }
    }
    Look::Nowhere
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Elements from outside in, each with what it carries.
    fn stands(selector: &str, open: &[&[u64]]) -> Option<bool> {
        let chain = Chain::of(&Plain::of(selector).unwrap())?;
        Some(chain.stands_in(open.len(), |number, hash| open[number].contains(&hash)))
    }

    #[test]
    fn what_is_carried_above() {
        let (a, b, c) = (class_hash("a"), tag_hash("b"), id_hash("c"));
        for (selector, open, found) in [
            ("x", &[][..], Some(true)),
            (".a x", &[&[a][..], &[b]][..], Some(true)),
            (".a > x", &[&[a], &[b]], Some(false)),
            (".a > b > x", &[&[a], &[b]], Some(true)),
            (".a > b x", &[&[a], &[b], &[c]], Some(true)),
            ("b#c.a x", &[&[a, b, c]], Some(true)),
            ("b#c.a x", &[&[a, b], &[c]], Some(false)),
            // the nearest that fits may be the wrong one
            (".a > b x", &[&[a], &[b], &[c], &[b]], Some(true)),
            (".a b > #c x", &[&[b], &[a], &[c], &[b], &[c]], Some(true)),
            (".a b > #c x", &[&[b], &[c], &[a], &[c]], Some(false)),
            ("* > x", &[&[a]], Some(true)),
            ("* > x", &[], Some(false)),
            (".a[id] x", &[&[a]], None),
            (".a + x", &[&[a]], None),
            (".a x:first-child", &[&[a]], None),
        ] {
            assert_eq!(stands(selector, open), found, "{selector} in {open:?}");
        }
    }
}
