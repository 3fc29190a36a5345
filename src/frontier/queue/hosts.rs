//! What waits, for those who look.

use rusqlite::Connection;
use tokio::time::Instant;

use super::{super::HostQueue, Queue};

impl Queue {
    /// What waits, by source and host.
    pub(in crate::frontier) fn hosts(&self, db: &Connection) -> rusqlite::Result<Vec<HostQueue>> {
        let mut rows = db.prepare_cached(
            "SELECT source.name, origin.name, count(*) FROM page
             JOIN source ON source.id = page.source JOIN origin ON origin.id = page.origin
             WHERE state = 1 GROUP BY page.source, page.origin",
        )?;
        let queue = |row: &rusqlite::Row<'_>| {
            let name: String = row.get(1)?;
            let origin = self.origins.get(&name);
            let rest = origin.map(|origin| origin.free_at.saturating_duration_since(Instant::now()));
            Ok(HostQueue {
                source: row.get(0)?,
                pending: row.get::<_, i64>(2)?.unsigned_abs(),
                busy: origin.is_some_and(|origin| origin.busy.is_some()),
                rest: rest.unwrap_or_default(),
                origin: name,
            })
        };
        rows.query_map([], queue)?.collect()
    }
}
