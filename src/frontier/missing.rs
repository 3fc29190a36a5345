//! Deletions: a post that is missing from two whole reads of the place where it should be.
//!
//! Posts after a deleted one move up, over page borders too. So a page proves a post missing only where the post's place
//! lies between posts that are seen: within the page, or between it and a neighbouring page that the same run has read.

use std::collections::{HashSet, VecDeque};

use rusqlite::{OptionalExtension, params};

use crate::model::{Board, Change, Reason, Record, SCHEMA, Status, Thread};

use super::{
    commit::Work,
    posts::{self, DELETED},
    queue::{rank, reason_number},
};

/// Which page of which thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here {
    pub(super) thread: i64,
    pub(super) number: u32,
    /// No page follows.
    pub(super) complete: bool,
    pub(super) descending: bool,
}

/// The posts of a page that was just read, and where they stand.
///
/// A thread's places are one scale at any time, though its pages are read at different ones. A page whose posts moved up
/// because something before it is gone keeps its old places when what is before it was not read along; and when it was, all
/// that comes after the page moves up with it ([`shift_rest`]).
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    keys: HashSet<String>,
    /// In page order: the place before the read, where one was known in this thread, and the place after it.
    moves: Vec<(Option<i64>, i64)>,
}

impl Seen {
    /// `posts`: key, place as known, place as printed. `read_on`: what comes before the page was read along.
    /// `last`: the greatest place in the thread, after which a page of nothing but new posts comes.
    pub(super) fn new<'a>(
        posts: impl Iterator<Item = (&'a str, Option<i64>, i64)>,
        descending: bool,
        read_on: bool,
        last: i64,
    ) -> Seen {
        let mut seen = Seen::default();
        for (key, before, now) in posts {
            seen.keys.insert(key.to_owned());
            seen.moves.push((before, now));
        }
        let first = seen.moves.iter().find_map(|(before, now)| Some((before.filter(|before| *before > 0)?, *now)));
        let offset = match first {
            Some((before, now)) if now > 0 && (descending || !read_on) => before - now,
            None if !descending && !read_on => seen.moves.first().map_or(0, |(_, now)| (last + 2 - now).max(0)),
            _ => 0,
        };
        for (before, now) in &mut seen.moves {
            *now = if *now > 0 { (*now + offset).max(1) } else { before.unwrap_or(0) };
        }
        seen
    }

    /// A post was not known in this thread.
    pub(super) fn any_unknown(&self) -> bool {
        self.moves.iter().any(|(before, _)| before.is_none())
    }

    /// Places before the read, of posts that were known with one.
    pub(super) fn before(&self) -> impl Iterator<Item = i64> {
        self.moves.iter().filter_map(|(before, _)| before.filter(|before| *before > 0))
    }

    /// The place after the read of a post, by its number on the page.
    pub(super) fn place(&self, at: usize) -> i64 {
        self.moves.get(at).map_or(0, |(_, now)| *now)
    }

    /// The least and the greatest place after the read.
    pub(super) fn range(&self) -> Option<(i64, i64)> {
        let places = || self.moves.iter().map(|(_, now)| *now).filter(|now| *now > 0);
        Some((places().min()?, places().max()?))
    }

    /// Where a missing post belongs after the read: between the seen post before it and the one after it.
    fn anchor(&self, place: i64) -> i64 {
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
pub(super) fn shift_rest(work: &mut Work<'_>, here: Here, seen: &Seen) -> rusqlite::Result<()> {
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
    for page in &mut work.queue.recent.pages {
        let after = if here.descending { page.places.0 < edge } else { page.places.0 > edge };
        if page.thread == here.thread && after {
            page.places = (page.places.0 + by, page.places.1 + by);
        }
    }
    Ok(())
}

/// The places, as counted before the read, that the page can speak about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    from: i64,
    to: i64,
}

/// `previous`, `next`: ranges of the pages before and after, where this run has read them; `first`, `last`: nothing comes
/// before or after the page.
fn window(
    seen: &[i64],
    first: bool,
    last: bool,
    previous: Option<(i64, i64)>,
    next: Option<(i64, i64)>,
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

/// Thread pages that were read last, for their neighbours: a crawl reads the pages of a thread one after the other.
#[derive(Debug, Default)]
pub(super) struct Recent {
    pages: VecDeque<RecentPage>,
}

#[derive(Debug)]
struct RecentPage {
    thread: i64,
    number: u32,
    run: i64,
    places: (i64, i64),
    /// Read to confirm.
    confirm: bool,
    keys: HashSet<String>,
}

impl Recent {
    /// Pages kept; a few hundred kilobytes.
    const MOST: usize = 512;

    fn find(&self, thread: i64, number: u32, run: i64) -> Option<&RecentPage> {
        self.pages.iter().rev().find(|page| page.thread == thread && page.number == number && page.run == run)
    }

    fn add(&mut self, page: RecentPage) {
        self.pages.retain(|known| known.thread != page.thread || known.number != page.number);
        if self.pages.len() >= Recent::MOST {
            self.pages.pop_front();
        }
        self.pages.push_back(page);
    }
}

/// Looks for posts that the page should show and does not.
pub(super) fn look(work: &mut Work<'_>, here: Here, seen: &Seen) -> rusqlite::Result<Vec<Missed>> {
    let Here { thread, number, complete, descending } = here;
    let (run, confirm) = (work.run(), work.page.confirm);
    let find = |number| work.queue.recent.find(thread, number, run).filter(|page| page.confirm || !confirm);
    let (previous, next) = (number.checked_sub(1).and_then(find), find(number + 1));
    let places = |page: Option<&RecentPage>| page.map(|page| page.places);
    let before: Vec<i64> = seen.before().collect();
    let Some(window) = window(&before, number == 1, complete, places(previous), places(next), descending) else {
        return Ok(Vec::new());
    };
    let elsewhere = |key: &String| [previous, next].into_iter().flatten().any(|page| page.keys.contains(key));
    let mut rows = work.db.prepare_cached(
        "SELECT key, place, gone FROM post WHERE thread = ?1 AND place BETWEEN max(?2, 1) AND ?3 AND gone >= 0
         AND source = ?4",
    )?;
    let (low_end, high_end) = if descending { (complete, number == 1) } else { (number == 1, complete) };
    rows.query_map(params![thread, window.from, window.to, work.source], |row| {
        let place = row.get(1)?;
        let below = !low_end && before.iter().all(|seen| place < *seen);
        let above = !high_end && before.iter().all(|seen| place > *seen);
        Ok(Missed { key: row.get(0)?, place, gone: row.get(2)?, below, above })
    })?
    .filter(|row| row.as_ref().map_or(true, |missed| !seen.keys.contains(&missed.key) && !elsewhere(&missed.key)))
    .collect()
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

/// Missed for the first time: remembered. Missed again: a tombstone, where that is proven.
///
/// A post that moves up over a page border while the crawl goes from one page to the next is on neither. So at a border it
/// takes confirming reads to prove a post missing, and they go the other way round: what moves then is seen twice.
pub(super) fn judge(work: &mut Work<'_>, here: Here, seen: &Seen, missed: Vec<Missed>) -> rusqlite::Result<Doubt> {
    let first_serial = work.active().map_or(0, |active| active.first_serial);
    let mut doubt = Doubt::default();
    for Missed { key, place, gone, below, above } in missed {
        // a pass over the thread is one read, though its pages overlap: only a later pass is a second one
        let later = gone > 0 && gone <= first_serial;
        if gone > 0 && (work.page.confirm || (later && !below && !above)) {
            bury(work, here.thread, &key)?;
            continue;
        }
        if gone > 0 && !later {
            continue;
        }
        doubt.any = true;
        doubt.again |= later;
        let (before, after) = if here.descending { (above, below) } else { (below, above) };
        doubt.before |= before;
        doubt.after |= after;
        if gone == 0 {
            work.done.posts.missing += 1;
            work.db
                .prepare_cached("UPDATE post SET gone = ?3, place = ?4 WHERE source = ?1 AND key = ?2")?
                .execute(params![work.source, key, work.counters.serial, seen.anchor(place)])?;
        }
    }
    Ok(doubt)
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
}

/// Remembers the page for its neighbours.
pub(super) fn remember(work: &mut Work<'_>, here: Here, seen: Seen) {
    let Some(places) = seen.range() else { return };
    let (run, confirm) = (work.run(), work.page.confirm);
    let Here { thread, number, .. } = here;
    work.queue.recent.add(RecentPage { thread, number, run, places, confirm, keys: seen.keys });
}

/// Sees to it that what is missing and not proven is looked for again: at once in a run that rechecks, else when the first
/// recheck is due.
pub(super) fn want_confirmation(work: &mut Work<'_>, here: Here, doubt: Doubt) -> rusqlite::Result<()> {
    // a confirming read that finds another one missing leaves it to the next pass: a run comes to an end
    if !doubt.any || work.page.confirm {
        return Ok(());
    }
    let number = i64::from(here.number);
    let at_once = doubt.again || work.active().is_some_and(|active| active.options.recheck);
    confirm_pages(work, here.thread, number - i64::from(doubt.before), number + i64::from(doubt.after), at_once)
}

/// What the pages say then must be whole answers, so their validators are forgotten.
fn confirm_pages(work: &mut Work<'_>, thread: i64, from: i64, to: i64, at_once: bool) -> rusqlite::Result<()> {
    let Some(active) = work.active() else { return Ok(()) };
    let age = active.settings.recheck.first().copied();
    let later = age.and_then(|age| work.fetched_at.checked_add(age).ok()).map(jiff::Timestamp::as_millisecond);
    if at_once {
        work.db
            .prepare_cached(
                "UPDATE page SET etag = NULL, last_modified = NULL, due = 0,
                     rank = CASE state WHEN 1 THEN rank ELSE ?4 + ?3 - number END, reason = CASE state WHEN 1 THEN reason ELSE ?5 END,
                     state = 1
                 WHERE thread = ?1 AND number BETWEEN ?2 AND ?3 AND state IN (0, 1)",
            )?
            .execute(params![thread, from, to, rank::CONFIRM, reason_number(Reason::Confirm)])?;
        if let Ok(url) = url::Url::parse(&work.page.url) {
            work.queue.touch(work.source, &url.origin().ascii_serialization());
        }
        return Ok(());
    }
    work.db
        .prepare_cached(
            "UPDATE page SET etag = NULL, last_modified = NULL, stage = 0, recheck_at = coalesce(?4, recheck_at)
             WHERE thread = ?1 AND number BETWEEN ?2 AND ?3 AND state IN (0, 1)",
        )?
        .execute(params![thread, from, to, later])
        .map(drop)
}

/// The engine says that the page does not exist.
pub(super) fn page_is_missing(work: &mut Work<'_>) -> rusqlite::Result<()> {
    let run = work.run();
    let first = work.page.number.unwrap_or(1) <= 1;
    let thread = match work.page.thread {
        Some(thread) if first => thread,
        thread => {
            work.db
                .prepare_cached("UPDATE page SET state = 4, run = ?2, recheck_at = NULL WHERE id = ?1")?
                .execute(params![work.page.id, run])?;
            // the thread has become shorter, or is gone: the page before tells
            if let Some(thread) = thread
                && super::enqueue::want_last_page(work.db, work.queue, work.source, run, thread)? == Some(false)
            {
                work.settle(Some(thread))?;
            }
            return Ok(());
        }
    };
    work.read(false)?;
    work.settle(Some(thread))?;
    let mut row = work.db.prepare_cached("SELECT gone FROM thread WHERE id = ?1")?;
    let gone: i64 = row.query_row([thread], |row| row.get(0)).optional()?.unwrap_or(DELETED);
    match gone {
        DELETED => work
            .db
            .prepare_cached("UPDATE page SET state = 4, recheck_at = NULL WHERE thread = ?1")?
            .execute([thread])
            .map(drop),
        0 => {
            work.db
                .prepare_cached("UPDATE thread SET gone = ?2 WHERE id = ?1")?
                .execute(params![thread, work.counters.serial])?;
            // its other pages would say the same
            work.db
                .prepare_cached(
                    "UPDATE page SET state = 0, recheck_at = NULL WHERE thread = ?1 AND state = 1 AND id <> ?2",
                )?
                .execute(params![thread, work.page.id])?;
            let at_once = work.active().is_some_and(|active| active.options.recheck);
            confirm_pages(work, thread, 0, 1, at_once)
        }
        _ => bury_thread(work, thread),
    }
}

fn bury_thread(work: &mut Work<'_>, thread: i64) -> rusqlite::Result<()> {
    let keys: Vec<String> = {
        let mut rows =
            work.db.prepare_cached("SELECT key FROM post WHERE thread = ?1 AND gone >= 0 ORDER BY place, key")?;
        rows.query_map([thread], |row| row.get(0))?.collect::<Result<_, _>>()?
    };
    for key in keys {
        bury(work, thread, &key)?;
    }
    work.db.prepare_cached("UPDATE thread SET gone = ?2 WHERE id = ?1")?.execute(params![thread, DELETED])?;
    work.db
        .prepare_cached("UPDATE page SET state = 4, recheck_at = NULL WHERE thread = ?1")?
        .execute([thread])
        .map(drop)
}

/// Emits the tombstone of a post.
fn bury(work: &mut Work<'_>, thread: i64, key: &str) -> rusqlite::Result<()> {
    let mut row = work.db.prepare_cached(
        "SELECT post.place, post.revision, permalink.shape, thread.key, thread.url, thread.title, boards.path,
                source.name, source.engine
         FROM post JOIN source ON source.id = post.source JOIN thread ON thread.id = ?3
              LEFT JOIN permalink ON permalink.id = post.permalink LEFT JOIN boards ON boards.id = thread.boards
         WHERE post.source = ?1 AND post.key = ?2",
    )?;
    let post_id = key.rsplit('/').next().unwrap_or(key).to_owned();
    let record = row.query_row(params![work.source, key, thread], |row| {
        let place: i64 = row.get(0)?;
        let revision: u32 = row.get(1)?;
        let shape: Option<String> = row.get(2)?;
        let thread_id: String = row.get(3)?;
        let thread_id = Some(thread_id).filter(|id| !id.starts_with('#'));
        let title: Option<String> = row.get(5)?;
        let boards: Option<String> = row.get(6)?;
        let boards: Vec<Board> = boards.and_then(|path| serde_json::from_str(&path).ok()).unwrap_or_default();
        let source: String = row.get(7)?;
        Ok(Record {
            schema: SCHEMA.to_owned(),
            seq: None,
            id: format!("{source}/{key}"),
            change: Change::Deleted,
            revision: revision.saturating_add(1),
            source,
            engine: row.get(8)?,
            url: shape.map(|shape| posts::fill(&shape, &post_id, thread_id.as_deref())),
            thread: Some(Thread { id: thread_id, url: row.get(4)?, title: title.clone(), boards }),
            post_id: Some(post_id),
            position: u32::try_from((place + 1) / 2).ok().filter(|place| *place > 0),
            headline: title,
            author: None,
            date_published: None,
            date_published_raw: None,
            edit: None,
            text: None,
            article: None,
            quotes: Vec::new(),
            links: Vec::new(),
            images: Vec::new(),
            attachments: Vec::new(),
            in_language: None,
            status: Status::Deleted,
            content_hash: blake3::hash(b"").to_hex()[..32].to_owned(),
            markdown: None,
            html: None,
            fetched_at: work.fetched_at.to_string(),
            warnings: Vec::new(),
        })
    })?;
    work.db
        .prepare_cached("UPDATE post SET gone = ?3, revision = ?4, run = ?5 WHERE source = ?1 AND key = ?2")?
        .execute(params![work.source, key, DELETED, record.revision, work.run()])?;
    work.done.posts.deleted += 1;
    posts::emit(work, record)
}
