//! A raw post becomes a record. Pure: no clock, network, lock or await.

pub mod date;
pub mod notice;
