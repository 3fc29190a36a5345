//! The outbox: lines that are decided and not yet known to be safe where they went.

use std::collections::VecDeque;

use rusqlite::{Connection, params};

use crate::model::Record;

use super::Line;

/// Numbers that go on from run to run.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// The last `seq` given out.
    pub(super) last_seq: u64,
    /// The last `seq` that is safe where it went.
    pub(super) confirmed: u64,
    /// Counts commits: tells which of two reads was the later one.
    pub(super) serial: i64,
    /// Bytes in the outbox.
    pub(super) backlog: u64,
    /// The outbox as far as it need not be read.
    pub(super) fresh: Fresh,
}

impl Counters {
    pub(super) fn load(db: &Connection) -> rusqlite::Result<Counters> {
        let number =
            |key: &str| db.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get::<_, i64>(0));
        let confirmed = number("confirmed")?.cast_unsigned();
        let fresh = Fresh::load(db, confirmed)?;
        Ok(Counters {
            last_seq: number("last_seq")?.cast_unsigned(),
            confirmed,
            serial: number("serial")?,
            backlog: fresh.bytes(),
            fresh,
        })
    }

    /// To be done in the transaction of whatever changed them.
    pub(super) fn save(&self, db: &Connection) -> rusqlite::Result<()> {
        let mut row = db.prepare_cached("UPDATE meta SET value = ?2 WHERE key = ?1")?;
        row.execute(params!["last_seq", self.last_seq.cast_signed()])?;
        row.execute(params!["serial", self.serial])?;
        Ok(())
    }
}

/// What this process knows of the outbox without asking the database.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    /// Lines that nobody has asked for yet; the last ones of the outbox, without a gap.
    lines: VecDeque<Line>,
    /// Bytes of each line that is not confirmed.
    sizes: VecDeque<u32>,
    /// The lines of the commit that is being made, one after the other: one row of the database.
    row: Vec<u8>,
}

impl Fresh {
    /// Of an outbox that an earlier process left.
    pub(super) fn load(db: &Connection, confirmed: u64) -> rusqlite::Result<Fresh> {
        let sizes = stored(db, confirmed, u64::MAX)?.iter().map(|line| size(&line.bytes)).collect();
        Ok(Fresh { sizes, ..Fresh::default() })
    }

    /// Bytes of all lines that are not confirmed.
    pub(super) fn bytes(&self) -> u64 {
        self.sizes.iter().copied().map(u64::from).sum()
    }

    /// The lines from `first` to `last`, where they are all here.
    fn take(&mut self, first: u64, last: u64) -> Option<Vec<Line>> {
        let front = self.lines.front()?.seq;
        let count = usize::try_from(last - first).unwrap_or(usize::MAX).saturating_add(1).min(self.lines.len());
        (front == first).then(|| self.lines.drain(..count).collect())
    }

    /// Lines up to that one have been asked for.
    fn forget(&mut self, seq: u64) {
        while self.lines.front().is_some_and(|line| line.seq <= seq) {
            self.lines.pop_front();
        }
    }
}

fn size(line: &[u8]) -> u32 {
    u32::try_from(line.len()).unwrap_or(u32::MAX)
}

/// Gives a record the next `seq` and puts it at the end. It is kept by [`seal`].
pub(super) fn put(counters: &mut Counters, record: &mut Record) -> rusqlite::Result<u64> {
    let seq = counters.last_seq + 1;
    record.seq = Some(seq);
    let Fresh { lines, sizes, row } = &mut counters.fresh;
    let start = row.len();
    serde_json::to_writer(&mut *row, record).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
    row.push(b'\n');
    let bytes = row[start..].to_vec();
    counters.last_seq = seq;
    counters.backlog += bytes.len() as u64;
    sizes.push_back(size(&bytes));
    lines.push_back(Line { seq, bytes });
    Ok(seq)
}

/// Keeps the lines of a commit: one row, under the `seq` of the last of them.
pub(super) fn seal(db: &Connection, counters: &mut Counters) -> rusqlite::Result<()> {
    let row = &mut counters.fresh.row;
    if !row.is_empty() {
        let mut keep = db.prepare_cached("INSERT INTO outbox (seq, line) VALUES (?1, ?2)")?;
        keep.execute(params![counters.last_seq.cast_signed(), &*row])?;
        row.clear();
        row.shrink_to(ROW);
    }
    Ok(())
}

/// Bytes that the buffer of a row keeps.
const ROW: usize = 128 << 10;

/// Up to `max` lines after `after`, in order, and none after `safe`: a line must not leave before its transaction is on disk, for
/// it could be another one after a crash.
pub(super) fn lines(
    db: &Connection,
    counters: &mut Counters,
    after: u64,
    max: usize,
    safe: u64,
) -> rusqlite::Result<Vec<Line>> {
    let last = safe.min(after.saturating_add(max as u64));
    if after >= last {
        return Ok(Vec::new());
    }
    if let Some(lines) = counters.fresh.take(after + 1, last) {
        return Ok(lines);
    }
    let lines = stored(db, after, last)?;
    counters.fresh.forget(last);
    Ok(lines)
}

/// Lines after `after` up to `last`. A row holds those of one commit, the last of which has the row's number.
fn stored(db: &Connection, after: u64, last: u64) -> rusqlite::Result<Vec<Line>> {
    let mut rows = db.prepare_cached("SELECT seq, line FROM outbox WHERE seq > ?1 ORDER BY seq")?;
    let mut rows = rows.query([after.cast_signed()])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        let end = row.get::<_, i64>(0)?.cast_unsigned() + 1;
        let bytes = row.get_ref(1)?.as_blob()?;
        let first = end.saturating_sub(memchr::memchr_iter(b'\n', bytes).count() as u64);
        let line = |(seq, bytes): (u64, &[u8])| Line { seq, bytes: bytes.to_vec() };
        let here = (first..).zip(bytes.split_inclusive(|byte| *byte == b'\n'));
        lines.extend(here.filter(|(seq, _)| *seq > after && *seq <= last).map(line));
        if end > last {
            break;
        }
    }
    Ok(lines)
}

/// Forgets what is safe. A row goes when all its lines are.
pub(super) fn confirm(db: &Connection, counters: &mut Counters, seq: u64) -> rusqlite::Result<()> {
    let seq = seq.min(counters.last_seq);
    if seq <= counters.confirmed {
        return Ok(());
    }
    db.prepare_cached("DELETE FROM outbox WHERE seq <= ?1")?.execute([seq.cast_signed()])?;
    db.prepare_cached("UPDATE meta SET value = ?1 WHERE key = 'confirmed'")?.execute([seq.cast_signed()])?;
    let count = usize::try_from(seq - counters.confirmed).unwrap_or(usize::MAX).min(counters.fresh.sizes.len());
    let bytes: u64 = counters.fresh.sizes.drain(..count).map(u64::from).sum();
    counters.fresh.forget(seq);
    counters.confirmed = seq;
    counters.backlog = counters.backlog.saturating_sub(bytes);
    Ok(())
}

/// Goes on after a line that is out already though this state did not make it. Lines that wait get new numbers. True when
/// there was need.
pub(super) fn continue_after(db: &Connection, counters: &mut Counters, seq: u64) -> rusqlite::Result<bool> {
    if seq <= counters.last_seq {
        return Ok(false);
    }
    let waiting = stored(db, 0, u64::MAX)?;
    db.execute("DELETE FROM outbox", [])?;
    *counters = Counters { last_seq: seq, confirmed: seq, serial: counters.serial, ..Counters::default() };
    for Line { bytes, .. } in waiting {
        let mut record: Record =
            serde_json::from_slice(&bytes).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
        put(counters, &mut record)?;
    }
    seal(db, counters)?;
    db.prepare_cached("UPDATE meta SET value = ?1 WHERE key = 'confirmed'")?.execute([seq.cast_signed()])?;
    counters.save(db)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> Record {
        let json = serde_json::json!({
            "schema": crate::model::SCHEMA, "id": "s/1", "change": "new", "revision": 1, "source": "s", "engine": "e",
            "post_id": "1", "text": text, "quotes": [], "links": [], "images": [], "attachments": [],
            "status": "visible", "content_hash": "h", "fetched_at": "2026-01-01T00:00:00Z", "warnings": []
        });
        serde_json::from_value(json).unwrap()
    }

    fn told(lines: &[Line]) -> Vec<(u64, bool)> {
        lines.iter().map(|line| (line.seq, line.bytes.ends_with(b"}\n"))).collect()
    }

    #[test]
    fn rows_hold_the_lines_of_a_commit_and_go_when_all_are_safe() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(include_str!("schema.sql")).unwrap();
        let mut counters = Counters::load(&db).unwrap();
        for commit in [&["a", "b\nb", "c"][..], &["d"], &["e", "f"]] {
            for text in commit {
                put(&mut counters, &mut record(text)).unwrap();
            }
            seal(&db, &mut counters).unwrap();
        }
        counters.save(&db).unwrap();
        let rows = |db: &Connection| -> Vec<i64> {
            let mut rows = db.prepare("SELECT seq FROM outbox").unwrap();
            rows.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
        };
        assert_eq!(rows(&db), [3, 4, 6]);
        // from memory and from the file, in whatever pieces, never beyond what is safe
        let whole = stored(&db, 0, u64::MAX).unwrap();
        assert_eq!(told(&whole), (1..=6).map(|seq| (seq, true)).collect::<Vec<_>>());
        let mut again = Counters::load(&db).unwrap();
        for counters in [&mut counters, &mut again] {
            let mut read = Vec::new();
            for (after, max, safe) in [(0, 2, 5), (2, 9, 5), (5, 9, 5), (5, 9, 6)] {
                read.extend(lines(&db, counters, after, max, safe).unwrap());
            }
            assert_eq!(read, whole);
        }
        let bytes = |lines: &[Line]| lines.iter().map(|line| line.bytes.len() as u64).sum::<u64>();
        assert_eq!((counters.backlog, again.backlog), (bytes(&whole), bytes(&whole)));
        confirm(&db, &mut counters, 2).unwrap();
        assert_eq!((rows(&db), counters.backlog), (vec![3, 4, 6], bytes(&whole[2..])));
        let mut again = Counters::load(&db).unwrap();
        assert_eq!((again.confirmed, again.backlog), (2, bytes(&whole[2..])));
        assert_eq!(lines(&db, &mut again, 2, 9, 6).unwrap(), whole[2..]);
        confirm(&db, &mut again, 5).unwrap();
        assert_eq!((rows(&db), again.backlog), (vec![6], bytes(&whole[5..])));
    }
}
