//! The small integers that stand for words in the database.

use crate::model::{PageKind, Reason};

const KINDS: [PageKind; 5] = [PageKind::Unknown, PageKind::Index, PageKind::Board, PageKind::Thread, PageKind::Feed];

const REASONS: [Reason; 4] = [Reason::Discover, Reason::Changed, Reason::Recheck, Reason::Confirm];

pub(in crate::frontier) fn kind_number(kind: PageKind) -> i64 {
    match kind {
        PageKind::Unknown => 0,
        PageKind::Index => 1,
        PageKind::Board => 2,
        PageKind::Thread => 3,
        PageKind::Feed => 4,
    }
}

pub(in crate::frontier) fn kind_of(number: i64) -> PageKind {
    usize::try_from(number).ok().and_then(|at| KINDS.get(at).copied()).unwrap_or_default()
}

pub(in crate::frontier) fn reason_number(reason: Reason) -> i64 {
    match reason {
        Reason::Discover => 0,
        Reason::Changed => 1,
        Reason::Recheck => 2,
        Reason::Confirm => 3,
    }
}

pub(super) fn reason_of(number: i64) -> Reason {
    usize::try_from(number).ok().and_then(|at| REASONS.get(at).copied()).unwrap_or_default()
}
