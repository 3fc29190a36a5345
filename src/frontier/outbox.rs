//! The outbox: lines that are decided and not yet known to be safe where they went.

use rusqlite::{Connection, params};

use crate::model::Record;

use super::{Line, commit::Counters};

/// Gives a record the next `seq` and puts it at the end.
pub(super) fn put(db: &Connection, counters: &mut Counters, mut record: Record) -> rusqlite::Result<u64> {
    let seq = counters.last_seq + 1;
    record.seq = Some(seq);
    let mut line = serde_json::to_vec(&record).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
    line.push(b'\n');
    db.prepare_cached("INSERT INTO outbox (seq, line) VALUES (?1, ?2)")?.execute(params![seq.cast_signed(), line])?;
    counters.last_seq = seq;
    counters.backlog += line.len() as u64;
    Ok(seq)
}

pub(super) fn lines(db: &Connection, after: u64, max: usize) -> rusqlite::Result<Vec<Line>> {
    let mut rows = db.prepare_cached("SELECT seq, line FROM outbox WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
    let max = i64::try_from(max).unwrap_or(i64::MAX);
    rows.query_map(params![after.cast_signed(), max], |row| {
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
    let mut bytes = db.prepare_cached("SELECT coalesce(sum(length(line)), 0) FROM outbox WHERE seq <= ?1")?;
    let bytes: i64 = bytes.query_row([seq.cast_signed()], |row| row.get(0))?;
    db.prepare_cached("DELETE FROM outbox WHERE seq <= ?1")?.execute([seq.cast_signed()])?;
    db.prepare_cached("UPDATE meta SET value = ?1 WHERE key = 'confirmed'")?.execute([seq.cast_signed()])?;
    counters.confirmed = seq;
    counters.backlog = counters.backlog.saturating_sub(bytes.cast_unsigned());
    Ok(())
}

/// Goes on after a line that is out already though this state did not make it. Lines that wait get new numbers. True when
/// there was need.
pub(super) fn continue_after(db: &Connection, counters: &mut Counters, seq: u64) -> rusqlite::Result<bool> {
    if seq <= counters.last_seq {
        return Ok(false);
    }
    let waiting = lines(db, 0, usize::MAX)?;
    db.execute("DELETE FROM outbox", [])?;
    *counters = Counters { last_seq: seq, confirmed: seq, backlog: 0, ..*counters };
    for Line { bytes, .. } in waiting {
        let record = serde_json::from_slice(&bytes).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
        put(db, counters, record)?;
    }
    db.prepare_cached("UPDATE meta SET value = ?1 WHERE key = 'confirmed'")?.execute([seq.cast_signed()])?;
    counters.save(db)?;
    Ok(true)
}
