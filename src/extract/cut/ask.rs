//! What a profile may want of an element, by its start tag and by what stands above it.

use std::borrow::Cow;

use super::{
    tags::Attribute,
    thin::{Tag, Thin},
};
use crate::engine::keys::{self, AttributeTest};

impl Thin<'_, '_> {
    /// What the profile may want of an element, and the keys that it carries; `None` where that cannot be told.
    pub(super) fn wants(&mut self, tag: &Tag) -> Option<u8> {
        if self.whole.is_some() {
            return Some(0);
        }
        let (text, cut) = (self.text, self.cut);
        let name = &text[tag.text.clone()];
        let name: Cow<'_, str> = match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(name.to_ascii_lowercase()),
            false => Cow::Borrowed(name),
        };
        self.carried.clear();
        self.carried.extend([keys::ANY, keys::tag_hash(&name)]);
        let (mut has_id, mut has_class) = (false, false);
        for Attribute { name, value } in &self.attributes {
            let (name, value) = (&text[name.clone()], &text[value.clone()]);
            let is_id = name.eq_ignore_ascii_case("id") && !std::mem::replace(&mut has_id, true);
            let is_class = name.eq_ignore_ascii_case("class") && !std::mem::replace(&mut has_class, true);
            if (is_id || is_class) && value.contains(['&', '\r']) {
                return None;
            }
            if is_id {
                self.carried.push(keys::id_hash(value));
            } else if is_class {
                self.carried.extend(value.split_ascii_whitespace().map(keys::class_hash));
            }
        }
        let mut wants = 0;
        for candidate in self.carried.iter().flat_map(|hash| cut.keys.get(*hash)) {
            let new = cut.wants[candidate.css as usize];
            if wants & new != new && candidate.may_match(|test| passes(text, &self.attributes, test), &self.above) {
                wants |= new;
            }
        }
        Some(wants)
    }
}

/// Whether an element may pass the test of an attribute, by its attributes as written.
fn passes(text: &str, attributes: &[Attribute], test: &AttributeTest) -> bool {
    let named = |attribute: &&Attribute| text[attribute.name.clone()].eq_ignore_ascii_case(&test.name);
    let Some(attribute) = attributes.iter().find(named) else { return false };
    let value = &text[attribute.value.clone()];
    if !value.contains(['&', '\r']) {
        return test.holds(value);
    }
    // The entity of the ampersand is read here; where there is another, any value may stand for it.
    let plain = value.replace("&amp;", "&");
    let has_others = plain.contains('\r')
        || value.split('&').skip(1).any(|after| {
            let end = after.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(after.len());
            !(after.starts_with("amp;") || end > 0 && after[end..].starts_with('='))
        });
    has_others || test.holds(&plain)
}
