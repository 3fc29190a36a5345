//! On which requests something happens.

use std::collections::HashSet;

use super::render::Kind;

/// On which requests. All conditions must hold; counts are of the requests for which they do.
#[derive(Clone, Debug)]
pub struct On {
    kind: Option<Kind>,
    contains: Option<String>,
    every: u64,
    skip: u64,
    times: u64,
    once_per_target: bool,
    seen: u64,
    done: HashSet<String>,
}

impl On {
    /// All requests but those for robots.txt.
    pub fn all() -> On {
        On {
            kind: None,
            contains: None,
            every: 1,
            skip: 0,
            times: u64::MAX,
            once_per_target: false,
            seen: 0,
            done: HashSet::new(),
        }
    }

    /// Requests of this kind.
    pub fn kind(kind: Kind) -> On {
        On { kind: Some(kind), ..On::all() }
    }

    /// Requests whose path and query hold this.
    pub fn target(contains: &str) -> On {
        On { contains: Some(contains.to_owned()), ..On::all() }
    }

    /// Only each nth of them.
    pub fn every(self, nth: u64) -> On {
        On { every: nth.max(1), ..self }
    }

    /// Not the first so many of them.
    pub fn after(self, skip: u64) -> On {
        On { skip, ..self }
    }

    /// At most so often.
    pub fn times(self, times: u64) -> On {
        On { times, ..self }
    }

    /// At most once for each path and query.
    pub fn once_per_target(self) -> On {
        On { once_per_target: true, ..self }
    }

    /// Whether this is such a request; counts it.
    pub(super) fn matches(&mut self, kind: Kind, target: &str) -> bool {
        let wanted = match self.kind {
            Some(wanted) => wanted == kind,
            None => kind != Kind::Robots || self.contains.is_some(),
        };
        if !wanted || self.contains.as_ref().is_some_and(|part| !target.contains(part)) {
            return false;
        }
        self.seen += 1;
        let turn = self.seen > self.skip && (self.seen - self.skip).is_multiple_of(self.every);
        if !turn || self.times == 0 || (self.once_per_target && !self.done.insert(target.to_owned())) {
            return false;
        }
        self.times -= 1;
        true
    }
}
