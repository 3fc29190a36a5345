//! Machine-readable dates: what stands in `datetime`, `title` and `data-` attributes.

use jiff::{Timestamp, tz::Offset};

use super::{
    context::DateContext,
    read::{find_date, read_date},
    reading::{DateReading, Precision},
};

/// Reads a date attribute: ISO 8601, seconds or milliseconds of the epoch, RFC 2822, or the fuller date of a `title` among other
/// words. `None`: it is no date.
pub fn read_attribute(text: &str, ctx: &DateContext) -> Option<DateReading> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return epoch(text);
    }
    read_date(text, ctx).or_else(|| find_date(text, ctx).map(|(_, reading)| reading))
}

fn epoch(digits: &str) -> Option<DateReading> {
    let number: i64 = digits.parse().ok()?;
    let instant = match digits.len() {
        9 | 10 => Timestamp::from_second(number),
        12 | 13 => Timestamp::from_millisecond(number),
        15 | 16 => Timestamp::from_microsecond(number),
        _ => return None,
    }
    .ok()?;
    let local = Offset::UTC.to_datetime(instant);
    Some(DateReading {
        date: local.date(),
        time: Some(jiff::civil::Time::constant(local.hour(), local.minute(), local.second(), 0)),
        precision: Precision::Second,
        offset: Some(Offset::UTC),
        relative: false,
        other: None,
        evidence: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_readable_forms() {
        let ctx = DateContext::default();
        for (text, expected) in [
            ("2024-11-07T14:20:00+08:00", Some("2024-11-07T14:20:00+08:00")),
            ("2024-11-07T06:20:00Z", Some("2024-11-07T06:20:00+00:00")),
            ("2024-11-07T06:20:00.123Z", Some("2024-11-07T06:20:00+00:00")),
            ("2024-11-07T02:20:00-0400", Some("2024-11-07T02:20:00-04:00")),
            ("1730960400", Some("2024-11-07T06:20:00+00:00")),
            ("1730960400000", Some("2024-11-07T06:20:00+00:00")),
            ("Thu, 07 Nov 2024 14:20:00 +0800", Some("2024-11-07T14:20:00+08:00")),
            ("Thu, 07 Nov 2024 06:20:00 GMT", Some("2024-11-07T06:20:00+00:00")),
            ("Edited March 23, 2018 2:18PM by NAME.", Some("2018-03-23T14:18:00")),
            ("2024-11-07", Some("2024-11-07")),
            ("12", None),
            ("author", None),
        ] {
            assert_eq!(read_attribute(text, &ctx).map(|r| r.to_iso(None)).as_deref(), expected, "{text}");
        }
    }
}
