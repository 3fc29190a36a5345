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

/// Reads one line: plain text, or a JSON object `{input, engine, language, date_order, time_zone, fetched_at}` of which all but
/// `input` is optional. Gives `{input, edit, rest}`; for an object that is not understood `{input, error}`.
pub fn notice_line(input: &str) -> Value {
    let plain = Line {
        input: input.to_owned(),
        engine: None,
        language: None,
        date_order: None,
        time_zone: None,
        fetched_at: None,
    };
    let line = match serde_json::from_str::<Value>(input) {
        Ok(value @ Value::Object(_)) => match serde_json::from_value::<Line>(value) {
            Ok(line) => line,
            Err(error) => return json!({ "input": input, "error": error.to_string() }),
        },
        _ => plain,
    };
    match line.read() {
        Ok(read) => json!(read),
        Err(error) => json!({ "input": line.input, "error": error }),
    }
}

impl Line {
    fn read(&self) -> Result<Read, String> {
        let zone = self.time_zone.as_deref().map(Zone::parse).transpose()?;
        let now = self.fetched_at.as_deref().map(|text| instant(text, zone.as_ref())).transpose()?;
        let ctx = NoticeContext {
            engine: self.engine.as_deref(),
            language: self.language.as_deref(),
            dates: DateContext {
                language: self.language.as_deref(),
                engine: self.engine.as_deref(),
                order: self.date_order.map(OrderBelief::configured).unwrap_or_default(),
                zone: zone.as_ref(),
                now,
                not_before: None,
            },
            own_words: false,
        };
        let notices = Notices::builtin();
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
