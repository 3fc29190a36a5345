//! A raw post becomes a record. Pure: no clock, network, lock or await.

pub mod article;
pub mod date;
mod dates;
mod hash;
mod identity;
mod knowledge;
pub mod language;
mod normalizer;
pub mod notice;
mod quote;
pub mod text;

pub use knowledge::Knowledge;
pub use normalizer::{NormalizeError, Normalized, Normalizer, PageStamp};
