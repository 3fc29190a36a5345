//! What a profile may want of an element, by its start tag and by what stands above it.

use memchr::memchr2;

use super::{
    met::{Asked, Seen, Span, Wanting},
    thin::Thin,
};
use crate::engine::{attribute::AttributeTest, cut::want, keys};

impl Thin<'_, '_> {
    /// What the profile may want of the element of a tag; `None` where that cannot be told.
    pub(super) fn wants(&mut self, met: usize) -> Option<u8> {
        if self.whole.is_some() {
            return Some(0);
        }
        if self.tags.get(met).asked.is_none() {
            let asked = self.look_up(met);
            self.tags.get_mut(met).asked = Some(asked);
        }
        let Asked { page, is_unsure, .. } = self.tags.get(met).asked.as_ref()?;
        if *is_unsure {
            return None;
        }
        let mut wants = self.wanted(met, *page, 0);
        if self.posts > 0 || wants & want::POST != 0 {
            let of_posts = match &self.tags.get(met).asked.as_ref()?.posts {
                Some(known) => *known,
                None => {
                    let of_posts = self.tags.look_up(met, &self.cut.in_posts, &self.cut.wants);
                    self.tags.get_mut(met).asked.as_mut()?.posts = Some(of_posts);
                    of_posts
                }
            };
            wants = self.wanted(met, of_posts, wants);
        }
        Some(wants)
    }

    /// What candidates for the element of a tag want where it stands, beyond what is wanted of it already.
    fn wanted(&mut self, met: usize, candidates: Span, mut wants: u8) -> u8 {
        let mut all = std::mem::take(&mut self.tags.candidates);
        for Wanting { candidate, wants: new, passes } in &mut all[candidates.range()] {
            if wants & *new != *new && candidate.stands_in(&self.above) {
                let attributes = || self.tags.attributes(met);
                let is_fit = || candidate.passes(|test| self::passes(self.text, attributes(), test));
                if *passes.get_or_insert_with(is_fit) {
                    wants |= *new;
                }
            }
        }
        self.tags.candidates = all;
        wants
    }

    /// Looks up what may want the element of a tag, wherever it stands.
    fn look_up(&mut self, met: usize) -> Asked {
        let (text, cut) = (self.text, self.cut);
        let mut carried = std::mem::take(&mut self.tags.carried);
        let first = carried.len();
        carried.extend([keys::ANY, self.tags.get(met).known.key]);
        let attributes = self.tags.attributes(met);
        let (mut has_id, mut has_class, mut is_unsure) = (false, false, false);
        let mut kinds = 0;
        for Seen { name: _, value, key } in attributes {
            kinds |= keys::kind(*key);
            let is_id = *key == ID && !std::mem::replace(&mut has_id, true);
            let is_class = *key == CLASS && !std::mem::replace(&mut has_class, true);
            if !is_id && !is_class {
                continue;
            }
            let value = &text[value.range()];
            is_unsure |= has_signs(value);
            if is_id {
                carried.push(keys::id_hash(value));
            } else {
                carried.extend(value.split_ascii_whitespace().map(keys::class_hash));
            }
        }
        for (test, key) in &cut.marks {
            if kinds & keys::kind(test.key) != 0 && passes(text, attributes, test) {
                carried.push(*key);
            }
        }
        self.tags.carried = carried;
        self.tags.carry(met, first, kinds);
        let page = self.tags.look_up(met, &cut.keys, &cut.wants);
        Asked { page, posts: None, is_unsure }
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
    let named = |seen: &&Seen| seen.key == test.key && text[seen.name.range()].eq_ignore_ascii_case(&test.name);
    let Some(seen) = attributes.iter().find(named) else { return false };
    let value = &text[seen.value.range()];
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
