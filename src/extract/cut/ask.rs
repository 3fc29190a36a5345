//! What a profile may want of an element, by its start tag and by what stands above it.

use super::{
    met::{Asked, Seen, Signs, Span, Wants},
    thin::Thin,
};
use crate::engine::{
    attribute::AttributeTest,
    cut::want,
    keys::{self, Keys},
};

impl Thin<'_, '_> {
    /// What the profile may want of the element of a tag; `None` where that cannot be told.
    pub(super) fn wants(&mut self, met: usize) -> Option<u8> {
        if self.whole.is_some() {
            return Some(0);
        }
        let asked = match self.tags.get(met).asked {
            Some(asked) => asked,
            None => {
                let asked = self.look_up(met);
                *self.tags.get_mut(met).asked.insert(asked)
            }
        };
        let Asked { page, posts, is_unsure } = asked;
        if is_unsure {
            return None;
        }
        let mut wants = self.wanted(met, &self.cut.keys, page, 0);
        if self.posts > 0 || wants & want::POST != 0 {
            let of_posts = match posts {
                Some(known) => known,
                None => {
                    let of_posts = self.look_among(met, &self.cut.in_posts);
                    self.tags.get_mut(met).asked.as_mut()?.posts = Some(of_posts);
                    of_posts
                }
            };
            wants = self.wanted(met, &self.cut.in_posts, of_posts, wants);
        }
        Some(wants)
    }

    /// What is wanted of the element of a tag where it stands, beyond what is wanted of it already.
    #[inline]
    fn wanted(&self, met: usize, keys: &Keys, asked: Wants, wants: u8) -> u8 {
        let wants = wants | asked.anywhere;
        if asked.lists.is_empty() { wants } else { self.wanted_there(met, keys, asked.lists, wants) }
    }

    /// The same by candidates that ask for something above it.
    fn wanted_there(&self, met: usize, keys: &Keys, lists: Span, mut wants: u8) -> u8 {
        let (carried, kinds) = self.tags.names(met);
        let attributes = self.tags.attributes(met);
        let above = self.above();
        for candidate in self.tags.lists[lists.range()].iter().flat_map(|list| keys.list(*list).within(above)) {
            let new = self.cut.wants[candidate.css as usize];
            if wants & new != new
                && candidate.is_named(carried, kinds)
                && candidate.passes(|test| passes(self.text, attributes, test))
            {
                wants |= new;
            }
        }
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
        for Seen { name: _, value, key, signs } in attributes {
            kinds |= keys::kind(*key);
            let is_id = *key == ID && !std::mem::replace(&mut has_id, true);
            let is_class = *key == CLASS && !std::mem::replace(&mut has_class, true);
            if !is_id && !is_class {
                continue;
            }
            let value = &text[value.range()];
            is_unsure |= *signs != Signs::None;
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
        let above = cut.asked_above(&carried[first..]);
        self.tags.carried = carried;
        self.tags.carry(met, first, kinds, above);
        let page = self.look_among(met, &cut.keys);
        Asked { page, posts: None, is_unsure }
    }

    /// Looks up what may want the element of a tag by what it carries.
    fn look_among(&mut self, met: usize, keys: &Keys) -> Wants {
        let mut lists = std::mem::take(&mut self.tags.lists);
        let first = lists.len();
        let mut anywhere = 0;
        let (carried, kinds) = self.tags.names(met);
        for number in carried.iter().filter_map(|hash| keys.number(*hash)) {
            let list = keys.list(number);
            for candidate in &list.anywhere {
                let wants = self.cut.wants[candidate.css as usize];
                if anywhere & wants != wants
                    && candidate.is_named(carried, kinds)
                    && candidate.passes(|test| passes(self.text, self.tags.attributes(met), test))
                {
                    anywhere |= wants;
                }
            }
            if list.ask_above() {
                lists.push(number);
            }
        }
        let found = Span::of(&(first..lists.len()));
        self.tags.lists = lists;
        Wants { anywhere, lists: found }
    }
}

/// The keys of these names.
const ID: u64 = keys::short_key(b"id");
const CLASS: u64 = keys::short_key(b"class");

/// Whether an element may pass the test of an attribute, by its attributes as written.
fn passes(text: &str, attributes: &[Seen], test: &AttributeTest) -> bool {
    let named = |seen: &&Seen| seen.key == test.key && keys::same_name(&text[seen.name.range()], &test.name);
    let Some(seen) = attributes.iter().find(named) else { return false };
    let value = &text[seen.value.range()];
    if test.holds(value) {
        return true;
    }
    match seen.signs {
        Signs::None => false,
        // What holds no ampersand stands between two of them as it is written.
        Signs::Ampersands => test.asks_for_ampersand() && test.holds(&value.replace("&amp;", "&")),
        // any value may stand for it
        Signs::Others => true,
    }
}
