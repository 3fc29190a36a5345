//! One page into the state: the part of the commit that all kinds of pages share.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use tokio::time::Instant;

use crate::model::{FailureClass, FetchFailure, Outcome, PageKind, Reason};

use super::{
    Batch, Committed, PageResult, Retried, listing, missing,
    outbox::{self, Fresh},
    plan::recheck_age,
    poll,
    queue::{Active, Queue, at_wall, kind_number, kind_of, rank, reason_number},
    reading,
};

/// Numbers that go on from run to run.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// The last `seq` given out.
    pub(super) last_seq: u64,
    /// The last `seq` that is safe where it went.
    pub(super) confirmed: u64,
    /// Counts commits: tells which of two reads was the later one.
    pub(super) serial: i64,
    /// Bytes in the outbox.
    pub(super) backlog: u64,
    /// The outbox as far as it need not be read.
    pub(super) fresh: Fresh,
}

impl Counters {
    pub(super) fn load(db: &Connection) -> rusqlite::Result<Counters> {
        let number =
            |key: &str| db.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get::<_, i64>(0));
        let confirmed = number("confirmed")?.cast_unsigned();
        let fresh = Fresh::load(db, confirmed)?;
        Ok(Counters {
            last_seq: number("last_seq")?.cast_unsigned(),
            confirmed,
            serial: number("serial")?,
            backlog: fresh.bytes(),
            fresh,
        })
    }

    /// To be done in the transaction of whatever changed them.
    pub(super) fn save(&self, db: &Connection) -> rusqlite::Result<()> {
        let mut row = db.prepare_cached("UPDATE meta SET value = ?2 WHERE key = ?1")?;
        row.execute(params!["last_seq", self.last_seq.cast_signed()])?;
        row.execute(params!["serial", self.serial])?;
        Ok(())
    }
}

/// The row of the page that was fetched, as it was before.
#[derive(Clone, Debug)]
pub(super) struct PageRow {
    pub(super) id: i64,
    pub(super) url: String,
    pub(super) kind: PageKind,
    pub(super) thread: Option<i64>,
    pub(super) number: Option<u32>,
    pub(super) base: Option<u32>,
    pub(super) stage: i64,
    pub(super) changes: i64,
    pub(super) attempt: u32,
    pub(super) recheck: bool,
    pub(super) confirm: bool,
    /// A confirming read of it is wanted besides.
    pub(super) again: bool,
    /// It has been read before, and showed posts.
    pub(super) known: bool,
}

/// What a commit works with.
pub(super) struct Work<'a> {
    pub(super) db: &'a Connection,
    pub(super) queue: &'a mut Queue,
    pub(super) counters: &'a mut Counters,
    /// Row of the source.
    pub(super) source: i64,
    pub(super) page: PageRow,
    pub(super) done: Committed,
    pub(super) fetched_at: Timestamp,
    /// The last commit before the page was leased.
    pub(super) leased_at: i64,
}

impl Work<'_> {
    /// The source; `None` where its run was ended while the page was on its way.
    pub(super) fn active(&self) -> Option<&Active> {
        self.queue.active.get(&self.source)
    }

    pub(super) fn run(&self) -> i64 {
        self.active().map_or(0, |active| active.run)
    }

    /// The page is done for this run.
    fn rest(&self, state: i64) -> rusqlite::Result<()> {
        self.db
            .prepare_cached("UPDATE page SET state = ?2, run = ?3, attempt = 0, confirm = 0 WHERE id = ?1")?
            .execute(params![self.page.id, state, self.run()])
            .map(drop)
    }

    /// The page is closed to who asks. It may be opened, and no listing would tell: it is tried again at the ages at which a
    /// page that was read is.
    fn closed(&self) -> rusqlite::Result<()> {
        self.rest(0)?;
        let stage = if self.page.recheck { self.page.stage + 1 } else { 0 };
        let ages = self.active().map(|active| active.settings.recheck.as_slice()).unwrap_or_default();
        let next = recheck_age(ages, stage).and_then(|age| self.fetched_at.checked_add(age).ok());
        self.db
            .prepare_cached("UPDATE page SET stage = ?2, recheck_at = ?3 WHERE id = ?1")?
            .execute(params![self.page.id, stage, next.map(Timestamp::as_millisecond)])
            .map(drop)
    }

    /// The page was read: when is it visited again? A page that changed starts anew, a visit that found nothing leads to
    /// the next stage, and to the one after it where nothing was ever found. A confirming read that is wanted of it follows.
    pub(super) fn read(&mut self, changed: bool) -> rusqlite::Result<()> {
        let stage = if changed || !self.page.recheck {
            0
        } else if self.page.changes == 0 {
            self.page.stage + 2
        } else {
            self.page.stage + 1
        };
        let ages = self.active().map(|active| active.settings.recheck.as_slice()).unwrap_or_default();
        let next = recheck_age(ages, stage).and_then(|age| self.fetched_at.checked_add(age).ok());
        self.db
            .prepare_cached(
                "UPDATE page SET state = confirm, run = ?2, attempt = 0, read_at = ?3, serial = ?4, stage = ?5, recheck_at = ?6,
                     changes = changes + ?7, seen = mark, confirm = 0, due = 0,
                     rank = CASE confirm WHEN 0 THEN rank ELSE ?8 - number END,
                     reason = CASE confirm WHEN 0 THEN reason ELSE ?9 END
                 WHERE id = ?1",
            )?
            .execute(params![
                self.page.id,
                self.run(),
                self.fetched_at.as_millisecond(),
                self.counters.serial,
                stage,
                next.map(Timestamp::as_millisecond),
                changed,
                rank::LAST,
                reason_number(Reason::Confirm)
            ])?;
        if self.page.again {
            self.touch();
        }
        Ok(())
    }

    /// Something at the page's origin may have become pending.
    pub(super) fn touch(&mut self) {
        if let Ok(url) = url::Url::parse(&self.page.url) {
            self.queue.touch(self.source, &url.origin().ascii_serialization());
        }
    }

    /// The thread is read to its end: what a listing told before this page was leased is known now.
    pub(super) fn settle(&self, thread: Option<i64>) -> rusqlite::Result<()> {
        let Some(thread) = thread else { return Ok(()) };
        self.db
            .prepare_cached("UPDATE thread SET settled = 1 WHERE id = ?1 AND coalesce(offered, 0) <= ?2")?
            .execute(params![thread, self.leased_at])
            .map(drop)
    }

    pub(super) fn failure(&self, what: &str) -> rusqlite::Result<()> {
        self.db
            .prepare_cached("UPDATE source SET failures = failures + 1, last_failure = ?2 WHERE id = ?1")?
            .execute(params![self.source, what])
            .map(drop)
    }
}

fn page_row(db: &Connection, id: i64) -> rusqlite::Result<Option<PageRow>> {
    let mut row = db.prepare_cached(
        "SELECT url, kind, thread, number, base, stage, changes, attempt, reason, lo > 0, confirm FROM page WHERE id = ?1",
    )?;
    row.query_row([id], |row| {
        Ok(PageRow {
            id,
            url: row.get(0)?,
            kind: kind_of(row.get(1)?),
            thread: row.get(2)?,
            number: row.get(3)?,
            base: row.get(4)?,
            stage: row.get(5)?,
            changes: row.get(6)?,
            attempt: row.get(7)?,
            recheck: row.get::<_, i64>(8)? >= 2,
            confirm: row.get::<_, i64>(8)? == 3,
            again: row.get(10)?,
            known: row.get::<_, Option<bool>>(9)?.unwrap_or(false),
        })
    })
    .optional()
}

/// Ends a lease and keeps all that its page brought.
pub(super) fn commit(
    db: &Connection,
    queue: &mut Queue,
    counters: &mut Counters,
    request: i64,
    batch: Batch,
) -> rusqlite::Result<Committed> {
    let Some((source, leased_at)) = queue.end(request) else { return Ok(Committed::default()) };
    let Some(page) = page_row(db, request)? else { return Ok(Committed::default()) };
    if !queue.active.contains_key(&source) {
        // its run was ended meanwhile: the next one fetches the page again
        db.prepare_cached("UPDATE page SET state = 1 WHERE id = ?1")?.execute([request])?;
        return Ok(Committed::default());
    }
    if batch.knowledge.is_some() || batch.engine.is_some() {
        db.prepare_cached(
            "UPDATE source SET knowledge = coalesce(?2, knowledge), engine = coalesce(?3, engine) WHERE id = ?1",
        )?
        .execute(params![source, batch.knowledge, batch.engine.as_deref()])?;
    }
    counters.serial += 1;
    let fetched_at = batch.fetched_at;
    let mut work = Work { db, queue, counters, source, page, done: Committed::default(), fetched_at, leased_at };
    match batch.outcome {
        PageResult::Read => read(&mut work, batch)?,
        PageResult::Unchanged => unchanged(&mut work)?,
        PageResult::Noticed(Outcome::Missing) => missing::page_is_missing(&mut work)?,
        PageResult::Noticed(Outcome::LoginRequired | Outcome::NoPermission) => {
            work.closed()?;
            work.settle(work.page.thread)?;
        }
        PageResult::Noticed(outcome) => {
            work.failure(&format!("{}: {outcome:?}", work.page.url))?;
            work.rest(3)?;
        }
        PageResult::Unrecognised | PageResult::Failed => {
            work.failure(&format!("{}: {:?}", work.page.url, batch.outcome))?;
            work.rest(3)?;
        }
    }
    let done = work.done;
    outbox::seal(db, counters)?;
    Ok(done)
}

fn read(work: &mut Work<'_>, batch: Batch) -> rusqlite::Result<()> {
    let kind = match batch.news.kind {
        PageKind::Unknown if batch.news.thread.is_some() && !batch.records.is_empty() => PageKind::Thread,
        kind => kind,
    };
    work.db
        .prepare_cached("UPDATE page SET kind = ?2, etag = ?3, last_modified = ?4 WHERE id = ?1")?
        .execute(params![work.page.id, kind_number(kind), batch.validators.etag, batch.validators.last_modified])?;
    work.page.kind = kind;
    match kind {
        PageKind::Thread => {
            reading::thread(work, batch)?;
            thread_polled(work)
        }
        _ => listing::listing(work, batch),
    }
}

/// 304: what was read of the page holds, and so does what it named.
fn unchanged(work: &mut Work<'_>) -> rusqlite::Result<()> {
    work.read(false)?;
    match work.page.kind {
        PageKind::Thread => {
            work.settle(work.page.thread)?;
            missing::unchanged(work)?;
            thread_polled(work)
        }
        _ => listing::unchanged(work),
    }
}

/// A source that is one thread is read by the rate of that thread's new posts.
fn thread_polled(work: &Work<'_>) -> rusqlite::Result<()> {
    let adapts = work.active().filter(|active| active.settings.adaptive.is_some());
    let Some(url) = adapts.map(|active| active.settings.url.to_string()) else { return Ok(()) };
    let mut start = work.db.prepare_cached("SELECT 1 FROM page WHERE source = ?1 AND url = ?2 AND kind = ?3")?;
    if start.exists(params![work.source, url, kind_number(PageKind::Thread)])? {
        poll::polled(work, &url, work.done.posts.new)?;
    }
    Ok(())
}

/// Gives back a request that failed, or ends it.
pub(super) fn retry(
    db: &Connection,
    queue: &mut Queue,
    counters: &mut Counters,
    request: i64,
    failure: &FetchFailure,
    due: Instant,
    max_retries: u32,
) -> rusqlite::Result<Retried> {
    let Some((source, leased_at)) = queue.end(request) else { return Ok(Retried::Later) };
    let Some(page) = page_row(db, request)? else { return Ok(Retried::Failed) };
    let now = crate::clock::Clock::System.now();
    let again = failure.class.is_transient() && page.attempt < max_retries;
    if again || !queue.active.contains_key(&source) {
        db.prepare_cached("UPDATE page SET state = 1, attempt = attempt + 1, due = ?2 WHERE id = ?1")?
            .execute(params![request, at_wall(due, now).as_millisecond()])?;
        if let Ok(url) = url::Url::parse(&page.url) {
            queue.touch(source, &url.origin().ascii_serialization());
        }
        return Ok(Retried::Later);
    }
    counters.serial += 1;
    let mut work = Work { db, queue, counters, source, page, done: Committed::default(), fetched_at: now, leased_at };
    work.failure(&failure.message)?;
    match failure.class {
        FailureClass::Missing => missing::page_is_missing(&mut work)?,
        FailureClass::Denied | FailureClass::TooLarge | FailureClass::Redirects | FailureClass::Status => {
            // asking again would bring the same: only a change that a listing tells of is worth a new try
            work.rest(0)?;
            work.settle(work.page.thread)?;
        }
        _ => work.rest(3)?,
    }
    outbox::seal(db, counters)?;
    Ok(Retried::Failed)
}
