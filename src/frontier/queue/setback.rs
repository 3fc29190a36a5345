//! A clock that was set back. What is due is kept by the wall clock, since it must hold from run to run; by a clock that was set
//! back by hours it would be due hours too late. So when that is noticed, all that lies ahead moves back with the clock.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};
use tokio::time::Instant;

use super::Queue;
use crate::clock::Clock;

/// Corrections up to this are what time servers do all day.
const UNNOTICED: Duration = Duration::from_secs(2);

/// Both clocks when they were looked at last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    steady: Instant,
    wall: Timestamp,
}

impl Seen {
    fn now() -> Seen {
        Seen { steady: Instant::now(), wall: Clock::System.now() }
    }

    /// By how much the wall clock lags behind the time that has gone by.
    fn lag(self, now: Seen) -> Duration {
        let gone = SignedDuration::try_from(now.steady.saturating_duration_since(self.steady)).unwrap_or_default();
        let expected = self.wall.saturating_add(gone).unwrap_or(Timestamp::MAX);
        Duration::try_from(expected.duration_since(now.wall)).unwrap_or_default()
    }
}

impl Queue {
    /// Looks at the clock. Where it was set back since the last look, what is due moves back with it.
    pub(in crate::frontier) fn look_at_the_clock(&mut self, db: &Connection) -> rusqlite::Result<()> {
        let now = Seen::now();
        let lag = self.seen.map_or(Duration::ZERO, |seen| seen.lag(now));
        self.seen = Some(now);
        if lag > UNNOTICED { move_back(db, lag, now.wall) } else { Ok(()) }
    }

    /// The same for the time between two processes: no run can have begun or ended after `now`.
    pub(in crate::frontier) fn look_at_the_last_run(
        &mut self,
        db: &Connection,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        let sql = "SELECT max(max(coalesce(started, 0), coalesce(finished, 0))) FROM source";
        let last: Option<i64> = db.query_row(sql, [], |row| row.get(0))?;
        let ahead =
            Duration::from_millis(last.unwrap_or(0).saturating_sub(now.as_millisecond()).try_into().unwrap_or(0));
        if ahead <= UNNOTICED {
            return Ok(());
        }
        move_back(db, ahead, now)?;
        // the waits were read by the clock that was wrong
        let mut rows = db.prepare_cached("SELECT name, next_allowed FROM origin")?;
        for row in rows.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))? {
            let (name, next) = row?;
            if let Some(origin) = self.origins.get_mut(&name) {
                origin.free_at = origin.free_at.min(Instant::now() + super::wait_until(next, now));
            }
        }
        Ok(())
    }
}

fn move_back(db: &Connection, by: Duration, now: Timestamp) -> rusqlite::Result<()> {
    tracing::warn!(?by, "the clock was set back: what is due is due that much earlier");
    let (by, now) = (i64::try_from(by.as_millis()).unwrap_or(i64::MAX), now.as_millisecond());
    for sql in [
        "UPDATE origin SET next_allowed = next_allowed - ?1 WHERE next_allowed > ?2",
        "UPDATE page SET due = due - ?1 WHERE state = 1 AND due > ?2",
        "UPDATE page SET recheck_at = recheck_at - ?1 WHERE recheck_at > ?2",
        "UPDATE poll SET next_at = next_at - ?1, polled_at = polled_at - ?1 WHERE next_at > ?2",
    ] {
        db.execute(sql, params![by, now])?;
    }
    db.execute("UPDATE source SET started = min(started, ?1), finished = min(finished, ?1)", [now]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clock_that_was_set_back_lags() {
        let seen = Seen::now();
        let after = |steady: u64, wall: i64| Seen {
            steady: seen.steady + Duration::from_secs(steady),
            wall: seen.wall + SignedDuration::from_secs(wall),
        };
        for (steady, wall, lag) in
            [(0, 0, 0), (10, 10, 0), (10, 9, 1), (10, 5000, 0), (10, -3590, 3600), (3600, 0, 3600), (0, 99_999, 0)]
        {
            assert_eq!(seen.lag(after(steady, wall)), Duration::from_secs(lag), "{steady} {wall}");
        }
    }
}
