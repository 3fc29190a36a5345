//! Deletions: a post that is missing from two whole reads of the place where it should be.
//!
//! Posts after a deleted one move up, over page borders too. So a page proves a post missing only where the post's place
//! lies between posts that are seen: within the page, or between it and a neighbouring page that the same run has read.

use std::collections::{HashSet, VecDeque};

use rusqlite::{OptionalExtension, params};

use crate::model::{Board, Change, Reason, Record, SCHEMA, Status, Thread};

use super::{
    ThreadNews,
    commit::Work,
    posts::{self, DELETED},
    queue::{rank, reason_number},
};

/// The posts of a page that was just read.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) keys: HashSet<String>,
    /// Places before the read, of posts that were known with one.
    pub(super) places_before: Vec<i64>,
    /// A place before the read and the place now.
    moves: Vec<(i64, i64)>,
    lo: Option<i64>,
    hi: Option<i64>,
    /// A post was not known in this thread.
    pub(super) any_unknown: bool,
    /// Something of the page was emitted.
    pub(super) changed: bool,
}

impl Seen {
    pub(super) fn add(&mut self, key: String, before: i64, now: i64, known: bool) {
        self.keys.insert(key);
        self.any_unknown |= !known;
        if before > 0 {
            self.places_before.push(before);
            self.moves.push((before, now));
        }
        for place in [before, now].into_iter().filter(|place| *place > 0) {
            self.lo = Some(self.lo.map_or(place, |lo| lo.min(place)));
            self.hi = Some(self.hi.map_or(place, |hi| hi.max(place)));
        }
    }

    /// The least and the greatest place, by the count before the read and by that after it.
    pub(super) fn range(&self) -> (Option<i64>, Option<i64>) {
        (self.lo, self.hi)
    }

    /// The least and the greatest place by the count before the read.
    fn range_before(&self) -> Option<(i64, i64)> {
        Some((*self.places_before.iter().min()?, *self.places_before.iter().max()?))
    }

    /// Where a missing post belongs by the count after the read: at the nearest seen post before it, else after it.
    fn anchor(&self, place: i64) -> i64 {
        let before = self.moves.iter().filter(|(old, _)| *old < place).max();
        before.or(self.moves.iter().min()).map_or(place, |(_, now)| *now)
    }
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
    /// By the count before it was read.
    places: (i64, i64),
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

/// Looks for posts that the page should show and does not. Missing for the first time: remembered. Missing for the second
/// time: a tombstone.
pub(super) fn look(
    work: &mut Work<'_>,
    thread: i64,
    number: u32,
    complete: bool,
    told: &ThreadNews,
    seen: &Seen,
) -> rusqlite::Result<()> {
    let run = work.run();
    let recent = &work.queue.recent;
    let previous = number.checked_sub(1).and_then(|number| recent.find(thread, number, run));
    let next = recent.find(thread, number + 1, run);
    let places = |page: Option<&RecentPage>| page.map(|page| page.places);
    let window = window(&seen.places_before, number == 1, complete, places(previous), places(next), told.descending);
    let Some(window) = window else { return Ok(()) };
    let elsewhere = |key: &String| [previous, next].into_iter().flatten().any(|page| page.keys.contains(key));
    let candidates: Vec<(String, i64, i64)> = {
        let mut rows = work.db.prepare_cached(
            "SELECT key, place, gone FROM post WHERE thread = ?1 AND place BETWEEN max(?2, 1) AND ?3 AND gone >= 0
             AND source = ?4",
        )?;
        rows.query_map(params![thread, window.from, window.to, work.source], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .filter(|row| row.as_ref().map_or(true, |(key, _, _)| !seen.keys.contains(key) && !elsewhere(key)))
        .collect::<Result<_, _>>()?
    };
    let first_serial = work.active().map_or(0, |active| active.first_serial);
    for (key, place, gone) in candidates {
        if gone == 0 {
            work.done.posts.missing += 1;
            work.db
                .prepare_cached("UPDATE post SET gone = ?3, place = ?4 WHERE source = ?1 AND key = ?2")?
                .execute(params![work.source, key, work.counters.serial, seen.anchor(place)])?;
        } else if work.page.confirm || gone <= first_serial {
            // a pass over the thread is one read, though its pages overlap: only a later pass is a second one
            bury(work, thread, &key)?;
        }
    }
    Ok(())
}

/// Remembers the page for its neighbours.
pub(super) fn remember(work: &mut Work<'_>, thread: i64, number: u32, seen: Seen) {
    let Some(places) = seen.range_before() else { return };
    let run = work.run();
    work.queue.recent.add(RecentPage { thread, number, run, places, keys: seen.keys });
}

/// Sees to it that what was missed for the first time is looked for again: at once in a run that rechecks, else when the
/// first recheck is due. What the page says then must be a whole answer, so its validators are forgotten.
pub(super) fn want_confirmation(work: &mut Work<'_>, thread: i64) -> rusqlite::Result<()> {
    // a confirming read that finds another one missing leaves it to the next pass: a run comes to an end
    if work.done.posts.missing == 0 || work.page.confirm {
        return Ok(());
    }
    let number = i64::from(work.page.number.unwrap_or(1));
    confirm_pages(work, thread, number - 1, number)
}

fn confirm_pages(work: &mut Work<'_>, thread: i64, from: i64, to: i64) -> rusqlite::Result<()> {
    let Some(active) = work.active() else { return Ok(()) };
    let at_once = active.options.recheck;
    let age = active.settings.recheck.first().copied();
    let later = age.and_then(|age| work.fetched_at.checked_add(age).ok()).map(jiff::Timestamp::as_millisecond);
    if at_once {
        work.db
            .prepare_cached(
                "UPDATE page SET etag = NULL, last_modified = NULL, due = 0,
                     rank = CASE state WHEN 1 THEN rank ELSE ?4 END, reason = CASE state WHEN 1 THEN reason ELSE ?5 END,
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
            confirm_pages(work, thread, 0, 1)
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
            position: u32::try_from(place).ok().filter(|place| *place > 0),
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
