//! Deletions: a post that is missing from two whole reads of the place where it should be.
//!
//! A post is missed where its place lies between posts that are seen: within a page, or between it and a neighbouring one
//! ([`look`]). And where a run has read all pages of a thread, what is on none of them is missed, wherever it was thought to
//! stand ([`sweep::remember`]). That is a doubt, no more: posts move up over page borders while a crawl goes on, and threads are merged and
//! split. What is in doubt is looked for once more, on the pages around its place too, and only what they all lack is
//! proven missing ([`sweep`]).

mod recent;
mod seen;
mod sweep;
mod tombstone;

use rusqlite::{OptionalExtension, params};

use crate::model::Reason;

use super::{
    queue::{rank, reason_number},
    work::Work,
};

pub(super) use recent::Recent;
pub(super) use seen::{Here, Seen, shift_rest};
pub(super) use sweep::{remember, shows_what_came_before, unchanged};
pub(super) use tombstone::{merged, page_is_missing};

/// Places of the first and the last post of a page.
type Places = (i64, i64);

/// The places, as counted before the read, that the page can speak about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    from: i64,
    to: i64,
}

/// `previous`, `next`: ranges of the pages before and after; `first`, `last`: nothing comes before or after the page.
fn window(
    seen: &[i64],
    first: bool,
    last: bool,
    previous: Option<Places>,
    next: Option<Places>,
    descending: bool,
) -> Option<Window> {
    let (least, greatest) = (seen.iter().min().copied(), seen.iter().max().copied());
    // in a thread that shows its newest post first, the page before holds the greater places
    let (first, last, previous, next) =
        if descending { (last, first, next, previous) } else { (first, last, previous, next) };
    let from = match (first, previous) {
        (true, _) => Some(1),
        (false, Some((_, hi))) => Some(least.map_or(hi + 1, |least| least.min(hi + 1))),
        (false, None) => least,
    };
    let to = match (last, next) {
        (true, _) => Some(i64::MAX),
        (false, Some((lo, _))) => Some(greatest.map_or(lo - 1, |greatest| greatest.max(lo - 1))),
        (false, None) => greatest,
    };
    Some(Window { from: from?, to: to? })
}

/// Looks for posts that the page should show and does not.
pub(super) fn look(work: &mut Work<'_>, here: Here, seen: &Seen) -> rusqlite::Result<Vec<Missed>> {
    let Here { thread, number, complete, descending, .. } = here;
    // what is known of the pages beside it will do, though it be old; a page that this run is to read speaks then
    let previous = number.checked_sub(1).map(|number| stored(work, thread, number, false)).transpose()?.flatten();
    let next = stored(work, thread, number + 1, false)?;
    let before: Vec<i64> = seen.before().collect();
    let window = window(&before, number == 1, complete, previous, next, descending);
    let Some(Window { from, mut to }) = window else { return Ok(Vec::new()) };
    if seen.ends_in_unknown(descending) {
        // known posts stand before new ones: none is left for the pages after this one
        let later = if descending { number.checked_sub(1) } else { Some(number + 1) };
        let later = later.map(|later| stored(work, thread, later, true)).transpose()?.flatten();
        to = to.max(later.map_or(i64::MAX, |(_, hi)| hi));
    }
    let run = work.run();
    let recent = |number| work.queue.recent.find(thread, number, run);
    let around = [number.checked_sub(1).and_then(recent), recent(number + 1)];
    let elsewhere = |key: &String| around.into_iter().flatten().any(|page| page.keys.contains(key));
    let mut rows = work.db.prepare_cached(
        "SELECT key, place, gone FROM post WHERE thread = ?1 AND place BETWEEN max(?2, 1) AND ?3 AND gone >= 0
         AND source = ?4",
    )?;
    let (low_end, high_end) = if descending { (complete, number == 1) } else { (number == 1, complete) };
    rows.query_map(params![thread, from, to, work.source], |row| {
        let place = row.get(1)?;
        let below = !low_end && before.iter().all(|seen| place < *seen);
        let above = !high_end && before.iter().all(|seen| place > *seen);
        Ok(Missed { key: row.get(0)?, place, gone: row.get(2)?, below, above })
    })?
    .filter(|row| row.as_ref().map_or(true, |missed| !seen.keys().contains(&missed.key) && !elsewhere(&missed.key)))
    .collect()
}

/// Another page of the thread, when it was read last; `wanted`: though it is to be read.
fn stored(work: &Work<'_>, thread: i64, number: u32, wanted: bool) -> rusqlite::Result<Option<Places>> {
    let mut row = work.db.prepare_cached(
        "SELECT lo, hi FROM page WHERE thread = ?1 AND number = ?2 AND kind = 3 AND (state = 0 OR (?4 AND state <> 4))
             AND id <> ?3 AND lo > 0 AND hi > 0",
    )?;
    row.query_row(params![thread, number, work.page.id, wanted], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// A post that the page should show and does not.
#[derive(Clone, Debug)]
pub(super) struct Missed {
    key: String,
    place: i64,
    gone: i64,
    /// Its place is between this page and the one with the lesser places.
    below: bool,
    /// Its place is between this page and the one with the greater places.
    above: bool,
}

/// Remembers what is missing for the first time, and tells what is in doubt. A tombstone takes confirming reads ([`sweep`]).
pub(super) fn judge(work: &mut Work<'_>, here: Here, seen: &Seen, missed: Vec<Missed>) -> rusqlite::Result<Doubt> {
    let first_serial = work.active().map_or(0, |active| active.first_serial);
    let mut doubt = Doubt::default();
    for Missed { key, place, gone, below, above } in missed {
        // a pass over the thread is one read, though its pages overlap: only a later pass is a second one
        let later = gone > 0 && gone <= first_serial;
        if gone > 0 && !later && !below && !above && !work.page.confirm {
            continue;
        }
        doubt.any = true;
        doubt.again |= later;
        let (before, after) = if here.descending { (above, below) } else { (below, above) };
        doubt.before |= before;
        doubt.after |= after;
        if gone == 0 {
            miss(work, &key, seen.anchor(place))?;
        }
    }
    Ok(doubt)
}

/// Remembers that a post is missing.
fn miss(work: &mut Work<'_>, key: &str, place: i64) -> rusqlite::Result<()> {
    work.done.posts.missing += 1;
    work.db
        .prepare_cached("UPDATE post SET gone = ?3, place = ?4 WHERE source = ?1 AND key = ?2")?
        .execute(params![work.source, key, work.counters.serial, place])
        .map(drop)
}

/// What a page left open.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Doubt {
    /// A post is missing and not proven so.
    any: bool,
    /// One of them was missing from an earlier pass already.
    again: bool,
    /// One stands between this page and the page before.
    before: bool,
    /// One stands between this page and the page after.
    after: bool,
    /// One may stand anywhere in the thread.
    anywhere: bool,
}

/// Threads of up to so many pages are read whole to confirm; of longer ones, the pages around the place in doubt.
const SHORT: i64 = 8;

/// Sees to it that what is missing and not proven is looked for again: at once in a run that rechecks, else when the first
/// recheck is due.
pub(super) fn want_confirmation(work: &mut Work<'_>, here: Here, doubt: Doubt) -> rusqlite::Result<()> {
    if !doubt.any {
        return Ok(());
    }
    let mut last = work
        .db
        .prepare_cached("SELECT coalesce(max(number), 1) FROM page WHERE thread = ?1 AND kind = 3 AND state <> 4")?;
    let short = last.query_row([here.thread], |row| row.get::<_, i64>(0))? <= SHORT;
    let number = i64::from(here.number);
    let (from, to) = if doubt.anywhere || short {
        (0, i64::from(u32::MAX))
    } else {
        (number - 1 - i64::from(doubt.before), number + 1 + i64::from(doubt.after))
    };
    // a confirming read that finds another one missing leaves it to the next pass: a run comes to an end
    let now = doubt.again || work.active().is_some_and(|active| active.options.recheck);
    confirm_pages(work, here.thread, from, to, now && !work.page.confirm)
}

/// What the pages say then must be whole answers, so their validators are forgotten. Confirming reads come when all else is
/// read, and go from the last page to the first: a post that moves up meanwhile is seen twice, not never.
fn confirm_pages(work: &mut Work<'_>, thread: i64, from: i64, to: i64, at_once: bool) -> rusqlite::Result<()> {
    let Some(active) = work.active() else { return Ok(()) };
    let age = active.settings.recheck.first().copied();
    let later = age.and_then(|age| work.fetched_at.checked_add(age).ok()).map(jiff::Timestamp::as_millisecond);
    if at_once {
        // a page that waits for its turn, or is on its way, is read by then and once more to confirm
        work.db
            .prepare_cached(
                "UPDATE page SET etag = NULL, last_modified = NULL,
                     confirm = state <> 0 AND reason <> ?5, state = CASE state WHEN 0 THEN 1 ELSE state END,
                     due = CASE state WHEN 0 THEN 0 ELSE due END,
                     rank = CASE state WHEN 0 THEN ?4 - number ELSE rank END,
                     reason = CASE state WHEN 0 THEN ?5 ELSE reason END
                 WHERE thread = ?1 AND number BETWEEN ?2 AND ?3 AND kind = 3 AND state IN (0, 1, 2)",
            )?
            .execute(params![thread, from, to, rank::LAST, reason_number(Reason::Confirm)])?;
        work.touch();
        return Ok(());
    }
    work.db
        .prepare_cached(
            "UPDATE page SET etag = NULL, last_modified = NULL, stage = 0, recheck_at = coalesce(?4, recheck_at)
             WHERE thread = ?1 AND number BETWEEN ?2 AND ?3 AND kind = 3 AND state IN (0, 1)",
        )?
        .execute(params![thread, from, to, later])
        .map(drop)
}
