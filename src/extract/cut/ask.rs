//! What a profile may want of an element, by its start tag and by what stands above it.

use memchr::memchr2;

use super::{
    tags::Attribute,
    thin::{Tag, Thin},
};
use crate::engine::{
    attribute::AttributeTest,
    cut::want,
    keys::{self, Keys},
};

impl Thin<'_, '_> {
    /// What the profile may want of an element, and the keys that it carries; `None` where that cannot be told.
    pub(super) fn wants(&mut self, tag: &Tag) -> Option<u8> {
        if self.whole.is_some() {
            return Some(0);
        }
        let (text, cut) = (self.text, self.cut);
        self.carried.clear();
        self.carried.extend([keys::ANY, tag.key]);
        let (mut has_id, mut has_class) = (false, false);
        for Attribute { name, value, .. } in &self.attributes {
            let (name, value) = (&text[name.clone()], &text[value.clone()]);
            let is_id = name.len() == 2 && name.eq_ignore_ascii_case("id") && !std::mem::replace(&mut has_id, true);
            let is_class =
                name.len() == 5 && name.eq_ignore_ascii_case("class") && !std::mem::replace(&mut has_class, true);
            if (is_id || is_class) && has_signs(value) {
                return None;
            }
            if is_id {
                self.carried.push(keys::id_hash(value));
            } else if is_class {
                self.carried.extend(value.split_ascii_whitespace().map(keys::class_hash));
            }
        }
        for (test, key) in &cut.marks {
            if passes(text, &self.attributes, test) {
                self.carried.push(*key);
            }
        }
        let mut wants = self.wanted(&cut.keys, 0);
        if self.posts > 0 || wants & want::POST != 0 {
            wants = self.wanted(&cut.in_posts, wants);
        }
        Some(wants)
    }

    /// What candidates for the present element want beyond what is wanted of it already.
    fn wanted(&self, keys: &Keys, mut wants: u8) -> u8 {
        let passes = |test: &AttributeTest| passes(self.text, &self.attributes, test);
        for candidate in self.carried.iter().flat_map(|hash| keys.get(*hash)) {
            let new = self.cut.wants[candidate.css as usize];
            if wants & new != new && candidate.may_match(&self.carried, passes, &self.above) {
                wants |= new;
            }
        }
        wants
    }
}

/// Whether an attribute's value holds what the parser puts something else in the place of.
#[inline]
fn has_signs(value: &str) -> bool {
    memchr2(b'&', b'\r', value.as_bytes()).is_some()
}

/// Whether an element may pass the test of an attribute, by its attributes as written.
fn passes(text: &str, attributes: &[Attribute], test: &AttributeTest) -> bool {
    let named = |attribute: &&Attribute| text[attribute.name.clone()].eq_ignore_ascii_case(&test.name);
    let Some(attribute) = attributes.iter().find(named) else { return false };
    let value = &text[attribute.value.clone()];
    if !has_signs(value) {
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
