//! A source: one forum, board or thread that is read, and how.

use std::{sync::Arc, time::Duration};

use jiff::tz::{Offset, TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Adaptive;

/// Which part of `7-11-2024` is the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day.
    Ymd,
}

impl DateOrder {
    /// As a configuration writes it.
    pub fn name(self) -> &'static str {
        match self {
            DateOrder::Dmy => "dmy",
            DateOrder::Mdy => "mdy",
            DateOrder::Ymd => "ymd",
        }
    }
}

/// A zone: an IANA one, with its daylight saving, or a fixed offset.
#[derive(Clone, Debug, PartialEq)]
pub enum Zone {
    /// Like `Asia/Kuala_Lumpur`.
    Named(TimeZone),
    /// Like `+08:00`.
    Fixed(Offset),
}

impl Zone {
    /// The zone of a name as configuration and command line write it: an IANA name, `UTC`, `Z`, or an offset
    /// (`+08:00`, `-0330`, `+8`).
    ///
    /// # Errors
    /// A sentence for people that names what was not understood.
    pub fn parse(text: &str) -> Result<Zone, String> {
        let text = text.trim();
        if let Some(offset) = parse_offset(text) {
            return Ok(Zone::Fixed(offset));
        }
        match TimeZone::get(text) {
            Ok(zone) => Ok(Zone::Named(zone)),
            Err(_) => Err(format!("`{text}` is neither an IANA time zone (Asia/Kuala_Lumpur) nor an offset (+08:00)")),
        }
    }

    /// As jiff's zone, for arithmetic.
    pub fn to_time_zone(&self) -> TimeZone {
        match self {
            Zone::Named(zone) => zone.clone(),
            Zone::Fixed(offset) => TimeZone::fixed(*offset),
        }
    }
}

fn parse_offset(text: &str) -> Option<Offset> {
    if text.eq_ignore_ascii_case("z") || text.eq_ignore_ascii_case("utc") {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match text.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, text.strip_prefix(['-', '−'])?),
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if rest.is_ascii() && rest.len() == 4 => rest.split_at(2),
        None => (rest, "0"),
    };
    let digits = |s: &str| s.len() <= 2 && !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes) = (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// Which posts are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Posts {
    /// All of them.
    #[default]
    All,
    /// Opening posts only; only first pages are fetched.
    First,
}

/// Where a crawl stops early. What a limit cut off is counted in the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Threads a run.
    pub threads: Option<u64>,
    /// Pages a thread.
    pub pages: Option<u64>,
    /// Only threads whose last post is younger.
    pub since: Option<Duration>,
}

/// A source as the stages see it: checked, nothing left to read from text.
#[derive(Clone, Debug)]
pub struct SourceSettings {
    /// Unique name; first part of every record id.
    pub name: Arc<str>,
    /// Start address: an index, a board or a thread.
    pub url: Url,
    /// Engine profile by name; `None`: recognise.
    pub engine: Option<Arc<str>>,
    /// Configured zone.
    pub time_zone: Option<Zone>,
    /// Configured order of numeric dates.
    pub date_order: Option<DateOrder>,
    /// Board names to read (`*` and `?` wildcards); empty: all.
    pub include_boards: Vec<String>,
    /// Board names to leave out.
    pub exclude_boards: Vec<String>,
    /// Which posts.
    pub posts: Posts,
    /// Where to stop early.
    pub limits: Limits,
    /// Least time between two requests to one origin.
    pub delay: Duration,
    /// Ages at which a page that was read is visited again.
    pub recheck: Vec<Duration>,
    /// Boards are read by their own rate of new posts; `None`: at each run.
    pub adaptive: Option<Adaptive>,
}

impl SourceSettings {
    /// A source of which no more is said than its name and start address: all of it is read, once, one request a second.
    pub fn new(name: impl Into<Arc<str>>, url: Url) -> Self {
        Self {
            name: name.into(),
            url,
            engine: None,
            time_zone: None,
            date_order: None,
            include_boards: Vec::new(),
            exclude_boards: Vec::new(),
            posts: Posts::All,
            limits: Limits::default(),
            delay: Duration::from_secs(1),
            recheck: Vec::new(),
            adaptive: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_and_names_are_zones() {
        for (text, seconds) in [("+08:00", 28800), ("-0330", -12600), ("+8", 28800), ("UTC", 0), ("z", 0)] {
            assert_eq!(Zone::parse(text), Ok(Zone::Fixed(Offset::from_seconds(seconds).unwrap())), "{text}");
        }
        assert!(matches!(Zone::parse("Asia/Kuala_Lumpur"), Ok(Zone::Named(_))));
        for text in ["", "+99", "Mars/Olympus", "8", "+1:2:3"] {
            assert!(Zone::parse(text).is_err(), "{text}");
        }
    }
}
