//! What stands above an element, while a page is walked.

use std::{collections::HashMap, hash::BuildHasherDefault};

use super::keys::Identity;

/// What elements carry, as bits: a filter, which may say yes where it should say no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Above(u128);

impl Above {
    /// This and more.
    #[inline]
    pub fn with(self, more: Above) -> Above {
        Above(self.0 | more.0)
    }

    /// Whether all of that may be carried.
    #[inline]
    pub(super) fn has(self, asked: Above) -> bool {
        asked.0 & !self.0 == 0
    }
}

/// Some bits of a hash tell that nothing asks for it sooner than the map.
const PLACES: usize = 2048;

/// What is asked of elements above others, each with its bit; beyond 128 some share one.
#[derive(Clone, Debug)]
pub struct AskedAbove {
    bits: HashMap<u64, Above, BuildHasherDefault<Identity>>,
    present: [u64; PLACES / 64],
}

impl AskedAbove {
    /// Something asks for this.
    pub(super) fn ask(&mut self, hash: u64) {
        let (word, bit) = place(hash);
        self.present[word] |= bit;
        let next = Above(1 << (self.bits.len() % 128));
        self.bits.entry(hash).or_insert(next);
    }

    /// What of this is asked for.
    #[inline]
    pub fn among(&self, carried: &[u64]) -> Above {
        let present = carried.iter().filter(|hash| {
            let (word, bit) = place(**hash);
            self.present[word] & bit != 0
        });
        present.filter_map(|hash| self.bits.get(hash)).fold(Above::default(), |all, bit| all.with(*bit))
    }
}

impl Default for AskedAbove {
    fn default() -> AskedAbove {
        AskedAbove { bits: HashMap::default(), present: [0; PLACES / 64] }
    }
}

#[inline]
fn place(hash: u64) -> (usize, u64) {
    ((hash >> 59) as usize, 1 << (hash >> 53 & 63))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::keys::class_hash;

    #[test]
    fn what_is_asked_for_is_carried() {
        let [a, b, c] = ["a", "b", "c"].map(class_hash);
        let mut asked = AskedAbove::default();
        [a, b].iter().for_each(|hash| asked.ask(*hash));
        let (outer, inner) = (asked.among(&[a, c]), asked.among(&[b]));
        let both = asked.among(&[a, b]);
        assert!(outer.has(asked.among(&[a])) && !outer.has(inner) && !outer.has(both));
        assert!(outer.with(inner).has(both) && outer.has(Above::default()));
        assert_eq!(asked.among(&[c]), Above::default(), "nobody asks for it");
    }
}
