//! How long a failed request rests.

use std::time::Duration;

use crate::model::{FailureClass, FetchFailure};

const SECOND: u64 = 1;
const MINUTE: u64 = 60;
const HOUR: u64 = 3600;
const DAY: u64 = 86_400;

/// The rest after a failure of that class, doubled with each failed try before it (`attempt`, from 0) up to the class's
/// longest. `jitter` (0 to 1) adds up to half, so that requests that failed together do not come back together.
pub fn backoff(class: FailureClass, attempt: u32, jitter: f64) -> Duration {
    let (first, longest) = match class {
        // The connection broke, the host is there: it may work at once.
        FailureClass::Broken => (SECOND, 10 * MINUTE),
        FailureClass::Connect | FailureClass::Timeout | FailureClass::Proxy => (5 * SECOND, HOUR),
        FailureClass::Server => (10 * SECOND, HOUR),
        // RFC 6585 leaves it open; a minute doubling to a day is what large crawlers settled on.
        FailureClass::Busy | FailureClass::Login => (MINUTE, DAY),
        FailureClass::Dns => (2 * MINUTE, 6 * HOUR),
        FailureClass::Tls => (HOUR, DAY),
        FailureClass::Blocked => (6 * HOUR, DAY),
        // The same request has the same end; the next run may ask again.
        FailureClass::TooLarge
        | FailureClass::Redirects
        | FailureClass::Denied
        | FailureClass::Missing
        | FailureClass::Status => (DAY, DAY),
    };
    let seconds = first.saturating_mul(2u64.saturating_pow(attempt)).min(longest);
    let jitter = if jitter.is_nan() { 0.0 } else { jitter.clamp(0.0, 1.0) };
    Duration::from_secs(seconds).mul_f64(1.0 + jitter / 2.0)
}

/// The rest after this failure: the server's own wish where it told one, never less than a broken connection would
/// rest, so that `Retry-After: 0` is no invitation to hammer; else [`backoff`].
pub fn rest_after(failure: &FetchFailure, attempt: u32, jitter: f64) -> Duration {
    match failure.retry_after {
        Some(wish) => wish.max(backoff(FailureClass::Broken, attempt, jitter)),
        None => backoff(failure.class, attempt, jitter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_double_up_to_the_longest() {
        for (class, attempt, jitter, seconds) in [
            (FailureClass::Busy, 0, 0.0, 60.0),
            (FailureClass::Busy, 1, 0.5, 150.0),
            (FailureClass::Busy, 99, 0.0, 86_400.0),
            (FailureClass::Broken, 0, 1.0, 1.5),
            (FailureClass::Server, 3, 0.0, 80.0),
            (FailureClass::Server, 3, f64::NAN, 80.0),
            (FailureClass::Dns, u32::MAX, 7.0, 32_400.0),
        ] {
            assert_eq!(backoff(class, attempt, jitter).as_secs_f64(), seconds, "{class:?} {attempt}");
        }
    }

    #[test]
    fn the_servers_wish_comes_first() {
        for (wish, attempt, seconds) in [(Some(30), 0, 30.0), (Some(0), 2, 4.0), (None, 0, 60.0)] {
            let retry_after = wish.map(Duration::from_secs);
            let failure =
                FetchFailure { class: FailureClass::Busy, status: Some(429), message: String::new(), retry_after };
            assert_eq!(rest_after(&failure, attempt, 0.0).as_secs_f64(), seconds);
        }
    }
}
