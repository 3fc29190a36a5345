//! Choices and drawings: what stands in them is no ordinary markup, so they are kept or left out as they stand.

use memchr::memchr;

use super::{
    names::{Class, Name, breaks_out, is},
    tags::{comment_end, name_end},
    thin::{Tag, Thin},
};
use crate::engine::cut::want;

impl Thin<'_, '_> {
    /// A choice or a drawing: kept as it stands where anything within it is wanted.
    pub(super) fn foreign(&mut self, tag: &Tag, class: Class) -> Option<()> {
        let top = self.stack.last().map_or(0, |open| open.traits);
        if top & (is::TABLE | is::SECTION | is::ROW | is::CAPTION) != 0 {
            return None;
        }
        let mut wants = self.wants(tag.met)?;
        self.over = Some(self.above().with(self.tags.get(tag.met).above));
        self.at = tag.end;
        let mut is_open = class == Class::Select || !self.tags.get(tag.met).closes_itself;
        while is_open {
            let start = self.at + memchr(b'<', &self.bytes[self.at..])?;
            let is_end = *self.bytes.get(start + 1)? == b'/';
            let text = start + 1 + usize::from(is_end);
            let first = *self.bytes.get(text)?;
            if self.bytes[start..].starts_with(b"<!--") {
                self.at = comment_end(self.bytes, start)?;
                continue;
            }
            if !first.is_ascii_alphabetic() {
                return None;
            }
            let text = text..name_end(self.bytes, text);
            let word = &self.bytes[text.clone()];
            let name = Name::of(word);
            let is_known = match class {
                Class::Select => [&b"option"[..], b"optgroup"].iter().any(|known| word.eq_ignore_ascii_case(known)),
                _ => !breaks_out(word) && word.iter().all(u8::is_ascii_alphanumeric) && !is_raw(word),
            };
            let inner = if is_end { None } else { Some(self.tag(start)?.0) };
            let end = match &inner {
                Some(inner) => inner.end,
                None => self.end_tag_end(text.end)?,
            };
            self.at = end;
            if name == tag.name {
                if !is_end {
                    return None;
                }
                is_open = false;
            } else if !is_known {
                return None;
            } else if let Some(inner) = inner {
                // Within these the parser reads HTML again: text alone is plain.
                let is_text = [&b"title"[..], b"desc"].iter().any(|known| word.eq_ignore_ascii_case(known));
                let next = end + memchr(b'<', &self.bytes[end..])?;
                if is_text && self.bytes.get(next + 1) != Some(&b'/') {
                    return None;
                }
                if self.wants(inner.met)? != 0 {
                    wants |= want::WHOLE;
                }
            }
        }
        self.over = None;
        match self.keeps(wants)? {
            Some(_) => {
                let parent = self.stack.last()?.node?;
                self.tree.graft(parent, &self.text[tag.start..self.at])
            }
            None => {
                self.leave_out(tag.text.clone());
                Some(())
            }
        }
    }
}

/// Whether an element's text is raw in HTML and may not be in a drawing.
fn is_raw(name: &[u8]) -> bool {
    [&b"script"[..], b"style", b"textarea", b"foreignObject"].iter().any(|known| name.eq_ignore_ascii_case(known))
}
