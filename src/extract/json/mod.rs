//! JSON becomes raw posts and listing rows: documents that an engine serves in place of pages, and those that its pages carry.
//!
//! A profile's pointers stand in the place of its selectors; bodies are markup, read by the same rules as those of a page.

mod document;
mod listing;
mod markdown;
mod page;
mod post;
mod value;

pub(super) use document::Document;
pub(super) use page::{embedded, extract, instead};
pub(super) use value::read;
