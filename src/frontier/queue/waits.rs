//! Origins as the state names them, and how long they rest.

use std::{borrow::Cow, collections::HashMap, time::Duration};

use jiff::Timestamp;

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
