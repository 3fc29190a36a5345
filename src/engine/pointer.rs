//! The little language of profiles for JSON: how a value is taken from a document.
//!
//! ```text
//! "/a/0/b"            a JSON Pointer (RFC 6901) below the object at hand
//! "$/a/b"             below the whole document
//! "/a/*", "/a/x*"     every element, or every one whose key begins so
//! "… -> /c"           what stands there names another object by its `type` and `id`: below that one
//! "… @html"           it is markup: its text as a reader sees it
//! "… =~ regex"        capture 1 of it (the whole match where the pattern captures nothing)
//! "= text"            that text itself
//! ```
//!
//! A string that holds a document of its own is entered like any other object. A list holds fallbacks, tried in order. What is
//! null, false, empty or not there is no value.

use serde::{Deserialize, Deserializer, de::Error};

use super::{Pattern, value::TextOrList};

/// One part of a pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The member of that name, or the element of that number.
    Key(String),
    /// Every member whose name begins so, or every element.
    Every(String),
}

/// Where something stands in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// Below the whole document, not below the object at hand.
    pub from_root: bool,
    /// The first pointer, and those that follow a reference each.
    pub legs: Vec<Vec<Segment>>,
}

impl Pointer {
    fn parse(text: &str) -> Result<Pointer, String> {
        let text = text.trim();
        let (from_root, text) = match text.strip_prefix('$') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let legs = text.split("->").map(|leg| leg_of(leg.trim())).collect::<Result<_, _>>()?;
        Ok(Pointer { from_root, legs })
    }
}

fn leg_of(text: &str) -> Result<Vec<Segment>, String> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let rest = text.strip_prefix('/').ok_or_else(|| format!("`{text}` is not a JSON Pointer: it begins with `/`"))?;
    Ok(rest
        .split('/')
        .map(|part| {
            let plain = |part: &str| part.replace("~1", "/").replace("~0", "~");
            match part.strip_suffix('*') {
                Some(start) => Segment::Every(plain(start)),
                None => Segment::Key(plain(part)),
            }
        })
        .collect())
}

/// One way to find a value in a document.
#[derive(Clone, Debug)]
pub struct JsonStep {
    /// Where.
    pub pointer: Pointer,
    /// It is markup, whose text is wanted.
    pub html: bool,
    /// What of it.
    pub pattern: Option<Pattern>,
    /// A text that stands in no document.
    pub literal: Option<String>,
}

impl JsonStep {
    fn parse(text: &str) -> Result<JsonStep, String> {
        if let Some(literal) = text.trim().strip_prefix("= ") {
            let pointer = Pointer { from_root: false, legs: Vec::new() };
            return Ok(JsonStep { pointer, html: false, pattern: None, literal: Some(literal.trim().to_owned()) });
        }
        let (place, pattern) = match text.split_once("=~ ") {
            Some((place, pattern)) => (place.trim(), Some(Pattern::new(pattern.trim())?)),
            None => (text.trim(), None),
        };
        let (place, html) = match place.strip_suffix("@html") {
            Some(place) => (place, true),
            None => (place, false),
        };
        Ok(JsonStep { pointer: Pointer::parse(place)?, html, pattern, literal: None })
    }

    /// What the pattern takes of a text; the text itself where there is none.
    pub fn apply<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.pattern.as_ref().map_or(Some(text), |pattern| pattern.taken(text))
    }
}

/// How a value is found in a document: steps, tried in order. Empty: it is nowhere.
#[derive(Clone, Debug, Default)]
pub struct JsonValue(pub Vec<JsonStep>);

impl<'de> Deserialize<'de> for JsonValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<JsonValue, D::Error> {
        let parts = deserializer.deserialize_any(TextOrList)?;
        parts
            .iter()
            .map(|part| JsonStep::parse(part).map_err(D::Error::custom))
            .collect::<Result<_, _>>()
            .map(JsonValue)
    }
}

/// Where objects stand: pointers, tried in order until one finds any.
#[derive(Clone, Debug, Default)]
pub struct Pointers(pub Vec<Pointer>);

impl<'de> Deserialize<'de> for Pointers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pointers, D::Error> {
        let parts = deserializer.deserialize_any(TextOrList)?;
        let parts = parts.iter().map(|part| Pointer::parse(part).map_err(D::Error::custom));
        parts.collect::<Result<_, _>>().map(Pointers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_read() {
        let key = |name: &str| Segment::Key(name.to_owned());
        let check = |text: &str, from_root: bool, legs: Vec<Vec<Segment>>| {
            assert_eq!(Pointer::parse(text), Ok(Pointer { from_root, legs }), "{text}");
        };
        check("", false, vec![vec![]]);
        check("/a/0", false, vec![vec![key("a"), key("0")]]);
        check("$/a~1b/*", true, vec![vec![key("a/b"), Segment::Every(String::new())]]);
        check("/user -> /name", false, vec![vec![key("user")], vec![key("name")]]);
        check("/topic_*", false, vec![vec![Segment::Every("topic_".to_owned())]]);
        assert!(Pointer::parse("a/b").is_err());
        assert!(JsonStep::parse("/a =~ (").is_err());
        assert_eq!(JsonStep::parse("= op").map(|step| step.literal), Ok(Some("op".to_owned())));
        let step = JsonStep::parse("/a @html =~ (\\d+)").unwrap_or_else(|error| panic!("{error}"));
        assert!(step.html && step.apply("n 12") == Some("12") && step.apply("n").is_none());
    }
}
