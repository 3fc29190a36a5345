//! What stands above an element, while a page is walked.

use super::keys::ANY;

/// What elements carry, as bits: a filter, which may say yes where it should say no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Above(u128);

impl Above {
    /// All of these.
    pub(super) fn of(hashes: &[u64]) -> Above {
        hashes.iter().fold(Above::default(), |all, hash| all.with(Above(1 << (hash >> 57))))
    }

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

/// Places for what is asked of elements above others.
const PLACES: usize = 2048;

/// What is asked of elements above others: all else that they carry is left out of the filter, so that it says yes seldom.
#[derive(Clone, Debug)]
pub struct AskedAbove([u64; PLACES / 64]);

impl AskedAbove {
    /// Something asks for this.
    pub(super) fn ask(&mut self, hash: u64) {
        let (word, bit) = place(hash);
        self.0[word] |= bit;
    }

    /// What of this is asked for.
    #[inline]
    pub fn among(&self, carried: &[u64]) -> Above {
        let asked = carried.iter().filter(|hash| **hash != ANY && self.has(**hash));
        asked.fold(Above::default(), |all, hash| all.with(Above::of(&[*hash])))
    }

    #[inline]
    fn has(&self, hash: u64) -> bool {
        let (word, bit) = place(hash);
        self.0[word] & bit != 0
    }
}

impl Default for AskedAbove {
    fn default() -> AskedAbove {
        AskedAbove([0; PLACES / 64])
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
        let (outer, inner) = (asked.among(&[ANY, a, c]), asked.among(&[b]));
        assert!(outer.has(Above::of(&[a])) && !outer.has(Above::of(&[b])) && !outer.has(Above::of(&[a, b])));
        assert!(outer.with(inner).has(Above::of(&[a, b])) && outer.has(Above::default()));
        assert_eq!(asked.among(&[c]), Above::default(), "nobody asks for it");
    }
}
