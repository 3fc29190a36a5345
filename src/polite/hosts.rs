//! How each host has been answering: when all of it is left alone, and whether a failed request may be tried again.
//!
//! A host that asks for rest, shows a challenge or a certificate that is not to be trusted rests at once; one that fails
//! otherwise rests after [`IN_A_ROW`] failures without an answer between them. One request is let through after each rest:
//! since an origin is asked one thing at a time, that is the probe. Where it fails too, the next rest is twice as long, unless
//! the host itself says how long (Retry-After).
//! In one process; the end of a rest is kept by the frontier.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::rest_after;
use crate::model::{FailureClass, FetchFailure};

/// Failures without an answer between them after which a host rests.
const IN_A_ROW: u32 = 5;
/// Rests are forgiven when the host was quiet for so long after the last one, or for twice its length where that is more.
const QUIET: Duration = Duration::from_secs(600);
/// Failed requests of one host that are tried again, at first and at most.
const RETRIES: f64 = 100.0;
/// What each answer adds to them: a host that fails more than one request in ten is not asked twice for ever.
const EARNED: f64 = 0.1;
/// Hosts that are well are forgotten when more than this many are known.
const REMEMBERED: usize = 1024;

/// All hosts, by origin. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Hosts(Arc<Mutex<HashMap<String, Host>>>);

#[derive(Debug)]
struct Host {
    /// Failures since the last answer.
    failures: u32,
    /// Rests one after another, without quiet between them.
    rests: u32,
    /// The end of the last one, and its length.
    last: Option<(Instant, Duration)>,
    retries: f64,
}

impl Default for Host {
    fn default() -> Host {
        Host { failures: 0, rests: 0, last: None, retries: RETRIES }
    }
}

impl Hosts {
    /// Hosts that are all well.
    pub fn new() -> Hosts {
        Hosts::default()
    }

    /// The host has answered, whatever it said.
    pub fn answered(&self, origin: &str) {
        if let Some(host) = self.lock().get_mut(origin) {
            host.failures = 0;
            host.retries = (host.retries + EARNED).min(RETRIES);
        }
    }

    /// A request failed, its `attempt`-th try (from 0). How long the whole host is now left alone; `None` where only the
    /// request has to wait. `jitter` as in [`backoff`](super::backoff).
    pub fn failed(&self, origin: &str, failure: &FetchFailure, attempt: u32, jitter: f64) -> Option<Duration> {
        self.failed_at(origin, failure, attempt, jitter, Instant::now())
    }

    fn failed_at(
        &self,
        origin: &str,
        failure: &FetchFailure,
        attempt: u32,
        jitter: f64,
        now: Instant,
    ) -> Option<Duration> {
        let most = match failure.class {
            FailureClass::Busy | FailureClass::Blocked | FailureClass::Tls => 1,
            FailureClass::Dns
            | FailureClass::Connect
            | FailureClass::Timeout
            | FailureClass::Broken
            | FailureClass::Server => IN_A_ROW,
            // not the host's fault
            FailureClass::Proxy | FailureClass::Login => return None,
            // an answer, though not the one that was wanted
            FailureClass::TooLarge
            | FailureClass::Redirects
            | FailureClass::Denied
            | FailureClass::Missing
            | FailureClass::Status => {
                self.answered(origin);
                return None;
            }
        };
        let mut hosts = self.lock();
        if hosts.len() > REMEMBERED && !hosts.contains_key(origin) {
            hosts.retain(|_, host| host.failures > 0 || !host.is_forgiven(now));
        }
        let host = hosts.entry(origin.to_owned()).or_default();
        host.failures = host.failures.saturating_add(1);
        if host.failures < most || host.last.is_some_and(|(end, _)| now < end) {
            return None;
        }
        if host.is_forgiven(now) {
            host.rests = 0;
        }
        let rest = match failure.retry_after {
            // it says when it will be well again, and is taken at its word each time
            Some(_) => rest_after(failure, attempt, jitter),
            None => {
                let rest = rest_after(failure, host.rests.max(attempt), jitter);
                host.rests = host.rests.saturating_add(1);
                rest
            }
        };
        host.last = Some((now.checked_add(rest).unwrap_or(now), rest));
        Some(rest)
    }

    /// Takes one from the tries again that the host has left. False where there is none: what fails then is left to the
    /// next run.
    pub fn may_retry(&self, origin: &str) -> bool {
        let mut hosts = self.lock();
        let host = hosts.entry(origin.to_owned()).or_default();
        let may = host.retries >= 1.0;
        if may {
            host.retries -= 1.0;
        }
        may
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        // plain numbers: a holder that panicked cannot have left them half written
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host {
    fn is_forgiven(&self, now: Instant) -> bool {
        self.last.is_none_or(|(end, length)| now.saturating_duration_since(end) >= QUIET.max(length * 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "https://forum.example:443";

    fn failure(class: FailureClass, wish: Option<u64>) -> FetchFailure {
        FetchFailure { class, status: None, message: String::new(), retry_after: wish.map(Duration::from_secs) }
    }

    /// Fails at those seconds; the rests in seconds that follow, 0 for none.
    fn check(class: FailureClass, wish: Option<u64>, at: &[u64], expected: &[u64]) {
        let (hosts, start) = (Hosts::new(), Instant::now());
        let rests = at.iter().map(|second| {
            let now = start + Duration::from_secs(*second);
            hosts.failed_at(HOST, &failure(class, wish), 0, 0.0, now).map_or(0, |rest| rest.as_secs())
        });
        assert_eq!(rests.collect::<Vec<_>>(), expected, "{class:?} {wish:?}");
    }

    #[test]
    fn rests_double_without_quiet_between_them() {
        // 429 without a header: a minute, doubling to a day
        check(FailureClass::Busy, None, &[0, 60, 180, 420], &[60, 120, 240, 480]);
        // what is told while the host rests anyway is no further refusal
        check(FailureClass::Busy, None, &[0, 1, 59, 60], &[60, 0, 0, 120]);
        check(FailureClass::Busy, None, &[0, 60, 180 + 599, 900 + 599], &[60, 120, 240, 480]);
        check(FailureClass::Busy, None, &[0, 60, 180 + 600, 840 + 60], &[60, 120, 60, 120]);
        check(FailureClass::Busy, Some(7), &[0, 7, 14, 21, 28, 35, 42], &[7; 7]);
        check(FailureClass::Blocked, None, &[0, 6 * 3600], &[6 * 3600, 12 * 3600]);
    }

    #[test]
    fn a_host_that_is_down_rests_after_some_failures_and_is_probed() {
        check(FailureClass::Server, None, &[0, 1, 2, 3, 4, 14, 34], &[0, 0, 0, 0, 10, 20, 40]);
        check(FailureClass::Missing, None, &[0; 9], &[0; 9]);
        check(FailureClass::Proxy, None, &[0; 9], &[0; 9]);
        let hosts = Hosts::new();
        for _ in 0..9 {
            for _ in 1..IN_A_ROW {
                assert_eq!(hosts.failed(HOST, &failure(FailureClass::Timeout, None), 0, 0.0), None);
            }
            hosts.answered(HOST);
        }
        assert!(hosts.failed("http://other:80", &failure(FailureClass::Busy, None), 0, 0.0).is_some());
    }

    #[test]
    fn tries_again_are_earned() {
        let hosts = Hosts::new();
        let taken = (0..1000).filter(|_| hosts.may_retry(HOST)).count();
        assert_eq!(taken, 100);
        (0..30).for_each(|_| hosts.answered(HOST));
        assert_eq!((0..10).filter(|_| hosts.may_retry(HOST)).count(), 3);
        assert!(hosts.may_retry("http://other:80"));
    }
}
