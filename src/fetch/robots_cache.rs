//! The robots.txt of each origin, for a day.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex as AsyncMutex;

use crate::polite::Robots;

/// How long a file holds (RFC 9309 section 2.4: no longer than a day).
const HOLDS: SignedDuration = SignedDuration::from_hours(24);
/// How long a file that could not be reached is not asked for again.
const UNREACHABLE_HOLDS: SignedDuration = SignedDuration::from_mins(10);
/// How long an unreachable site's last good copy counts (RFC 9309 section 2.3.1.4).
const LAST_GOOD: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What the file of an origin said when it was asked for.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// The rules (all allowed, where there is no file).
    Rules(Arc<Robots>),
    /// It could not be reached: nothing may be fetched.
    Unreachable {
        /// Why, for people.
        cause: String,
        /// The wait that the server asked for.
        retry_after: Option<Duration>,
    },
}

#[derive(Debug, Default)]
struct Slot {
    answer: Option<(Answer, Timestamp)>,
    good: Option<(Arc<Robots>, Timestamp)>,
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
        if let Some((answer, at)) = &slot.answer {
            let holds = if matches!(answer, Answer::Rules(_)) { HOLDS } else { UNREACHABLE_HOLDS };
            if now.duration_since(*at) < holds && now >= *at {
                return answer.clone();
            }
        }
        let mut answer = ask().await;
        match (&answer, &slot.good) {
            (Answer::Rules(rules), _) => slot.good = Some((Arc::clone(rules), now)),
            (Answer::Unreachable { .. }, Some((rules, at))) if now.duration_since(*at) < LAST_GOOD => {
                answer = Answer::Rules(Arc::clone(rules));
            }
            (Answer::Unreachable { .. }, _) => {}
        }
        slot.answer = Some((answer.clone(), now));
        answer
    }
}
