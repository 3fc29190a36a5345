//! Addresses with slots: how they are written, and what fills them.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::Error};

use super::Pattern;

/// A text with slots.
#[derive(Clone, Debug, Default)]
pub struct Template(Vec<Piece>);

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Slot(String),
    Optional(Vec<Piece>),
}

impl Template {
    fn parse(text: &str) -> Result<Template, String> {
        let mut stack = vec![Vec::new()];
        let mut rest = text;
        while let Some(at) = rest.find(['{', '[', ']']) {
            let (before, after) = rest.split_at(at);
            let top = stack.len() - 1;
            if !before.is_empty() {
                stack[top].push(Piece::Text(before.to_owned()));
            }
            rest = &after[1..];
            match after.as_bytes()[0] {
                b'{' => {
                    let (name, after) = rest.split_once('}').ok_or("`{` without `}`")?;
                    if !["board", "thread", "post", "page", "offset", "slug"].contains(&name) {
                        return Err(format!(
                            "`{{{name}}}` is not known; there are board, thread, post, page, offset, slug"
                        ));
                    }
                    stack[top].push(Piece::Slot(name.to_owned()));
                    rest = after;
                }
                b'[' => stack.push(Vec::new()),
                _ => {
                    let inner = stack.pop().unwrap_or_default();
                    stack.last_mut().ok_or("`]` without `[`")?.push(Piece::Optional(inner));
                }
            }
        }
        if !rest.is_empty() {
            stack[0].push(Piece::Text(rest.to_owned()));
        }
        match stack.len() {
            1 => Ok(Template(stack.swap_remove(0))),
            _ => Err("`[` without `]`".to_owned()),
        }
    }

    /// The text with its slots filled; `None` where a value that it needs is unknown.
    pub(super) fn fill(&self, slots: &Slots) -> Option<String> {
        let mut out = String::with_capacity(64);
        fill(&self.0, slots, &mut out).then_some(out)
    }
}

/// Writes pieces; whether all values that they need are known.
fn fill(pieces: &[Piece], slots: &Slots, out: &mut String) -> bool {
    pieces.iter().all(|piece| {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Slot(name) => match slots.value(name) {
                Some(value) => out.push_str(&value),
                None => return false,
            },
            Piece::Optional(inner) => {
                let before = out.len();
                if inner.iter().any(|piece| matches!(piece, Piece::Slot(name) if slots.is_implied(name)))
                    || !fill(inner, slots, out)
                {
                    out.truncate(before);
                }
            }
        }
        true
    })
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Template, D::Error> {
        let text = String::deserialize(deserializer)?;
        Template::parse(&text).map_err(D::Error::custom)
    }
}

/// What an address tells, by the names that slots have.
#[derive(Default)]
pub(super) struct Slots<'a> {
    pub(super) board: Option<Cow<'a, str>>,
    pub(super) thread: Option<Cow<'a, str>>,
    pub(super) post: Option<Cow<'a, str>>,
    pub(super) slug: Option<Cow<'a, str>>,
    pub(super) page: Option<u32>,
    pub(super) offset: Option<u32>,
}

impl Slots<'_> {
    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        let named = match name {
            "board" => &self.board,
            "thread" => &self.thread,
            "post" => &self.post,
            "slug" => &self.slug,
            "page" => return Some(self.page.unwrap_or(1).to_string().into()),
            _ => return Some(self.offset.unwrap_or(0).to_string().into()),
        };
        named.as_deref().map(Cow::Borrowed)
    }

    fn is_implied(&self, name: &str) -> bool {
        match name {
            "page" => self.page.is_none_or(|page| page <= 1),
            "offset" => self.offset.is_none_or(|offset| offset == 0),
            "board" => self.board.is_none(),
            "thread" => self.thread.is_none(),
            "post" => self.post.is_none(),
            _ => self.slug.is_none(),
        }
    }

    /// Takes the named captures of a pattern that must match; gives the capture `base`.
    pub(super) fn take(&mut self, pattern: &Pattern, text: &str) -> Option<String> {
        let mut base = String::new();
        if let Some(digits) = pattern.digits() {
            let found = digits.taken(text)?;
            digits.name().into_iter().for_each(|name| self.put(name, found));
            return Some(base);
        }
        let captures = pattern.captures(text)?;
        for (name, found) in pattern.capture_names().zip(captures.iter()) {
            match (name, found) {
                (Some("base"), Some(found)) => base = found.as_str().to_owned(),
                (Some(name), Some(found)) => self.put(name, found.as_str()),
                _ => {}
            }
        }
        Some(base)
    }

    fn put(&mut self, name: &str, found: &str) {
        match name {
            "board" => self.board = Some(found.to_owned().into()),
            "thread" => self.thread = Some(found.to_owned().into()),
            "post" => self.post = Some(found.to_owned().into()),
            "slug" => self.slug = Some(found.to_owned().into()),
            "page" => self.page = found.parse().ok(),
            "offset" => self.offset = found.parse().ok(),
            _ => {}
        }
    }
}
