//! How a source has been doing, and when it wants to be read again: what is asked at the end of each of its runs.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::model::{Health, Trouble};

use super::{BoardPoll, enqueue::source_row, poll};

/// The pages of a source that wait at a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostQueue {
    /// Name of the source.
    pub source: String,
    /// Scheme, host and port.
    pub origin: String,
    /// Pages that wait.
    pub pending: u64,
    /// A request is under way.
    pub busy: bool,
    /// What is left of the host's rest.
    pub rest: Duration,
}

/// What lies before a source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlook {
    /// How often its boards are read, where it goes by their rates of new posts.
    pub boards: Vec<BoardPoll>,
    /// When the next recheck falls due.
    pub next_recheck: Option<Timestamp>,
    /// Requests that wait for the next run.
    pub pending: u64,
}

impl Outlook {
    /// When a source that adapts wants to be read: at the next board's turn, or at the next recheck.
    pub fn wish(&self) -> Option<Timestamp> {
        wish(&self.boards, self.next_recheck)
    }
}

pub(super) fn wish(boards: &[BoardPoll], next_recheck: Option<Timestamp>) -> Option<Timestamp> {
    let board = boards.iter().map(|board| board.next).min()?;
    Some(next_recheck.map_or(board, |recheck| recheck.min(board)))
}

pub(super) fn outlook(db: &Connection, source: &str) -> rusqlite::Result<Outlook> {
    let Some(id) = source_row(db, source)? else { return Ok(Outlook::default()) };
    let mut row = db.prepare_cached(
        "SELECT (SELECT min(recheck_at) FROM page WHERE source = ?1 AND recheck_at IS NOT NULL),
             (SELECT count(*) FROM page WHERE source = ?1 AND state = 1)",
    )?;
    let (recheck, pending): (Option<i64>, i64) = row.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Outlook {
        boards: poll::all(db, id)?,
        next_recheck: recheck.and_then(|millis| Timestamp::from_millisecond(millis).ok()),
        pending: pending.unsigned_abs(),
    })
}

pub(super) fn health(db: &Connection, source: &str) -> rusqlite::Result<Health> {
    let mut row = db.prepare_cached(
        "SELECT failed_runs, incident, incident_since, EXISTS (SELECT 1 FROM post WHERE post.source = source.id)
         FROM source WHERE name = ?1",
    )?;
    let health = row.query_row([source], |row| {
        let trouble = row.get::<_, Option<String>>(1)?.and_then(|name| Trouble::from_name(&name));
        let since = row.get::<_, Option<i64>>(2)?.and_then(|millis| Timestamp::from_millisecond(millis).ok());
        Ok(Health {
            failed_runs: row.get::<_, i64>(0)?.unsigned_abs(),
            incident: trouble.zip(since),
            has_yielded: row.get(3)?,
        })
    });
    health.optional().map(Option::unwrap_or_default)
}

pub(super) fn keep_health(db: &Connection, source: &str, health: &Health) -> rusqlite::Result<()> {
    let mut row =
        db.prepare_cached("UPDATE source SET failed_runs = ?2, incident = ?3, incident_since = ?4 WHERE name = ?1")?;
    row.execute(params![
        source,
        health.failed_runs.cast_signed(),
        health.incident.map(|(trouble, _)| trouble.as_str()),
        health.incident.map(|(_, since)| since.as_millisecond()),
    ])
    .map(drop)
}
