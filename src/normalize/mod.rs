//! A raw post becomes a record. Pure: no clock, network, lock or await.

pub mod article;
pub mod date;
pub mod language;
pub mod notice;
pub mod text;
