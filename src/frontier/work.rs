//! What the commit of one page works with: the state, the source's run, and the row of the page.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Committed,
    outbox::Counters,
    plan::recheck_age,
    queue::{Active, Queue, kind_number, kind_of, rank, reason_number},
};
use crate::model::{PageKind, Reason, Validators};

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

/// What a page of posts showed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'a> {
    /// Row of the thread to which the page belongs.
    pub(super) thread: i64,
    pub(super) number: u32,
    /// Places of its first and last post.
    pub(super) places: Option<(i64, i64)>,
    pub(super) base: Option<u32>,
    pub(super) validators: &'a Validators,
}

/// What is kept of every page that was read; `number`: the number that it has from now on.
macro_rules! read_page {
    ($number:literal) => {
        concat!(
            "UPDATE page SET state = confirm, run = ?2, attempt = 0, read_at = ?3, serial = ?4, stage = ?5, recheck_at = ?6,
                 changes = changes + ?7, seen = mark, confirm = 0, due = 0,
                 rank = CASE confirm WHEN 0 THEN rank ELSE ?8 - ",
            $number,
            " END, reason = CASE confirm WHEN 0 THEN reason ELSE ?9 END"
        )
    };
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
    pub(super) fn rest(&self, state: i64) -> rusqlite::Result<()> {
        self.db
            .prepare_cached("UPDATE page SET state = ?2, run = ?3, attempt = 0, confirm = 0 WHERE id = ?1")?
            .execute(params![self.page.id, state, self.run()])
            .map(drop)
    }

    /// When a page that has come to that stage is visited again, in milliseconds; `None`: never.
    fn visit_after(&self, stage: i64) -> Option<i64> {
        let ages = self.active().map(|active| active.settings.recheck.as_slice()).unwrap_or_default();
        let next = recheck_age(ages, stage).and_then(|age| self.fetched_at.checked_add(age).ok());
        next.map(Timestamp::as_millisecond)
    }

    /// The page is closed to who asks. It may be opened, and no listing would tell: it is tried again at the ages at which a
    /// page that was read is.
    pub(super) fn closed(&self) -> rusqlite::Result<()> {
        self.rest(0)?;
        let stage = if self.page.recheck { self.page.stage + 1 } else { 0 };
        self.db
            .prepare_cached("UPDATE page SET stage = ?2, recheck_at = ?3 WHERE id = ?1")?
            .execute(params![self.page.id, stage, self.visit_after(stage)])
            .map(drop)
    }

    /// The page was read: when is it visited again? A page that changed starts anew, a visit that found nothing leads to
    /// the next stage, and to the one after it where nothing was ever found. A confirming read that is wanted of it follows.
    pub(super) fn read(&mut self, changed: bool) -> rusqlite::Result<()> {
        self.keep_read(changed, None)
    }

    /// The same for a page of posts.
    pub(super) fn read_posts(&mut self, changed: bool, shown: &Shown<'_>) -> rusqlite::Result<()> {
        self.keep_read(changed, Some(shown))
    }

    fn keep_read(&mut self, changed: bool, shown: Option<&Shown<'_>>) -> rusqlite::Result<()> {
        let stage = if changed || !self.page.recheck {
            0
        } else if self.page.changes == 0 {
            self.page.stage + 2
        } else {
            self.page.stage + 1
        };
        let mut row = self.db.prepare_cached(match shown {
            None => concat!(read_page!("number"), " WHERE id = ?1"),
            Some(_) => concat!(
                read_page!("?12"),
                ", kind = ?10, thread = ?11, number = ?12, lo = ?13, hi = ?14, base = coalesce(?15, base), etag = ?16,
                 last_modified = ?17 WHERE id = ?1"
            ),
        })?;
        row.raw_bind_parameter(1, self.page.id)?;
        row.raw_bind_parameter(2, self.run())?;
        row.raw_bind_parameter(3, self.fetched_at.as_millisecond())?;
        row.raw_bind_parameter(4, self.counters.serial)?;
        row.raw_bind_parameter(5, stage)?;
        row.raw_bind_parameter(6, self.visit_after(stage))?;
        row.raw_bind_parameter(7, changed)?;
        row.raw_bind_parameter(8, rank::LAST)?;
        row.raw_bind_parameter(9, reason_number(Reason::Confirm))?;
        if let Some(shown) = shown {
            row.raw_bind_parameter(10, kind_number(PageKind::Thread))?;
            row.raw_bind_parameter(11, shown.thread)?;
            row.raw_bind_parameter(12, shown.number)?;
            let (lo, hi) = shown.places.unzip();
            row.raw_bind_parameter(13, lo)?;
            row.raw_bind_parameter(14, hi)?;
            row.raw_bind_parameter(15, shown.base)?;
            row.raw_bind_parameter(16, shown.validators.etag.as_deref())?;
            row.raw_bind_parameter(17, shown.validators.last_modified.as_deref())?;
        }
        row.raw_execute()?;
        drop(row);
        if self.page.again {
            self.touch();
        }
        Ok(())
    }

    /// What is known of a thread's being gone: 0, the serial of the read that did not find it, or that it is deleted.
    pub(super) fn thread_is_gone(&mut self, thread: i64, gone: i64) -> rusqlite::Result<()> {
        if let Some(active) = self.queue.active.get_mut(&self.source) {
            active.told = None;
        }
        self.db.prepare_cached("UPDATE thread SET gone = ?2 WHERE id = ?1")?.execute(params![thread, gone]).map(drop)
    }

    /// Something at the page's origin may have become pending.
    pub(super) fn touch(&mut self) {
        self.queue.touch_page(self.source, &self.page.url);
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

/// The row of a page; `None` where it is no more.
pub(super) fn page_row(db: &Connection, id: i64) -> rusqlite::Result<Option<PageRow>> {
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
