//! Whose turn it is. Plain values: the present time and the calendar are handed in, nothing here sleeps or asks.
//!
//! One run of a source at a time. What was missed, however often, is caught up once. Times are spread a little, so that
//! sources of one schedule do not all begin in one instant, and the same time always in the same way.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

use crate::model::Schedule;

/// The calendar: the first time after an instant that a schedule names; within the bounds of one that adapts, what is wished.
pub type NextAfter = fn(&Schedule, Timestamp, Option<Timestamp>) -> Option<Timestamp>;

/// Times are spread over this part of the interval, …
const SPREAD: f64 = 0.05;
/// … and over no more than this.
const WIDEST: Duration = Duration::from_secs(30);

/// When a source wants to be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Pace {
    /// At the times of a schedule.
    Schedule(Schedule),
    /// Always: again when so much time has passed since the last run began, and that run is over.
    Rest(Duration),
}

/// The turns of all sources.
#[derive(Debug)]
pub struct Turns {
    next_after: NextAfter,
    sources: BTreeMap<Arc<str>, Turn>,
}

/// A source's turn.
#[derive(Debug)]
struct Turn {
    pace: Pace,
    /// When its last run began, and whether it was cut short.
    last: Option<(Timestamp, bool)>,
    /// When its boards want to be read.
    wish: Option<Timestamp>,
    running: bool,
    /// The configuration no longer names it: it leaves when its run is over.
    leaving: bool,
}

impl Turns {
    /// Of no sources yet.
    pub fn new(next_after: NextAfter) -> Turns {
        Turns { next_after, sources: BTreeMap::new() }
    }

    /// The sources are these, and no others. What is known of those that stay is kept; `last` tells of those that come when
    /// their last run began and whether it was cut short.
    pub fn set(
        &mut self,
        sources: impl IntoIterator<Item = (Arc<str>, Pace)>,
        last: impl Fn(&str) -> Option<(Timestamp, bool)>,
    ) {
        let mut named = HashSet::new();
        for (name, pace) in sources {
            named.insert(name.clone());
            match self.sources.get_mut(&name) {
                Some(turn) => (turn.pace, turn.leaving) = (pace, false),
                None => {
                    let turn = Turn { pace, last: last(&name), wish: None, running: false, leaving: false };
                    self.sources.insert(name, turn);
                }
            }
        }
        self.sources.retain(|name, turn| {
            turn.leaving = !named.contains(name);
            !turn.leaving || turn.running
        });
    }

    /// The sources whose turn it is, longest due first.
    pub fn due(&self, now: Timestamp) -> Vec<Arc<str>> {
        let mut due: Vec<_> =
            self.waiting().filter_map(|(name, turn)| Some((turn.at(name, self.next_after, now)?, name))).collect();
        due.retain(|(at, _)| *at <= now);
        due.sort();
        due.into_iter().map(|(_, name)| name.clone()).collect()
    }

    /// When the next turn of any source is; `None` where none is known (all are being read, or never due again).
    pub fn next(&self, now: Timestamp) -> Option<Timestamp> {
        self.waiting().filter_map(|(name, turn)| turn.at(name, self.next_after, now)).min()
    }

    /// When it is the turn of a source; the present where it is due, `None` where it is being read or never due again.
    pub fn next_of(&self, name: &str, now: Timestamp) -> Option<Timestamp> {
        let (name, turn) = self.sources.get_key_value(name)?;
        if turn.running { None } else { Some(turn.at(name, self.next_after, now)?.max(now)) }
    }

    /// Whether a source is being read.
    pub fn is_running(&self, name: &str) -> bool {
        self.sources.get(name).is_some_and(|turn| turn.running)
    }

    /// How many sources are being read.
    pub fn running(&self) -> usize {
        self.sources.values().filter(|turn| turn.running).count()
    }

    /// The boards of a source that adapts want to be read then.
    pub fn wishes(&mut self, name: &str, wish: Option<Timestamp>) {
        if let Some(turn) = self.sources.get_mut(name) {
            turn.wish = wish;
        }
    }

    /// A run of a source has begun.
    pub fn begun(&mut self, name: &str, now: Timestamp) {
        if let Some(turn) = self.sources.get_mut(name) {
            (turn.last, turn.running) = (Some((now, false)), true);
        }
    }

    /// A run of a source is over. One that was cut short is due again at once, when there is somebody to take it up.
    pub fn ended(&mut self, name: &str, cut_short: bool) {
        if let Some(turn) = self.sources.get_mut(name) {
            turn.running = false;
            turn.last = turn.last.map(|(began, _)| (began, cut_short));
            if turn.leaving {
                self.sources.remove(name);
            }
        }
    }

    fn waiting(&self) -> impl Iterator<Item = (&Arc<str>, &Turn)> {
        self.sources.iter().filter(|(_, turn)| !turn.running)
    }
}

impl Turn {
    /// When it is this source's turn: in the past, where it has been due for a while.
    fn at(&self, name: &str, next_after: NextAfter, now: Timestamp) -> Option<Timestamp> {
        let Some((began, cut_short)) = self.last else { return Some(now) };
        if cut_short {
            return Some(now);
        }
        // a last run in the future is a clock that was set back: the wait begins anew
        let began = began.min(now);
        let chance = chance(name, began);
        match &self.pace {
            // an interval is stretched and shortened alike, so that on the average it is kept
            Pace::Schedule(Schedule::Every(interval)) | Pace::Rest(interval) => {
                began.checked_add(*interval).ok()?.checked_add(spread(*interval).mul_f64(2.0 * chance - 1.0)).ok()
            }
            // each board has an interval of its own, so that they do not come together
            Pace::Schedule(adaptive @ Schedule::Adaptive(_)) => next_after(adaptive, began, self.wish),
            // a wall-clock time is never taken before it comes
            Pace::Schedule(cron) => {
                let next = next_after(cron, began, None)?;
                let interval =
                    next_after(cron, next, None).map_or(SignedDuration::MAX, |then| then.duration_since(next));
                let interval = Duration::try_from(interval).unwrap_or(Duration::ZERO);
                next.checked_add(spread(interval).mul_f64(chance)).ok()
            }
        }
    }
}

/// How far times of this interval are spread.
fn spread(interval: Duration) -> SignedDuration {
    SignedDuration::try_from(WIDEST.min(interval.min(WIDEST * 100).mul_f64(SPREAD))).unwrap_or(SignedDuration::ZERO)
}

/// A number from 0 up to 1 that is always the same for a source and a time.
fn chance(name: &str, at: Timestamp) -> f64 {
    let hash = blake3::hash(format!("{name} {at}").as_bytes());
    let [a, b, c, d, ..] = *hash.as_bytes();
    f64::from(u32::from_le_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Adaptive;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// A calendar of our own: every full quarter of an hour.
    fn quarters(schedule: &Schedule, after: Timestamp, wish: Option<Timestamp>) -> Option<Timestamp> {
        match schedule {
            Schedule::Adaptive(_) => wish.or(Some(after)),
            Schedule::Every(interval) => after.checked_add(*interval).ok(),
            Schedule::Cron { .. } => Timestamp::from_second((after.as_second() / 900 + 1) * 900).ok(),
        }
    }

    fn every(seconds: u64) -> Pace {
        Pace::Schedule(Schedule::Every(Duration::from_secs(seconds)))
    }

    /// A source with its last run: when it began, and whether it was cut short.
    type Known<'a> = (&'a str, Pace, Option<(&'a str, bool)>);

    fn turns(sources: &[Known<'_>]) -> Turns {
        let mut turns = Turns::new(quarters);
        let last = |name: &str| {
            let (_, _, last) = sources.iter().find(|(own, ..)| *own == name)?;
            last.map(|(began, cut_short)| (at(began), cut_short))
        };
        turns.set(sources.iter().map(|(name, pace, _)| ((*name).into(), pace.clone())), last);
        turns
    }

    #[test]
    fn who_is_due() {
        let cron = Pace::Schedule(Schedule::cron("*/15 * * * *", jiff::tz::TimeZone::UTC).unwrap());
        let now = at("2026-11-25T12:00:00Z");
        let check = |pace: &Pace, last: Option<(&str, bool)>, expected: bool| {
            let due = turns(&[("a", pace.clone(), last)]).due(now);
            assert_eq!(!due.is_empty(), expected, "{pace:?} {last:?}");
        };
        check(&every(900), None, true);
        check(&every(900), Some(("2026-11-25T11:59:00Z", false)), false);
        check(&every(900), Some(("2026-11-25T11:59:00Z", true)), true);
        check(&every(900), Some(("2026-11-25T11:44:00Z", false)), true);
        check(&every(900), Some(("2026-11-20T00:00:00Z", false)), true);
        // the clock was set back: neither due at once nor years from now
        check(&every(900), Some(("2030-01-01T00:00:00Z", false)), false);
        check(&Pace::Rest(Duration::from_secs(60)), Some(("2026-11-25T11:58:00Z", false)), true);
        check(&Pace::Rest(Duration::from_secs(60)), Some(("2026-11-25T11:59:30Z", false)), false);
        check(&cron, Some(("2026-11-25T11:44:00Z", false)), true);
        check(&cron, Some(("2026-11-25T11:45:01Z", false)), false);
    }

    #[test]
    fn a_missed_time_is_caught_up_once_and_one_run_goes_on_at_a_time() {
        let now = at("2026-11-25T12:00:00Z");
        let mut turns = turns(&[("a", every(60), Some(("2026-11-25T00:00:00Z", false))), ("b", every(60), None)]);
        assert_eq!(turns.due(now), ["a".into(), "b".into()], "longest due first");
        turns.begun("a", now);
        turns.begun("b", now);
        let later = at("2026-11-25T13:00:00Z");
        assert!(turns.due(later).is_empty() && turns.next(later).is_none() && turns.running() == 2);
        turns.ended("a", false);
        assert_eq!(turns.due(later), ["a".into()]);
        turns.begun("a", later);
        turns.ended("a", false);
        assert!(turns.due(later).is_empty());
        let next = turns.next(later).unwrap().duration_since(later).as_secs_f64();
        assert!((57.0..=63.0).contains(&next), "{next}");
    }

    #[test]
    fn a_source_that_adapts_waits_for_its_boards() {
        let adaptive = Adaptive { least: Duration::from_secs(60), most: Duration::from_secs(3600) };
        let pace = Pace::Schedule(Schedule::Adaptive(adaptive));
        let mut turns = turns(&[("a", pace, Some(("2026-11-25T11:59:00Z", false)))]);
        let (now, wish) = (at("2026-11-25T12:00:00Z"), at("2026-11-25T12:20:00Z"));
        turns.wishes("a", Some(wish));
        assert_eq!((turns.due(now).len(), turns.next(now)), (0, Some(wish)));
        assert_eq!(turns.due(wish), ["a".into()]);
    }

    #[test]
    fn times_are_spread_evenly_and_always_alike() {
        let now = at("2026-11-25T12:00:00Z");
        let cron = Pace::Schedule(Schedule::cron("*/15 * * * *", jiff::tz::TimeZone::UTC).unwrap());
        for (pace, from, to) in [(every(600), 570.0, 630.0), (every(86_400), 86_370.0, 86_430.0), (cron, 900.0, 930.0)]
        {
            let wait = |ordinal: usize| {
                let name = format!("source-{ordinal}");
                let turns = turns(&[(&name, pace.clone(), Some(("2026-11-25T12:00:00Z", false)))]);
                let wait = turns.next_of(&name, now).unwrap();
                assert_eq!(turns.next(now), Some(wait));
                wait.duration_since(now).as_secs_f64()
            };
            let waits: Vec<f64> = (0..200).map(wait).collect();
            assert!(waits.iter().all(|wait| (from..=to).contains(wait)), "{pace:?} {waits:?}");
            let mean = waits.iter().sum::<f64>() / 200.0;
            assert!((mean - f64::midpoint(from, to)).abs() < (to - from) / 10.0, "{pace:?} {mean}");
            assert_eq!(wait(7), waits[7]);
        }
    }

    #[test]
    fn a_new_configuration_keeps_what_is_known() {
        let now = at("2026-11-25T12:00:00Z");
        let mut turns = turns(&[("a", every(60), None), ("b", every(60), None), ("c", every(60), None)]);
        turns.begun("a", now);
        turns.begun("b", now);
        turns.ended("b", false);
        turns.set([("b".into(), every(3600)), ("d".into(), every(60))], |_| None);
        assert_eq!(
            turns.due(at("2026-11-25T12:10:00Z")),
            ["d".into()],
            "b keeps its last run and has a longer interval"
        );
        assert!(turns.is_running("a"), "a run that is under way is not cut short");
        turns.ended("a", false);
        assert!(!turns.is_running("a") && turns.next_of("a", now).is_none(), "then the source is gone");
    }
}
