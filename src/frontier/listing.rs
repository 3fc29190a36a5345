//! A listing into the state: boards, threads and the page after it.

use rusqlite::{OptionalExtension, params};

use crate::model::{PageKind, Posts, Reason};

use super::{
    Batch, PageNews,
    enqueue::{self, Want},
    plan::{self, Follow, KnownThread},
    poll,
    queue::{kind_number, rank},
    readdress::readdress,
    work::Work,
};

/// Keeps a page that names boards or threads.
pub(super) fn listing(work: &mut Work<'_>, batch: Batch) -> rusqlite::Result<()> {
    let PageNews { kind, mut boards, mut threads, next, .. } = batch.news;
    boards.retain(|board| plan::is_of_bearable_length(&board.request.url));
    threads.retain(|(row, _)| plan::is_of_bearable_length(&row.request.url));
    let Some(active) = work.active() else { return Ok(()) };
    let (settings, now, run, all) = (active.settings.clone(), active.now, active.run, active.options.recheck);
    let mut taken = active.threads;
    let number = work.page.number.unwrap_or(1);

    let start = work.page.url == settings.url.as_str();
    let mut names_boards = false;
    for board in &boards {
        if !plan::wants_board(&settings, &board.name, start || kind == PageKind::Index) {
            work.done.cut.boards += 1;
            continue;
        }
        names_boards = true;
        want_board(work, board, all)?;
    }

    let mut known = Vec::with_capacity(threads.len());
    for (row, _) in &threads {
        known.push(known_thread(work, &row.id, run)?);
    }
    let plain: Vec<Option<KnownThread>> = known.iter().map(|known| known.map(|listed| listed.known)).collect();
    let plan = plan::listing(&threads, &plain, &settings.limits, &mut taken, now, all);
    if kind != PageKind::Index || !threads.is_empty() {
        poll::polled(work, &poll::first_page(work)?, news_of(&threads, &plain))?;
    }
    let named_by_feed = kind == PageKind::Feed;
    let mut wanted = plan.wanted.iter().copied().peekable();
    for (at, (row, last_post)) in threads.iter().enumerate() {
        let listed = known.get(at).copied().flatten();
        let id = listed.map(|listed| listed.id);
        if let Some(listed) = listed
            && !named_by_feed
            && !row.moved
            && !listed.known.repeated
            && listed.address != Some(plan::number_of(row.request.url.as_str()))
        {
            readdress(work, listed.id, row.request.url.as_str())?;
        }
        if wanted.next_if_eq(&at).is_some() {
            let thread = offer(work, row, *last_post, if named_by_feed { 0 } else { run })?;
            want_thread(work, thread, row, settings.posts, id.is_some())?;
        } else if let Some(id) = id
            && !named_by_feed
        {
            work.db.prepare_cached("UPDATE thread SET run = ?2 WHERE id = ?1")?.execute(params![id, run])?;
        }
    }
    if let Some(active) = work.queue.active.get_mut(&work.source) {
        active.threads = taken;
    }
    work.done.cut.threads += plan.cut;

    let limits = crate::model::Limits::default();
    let is_endless = is_endless(work, plan.repeats)?;
    // what has shifted by a whole page tells nothing of what stands below
    let follow = if plan.repeats { !is_endless } else { plan.follow };
    let followed = plan::follow(next.as_ref(), number, None, follow, &limits, Posts::All) == Follow::Yes;
    work.read(!plan.wanted.is_empty())?;
    work.db
        .prepare_cached("UPDATE page SET names_boards = ?2, number = coalesce(number, ?3) WHERE id = ?1")?
        .execute(params![work.page.id, names_boards, number])?;
    if plan.exhausted {
        // the threads that were cut off here are the next run's, and so is what comes after them
        work.db
            .prepare_cached("UPDATE page SET state = 3, etag = NULL, last_modified = NULL WHERE id = ?1")?
            .execute([work.page.id])?;
    } else if followed && let Some(next) = next {
        want_listing(work, &next)?;
    }
    Ok(())
}

/// Wants the document of what a page only has a script ask for. That page itself is no page of its board or thread from then on.
pub(super) fn stands_elsewhere(work: &mut Work<'_>, instead: &crate::model::NewRequest) -> rusqlite::Result<()> {
    let kind = kind_number(PageKind::Index);
    work.db.prepare_cached("UPDATE page SET kind = ?2 WHERE id = ?1")?.execute(params![work.page.id, kind])?;
    work.page.kind = PageKind::Index;
    work.read(false)?;
    let (run, thread) = (work.run(), work.page.thread);
    if let Some(thread) = thread
        && let Some(added) = enqueue::want_last_page(work.db, work.queue, work.source, run, thread)?
    {
        work.done.added += u64::from(added);
        return Ok(());
    }
    if instead.kind != PageKind::Thread {
        return want_listing(work, instead).map(drop);
    }
    let want = Want { what: instead, reason: Reason::Discover, rank: rank::CONTINUE, thread, parent: None };
    let (_, added) = enqueue::want(work.db, work.queue, work.source, run, want)?;
    work.done.added += u64::from(added);
    Ok(())
}

/// Pages in a row that may repeat what pages before them named, before the listing is taken for one without end.
const REPEATS: u32 = 3;

/// Whether so many pages of this listing have told nothing that was not told before.
fn is_endless(work: &mut Work<'_>, repeats: bool) -> rusqlite::Result<bool> {
    if !repeats && work.queue.active.get(&work.source).is_none_or(|active| active.repeats.is_empty()) {
        return Ok(false);
    }
    let listing = poll::first_page(work)?;
    let Some(active) = work.queue.active.get_mut(&work.source) else { return Ok(true) };
    if !repeats {
        active.repeats.remove(&listing);
        return Ok(false);
    }
    let in_a_row = active.repeats.entry(listing).or_default();
    *in_a_row += 1;
    Ok(*in_a_row > REPEATS)
}

/// 304: boards that the page names and that it tells too little about are still to be looked at.
pub(super) fn unchanged(work: &mut Work<'_>) -> rusqlite::Result<()> {
    let adapts = work.active().filter(|active| active.settings.adaptive.is_some() && !active.options.recheck);
    let not_before = adapts.map(|active| active.now.as_millisecond());
    if work.page.kind == PageKind::Board {
        poll::polled(work, &poll::first_page(work)?, 0)?;
    }
    if not_before.is_some() {
        poll::all_as_they_were(work)?;
    }
    // kinds of listings, written as the index has them (`kind_number`)
    work.db
        .prepare_cached(
            "UPDATE page SET state = 1, due = 0, attempt = 0, reason = 0, rank = ?3
             WHERE parent = ?1 AND kind IN (1, 2) AND state = 0 AND run <> ?2 AND coalesce(number, 1) = 1
                 AND (mark IS NULL OR names_boards OR seen IS NOT mark)
                 AND (?4 IS NULL OR NOT EXISTS (SELECT 1 FROM poll
                     WHERE poll.source = page.source AND poll.url = page.url AND next_at > ?4))",
        )?
        .execute(params![work.page.id, work.run(), rank::LISTING, not_before])?;
    work.touch();
    Ok(())
}

/// Posts that a listing tells of and that were not known: each row that has changed has one at least.
fn news_of(rows: &[(crate::model::ThreadRow, Option<jiff::Timestamp>)], known: &[Option<KnownThread>]) -> u64 {
    let of_row = |(row, known): (&(crate::model::ThreadRow, Option<jiff::Timestamp>), &Option<KnownThread>)| {
        let replies = row.0.replies.unwrap_or(0);
        match known {
            _ if row.0.moved => 0,
            None => replies + 1,
            Some(known) if known.repeated => 0,
            Some(known) => {
                let more = replies.saturating_sub(known.replies.unwrap_or(replies));
                let newer = known.last_post < row.1.map(jiff::Timestamp::as_millisecond);
                more.max(u64::from(newer && row.0.replies.is_none()))
            }
        }
    };
    rows.iter().zip(known).map(of_row).sum()
}

fn want_board(work: &mut Work<'_>, board: &crate::model::BoardRow, all: bool) -> rusqlite::Result<()> {
    let mark = plan::board_mark(board);
    let mut known = work.db.prepare_cached(
        "SELECT id, seen, names_boards FROM page WHERE source = ?1 AND url = ?2 AND read_at IS NOT NULL AND state <> 3",
    )?;
    let known: Option<(i64, Option<String>, bool)> = known
        .query_row(params![work.source, board.request.url.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let url = board.request.url.as_str();
    let adapts = work.active().is_some_and(|active| active.settings.adaptive.is_some());
    let due = poll::is_due(work, url)?;
    if let Some((_, seen, names_boards)) = &known
        && !all
        && !names_boards
        && mark.is_some()
        && *seen == mark
    {
        return if adapts && due { poll::polled(work, url, 0) } else { Ok(()) };
    }
    if adapts {
        poll::name(work, url, &board.name)?;
    }
    if !due && let Some((id, ..)) = known {
        // what the index told is kept: when its time comes the board is read, though the index says nothing new then
        work.db.prepare_cached("UPDATE page SET mark = ?2 WHERE id = ?1")?.execute(params![id, mark])?;
        return Ok(());
    }
    let id = want_listing(work, &board.request)?;
    work.db.prepare_cached("UPDATE page SET mark = ?2 WHERE id = ?1")?.execute(params![id, mark])?;
    Ok(())
}

fn want_listing(work: &mut Work<'_>, what: &crate::model::NewRequest) -> rusqlite::Result<i64> {
    let parent = Some(work.page.id);
    let want = Want { what, reason: Reason::Discover, rank: rank::LISTING, thread: None, parent };
    let run = work.run();
    let (id, added) = enqueue::want(work.db, work.queue, work.source, run, want)?;
    work.done.added += u64::from(added);
    Ok(id)
}

/// Wants what is new of a thread: all of it, or its last known page.
fn want_thread(
    work: &mut Work<'_>,
    thread: i64,
    row: &crate::model::ThreadRow,
    posts: Posts,
    known: bool,
) -> rusqlite::Result<()> {
    let run = work.run();
    if known
        && posts == Posts::All
        && let Some(added) = enqueue::want_last_page(work.db, work.queue, work.source, run, thread)?
    {
        work.done.added += u64::from(added);
        return Ok(());
    }
    let reason = if known { Reason::Changed } else { Reason::Discover };
    let mut what = row.request.clone();
    what.page = what.page.or(Some(1));
    what.thread_id = what.thread_id.or_else(|| Some(row.id.clone()));
    let want = Want { what: &what, reason, rank: rank::THREAD, thread: Some(thread), parent: None };
    let (_, added) = enqueue::want(work.db, work.queue, work.source, run, want)?;
    work.done.added += u64::from(added);
    Ok(())
}

/// A listed thread's row, and what is known of it.
#[derive(Clone, Copy, Debug)]
struct Listed {
    id: i64,
    /// A number for the address by which a listing named it last.
    address: Option<i64>,
    known: KnownThread,
}

fn known_thread(work: &Work<'_>, key: &str, run: i64) -> rusqlite::Result<Option<Listed>> {
    let mut row = work.db.prepare_cached(
        "SELECT id, replies, last_post, mark, settled, run, address FROM thread
         WHERE source = ?1 AND key = ?2 AND offered IS NOT NULL",
    )?;
    row.query_row(params![work.source, key], |row| {
        let known = KnownThread {
            replies: row.get::<_, Option<i64>>(1)?.map(i64::cast_unsigned),
            last_post: row.get(2)?,
            mark: row.get(3)?,
            settled: row.get(4)?,
            repeated: row.get::<_, i64>(5)? == run,
        };
        Ok(Listed { id: row.get(0)?, address: row.get(6)?, known })
    })
    .optional()
}

/// Keeps what the listing tells of a thread; it counts as known once the thread is read to its end.
fn offer(
    work: &Work<'_>,
    row: &crate::model::ThreadRow,
    last_post: Option<jiff::Timestamp>,
    run: i64,
) -> rusqlite::Result<i64> {
    let mut keep = work.db.prepare_cached(
        "INSERT INTO thread (source, key, url, title, replies, last_post, mark, offered, run, address)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (source, key) DO UPDATE SET replies = excluded.replies, last_post = excluded.last_post,
             mark = excluded.mark, offered = excluded.offered, settled = 0, run = max(run, excluded.run),
             address = coalesce(address, excluded.address)
         RETURNING id",
    )?;
    keep.query_row(
        params![
            work.source,
            row.id,
            row.request.url.as_str(),
            row.title,
            row.replies.map(u64::cast_signed),
            last_post.map(jiff::Timestamp::as_millisecond),
            plan::mark(row, last_post),
            work.counters.serial,
            run,
            plan::number_of(row.request.url.as_str())
        ],
        |row| row.get(0),
    )
}
