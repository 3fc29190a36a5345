//! A date that was read, to the precision it was printed with.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::{Offset, TimeZone},
};

use super::order::OrderEvidence;
use crate::model::Zone;

/// A date as read from a page.
#[derive(Clone, Debug, PartialEq)]
pub struct DateReading {
    /// The day; the first one of a month or year that is all that was printed.
    pub date: Date,
    /// The time of day; `None` where none was printed.
    pub time: Option<Time>,
    /// What was printed: nothing finer is known.
    pub precision: Precision,
    /// The offset printed with the time, or that of an instant that is known without a zone ("5 minutes ago").
    pub offset: Option<Offset>,
    /// Printed against the present ("yesterday"): the same post shows it differently tomorrow.
    pub relative: bool,
    /// The other day that `7-11-2024` can be, where evidence did not decide.
    pub other: Option<Date>,
    /// What this date proves about the order of numeric dates in its source.
    pub evidence: Option<OrderEvidence>,
}

/// The finest part that was printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// A year.
    Year,
    /// A month.
    Month,
    /// A day.
    Day,
    /// An hour ("3 hours ago").
    Hour,
    /// A minute.
    Minute,
    /// A second.
    Second,
}

impl DateReading {
    /// As records write it: `2024-11-07T14:20:00+08:00`; without an offset where neither the text nor `zone` tells one;
    /// `2024-11-07` without a time; `2024-11` where no day was printed.
    pub fn to_iso(&self, zone: Option<&Zone>) -> String {
        self.write(self.date, zone)
    }

    /// [`DateReading::other`], written like [`DateReading::to_iso`].
    pub fn other_iso(&self, zone: Option<&Zone>) -> Option<String> {
        self.other.map(|date| self.write(date, zone))
    }

    /// The instant it names, where the text or `zone` tells an offset and a time was printed.
    pub fn instant(&self, zone: Option<&Zone>) -> Option<Timestamp> {
        let local = DateTime::from_parts(self.date, self.time?);
        match self.offset {
            Some(offset) => offset.to_timestamp(local).ok(),
            None => zone?.to_time_zone().to_timestamp(local).ok(),
        }
    }

    fn write(&self, date: Date, zone: Option<&Zone>) -> String {
        let Some(time) = self.time else {
            let mut day = String::with_capacity(10);
            push_date(&mut day, date);
            match self.precision {
                Precision::Year => day.truncate(day.len() - 6),
                Precision::Month => day.truncate(day.len() - 3),
                _ => {}
            }
            return day;
        };
        let mut local = DateTime::from_parts(date, time);
        let mut offset = self.offset;
        if let Some(zone) = zone {
            match offset {
                // the same instant, on the source's clock
                Some(known) => {
                    if let Ok(instant) = known.to_timestamp(local) {
                        let there = zone.to_time_zone().to_offset(instant);
                        local = there.to_datetime(instant);
                        offset = Some(there);
                    }
                }
                None => offset = offset_at(&zone.to_time_zone(), local),
            }
        }
        let mut out = String::with_capacity("2024-11-07T14:20:00+08:00".len());
        if local.year() < 0 {
            out.push_str(&local.strftime("%Y-%m-%dT%H:%M:%S").to_string());
        } else {
            push_date(&mut out, local.date());
            for (sign, number) in [('T', local.hour()), (':', local.minute()), (':', local.second())] {
                out.push(sign);
                push_pair(&mut out, number.unsigned_abs());
            }
        }
        if let Some(offset) = offset {
            let minutes = offset.seconds() / 60;
            out.push(if minutes < 0 { '-' } else { '+' });
            // an offset is less than 26 hours
            push_pair(&mut out, (minutes.abs() / 60) as u8);
            out.push(':');
            push_pair(&mut out, (minutes.abs() % 60) as u8);
        }
        out
    }
}

/// A date as ISO 8601 writes it.
fn push_date(out: &mut String, date: Date) {
    match u16::try_from(date.year()) {
        Ok(year) => {
            // a year has four digits
            push_pair(out, (year / 100) as u8);
            push_pair(out, (year % 100) as u8);
            for number in [date.month(), date.day()] {
                out.push('-');
                push_pair(out, number.unsigned_abs());
            }
        }
        Err(_) => out.push_str(&date.to_string()),
    }
}

/// Two digits.
fn push_pair(out: &mut String, number: u8) {
    out.push(char::from(b'0' + number / 10 % 10));
    out.push(char::from(b'0' + number % 10));
}

/// The offset in force at a local time; in a gap or fold of daylight saving the earlier instant's.
fn offset_at(zone: &TimeZone, local: DateTime) -> Option<Offset> {
    zone.to_timestamp(local).ok().map(|instant| zone.to_offset(instant))
}
