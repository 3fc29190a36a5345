//! The little language of profiles: how a value is taken from an element.
//!
//! ```text
//! "CSS"                       the text of the first element that matches
//! "CSS @attribute"            an attribute of it
//! "CSS @own"                  its own text, without that of elements within it
//! "CSS @titled"               its text, where elements within it that have a `title` stand for that; nothing where none has
//! "CSS without CSS"           its text without that of some elements within it
//! "… =~ regex"                capture 1 of it (the whole match where the pattern captures nothing)
//! "@attribute", "=~ regex"    no CSS: the element at hand itself
//! ```
//!
//! A list holds fallbacks, tried in order. In patterns `\d` is a digit of ASCII. Selectors and patterns are checked while they are read.

use std::fmt;

use scraper::Selector;
use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};

use super::{Pattern, Reach};

/// What an empty list of selectors matches: no element has that name. So a profile takes back what the one that it extends names.
const NOTHING: &str = "x-nothing";

/// A compiled selector, numbered within its profile so that one walk of a page finds what all of them match.
#[derive(Clone)]
pub struct Css {
    pub(super) text: String,
    pub(super) selector: Selector,
    pub(super) number: u32,
    reach: Reach,
}

impl Css {
    /// Compiles a selector.
    fn new(text: &str) -> Result<Css, String> {
        let selector = Selector::parse(text).map_err(|error| format!("`{text}` is not a CSS selector: {error}"))?;
        Ok(Css { text: text.to_owned(), selector, number: u32::MAX, reach: Reach::of(text) })
    }

    /// Takes the number of the same selector among those of the profile, or the next.
    pub(super) fn take_number(&mut self, all: &mut Vec<Css>) {
        let known = all.iter().position(|known| known.text == self.text);
        self.number = u32::try_from(known.unwrap_or(all.len())).unwrap_or(u32::MAX);
        if known.is_none() {
            all.push(self.clone());
        }
    }

    /// Its number within the profile.
    pub fn number(&self) -> usize {
        self.number as usize
    }

    /// How far it looks.
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// The compiled form.
    pub fn selector(&self) -> &Selector {
        &self.selector
    }
}

impl fmt::Debug for Css {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Css({:?})", self.text)
    }
}

impl<'de> Deserialize<'de> for Css {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Css, D::Error> {
        let parts = deserializer.deserialize_any(TextOrList)?;
        let text = if parts.is_empty() { NOTHING.to_owned() } else { parts.join(", ") };
        Css::new(&text).map_err(D::Error::custom)
    }
}

/// What of an element is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Take {
    /// Its text as a reader sees it, in one line.
    Text,
    /// The text that stands in it directly.
    Own,
    /// Its text with the titles of elements within it in the place of their text ("Yesterday" → "11-22-2026").
    Titled,
    /// An attribute.
    Attribute(String),
}

/// One way to find a value.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where; `None`: the element at hand.
    pub css: Option<Css>,
    /// What within it does not count.
    pub without: Option<Css>,
    /// What of it.
    pub take: Take,
    /// What of that.
    pub pattern: Option<Pattern>,
}

impl Step {
    fn parse(text: &str) -> Result<Step, String> {
        let (place, pattern) = match text.split_once("=~ ") {
            Some((place, pattern)) => (place.trim(), Some(Pattern::new(pattern.trim())?)),
            None => (text.trim(), None),
        };
        let (place, take) = match place.rsplit_once('@') {
            Some((place, "titled")) => (place.trim(), Take::Titled),
            Some((place, "own")) => (place.trim(), Take::Own),
            Some((place, name)) if is_attribute_name(name) => (place.trim(), Take::Attribute(name.to_owned())),
            Some((_, name)) => return Err(format!("`@{name}` names no attribute")),
            None => (place, Take::Text),
        };
        let (place, without) = match place.split_once(" without ") {
            Some((place, without)) => (place.trim(), Some(Css::new(without.trim())?)),
            None => (place, None),
        };
        let css = if place.is_empty() { None } else { Some(Css::new(place)?) };
        Ok(Step { css, without, take, pattern })
    }

    /// What the pattern takes of a text; the text itself where there is none.
    pub fn apply<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.pattern.as_ref().map_or(Some(text), |pattern| pattern.taken(text))
    }
}

fn is_attribute_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b':')
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Step, D::Error> {
        let text = String::deserialize(deserializer)?;
        Step::parse(&text).map_err(D::Error::custom)
    }
}

/// How a value is found: steps, tried in order. Empty: it is nowhere.
#[derive(Clone, Debug, Default)]
pub struct Value(pub Vec<Step>);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        let parts = deserializer.deserialize_any(TextOrList)?;
        parts.iter().map(|part| Step::parse(part).map_err(D::Error::custom)).collect::<Result<_, _>>().map(Value)
    }
}

/// Where something stands: selectors, tried in order.
#[derive(Clone, Debug, Default)]
pub struct Places(pub Vec<Css>);

impl<'de> Deserialize<'de> for Places {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Places, D::Error> {
        let parts = deserializer.deserialize_any(TextOrList)?;
        parts.iter().map(|part| Css::new(part).map_err(D::Error::custom)).collect::<Result<_, _>>().map(Places)
    }
}

/// One string, or a list of them.
pub(super) struct TextOrList;

impl<'de> Visitor<'de> for TextOrList {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of strings")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<String>, E> {
        Ok(vec![text.to_owned()])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<String>, A::Error> {
        let mut all = Vec::new();
        while let Some(text) = list.next_element()? {
            all.push(text);
        }
        Ok(all)
    }
}
