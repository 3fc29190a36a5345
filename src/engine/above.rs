//! What stands above an element, while a page is walked.

/// What the elements above the present one carry: a counting filter, which may say yes where it should say no.
#[derive(Clone, Debug)]
pub struct Above {
    counts: Box<[u32; 2048]>,
    carried: Vec<u16>,
}

impl Default for Above {
    fn default() -> Above {
        Above { counts: Box::new([0; 2048]), carried: Vec::new() }
    }
}

impl Above {
    /// An element that is entered carries this.
    #[inline]
    pub fn enter(&mut self, hash: u64) {
        let slot = (hash >> 53) as u16;
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

    #[inline]
    pub(super) fn has(&self, hash: u64) -> bool {
        self.counts[(hash >> 53) as usize] > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::keys::class_hash;

    #[test]
    fn what_was_left_is_no_longer_above() {
        let mut above = Above::default();
        above.enter(class_hash("a"));
        let mark = above.mark();
        above.enter(class_hash("b"));
        assert!(above.has(class_hash("a")) && above.has(class_hash("b")));
        above.leave(mark);
        assert!(above.has(class_hash("a")) && !above.has(class_hash("b")));
    }
}
