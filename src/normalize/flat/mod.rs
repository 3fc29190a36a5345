//! Text that a scraper flattened: one or more posts without any markup, their edit notices as first or last lines or glued to
//! the first or last sentence, with stray table bars, header lines and blank lines between.

mod header;
mod heads;
mod records;
mod split;

pub(super) use header::{Header, Headers};
pub(super) use heads::DateLine;
pub(super) use split::{Place, Segment, Wording, split};
