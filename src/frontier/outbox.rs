//! The outbox: lines that are decided and not yet known to be safe where they went.

use std::collections::VecDeque;

use rusqlite::{Connection, params};

use crate::model::Record;

use super::{Line, commit::Counters};

/// What this process knows of the outbox without asking the database.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    /// Lines that nobody has asked for yet; the last ones of the outbox, without a gap.
    lines: VecDeque<Line>,
    /// Bytes of each line that is not confirmed.
    sizes: VecDeque<u32>,
}

impl Fresh {
    /// Of an outbox that an earlier process left.
    pub(super) fn load(db: &Connection) -> rusqlite::Result<Fresh> {
        let mut rows = db.prepare("SELECT length(line) FROM outbox ORDER BY seq")?;
        let sizes = rows.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(Fresh { lines: VecDeque::new(), sizes })
    }

    /// Bytes of all lines that are not confirmed.
    pub(super) fn bytes(&self) -> u64 {
        self.sizes.iter().copied().map(u64::from).sum()
    }

    /// The lines from `first` to `last`, where they are all here.
    fn take(&mut self, first: u64, last: u64) -> Option<Vec<Line>> {
        let front = self.lines.front()?.seq;
        (front == first).then(|| self.lines.drain(..self.lines.len().min((last + 1 - first) as usize)).collect())
    }

    /// Lines up to that one have been asked for.
    fn forget(&mut self, seq: u64) {
        while self.lines.front().is_some_and(|line| line.seq <= seq) {
            self.lines.pop_front();
        }
    }
}

/// Gives a record the next `seq` and puts it at the end.
pub(super) fn put(db: &Connection, counters: &mut Counters, mut record: Record) -> rusqlite::Result<u64> {
    let seq = counters.last_seq + 1;
    record.seq = Some(seq);
    let text = record.text.as_deref().map_or(0, str::len);
    let mut line = Vec::with_capacity(ENVELOPE + text + text / 8);
    serde_json::to_writer(&mut line, &record).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
    line.push(b'\n');
    db.prepare_cached("INSERT INTO outbox (seq, line) VALUES (?1, ?2)")?.execute(params![seq.cast_signed(), line])?;
    counters.last_seq = seq;
    counters.backlog += line.len() as u64;
    line.shrink_to_fit();
    counters.fresh.sizes.push_back(u32::try_from(line.len()).unwrap_or(u32::MAX));
    counters.fresh.lines.push_back(Line { seq, bytes: line });
    Ok(seq)
}

/// Bytes of a line beside its text, as a rule.
const ENVELOPE: usize = 1536;

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

fn stored(db: &Connection, after: u64, last: u64) -> rusqlite::Result<Vec<Line>> {
    let mut rows = db.prepare_cached("SELECT seq, line FROM outbox WHERE seq > ?1 AND seq <= ?2 ORDER BY seq")?;
    rows.query_map([after.cast_signed(), i64::try_from(last).unwrap_or(i64::MAX)], |row| {
        Ok(Line { seq: row.get::<_, i64>(0)?.cast_unsigned(), bytes: row.get(1)? })
    })?
    .collect()
}

/// Forgets what is safe.
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
        let record = serde_json::from_slice(&bytes).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
        put(db, counters, record)?;
    }
    db.prepare_cached("UPDATE meta SET value = ?1 WHERE key = 'confirmed'")?.execute([seq.cast_signed()])?;
    counters.save(db)?;
    Ok(true)
}
