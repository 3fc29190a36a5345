//! Boards that are read by their own rate of new posts: how often is decided here, and remembered in the state.
//!
//! A board is read at intervals of √(least × gap), where `gap` is the mean time between two of its posts: polls go with the
//! square root of the rate, which is what makes the mean delay least for a given number of requests (Cho and
//! Garcia-Molina, "Effective page refresh policies for web crawlers", 2003, near their optimum). A board that gets a post
//! each `least` is read each `least`.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Serialize, Serializer};

use crate::model::Adaptive;

use super::work::Work;

/// How often a board is read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BoardPoll {
    /// As the index names it; its address where it was never named.
    pub name: String,
    /// Its first page.
    pub url: String,
    /// New posts an hour, by what was seen of late.
    pub posts_per_hour: f64,
    /// The interval at which it is read, in seconds.
    pub every_seconds: f64,
    /// When it is to be read next.
    #[serde(serialize_with = "as_text")]
    pub next: Timestamp,
}

fn as_text<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

/// What was seen of a board: posts and time, older ones counting less.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rate {
    news: f64,
    seconds: f64,
}

impl Rate {
    /// Of a board that was read once: as if it got a post each longest interval, until more is known.
    fn unknown(adaptive: Adaptive) -> Rate {
        Rate { news: 1.0, seconds: adaptive.most.as_secs_f64() }
    }

    /// So many posts came in this time. What was known before fades over the longest interval.
    fn after(self, adaptive: Adaptive, elapsed: Duration, news: u64) -> Rate {
        let faded = (-elapsed.as_secs_f64() / adaptive.most.as_secs_f64().max(0.001)).exp();
        Rate { news: self.news * faded + news as f64, seconds: self.seconds * faded + elapsed.as_secs_f64() }
    }

    /// The interval that this rate deserves.
    fn interval(self, adaptive: Adaptive) -> Duration {
        let (least, most) = (adaptive.least.as_secs_f64(), adaptive.most.as_secs_f64());
        let wanted = (least * self.seconds / self.news).sqrt();
        // no news at all is no number
        Duration::from_secs_f64(if wanted.is_finite() { wanted.clamp(least, most) } else { most })
    }

    fn per_hour(self) -> f64 {
        if self.seconds > 0.0 { self.news / self.seconds * 3600.0 } else { 0.0 }
    }
}

/// Keeps the name of a board.
pub(super) fn name(work: &Work<'_>, url: &str, name: &str) -> rusqlite::Result<()> {
    work.db
        .prepare_cached(
            "INSERT INTO poll (source, url, name) VALUES (?1, ?2, ?3) ON CONFLICT (source, url) DO UPDATE SET name = ?3",
        )?
        .execute(params![work.source, url, name])
        .map(drop)
}

/// Whether a board is to be read in the run that goes on. All are, where the source does not adapt.
pub(super) fn is_due(work: &Work<'_>, url: &str) -> rusqlite::Result<bool> {
    let Some(active) = work.active().filter(|active| active.settings.adaptive.is_some() && !active.options.recheck)
    else {
        return Ok(true);
    };
    let mut row = work.db.prepare_cached("SELECT next_at <= ?3 FROM poll WHERE source = ?1 AND url = ?2")?;
    let due = row.query_row(params![work.source, url, active.now.as_millisecond()], |row| row.get(0)).optional()?;
    Ok(due.unwrap_or(true))
}

/// A board was read, or is known to be as it was: it has got so many posts since the last time. Several pages of it may be
/// told one after the other in a run.
pub(super) fn polled(work: &Work<'_>, url: &str, news: u64) -> rusqlite::Result<()> {
    let Some((adaptive, active)) = work.active().and_then(|active| Some((active.settings.adaptive?, active))) else {
        return Ok(());
    };
    let (now, run) = (active.now.as_millisecond(), active.run);
    let mut row =
        work.db.prepare_cached("SELECT run, news, seconds, polled_at FROM poll WHERE source = ?1 AND url = ?2")?;
    let known = row
        .query_row(params![work.source, url], |row| {
            let rate = Rate { news: row.get(1)?, seconds: row.get(2)? };
            Ok((row.get::<_, i64>(0)?, rate, row.get::<_, Option<i64>>(3)?))
        })
        .optional()?;
    let (first, rate) = match known {
        // what is there at the first read came at any time
        None | Some((_, _, None)) => (run, Rate::unknown(adaptive)),
        Some((first, rate, _)) if first == run => (first, rate),
        Some((first, rate, Some(at))) => {
            let elapsed = Duration::from_millis(u64::try_from(now - at).unwrap_or(0));
            (first, rate.after(adaptive, elapsed, news))
        }
    };
    let wait = i64::try_from(rate.interval(adaptive).as_millis()).unwrap_or(i64::MAX);
    work.db
        .prepare_cached(
            "INSERT INTO poll (source, url, run, news, seconds, polled_at, next_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (source, url) DO UPDATE SET run = ?3, news = ?4, seconds = ?5, polled_at = ?6, next_at = ?7",
        )?
        .execute(params![work.source, url, first, rate.news, rate.seconds, now, now.saturating_add(wait)])
        .map(drop)
}

/// The address of a listing's first page, as its following pages are wanted by the ones before them.
pub(super) fn first_page(work: &Work<'_>) -> rusqlite::Result<String> {
    let mut row = work.db.prepare_cached(
        "WITH RECURSIVE back (id, url, number, parent, steps) AS (
             SELECT id, url, coalesce(number, 1), parent, 0 FROM page WHERE id = ?1
             UNION ALL
             SELECT page.id, page.url, coalesce(page.number, 1), page.parent, steps + 1
             FROM page JOIN back ON page.id = back.parent WHERE back.number > 1 AND steps < 1000
         )
         SELECT url FROM back ORDER BY steps DESC LIMIT 1",
    )?;
    row.query_row([work.page.id], |row| row.get(0))
}

/// The boards of an index that a 304, or the index itself, told to be as they were.
pub(super) fn all_as_they_were(work: &Work<'_>) -> rusqlite::Result<()> {
    let mut rows = work.db.prepare_cached(
        "SELECT url FROM page WHERE parent = ?1 AND state = 0 AND run <> ?2 AND coalesce(number, 1) = 1
             AND mark IS NOT NULL AND seen IS mark AND NOT names_boards AND kind IN (1, 2)",
    )?;
    let boards: Vec<String> =
        rows.query_map(params![work.page.id, work.run()], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for url in boards {
        if is_due(work, &url)? {
            polled(work, &url, 0)?;
        }
    }
    Ok(())
}

/// The boards of a source that have been read.
pub(super) fn all(db: &Connection, source: i64) -> rusqlite::Result<Vec<BoardPoll>> {
    let mut rows = db.prepare_cached(
        "SELECT coalesce(name, url), url, news, seconds, polled_at, next_at FROM poll
         WHERE source = ?1 AND polled_at IS NOT NULL ORDER BY next_at, url",
    )?;
    let poll = |row: &Row<'_>| {
        let (rate, polled_at, next_at) =
            (Rate { news: row.get(2)?, seconds: row.get(3)? }, row.get::<_, i64>(4)?, row.get::<_, i64>(5)?);
        Ok(BoardPoll {
            name: row.get(0)?,
            url: row.get(1)?,
            posts_per_hour: rate.per_hour(),
            every_seconds: next_at.saturating_sub(polled_at) as f64 / 1000.0,
            next: Timestamp::from_millisecond(next_at).unwrap_or(Timestamp::MAX),
        })
    };
    rows.query_map([source], poll)?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADAPTIVE: Adaptive = Adaptive { least: Duration::from_secs(60), most: Duration::from_secs(6 * 3600) };

    /// The interval in minutes of a board that got `news` posts each `minutes`, for so long that nothing else counts.
    fn settled(minutes: f64, news: u64) -> f64 {
        let elapsed = Duration::from_secs_f64(minutes * 60.0);
        let rate = (0..10_000).fold(Rate::unknown(ADAPTIVE), |rate, _| rate.after(ADAPTIVE, elapsed, news));
        rate.interval(ADAPTIVE).as_secs_f64() / 60.0
    }

    #[test]
    fn polls_go_with_the_square_root_of_the_rate() {
        for (minutes, news, expected) in
            [(1.0, 1, 1.0), (1.0, 30, 1.0), (4.0, 1, 2.0), (16.0, 1, 4.0), (16.0, 4, 2.0), (100.0, 1, 10.0)]
        {
            let interval = settled(minutes, news);
            // what fades within an interval lets the later half of it count more
            assert!((interval / expected - 1.0).abs() < 0.2, "{news} each {minutes} min: {interval}");
        }
        assert_eq!(settled(5.0, 0), 360.0, "a silent board is read at the longest interval");
    }

    #[test]
    fn a_board_that_wakes_up_is_read_often_again() {
        let hour = Duration::from_secs(3600);
        let mut rate = Rate::unknown(ADAPTIVE);
        let first = rate.interval(ADAPTIVE);
        assert_eq!(first.as_secs(), 1138, "between the two bounds");
        for _ in 0..48 {
            rate = rate.after(ADAPTIVE, hour, 0);
        }
        assert_eq!(rate.interval(ADAPTIVE), ADAPTIVE.most);
        rate = rate.after(ADAPTIVE, hour, 20);
        assert!(rate.interval(ADAPTIVE) < Duration::from_secs(300), "{:?}", rate.interval(ADAPTIVE));
    }
}
