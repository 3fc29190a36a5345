//! One page into the state: the part of the commit that all kinds of pages share.

use rusqlite::{Connection, params};
use tokio::time::Instant;

use crate::model::{FailureClass, FetchFailure, Outcome, PageKind};

use super::{
    Batch, Committed, PageResult, Retried, listing, missing,
    outbox::{self, Counters},
    poll,
    queue::{Queue, at_wall, kind_number},
    reading,
    work::{Work, page_row},
};

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
    if let Some(instead) = &batch.news.instead {
        return listing::stands_elsewhere(work, instead);
    }
    let kind = match batch.news.kind {
        PageKind::Unknown if batch.news.thread.is_some() && !batch.records.is_empty() => PageKind::Thread,
        kind => kind,
    };
    work.page.kind = kind;
    if kind == PageKind::Thread {
        // one change of the page's row, at its end
        reading::thread(work, batch)?;
        return thread_polled(work);
    }
    work.db
        .prepare_cached("UPDATE page SET kind = ?2, etag = ?3, last_modified = ?4 WHERE id = ?1")?
        .execute(params![work.page.id, kind_number(kind), batch.validators.etag, batch.validators.last_modified])?;
    listing::listing(work, batch)
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
        queue.touch_page(source, &page.url);
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
