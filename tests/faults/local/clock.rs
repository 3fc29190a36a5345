//! A clock that jumps, and the days on which it is meant to.

use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

use forumsift::{model::Schedule, schedule::next_after};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};

use super::rig::{FILES, Rig, Running, missing_unless, until};
use crate::forum::{Fault, Kind, On, RetryAfter};

/// The library that fakes a clock.
fn library() -> Option<String> {
    let places =
        ["x86_64-linux-gnu", "aarch64-linux-gnu", "."].map(|at| format!("/usr/lib/{at}/faketime/libfaketime.so.1"));
    let found = places.into_iter().find(|place| fs::exists(place).is_ok_and(|there| there));
    missing_unless(found.is_some(), "libfaketime").then_some(found?)
}

/// A crawl whose wall clock goes by a file; its monotonic one is the machine's.
fn faked(rig: &Rig, arguments: &[&str]) -> Option<Running> {
    let library = library()?;
    let mut command = rig.crawl.command(arguments);
    command.env("LD_PRELOAD", library).env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    command.env("FAKETIME_TIMESTAMP_FILE", rig.path("clock"));
    Some(Running::of(rig, command, Stdio::null()))
}

fn set(rig: &Rig, clock: &str) {
    fs::write(rig.path("part"), clock).unwrap();
    fs::rename(rig.path("part"), rig.path("clock")).unwrap();
}

#[test]
fn row_47_a_clock_that_is_set_while_a_request_waits_makes_nothing_wait_for_hours() {
    for (from, to) in [("+0", "-5h"), ("+0", "+30d")] {
        let rig = Rig::new(5, FILES);
        set(&rig, from);
        rig.server.fault(On::kind(Kind::Thread).times(2), Fault::ResetMidBody);
        let Some(mut running) = faked(&rig, &["run"]) else { return };
        until("two faults", || (rig.server.log().iter().filter(|access| access.faulty).count() == 2).then_some(()));
        until("their being known", || (running.log().matches("will be tried again").count() == 2).then_some(()));
        set(&rig, to);
        let asked = Instant::now();
        assert_eq!(running.end().code(), Some(0), "{to}: {}", running.log());
        assert!(asked.elapsed() < Duration::from_secs(50), "{to}");
        assert_eq!(running.log().contains("the clock was set back"), to == "-5h", "{}", running.log());
        rig.is_whole();
    }
}

#[test]
fn row_47_a_clock_that_was_ahead_leaves_no_wait_of_hours_behind() {
    let rig = Rig::new(4, FILES);
    rig.configure(|text| text.replace("delay = \"0s\"", "delay = \"300ms\"\nevery = \"1s\""));
    set(&rig, "+7h");
    // one page asks for a rest of some seconds, which the state keeps
    rig.server.fault(On::kind(Kind::Thread).times(1), Fault::Status(503, RetryAfter::Seconds(2)));
    let Some(mut running) = faked(&rig, &["run"]) else { return };
    until("the rest", || running.log().contains("will be tried again").then_some(()));
    running.signal("KILL");
    running.end();
    rig.server.forum().grow(3, &crate::forum::Growth::of_replies());
    // by the right clock all of it lies in the future
    let began = Instant::now();
    rig.run(0);
    assert!(began.elapsed() < Duration::from_secs(50), "{:?}", began.elapsed());
    rig.is_whole();
}

/// The rest that a server asked for is not shortened by a clock that runs ahead.
#[test]
fn row_47_a_clock_that_is_set_ahead_shortens_no_politeness() {
    let rig = Rig::new(3, FILES);
    rig.configure(|text| text.replace("delay = \"0s\"", "delay = \"400ms\""));
    set(&rig, "+0");
    let Some(mut running) = faked(&rig, &["run"]) else { return };
    for hours in 1..=4 {
        let seen = rig.server.log().len();
        until("a request", || {
            (rig.server.log().len() > seen || running.child.try_wait().unwrap().is_some()).then_some(())
        });
        set(&rig, &format!("+{hours}h"));
    }
    assert_eq!(running.end().code(), Some(0), "{}", running.log());
    let times: Vec<Duration> = rig.server.log().iter().map(|access| access.at).collect();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] > Duration::from_millis(380)), "{times:?}");
    rig.is_whole();
}

/// Every change of the clocks of all zones over some years: a job of a set time within the hour that is skipped or repeated, and of
/// those around it, runs once a day.
#[test]
fn row_48_a_run_in_a_gap_or_an_overlap_happens_once_in_every_zone() {
    let from: Timestamp = "2024-01-01T00:00:00Z".parse().unwrap();
    let until: Timestamp = "2027-12-31T00:00:00Z".parse().unwrap();
    let mut seen = std::collections::BTreeSet::new();
    let mut changes = 0;
    for name in jiff::tz::db().available() {
        let zone = TimeZone::get(name.as_str()).unwrap();
        for transition in zone.following(from).take_while(|transition| transition.timestamp() < until) {
            let at = transition.timestamp();
            let before = zone.to_datetime(at - SignedDuration::from_secs(1));
            let after = zone.to_datetime(at);
            // zones that share their history share the test
            if !seen.insert((at, before, after)) {
                continue;
            }
            changes += 1;
            for local in [before, after, before - 20.minutes(), after + 20.minutes(), after - 20.minutes()] {
                let (hour, minute) = (local.hour(), local.minute());
                let schedule = Schedule::cron(&format!("{minute} {hour} * * *"), zone.clone()).unwrap();
                let mut next = next_after(&schedule, at - SignedDuration::from_hours(50)).unwrap();
                for _ in 0..4 {
                    let then = next_after(&schedule, next).unwrap();
                    // left out it would be two days, done twice an hour or none
                    let hours = then.duration_since(next).as_secs_f64() / 3600.0;
                    assert!((20.0..28.0).contains(&hours), "{} {hour}:{minute} {next} {then}", name.as_str());
                    next = then;
                }
            }
        }
    }
    assert!(changes > 100, "{changes}");
}
