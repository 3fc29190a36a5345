//! Edit notices: a grammar as data, and its reader.
//!
//! Templates of every engine and language stand in `config/notices/*.toml`, with typed slots. Their literals are one
//! Aho-Corasick automaton; a hit picks a few templates; each is tried with every split, and `{date}` must be a date to its
//! last character. Nothing that merely looks like a notice is taken for one: without a date that can be checked, with too
//! few words, or from memory only, a template needs its engine.
//!
//! [`Notices::read`] reads a text that is a notice, [`Notices::take`] takes notices out of a body, and
//! [`Notices::read_quote_header`] reads the line that attributes a quote.

mod compile;
mod dates;
mod edit;
mod engines;
mod error;
mod heads;
mod index;
mod line;
mod matcher;
mod notices;
mod quote;
mod reading;
mod search;
mod table;
mod take;
mod template;

pub use edit::edit_of;
pub use error::{NoticeError, TemplateFault};
pub use line::{LineContext, notice_line, read_line};
pub use notices::Notices;
pub use quote::QuoteHeader;
pub use reading::{NoticeContext, NoticeReading};
pub use take::{Lines, Taken};
