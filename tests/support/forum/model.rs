//! Boards, threads and posts as they are, whatever a page shows of them.

use super::{
    content::Body,
    rng::Rng,
    setup::{Engine, Setup},
    truth::Event,
    words,
};

/// A member, moderator or guest.
#[derive(Clone, Debug)]
pub struct User {
    /// 0 for a guest.
    pub id: u32,
    pub name: String,
    /// As printed.
    pub role: &'static str,
    pub signature: Option<&'static str>,
}

/// A board.
#[derive(Clone, Debug)]
pub struct Board {
    pub id: u32,
    pub name: String,
    pub description: String,
    /// Asks for a login.
    pub closed: bool,
    /// Anti-copy text between the lines (Discuz).
    pub jammer: bool,
}

/// A thread.
#[derive(Clone, Debug)]
pub struct Thread {
    pub id: u32,
    pub board: u32,
    pub title: String,
    /// Post ids in order of time, vanished ones included.
    pub posts: Vec<u32>,
    pub sticky: bool,
    pub locked: bool,
    /// Shown newest first.
    pub descending: bool,
    /// Its pager names a next page for ever, and every page beyond the last repeats it.
    pub endless: bool,
    /// Boards that keep a stub of it.
    pub stubs: Vec<u32>,
    /// Deleted, or merged into the thread named.
    pub gone: Option<Option<u32>>,
    /// Printed number of views; grows when noise is on.
    pub views: u64,
}

/// A post.
#[derive(Clone, Debug)]
pub struct Post {
    pub id: u32,
    pub thread: u32,
    /// Index into the users.
    pub author: usize,
    /// Unix seconds.
    pub created: i64,
    pub body: Body,
    pub quote: Option<Quote>,
    /// What the engine's notice tells.
    pub edit: Option<Edit>,
    /// Edits in all, silent ones included.
    pub edits_made: u32,
    pub deleted: Option<Deletion>,
}

/// What a post quotes. The words stay as they were when they were quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    pub post: u32,
    pub author: usize,
    pub created: i64,
    pub text: String,
    /// A quote within the quote, where the engine nests them.
    pub inner: Option<Box<Quote>>,
}

/// The last edit that the engine tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Index into the users.
    pub by: usize,
    pub at: i64,
    pub reason: Option<String>,
    pub count: u32,
}

/// How a post was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// Nothing is left; later posts move up.
    Vanishes,
    /// Its place says so (Discuz, phpBB; elsewhere it vanishes).
    LeavesMarker,
}

/// A forum.
pub struct Forum {
    pub setup: Setup,
    /// The forum's clock, Unix seconds: the `Date` header, and what relative dates count from.
    pub now: i64,
    /// Forum time that an operation takes, so that no two things happen at once; 61 seconds.
    pub step: i64,
    /// When something last happened, Unix seconds.
    pub changed: i64,
    pub(super) users: Vec<User>,
    pub(super) boards: Vec<Board>,
    pub(super) threads: Vec<Thread>,
    pub(super) posts: Vec<Post>,
    pub(super) events: Vec<Event>,
    pub(super) rng: Rng,
}

impl Forum {
    /// A new post at the end of a thread; its id.
    pub(super) fn push_post(
        &mut self,
        thread: u32,
        author: usize,
        created: i64,
        body: Body,
        quote: Option<Quote>,
    ) -> u32 {
        let id = self.posts.len() as u32 + 1;
        self.posts.push(Post { id, thread, author, created, body, quote, edit: None, edits_made: 0, deleted: None });
        self.threads[thread as usize - 1].posts.push(id);
        id
    }

    /// What a reply that quotes that post would show.
    pub(super) fn quote_of(&self, post: u32) -> Quote {
        let quoted = self.post(post);
        let text = quoted.body.first_line();
        // Discuz! cuts what is quoted, and does not nest quotes.
        let text = if self.setup.engine == Engine::Discuz { cut(&text, 100) } else { text };
        let inner = if self.setup.engine == Engine::Discuz { None } else { quoted.quote.clone() };
        let inner = inner.map(|quote| Box::new(Quote { inner: None, ..quote }));
        Quote { post, author: quoted.author, created: quoted.created, text, inner }
    }

    /// The index of the moderator among the users.
    pub fn moderator(&self) -> usize {
        words::NAMES.len() - 1
    }

    /// The user of an index.
    pub fn user(&self, index: usize) -> &User {
        &self.users[index]
    }

    /// All boards.
    pub fn boards(&self) -> &[Board] {
        &self.boards
    }

    /// The board of an id that exists.
    pub fn board(&self, id: u32) -> &Board {
        &self.boards[id as usize - 1]
    }

    /// All threads that are still there.
    pub fn threads(&self) -> impl Iterator<Item = &Thread> {
        self.threads.iter().filter(|thread| thread.gone.is_none())
    }

    /// The thread of an id that was ever given, gone ones included.
    pub fn thread(&self, id: u32) -> &Thread {
        &self.threads[id as usize - 1]
    }

    /// All posts that were ever written.
    pub fn posts(&self) -> &[Post] {
        &self.posts
    }

    /// The post of an id that was ever given.
    pub fn post(&self, id: u32) -> &Post {
        &self.posts[id as usize - 1]
    }

    /// The posts of a thread that take a place in it, oldest first.
    pub fn shown<'a>(&'a self, thread: &'a Thread) -> impl Iterator<Item = &'a Post> {
        thread.posts.iter().map(|id| self.post(*id)).filter(|post| self.takes_place(post))
    }

    /// Whether a post takes a place in its thread: it is there, or a marker is.
    pub fn takes_place(&self, post: &Post) -> bool {
        match post.deleted {
            None => true,
            Some(Deletion::LeavesMarker) => self.setup.engine.marks_deletions(),
            Some(Deletion::Vanishes) => false,
        }
    }

    /// What happened since the forum was grown, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The time of a thread's last post.
    pub fn last_post<'a>(&'a self, thread: &'a Thread) -> Option<&'a Post> {
        thread.posts.iter().rev().map(|id| self.post(*id)).find(|post| self.takes_place(post))
    }
}

/// At most so many bytes, and a sign that there was more.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= most).last().unwrap_or(0);
    format!("{} ...", &text[..end])
}
