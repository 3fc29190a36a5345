//! What a profile may want of an element, by its start tag and by what stands above it.

use memchr::memchr2;

use super::thin::{Seen, Tag, Thin};
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
        let mut kinds = 0;
        for Seen { written, key } in &self.attributes {
            kinds |= keys::kind(*key);
            let is_id = *key == ID && !std::mem::replace(&mut has_id, true);
            let is_class = *key == CLASS && !std::mem::replace(&mut has_class, true);
            if !is_id && !is_class {
                continue;
            }
            let value = &text[written.value.clone()];
            if has_signs(value) {
                return None;
            }
            if is_id {
                self.carried.push(keys::id_hash(value));
            } else if is_class {
                self.carried.extend(value.split_ascii_whitespace().map(keys::class_hash));
            }
        }
        for (test, key) in &cut.marks {
            if kinds & keys::kind(test.key) != 0 && passes(text, &self.attributes, test) {
                self.carried.push(*key);
            }
        }
        let mut wants = self.wanted(&cut.keys, kinds, 0);
        if self.posts > 0 || wants & want::POST != 0 {
            wants = self.wanted(&cut.in_posts, kinds, wants);
        }
        Some(wants)
    }

    /// What candidates for the present element want beyond what is wanted of it already; `kinds` are the bits of its attributes.
    fn wanted(&self, keys: &Keys, kinds: u64, mut wants: u8) -> u8 {
        let passes = |test: &AttributeTest| passes(self.text, &self.attributes, test);
        for candidate in self.carried.iter().flat_map(|hash| keys.get(*hash)) {
            let new = self.cut.wants[candidate.css as usize];
            if wants & new != new && candidate.may_match(&self.carried, kinds, passes, &self.above) {
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

/// The keys of these names.
const ID: u64 = short_key(b"id");
const CLASS: u64 = short_key(b"class");

/// The key of a short name in lower case.
const fn short_key(name: &[u8]) -> u64 {
    let (mut key, mut at) = (0, 0);
    while at < name.len() {
        key = key << 8 | name[at] as u64;
        at += 1;
    }
    key ^ (name.len() as u64) << 58
}

/// Whether an element may pass the test of an attribute, by its attributes as written.
fn passes(text: &str, attributes: &[Seen], test: &AttributeTest) -> bool {
    let named = |seen: &&Seen| seen.key == test.key && text[seen.written.name.clone()].eq_ignore_ascii_case(&test.name);
    let Some(seen) = attributes.iter().find(named) else { return false };
    let value = &text[seen.written.value.clone()];
    if test.holds(value) {
        return true;
    }
    if !has_signs(value) {
        return false;
    }
    // The entity of the ampersand is read here; where there is another, any value may stand for it.
    let has_others = value.contains('\r')
        || value.split('&').skip(1).any(|after| {
            let end = after.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(after.len());
            !(after.starts_with("amp;") || end > 0 && after[end..].starts_with('='))
        });
    // What holds no ampersand stands between two of them as it is written.
    has_others || test.asks_for_ampersand() && test.holds(&value.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_keys_are_keys() {
        assert_eq!((ID, CLASS), (keys::name_key(b"Id"), keys::name_key(b"CLASS")));
    }
}
