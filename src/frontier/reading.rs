//! A thread page into the state: its posts, its thread's cursor, and the page after it.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, params};

use crate::model::{NewRequest, Posts, Reason, Record, Warning};

use super::{
    Batch, ThreadNews,
    enqueue::{self, Want},
    missing::{self, Here, Seen},
    plan::{self, Follow},
    posts::{self, Keeper, Known, Verdict},
    queue::{ToldThread, rank, reason_number},
    work::{Shown, Work},
};

/// Keeps a thread page.
pub(super) fn thread(work: &mut Work<'_>, batch: Batch) -> rusqlite::Result<()> {
    let Batch { mut records, news, validators, .. } = batch;
    let told = news.thread.unwrap_or_default();
    let thread = thread_row(work, &told)?;
    let merged = merged_thread(work, thread)?;
    let asked = work.page.number;
    let other = shows_another(work, thread, &told, &records)?;
    let number = asked.filter(|_| !other).unwrap_or(told.page.max(1));
    let settings = work.active().map(|active| (active.settings.posts, active.settings.limits.clone()));
    let (wanted, limits) = settings.unwrap_or_default();
    let whole = !other && told.posts_on_page as usize <= records.len() && is_whole(&records);
    let count = u32::try_from(records.len()).unwrap_or(u32::MAX);

    let base = told.position_base.or(if number == 1 { Some(0) } else { work.page.base.filter(|_| !other) });
    if !told.descending {
        place(&mut records, base);
    }
    if wanted == Posts::First {
        records.truncate(usize::from(number == 1));
    }
    let source = work.active().map(|active| active.settings.name.clone()).unwrap_or_default();
    let known = sight(work, &source, &mut records)?;
    let read_on = !told.descending && (number == 1 || neighbour(work, thread, number - 1)?.is_some());
    let places = || records.iter().zip(&known).map(|(record, known)| places(record, known.as_ref(), &source, thread));
    let pushed = !read_on && number > 1 && !told.descending && is_pushed(work, places());
    let last = if read_on || pushed { None } else { Some(last_place(work, thread)?) };
    let seen = Seen::new(places(), told.descending, read_on, last);
    let progress = other || makes_progress(work, thread, number, &seen)?;
    let complete = told.complete || news.next.is_none();

    let looks = wanted == Posts::All && progress;
    let here = Here { thread, number, complete, whole, descending: told.descending };
    let missed = if looks && whole { missing::look(work, here, &seen)? } else { Vec::new() };
    if progress {
        missing::shift_rest(work, here, &seen)?;
    }
    let mut changed = false;
    let mut keeper = Keeper::new(&source, thread);
    for (at, (record, known)) in records.iter_mut().zip(known).enumerate() {
        let place = seen.place(at);
        let place = if progress { place } else { known.map_or(place, |known| known.place) };
        let verdict = keeper.keep(work, place, record, known.as_ref())?;
        changed |= matches!(verdict, Verdict::New(_) | Verdict::Changed(_));
    }
    keeper.finish(work)?;
    let doubt = missing::judge(work, here, &seen, missed)?;

    let next = news.next.map(|mut next| {
        next.position_base = next.position_base.or(base.filter(|_| !told.descending).map(|base| base + count));
        next
    });
    let back = next.as_ref().is_none_or(|next| next.page.is_none_or(|to| asked.is_some_and(|asked| to >= asked)));
    let follow = match asked {
        // what is shown in the place of a page past the end leads to pages that are known, or has no end; from a page that was
        // read before, one leads to a page that got another address
        Some(_) if other && back && !(work.page.known && is_unheard_of(work, next.as_ref(), told.pages)?) => {
            Follow::End
        }
        _ => plan::follow(next.as_ref(), number, told.pages, progress, &limits, wanted),
    };
    // the row of a merged thread stays its own until it is proven to be no more
    let places = seen.range().filter(|_| merged.is_none());
    let number_now = asked.unwrap_or(number);
    let of = merged.unwrap_or(thread);
    let shown = Shown { thread: of, number: number_now, places, base, validators: &validators };
    work.read_posts(changed || work.done.posts.missing > 0, &shown)?;
    if let Some(merged) = merged {
        want_from_start(work, thread, u32::MAX)?;
        missing::merged(work, merged)?;
    } else if other {
        fall_back(work, thread, number)?;
    }
    match (follow, next) {
        (Follow::Yes, Some(next)) => want_next(work, thread, &next)?,
        (Follow::Cut, _) => {
            work.done.cut.pages += 1;
            work.settle(Some(thread))?;
        }
        _ => work.settle(Some(thread))?,
    }
    if pushed && looks {
        want_from_start(work, thread, number)?;
    }
    let doubt = if looks && !other { missing::remember(work, here, seen, doubt)? } else { doubt };
    missing::want_confirmation(work, here, doubt)
}

/// The thread that was asked for, where the page shows another one and posts of it are known: it was merged into that one.
fn merged_thread(work: &Work<'_>, shown: i64) -> rusqlite::Result<Option<i64>> {
    let Some(asked) = work.page.thread.filter(|asked| *asked != shown) else { return Ok(None) };
    let mut row = work.db.prepare_cached("SELECT EXISTS (SELECT 1 FROM post WHERE thread = ?1)")?;
    Ok(row.query_row([asked], |row| row.get::<_, bool>(0))?.then_some(asked))
}

/// Whether something came in before the page since it was read: its posts stand later than they did, or are others. Threads
/// that are merged do so.
fn is_pushed<'a>(work: &Work<'_>, places: impl Iterator<Item = (&'a str, Option<i64>, i64)>) -> bool {
    let mut known = places.filter_map(|(_, before, now)| Some((before.filter(|before| *before > 0)?, now)));
    match known.next() {
        Some((before, now)) => now > before,
        None => work.page.known,
    }
}

/// Whether the following page is one of the thread's that was never wanted: pages that hold more posts than they did have
/// other addresses.
fn is_unheard_of(work: &Work<'_>, next: Option<&NewRequest>, pages: Option<u32>) -> rusqlite::Result<bool> {
    let Some(next) = next.filter(|next| next.page.zip(pages).is_some_and(|(page, pages)| page <= pages)) else {
        return Ok(false);
    };
    let mut row = work.db.prepare_cached("SELECT EXISTS (SELECT 1 FROM page WHERE source = ?1 AND url = ?2)")?;
    row.query_row(params![work.source, next.url.as_str()], |row| row.get::<_, bool>(0)).map(|known| !known)
}

/// Wants the pages before that page, the first one first: posts that came in there are new.
fn want_from_start(work: &mut Work<'_>, thread: i64, number: u32) -> rusqlite::Result<()> {
    let run = work.run();
    let wanted = work
        .db
        .prepare_cached(
            "UPDATE page SET state = 1, rank = ?4, reason = ?5, due = 0, attempt = 0
             WHERE thread = ?1 AND number < ?2 AND kind = 3 AND state = 0 AND run <> ?3",
        )?
        .execute(params![thread, number, run, rank::CONTINUE, reason_number(Reason::Changed)])?;
    work.done.added += wanted as u64;
    work.touch();
    Ok(())
}

fn want_next(work: &mut Work<'_>, thread: i64, next: &NewRequest) -> rusqlite::Result<()> {
    let want = Want { what: next, reason: Reason::Discover, rank: rank::CONTINUE, thread: Some(thread), parent: None };
    let run = work.run();
    let (_, added) = enqueue::want(work.db, work.queue, work.source, run, want)?;
    work.done.added += u64::from(added);
    Ok(())
}

/// The page that was asked for is no more: the thread's end is to be looked for before it.
fn fall_back(work: &mut Work<'_>, thread: i64, shown: u32) -> rusqlite::Result<()> {
    work.db.prepare_cached("UPDATE page SET state = 4, recheck_at = NULL WHERE id = ?1")?.execute([work.page.id])?;
    work.db
        .prepare_cached("UPDATE page SET run = ?3 WHERE thread = ?1 AND number = ?2 AND state = 0")?
        .execute(params![thread, shown, work.run()])?;
    let run = work.run();
    enqueue::want_last_page(work.db, work.queue, work.source, run, thread).map(drop)
}

/// Whether the engine shows another page than was asked for: what it does where that is past the end. The number that a page
/// prints is not enough to go by (themes print several); its posts must be those of an earlier page too.
fn shows_another(work: &Work<'_>, thread: i64, told: &ThreadNews, records: &[Record]) -> rusqlite::Result<bool> {
    if told.page == 0 || work.page.number.is_none_or(|asked| asked <= told.page) {
        return Ok(false);
    }
    // the address of a thread that was merged leads to the other one's first page, whatever page is asked for: its number
    // and its places are those of a thread that is no more
    if work.page.thread.is_some_and(|asked| asked != thread) {
        return Ok(true);
    }
    let mut row = work.db.prepare_cached("SELECT lo FROM page WHERE id = ?1")?;
    let lo: Option<i64> = row.query_row([work.page.id], |row| row.get(0))?;
    let source = work.active().map(|active| active.settings.name.clone()).unwrap_or_default();
    for record in records {
        let known = posts::known(work.db, work.source, &[posts::key_of(record, &source)])?.pop().flatten();
        match (known.filter(|known| known.thread == thread && known.place > 0), lo) {
            (Some(known), Some(lo)) => return Ok(known.place < lo),
            // a page that was never read and brings a post that was never read is what was asked for
            (None, None) => return Ok(false),
            _ => {}
        }
    }
    Ok(true)
}

/// Whether the page can prove that a post is not on it.
fn is_whole(records: &[Record]) -> bool {
    let doubtful = |warning: &Warning| matches!(warning, Warning::Truncated | Warning::Generic | Warning::IdMissing);
    !records.is_empty() && !records.iter().any(|record| record.warnings.iter().any(doubtful))
}

/// Gives places to posts that print none.
fn place(records: &mut [Record], base: Option<u32>) {
    let Some(base) = base else { return };
    for (at, record) in records.iter_mut().enumerate() {
        if record.position.is_none() {
            record.position = u32::try_from(at + 1).ok().and_then(|at| base.checked_add(at));
        }
    }
}

/// A post's key, its place as known in this thread, and its place as printed; 0 where there is none.
fn places<'a>(record: &'a Record, known: Option<&Known>, source: &str, thread: i64) -> (&'a str, Option<i64>, i64) {
    let before = known.filter(|known| known.thread == thread).map(|known| known.place);
    (posts::key_of(record, source), before, record.position.map_or(0, posts::place_of))
}

/// What is known of the posts of the page; doubles are left out.
fn sight(work: &Work<'_>, source: &str, records: &mut Vec<Record>) -> rusqlite::Result<Vec<Option<Known>>> {
    let mut on_page = HashSet::with_capacity(records.len());
    let once: Vec<bool> = records.iter().map(|record| on_page.insert(posts::key_of(record, source))).collect();
    let mut once = once.into_iter();
    records.retain(|_| once.next().unwrap_or(false));
    let keys: Vec<&str> = records.iter().map(|record| posts::key_of(record, source)).collect();
    posts::known(work.db, work.source, &keys)
}

/// Whether the page brought a post that this run's read of the page before it had not: a last page that repeats itself for
/// ever ends there.
fn makes_progress(work: &Work<'_>, thread: i64, number: u32, seen: &Seen) -> rusqlite::Result<bool> {
    if number <= 1 || seen.any_unknown() {
        return Ok(true);
    }
    if let Some(shown) = missing::shows_what_came_before(work, thread, number, seen) {
        return Ok(!shown);
    }
    let Some((lo, hi)) = neighbour(work, thread, number - 1)? else { return Ok(true) };
    // an odd place is that of a post which was missing from an earlier read: there it is
    Ok(seen.before().any(|place| place > hi || place < lo || place % 2 == 1))
}

/// The greatest place in the thread.
fn last_place(work: &Work<'_>, thread: i64) -> rusqlite::Result<i64> {
    let mut row = work.db.prepare_cached("SELECT coalesce(max(place), 0) FROM post WHERE thread = ?1 AND gone >= 0")?;
    row.query_row([thread], |row| row.get(0))
}

/// Places of the first and the last post of another page of the thread, where this run has read it.
fn neighbour(work: &Work<'_>, thread: i64, number: u32) -> rusqlite::Result<Option<(i64, i64)>> {
    let mut row = work.db.prepare_cached(
        "SELECT lo, hi FROM page WHERE thread = ?1 AND number = ?2 AND run = ?3 AND id <> ?4 AND lo > 0 AND hi > 0",
    )?;
    row.query_row(params![thread, number, work.run(), work.page.id], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// The thread's row, made where it is new; what the page tells of it is kept.
fn thread_row(work: &mut Work<'_>, told: &ThreadNews) -> rusqlite::Result<i64> {
    let url = told.url.as_ref().map(url::Url::as_str);
    let key = match (&told.id, url) {
        (Some(id), _) => id.clone(),
        // no id: its first page's address stands for it
        (None, Some(url)) => format!("#{:x}", plan::number_of(url)),
        (None, None) => format!("#{:x}", plan::number_of(&work.page.url)),
    };
    let known = work.active().and_then(|active| active.told.as_ref());
    if let Some(known) = known
        && known.key == key
        && known.url == told.url
        && known.title == told.title
        && known.boards == told.boards
    {
        return Ok(known.row);
    }
    let boards = if told.boards.is_empty() {
        None
    } else {
        let path =
            serde_json::to_string(&told.boards).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
        work.db.prepare_cached("INSERT OR IGNORE INTO boards (path) VALUES (?1)")?.execute([&path])?;
        let mut row = work.db.prepare_cached("SELECT id FROM boards WHERE path = ?1")?;
        Some(row.query_row([&path], |row| row.get::<_, i64>(0))?)
    };
    let mut row = work.db.prepare_cached(
        "INSERT INTO thread (source, key, url, title, boards) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (source, key) DO UPDATE SET url = coalesce(excluded.url, url), gone = 0,
             title = coalesce(excluded.title, title), boards = coalesce(excluded.boards, boards)
         RETURNING id",
    )?;
    let row = row.query_row(params![work.source, key, url, told.title, boards], |row| row.get(0))?;
    if let Some(active) = work.queue.active.get_mut(&work.source) {
        let ThreadNews { url, title, boards, .. } = told.clone();
        active.told = Some(ToldThread { row, key, url, title, boards });
    }
    Ok(row)
}
