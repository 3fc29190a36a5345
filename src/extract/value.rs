//! What the steps of a profile take out of a page: the text or an attribute of what they find, as the page prints it.

use std::borrow::Cow;

use super::{
    flat::{Kind, attribute},
    text,
    view::View,
};
use crate::engine::{Step, Take, Value};

impl View<'_, '_> {
    /// The first value that the steps find within the element at a place.
    pub(super) fn value(&self, value: &Value, at: u32) -> Option<String> {
        value.0.iter().find_map(|step| self.step(step, at))
    }

    /// Whether a step finds anything; an element alone is enough where no attribute or pattern asks for more.
    pub(super) fn holds(&self, value: &Value, at: u32) -> bool {
        value.0.iter().any(|step| match step {
            Step { css: Some(css), take: Take::Text, pattern: None, .. } => {
                self.first(css, &self.flat.within(at)).is_some()
            }
            step => self.step(step, at).is_some(),
        })
    }

    /// What one step finds: the first match whose text the pattern accepts and that is not empty.
    pub(super) fn step(&self, step: &Step, at: u32) -> Option<String> {
        match &step.css {
            None => self.take(step, at),
            Some(css) => self.all(css, &self.flat.within(at)).iter().find_map(|at| self.take(step, *at)),
        }
    }

    /// Everything that the steps find, in their order.
    pub(super) fn values(&self, value: &Value, at: u32) -> Vec<String> {
        value.0.iter().flat_map(|step| self.every(step, at)).collect()
    }

    fn every(&self, step: &Step, at: u32) -> Vec<String> {
        match &step.css {
            None => self.take(step, at).into_iter().collect(),
            Some(css) => self.all(css, &self.flat.within(at)).iter().filter_map(|at| self.take(step, *at)).collect(),
        }
    }

    /// What the steps find in the element `head`, itself included; steps without a selector look at `whole`.
    pub(super) fn value_in_head(&self, value: &Value, head: u32, whole: u32) -> Option<String> {
        let range = head..self.flat.within(head).end;
        value.0.iter().find_map(|step| match &step.css {
            None => self.take(step, whole),
            Some(css) => self.all(css, &range).iter().find_map(|at| self.take(step, *at)),
        })
    }

    fn take(&self, step: &Step, at: u32) -> Option<String> {
        let element = self.flat.element(at)?;
        let text = match &step.take {
            Take::Attribute(name) => Cow::Borrowed(attribute(element, name)?.trim()),
            Take::Own => Cow::Owned(self.own_text(at)),
            Take::Titled => text::titled_line_of(self, at, step.without.as_ref())?,
            Take::Text => text::line_of(self, at, step.without.as_ref()),
        };
        let found = step.apply(&text)?.trim();
        match found.len() {
            0 => None,
            all if all == text.len() => Some(text.into_owned()),
            _ => Some(found.to_owned()),
        }
    }

    fn own_text(&self, at: u32) -> String {
        let mut out = String::new();
        let range = self.flat.within(at);
        let mut next = range.start;
        while next < range.end {
            let node = self.flat.node(next);
            if let Kind::Text(text) = node.kind {
                out.push_str(text);
            }
            next = node.end;
        }
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The text of the element at a place, in one line.
    pub(super) fn line(&self, at: u32) -> String {
        text::line_of(self, at, None).into_owned()
    }
}
