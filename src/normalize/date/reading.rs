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
            let day = date.to_string();
            return match self.precision {
                Precision::Year => day[..day.len() - 6].to_owned(),
                Precision::Month => day[..day.len() - 3].to_owned(),
                _ => day,
            };
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
        let local = local.strftime("%Y-%m-%dT%H:%M:%S");
        match offset {
            None => local.to_string(),
            Some(offset) => {
                let minutes = offset.seconds() / 60;
                let sign = if minutes < 0 { '-' } else { '+' };
                format!("{local}{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }
}

/// The offset in force at a local time; in a gap or fold of daylight saving the earlier instant's.
fn offset_at(zone: &TimeZone, local: DateTime) -> Option<Offset> {
    zone.to_timestamp(local).ok().map(|instant| zone.to_offset(instant))
}
