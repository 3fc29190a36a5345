//! Dates as forums print them, in every language, or honestly unknown.
//!
//! [`read_date`] reads a text that is a date and nothing else, [`find_date`] the date among labels, [`read_attribute`] the
//! machine-readable forms. All are pure: the present, the zone and the order of day and month come in by [`DateContext`].
//! Words are data: `config/notices/dates.toml`, one table a language.

mod attribute;
mod calendar;
mod clock;
mod context;
mod evidence;
mod fold;
mod grammar;
mod order;
mod read;
mod reading;
mod resolve;
mod token;
mod words;

pub use attribute::read_attribute;
pub use clock::{ClockReading, read_clock};
pub use context::DateContext;
pub use order::{Decision, OrderBelief, OrderEvidence, Orders, Proof, Shape, Turn};
pub use read::{find_date, read_date};
pub use reading::{DateReading, Precision};

pub(super) use evidence::order_of;
pub(super) use fold::{Folded, floor_boundary, fold, is_blank, is_letter};
pub(super) use read::DateParts;
pub(super) use words::{DateWords, PageWords, base_language, has_spaces};
