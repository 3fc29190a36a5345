//! What stands above an element, while a page is walked.

/// Places in the filter; what is carried falls into one.
const PLACES: usize = 2048;

/// What is asked of elements above others: all else need not be entered.
#[derive(Clone, Debug)]
pub struct AskedAbove([u64; PLACES / 64]);

impl AskedAbove {
    /// Something asks for this.
    pub(super) fn ask(&mut self, hash: u64) {
        let place = place(hash);
        self.0[usize::from(place / 64)] |= 1 << (place % 64);
    }

    /// Whether something may ask for this.
    #[inline]
    pub fn has(&self, hash: u64) -> bool {
        let place = place(hash);
        self.0[usize::from(place / 64)] & 1 << (place % 64) != 0
    }
}

impl Default for AskedAbove {
    fn default() -> AskedAbove {
        AskedAbove([0; PLACES / 64])
    }
}

/// What must stand above an element, as places in the filter; of many the first ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gate([u16; 4]);

impl Gate {
    pub(super) fn of(above: &[u64]) -> Gate {
        let mut gate = [ALWAYS; 4];
        above.iter().zip(&mut gate).for_each(|(hash, one)| *one = place(*hash));
        Gate(gate)
    }

    /// Whether it asks for nothing.
    #[inline]
    pub(super) fn is_open(self) -> bool {
        self.0[0] == ALWAYS
    }
}

impl Default for Gate {
    fn default() -> Gate {
        Gate::of(&[])
    }
}

/// A place that is carried always.
const ALWAYS: u16 = PLACES as u16;

#[inline]
fn place(hash: u64) -> u16 {
    (hash >> 53) as u16
}

/// What the elements above the present one carry: a counting filter, which may say yes where it should say no.
#[derive(Clone, Debug)]
pub struct Above {
    counts: Box<[u32; PLACES + 1]>,
    carried: Vec<u16>,
}

impl Default for Above {
    fn default() -> Above {
        let mut counts = Box::new([0; PLACES + 1]);
        counts[usize::from(ALWAYS)] = 1;
        Above { counts, carried: Vec::new() }
    }
}

impl Above {
    /// An element that is entered carries this.
    #[inline]
    pub fn enter(&mut self, hash: u64) {
        let slot = place(hash);
        self.counts[usize::from(slot)] += 1;
        self.carried.push(slot);
    }

    /// How much is carried now: the mark for [`Above::leave`].
    pub fn mark(&self) -> usize {
        self.carried.len()
    }

    /// All that was entered since the mark is left.
    pub fn leave(&mut self, mark: usize) {
        for slot in self.carried.drain(mark..) {
            self.counts[usize::from(slot)] -= 1;
        }
    }

    /// Whether all that a gate asks for is carried.
    #[inline]
    pub(super) fn opens(&self, gate: Gate) -> bool {
        gate.0.iter().all(|place| self.counts.get(usize::from(*place)).is_some_and(|count| *count > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::keys::class_hash;

    #[test]
    fn what_was_left_is_no_longer_above() {
        let mut above = Above::default();
        let [a, b] = ["a", "b"].map(class_hash);
        above.enter(a);
        let mark = above.mark();
        above.enter(b);
        assert!(above.opens(Gate::of(&[a])) && above.opens(Gate::of(&[a, b])) && above.opens(Gate::default()));
        above.leave(mark);
        assert!(above.opens(Gate::of(&[a])) && !above.opens(Gate::of(&[a, b])) && above.opens(Gate::default()));
    }
}
