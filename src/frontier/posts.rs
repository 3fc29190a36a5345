//! Versions of posts: what is new, what is edited, what is known already.

use std::sync::LazyLock;

use rusqlite::{Connection, OptionalExtension, Row, params};

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

/// Rows of other posts that are walked past before the next post is looked up by itself.
const PASSED: usize = 2;

/// What is known of posts, in their order. Those of one page have hardly any others between them, as a rule: their rows are walked
/// along.
pub(super) fn known(db: &Connection, source: i64, keys: &[&str]) -> rusqlite::Result<Vec<Option<Known>>> {
    let mut found = vec![None; keys.len()];
    let mut order: Vec<(&str, &mut Option<Known>)> = keys.iter().copied().zip(&mut found).collect();
    order.sort_unstable_by_key(|(key, _)| *key);
    let mut wanted = order.into_iter().peekable();
    let mut rows = db.prepare_cached(
        "SELECT key, thread, place, revision, run, gone, hash FROM post WHERE source = ?1 AND key >= ?2 ORDER BY key",
    )?;
    while let Some((first, _)) = wanted.peek() {
        let mut rows = rows.query(params![source, first])?;
        let mut passed = 0;
        while passed <= PASSED {
            let Some(row) = rows.next()? else { return Ok(found) };
            let key = row.get_ref(0)?.as_str()?;
            while wanted.next_if(|(wanted, _)| *wanted < key).is_some() {}
            match wanted.next_if(|(wanted, _)| *wanted == key) {
                Some((_, known)) => *known = Some(known_in(row)?),
                None if wanted.peek().is_none() => return Ok(found),
                None => passed += 1,
            }
        }
    }
    Ok(found)
}

fn known_in(row: &Row<'_>) -> rusqlite::Result<Known> {
    Ok(Known {
        thread: row.get(1)?,
        place: row.get(2)?,
        revision: row.get(3)?,
        run: row.get(4)?,
        gone: row.get(5)?,
        hash: row.get(6)?,
    })
}

/// Rows that one statement writes, the most first.
const ROWS: [usize; 3] = [16, 4, 1];

/// The statements that write so many new posts: a statement costs as much as half a row. What is known is not among them, so that
/// SQLite need not stand ready to take back half a statement.
static ADD: LazyLock<[String; 3]> = LazyLock::new(|| ROWS.map(add));

/// What posts of one page share, ?1 to ?3, and what each has of its own.
const SHARED: usize = 3;
const OWN: usize = 5;

fn add(rows: usize) -> String {
    let mut sql =
        "INSERT OR ROLLBACK INTO post (source, thread, run, revision, key, place, permalink, hash, gone) VALUES "
            .to_owned();
    for row in 0..rows {
        sql.push_str(if row == 0 { "(?1, ?2, ?3, 1" } else { ", (?1, ?2, ?3, 1" });
        (0..OWN).for_each(|own| sql.push_str(&format!(", ?{}", SHARED + row * OWN + own + 1)));
        sql.push(')');
    }
    sql
}

/// Keeps the sightings of one page.
pub(super) struct Keeper<'a> {
    source: &'a str,
    thread: i64,
    /// Emitted, and not in the state yet.
    new: Vec<NewPost<'a>>,
}

/// A post that is seen for the first time.
struct NewPost<'a> {
    key: &'a str,
    place: i64,
    permalink: Option<i64>,
    hash: [u8; 16],
    gone: i64,
}

impl<'a> Keeper<'a> {
    /// For posts of that thread.
    pub(super) fn new(source: &'a str, thread: i64) -> Keeper<'a> {
        Keeper { source, thread, new: Vec::new() }
    }

    /// Keeps a sighting and puts the record into the outbox where it is to be emitted. Counts it. New posts are written by
    /// [`Keeper::finish`].
    pub(super) fn keep(
        &mut self,
        work: &mut Work<'_>,
        place: i64,
        record: &'a mut Record,
        known: Option<&Known>,
    ) -> rusqlite::Result<Verdict> {
        let hash = hash_of(record);
        let (run, source, thread) = (work.run(), work.source, self.thread);
        let verdict = verdict(known, hash, record.status, run);
        let key = key_of(record, self.source);
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
                        .execute(params![source, key, thread, place])?;
                }
                return Ok(verdict);
            }
        };
        counts.deleted += u64::from(change == Change::Deleted);
        let gone = if change == Change::Deleted { DELETED } else { 0 };
        let permalink = permalink(work, record, key)?;
        if known.is_some() {
            work.db
                .prepare_cached(
                    "UPDATE post SET thread = ?3, place = ?4, revision = ?5, run = ?6, gone = ?7, permalink = ?8, hash = ?9
                     WHERE source = ?1 AND key = ?2",
                )?
                .execute(params![source, key, thread, place, revision, run, gone, permalink, hash])?;
        }
        record.change = change;
        record.revision = revision;
        emit(work, record)?;
        if known.is_none() {
            self.new.push(NewPost { key: key_of(record, self.source), place, permalink, hash, gone });
        }
        Ok(verdict)
    }

    /// Writes the new posts.
    pub(super) fn finish(self, work: &Work<'_>) -> rusqlite::Result<()> {
        let mut new = &self.new[..];
        for (rows, sql) in ROWS.into_iter().zip(&*ADD) {
            if new.len() < rows {
                continue;
            }
            let mut add = work.db.prepare_cached(sql)?;
            for (at, shared) in (1..).zip([work.source, self.thread, work.run()]) {
                add.raw_bind_parameter(at, shared)?;
            }
            while let Some((now, later)) = new.split_at_checked(rows) {
                for (row, NewPost { key, place, permalink, hash, gone }) in now.iter().enumerate() {
                    let own = SHARED + row * OWN;
                    add.raw_bind_parameter(own + 1, key)?;
                    add.raw_bind_parameter(own + 2, place)?;
                    add.raw_bind_parameter(own + 3, permalink)?;
                    add.raw_bind_parameter(own + 4, &hash[..])?;
                    add.raw_bind_parameter(own + 5, gone)?;
                }
                add.raw_execute()?;
                new = later;
            }
        }
        Ok(())
    }
}

/// Puts a record into the outbox, and counts it.
pub(super) fn emit(work: &mut Work<'_>, record: &mut Record) -> rusqlite::Result<()> {
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
    let shapes = work.active().map(|active| active.permalinks.as_slice()).unwrap_or_default();
    // the shape of the post before, nearly always
    if let Some((_, row)) = shapes.last().filter(|(shape, _)| fits(shape, url, post, thread)) {
        return Ok(Some(*row));
    }
    let shape = shape_of(url, post, thread);
    let at = shapes.iter().position(|(known, _)| *known == shape);
    let row = match at {
        Some(at) => shapes.get(at).map(|(_, row)| *row),
        None => permalink_row(work, &shape)?,
    };
    if let (Some(active), Some(row)) = (work.queue.active.get_mut(&work.source), row) {
        if let Some(at) = at {
            active.permalinks.remove(at);
        }
        active.permalinks.push((shape, row));
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

/// Whether [`fill`] makes this address of the shape.
fn fits(shape: &str, url: &str, post: &str, thread: Option<&str>) -> bool {
    let (mut shape, mut url) = (shape, url);
    while let Some(at) = memchr::memchr(b'{', shape.as_bytes()) {
        let (plain, rest) = shape.split_at(at);
        let (said, after) = if let Some(after) = rest.strip_prefix("{post}") {
            (post, after)
        } else if let Some(after) = rest.strip_prefix("{thread}") {
            (thread.unwrap_or_default(), after)
        } else {
            rest.split_at(1)
        };
        let Some(rest) = url.strip_prefix(plain).and_then(|url| url.strip_prefix(said)) else { return false };
        (shape, url) = (after, rest);
    }
    shape == url
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_posts_are_found_whatever_lies_between_them() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(include_str!("schema.sql")).unwrap();
        let mut add = db
            .prepare("INSERT INTO post (source, key, thread, place, revision, run, gone, hash) VALUES (?1, ?2, ?3, 0, 1, 1, 0, ?4)")
            .unwrap();
        for key in 10..60 {
            add.execute(params![2, key.to_string(), key, [0_u8; 16]]).unwrap();
        }
        // another source's are not its own
        for key in ["05", "13", "70", "é"] {
            add.execute(params![3, key, 1, [0_u8; 16]]).unwrap();
        }
        let none: [&str; 0] = [];
        for (keys, there) in [
            (&none[..], &[][..]),
            (&["12", "11", "10"], &[12, 11, 10]),
            (&["05", "70", "é", ""], &[-1, -1, -1, -1]),
            (&["59", "10", "30", "1", "31", "310", "32", "99", "36", "40"], &[59, 10, 30, -1, 31, -1, 32, -1, 36, 40]),
        ] {
            let known = known(&db, 2, keys).unwrap();
            let threads: Vec<i64> = known.iter().map(|known| known.map_or(-1, |known| known.thread)).collect();
            assert_eq!(threads, there, "{keys:?}");
        }
    }

    #[test]
    fn an_address_fits_a_shape_that_makes_it() {
        let url = "http://f/t/12?p=7#p7";
        let shape = shape_of(url, "7", Some("12"));
        assert_eq!(shape, "http://f/t/{thread}?p={post}#p{post}");
        for (shape, post, thread, fit) in [
            (&*shape, "7", Some("12"), true),
            (&shape, "8", Some("12"), false),
            (&shape, "7", Some("13"), false),
            (&shape, "7", None, false),
            (url, "7", Some("12"), true),
            ("http://f/t/{thread}?p={post}", "7", Some("12"), false),
            ("http://f/t/{thread}?p={post}#p{post}{", "7", Some("12"), false),
        ] {
            assert_eq!(fits(shape, url, post, thread), fit, "{shape} {post} {thread:?}");
            assert_eq!(fill(shape, post, thread) == url, fit, "{shape} {post} {thread:?}");
        }
    }
}
