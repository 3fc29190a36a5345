//! Versions of posts: what is new, what is edited, what is known already.

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::{Change, Record, Status};

use super::{outbox, work::Work};

/// A deleted post's `gone`.
pub(super) const DELETED: i64 = -1;

/// What the state knows of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) thread: i64,
    /// See [`place_of`]; 0 where not known.
    pub(super) place: i64,
    pub(super) revision: u32,
    /// The run that emitted it last.
    pub(super) run: i64,
    /// 0: there; [`DELETED`]; else the serial of the read that missed it.
    pub(super) gone: i64,
    pub(super) hash: [u8; 16],
}

/// What a sighting of a post means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Emitted, at revision 1.
    New(Change),
    /// Emitted, at the next revision.
    Changed(Change),
    /// Not emitted.
    Same,
    /// Differs from what this run has emitted already: not emitted, and left for the next run to find.
    Repeated,
}

pub(super) fn verdict(known: Option<&Known>, hash: [u8; 16], status: Status, run: i64) -> Verdict {
    let deleted = status == Status::Deleted;
    match known {
        None if deleted => Verdict::New(Change::Deleted),
        None => Verdict::New(Change::New),
        Some(known) if deleted && known.gone == DELETED => Verdict::Same,
        Some(known) if !deleted && known.gone != DELETED && known.hash == hash => Verdict::Same,
        Some(known) if known.run == run => Verdict::Repeated,
        Some(_) if deleted => Verdict::Changed(Change::Deleted),
        Some(_) => Verdict::Changed(Change::Edited),
    }
}

/// A position as the state keeps it: doubled, so that a missing post can stand between two others.
pub(super) fn place_of(position: u32) -> i64 {
    i64::from(position) * 2
}

/// The part of a record id that the source's name does not say.
pub(super) fn key_of<'a>(record: &'a Record, source: &str) -> &'a str {
    record.id.strip_prefix(source).and_then(|rest| rest.strip_prefix('/')).unwrap_or(&record.id)
}

/// The content hash as the state keeps it.
pub(super) fn hash_of(record: &Record) -> [u8; 16] {
    let hash = blake3::hash(record.content_hash.as_bytes());
    let mut short = [0; 16];
    short.copy_from_slice(&hash.as_bytes()[..16]);
    short
}

pub(super) fn known(db: &Connection, source: i64, key: &str) -> rusqlite::Result<Option<Known>> {
    let mut row =
        db.prepare_cached("SELECT thread, place, revision, run, gone, hash FROM post WHERE source = ?1 AND key = ?2")?;
    row.query_row(params![source, key], |row| {
        Ok(Known {
            thread: row.get(0)?,
            place: row.get(1)?,
            revision: row.get(2)?,
            run: row.get(3)?,
            gone: row.get(4)?,
            hash: row.get(5)?,
        })
    })
    .optional()
}

/// Keeps a sighting and puts the record into the outbox where it is to be emitted. Counts it.
pub(super) fn keep(
    work: &mut Work<'_>,
    thread: i64,
    place: i64,
    mut record: Record,
    known: Option<&Known>,
) -> rusqlite::Result<Verdict> {
    let source = work.active().map(|active| active.settings.name.clone()).unwrap_or_default();
    let hash = hash_of(&record);
    let run = work.run();
    let verdict = verdict(known, hash, record.status, run);
    let key = key_of(&record, &source).to_owned();
    let counts = &mut work.done.posts;
    counts.read += 1;
    let (change, revision) = match verdict {
        Verdict::New(change) => {
            counts.new += 1;
            (change, 1)
        }
        Verdict::Changed(change) => {
            counts.edited += 1;
            (change, known.map_or(1, |known| known.revision.saturating_add(1)))
        }
        Verdict::Same | Verdict::Repeated => {
            counts.unchanged += 1;
            if let Some(known) = known
                && (known.thread != thread || known.place != place || known.gone > 0)
            {
                work.db
                    .prepare_cached(
                        "UPDATE post SET thread = ?3, place = ?4, gone = min(gone, 0) WHERE source = ?1 AND key = ?2",
                    )?
                    .execute(params![work.source, key, thread, place])?;
            }
            return Ok(verdict);
        }
    };
    counts.deleted += u64::from(change == Change::Deleted);
    let gone = if change == Change::Deleted { DELETED } else { 0 };
    let permalink = permalink(work, &record, &key)?;
    work.db
        .prepare_cached(
            "INSERT INTO post (source, key, thread, place, revision, run, gone, permalink, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (source, key) DO UPDATE SET thread = excluded.thread, place = excluded.place,
                 revision = excluded.revision, run = excluded.run, gone = excluded.gone, hash = excluded.hash,
                 permalink = excluded.permalink",
        )?
        .execute(params![work.source, key, thread, place, revision, run, gone, permalink, hash])?;
    record.change = change;
    record.revision = revision;
    emit(work, record)?;
    Ok(verdict)
}

/// Puts a record into the outbox, and counts it.
pub(super) fn emit(work: &mut Work<'_>, record: Record) -> rusqlite::Result<()> {
    let change = record.change;
    work.done.last_seq = Some(outbox::put(work.counters, record)?);
    let column = match change {
        Change::New => return Ok(()),
        Change::Edited => "UPDATE source SET edits = edits + 1 WHERE id = ?1",
        Change::Deleted => "UPDATE source SET deletions = deletions + 1 WHERE id = ?1",
    };
    work.db.prepare_cached(column)?.execute([work.source]).map(drop)
}

/// The shape of the post's address, kept once for all posts that share it, so that a tombstone can name its post.
fn permalink(work: &mut Work<'_>, record: &Record, key: &str) -> rusqlite::Result<Option<i64>> {
    let Some(url) = record.url.as_deref() else { return Ok(None) };
    let post = key.rsplit('/').next().unwrap_or(key);
    let thread = record.thread.as_ref().and_then(|thread| thread.id.as_deref());
    let shape = shape_of(url, post, thread);
    if let Some(id) = work.active().and_then(|active| active.permalinks.get(&shape)) {
        return Ok(Some(*id));
    }
    let row = permalink_row(work, &shape)?;
    if let (Some(active), Some(id)) = (work.queue.active.get_mut(&work.source), row) {
        active.permalinks.insert(shape, id);
    }
    Ok(row)
}

/// The row of a shape, made where it is new and there is room for it.
fn permalink_row(work: &Work<'_>, shape: &str) -> rusqlite::Result<Option<i64>> {
    let mut row = work.db.prepare_cached("SELECT id FROM permalink WHERE source = ?1 AND shape = ?2")?;
    if let Some(id) = row.query_row(params![work.source, shape], |row| row.get(0)).optional()? {
        return Ok(Some(id));
    }
    let mut count = work.db.prepare_cached("SELECT count(*) FROM permalink WHERE source = ?1")?;
    if count.query_row([work.source], |row| row.get::<_, i64>(0))? >= SHAPES {
        return Ok(None);
    }
    work.db
        .prepare_cached("INSERT INTO permalink (source, shape) VALUES (?1, ?2)")?
        .execute(params![work.source, shape])?;
    Ok(Some(work.db.last_insert_rowid()))
}

/// Shapes kept of one source: addresses that hold words of the title have as many shapes as threads, and are not worth it.
const SHAPES: i64 = 64;

/// An address with its ids taken out.
fn shape_of(url: &str, post: &str, thread: Option<&str>) -> String {
    let shape = take_out(url, post, "{post}");
    thread.map_or(shape.clone(), |thread| take_out(&shape, thread, "{thread}"))
}

/// An address of that shape.
pub(super) fn fill(shape: &str, post: &str, thread: Option<&str>) -> String {
    shape.replace("{post}", post).replace("{thread}", thread.unwrap_or_default())
}

/// Replaces an id that stands by itself, not as a part of a longer number or word.
fn take_out(text: &str, id: &str, by: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(at) = rest.find(id).filter(|_| !id.is_empty()) {
        let (head, tail) = rest.split_at(at);
        let after = &tail[id.len()..];
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_digit());
        let alone = edge(head.chars().next_back().or(before)) && edge(after.chars().next());
        out.push_str(head);
        out.push_str(if alone { by } else { id });
        before = id.chars().next_back();
        rest = after;
    }
    out.push_str(rest);
    out
}
