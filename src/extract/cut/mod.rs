//! A page of posts cut down to what its profile can look at, before it is parsed.
//!
//! A page is mostly chrome, and most of the cost of reading it is the parser's. So one pass over its bytes follows the tags as
//! the parser would, and writes a smaller page: elements that a selector of the profile may match, whole or as a start tag, with
//! the tags of all elements about them. That page is parsed and read like any other, by the same rules; so there is no second
//! extractor, and what is left out is what no rule can ask for.
//!
//! - [`tags`] finds where tags, comments and raw text end, as the tokenizer of the HTML standard does.
//! - [`names`] knows how elements of a name bear on the tree.
//! - [`open`] keeps the elements that are open, and gives up wherever the parser would do more than open and close them.
//! - [`ask`] knows what the profile may want of an element; [`foreign`] treats choices and drawings.
//! - [`thin`] goes through the page, and [`write`] writes the smaller one.
//!
//! Where anything is out of the ordinary (end tags that do not fit, foreign parents, elements that the parser moves), the page is
//! parsed whole. `tests/cut.rs` holds both ways against each other.

mod ask;
mod foreign;
mod names;
mod open;
pub(super) mod tags;
mod thin;
mod write;

pub(super) use thin::thinned;
