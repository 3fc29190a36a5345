//! How pages become wanted: by the start of a run, and by pages that name them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::model::{NewRequest, Reason, SourceSettings};

use super::{
    Begun, RunOptions,
    queue::{Active, Queue, kind_number, rank, reason_number},
};

/// A page that is wanted, and what is known of where it belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Want<'a> {
    pub(super) what: &'a NewRequest,
    pub(super) reason: Reason,
    pub(super) rank: i64,
    /// Row of its thread.
    pub(super) thread: Option<i64>,
    /// Row of the page that names it.
    pub(super) parent: Option<i64>,
}

/// Makes a page pending, unless this run has read it already. Returns its row, and whether it became pending.
pub(super) fn want(
    db: &Connection,
    queue: &mut Queue,
    source: i64,
    run: i64,
    want: Want<'_>,
) -> rusqlite::Result<(i64, bool)> {
    let Want { what, reason, rank, thread, parent } = want;
    let mut known = db.prepare_cached("SELECT id, state, run FROM page WHERE source = ?1 AND url = ?2")?;
    let known: Option<(i64, i64, i64)> = known
        .query_row(params![source, what.url.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let origin_name = what.url.origin().ascii_serialization();
    let Some((id, state, last_run)) = known else {
        let origin = queue.origin(db, &origin_name)?;
        db.prepare_cached(
            "INSERT INTO page (source, origin, url, kind, board_id, thread_id, thread, number, base, parent, reason, state, rank)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 1, ?12)",
        )?
        .execute(params![
            source,
            origin,
            what.url.as_str(),
            kind_number(what.kind),
            what.board_id,
            what.thread_id,
            thread,
            what.page,
            what.position_base,
            parent,
            reason_number(reason),
            rank
        ])?;
        queue.touch(source, &origin_name);
        return Ok((db.last_insert_rowid(), true));
    };
    // what is known better now; the base shifts where posts before the page came or went
    db.prepare_cached(
        "UPDATE page SET thread = coalesce(?2, thread), number = coalesce(?3, number), base = coalesce(?4, base),
             parent = coalesce(parent, ?5) WHERE id = ?1",
    )?
    .execute(params![id, thread, what.page, what.position_base, parent])?;
    let fetched = last_run == run && reason != Reason::Confirm;
    match state {
        2 => Ok((id, false)),
        1 => {
            // a confirming read stays one, and waits for its turn; a recheck that comes earlier is still a recheck
            db.prepare_cached(
                "UPDATE page SET rank = ?2, reason = CASE ?3 WHEN 0 THEN reason ELSE ?3 END
                 WHERE id = ?1 AND rank > ?2 AND reason <> 3",
            )?
            .execute(params![id, rank, reason_number(reason)])?;
            Ok((id, false))
        }
        _ if fetched => Ok((id, false)),
        _ => {
            db.prepare_cached("UPDATE page SET state = 1, rank = ?2, reason = ?3, due = 0, attempt = 0 WHERE id = ?1")?
                .execute(params![id, rank, reason_number(reason)])?;
            queue.touch(source, &origin_name);
            Ok((id, true))
        }
    }
}

/// Starts a run of a source.
pub(super) fn begin(
    db: &Connection,
    queue: &mut Queue,
    settings: SourceSettings,
    now: Timestamp,
    options: RunOptions,
    first_serial: i64,
) -> rusqlite::Result<Begun> {
    let millis = now.as_millisecond();
    queue.look_at_the_last_run(db, now)?;
    db.prepare_cached(
        "INSERT INTO source (name, url, run, started) VALUES (?1, ?2, 1, ?3)
         ON CONFLICT (name) DO UPDATE SET url = excluded.url, run = run + 1, started = excluded.started, whole = 0,
             failures = 0, last_failure = NULL",
    )?
    .execute(params![&*settings.name, settings.url.as_str(), millis])?;
    let mut row = db.prepare_cached("SELECT id, run FROM source WHERE name = ?1")?;
    let (id, run): (i64, i64) = row.query_row([&*settings.name], |row| Ok((row.get(0)?, row.get(1)?)))?;

    // failed last time, for a reason that may have passed
    db.prepare_cached("UPDATE page SET state = 1, attempt = 0, due = 0 WHERE source = ?1 AND state = 3")?
        .execute([id])?;
    let mut left = db.prepare_cached("SELECT count(*) FROM page WHERE source = ?1 AND state = 1")?;
    let taken_up: i64 = left.query_row([id], |row| row.get(0))?;
    let rechecks = db
        .prepare_cached(
            "UPDATE page SET state = 1, attempt = 0, due = 0, reason = ?3, rank = CASE kind WHEN 3 THEN ?4 ELSE ?5 END
             WHERE source = ?1 AND state = 0 AND recheck_at <= ?2",
        )?
        .execute(params![
            id,
            if options.recheck { i64::MAX } else { millis },
            reason_number(Reason::Recheck),
            rank::RECHECK,
            rank::LISTING
        ])?;
    let all = if options.recheck {
        db.prepare_cached(
            "UPDATE page SET state = 1, attempt = 0, due = 0, reason = ?2, rank = CASE kind WHEN 3 THEN ?3 ELSE ?4 END
             WHERE source = ?1 AND state = 0 AND read_at IS NOT NULL",
        )?
        .execute(params![id, reason_number(Reason::Recheck), rank::RECHECK, rank::LISTING])?
    } else {
        0
    };
    let url = settings.url.clone();
    queue.activate(db, id, Active::new(settings, run, now, options, first_serial))?;
    start(db, queue, id, run, &url)?;
    Ok(Begun { run: run.unsigned_abs(), taken_up: taken_up.unsigned_abs(), rechecks: (rechecks + all) as u64 })
}

/// Wants the start address: a listing that could have changed. Where it is a thread's, its last known page tells.
fn start(db: &Connection, queue: &mut Queue, source: i64, run: i64, url: &url::Url) -> rusqlite::Result<()> {
    let mut known = db.prepare_cached("SELECT thread FROM page WHERE source = ?1 AND url = ?2 AND kind = 3")?;
    let thread: Option<Option<i64>> = known.query_row(params![source, url.as_str()], |row| row.get(0)).optional()?;
    if let Some(Some(thread)) = thread
        && want_last_page(db, queue, source, run, thread)?.is_some()
    {
        return Ok(());
    }
    let what = NewRequest::discover(url.clone());
    let wanted = Want { what: &what, reason: Reason::Discover, rank: rank::LISTING, thread: None, parent: None };
    want(db, queue, source, run, wanted).map(drop)
}

/// Wants the last page that is known of a thread. `None` where none is known.
pub(super) fn want_last_page(
    db: &Connection,
    queue: &mut Queue,
    source: i64,
    run: i64,
    thread: i64,
) -> rusqlite::Result<Option<bool>> {
    let mut last = db.prepare_cached(
        "SELECT id, state, run, url FROM page WHERE thread = ?1 AND kind = 3 AND read_at IS NOT NULL AND state <> 4
         ORDER BY number DESC LIMIT 1",
    )?;
    let last: Option<(i64, i64, i64, String)> =
        last.query_row([thread], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).optional()?;
    let Some((id, state, last_run, url)) = last else { return Ok(None) };
    // a page that is pending for a recheck keeps its turn: the pages of a thread are best read in order
    if state == 1 || state == 2 || (state == 0 && last_run == run) {
        return Ok(Some(false));
    }
    db.prepare_cached("UPDATE page SET state = 1, rank = ?2, reason = ?3, due = 0, attempt = 0 WHERE id = ?1")?
        .execute(params![id, rank::THREAD, reason_number(Reason::Changed)])?;
    queue.touch_page(source, &url);
    Ok(Some(true))
}

/// Ends a run of a source; true when nothing is left pending. A source that is not known has nothing left.
pub(super) fn finish(db: &Connection, queue: &mut Queue, source: &str, now: Timestamp) -> rusqlite::Result<bool> {
    let Some(id) = source_row(db, source)? else { return Ok(true) };
    let whole = queue.deactivate(db, id)?;
    db.prepare_cached("UPDATE source SET finished = ?2, whole = ?3 WHERE id = ?1")?.execute(params![
        id,
        now.as_millisecond(),
        whole
    ])?;
    Ok(whole)
}

/// The row of a source.
pub(super) fn source_row(db: &Connection, source: &str) -> rusqlite::Result<Option<i64>> {
    let mut row = db.prepare_cached("SELECT id FROM source WHERE name = ?1")?;
    row.query_row([source], |row| row.get(0)).optional()
}

pub(super) fn knowledge(db: &Connection, source: &str) -> rusqlite::Result<Option<String>> {
    let mut row = db.prepare_cached("SELECT knowledge FROM source WHERE name = ?1")?;
    Ok(row.query_row([source], |row| row.get(0)).optional()?.flatten())
}
