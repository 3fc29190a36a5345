//! A page becomes raw posts and listing rows. Pure: no clock, network, lock or await.
//!
//! The page is cut down to what its profile can look at, parsed once, laid out flat, and walked once for all selectors of its engine's profile; values are then looked
//! up by range, and each body is read in one loop. Nothing is interpreted: dates, notices and quotes' attributions stay as
//! printed.

mod address;
mod bad;
mod body;
mod case;
mod cut;
mod find;
mod flat;
mod generic;
mod guard;
mod json;
mod listing;
mod markup;
mod options;
mod page;
mod pager;
mod parse;
mod post;
mod prepared;
mod purse;
mod select;
mod structured;
mod text;
mod truncated;
mod value;
mod view;
mod wayback;
mod xml;

pub use bad::is_server_error;
pub use case::run_case;
pub use options::ExtractOptions;
pub use page::{draft_profile, extract, extract_cut, extract_whole, extract_with, thinned};
