//! What dates prove about their order that one alone cannot: against an instant beside it, and in the order of posts.

use jiff::{Timestamp, civil::Date, tz::Offset};

use super::{
    context::DateContext,
    order::{OrderEvidence, Proof},
    read::{dates_in, numeric_shape},
    reading::DateReading,
};
use crate::model::DateOrder;

/// What a printed date proves about the order of numeric dates, where an attribute beside it tells its instant.
pub fn order_by_instant(text: &str, instant: Timestamp, ctx: &DateContext) -> Option<OrderEvidence> {
    let day = |hours: i8| Offset::constant(hours).to_datetime(instant).date();
    let (first, last) = (day(-12), day(14));
    dates_in(text, ctx).iter().find_map(|reading| {
        let other = reading.other?;
        let there = |date: Date| (first..=last).contains(&date);
        let date = match (there(reading.date), there(other)) {
            (true, false) => reading.date,
            (false, true) => other,
            _ => return None,
        };
        order_of(text, date, Proof::Instant)
    })
}

/// Fewer inversions than this may be a post that was moved.
const MARGIN: usize = 2;

/// What dates printed in the order of their posts prove: read the wrong way, they go back and forth.
pub fn order_by_sequence(texts: &[&str], ctx: &DateContext) -> Option<OrderEvidence> {
    let readings: Vec<(&str, DateReading)> =
        texts.iter().filter_map(|text| Some((*text, dates_in(text, ctx).into_iter().next()?))).collect();
    let inversions =
        |date: fn(&DateReading) -> Date| readings.windows(2).filter(|pair| date(&pair[1].1) < date(&pair[0].1)).count();
    let as_read = inversions(|reading| reading.date);
    let the_other = inversions(|reading| reading.other.unwrap_or(reading.date));
    let (text, reading) = readings.iter().find(|(_, reading)| reading.other.is_some())?;
    let date = if the_other >= as_read + MARGIN {
        reading.date
    } else if as_read >= the_other + MARGIN {
        reading.other?
    } else {
        return None;
    };
    order_of(text, date, Proof::Sequence)
}

/// The order in which the first numeric date of `text` is `date`.
pub(super) fn order_of(text: &str, date: Date, proof: Proof) -> Option<OrderEvidence> {
    let (shape, (first, second)) = numeric_shape(text)?;
    let (day, month) = (u32::try_from(date.day()).ok()?, u32::try_from(date.month()).ok()?);
    let order = if (first, second) == (day, month) && day != month {
        DateOrder::Dmy
    } else if (first, second) == (month, day) && day != month {
        DateOrder::Mdy
    } else {
        return None;
    };
    Some(OrderEvidence { shape, order, proof, text: text.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_decides() {
        let instant = "2024-11-07T06:20:00Z".parse().unwrap();
        for (text, expected) in [
            ("Posted 7-11-2024 02:20 PM", Some(DateOrder::Dmy)),
            ("Posted 11-7-2024 02:20 PM", Some(DateOrder::Mdy)),
            ("Posted 17-11-2024 02:20 PM", None),
            ("Posted 3-4-2024 02:20 PM", None),
        ] {
            let found = order_by_instant(text, instant, &DateContext::default());
            assert_eq!(found.map(|evidence| evidence.order), expected, "{text}");
        }
    }

    #[test]
    fn posts_come_in_order() {
        let ctx = DateContext::default();
        let rising = ["1-2-2024", "5-2-2024", "2-3-2024", "9-3-2024", "1-4-2024", "8-4-2024"];
        assert_eq!(order_by_sequence(&rising, &ctx).map(|evidence| evidence.order), Some(DateOrder::Dmy));
        let rising = ["2-1-2024", "2-5-2024", "3-2-2024", "3-9-2024", "4-1-2024", "4-8-2024"];
        assert_eq!(order_by_sequence(&rising, &ctx).map(|evidence| evidence.order), Some(DateOrder::Mdy));
        assert_eq!(order_by_sequence(&["1-2-2024", "5-2-2024"], &ctx), None);
    }
}
