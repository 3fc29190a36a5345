//! `forumsift extract --format notice`: one line of somebody's wording, and what is read from it.

use jiff::{Timestamp, civil::DateTime};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    edit::edit_of,
    notices::Notices,
    reading::NoticeContext,
    take::{Lines, Taken},
};
use crate::{
    model::{DateOrder, Edit, Zone},
    normalize::date::{DateContext, OrderBelief, is_blank},
};

/// What is known beside all lines; what a line says itself goes before it.
#[derive(Clone, Debug, Default)]
pub struct LineContext {
    /// The engine's name.
    pub engine: Option<String>,
    /// The order of numeric dates.
    pub date_order: Option<DateOrder>,
    /// The zone of the board's clock.
    pub time_zone: Option<Zone>,
    /// The board's present.
    pub fetched_at: Option<Timestamp>,
}

/// A line with what is known beside it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    input: String,
    #[serde(default)]
    engine: Option<String>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    date_order: Option<DateOrder>,
    #[serde(default)]
    time_zone: Option<String>,
    #[serde(default)]
    fetched_at: Option<String>,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Read {
    input: String,
    edit: Option<Edit>,
    rest: String,
}

/// [`read_line`] with the built-in templates and nothing known beside the line. An object that is not understood gives
/// `{input, error}`.
pub fn notice_line(input: &str) -> Value {
    read_line(Notices::builtin(), &LineContext::default(), input)
        .unwrap_or_else(|error| json!({ "input": input, "error": error }))
}

/// Reads one line: plain text, or a JSON object `{input, engine, language, date_order, time_zone, fetched_at}` of which all but
/// `input` is optional. Gives `{input, edit, rest}`.
///
/// # Errors
/// An object that is not understood, or says what cannot be; a line that begins like an object and is none.
pub fn read_line(notices: &Notices, known: &LineContext, input: &str) -> Result<Value, String> {
    let line = match serde_json::from_str::<Value>(input) {
        Ok(value @ Value::Object(_)) => serde_json::from_value::<Line>(value).map_err(|error| error.to_string())?,
        Err(error) if input.trim_start().starts_with("{\"") => return Err(format!("no JSON object: {error}")),
        _ => Line {
            input: input.to_owned(),
            engine: None,
            language: None,
            date_order: None,
            time_zone: None,
            fetched_at: None,
        },
    };
    line.read(notices, known).map(|read| json!(read))
}

impl Line {
    fn read(&self, notices: &Notices, known: &LineContext) -> Result<Read, String> {
        let zone = match self.time_zone.as_deref() {
            Some(zone) => Some(Zone::parse(zone)?),
            None => known.time_zone.clone(),
        };
        let now = match self.fetched_at.as_deref() {
            Some(text) => Some(instant(text, zone.as_ref())?),
            None => known.fetched_at,
        };
        let engine = self.engine.as_deref().or(known.engine.as_deref());
        let ctx = NoticeContext {
            engine,
            language: self.language.as_deref(),
            dates: DateContext {
                language: self.language.as_deref(),
                engine,
                order: self.date_order.or(known.date_order).map(OrderBelief::configured).unwrap_or_default(),
                zone: zone.as_ref(),
                now,
                not_before: None,
            },
            own_words: false,
        };
        let whole = self.input.trim_matches(is_blank);
        let taken = match notices.read(whole, &ctx) {
            Some(reading) => Taken { notices: vec![(whole.to_owned(), reading)], ..Taken::default() },
            None => notices.take(&self.input, &[], Lines::Glued, &ctx),
        };
        Ok(Read { input: self.input.clone(), edit: edit_of(&taken.notices, zone.as_ref()), rest: taken.rest })
    }
}

/// An instant; without an offset it is on the board's clock, and without a zone UTC.
fn instant(text: &str, zone: Option<&Zone>) -> Result<Timestamp, String> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let local: DateTime =
        text.parse().map_err(|_| format!("fetched_at `{text}` is no time like 2024-11-07T15:00:00Z"))?;
    let zone = zone.map_or(jiff::tz::TimeZone::UTC, Zone::to_time_zone);
    zone.to_timestamp(local).map_err(|error| error.to_string())
}
