//! A document, and how a profile's pointers find things in it.

use std::{borrow::Cow, collections::HashMap};

use scraper::Html;
use serde_json::Value;

use crate::{
    engine::{JsonRules, JsonStep, JsonValue, Pointer, Pointers, Segment},
    extract::{guard, text},
};

/// How many objects one pointer may find: no page holds more.
const MOST: usize = 100_000;

/// A document: the part of it that counts, and the objects that others name.
pub(in crate::extract) struct Document {
    root: Value,
}

/// A document with its objects by type and id.
pub(super) struct Look<'d> {
    root: &'d Value,
    resources: HashMap<(&'d str, Cow<'d, str>), &'d Value>,
}

impl Document {
    /// Reads a text that is a document; `None` where it is none.
    pub(in crate::extract) fn read(text: &str) -> Option<Document> {
        let text = text.trim_start_matches('\u{feff}').trim();
        if !text.starts_with(['{', '[']) {
            return None;
        }
        super::read(text).map(|root| Document { root })
    }

    /// Reads a document that a page carries, of which a part may count.
    pub(super) fn carried(text: &str, rules: &JsonRules) -> Option<Document> {
        Document::read(text).map(|whole| Document { root: part_that_counts(whole.root, &rules.root) })
    }

    pub(super) fn look<'d>(&'d self, rules: &JsonRules) -> Look<'d> {
        let mut look = Look { root: &self.root, resources: HashMap::new() };
        let mut resources = HashMap::new();
        for pointer in &rules.resources.0 {
            for object in look.find(pointer, look.root) {
                if let (Some(kind), Some(id)) =
                    (object.get("type").and_then(Value::as_str), object.get("id").and_then(id))
                {
                    resources.insert((kind, id), object);
                }
            }
        }
        look.resources = resources;
        look
    }
}

fn part_that_counts(whole: Value, root: &Pointers) -> Value {
    let look = Look { root: &whole, resources: HashMap::new() };
    for pointer in &root.0 {
        if let Some(found) = look.find(pointer, &whole).first() {
            // A string holds a document of its own.
            return match found {
                Value::String(text) => super::read(text).unwrap_or_default(),
                part => (*part).clone(),
            };
        }
    }
    whole
}

/// An id, which some engines write as a number.
fn id(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

impl<'d> Look<'d> {
    pub(super) fn root(&self) -> &'d Value {
        self.root
    }

    /// Everything that a pointer leads to from an object.
    pub(super) fn find(&self, pointer: &Pointer, at: &'d Value) -> Vec<&'d Value> {
        let mut here = vec![if pointer.from_root { self.root } else { at }];
        for (number, leg) in pointer.legs.iter().enumerate() {
            if number > 0 {
                here = here.into_iter().filter_map(|reference| self.named(reference)).collect();
            }
            for segment in leg {
                let mut next = Vec::new();
                for value in here {
                    step(value, segment, &mut next);
                }
                next.truncate(MOST);
                here = next;
            }
        }
        here
    }

    /// The object that a reference names.
    fn named(&self, reference: &Value) -> Option<&'d Value> {
        let kind = reference.get("type")?.as_str()?;
        let id = id(reference.get("id")?)?.into_owned();
        self.resources.get(&(kind, Cow::Owned(id)) as &(&str, Cow<'_, str>)).copied()
    }

    /// The objects that the first of the pointers leads to that leads to any; `only` must be found in each, where it asks for
    /// anything.
    pub(super) fn each(&self, pointers: &Pointers, only: &JsonValue, at: &'d Value) -> Vec<&'d Value> {
        let every = |pointer| {
            let mut found = self.find(pointer, at);
            found.retain(|at| only.0.is_empty() || self.holds(only, at));
            found
        };
        pointers.0.iter().map(every).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// The first value that the steps find below an object.
    pub(super) fn value(&self, value: &JsonValue, at: &'d Value) -> Option<String> {
        value.0.iter().find_map(|step| self.step(step, at))
    }

    /// Everything that the steps find, each once.
    pub(super) fn values(&self, value: &JsonValue, at: &'d Value) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for found in value.0.iter().filter_map(|step| self.step(step, at)) {
            if !all.contains(&found) {
                all.push(found);
            }
        }
        all
    }

    /// Whether the steps find anything.
    pub(super) fn holds(&self, value: &JsonValue, at: &'d Value) -> bool {
        value.0.iter().any(|step| {
            let found = self.find(&step.pointer, at);
            found.into_iter().any(|value| match value {
                Value::Object(_) | Value::Array(_) => step.pattern.is_none(),
                value => self.taken(step, value).is_some(),
            })
        })
    }

    fn step(&self, step: &JsonStep, at: &'d Value) -> Option<String> {
        if step.literal.is_some() {
            return step.literal.clone();
        }
        self.find(&step.pointer, at).into_iter().find_map(|value| self.taken(step, value))
    }

    fn taken(&self, step: &JsonStep, value: &Value) -> Option<String> {
        let text = match value {
            Value::String(text) if step.html => Cow::Owned(line(text)),
            Value::String(text) => Cow::Borrowed(text.as_str()),
            Value::Number(number) if number.as_f64() == Some(0.0) && step.pattern.is_none() => return None,
            Value::Number(number) => Cow::Owned(number.to_string()),
            Value::Bool(true) => Cow::Borrowed("true"),
            _ => return None,
        };
        let found = step.apply(&text)?.trim();
        (!found.is_empty()).then(|| found.to_owned())
    }
}

fn step<'d>(value: &'d Value, segment: &Segment, out: &mut Vec<&'d Value>) {
    match (value, segment) {
        (Value::Object(members), Segment::Key(key)) => out.extend(members.get(key)),
        (Value::Object(members), Segment::Every(start)) => {
            out.extend(members.iter().filter(|(key, _)| key.starts_with(start.as_str())).map(|(_, value)| value));
        }
        (Value::Array(list), Segment::Key(key)) => out.extend(key.parse().ok().and_then(|at: usize| list.get(at))),
        (Value::Array(list), Segment::Every(start)) if start.is_empty() => out.extend(list),
        _ => {}
    }
}

/// The text of some markup, in one line.
fn line(markup: &str) -> String {
    let (markup, _) = guard::capped(markup);
    let html = Html::parse_fragment(&markup);
    let text: String = html.root_element().text().collect();
    text::one_line(&text)
}
