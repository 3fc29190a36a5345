//! Boards and threads of a document.

use url::Url;

use super::document::Look;
use crate::{
    engine::{Address, JsonValue, Profile},
    extract::{listing::request, options::ExtractOptions, text::number},
    model::{Board, BoardRow, NewRequest, PageKind, RawDate, ThreadRow},
};

/// A document of a forum whose place is known.
pub(super) struct Reader<'r, 'd> {
    pub(super) look: &'r Look<'d>,
    pub(super) profile: &'r Profile,
    /// The page's own address, or that of the forum: what others are built beside.
    pub(super) near: &'r Address,
    /// Links lead to documents, not to pages.
    pub(super) json: bool,
    /// What is wanted of bodies beyond text.
    pub(super) options: ExtractOptions,
}

impl<'d> Reader<'_, 'd> {
    pub(super) fn text(&self, value: &JsonValue, at: &'d serde_json::Value) -> Option<String> {
        self.look.value(value, at)
    }

    fn count(&self, value: &JsonValue, at: &'d serde_json::Value) -> Option<u64> {
        // Zero is a count, although it is no value.
        let zero = || {
            let found = value.0.iter().flat_map(|step| self.look.find(&step.pointer, at));
            found.into_iter().any(|value| value.as_f64() == Some(0.0)).then_some(0)
        };
        self.text(value, at).and_then(|text| number(&text)).or_else(zero)
    }

    fn date(&self, value: &JsonValue, at: &'d serde_json::Value) -> RawDate {
        RawDate { text: None, attributes: self.look.values(value, at) }
    }

    /// Whether the document may hold such things: no condition, or one that is met.
    pub(super) fn may_hold(&self, when: &JsonValue) -> bool {
        when.0.is_empty() || self.look.holds(when, self.look.root())
    }

    /// The boards of a document, in its order.
    pub(super) fn boards(&self) -> Vec<BoardRow> {
        let rules = &self.profile.json.index;
        if !self.may_hold(&rules.when) {
            return Vec::new();
        }
        let mut rows: Vec<BoardRow> = Vec::new();
        for at in self.look.each(&rules.each, &rules.only, self.look.root()) {
            let (id, slug) = (self.text(&rules.id, at), self.text(&rules.slug, at));
            let address = self.profile.built(self.near, PageKind::Board, self.json, id.as_deref(), slug.as_deref());
            let (Some(address), Some(name)) = (address, self.text(&rules.name, at)) else { continue };
            if rows.iter().any(|row| row.request.url == address.url) {
                continue;
            }
            rows.push(BoardRow {
                id,
                name,
                request: NewRequest { page: Some(1), ..request(&address) },
                threads: self.count(&rules.threads, at),
                posts: self.count(&rules.posts, at),
                last_post: self.date(&rules.last_post, at),
            });
        }
        rows
    }

    /// The threads of a document, in its order.
    pub(super) fn threads(&self) -> Vec<ThreadRow> {
        let rules = &self.profile.json.board;
        if !self.may_hold(&rules.when) {
            return Vec::new();
        }
        let mut rows: Vec<ThreadRow> = Vec::new();
        for at in self.look.each(&rules.each, &rules.only, self.look.root()) {
            let Some(id) = self.text(&rules.id, at) else { continue };
            let slug = self.text(&rules.slug, at);
            let address = self.profile.built(self.near, PageKind::Thread, self.json, Some(&id), slug.as_deref());
            let (Some(address), Some(title)) = (address, self.text(&rules.title, at)) else { continue };
            if rows.iter().any(|row| row.id == id) {
                continue;
            }
            let posts = self.count(&rules.posts, at).map(|posts| posts.saturating_sub(1));
            let mut wanted = NewRequest { page: Some(1), position_base: Some(0), ..request(&address) };
            wanted.board_id = self.text(&rules.board, at).or(wanted.board_id);
            rows.push(ThreadRow {
                id,
                title,
                request: wanted,
                replies: self.count(&rules.replies, at).or(posts),
                last_post: self.date(&rules.last_post, at),
                last_poster: self.text(&rules.last_poster, at),
                sticky: self.look.holds(&rules.sticky, at),
                moved: self.look.holds(&rules.moved, at),
                locked: self.look.holds(&rules.locked, at),
            });
        }
        rows
    }

    /// The boards that the thread stands in.
    pub(super) fn path(&self) -> Vec<Board> {
        let rules = &self.profile.json.thread;
        let mut boards: Vec<Board> = Vec::new();
        for at in self.look.each(&rules.boards, &rules.board_only, self.look.root()) {
            let (id, slug) = (self.text(&rules.board_id, at), self.text(&rules.board_slug, at));
            let Some(name) = self.text(&rules.board_name, at) else { continue };
            let url = self.profile.built(self.near, PageKind::Board, false, id.as_deref(), slug.as_deref());
            boards.push(Board { id, name, url: url.map(|address| String::from(address.url)) });
        }
        boards
    }

    /// An address of the forum, given whole or below its directory.
    pub(super) fn resolve(&self, base: &Url, below: &str, given: &str) -> Option<Url> {
        let url = if below.is_empty() { base.join(given) } else { base.join(below).and_then(|dir| dir.join(given)) };
        url.ok().filter(|url| matches!(url.scheme(), "http" | "https"))
    }
}
