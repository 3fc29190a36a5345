//! Engines are data: profiles, their checking, and the recognition of an engine.
//!
//! A profile is one TOML file: how its pages are recognised, the shapes of its addresses, and where on its pages boards,
//! threads, posts and their parts stand. Nothing here reads a page: that is what `extract` does with a profile in hand.

mod above;
pub mod attribute;
mod builtin;
mod candidate;
mod case;
mod chain;
pub mod cut;
mod digits;
mod engines;
mod error;
mod json_rules;
pub mod keys;
mod letters;
mod login;
mod marks;
mod pattern;
pub mod plain;
mod pointer;
mod profile;
mod reach;
mod rules;
mod template;
mod url_rule;
mod value;

pub use case::{Case, CasePost};
pub use engines::Engines;
pub use error::EngineError;
pub use json_rules::{
    JsonAuthorRules, JsonBoardRules, JsonEditRules, JsonIndexRules, JsonPostRules, JsonRules, JsonStatusRule,
    JsonThreadRules,
};
pub(crate) use letters::stand_as_they_are;
pub use login::LoginRules;
pub use pattern::Pattern;
pub use pointer::{JsonStep, JsonValue, Pointer, Pointers, Segment};
pub use profile::Profile;
pub use reach::Reach;
pub use rules::{
    AttachmentRules, AttributeName, AuthorRules, BadRule, BoardRules, BodyRules, Detect, Head, IndexRules, Mark,
    NoticeRules, PageRules, PagerRules, PostIds, PostRules, QuoteRules, StatusRule, ThreadRules, Unit,
};
pub use url_rule::{Address, UrlRule};
pub use value::{Css, Places, Step, Take, Value};
