//! The page's own clock: the zone it prints its dates in, told by an offset or by the present time it prints.
//!
//! A printed offset may leave out daylight saving ("All times are GMT -5" in July), so the printed present against the
//! response's `Date` header wins where both are there. It also tells which of day and month stands first.

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::Offset};

use super::{
    context::DateContext,
    evidence::order_of,
    fold::Folded,
    order::{OrderEvidence, Proof},
    read::{dates_in, time_in},
    reading::Precision,
};
use crate::model::Zone;

/// What a page tells about its clock.
#[derive(Clone, Debug, PartialEq)]
pub struct ClockReading {
    /// The zone that its dates are printed in.
    pub zone: Option<Zone>,
    /// What its present proves about the order of its numeric dates.
    pub evidence: Option<OrderEvidence>,
}

/// A page may be cached for so many seconds.
const STALE: i64 = 7 * 60;
const QUARTER: i64 = 15 * 60;
/// The widest offsets in use on earth.
const OFFSETS: std::ops::RangeInclusive<i64> = -12 * 3600..=14 * 3600;
/// Offsets in use that are no whole hours, in minutes, daylight saving included (IANA time zone database, since 2000): Marquesas, Venezuela, Newfoundland, Iran,
/// Afghanistan, India, Nepal, Myanmar, North Korea, Eucla, central Australia, Lord Howe, Chatham.
const BROKEN_OFFSETS: [i64; 16] = [-570, -270, -210, -150, 210, 270, 330, 345, 390, 510, 525, 570, 630, 690, 765, 825];

/// Reads the lines in which a page tells its zone or the present: "GMT+8, 7-11-2024 02:20 PM", "All times are UTC+01:00",
/// "All times are GMT -5. The time now is 03:09 PM.", "It is currently Mon Nov 23, 2026 10:00 pm".
/// `date_header`: the response's `Date`.
pub fn read_clock(lines: &[String], date_header: Option<Timestamp>, ctx: &DateContext) -> Option<ClockReading> {
    let mut named = None;
    let mut printed = None;
    let mut told = None;
    let mut evidence = None;
    for line in lines {
        let folded = Folded::new(line).text;
        named = named.or_else(|| named_zone(line));
        printed = printed.or_else(|| printed_offset(&folded));
        let Some(header) = date_header else { continue };
        if told.is_none() {
            let ctx = DateContext { now: Some(header), ..*ctx };
            (told, evidence) = against_header(line, &folded, header, printed, &ctx);
        }
    }
    let fixed = |seconds: i64| Offset::from_seconds(seconds as i32).ok().map(Zone::Fixed);
    let zone = match (named, told, printed) {
        (Some(zone), ..) => Some(zone),
        (None, Some(seconds), _) | (None, None, Some(seconds)) => fixed(seconds),
        _ => None,
    };
    (zone.is_some() || evidence.is_some()).then_some(ClockReading { zone, evidence })
}

/// The offset, in seconds, that makes the printed present the header's instant; and the order that this needs.
fn against_header(
    line: &str,
    folded: &str,
    header: Timestamp,
    printed: Option<i64>,
    ctx: &DateContext,
) -> (Option<i64>, Option<OrderEvidence>) {
    let mut dated = false;
    for reading in dates_in(line, ctx) {
        let (Some(time), false) = (reading.time, reading.relative || reading.precision < Precision::Minute) else {
            continue;
        };
        dated = true;
        let offset = |date| offset_between(DateTime::from_parts(date, time), header);
        if let Some(seconds) = offset(reading.date) {
            let evidence = reading.other.and_then(|_| order_of(line, reading.date, Proof::Clock));
            return (Some(seconds), evidence.or(reading.evidence));
        }
        if let Some(other) = reading.other
            && let Some(seconds) = offset(other)
        {
            return (Some(seconds), order_of(line, other, Proof::Clock));
        }
    }
    // a present of another day is not the header's: the page was kept somewhere
    if dated {
        return (None, None);
    }
    // the time alone: the day is the one that gives an offset in use
    let Some(time) = time_in(folded, ctx) else { return (None, None) };
    let day = Offset::UTC.to_datetime(header).date();
    let candidates: Vec<i64> = [day.yesterday().ok(), Some(day), day.tomorrow().ok()]
        .into_iter()
        .flatten()
        .filter_map(|date| offset_between(DateTime::from_parts(date, time), header))
        .collect();
    let near_printed = |seconds: &i64| printed.is_some_and(|printed| (seconds - printed).abs() <= 3600);
    let found = candidates.iter().copied().find(near_printed);
    let found = found.or_else(|| candidates.iter().copied().min_by_key(|seconds| seconds.abs()));
    (found.filter(|_| printed.is_none_or(|printed| found.is_some_and(|s| (s - printed).abs() <= 3600))), None)
}

/// The offset of a local time from an instant, to the nearest quarter of an hour; `None` where it is none in use.
fn offset_between(local: DateTime, instant: Timestamp) -> Option<i64> {
    let there = Offset::UTC.to_timestamp(local).ok()?;
    let difference: SignedDuration = there.duration_since(instant);
    let seconds = difference.as_secs();
    let rounded = (seconds + seconds.signum() * QUARTER / 2) / QUARTER * QUARTER;
    let used = rounded % 3600 == 0 || BROKEN_OFFSETS.contains(&(rounded / 60));
    ((seconds - rounded).abs() <= STALE && OFFSETS.contains(&rounded) && used).then_some(rounded)
}

/// `Asia/Kuala_Lumpur` anywhere in the line.
fn named_zone(line: &str) -> Option<Zone> {
    line.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | ',' | ';' | ':' | '"'))
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| word.contains('/') && word.starts_with(|c: char| c.is_ascii_uppercase()))
        .find_map(|word| match Zone::parse(word) {
            Ok(zone @ Zone::Named(_)) => Some(zone),
            _ => None,
        })
}

/// `GMT+8`, `UTC - 3:30`, `GMT + 1 Hour`, `UTC+08:00 [DST]`, or a bare `UTC`, in seconds.
fn printed_offset(folded: &str) -> Option<i64> {
    let (at, length) = ["utc", "gmt"].iter().find_map(|name| folded.find(name).map(|at| (at, name.len())))?;
    let rest = folded[at + length..].trim_start_matches([' ', '(', ':', '±']);
    let daylight = folded.contains("dst");
    let (sign, rest) = match rest.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => match rest.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => return Some(if daylight { 3600 } else { 0 }),
        },
    };
    let rest = rest.trim_start();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let after = &rest[digits.len()..];
    let number: i64 = digits.parse().ok()?;
    let seconds = match digits.len() {
        1 | 2 => {
            let minutes: i64 = match after.strip_prefix([':', '.']) {
                Some(after) => {
                    let minutes: String = after.chars().take_while(char::is_ascii_digit).collect();
                    let value: i64 = minutes.parse().unwrap_or(0);
                    // `5.5` hours, `5:30` and `5.30`
                    if after.len() < rest.len() && minutes.len() == 1 { value * 6 } else { value }
                }
                None => 0,
            };
            number * 3600 + minutes.min(59) * 60
        }
        4 => number / 100 * 3600 + number % 100 * 60,
        _ => return None,
    };
    let seconds = sign * seconds + if daylight { 3600 } else { 0 };
    OFFSETS.contains(&seconds).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DateOrder;

    fn zone_of(line: &str, header: Option<&str>) -> (Option<String>, Option<DateOrder>) {
        let header = header.map(|text| text.parse().unwrap());
        match read_clock(&[line.to_owned()], header, &DateContext::default()) {
            Some(reading) => {
                let zone = match reading.zone {
                    Some(Zone::Fixed(offset)) => Some(offset.to_string()),
                    Some(Zone::Named(zone)) => zone.iana_name().map(str::to_owned),
                    None => None,
                };
                (zone, reading.evidence.map(|evidence| evidence.order))
            }
            None => (None, None),
        }
    }

    #[test]
    fn zones_are_told_in_many_ways() {
        for (line, header, expected) in [
            ("GMT+8, 7-11-2024 02:20 PM", None, Some("+08")),
            ("All times are UTC+01:00", None, Some("+01")),
            ("All times are UTC", None, Some("+00")),
            ("All times are GMT -5. The time now is 03:09 PM.", None, Some("-05")),
            // daylight saving that the printed offset leaves out
            ("All times are GMT -5. The time now is 03:09 PM.", Some("2024-07-07T19:09:31Z"), Some("-04")),
            ("All times are UTC + 1 hour [ DST ]", None, Some("+02")),
            ("Alle Zeiten sind UTC+02:00", None, Some("+02")),
            ("Current time: 11-23-2026, 10:00 PM", Some("2026-11-23T22:00:12Z"), Some("+00")),
            ("It is currently Thu Nov 07, 2024 2:20 pm", Some("2024-11-07T06:20:44Z"), Some("+08")),
            ("Aktuelle Zeit: Do 7. Nov 2024, 14:20", Some("2024-11-07T13:20:44Z"), Some("+01")),
            ("Dabar 2024-11-07 11:50", Some("2024-11-07T06:20:44Z"), Some("+05:30")),
            ("Times are Asia/Kuala_Lumpur.", None, Some("Asia/Kuala_Lumpur")),
            // a page that was kept for days, and a quarter of an hour that no zone stands at
            ("Current time: 11-24-2026, 01:10 AM", Some("2026-11-28T22:22:46Z"), None),
            ("The time now is 01:10 AM.", Some("2026-11-28T22:25:00Z"), None),
            ("Powered by Discuz!", None, None),
        ] {
            assert_eq!(zone_of(line, header).0.as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn the_present_tells_the_order() {
        for (line, header, expected) in [
            ("GMT+8, 7-11-2024 02:20 PM", Some("2024-11-07T06:20:44Z"), Some(DateOrder::Dmy)),
            ("GMT+8, 11-7-2024 02:20 PM", Some("2024-11-07T06:20:44Z"), Some(DateOrder::Mdy)),
            ("Current time: 11/07/2024, 02:20 PM", Some("2024-11-07T06:20:44Z"), Some(DateOrder::Mdy)),
            ("Current time: 07/11/2024, 02:20 PM", Some("2024-11-07T06:20:44Z"), Some(DateOrder::Dmy)),
            ("GMT+8, 7-11-2024 02:20 PM", None, None),
        ] {
            assert_eq!(zone_of(line, header).1, expected, "{line}");
        }
    }
}
