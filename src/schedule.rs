//! When a source is due: plain functions over instants, zones and the last run. Nothing here reads a clock.
//!
//! Daylight saving: a job at set hours runs exactly once a day that names it. What falls into the gap runs at the gap's
//! end, what falls into the overlap runs the first time. A job of every hour goes by elapsed time: it neither pauses in an
//! overlap nor bunches after a gap.

use std::{cmp::Ordering, time::Duration};

use croner::{
    Cron,
    errors::CronError,
    time::{CivilDate, CivilDateTime, CivilTime, CronDateTime, Resolution, Weekday},
};
use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};

use crate::model::{Adaptive, Schedule};

/// What is known of a source's last run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastRun {
    /// When it began.
    pub began: Timestamp,
    /// It ended before its work was done: interrupted, or killed.
    pub cut_short: bool,
    /// When the source's boards want to be read, by their own rates of new posts.
    pub wish: Option<Timestamp>,
}

/// Whether a source is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// It is.
    Now,
    /// It will be then.
    At(Timestamp),
    /// Its schedule names no further time.
    Never,
}

/// Whether a source is due now. Runs that were missed, however many, are caught up once.
pub fn due(schedule: Option<&Schedule>, last: Option<&LastRun>, now: Timestamp) -> Due {
    let (Some(schedule), Some(last)) = (schedule, last) else { return Due::Now };
    if last.cut_short {
        return Due::Now;
    }
    // A last run in the future is a clock that was set back: the wait begins anew.
    match next_wished(schedule, last.began.min(now), last.wish) {
        Some(next) if next <= now => Due::Now,
        Some(next) => Due::At(next),
        None => Due::Never,
    }
}

/// The first time after an instant that a schedule names; within the bounds of one that adapts, what the boards wish.
pub fn next_wished(schedule: &Schedule, after: Timestamp, wish: Option<Timestamp>) -> Option<Timestamp> {
    let Schedule::Adaptive(Adaptive { least, most }) = schedule else { return next_after(schedule, after) };
    let (earliest, latest) = (after.checked_add(*least).ok()?, after.checked_add(*most).ok()?);
    Some(wish.map_or(earliest, |wish| wish.min(latest).max(earliest)))
}

/// The first time after an instant that a schedule names.
pub fn next_after(schedule: &Schedule, after: Timestamp) -> Option<Timestamp> {
    match schedule {
        Schedule::Every(interval) | Schedule::Adaptive(Adaptive { least: interval, .. }) => {
            after.checked_add(*interval).ok()
        }
        Schedule::Cron { cron, zone } if is_hourly(cron) => next_by_elapsed_time(cron, zone, after),
        Schedule::Cron { cron, zone } => next_by_wall_clock(cron, zone, after),
    }
}

/// The wait until a source is due again; nothing where it is due.
pub fn wait(due: Due, now: Timestamp) -> Option<Duration> {
    match due {
        Due::Now => Some(Duration::ZERO),
        Due::At(at) => Some(Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)),
        Due::Never => None,
    }
}

/// Whether every hour of the day is named.
fn is_hourly(cron: &Cron) -> bool {
    (0..24).all(|hour| cron.pattern.hour_match(hour).unwrap_or(false))
}

/// Each wall-clock time that the pattern names is one instant: in an overlap the earlier, in a gap the gap's end.
/// The instants then stand in the order of the wall clock, so the first that is later is the next.
fn next_by_wall_clock(cron: &Cron, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    let mut local = Floating(zone.to_datetime(after));
    loop {
        local = cron.find_next_occurrence(&local, false).ok()?;
        let ambiguous = zone.to_ambiguous_timestamp(local.0);
        let instant = match ambiguous.offset() {
            // Just before the gap the clock still has its old offset; the transition is what follows.
            jiff::tz::AmbiguousOffset::Gap { after, .. } => {
                let before_gap = after.to_timestamp(local.0).ok()?;
                zone.following(before_gap).next()?.timestamp()
            }
            _ => ambiguous.earlier().ok()?,
        };
        if instant > after {
            return Some(instant);
        }
    }
}

/// Between two transitions of a zone its offset is fixed, and wall clock and elapsed time go together.
fn next_by_elapsed_time(cron: &Cron, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    let (mut from, mut inclusive) = (after, false);
    loop {
        let offset = zone.to_offset(from);
        let transition = zone.following(from).next().map(|transition| transition.timestamp());
        let local = cron.find_next_occurrence(&Floating(offset.to_datetime(from)), inclusive).ok()?;
        let instant = offset.to_timestamp(local.0).ok()?;
        match transition {
            Some(transition) if instant >= transition => (from, inclusive) = (transition, true),
            _ => return Some(instant),
        }
    }
}

/// A wall-clock time of no zone, for croner to search over.
#[derive(Clone)]
struct Floating(civil::DateTime);

impl CronDateTime for Floating {
    fn to_civil(&self) -> CivilDateTime {
        let (date, time) = (self.0.date(), self.0.time());
        // jiff keeps every part in its range.
        CivilDateTime::new(
            CivilDate::from_parts_unchecked(date.year().into(), date.month() as u32, date.day() as u32),
            CivilTime::from_parts_unchecked(time.hour() as u32, time.minute() as u32, time.second() as u32),
        )
    }

    fn civil_weekday(&self) -> Weekday {
        Weekday::from_days_from_sunday(self.0.date().weekday().to_sunday_zero_offset() as u32)
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let part = |value: u32| i8::try_from(value).map_err(|_| CronError::InvalidDate);
        let year = i16::try_from(civil.year()).map_err(|_| CronError::InvalidDate)?;
        let date = civil::Date::new(year, part(civil.month())?, part(civil.day())?);
        let time = civil::Time::new(part(civil.hour())?, part(civil.minute())?, part(civil.second())?, 0);
        match (date, time) {
            (Ok(date), Ok(time)) => Ok(Resolution::Single(Floating(date.to_datetime(time)))),
            _ => Err(CronError::InvalidDate),
        }
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        self.0.checked_add(SignedDuration::from_secs(seconds)).ok().map(Floating)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next times of a cron expression, in the zone's own clock.
    fn check(cron: &str, zone: &str, after: &str, expected: &[&str]) {
        let zone = TimeZone::get(zone).unwrap();
        let schedule = Schedule::cron(cron, zone.clone()).unwrap();
        let mut at: Timestamp = after.parse().unwrap();
        for (ordinal, expected) in expected.iter().enumerate() {
            at = next_after(&schedule, at).unwrap_or_else(|| panic!("{cron} after {at}"));
            let told = at.display_with_offset(zone.to_offset(at)).to_string();
            assert_eq!(told, *expected, "{cron} {after} number {ordinal}");
        }
    }

    #[test]
    fn plain_days() {
        check(
            "*/15 * * * *",
            "UTC",
            "2026-11-25T15:51:07.5Z",
            &["2026-11-25T16:00:00+00:00", "2026-11-25T16:15:00+00:00"],
        );
        check("0 3 * * MON", "Asia/Kuala_Lumpur", "2026-11-25T00:00:00Z", &["2026-11-30T03:00:00+08:00"]);
        check("@daily", "UTC", "2026-12-31T00:00:00Z", &["2027-01-01T00:00:00+00:00"]);
        check("30 5 10 * * *", "UTC", "2026-11-25T00:00:00Z", &["2026-11-25T10:05:30+00:00"]);
        // The instant itself is not after itself, its fraction of a second notwithstanding.
        check("0 12 * * *", "UTC", "2026-11-25T12:00:00.9Z", &["2026-11-26T12:00:00+00:00"]);
    }

    #[test]
    fn a_set_time_in_the_gap_runs_once_at_its_end() {
        // Berlin, 29 March 2026: 02:00 becomes 03:00.
        let after = "2026-03-28T12:00:00Z";
        check("30 2 * * *", "Europe/Berlin", after, &["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]);
        check("0,30 2 * * *", "Europe/Berlin", after, &["2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"]);
        check("0 2,3 * * *", "Europe/Berlin", after, &["2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"]);
        check(
            "0 */2 * * *",
            "Europe/Berlin",
            "2026-03-29T00:30:00Z",
            &["2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"],
        );
        // Samoa left out 30 December 2011 altogether.
        check(
            "0 9 * * *",
            "Pacific/Apia",
            "2011-12-29T20:00:00Z",
            &["2011-12-31T00:00:00+14:00", "2011-12-31T09:00:00+14:00"],
        );
    }

    #[test]
    fn a_set_time_in_the_overlap_runs_once() {
        // New York, 1 November 2026: 02:00 becomes 01:00.
        let next = ["2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"];
        check("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", &next);
        check("30 1 * * *", "America/New_York", "2026-11-01T05:45:00Z", &next[1..]);
        // Asked in the midst of the second pass.
        check("30 1 * * *", "America/New_York", "2026-11-01T06:10:00Z", &next[1..]);
        check(
            "0 1,2 * * *",
            "America/New_York",
            "2026-11-01T04:30:00Z",
            &["2026-11-01T01:00:00-04:00", "2026-11-01T02:00:00-05:00"],
        );
    }

    #[test]
    fn a_job_of_every_hour_goes_by_elapsed_time() {
        check(
            "30 * * * *",
            "America/New_York",
            "2026-11-01T04:45:00Z",
            &["2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00", "2026-11-01T02:30:00-05:00"],
        );
        check(
            "*/30 * * * *",
            "Europe/Berlin",
            "2026-03-29T00:30:00Z",
            &["2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00"],
        );
        check("30 * * * *", "Europe/Berlin", "2026-03-29T00:30:00Z", &["2026-03-29T03:30:00+02:00"]);
        // Lord Howe Island moves by half an hour.
        check(
            "*/20 * * * *",
            "Australia/Lord_Howe",
            "2026-04-04T14:30:00Z",
            &["2026-04-05T01:40:00+11:00", "2026-04-05T01:40:00+10:30", "2026-04-05T02:00:00+10:30"],
        );
    }

    /// Over two years, each day's job runs once, and no two runs share an instant.
    #[test]
    fn every_day_has_its_run() {
        for zone in [
            "Europe/Berlin",
            "America/New_York",
            "Australia/Lord_Howe",
            "America/Sao_Paulo",
            "Africa/Casablanca",
            "UTC",
        ] {
            let zone = TimeZone::get(zone).unwrap();
            for hour in [0, 1, 2, 3, 23] {
                let schedule = Schedule::cron(&format!("30 {hour} * * *"), zone.clone()).unwrap();
                let mut at: Timestamp = "2025-01-01T12:00:00Z".parse().unwrap();
                let mut day = zone.to_datetime(at).date();
                for _ in 0..730 {
                    let next = next_after(&schedule, at).unwrap();
                    let today = zone.to_datetime(next).date();
                    assert!(next > at);
                    assert!(
                        today == day.tomorrow().unwrap() || at == "2025-01-01T12:00:00Z".parse().unwrap(),
                        "{zone:?} {hour} {today}"
                    );
                    (at, day) = (next, today);
                }
            }
        }
    }

    #[test]
    fn what_is_due() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let cron = Schedule::cron("0 3 * * *", TimeZone::UTC).unwrap();
        let every = Schedule::Every(Duration::from_secs(900));
        let last = |began: &str, cut_short| Some(LastRun { began: at(began), cut_short, wish: None });
        let now = "2026-11-25T12:00:00Z";
        for (schedule, last, expected) in [
            (None, None, Due::Now),
            (None, last(now, false), Due::Now),
            (Some(&cron), None, Due::Now),
            (Some(&cron), last("2026-11-25T02:59:59Z", false), Due::Now),
            (Some(&cron), last("2026-11-20T03:00:00Z", false), Due::Now),
            (Some(&cron), last("2026-11-25T03:00:00Z", false), Due::At(at("2026-11-26T03:00:00Z"))),
            (Some(&cron), last("2026-11-25T03:00:00Z", true), Due::Now),
            (Some(&every), last("2026-11-25T11:45:00Z", false), Due::Now),
            (Some(&every), last("2026-11-25T11:45:01Z", false), Due::At(at("2026-11-25T12:00:01Z"))),
            // The clock was set back.
            (Some(&every), last("2030-01-01T00:00:00Z", false), Due::At(at("2026-11-25T12:15:00Z"))),
            (Some(&cron), last("2030-01-01T00:00:00Z", false), Due::At(at("2026-11-26T03:00:00Z"))),
        ] {
            assert_eq!(due(schedule, last.as_ref(), at(now)), expected, "{schedule:?} {last:?}");
        }
        let adaptive = Schedule::Adaptive(Adaptive { least: Duration::from_secs(60), most: Duration::from_secs(3600) });
        for (wish, expected) in [
            (None, Due::Now),
            (Some("2026-11-25T11:30:00Z"), Due::Now),
            (Some("2026-11-25T12:07:00Z"), Due::At(at("2026-11-25T12:07:00Z"))),
            (Some("2026-11-27T00:00:00Z"), Due::At(at("2026-11-25T12:58:00Z"))),
        ] {
            let last = LastRun { began: at("2026-11-25T11:58:00Z"), cut_short: false, wish: wish.map(at) };
            assert_eq!(due(Some(&adaptive), Some(&last), at(now)), expected, "{wish:?}");
        }
        let past = Schedule::cron("0 0 0 1 1 * 2020", TimeZone::UTC).unwrap();
        assert_eq!(due(Some(&past), last(now, false).as_ref(), at(now)), Due::Never);
        let never = Schedule::cron("0 0 30 2 *", TimeZone::UTC).unwrap();
        assert_eq!(due(Some(&never), last(now, false).as_ref(), at(now)), Due::Never);
        assert_eq!(wait(Due::At(at("2026-11-25T12:00:05Z")), at(now)), Some(Duration::from_secs(5)));
        assert_eq!(wait(Due::Never, at(now)), None);
    }
}
