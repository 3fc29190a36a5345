//! What a notice says.

use crate::normalize::date::{DateContext, DateReading};

/// What is known beside the text of a notice.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoticeContext<'a> {
    /// The engine, by its profile's name or as people write it (`discuz`, `Discuz!`, `Cari Forum (Discuz!)`).
    pub engine: Option<&'a str>,
    /// BCP 47 language of the page, best guess; notices may be in another one.
    pub language: Option<&'a str>,
    /// For the date in it.
    pub dates: DateContext<'a>,
    /// Only the engine's own words count; those of other engines are somebody's text.
    pub own_words: bool,
}

/// What a notice says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NoticeReading {
    /// Who edited, as printed.
    pub user: Option<String>,
    /// When; `None` also where `date_raw` needs the present or a year to be known.
    pub date: Option<DateReading>,
    /// The date as printed.
    pub date_raw: Option<String>,
    /// How often in all.
    pub count: Option<u32>,
    /// Why.
    pub reason: Option<String>,
    /// BCP 47 language of the wording.
    pub language: Option<String>,
}
