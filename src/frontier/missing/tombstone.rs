//! Tombstones: of a post that is proven missing, and of a thread whose page is.

use rusqlite::{OptionalExtension, params};

use crate::model::{Board, Change, Record, SCHEMA, Status, Thread};

use super::confirm_pages;
use crate::frontier::{
    enqueue,
    posts::{self, DELETED},
    work::Work,
};

/// The engine says that the page does not exist.
pub(in crate::frontier) fn page_is_missing(work: &mut Work<'_>) -> rusqlite::Result<()> {
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
                && enqueue::want_last_page(work.db, work.queue, work.source, run, thread)? == Some(false)
            {
                work.settle(Some(thread))?;
            }
            return Ok(());
        }
    };
    work.read(false)?;
    work.settle(Some(thread))?;
    let mut listed = work.db.prepare_cached("SELECT EXISTS (SELECT 1 FROM thread WHERE id = ?1 AND run = ?2)")?;
    if listed.query_row(params![thread, run], |row| row.get(0))? {
        // a listing of this run names it: it is not gone, whatever has happened to its page
        return work.failure(&format!("{}: listed, but missing", work.page.url));
    }
    let mut row = work.db.prepare_cached("SELECT gone FROM thread WHERE id = ?1")?;
    let gone: i64 = row.query_row([thread], |row| row.get(0)).optional()?.unwrap_or(DELETED);
    match gone {
        DELETED => work
            .db
            .prepare_cached("UPDATE page SET state = 4, recheck_at = NULL WHERE thread = ?1")?
            .execute([thread])
            .map(drop),
        0 => {
            work.thread_is_gone(thread, work.counters.serial)?;
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

/// The page of a thread shows another thread, into which it was merged. Posts that turn up there are known to have moved; the rest
/// is in doubt until a confirming read, which comes when that thread is read.
pub(in crate::frontier) fn merged(work: &mut Work<'_>, thread: i64) -> rusqlite::Result<()> {
    if work.page.number.unwrap_or(1) > 1 {
        return work
            .db
            .prepare_cached("UPDATE page SET state = 4, recheck_at = NULL WHERE id = ?1")?
            .execute([work.page.id])
            .map(drop);
    }
    let mut row = work.db.prepare_cached("SELECT gone FROM thread WHERE id = ?1")?;
    let gone: i64 = row.query_row([thread], |row| row.get(0)).optional()?.unwrap_or(DELETED);
    if work.page.confirm || gone == DELETED {
        return bury_thread(work, thread);
    }
    let serial = work.counters.serial;
    if gone == 0 {
        work.thread_is_gone(thread, serial)?;
    }
    work.db
        .prepare_cached("UPDATE post SET gone = ?2 WHERE thread = ?1 AND gone = 0")?
        .execute(params![thread, serial])?;
    let at_once = gone > 0 || work.active().is_some_and(|active| active.options.recheck);
    confirm_pages(work, thread, 0, 1, at_once)
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
    work.thread_is_gone(thread, DELETED)?;
    work.db
        .prepare_cached("UPDATE page SET state = 4, recheck_at = NULL WHERE thread = ?1")?
        .execute([thread])
        .map(drop)
}

/// Emits the tombstone of a post.
pub(super) fn bury(work: &mut Work<'_>, thread: i64, key: &str) -> rusqlite::Result<()> {
    let mut row = work.db.prepare_cached(
        "SELECT post.place, post.revision, permalink.shape, thread.key, thread.url, thread.title, boards.path,
                source.name, source.engine
         FROM post JOIN source ON source.id = post.source JOIN thread ON thread.id = ?3
              LEFT JOIN permalink ON permalink.id = post.permalink LEFT JOIN boards ON boards.id = thread.boards
         WHERE post.source = ?1 AND post.key = ?2",
    )?;
    let post_id = key.rsplit('/').next().unwrap_or(key).to_owned();
    let mut record = row.query_row(params![work.source, key, thread], |row| {
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
    posts::emit(work, &mut record)
}
