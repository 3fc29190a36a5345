//! What a numeric date proves about its source, once it is known which day it is.

use jiff::civil::Date;

use super::{
    order::{OrderEvidence, Proof},
    read::numeric_shape,
};
use crate::model::DateOrder;

/// The order in which the first numeric date of `text` is `date`.
pub(in crate::normalize) fn order_of(text: &str, date: Date, proof: Proof) -> Option<OrderEvidence> {
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
    fn a_known_day_tells_the_order() {
        let date = jiff::civil::date(2024, 11, 7);
        for (text, expected) in [
            ("Posted 7-11-2024 02:20 PM", Some(DateOrder::Dmy)),
            ("Posted 11/7/2024 02:20 PM", Some(DateOrder::Mdy)),
            ("Posted 17-11-2024 02:20 PM", None),
            ("2024-11-07 14:20", None),
            ("7 November", None),
        ] {
            assert_eq!(order_of(text, date, Proof::Instant).map(|evidence| evidence.order), expected, "{text}");
        }
    }
}
