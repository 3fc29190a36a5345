//! From the parts of a date to a day, with what is known beside it: calendars, centuries, order, the present.

use jiff::{
    Span, Timestamp, ToSpan,
    civil::{Date, DateTime, Time, Weekday},
    tz::{Offset, TimeZone},
};

use super::{
    calendar,
    context::DateContext,
    grammar::{Era, Number, Parts, Relative, Triple},
    order::{OrderEvidence, Proof, Shape, prior},
    reading::{DateReading, Precision},
    words::{Meaning, Unit},
};
use crate::model::DateOrder;

/// What became of the parts of a date.
pub(super) enum Resolved {
    /// Read.
    Reading(Box<DateReading>),
    /// A date, but one that needs the present or a year to be known.
    Unknown,
}

/// Resolves `parts`; `None` where no day is such (31 February, a wrong weekday). `text`: as printed; `language`: whose words
/// they were.
pub(super) fn resolve(parts: &Parts, text: &str, language: Option<&str>, ctx: &DateContext) -> Option<Resolved> {
    let time = match parts.time {
        Some((hour, minute, second)) => {
            let hour = hour_of(hour, parts.daytime);
            Some(Time::new(hour as i8, minute as i8, second.unwrap_or(0) as i8, 0).ok()?)
        }
        None => None,
    };
    let precision = match parts.time {
        None => Precision::Day,
        Some((_, _, None)) => Precision::Minute,
        Some((_, _, Some(_))) => Precision::Second,
    };
    let offset = match parts.offset {
        Some(minutes) => Some(Offset::from_seconds(minutes * 60).ok()?),
        None => None,
    };
    let found = match parts.relative {
        Some(Relative::Span { months, seconds, smallest }) => return Some(span(months, seconds, smallest, ctx)),
        Some(Relative::DaysAgo(days)) => match today(ctx) {
            Some(today) => Found { relative: true, ..Found::day(today.checked_sub(i64::from(days).days()).ok()?) },
            None => return Some(Resolved::Unknown),
        },
        None => match find_day(parts, text, language, ctx)? {
            Some(found) => found,
            None => return Some(Resolved::Unknown),
        },
    };
    let precision = found.precision.map_or(precision, |coarse| coarse.min(precision));
    let time = time.filter(|_| precision >= Precision::Hour);
    Some(Resolved::Reading(Box::new(DateReading {
        date: found.date,
        time,
        precision,
        offset: offset.filter(|_| time.is_some()),
        relative: found.relative,
        other: found.other,
        evidence: found.evidence,
    })))
}

/// A day, and how it was found.
struct Found {
    date: Date,
    /// Coarser than a day.
    precision: Option<Precision>,
    relative: bool,
    other: Option<Date>,
    evidence: Option<OrderEvidence>,
}

impl Found {
    fn day(date: Date) -> Found {
        Found { date, precision: None, relative: false, other: None, evidence: None }
    }
}

/// The day of an absolute date. `Some(None)`: it needs the present to be known.
fn find_day(parts: &Parts, text: &str, language: Option<&str>, ctx: &DateContext) -> Option<Option<Found>> {
    if let Some(triple) = parts.triple {
        return of_triple(parts, triple, text, language, ctx).map(Some);
    }
    if let Some((first, second, separator)) = parts.pair {
        return of_pair(parts, first, second, separator, language, ctx);
    }
    if let ([Some(first), Some(second)], Some(year), None, None) = (parts.bare, parts.year, parts.month, parts.jalali)
        && parts.day.is_none()
    {
        if parts.comma {
            let year = full_year(year, parts.era, language, ctx)?;
            let date = date(year, small(first)?, small(second)?)?;
            return checked_weekday(date, parts).map(|()| Some(Found::day(date)));
        }
        let triple = Triple { numbers: [first, second, year], separator: b' ' };
        return of_triple(parts, triple, text, language, ctx).map(Some);
    }
    let mut year = parts.year;
    let mut month = parts.month;
    let mut day = parts.day;
    for number in parts.bare.into_iter().flatten() {
        if day.is_none() && (1..=31).contains(&number.value) {
            day = Some(number.value as u8);
        } else if month.is_none() && parts.jalali.is_none() && (1..=12).contains(&number.value) {
            month = Some(number.value as u8);
        } else if year.is_none() && number.digits == 2 {
            year = Some(number);
        } else {
            return None;
        }
    }
    if let Some(month) = parts.jalali {
        let date = calendar::from_jalali(year?.value, month, day.unwrap_or(1))?;
        checked_weekday(date, parts)?;
        return Some(Some(Found { precision: day.is_none().then_some(Precision::Month), ..Found::day(date) }));
    }
    let Some(month) = month else {
        // "Tuesday at 14:20": the last one before today
        let weekday = Weekday::from_monday_one_offset(parts.weekday? as i8).ok()?;
        let Some(today) = today(ctx) else { return Some(None) };
        let back = i64::from(today.weekday().since(weekday));
        let back = if back == 0 { 7 } else { back };
        return Some(Some(Found { relative: true, ..Found::day(today.checked_sub(back.days()).ok()?) }));
    };
    let Some(year) = year else {
        return without_year(month, day?, parts, ctx).map(|date| date.map(Found::day));
    };
    let year = full_year(year, parts.era, language, ctx)?;
    let date = date(year, month, day.unwrap_or(1))?;
    if day.is_some() {
        checked_weekday(date, parts)?;
    }
    Some(Some(Found { precision: day.is_none().then_some(Precision::Month), ..Found::day(date) }))
}

/// The last such day that is not in the future; the first one that is not too early, where it is known what is.
fn without_year(month: u8, day: u8, parts: &Parts, ctx: &DateContext) -> Option<Option<Date>> {
    // 29 February exists in some year
    date(2024, month, day)?;
    let Some(today) = today(ctx) else { return Some(None) };
    let latest = today.checked_add(1.day()).ok()?;
    let fits = |date: &Date| *date <= latest && checked_weekday(*date, parts).is_some();
    let behind = ctx.not_before.and_then(|first| {
        (0..2).filter_map(|later| date(first.year() + later, month, day)).find(|date| *date >= first && fits(date))
    });
    let last = || (0..8).filter_map(|back| date(today.year() - back, month, day)).find(fits);
    Some(Some(behind.or_else(last)?))
}

fn of_pair(
    parts: &Parts,
    first: Number,
    second: Number,
    separator: u8,
    language: Option<&str>,
    ctx: &DateContext,
) -> Option<Option<Found>> {
    let shape = Shape::of(separator, false);
    let order = ctx.order.order(shape).filter(|order| *order != DateOrder::Ymd);
    // without a year the east writes the month first, as all of America
    let order = order.unwrap_or_else(|| match language.map(super::words::base_language).as_deref() {
        Some("zh" | "ja" | "ko" | "hu") => DateOrder::Mdy,
        _ => prior(shape, ctx.engine, language, Some(parts.daytime.is_some())),
    });
    let dmy = (second.value as u8, first.value as u8);
    let mdy = (first.value as u8, second.value as u8);
    let candidates = if order == DateOrder::Dmy { [dmy, mdy] } else { [mdy, dmy] };
    for (month, day) in candidates {
        match parts.year {
            Some(year) => {
                let year = full_year(year, parts.era, language, ctx)?;
                if let Some(date) = date(year, month, day).filter(|date| checked_weekday(*date, parts).is_some()) {
                    return Some(Some(Found::day(date)));
                }
            }
            None => {
                if let Some(found) = without_year(month, day, parts, ctx) {
                    return Some(found.map(Found::day));
                }
            }
        }
    }
    None
}

fn of_triple(parts: &Parts, triple: Triple, text: &str, language: Option<&str>, ctx: &DateContext) -> Option<Found> {
    let [a, b, c] = triple.numbers;
    // a year of four digits stands first or last, and first only with the month after it
    if a.digits >= 3 {
        if a.digits == 3 && !(is_roc(a, language) || parts.era == Era::Roc) {
            return None;
        }
        let year = Number { ..a };
        let date = if is_jalali(year, language) {
            calendar::from_jalali(year.value, small(b)?, small(c)?)?
        } else {
            let year = if a.digits == 3 { a.value as i16 + 1911 } else { full_year(year, parts.era, language, ctx)? };
            date(year, small(b)?, small(c)?)?
        };
        checked_weekday(date, parts)?;
        return Some(Found::day(date));
    }
    if c.digits == 3 || (b.digits > 2) {
        return None;
    }
    let short = c.digits <= 2;
    let shape = Shape::of(triple.separator, short);
    let read = |order: DateOrder| -> Option<Date> {
        let (year, month, day) = match order {
            DateOrder::Dmy => (c, b, a),
            DateOrder::Mdy => (c, a, b),
            DateOrder::Ymd => (a, b, c),
        };
        if short && year.digits != 2 {
            return None;
        }
        let found = if is_jalali(year, language) {
            calendar::from_jalali(year.value, small(month)?, small(day)?)?
        } else {
            date(full_year(year, parts.era, language, ctx)?, small(month)?, small(day)?)?
        };
        checked_weekday(found, parts).map(|()| found)
    };
    let dmy = read(DateOrder::Dmy);
    let mdy = read(DateOrder::Mdy);
    let ymd = if short { read(DateOrder::Ymd) } else { None };
    let by = |order: DateOrder| match order {
        DateOrder::Dmy => dmy,
        DateOrder::Mdy => mdy,
        DateOrder::Ymd => ymd,
    };
    let proves =
        |order: DateOrder, proof: Proof| Some(OrderEvidence { shape, order, proof, text: text.trim().to_owned() });
    // asked where the date itself does not tell
    let assumed = || prior(shape, ctx.engine, language, parts.time.map(|_| parts.daytime.is_some()));
    // two digits could also be a year first: only where that is the custom or nothing else is possible
    let year_first = short && (assumed() == DateOrder::Ymd || ctx.order.order(shape) == Some(DateOrder::Ymd));
    let mut candidates: Vec<(DateOrder, Date)> = Vec::with_capacity(3);
    for order in [DateOrder::Dmy, DateOrder::Mdy] {
        if let Some(date) = by(order) {
            candidates.push((order, date));
        }
    }
    if let Some(date) = ymd
        && (year_first || candidates.is_empty())
    {
        candidates.push((DateOrder::Ymd, date));
    }
    if candidates.is_empty() {
        return None;
    }
    // one day whatever the order (7-7-2024)
    if candidates.iter().all(|(_, date)| *date == candidates[0].1) {
        let (order, date) = candidates[0];
        let certain = candidates.len() == 1 && a.value != b.value;
        let proof =
            if parts.weekday.is_some() && a.value <= 12 && b.value <= 12 { Proof::Weekday } else { Proof::Above12 };
        return Some(Found { evidence: certain.then(|| proves(order, proof)).flatten(), ..Found::day(date) });
    }
    if let Some(order) = ctx.order.order(shape)
        && let Some((_, date)) = candidates.iter().find(|(known, _)| *known == order)
    {
        return Some(Found::day(*date));
    }
    // dots have the day first in every engine and language
    if triple.separator == b'.'
        && assumed() == DateOrder::Dmy
        && let Some(date) = dmy
    {
        return Some(Found::day(date));
    }
    let possible = |date: Date| {
        ctx.not_before.is_none_or(|first| date >= first) && ctx.now.is_none_or(|now| date <= latest_day(now))
    };
    let left: Vec<_> = candidates.iter().filter(|(_, date)| possible(*date)).collect();
    if let [(order, date)] = left[..] {
        return Some(Found { evidence: proves(*order, Proof::Causality), ..Found::day(*date) });
    }
    let assumed = assumed();
    let (order, date) = *candidates.iter().find(|(order, _)| *order == assumed).unwrap_or(&candidates[0]);
    let other = candidates.iter().find(|(known, other)| *known != order && *other != date).map(|(_, date)| *date);
    Some(Found { other, ..Found::day(date) })
}

/// The last day that is today somewhere on earth.
fn latest_day(now: Timestamp) -> Date {
    Offset::constant(14).to_datetime(now).date()
}

fn span(months: i64, seconds: i64, smallest: Unit, ctx: &DateContext) -> Resolved {
    let Some(now) = ctx.now else { return Resolved::Unknown };
    let zone = ctx.zone.map_or(TimeZone::UTC, |zone| zone.to_time_zone());
    let back = Span::new().try_months(months).and_then(|span| span.try_seconds(seconds));
    let Some(then) = back.ok().and_then(|span| now.to_zoned_datetime(zone).checked_sub(span).ok()) else {
        return Resolved::Unknown;
    };
    let (precision, timed) = match smallest {
        Unit::Second => (Precision::Second, true),
        Unit::Minute => (Precision::Minute, true),
        Unit::Hour => (Precision::Hour, true),
        Unit::Day | Unit::Week => (Precision::Day, false),
        Unit::Month => (Precision::Month, false),
        Unit::Year => (Precision::Year, false),
    };
    let local: DateTime = then.datetime();
    let date = match precision {
        Precision::Month => local.date().first_of_month(),
        Precision::Year => local.date().first_of_year(),
        _ => local.date(),
    };
    let time =
        Time::new(local.hour(), local.minute(), if precision == Precision::Second { local.second() } else { 0 }, 0);
    Resolved::Reading(Box::new(DateReading {
        date,
        time: time.ok().filter(|_| timed),
        precision,
        // the instant is known whatever the zone
        offset: timed.then(|| then.offset()),
        relative: true,
        other: None,
        evidence: None,
    }))
}

/// The forum's today.
fn today(ctx: &DateContext) -> Option<Date> {
    let zone = ctx.zone.map_or(TimeZone::UTC, |zone| zone.to_time_zone());
    Some(ctx.now?.to_zoned_datetime(zone).date())
}

fn checked_weekday(date: Date, parts: &Parts) -> Option<()> {
    match parts.weekday {
        Some(weekday) if weekday != Meaning::SOME_WEEKDAY && date.weekday().to_monday_one_offset() != weekday as i8 => {
            None
        }
        _ => Some(()),
    }
}

/// Hour of the day. Clocks that say "14:20 PM" or "00:10 AM" exist.
pub(super) fn hour_of(hour: u8, daytime: Option<u32>) -> u8 {
    let hour = hour % 24;
    match daytime {
        Some(daytime) if daytime & Meaning::NOON != 0 => match hour {
            1..=5 => hour + 12,
            _ => hour,
        },
        Some(daytime) if daytime & Meaning::PM != 0 && hour < 12 => hour + 12,
        Some(daytime) if daytime & Meaning::AM != 0 && hour == 12 => 0,
        Some(daytime) if daytime & Meaning::NIGHT != 0 => match hour {
            12 => 0,
            6..=11 => hour + 12,
            _ => hour,
        },
        _ => hour,
    }
}

/// Years of two digits are of the web's time; Thai boards count from the Buddha, Taiwan's from 1911.
fn full_year(year: Number, era: Era, language: Option<&str>, ctx: &DateContext) -> Option<i16> {
    let value = year.value as i16;
    let full = match era {
        Era::Roc => value + 1911,
        Era::Reiwa => value + 2018,
        Era::Heisei => value + 1988,
        Era::Showa => value + 1925,
        Era::Common => match year.digits {
            2 => {
                let latest = ctx.now.map_or(2069, |now| latest_day(now).year() + 1);
                if 2000 + value <= latest { 2000 + value } else { 1900 + value }
            }
            3 if is_roc(year, language) => value + 1911,
            4 if (2440..=2643).contains(&value) => value - 543,
            4 => value,
            _ => return None,
        },
    };
    (1970..=2100).contains(&full).then_some(full)
}

fn is_roc(year: Number, language: Option<&str>) -> bool {
    year.digits == 3
        && (70..=190).contains(&year.value)
        && language.is_some_and(|l| super::words::base_language(l) == "zh")
}

fn is_jalali(year: Number, language: Option<&str>) -> bool {
    year.digits == 4
        && (1340..=1480).contains(&year.value)
        && language.is_none_or(|l| matches!(super::words::base_language(l).as_str(), "fa" | "ku" | "ps" | "az" | "en"))
}

fn small(number: Number) -> Option<u8> {
    (number.digits <= 2).then_some(number.value as u8)
}

fn date(year: i16, month: u8, day: u8) -> Option<Date> {
    Date::new(year, month as i8, day as i8).ok()
}
