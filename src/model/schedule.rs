//! When a source wants to be read.

use std::{str::FromStr, time::Duration};

use croner::Cron;
use jiff::tz::TimeZone;

/// When a source wants to be read. A source without one is always due.
#[derive(Clone, Debug, PartialEq)]
pub enum Schedule {
    /// At the wall-clock times of a cron expression.
    Cron {
        /// Five fields, or six with seconds in front.
        cron: Box<Cron>,
        /// The zone whose wall clock counts.
        zone: TimeZone,
    },
    /// This long after the last run began.
    Every(Duration),
    /// When its boards ask for it: each by its own rate of new posts.
    Adaptive(Adaptive),
}

/// The bounds of a board's interval that goes by its rate of new posts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adaptive {
    /// The shortest interval.
    pub least: Duration,
    /// The longest.
    pub most: Duration,
}

impl Schedule {
    /// The schedule of a cron expression (`*/15 * * * *`, `@daily`) in a zone.
    ///
    /// # Errors
    /// A sentence for people that names what was not understood.
    pub fn cron(text: &str, zone: TimeZone) -> Result<Schedule, String> {
        match Cron::from_str(text) {
            Ok(cron) => Ok(Schedule::Cron { cron: Box::new(cron), zone }),
            Err(error) => Err(format!("`{text}` is no cron expression: {error}")),
        }
    }
}
