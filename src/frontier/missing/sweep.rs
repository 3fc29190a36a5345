//! Several pages of a thread at once: what is on none of them is in doubt, or proven missing.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, params};

use super::{Doubt, Here, Seen, miss, recent::RecentPage, tombstone, want_confirmation};
use crate::frontier::{posts, work::Work};

/// Remembers the page for the others of its thread, and judges what it and they lack.
pub(in crate::frontier) fn remember(
    work: &mut Work<'_>,
    here: Here,
    seen: Seen,
    doubt: Doubt,
) -> rusqlite::Result<Doubt> {
    let Some(places) = seen.range() else { return Ok(doubt) };
    let keys = seen.into_keys();
    add(work, here, places, keys, doubt)
}

/// Whether all posts of the page were on the page before it as well, where this run has read that one.
pub(in crate::frontier) fn shows_what_came_before(
    work: &Work<'_>,
    thread: i64,
    number: u32,
    seen: &Seen,
) -> Option<bool> {
    let before = work.queue.recent.find(thread, number.checked_sub(1)?, work.run())?;
    Some(seen.keys().is_subset(&before.keys))
}

/// 304: the page shows what it showed when it was read last, and counts as read for the others of its thread.
pub(in crate::frontier) fn unchanged(work: &mut Work<'_>) -> rusqlite::Result<()> {
    let (Some(thread), Some(number)) = (work.page.thread, work.page.number) else { return Ok(()) };
    let mut row = work.db.prepare_cached("SELECT lo, hi FROM page WHERE id = ?1 AND lo > 0 AND hi > 0")?;
    let places: Option<(i64, i64)> = row.query_row([work.page.id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some(places) = places else { return Ok(()) };
    let keys: HashSet<String> = work
        .db
        .prepare_cached("SELECT key FROM post WHERE thread = ?1 AND place BETWEEN ?2 AND ?3 AND gone <= 0")?
        .query_map(params![thread, places.0, places.1], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut later = work.db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM page WHERE thread = ?1 AND number > ?2 AND kind = 3 AND state <> 4)",
    )?;
    let complete = !later.query_row(params![thread, number], |row| row.get::<_, bool>(0))?;
    let here = Here { thread, number, complete, whole: true, descending: false };
    let doubt = add(work, here, places, keys, Doubt::default())?;
    want_confirmation(work, here, doubt)
}

fn add(
    work: &mut Work<'_>,
    here: Here,
    places: (i64, i64),
    keys: HashSet<String>,
    doubt: Doubt,
) -> rusqlite::Result<Doubt> {
    let (run, confirm) = (work.run(), work.page.confirm);
    let Here { thread, number, complete, whole, .. } = here;
    work.queue.recent.add(RecentPage { thread, number, run, places, confirm, whole, complete, keys });
    if confirm {
        prove(work, here)?;
        Ok(doubt)
    } else {
        sweep(work, here, doubt)
    }
}

/// What is on no page of the thread is in doubt, where the page was the last one of it that this run had to read.
fn sweep(work: &mut Work<'_>, here: Here, mut doubt: Doubt) -> rusqlite::Result<Doubt> {
    let pages = work.queue.recent.range(here.thread, here.number, work.run(), false);
    let (Some(first), Some(last)) = (pages.first(), pages.last()) else { return Ok(doubt) };
    if first.number > 1 || !last.complete {
        return Ok(doubt);
    }
    let missing = absent(work, here.thread, &pages, (i64::MIN, i64::MAX))?;
    let first_serial = work.active().map_or(0, |active| active.first_serial);
    for Absent { key, place, gone } in missing {
        let later = gone > 0 && gone <= first_serial;
        if gone == 0 || later {
            (doubt.any, doubt.anywhere) = (true, true);
            doubt.again |= later;
        }
        if gone == 0 {
            miss(work, &key, place)?;
        }
    }
    Ok(doubt)
}

/// Tombstones of what was missing before and is on none of the pages that were read to confirm, the page of its place and
/// those around it. At the ends of the thread there is nothing around; where all pages were read, places do not matter.
fn prove(work: &mut Work<'_>, here: Here) -> rusqlite::Result<()> {
    let pages = work.queue.recent.range(here.thread, here.number, work.run(), true);
    let (Some(first), Some(last)) = (pages.first(), pages.last()) else { return Ok(()) };
    let at = |at: Option<usize>| at.and_then(|at| pages.get(at)).map(|page| page.places);
    let inner = (at(Some(1)), at(pages.len().checked_sub(2)));
    let (first, last) = (first.number == 1, last.complete);
    let ((low_end, low), (high_end, high)) =
        if here.descending { ((last, inner.1), (first, inner.0)) } else { ((first, inner.0), (last, inner.1)) };
    let from = if low_end { Some(i64::MIN) } else { low.map(|(lo, _)| lo) };
    let to = if high_end { Some(i64::MAX) } else { high.map(|(_, hi)| hi) };
    let (Some(from), Some(to)) = (from, to) else { return Ok(()) };
    let mut proven = absent(work, here.thread, &pages, (from, to))?;
    // where threads were merged, places are of two scales until all is read: what this run has seen anywhere is there
    proven.retain(|post| post.gone > 0 && !work.queue.recent.shows(here.thread, work.run(), &post.key));
    for Absent { key, .. } in proven {
        tombstone::bury(work, here.thread, &key)?;
    }
    Ok(())
}

/// A known post that is on none of some pages.
struct Absent {
    key: String,
    place: i64,
    gone: i64,
}

fn absent(
    work: &Work<'_>,
    thread: i64,
    pages: &[&RecentPage],
    (from, to): (i64, i64),
) -> rusqlite::Result<Vec<Absent>> {
    // from the index alone, since hardly any post is absent
    let mut rows = work
        .db
        .prepare_cached("SELECT key, place FROM post WHERE thread = ?1 AND place BETWEEN ?2 AND ?3 AND source = ?4")?;
    let mut rows = rows.query(params![thread, from, to, work.source])?;
    let mut absent = Vec::new();
    // the page of the post before holds the next one too, as a rule
    let mut last = 0;
    while let Some(row) = rows.next()? {
        let key = row.get_ref(0)?.as_str()?;
        let shows = |at: &usize| pages.get(*at).is_some_and(|page| page.keys.contains(key));
        if let Some(at) = (last..pages.len()).chain(0..last).find(shows) {
            last = at;
            continue;
        }
        let known = posts::known(work.db, work.source, &[key])?.pop().flatten();
        if let Some(known) = known.filter(|known| known.gone >= 0) {
            absent.push(Absent { key: key.to_owned(), place: row.get(1)?, gone: known.gone });
        }
    }
    Ok(absent)
}
