//! The fallback for pages that no profile knows: what is a post is told by the structure of the page alone.
//!
//! A page of posts is a row of blocks of one shape, each with a name, a date and running text. So: find what looks like a date or
//! a person ([`date`], [`person`]), take each series of such places as a row of marks, cut the page at them, and keep
//! the row whose pieces make the best posts ([`series`]); then let the pieces vote on what in them is the author, the date and the
//! body ([`parts`], [`text`]), and judge whether they are a forum's at all ([`judge`]). Plain functions over the parsed page; nothing is learnt and nothing is kept.

mod date;
mod date_words;
mod draft;
mod judge;
mod layout;
mod lines;
mod links;
mod opening;
mod parts;
mod person;
mod person_words;
mod post;
mod prepared;
mod series;
mod text;
mod title;
mod words;

pub(super) use draft::draft;
pub(super) use links::{boards, next, thread, threads};
pub(super) use post::posts;
pub(super) use prepared::prepared;
