//! The gate of each origin: one request at a time, and a pause after each.
//!
//! In one process. What must survive a restart (an origin's rest) is kept by the frontier, which tells it back with
//! [`Gate::hold_until`].

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::Clock;

/// Origins whose pause is over are forgotten when more than this many are known.
const REMEMBERED: usize = 1024;

/// The gates of all origins. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    origins: Arc<Mutex<HashMap<String, Arc<Origin>>>>,
}

impl Gate {
    /// Gates that are all open.
    pub fn new() -> Gate {
        Gate::default()
    }

    /// Waits until no other request to `origin` is under way and its pause is over. The pause of `delay` begins when
    /// the guard is dropped. Waiters come in in the order in which they asked.
    pub async fn enter(&self, origin: &str, delay: Duration) -> GateGuard {
        let origin = self.origin(origin);
        // The semaphore is never closed, so there is no error to have.
        let permit = Arc::clone(&origin.turn).acquire_owned().await.ok();
        loop {
            let rest = origin.pause().rest(Now::read());
            if rest.is_zero() {
                return GateGuard { origin, delay, _permit: permit };
            }
            tokio::time::sleep(rest).await;
        }
    }

    /// Nothing passes before `at`: a `Retry-After`, or what an earlier run left. Never shortens what holds already.
    pub fn hold_until(&self, origin: &str, at: Timestamp) {
        let now = Now::read();
        self.origin(origin).pause().extend(now, until(now.wall, at));
    }

    /// How long from now on no request may start. Requests that wait at the gate are not counted.
    pub fn rest(&self, origin: &str) -> Duration {
        let Some(origin) = self.lock().get(origin).map(Arc::clone) else { return Duration::ZERO };
        origin.pause().rest(Now::read())
    }

    fn origin(&self, name: &str) -> Arc<Origin> {
        let mut origins = self.lock();
        if origins.len() > REMEMBERED && !origins.contains_key(name) {
            let now = Now::read();
            // Held by the map alone: nobody is inside or waits.
            origins.retain(|_, origin| Arc::strong_count(origin) > 1 || !origin.pause().rest(now).is_zero());
        }
        Arc::clone(origins.entry(name.to_owned()).or_default())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Origin>>> {
        self.origins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to make one request to an origin. Its pause begins when this is dropped.
#[derive(Debug)]
pub struct GateGuard {
    origin: Arc<Origin>,
    delay: Duration,
    _permit: Option<OwnedSemaphorePermit>,
}

impl GateGuard {
    /// The pause after this request is at least so long: robots.txt has just told a `Crawl-delay`.
    pub fn at_least(&mut self, delay: Duration) {
        self.delay = self.delay.max(delay);
    }
}

impl Drop for GateGuard {
    fn drop(&mut self) {
        // Before the permit is given on, which happens after this body.
        self.origin.pause().extend(Now::read(), self.delay);
    }
}

#[derive(Debug)]
struct Origin {
    turn: Arc<Semaphore>,
    pause: Mutex<Pause>,
}

impl Default for Origin {
    fn default() -> Origin {
        Origin { turn: Arc::new(Semaphore::new(1)), pause: Mutex::default() }
    }
}

impl Origin {
    fn pause(&self) -> MutexGuard<'_, Pause> {
        self.pause.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Both clocks at one moment.
#[derive(Clone, Copy, Debug)]
struct Now {
    steady: Instant,
    wall: Timestamp,
}

impl Now {
    fn read() -> Now {
        Now { steady: Instant::now(), wall: Clock::System.now() }
    }

    fn after(self, time: Duration) -> Now {
        let wall = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        Now {
            steady: self.steady.checked_add(time).unwrap_or(self.steady),
            wall: self.wall.saturating_add(wall).unwrap_or(Timestamp::MAX),
        }
    }
}

/// How long nothing may pass, by both clocks: the monotonic one does not run while the machine sleeps or may be
/// virtual, the wall clock jumps. The longer rest holds, but a wall clock that was set back adds no more than the
/// pause was long.
#[derive(Debug, Default)]
struct Pause {
    end: Option<(Now, Duration)>,
}

impl Pause {
    fn rest(&self, now: Now) -> Duration {
        let Some((end, length)) = &self.end else { return Duration::ZERO };
        let steady = end.steady.saturating_duration_since(now.steady);
        steady.max(until(now.wall, end.wall).min(*length))
    }

    fn extend(&mut self, now: Now, length: Duration) {
        if length > self.rest(now) {
            self.end = Some((now.after(length), length));
        }
    }
}

fn until(now: Timestamp, at: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_pause_ends_when_both_clocks_say_so() {
        let start = Now::read();
        let mut pause = Pause::default();
        assert_eq!(pause.rest(start), Duration::ZERO);
        pause.extend(start, second(10));
        pause.extend(start, second(3));
        let moved =
            |steady, wall| Now { steady: start.after(second(steady)).steady, wall: start.after(second(wall)).wall };
        for (now, rest) in [
            (moved(0, 0), 10),
            (moved(4, 4), 6),
            (moved(4, 9), 6),
            (moved(9, 4), 6),
            (moved(10, 10), 0),
            (moved(10, 99_999), 0),
            (moved(4, 99_999), 6),
        ] {
            assert_eq!(pause.rest(now), second(rest), "{now:?}");
        }
        let set_back = Now { steady: moved(9, 0).steady, wall: start.wall - SignedDuration::from_hours(5) };
        assert_eq!(pause.rest(set_back), second(10));
    }

    #[test]
    fn holding_never_shortens_and_other_origins_are_free() {
        let (gate, now) = (Gate::new(), Clock::System.now());
        gate.hold_until("http://a:80", now + SignedDuration::from_secs(60));
        gate.hold_until("http://a:80", now + SignedDuration::from_secs(5));
        let rest = gate.rest("http://a:80");
        assert!((rest.as_secs_f64() - 60.0).abs() < 5.0, "{rest:?}");
        assert_eq!(gate.rest("http://b:80"), Duration::ZERO);
        gate.hold_until("http://b:80", now - SignedDuration::from_secs(60));
        assert_eq!(gate.rest("http://b:80"), Duration::ZERO);
    }

    #[tokio::test]
    async fn one_at_a_time_in_order_with_a_pause_after_each_end() {
        let gate = Gate::new();
        let delay = Duration::from_millis(20);
        let log = Arc::new(Mutex::new(Vec::new()));
        let first = gate.enter("o", delay).await;
        let tasks: Vec<_> = (0..3)
            .map(|number| {
                let (gate, log) = (gate.clone(), Arc::clone(&log));
                tokio::spawn(async move {
                    let guard = gate.enter("o", delay).await;
                    log.lock().unwrap().push((number, Instant::now()));
                    drop(guard);
                })
            })
            .collect();
        tokio::task::yield_now().await;
        assert!(log.lock().unwrap().is_empty());
        let mut last_end = Instant::now();
        drop(first);
        for task in tasks {
            task.await.unwrap();
        }
        let log = log.lock().unwrap();
        assert_eq!(log.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [0, 1, 2]);
        for (_, at) in log.iter() {
            assert!(*at >= last_end + delay);
            last_end = *at;
        }
    }

    #[tokio::test]
    async fn a_guard_can_lengthen_its_pause() {
        let gate = Gate::new();
        let mut guard = gate.enter("o", Duration::ZERO).await;
        guard.at_least(second(100));
        drop(guard);
        assert!(!gate.rest("o").is_zero());
    }
}
