//! Who may be asked now: the pending pages of the sources that are being read, and the rest that each origin wants.
//!
//! The rows lie in the database; what is here is what only this process knows: leases, whose turn it is, and the time
//! that is left of a wait, which is measured by the monotonic clock so that a jump of the wall clock shortens nothing.

mod hosts;
mod numbers;
mod over;
mod row;
mod setback;
mod waits;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use tokio::time::Instant;

use crate::{
    clock::Clock,
    model::{Board, Reason, Request, SourceSettings},
};

use super::{RunOptions, inbox::WORTH_A_SYNC, missing::Recent};
pub(super) use numbers::{kind_number, kind_of, reason_number};
use row::request_in;
pub(super) use waits::{at_wall, from_now};
use waits::{canonical, wait_between, wait_until};

/// Order among the pending pages of a source; stored.
pub(super) mod rank {
    /// A following page of a thread that was begun.
    pub(crate) const CONTINUE: i64 = 0;
    /// A thread.
    pub(crate) const THREAD: i64 = 1;
    /// A listing.
    pub(crate) const LISTING: i64 = 2;
    /// A visit that looks for edits and deletions.
    pub(crate) const RECHECK: i64 = 3;
    /// A confirming read: only when all else of the source is read, since what is missing here may turn up there.
    pub(crate) const CONFIRM: i64 = 4;
    /// From which the number of a page is taken off: of confirming reads the greatest number comes first.
    pub(crate) const LAST: i64 = CONFIRM + 0xffff_ffff;
}

/// A source that is being read.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) settings: SourceSettings,
    pub(super) run: i64,
    pub(super) now: Timestamp,
    pub(super) options: RunOptions,
    /// The last commit before the run.
    pub(super) first_serial: i64,
    /// Threads that this run has wanted, for the limit.
    pub(super) threads: u64,
    /// By listing, the pages in a row that told nothing that was not told before.
    pub(super) repeats: HashMap<String, u32>,
    /// The shapes that its posts' addresses have and their rows, the one that was met last at the end.
    pub(super) permalinks: Vec<(String, i64)>,
    /// The thread of the page that was read last.
    pub(super) told: Option<ToldThread>,
    /// Nothing was pending when last looked at, and nothing has been added since.
    dry: bool,
}

/// A thread as its page told of it, which is what the state holds of it.
#[derive(Debug)]
pub(super) struct ToldThread {
    pub(super) row: i64,
    pub(super) key: String,
    pub(super) url: Option<url::Url>,
    pub(super) title: Option<String>,
    pub(super) boards: Vec<Board>,
}

impl Active {
    /// A source whose run begins.
    pub(super) fn new(
        settings: SourceSettings,
        run: i64,
        now: Timestamp,
        options: RunOptions,
        first_serial: i64,
    ) -> Active {
        let (repeats, permalinks) = Default::default();
        Active { settings, run, now, options, first_serial, threads: 0, repeats, permalinks, told: None, dry: false }
    }
}

/// An origin's politeness.
#[derive(Debug)]
struct Origin {
    id: i64,
    busy: Option<i64>,
    free_at: Instant,
}

#[derive(Debug)]
struct Leased {
    source: i64,
    /// The last commit before the lease: what it told is older than what the fetch will bring.
    serial: i64,
    origin: String,
    confirming: bool,
}

/// What can be done now.
#[derive(Debug)]
pub(super) enum Next {
    /// Fetch this.
    Request(Box<Request>),
    /// Nothing yet.
    Wait,
    /// Nothing any more.
    Over,
}

/// Leases, turns and waits.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) active: HashMap<i64, Active>,
    /// Whose turn it is: source and origin.
    turns: VecDeque<(i64, Arc<str>)>,
    origins: HashMap<String, Origin>,
    leased: HashMap<i64, Leased>,
    /// Sources of which a lease has ended, so that their run may be over.
    pub(super) quiet: HashSet<i64>,
    /// Thread pages that were read last.
    pub(super) recent: Recent,
    wake_at: Option<Instant>,
    /// The clocks when they were looked at last.
    seen: Option<setback::Seen>,
}

impl Queue {
    pub(super) fn load(db: &Connection) -> rusqlite::Result<Queue> {
        let mut queue = Queue::default();
        let now = Clock::System.now();
        let mut rows = db.prepare("SELECT id, name, next_allowed FROM origin")?;
        for row in rows.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)))? {
            let (id, name, next) = row?;
            let origin = Origin { id, busy: None, free_at: Instant::now() + wait_until(next, now) };
            queue.origins.insert(name, origin);
        }
        Ok(queue)
    }

    pub(super) fn clear(&mut self) {
        self.active.clear();
        self.turns.clear();
        self.leased.clear();
        self.wake_at = None;
    }

    /// Whether anything is leased, so that its commit will come.
    pub(super) fn has_leases(&self) -> bool {
        !self.leased.is_empty()
    }

    /// When it is worth to look again, though nothing happens.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        self.wake_at
    }

    /// Nothing is handed out until something else happens.
    pub(super) fn hold(&mut self) {
        self.wake_at = None;
    }

    pub(super) fn activate(&mut self, db: &Connection, id: i64, active: Active) -> rusqlite::Result<()> {
        let mut rows = db.prepare_cached(
            "SELECT DISTINCT origin.name FROM page JOIN origin ON origin.id = page.origin WHERE state = 1 AND source = ?1",
        )?;
        let origins: Vec<String> = rows.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?;
        self.active.insert(id, active);
        for origin in origins {
            self.touch(id, &origin);
        }
        Ok(())
    }

    /// A source's run is over. True when it left nothing pending.
    pub(super) fn deactivate(&mut self, db: &Connection, source: i64) -> rusqlite::Result<bool> {
        self.active.remove(&source);
        self.turns.retain(|(id, _)| *id != source);
        let mut left = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM page WHERE source = ?1 AND state IN (1, 2))")?;
        left.query_row([source], |row| row.get::<_, bool>(0)).map(|left| !left)
    }

    /// Something of this source at this origin has become pending.
    pub(super) fn touch(&mut self, source: i64, origin: &str) {
        if let Some(active) = self.active.get_mut(&source) {
            active.dry = false;
            if !self.turns.iter().any(|(id, name)| *id == source && **name == *origin) {
                self.turns.push_back((source, Arc::from(origin)));
            }
        }
    }

    /// The same for the origin of a page.
    pub(super) fn touch_page(&mut self, source: i64, url: &str) {
        if let Ok(url) = url::Url::parse(url) {
            self.touch(source, &url.origin().ascii_serialization());
        }
    }

    /// The origin's row, made where it is new.
    pub(super) fn origin(&mut self, db: &Connection, name: &str) -> rusqlite::Result<i64> {
        if let Some(origin) = self.origins.get(name) {
            return Ok(origin.id);
        }
        db.execute("INSERT INTO origin (name) VALUES (?1)", [name])?;
        let id = db.last_insert_rowid();
        self.origins.insert(name.to_owned(), Origin { id, busy: None, free_at: Instant::now() });
        Ok(id)
    }

    /// The next request: origins take turns, and within one the page that stands first.
    pub(super) fn next(&mut self, db: &Connection, serial: i64) -> rusqlite::Result<Next> {
        self.wake_at = None;
        let now = Clock::System.now();
        let mut more = !self.leased.is_empty();
        for _ in 0..self.turns.len() {
            let Some(turn) = self.turns.pop_front() else { break };
            let (source, origin) = (turn.0, Arc::clone(&turn.1));
            self.turns.push_back(turn);
            let Some(patience) = self.active.get(&source).filter(|active| !active.dry).map(|a| a.options.patience)
            else {
                continue;
            };
            if let Some(origin) = self.origins.get(&*origin) {
                if origin.busy.is_some() {
                    more = true;
                    continue;
                }
                let wait = origin.free_at.saturating_duration_since(Instant::now());
                if wait > patience {
                    // the host asked for a long rest: what is pending there is the next run's
                    continue;
                }
                if !wait.is_zero() {
                    more = true;
                    self.wake_at = [self.wake_at, Some(origin.free_at)].into_iter().flatten().min();
                    continue;
                }
            }
            match self.first_due(db, source, &origin, now, serial)? {
                Next::Request(request) => return Ok(Next::Request(request)),
                Next::Wait => more = true,
                Next::Over => {}
            }
        }
        Ok(if more { Next::Wait } else { Next::Over })
    }

    fn first_due(
        &mut self,
        db: &Connection,
        source: i64,
        origin: &str,
        now: Timestamp,
        serial: i64,
    ) -> rusqlite::Result<Next> {
        let Some(at) = self.origins.get(origin).map(|origin| origin.id) else { return Ok(Next::Over) };
        let mut first = db.prepare_cached(
            "SELECT id, rank, url, kind, board_id, thread_id, number, base, reason, attempt, etag, last_modified FROM page
             WHERE state = 1 AND source = ?1 AND origin = ?2 AND due <= ?3 ORDER BY rank, thread, id LIMIT 1",
        )?;
        let found = first
            .query_row(params![source, at, now.as_millisecond()], |row| Ok((row.get(1)?, request_in(row)?)))
            .optional()?;
        let Some((rank, request)): Option<(i64, Request)> = found else { return self.later(db, source, at, now) };
        if rank >= rank::CONFIRM && !self.all_else_read(db, source, now)? {
            return Ok(Next::Wait);
        }
        self.lease(db, source, request, origin, serial).map(|request| Next::Request(Box::new(request)))
    }

    /// Nothing is due: is something within the run's patience?
    fn later(&mut self, db: &Connection, source: i64, origin: i64, now: Timestamp) -> rusqlite::Result<Next> {
        let mut least =
            db.prepare_cached("SELECT min(due) FROM page WHERE state = 1 AND source = ?1 AND origin = ?2")?;
        let due: Option<i64> = least.query_row([source, origin], |row| row.get(0))?;
        let Some(active) = self.active.get_mut(&source) else { return Ok(Next::Over) };
        let Some(due) = due else {
            // other origins of the source may have pages, but a source has hardly ever more than one
            active.dry = self.turns.iter().filter(|(id, _)| *id == source).count() == 1;
            return Ok(Next::Over);
        };
        let wait = wait_between(due, now);
        if wait > active.options.patience {
            return Ok(Next::Over);
        }
        let at = Instant::now() + wait.max(Duration::from_millis(1));
        self.wake_at = [self.wake_at, Some(at)].into_iter().flatten().min();
        Ok(Next::Wait)
    }

    /// Whether only confirming reads are left of the source.
    fn all_else_read(&self, db: &Connection, source: i64, now: Timestamp) -> rusqlite::Result<bool> {
        if self.leased.values().any(|leased| leased.source == source && !leased.confirming) {
            return Ok(false);
        }
        let Some(active) = self.active.get(&source) else { return Ok(true) };
        let patience = i64::try_from(active.options.patience.as_millis()).unwrap_or(i64::MAX);
        let until = now.as_millisecond().saturating_add(patience);
        let mut other = db.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM page WHERE state = 1 AND source = ?1 AND rank < ?2 AND due <= ?3)",
        )?;
        other.query_row(params![source, rank::CONFIRM, until], |row| row.get::<_, bool>(0)).map(|other| !other)
    }

    fn lease(
        &mut self,
        db: &Connection,
        source: i64,
        request: Request,
        origin: &str,
        serial: i64,
    ) -> rusqlite::Result<Request> {
        let id = request.id;
        db.prepare_cached("UPDATE page SET state = 2 WHERE id = ?1")?.execute([id])?;
        let active = self.active.get(&source);
        let name = active.map_or_else(|| Arc::from(""), |active| Arc::clone(&active.settings.name));
        let delay = active.map_or(Duration::ZERO, |active| active.settings.delay);
        if let Some(origin) = self.origins.get_mut(origin) {
            origin.busy = Some(id);
            origin.free_at = Instant::now() + delay;
        }
        let confirming = request.what.reason == Reason::Confirm;
        self.leased.insert(id, Leased { source, serial, origin: origin.to_owned(), confirming });
        Ok(Request { source: name, ..request })
    }

    /// A lease has ended, however. Its source's row, and the last commit before it; `None` where there was no such lease.
    pub(super) fn end(&mut self, request: i64) -> Option<(i64, i64)> {
        let leased = self.leased.remove(&request)?;
        if let Some(origin) = self.origins.get_mut(&leased.origin)
            && origin.busy == Some(request)
        {
            origin.busy = None;
        }
        self.quiet.insert(leased.source);
        Some((leased.source, leased.serial))
    }

    /// A lease was dropped: its page is wanted again.
    pub(super) fn give_back(&mut self, db: &Connection, request: i64) -> rusqlite::Result<()> {
        let origin = self.leased.get(&request).map(|leased| leased.origin.clone());
        if let (Some((source, _)), Some(origin)) = (self.end(request), origin) {
            db.prepare_cached("UPDATE page SET state = 1 WHERE id = ?1 AND state = 2")?.execute([request])?;
            self.touch(source, &origin);
        }
        Ok(())
    }

    /// A fetch is over; the origin may be asked again at that time. True when the wait is worth a sync.
    pub(super) fn fetched(&mut self, db: &Connection, name: &str, at: Instant) -> rusqlite::Result<bool> {
        let wait = self.rest(db, name, at)?;
        if let Some(origin) = self.origins.get_mut(&*canonical(&self.origins, name)) {
            origin.busy = None;
        }
        Ok(wait >= WORTH_A_SYNC)
    }

    /// The origin is left alone until that time; never shortened.
    pub(super) fn rest(&mut self, db: &Connection, name: &str, at: Instant) -> rusqlite::Result<Duration> {
        let name = canonical(&self.origins, name);
        let id = self.origin(db, &name)?;
        let wait = at.saturating_duration_since(Instant::now());
        if wait.is_zero() {
            return Ok(wait);
        }
        if let Some(origin) = self.origins.get_mut(&*name) {
            origin.free_at = origin.free_at.max(at);
        }
        db.prepare_cached("UPDATE origin SET next_allowed = max(next_allowed, ?2) WHERE id = ?1")?
            .execute(params![id, at_wall(at, Clock::System.now()).as_millisecond()])?;
        Ok(wait)
    }
}
