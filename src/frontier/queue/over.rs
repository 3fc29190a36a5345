//! Whether a source's run has come to its end while others go on.

use std::collections::HashSet;

use rusqlite::{Connection, params};
use tokio::time::Instant;

use super::{Origin, Queue};
use crate::clock::Clock;

impl Queue {
    /// Whether a run can do nothing more: nothing leased, nothing due within its patience where one may ask by then.
    pub(in crate::frontier) fn is_over(&self, db: &Connection, source: i64) -> rusqlite::Result<bool> {
        let Some(active) = self.active.get(&source) else { return Ok(true) };
        let patience = active.options.patience;
        let until = Clock::System.now().as_millisecond() + i64::try_from(patience.as_millis()).unwrap_or(i64::MAX / 2);
        let mut rows =
            db.prepare_cached("SELECT DISTINCT origin FROM page WHERE state = 1 AND source = ?1 AND due <= ?2")?;
        let wanted: HashSet<i64> =
            rows.query_map(params![source, until], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let within = |origin: &Origin| wanted.contains(&origin.id) && origin.free_at <= Instant::now() + patience;
        Ok(!self.leased.values().any(|leased| leased.source == source) && !self.origins.values().any(within))
    }
}
