//! Machine-readable dates: what stands in `datetime`, `title` and `data-` attributes.

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::Offset,
};

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
    if let Some(reading) = iso(text) {
        return Some(reading);
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

/// What most attributes hold, `2024-11-07T14:20:00+08:00` with an offset of its own: in no language and by no context it is another
/// date, so it is read without either.
fn iso(text: &str) -> Option<DateReading> {
    let (date_time, zone) = text.as_bytes().split_first_chunk::<19>()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2] = *date_time else {
        return None;
    };
    let pair = |tens: u8, ones: u8| {
        (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| ((tens - b'0') * 10 + (ones - b'0')).cast_signed())
    };
    let year = i16::from(pair(y1, y2)?) * 100 + i16::from(pair(y3, y4)?);
    let offset = match *zone {
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] | [sign @ (b'+' | b'-'), h1, h2, m1, m2] => {
            let (hours, minutes) = (i32::from(pair(h1, h2)?), i32::from(pair(m1, m2)?));
            let minutes = (hours < 14 && minutes < 60).then_some(hours * 60 + minutes)?;
            if sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    // years of other calendars are read by their languages
    if !(1970..=2100).contains(&year) {
        return None;
    }
    Some(DateReading {
        date: Date::new(year, pair(m1, m2)?, pair(d1, d2)?).ok()?,
        time: Some(Time::new(pair(h1, h2)?, pair(n1, n2)?, pair(s1, s2)?, 0).ok()?),
        precision: Precision::Second,
        offset: Some(Offset::from_seconds(offset * 60).ok()?),
        relative: false,
        other: None,
        evidence: None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::normalize::date::words::Words;

    proptest! {
        /// The short way reads what the grammar reads, in every language.
        #[test]
        fn iso_dates_are_read_as_the_grammar_reads_them(
            (year, month, day) in (1960i16..=2110, 0i8..=13, 0i8..=32),
            (hour, minute, second) in (0i8..=25, 0i8..=61, 0i8..=61),
            zone in prop_oneof![Just("Z".to_owned()), "[+-](0[0-9]|1[0-5]):?(00|15|30|45|59|60)"],
            language in proptest::sample::select(Words::languages().collect::<Vec<_>>()),
        ) {
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}");
            for language in [Some(language), Some("en"), None] {
                let ctx = DateContext { language, now: Some(Timestamp::UNIX_EPOCH), ..DateContext::default() };
                if let Some(reading) = iso(&text) {
                    prop_assert_eq!(Some(reading), read_date(&text, &ctx), "{} in {:?}", text, language);
                }
            }
        }
    }

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
