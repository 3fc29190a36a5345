//! The robots.txt of each origin, for a day.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex as AsyncMutex;

use crate::{
    model::{FetchFailure, Refusal},
    polite::{self, Robots},
};

/// How long a file holds (RFC 9309 section 2.4: no longer than a day).
const HOLDS: SignedDuration = SignedDuration::from_hours(24);
/// How long a file that could not be reached is at most not asked for again, unless the server wishes more.
const UNREACHABLE_HOLDS: Duration = Duration::from_secs(600);
/// How long an unreachable site's last good copy counts (RFC 9309 section 2.3.1.4).
const LAST_GOOD: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What the file of an origin said when it was asked for.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// The rules (all allowed, where there is no file).
    Rules(Arc<Robots>),
    /// It may not be asked for, by the source that wanted it.
    Refused(Refusal),
    /// It could not be reached: nothing may be fetched. The failure keeps its class, so that a site that is down rests as
    /// one that is down.
    Unreachable(FetchFailure),
}

#[derive(Debug, Default)]
struct Slot {
    /// With the time until which it holds.
    answer: Option<(Answer, Timestamp, Timestamp)>,
    good: Option<(Arc<Robots>, Timestamp)>,
    /// Failures since the last file.
    failures: u32,
}

/// The files of all origins.
#[derive(Debug, Default)]
pub(super) struct RobotsCache {
    slots: Mutex<HashMap<String, Arc<AsyncMutex<Slot>>>>,
}

impl RobotsCache {
    /// The answer of an origin; `ask` is called where none is known or it is too old, once for all who wait.
    pub(super) async fn get(&self, origin: &str, now: Timestamp, ask: impl AsyncFnOnce() -> Answer) -> Answer {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(origin.to_owned()).or_default())
        };
        let mut slot = slot.lock().await;
        if let Some((answer, at, until)) = &slot.answer
            && (*at..*until).contains(&now)
        {
            return answer.clone();
        }
        let answer = ask().await;
        let (answer, holds) = match answer {
            // another source may be allowed to ask
            Answer::Refused(refusal) => return Answer::Refused(refusal),
            Answer::Rules(rules) => {
                slot.failures = 0;
                slot.good = Some((Arc::clone(&rules), now));
                (Answer::Rules(rules), HOLDS)
            }
            Answer::Unreachable(failure) => {
                let own = polite::backoff(failure.class, slot.failures, 0.0).min(UNREACHABLE_HOLDS);
                let holds = SignedDuration::try_from(failure.retry_after.unwrap_or(own)).unwrap_or(HOLDS);
                slot.failures = slot.failures.saturating_add(1);
                match &slot.good {
                    Some((rules, at)) if now.duration_since(*at) < LAST_GOOD => {
                        (Answer::Rules(Arc::clone(rules)), holds)
                    }
                    _ => (Answer::Unreachable(failure), holds),
                }
            }
        };
        slot.answer = Some((answer.clone(), now, now.saturating_add(holds).unwrap_or(Timestamp::MAX)));
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FailureClass;

    const HOUR: i64 = 3600;

    fn failed(class: FailureClass, retry_after: Option<u64>) -> Answer {
        let retry_after = retry_after.map(Duration::from_secs);
        Answer::Unreachable(FetchFailure { class, status: None, message: "down".to_owned(), retry_after })
    }

    fn rules() -> Answer {
        Answer::Rules(Arc::new(Robots::parse(b"user-agent: *\ndisallow: /x")))
    }

    /// Asks at those seconds: what the site would say then, whether it is asked, and what holds.
    async fn check(steps: &[(i64, Answer, bool, &str)]) {
        let cache = RobotsCache::default();
        for (at, says, asked_expected, expected) in steps {
            let mut asked = false;
            let now = Timestamp::from_second(1_000_000_000 + at).unwrap();
            let answer = cache
                .get("http://h:80", now, async || {
                    asked = true;
                    says.clone()
                })
                .await;
            let told = match answer {
                Answer::Rules(_) => "rules".to_owned(),
                Answer::Refused(_) => "refused".to_owned(),
                Answer::Unreachable(failure) => format!("{:?}", failure.class),
            };
            assert_eq!((asked, told.as_str()), (*asked_expected, *expected), "at {at}");
        }
    }

    #[tokio::test]
    async fn a_file_holds_for_a_day_and_as_a_last_resort_for_a_month() {
        let down = || failed(FailureClass::Server, None);
        check(&[
            (0, rules(), true, "rules"),
            (23 * HOUR, down(), false, "rules"),
            (25 * HOUR, down(), true, "rules"),
            (26 * HOUR, down(), true, "rules"),
            (29 * 24 * HOUR, down(), true, "rules"),
            (31 * 24 * HOUR, down(), true, "Server"),
            (32 * 24 * HOUR, rules(), true, "rules"),
        ])
        .await;
    }

    #[tokio::test]
    async fn what_cannot_be_reached_rests_by_its_class() {
        check(&[
            (0, failed(FailureClass::Connect, None), true, "Connect"),
            (4, rules(), false, "Connect"),
            (6, failed(FailureClass::Connect, None), true, "Connect"),
            (12, rules(), false, "Connect"),
            (17, rules(), true, "rules"),
        ])
        .await;
        check(&[
            (0, failed(FailureClass::Busy, Some(7200)), true, "Busy"),
            (HOUR, rules(), false, "Busy"),
            (3 * HOUR, rules(), true, "rules"),
        ])
        .await;
        let refused = Answer::Refused(Refusal::PrivateAddress("10.0.0.1".to_owned()));
        check(&[(0, refused, true, "refused"), (0, rules(), true, "rules")]).await;
    }
}
