//! The posts of a page, and where they stand in their thread.

use std::collections::HashSet;

use rusqlite::params;

use crate::frontier::work::Work;

/// Which page of which thread.
#[derive(Clone, Copy, Debug)]
pub(in crate::frontier) struct Here {
    pub(in crate::frontier) thread: i64,
    pub(in crate::frontier) number: u32,
    /// No page follows.
    pub(in crate::frontier) complete: bool,
    /// Every post of the page was read, so that it can prove one missing.
    pub(in crate::frontier) whole: bool,
    pub(in crate::frontier) descending: bool,
}

/// The posts of a page that was just read, and where they stand.
///
/// A thread's places are one scale at any time, though its pages are read at different ones. A page whose posts moved up
/// because something before it is gone keeps its old places when what is before it was not read along; and when it was, all
/// that comes after the page moves up with it ([`shift_rest`]).
#[derive(Clone, Debug, Default)]
pub(in crate::frontier) struct Seen {
    keys: HashSet<String>,
    /// In page order: the place before the read, where one was known in this thread, and the place after it.
    moves: Vec<(Option<i64>, i64)>,
}

impl Seen {
    /// `posts`: key, place as known, place as printed. `read_on`: what comes before the page was read along.
    /// `last`: the greatest place in the thread, after which a page of nothing but new posts comes, where it does. A place
    /// that is not certain is none.
    pub(in crate::frontier) fn new<'a>(
        posts: impl Iterator<Item = (&'a str, Option<i64>, i64)>,
        descending: bool,
        read_on: bool,
        last: Option<i64>,
    ) -> Seen {
        let mut seen = Seen::default();
        for (key, before, now) in posts {
            seen.keys.insert(key.to_owned());
            seen.moves.push((before, now));
        }
        let known = seen.moves.iter().position(|(before, _)| before.is_some_and(|before| before > 0));
        let first = known.and_then(|at| seen.moves.get(at)).and_then(|(before, now)| Some(((*before)?, *now)));
        let offset = match first {
            Some((before, now)) if now > 0 && (descending || !read_on) => Some(before - now),
            None if !descending && !read_on => {
                last.zip(seen.moves.first()).map(|(last, (_, now))| (last + 2 - now).max(0))
            }
            _ => Some(0),
        };
        // what came in before the first post that was known here has no place on the old scale
        let strange = if descending || read_on { 0 } else { known.unwrap_or(0) };
        for (at, (before, now)) in seen.moves.iter_mut().enumerate() {
            *now = match offset {
                Some(offset) if at >= strange && *now > 0 => (*now + offset).max(1),
                _ => before.unwrap_or(0),
            };
        }
        seen
    }

    /// The page's posts.
    pub(super) fn keys(&self) -> &HashSet<String> {
        &self.keys
    }

    /// The page's posts, taken out.
    pub(super) fn into_keys(self) -> HashSet<String> {
        self.keys
    }

    /// Posts that were not known in this thread stand where its latest are: what was known ends before them.
    pub(super) fn ends_in_unknown(&self, descending: bool) -> bool {
        let end = if descending { self.moves.first() } else { self.moves.last() };
        end.is_some_and(|(before, _)| before.is_none())
    }

    /// A post was not known in this thread.
    pub(in crate::frontier) fn any_unknown(&self) -> bool {
        self.moves.iter().any(|(before, _)| before.is_none())
    }

    /// Places before the read, of posts that were known with one.
    pub(in crate::frontier) fn before(&self) -> impl Iterator<Item = i64> {
        self.moves.iter().filter_map(|(before, _)| before.filter(|before| *before > 0))
    }

    /// The place after the read of a post, by its number on the page.
    pub(in crate::frontier) fn place(&self, at: usize) -> i64 {
        self.moves.get(at).map_or(0, |(_, now)| *now)
    }

    /// The least and the greatest place after the read.
    pub(in crate::frontier) fn range(&self) -> Option<(i64, i64)> {
        let places = || self.moves.iter().map(|(_, now)| *now).filter(|now| *now > 0);
        Some((places().min()?, places().max()?))
    }

    /// Where a missing post belongs after the read: between the seen post before it and the one after it.
    pub(super) fn anchor(&self, place: i64) -> i64 {
        let known = || self.moves.iter().filter_map(|(before, now)| Some((before.filter(|place| *place > 0)?, *now)));
        match known().filter(|(before, _)| *before < place).max() {
            Some((_, now)) => now + 1,
            None => known().min().map_or(place, |(_, now)| now - 1),
        }
    }

    /// How far the page's last known post has moved, and the outermost place before.
    fn shift(&self, descending: bool) -> Option<(i64, i64)> {
        let known = self.moves.iter().rev().find_map(|(before, now)| Some((before.filter(|place| *place > 0)?, *now)));
        let (before, now) = known?;
        let edge = if descending { self.before().min() } else { self.before().max() };
        Some((now - before, edge?))
    }
}

/// Moves all that comes after the page as far as its last post has moved.
pub(in crate::frontier) fn shift_rest(work: &mut Work<'_>, here: Here, seen: &Seen) -> rusqlite::Result<()> {
    let Some((by, edge)) = seen.shift(here.descending).filter(|(by, _)| *by != 0) else { return Ok(()) };
    let (posts, pages) = if here.descending {
        ("UPDATE post SET place = max(place + ?2, 1) WHERE thread = ?1 AND place > 0 AND place < ?3", "lo < ?3")
    } else {
        ("UPDATE post SET place = max(place + ?2, 1) WHERE thread = ?1 AND place > ?3", "lo > ?3")
    };
    work.db.prepare_cached(posts)?.execute(params![here.thread, by, edge])?;
    work.db
        .prepare_cached(&format!("UPDATE page SET lo = lo + ?2, hi = hi + ?2 WHERE thread = ?1 AND {pages}"))?
        .execute(params![here.thread, by, edge])?;
    work.queue.recent.shift(here.thread, here.descending, edge, by);
    Ok(())
}
