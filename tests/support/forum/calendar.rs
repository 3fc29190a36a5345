//! Dates as forums print them, from Unix seconds and an offset. Nothing here asks what time it is.

/// Month names, short.
pub const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// Day names, short; day 0 of the Unix epoch was a Thursday.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// A day in seconds.
pub const DAY: i64 = 86_400;

/// A date and time of day in some zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    pub year: i64,
    pub month: usize,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    /// Days since the epoch, to tell today from yesterday.
    pub days: i64,
}

impl Civil {
    /// The wall clock at `unix` seconds, `offset` seconds east of Greenwich.
    pub fn at(unix: i64, offset: i64) -> Civil {
        let local = unix + offset;
        let (days, rest) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        // Days to year, month and day by the 400-year cycle that begins on 1 March 0000.
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        Civil {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: month as usize,
            day: day_of_year - (153 * shifted + 2) / 5 + 1,
            hour: rest / 3600,
            minute: rest / 60 % 60,
            second: rest % 60,
            days,
        }
    }

    /// `Thu`.
    pub fn weekday(&self) -> &'static str {
        WEEKDAYS[self.days.rem_euclid(7) as usize]
    }

    /// `Nov`.
    pub fn month_name(&self) -> &'static str {
        MONTHS[self.month - 1]
    }

    /// The hour of a 12-hour clock.
    pub fn hour12(&self) -> i64 {
        (self.hour + 11) % 12 + 1
    }

    /// Whether it is past noon.
    pub fn afternoon(&self) -> bool {
        self.hour >= 12
    }

    /// `AM` or `PM`.
    pub fn meridiem(&self) -> &'static str {
        if self.afternoon() { "PM" } else { "AM" }
    }
}

/// As HTTP headers write it: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn http_date(unix: i64) -> String {
    let c = Civil::at(unix, 0);
    format!(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        c.weekday(),
        c.day,
        c.month_name(),
        c.year,
        c.hour,
        c.minute,
        c.second
    )
}

/// As RFC 3339 writes it, with the offset.
pub fn iso(unix: i64, offset: i64) -> String {
    let c = Civil::at(unix, offset);
    let (sign, east) = if offset < 0 { ('-', -offset) } else { ('+', offset) };
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{sign}{:02}:{:02}",
        c.year,
        c.month,
        c.day,
        c.hour,
        c.minute,
        c.second,
        east / 3600,
        east / 60 % 60
    )
}

/// Unix seconds of what [`iso`] writes (also with `Z`, or without an offset, which then counts as none); `None` for
/// anything else.
pub fn instant(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let offset = match text.get(19..)? {
        "" | "Z" => 0,
        zone => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            sign * (hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60)
        }
    };
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year_of_era) = (y.div_euclid(400), y.rem_euclid(400));
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + (153 * m + 2) / 5 + day - 1;
    let days = era * 146_097 + day_of_era - 719_468;
    Some(days * DAY + hour * 3600 + minute * 60 + second - offset)
}
