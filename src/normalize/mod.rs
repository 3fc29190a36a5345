//! A raw post becomes a record. Pure: no clock, network, lock or await.
//!
//! [`Normalizer::page`] reads all dates of a page together, takes the edit notices out of the posts' texts, and writes one
//! [`Record`](crate::model::Record) a post; what the page proves about its source goes to [`Knowledge`]. [`Normalizer::flat`]
//! does the same for text that a scraper flattened. Nothing is invented: what cannot be read is null, with a warning.

pub mod article;
pub mod date;
mod dates;
mod edit;
mod flat;
mod hash;
mod identity;
mod knowledge;
pub mod language;
pub mod markup;
mod normalizer;
pub mod notice;
mod page;
mod quote;
mod record;
mod signature;
pub mod text;

pub use knowledge::Knowledge;
pub use normalizer::{NormalizeError, Normalized, Normalizer, OwnFile, PageStamp};
