//! Text becomes raw tables, and every mistake on the way a complaint.
//!
//! serde stops at its first mistake. So a mistake is noted, the entry that made it is taken out of the tree, and the rest
//! is read again: what remains at the end is right, and all mistakes are known.

use std::ops::Range;

use serde::Deserialize;
use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue, Deserializer},
};

use super::{
    complaint::{Complaint, nearest},
    raw::RawConfig,
};

/// More than this and the file is no configuration.
const MOST_COMPLAINTS: usize = 100;

/// The tables of a file, `source` apart, which is a list of them.
const TABLES: [&str; 9] =
    ["output", "state", "fetch", "archive", "watch", "engines", "notices", "articles", "defaults"];

/// A file's text, read as far as it can be.
#[derive(Default)]
pub(super) struct Reading {
    /// What is right.
    pub(super) raw: RawConfig,
    /// What is wrong.
    pub(super) complaints: Vec<Complaint>,
    /// Where an entry was taken out, by dotted path: it is wrong, not missing.
    pub(super) taken_out: Vec<(String, usize)>,
}

/// Reads a file's text.
pub(super) fn read(text: &str) -> Reading {
    let mut reading = Reading::default();
    let (document, syntax) = DeTable::parse_recoverable(text);
    if !syntax.is_empty() {
        // After a slip of syntax the tree is guesswork: what it says further would mislead.
        let end = text.len()..text.len();
        let complain = |error: &toml::de::Error| Complaint::new(error.span().unwrap_or(end.clone()), error.message());
        reading.complaints = syntax.iter().map(complain).collect();
        return reading;
    }
    let span = document.span();
    let mut tree = document.into_inner();
    loop {
        let list = find_list(&tree, &|key| TABLES.contains(&key));
        let (at, message) = match list {
            Some(list) => (list, "invalid type: list, expected a table".to_owned()),
            None => match RawConfig::deserialize(Deserializer::from(Spanned::new(span.clone(), tree.clone()))) {
                Ok(raw) => {
                    reading.raw = raw;
                    return reading;
                }
                Err(error) => (error.span().unwrap_or(0..0), error.message().to_owned()),
            },
        };
        let path = take_out(&mut tree, &at);
        reading.complaints.push(complain(&at, &message, &path));
        if path.is_empty() || reading.complaints.len() >= MOST_COMPLAINTS {
            return reading;
        }
        reading.taken_out.push((path.join("."), at.start));
    }
}

/// Words a mistake for people.
fn complain(at: &Range<usize>, message: &str, path: &[String]) -> Complaint {
    let key = path.last().map_or("", String::as_str);
    if path.iter().any(|key| key == "cookie") && message.starts_with("invalid type") {
        let mut complaint = Complaint::new(at.clone(), "a secret never stands in the configuration")
            .hint("cookie = { env = \"FORUM_COOKIE\" } or cookie = { file = \"cookie.txt\" }");
        complaint.secret = true;
        return complaint;
    }
    if key == "source" && message.starts_with("invalid type") {
        return Complaint::new(at.clone(), "sources are a list of tables").hint("write [[source]] with two brackets");
    }
    if message.starts_with("unknown field") || message.starts_with("unknown variant") {
        let mut names = message.split('`').skip(1).step_by(2);
        let written = names.next().unwrap_or_default().to_owned();
        let known: Vec<&str> = names.collect();
        let what = if message.starts_with("unknown field") { "unknown key" } else { "unknown value" };
        let complaint = Complaint::new(at.clone(), format!("{what} `{written}`"));
        return match nearest(&written, known.iter().copied()) {
            Some(name) => complaint.hint(format!("did you mean `{name}`?")),
            None => complaint.hint(format!("known here: {}", known.join(", "))),
        };
    }
    // serde names the Rust type where a table belongs.
    let message = match message.split_once("expected struct ") {
        Some((wrong, _)) => format!("{wrong}expected a table"),
        None => message.to_owned(),
    };
    let message = message
        .trim_end_matches('.')
        .replace("expected u64", "expected a whole number from 0 up")
        .replace("expected u32", "expected a whole number from 0 up")
        .replace("a boolean", "true or false");
    let told = if key.is_empty() { message.clone() } else { format!("{key}: {message}") };
    let mut complaint = Complaint::new(at.clone(), told);
    // A user or password in an address was refused: the line must not be shown again.
    complaint.secret = message.contains("password");
    complaint
}

/// Finds lists where a table belongs: serde would take them for the table's values in order.
fn find_list(table: &DeTable<'_>, is_table: &dyn Fn(&str) -> bool) -> Option<Range<usize>> {
    table.iter().find_map(|(key, value)| match value.get_ref() {
        DeValue::Array(_) if is_table(key.get_ref()) => Some(value.span()),
        DeValue::Array(list) => list.iter().find_map(|item| match item.get_ref() {
            DeValue::Table(table) => find_list(table, &is_table_of_source),
            _ => None,
        }),
        DeValue::Table(table) => find_list(table, &is_table_of_source),
        _ => None,
    })
}

fn is_table_of_source(key: &str) -> bool {
    matches!(key, "boards" | "limit" | "cookie")
}

/// Takes the entry that a span points at out of the tree, and tells the keys that lead to it; none where nothing is there.
fn take_out(table: &mut DeTable<'_>, at: &Range<usize>) -> Vec<String> {
    let mut whole = None;
    for (key, value) in table.iter_mut() {
        let name = key.get_ref().to_string();
        match if key.span() == *at { Found::Whole } else { take_out_of_value(value, at) } {
            Found::Nothing => {}
            Found::Inside(path) => return std::iter::once(name).chain(path).collect(),
            Found::Whole => {
                whole = Some(name);
                break;
            }
        }
    }
    if let Some(name) = &whole {
        table.remove(name.as_str());
    }
    whole.into_iter().collect()
}

/// What a span points at.
enum Found {
    /// Something else.
    Nothing,
    /// A part of this value, which was taken out; with the keys that lead to it.
    Inside(Vec<String>),
    /// This value.
    Whole,
}

fn take_out_of_value(value: &mut Spanned<DeValue<'_>>, at: &Range<usize>) -> Found {
    let span = value.span();
    match value.get_mut() {
        DeValue::Table(table) => match take_out(table, at) {
            path if !path.is_empty() => Found::Inside(path),
            _ if span == *at => Found::Whole,
            _ => Found::Nothing,
        },
        DeValue::Array(list) => {
            let mut wrong = None;
            for (ordinal, item) in list.iter_mut().enumerate() {
                match take_out_of_value(item, at) {
                    Found::Nothing => {}
                    Found::Inside(path) => return Found::Inside(path),
                    Found::Whole => wrong = Some(ordinal),
                }
            }
            match wrong {
                Some(wrong) => {
                    let items = std::mem::replace(list, DeArray::new()).into_iter().enumerate();
                    *list = items.filter(|(ordinal, _)| *ordinal != wrong).map(|(_, item)| item).collect();
                    Found::Inside(Vec::new())
                }
                None if span == *at => Found::Whole,
                None => Found::Nothing,
            }
        }
        _ if span.start <= at.start && at.end <= span.end => Found::Whole,
        _ => Found::Nothing,
    }
}
