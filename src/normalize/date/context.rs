//! What is known beside the text of a date.

use jiff::{Timestamp, civil::Date};

use super::order::OrderBelief;
use crate::model::Zone;

/// What is known beside the text of a date. All of it is optional: less known means more dates unread or ambiguous.
#[derive(Clone, Copy, Debug, Default)]
pub struct DateContext<'a> {
    /// BCP 47 language of the words, best guess; English is always tried too.
    pub language: Option<&'a str>,
    /// The engine's name as its profile or a notice table writes it; its stock format decides where nothing else does.
    pub engine: Option<&'a str>,
    /// What is configured or was learned about the order of numeric dates.
    pub order: OrderBelief,
    /// The zone of the page's clock.
    pub zone: Option<&'a Zone>,
    /// The forum's present: the response's `Date` header, else the time of the fetch. Relative dates need it.
    pub now: Option<Timestamp>,
    /// No such date can lie before it: an edit is not older than its post.
    pub not_before: Option<Date>,
}
