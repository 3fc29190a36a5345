//! Boards, threads and posts as they are, whatever a page shows of them.

use super::{
    content::Body,
    rng::{Rng, mix},
    truth::Event,
    words,
};

/// The forum software whose pages and addresses are imitated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// Discuz! X3.5, desktop template, English.
    Discuz,
    /// phpBB 3.3, prosilver.
    Phpbb,
    /// MyBB 1.8, default theme.
    Mybb,
    /// SMF 2.1, default theme.
    Smf,
    /// FluxBB 1.5, Air.
    Fluxbb,
}

impl Engine {
    /// All of them.
    pub const ALL: [Engine; 5] = [Engine::Discuz, Engine::Phpbb, Engine::Mybb, Engine::Smf, Engine::Fluxbb];

    /// The profile's name.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Discuz => "discuz",
            Engine::Phpbb => "phpbb",
            Engine::Mybb => "mybb",
            Engine::Smf => "smf",
            Engine::Fluxbb => "fluxbb",
        }
    }

    /// The engine of that name.
    pub fn from_name(name: &str) -> Option<Engine> {
        Engine::ALL.into_iter().find(|engine| engine.name() == name)
    }

    /// The board's zone: name and offset in seconds; zones without daylight saving.
    pub fn zone(self) -> (&'static str, i64) {
        match self {
            Engine::Discuz | Engine::Mybb => ("Asia/Kuala_Lumpur", 8 * 3600),
            Engine::Phpbb => ("Europe/Moscow", 3 * 3600),
            Engine::Smf | Engine::Fluxbb => ("UTC", 0),
        }
    }

    /// Posts and threads a page, as the engine is delivered.
    pub fn page_sizes(self) -> (usize, usize) {
        match self {
            Engine::Discuz => (10, 20),
            Engine::Phpbb => (10, 25),
            Engine::Mybb => (10, 20),
            Engine::Smf => (15, 20),
            Engine::Fluxbb => (25, 30),
        }
    }

    /// Whether the header of a post shows seconds.
    pub fn prints_seconds(self) -> bool {
        matches!(self, Engine::Discuz | Engine::Phpbb | Engine::Fluxbb)
    }

    /// Whether a notice tells how often a post was edited.
    pub fn prints_edit_count(self) -> bool {
        self == Engine::Phpbb
    }

    /// Whether a notice tells why.
    pub fn prints_edit_reason(self) -> bool {
        matches!(self, Engine::Phpbb | Engine::Mybb | Engine::Smf)
    }

    /// Whether a deleted post may leave a marker that a guest sees.
    pub fn marks_deletions(self) -> bool {
        matches!(self, Engine::Discuz | Engine::Phpbb)
    }
}

/// What a forum is grown from.
#[derive(Clone, Debug)]
pub struct Setup {
    pub engine: Engine,
    /// All else that is not said here comes from this number.
    pub seed: u64,
    pub boards: usize,
    /// Threads a board.
    pub threads: usize,
    /// The longest thread; lengths fall off quickly below it.
    pub longest: usize,
    /// The forum's present time, Unix seconds.
    pub now: i64,
    pub posts_per_page: usize,
    pub threads_per_page: usize,
    /// The last board asks for a login (with status 200).
    pub closed_board: bool,
    /// Pages link to traps: a calendar, sorted listings, redirect loops, growing addresses.
    pub traps: bool,
    /// Pages differ at each fetch: jammer text (Discuz), form tokens, view counts, who is online.
    pub noise: bool,
    /// Links carry a session id until a cookie comes back (phpBB, SMF).
    pub session_ids: bool,
    /// Recent dates are printed relative to now (Discuz, MyBB, SMF, FluxBB).
    pub relative_dates: bool,
    /// Responses have entity tags that noise does not change.
    pub entity_tags: bool,
    /// What is missing is told with status 200.
    pub soft_missing: bool,
}

impl Setup {
    /// A small forum: 3 boards of 12 threads; 2026-11-20 12:00 UTC.
    pub fn new(engine: Engine, seed: u64) -> Setup {
        let (posts_per_page, threads_per_page) = engine.page_sizes();
        Setup {
            engine,
            seed,
            boards: 3,
            threads: 12,
            longest: 35,
            now: 1_795_176_000,
            posts_per_page,
            threads_per_page,
            closed_board: false,
            traps: true,
            noise: true,
            session_ids: true,
            relative_dates: true,
            entity_tags: true,
            soft_missing: false,
        }
    }
}

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
    pub(super) users: Vec<User>,
    pub(super) boards: Vec<Board>,
    pub(super) threads: Vec<Thread>,
    pub(super) posts: Vec<Post>,
    pub(super) events: Vec<Event>,
    pub(super) rng: Rng,
}

impl Forum {
    /// The forum that this setup grows into; the same at every call.
    pub fn new(setup: Setup) -> Forum {
        let mut rng = Rng::new(setup.seed);
        let users = users(setup.engine);
        let boards = boards(&setup);
        let now = setup.now;
        let mut forum = Forum {
            setup,
            now,
            step: 61,
            users,
            boards,
            threads: vec![],
            posts: vec![],
            events: vec![],
            rng: rng.clone(),
        };
        let total = forum.setup.boards * forum.setup.threads;
        for n in 0..total {
            let board = forum.boards[n % forum.setup.boards].id;
            // Old threads first, so that ids grow with time.
            let age = 400 * 86_400 * (total - n) as i64 / total as i64;
            forum.grow_thread(&mut rng, board, now - age.max(7200));
        }
        forum.rng = Rng::new(mix(forum.setup.seed ^ 0x5eed));
        forum
    }

    fn grow_thread(&mut self, rng: &mut Rng, board: u32, start: i64) {
        let id = self.threads.len() as u32 + 1;
        let longest = self.setup.longest.max(1) as u64;
        // Three in four threads are short, some fill several pages.
        let length = if rng.chance(75) { 1 + rng.below(longest.min(8)) } else { 1 + rng.below(longest) };
        self.threads.push(Thread {
            id,
            board,
            title: words::title(rng, u64::from(id)),
            posts: vec![],
            sticky: rng.chance(4),
            locked: rng.chance(6),
            descending: false,
            endless: false,
            stubs: vec![],
            gone: None,
            views: rng.below(5000),
        });
        let span = (self.now - 3600 - start).min(length as i64 * 86_400).max(length as i64);
        let mut at = start;
        for n in 0..length {
            let author = rng.index(self.users.len());
            let seed = rng.next();
            let quoted = if n > 0 && rng.chance(25) { Some(rng.below(n)) } else { None };
            let quote = quoted.map(|k| self.quote_of(self.threads[id as usize - 1].posts[k as usize]));
            let post = self.push_post(id, author, at, Body::Grown(seed), quote);
            if rng.chance(8) {
                let reason = if rng.chance(50) { Some(words::sentence(rng, seed % 1000)) } else { None };
                let by = if rng.chance(80) { author } else { self.moderator() };
                let count = 1 + rng.below(3) as u32;
                let edit = Edit { by, at: (at + 120 + rng.below(40_000) as i64).min(self.now - 60), reason, count };
                let post = &mut self.posts[post as usize - 1];
                (post.edit, post.edits_made) = (Some(edit), count);
            }
            if n > 0 && self.setup.engine.marks_deletions() && rng.chance(2) {
                self.posts[post as usize - 1].deleted = Some(Deletion::LeavesMarker);
            }
            at += 1 + rng.below((span / length as i64).max(1) as u64) as i64;
        }
    }

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

fn users(engine: Engine) -> Vec<User> {
    let (member, moderator) = match engine {
        Engine::Discuz => ("Member", "Moderator"),
        Engine::Phpbb => ("Posts", "Global Moderator"),
        Engine::Mybb => ("Junior Member", "Moderator"),
        Engine::Smf => ("Newbie", "Global Moderator"),
        Engine::Fluxbb => ("Member", "Moderator"),
    };
    let count = words::NAMES.len();
    let mut users: Vec<User> = (0..count)
        .map(|n| User {
            id: n as u32 + 2,
            name: words::NAMES[n].to_owned(),
            role: if n == count - 1 { moderator } else { member },
            signature: words::SIGNATURES.get(n / 2).copied().filter(|_| n % 2 == 1),
        })
        .collect();
    if engine != Engine::Discuz {
        let role = if engine == Engine::Mybb { "Unregistered" } else { "Guest" };
        users.push(User { id: 0, name: "Passer-by".into(), role, signature: None });
    }
    users
}

fn boards(setup: &Setup) -> Vec<Board> {
    (0..setup.boards)
        .map(|n| {
            let (name, description) = words::BOARDS[n % words::BOARDS.len()];
            let round = n / words::BOARDS.len();
            Board {
                id: n as u32 + 1,
                name: if round == 0 { name.to_owned() } else { format!("{name} {}", round + 1) },
                description: description.to_owned(),
                closed: setup.closed_board && n + 1 == setup.boards,
                jammer: setup.engine == Engine::Discuz && n == 1,
            }
        })
        .collect()
}
