//! Origins as the state names them, and how long they rest.

use std::{borrow::Cow, collections::HashMap, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// The longest wait that a stored politeness is believed to ask for; longer ones come from a clock that jumped.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// An origin as the state writes it: without the port that its scheme has anyway, which others write.
fn written(origin: &str) -> Cow<'_, str> {
    match url::Url::parse(origin) {
        Ok(url) => Cow::Owned(url.origin().ascii_serialization()),
        Err(_) => Cow::Borrowed(origin),
    }
}

/// The same; one that is known is written so already.
pub(super) fn canonical<'a, T>(known: &HashMap<String, T>, origin: &'a str) -> Cow<'a, str> {
    if known.contains_key(origin) { Cow::Borrowed(origin) } else { written(origin) }
}

/// From now until that time; nothing where it is past.
pub(super) fn wait_between(due: i64, now: Timestamp) -> Duration {
    Duration::from_millis(due.saturating_sub(now.as_millisecond()).try_into().unwrap_or(0))
}

/// The same, for what the state keeps.
pub(super) fn wait_until(at: i64, now: Timestamp) -> Duration {
    wait_between(at, now).min(LONGEST)
}

/// The instant after a wait.
pub(in crate::frontier) fn from_now(wait: Duration) -> Instant {
    Instant::now() + wait.min(LONGEST)
}

/// What the wall clock shows at an instant to come, if it is not set meanwhile; `now`: what it shows.
pub(in crate::frontier) fn at_wall(at: Instant, now: Timestamp) -> Timestamp {
    let wait = SignedDuration::try_from(at.saturating_duration_since(Instant::now())).unwrap_or_default();
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
