//! Dates as HTTP writes them (RFC 9110 section 5.6.7), and the wait that a server asks for.

use std::time::Duration;

use jiff::{Timestamp, civil, tz::TimeZone};

/// The wait that a `Retry-After` header asks for, at most `cap`: seconds, or one of the three date forms, counted from
/// the response's own `Date` where there is one (the server's clock may differ from ours), else from `now`.
/// A date in the past, or anything else, is `None`: the caller's own back-off holds.
pub fn retry_after(header: &str, date: Option<Timestamp>, now: Timestamp, cap: Duration) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|b| b.is_ascii_digit()) {
        // Digits that overflow are a very long wait.
        return Some(Duration::from_secs(header.parse().unwrap_or(u64::MAX)).min(cap));
    }
    let wait = http_date(header, now)?.duration_since(date.unwrap_or(now));
    let wait = Duration::try_from(wait).ok().filter(|wait| !wait.is_zero())?;
    Some(wait.min(cap))
}

/// The instant of an HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or
/// `Sun Nov  6 08:49:37 1994`. `now` tells the century of a year of two digits.
pub fn http_date(text: &str, now: Timestamp) -> Option<Timestamp> {
    let words: Vec<&str> = text.split([' ', ',', '-']).filter(|word| !word.is_empty()).collect();
    let (day, month, year, time) = match words.as_slice() {
        [_, day, month, year, time, zone] if matches!(*zone, "GMT" | "UTC" | "+0000") => (day, month, year, time),
        [_, month, day, time, year] => (day, month, year, time),
        _ => return None,
    };
    let (hour, rest) = time.split_once(':')?;
    let (minute, second) = rest.split_once(':')?;
    // A leap second is the second before it.
    let second = number(second, 2)?.min(59);
    let time = civil::Time::new(
        i8::try_from(number(hour, 2)?).ok()?,
        i8::try_from(number(minute, 2)?).ok()?,
        i8::try_from(second).ok()?,
        0,
    );
    let date = civil::Date::new(full_year(year, now)?, month_number(month)?, i8::try_from(number(day, 2)?).ok()?);
    TimeZone::UTC.to_timestamp(date.ok()?.to_datetime(time.ok()?)).ok()
}

/// RFC 9110: a year of two digits that seems more than 50 years ahead is the last one with those digits.
fn full_year(text: &str, now: Timestamp) -> Option<i16> {
    let year = i16::try_from(number(text, 4)?).ok()?;
    if text.len() != 2 {
        return (text.len() == 4).then_some(year);
    }
    let this_year = jiff::tz::Offset::UTC.to_datetime(now).year();
    let year = this_year - this_year % 100 + year;
    Some(if year > this_year + 50 { year - 100 } else { year })
}

fn month_number(name: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    (1..).zip(MONTHS).find_map(|(number, month)| month.eq_ignore_ascii_case(name).then_some(number))
}

fn number(text: &str, most_digits: usize) -> Option<u16> {
    let fits = !text.is_empty() && text.len() <= most_digits && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-25T12:00:00Z";

    #[test]
    fn the_three_forms_are_one_instant() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(http_date(text, NOW.parse().unwrap()), "1994-11-06T08:49:37Z".parse().ok(), "{text}");
        }
        for text in [
            "",
            "0",
            "-1",
            "yesterday",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 25:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 PST",
        ] {
            assert_eq!(http_date(text, NOW.parse().unwrap()), None, "{text}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_to_come() {
        let server = Some("2026-11-25T10:00:00Z");
        for (header, date, expected) in [
            ("120", None, Some(120)),
            (" 0 ", None, Some(0)),
            ("1000000000000", None, Some(86400)),
            ("99999999999999999999999", None, Some(86400)),
            ("1e12", None, None),
            ("-5", None, None),
            ("1.5", None, None),
            ("soon", None, None),
            ("", None, None),
            ("Wed, 25 Nov 2026 12:00:30 GMT", None, Some(30)),
            ("Wed, 25 Nov 2026 10:00:30 GMT", None, None),
            ("Wed, 25 Nov 2026 10:00:30 GMT", server, Some(30)),
            ("Wednesday, 25-Nov-26 10:00:30 GMT", server, Some(30)),
            ("Wed Nov 25 10:00:30 2026", server, Some(30)),
            ("Wed, 25 Nov 2099 10:00:30 GMT", server, Some(86400)),
        ] {
            let date = date.map(|d| d.parse().unwrap());
            let got = retry_after(header, date, NOW.parse().unwrap(), Duration::from_secs(86400));
            assert_eq!(got.map(|d| d.as_secs()), expected, "{header}");
        }
    }
}
