//! Other calendars that forums print: the Solar Hijri one of Persian boards.

use jiff::{ToSpan, civil::Date};

/// The day of a Solar Hijri date (the arithmetic 33-year rule, right for 1178-1633).
pub(super) fn from_jalali(year: u32, month: u8, day: u8) -> Option<Date> {
    let year = i64::from(year);
    let leap = |year: i64| matches!(year % 33, 1 | 5 | 9 | 13 | 17 | 22 | 26 | 30);
    let length = match month {
        1..=6 => 31,
        7..=11 => 30,
        12 => 29 + u8::from(leap(year)),
        _ => return None,
    };
    if day == 0 || day > length || !(1300..1500).contains(&year) {
        return None;
    }
    // 1 Farvardin 1400 was 21 March 2021
    let mut days = 0;
    for y in 1400..year {
        days += 365 + i64::from(leap(y));
    }
    for y in year..1400 {
        days -= 365 + i64::from(leap(y));
    }
    let month = i64::from(month);
    days += if month <= 7 { 31 * (month - 1) } else { 186 + 30 * (month - 7) };
    days += i64::from(day) - 1;
    Date::constant(2021, 3, 21).checked_add(days.days()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        for ((year, month, day), expected) in [
            ((1403, 8, 17), Some("2024-11-07")),
            ((1400, 1, 1), Some("2021-03-21")),
            ((1399, 12, 30), Some("2021-03-20")),
            ((1402, 12, 30), None),
            ((1404, 1, 1), Some("2025-03-21")),
            ((1380, 6, 20), Some("2001-09-11")),
            ((1403, 13, 1), None),
        ] {
            assert_eq!(
                from_jalali(year, month, day).map(|d| d.to_string()).as_deref(),
                expected,
                "{year}-{month}-{day}"
            );
        }
    }
}
