//! What a record of each post must say, and what happened to it: the log that a crawl is held against.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    calendar::iso,
    model::{Deletion, Forum, Post, Quote},
    render,
    setup::Engine,
};

/// What a record of a post must say, as a guest sees it. Null: must be absent.
#[derive(Clone, Debug, Serialize)]
pub struct PostTruth {
    pub engine: &'static str,
    pub board_id: String,
    pub board_title: String,
    pub thread_id: String,
    pub thread_title: String,
    pub thread_url: String,
    pub post_id: String,
    pub post_url: String,
    /// 1-based, among the posts that take a place.
    pub position: usize,
    /// 1-based number of its page.
    pub page: usize,
    pub is_first: bool,
    pub author: String,
    /// `member` or `guest`.
    pub author_kind: &'static str,
    /// RFC 3339 in the board's zone, as precise as the page.
    pub created_at: String,
    /// Who is named by the notice.
    pub edited_by: Option<String>,
    pub edited_at: Option<String>,
    /// Only where the engine prints it.
    pub edit_count: Option<u32>,
    /// Only where the engine prints it.
    pub edit_reason: Option<String>,
    /// Whether there is a notice.
    pub edit_shown: bool,
    /// Silent ones included.
    pub edits_made: u32,
    /// Blocks with a blank line between; white space is not promised to the byte.
    pub text_expected: String,
    pub quotes: Vec<QuoteTruth>,
    pub links: Vec<String>,
    pub attachments: Vec<String>,
    pub signature: Option<&'static str>,
    /// `visible`, `deleted` (phpBB's marker) or `banned` (Discuz!'s).
    pub status: &'static str,
    /// False: no record may show its words.
    pub visible_to_guest: bool,
    /// True for a marker: a record may be absent.
    pub optional: bool,
}

/// What a record must say about a quote.
#[derive(Clone, Debug, Serialize)]
pub struct QuoteTruth {
    pub author: String,
    /// Where the page tells it.
    pub post_id: Option<String>,
    pub text: String,
    pub quotes: Vec<QuoteTruth>,
}

/// Something that happened.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    /// The forum's clock, Unix seconds.
    pub at: i64,
    /// The operation.
    pub event: &'static str,
    /// `new`, `edited` or `deleted`: what a record must call it; null where no post changed.
    pub change: Option<&'static str>,
    pub thread_id: Option<String>,
    pub post_id: Option<String>,
    /// Whether the page itself tells of it.
    pub notice_visible: bool,
}

impl Event {
    /// Something happened to a post.
    pub(super) fn of_post(event: &'static str, change: &'static str, post: &Post) -> Event {
        let (thread_id, post_id) = (Some(post.thread.to_string()), Some(post.id.to_string()));
        Event { at: 0, event, change: Some(change), thread_id, post_id, notice_visible: false }
    }

    /// Something happened to a thread.
    pub(super) fn of_thread(event: &'static str, thread: u32) -> Event {
        Event { at: 0, event, change: None, thread_id: Some(thread.to_string()), post_id: None, notice_visible: false }
    }

    /// Something happened to all.
    pub(super) fn of_forum(event: &'static str) -> Event {
        Event { at: 0, event, change: None, thread_id: None, post_id: None, notice_visible: false }
    }

    pub(super) fn with_notice(self, notice_visible: bool) -> Event {
        Event { notice_visible, ..self }
    }
}

impl Forum {
    /// What records must say now, of every post that takes a place and of those that a guest may not see, at addresses
    /// that begin with `origin` (`http://127.0.0.1:8100`).
    pub fn truth(&self, origin: &str) -> Vec<PostTruth> {
        let of_thread = |thread| self.shown(thread).enumerate().map(|(n, post)| self.truth_of(origin, post, n + 1));
        self.threads().flat_map(of_thread).collect()
    }

    fn truth_of(&self, origin: &str, post: &Post, position: usize) -> PostTruth {
        let engine = self.setup.engine;
        let (_, offset) = engine.zone();
        let thread = self.thread(post.thread);
        let board = self.board(thread.board);
        let author = self.user(post.author);
        let created = if engine.prints_seconds() { post.created } else { post.created - post.created.rem_euclid(60) };
        let marked = post.deleted.is_some();
        let edit = post.edit.as_ref().filter(|_| !marked);
        let edited = |at: i64| if engine == Engine::Fluxbb { at } else { at - at.rem_euclid(60) };
        PostTruth {
            engine: engine.name(),
            board_id: board.id.to_string(),
            board_title: board.name.clone(),
            thread_id: thread.id.to_string(),
            thread_title: thread.title.clone(),
            thread_url: format!("{origin}/{}", render::thread_address(engine, thread.id)),
            post_id: post.id.to_string(),
            post_url: format!("{origin}/{}", render::post_address(engine, thread.id, post.id)),
            position,
            page: (position - 1) / self.setup.posts_per_page + 1,
            is_first: position == 1,
            author: author.name.clone(),
            author_kind: if author.id == 0 { "guest" } else { "member" },
            created_at: iso(created, offset),
            edited_by: edit.map(|edit| self.user(edit.by).name.clone()),
            edited_at: edit.map(|edit| iso(edited(edit.at), offset)),
            edit_count: edit.map(|edit| edit.count).filter(|_| engine.prints_edit_count()),
            edit_reason: edit.and_then(|edit| edit.reason.clone()).filter(|_| engine.prints_edit_reason()),
            edit_shown: edit.is_some(),
            edits_made: post.edits_made,
            text_expected: if marked { String::new() } else { post.body.text() },
            quotes: post.quote.iter().filter(|_| !marked).map(|quote| self.truth_of_quote(quote)).collect(),
            links: if marked { vec![] } else { post.body.links() },
            attachments: vec![],
            signature: author.signature,
            status: match post.deleted {
                Some(Deletion::LeavesMarker) if engine == Engine::Discuz => "banned",
                Some(_) => "deleted",
                None => "visible",
            },
            visible_to_guest: !board.closed,
            optional: marked,
        }
    }

    fn truth_of_quote(&self, quote: &Quote) -> QuoteTruth {
        QuoteTruth {
            author: self.user(quote.author).name.clone(),
            post_id: (self.setup.engine != Engine::Fluxbb).then(|| quote.post.to_string()),
            text: quote.text.clone(),
            quotes: quote.inner.iter().map(|inner| self.truth_of_quote(inner)).collect(),
        }
    }

    /// [`Forum::truth`] as JSON lines.
    pub fn truth_lines(&self, origin: &str) -> String {
        json_lines(self.truth(origin))
    }

    /// What a crawl that knew all up to event `from` must tell now, one event a post: a post that came and went is
    /// none, one that came and was edited is new.
    pub fn changes_since(&self, from: usize) -> Vec<Event> {
        let mut net: BTreeMap<u32, (&Event, &Event)> = BTreeMap::new();
        for event in self.events.iter().skip(from).filter(|event| event.change.is_some()) {
            let Some(id) = event.post_id.as_deref().and_then(|id| id.parse().ok()) else { continue };
            net.entry(id).and_modify(|(_, last)| *last = event).or_insert((event, event));
        }
        let fold = |(id, (first, last)): (u32, (&Event, &Event))| {
            let change = match (first.change, last.change) {
                (Some("new"), Some("deleted")) => return None,
                (Some("new"), _) => Some("new"),
                (_, change) => change,
            };
            let thread = self.post(id).thread;
            let seen = !self.board(self.thread(thread).board).closed;
            seen.then(|| Event { change, thread_id: Some(thread.to_string()), ..last.clone() })
        };
        net.into_iter().filter_map(fold).collect()
    }

    /// [`Forum::changes_since`] as JSON lines.
    pub fn change_lines(&self, from: usize) -> String {
        json_lines(self.changes_since(from))
    }

    /// The events from place `from` on as JSON lines; `only_posts`: those that must yield a record.
    pub fn event_lines(&self, from: usize, only_posts: bool) -> String {
        let wanted = self.events.iter().skip(from).filter(|event| !only_posts || event.change.is_some());
        json_lines(wanted)
    }
}

fn json_lines<T: Serialize>(items: impl IntoIterator<Item = T>) -> String {
    // A struct of strings and numbers cannot fail to become JSON; an empty line would be seen at once.
    items.into_iter().map(|item| serde_json::to_string(&item).unwrap_or_default() + "\n").collect()
}
