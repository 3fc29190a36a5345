//! Text becomes raw tables, and every mistake on the way a complaint.
//!
//! serde stops at its first mistake. So a mistake is noted, the entry that made it is taken out of the tree, and the rest
//! is read again: what remains at the end is right, and all mistakes are known.

use std::ops::Range;

use serde::Deserialize;
use toml::{
    Spanned,
    de::{DeTable, DeValue, Deserializer},
};

use super::{
    complaint::{Complaint, nearest},
    raw::RawConfig,
};

/// More than this and the file is no configuration.
const MOST_COMPLAINTS: usize = 100;

/// Reads a file's text as far as it can be read.
pub(super) fn read(text: &str) -> (RawConfig, Vec<Complaint>) {
    let (document, syntax) = DeTable::parse_recoverable(text);
    let mut complaints: Vec<Complaint> = syntax
        .iter()
        .map(|error| Complaint::new(error.span().unwrap_or(text.len()..text.len()), error.message().to_lowercase()))
        .collect();
    let span = document.span();
    let mut tree = document.into_inner();
    // After a slip of syntax the tree is guesswork: what it says further would mislead.
    if !complaints.is_empty() {
        return (RawConfig::default(), complaints);
    }
    loop {
        let error = match RawConfig::deserialize(Deserializer::from(Spanned::new(span.clone(), tree.clone()))) {
            Ok(raw) => return (raw, complaints),
            Err(error) => error,
        };
        let at = error.span().unwrap_or(0..0);
        let path = take_out(&mut tree, &at);
        complaints.push(complain(&at, error.message(), &path));
        if path.is_empty() || complaints.len() >= MOST_COMPLAINTS {
            return (RawConfig::default(), complaints);
        }
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
        return Complaint::new(at.clone(), "sources are a list").hint("write [[source]] with two brackets");
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
    // A user or password in an address was refused: the line must not be shown again.
    let mut complaint =
        Complaint::new(at.clone(), if key.is_empty() { message.to_owned() } else { format!("{key}: {message}") });
    complaint.secret = message.contains("password");
    complaint
}

/// Takes the entry that a span points at out of the tree, and tells the keys that lead to it; none where nothing is there.
fn take_out(table: &mut DeTable<'_>, at: &Range<usize>) -> Vec<String> {
    let mut found: Option<String> = None;
    for (key, value) in table.iter_mut() {
        let name = key.get_ref().to_string();
        if key.span() == *at {
            found = Some(name);
            break;
        }
        let span = value.span();
        let inner = match value.get_mut() {
            DeValue::Table(inner) => take_out(inner, at),
            DeValue::Array(list) => list
                .iter_mut()
                .find_map(|item| match item.get_mut() {
                    DeValue::Table(inner) => Some(take_out(inner, at)).filter(|path| !path.is_empty()),
                    _ => None,
                })
                .unwrap_or_default(),
            _ => Vec::new(),
        };
        if !inner.is_empty() {
            return std::iter::once(name).chain(inner).collect();
        }
        if span == *at
            || (!matches!(value.get_ref(), DeValue::Table(_)) && span.start <= at.start && at.end <= span.end)
        {
            found = Some(name);
            break;
        }
    }
    match found {
        Some(name) => {
            table.remove(name.as_str());
            vec![name]
        }
        None => Vec::new(),
    }
}
