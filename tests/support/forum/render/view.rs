//! What stands on a page, before any engine writes it down.

use super::{
    super::{
        calendar::Civil,
        model::{Board, Forum, Post, Thread, User},
        rng::{Rng, mix},
        setup::Engine,
        trap,
    },
    Answer,
    html::escape,
    route::thread_address,
    write_board, write_message, write_thread,
};

/// What is added to a thread's id to give its stub an id of its own.
pub const STUB: u32 = 900_000;

/// How a page is looked at: by whom, and how often it was before.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Where addresses begin: `http://127.0.0.1:8100`.
    pub origin: String,
    /// Stands in links until a cookie comes back.
    pub session: Option<String>,
    /// Differs at each fetch; 0 for a page without noise and without a clock, by which entity tags are made.
    pub nonce: u64,
}

/// What is told in place of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// There is no such thing.
    Missing,
    /// Log in first.
    Login,
    /// Not for you.
    NoPermission,
    /// Closed for maintenance.
    Maintenance,
}

/// A listing of threads.
pub struct BoardView<'a> {
    pub board: &'a Board,
    pub rows: Vec<Row<'a>>,
    pub page: usize,
    pub pages: usize,
    /// Threads in all.
    pub total: usize,
}

/// A thread in a listing.
pub struct Row<'a> {
    pub thread: &'a Thread,
    pub replies: usize,
    pub first: &'a Post,
    pub last: &'a Post,
    /// A stub in the board that the thread has left.
    pub moved: bool,
}

/// A page of a thread.
pub struct ThreadView<'a> {
    pub thread: &'a Thread,
    pub board: &'a Board,
    /// Place in the thread and post.
    pub posts: Vec<(usize, &'a Post)>,
    pub page: usize,
    pub pages: usize,
    /// Posts in all.
    pub total: usize,
}

/// A forum under someone's eyes.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    pub forum: &'a Forum,
    pub visit: &'a Visit,
}

impl<'a> Page<'a> {
    /// A page of a board.
    pub fn board(&self, id: u32, page: usize) -> Answer {
        let Some(board) = self.forum.boards.get((id as usize).wrapping_sub(1)) else {
            // Discuz! tells of a missing board with status 200.
            return self.told(Message::Missing, if self.forum.setup.engine == Engine::Discuz { 200 } else { 404 });
        };
        if board.closed {
            return self.told(Message::Login, 200);
        }
        let rows = self.rows(board);
        let total = rows.len();
        let (page, pages, range) = self.slice(page, total, self.forum.setup.threads_per_page);
        let rows = rows.into_iter().skip(range.0).take(range.1).collect();
        self.answer(200, write_board(self, &BoardView { board, rows, page, pages, total }))
    }

    /// A page of a thread.
    pub fn thread(&self, id: u32, asked: usize) -> Answer {
        // SMF's stub of a moved thread is a topic of its own, which leads on.
        if let Some(moved) = id.checked_sub(STUB).filter(|moved| (*moved as usize) <= self.forum.threads.len()) {
            return self.elsewhere(301, &thread_address(self.forum.setup.engine, moved));
        }
        let Some(thread) = self.forum.threads.get((id as usize).wrapping_sub(1)) else {
            return self.told(Message::Missing, 404);
        };
        match thread.gone {
            Some(Some(into)) => return self.elsewhere(301, &thread_address(self.forum.setup.engine, into)),
            Some(None) => return self.told(Message::Missing, 404),
            None => {}
        }
        let board = self.forum.board(thread.board);
        if board.closed {
            return self.told(Message::Login, 200);
        }
        let mut posts: Vec<(usize, &Post)> =
            self.forum.shown(thread).enumerate().map(|(n, post)| (n + 1, post)).collect();
        if posts.is_empty() {
            return self.told(Message::Missing, 404);
        }
        if thread.descending {
            posts.reverse();
        }
        let total = posts.len();
        let (mut page, mut pages, range) = self.slice(asked, total, self.forum.setup.posts_per_page);
        let mut range = range;
        if thread.endless {
            // Whatever was asked for is there, and one more page; beyond the last it is the last again.
            let size = self.forum.setup.posts_per_page;
            (page, range) = (asked, ((asked.min(pages) - 1) * size, size));
            pages = pages.max(asked + 1);
        }
        let posts = posts.into_iter().skip(range.0).take(range.1).collect();
        self.answer(200, write_thread(self, &ThreadView { thread, board, posts, page, pages, total }))
    }

    /// The page that holds a post, or the way to it.
    pub fn post(&self, id: u32, redirect: bool) -> Answer {
        let found = self.forum.posts.get((id as usize).wrapping_sub(1)).filter(|post| self.forum.takes_place(post));
        let Some(post) = found else {
            return self.told(Message::Missing, 404);
        };
        let thread = self.forum.thread(post.thread);
        let before = self.forum.shown(thread).take_while(|other| other.id != id).count();
        let before = if thread.descending { self.forum.shown(thread).count() - 1 - before } else { before };
        let page = before / self.forum.setup.posts_per_page + 1;
        if !redirect {
            return self.thread(thread.id, page);
        }
        let at = match self.forum.setup.engine {
            Engine::Smf => format!("index.php?topic={}.msg{id}#msg{id}", thread.id),
            _ => format!("{}&page={page}#pid{id}", thread_address(self.forum.setup.engine, thread.id)),
        };
        self.elsewhere(if self.forum.setup.engine == Engine::Smf { 302 } else { 301 }, &at)
    }

    /// A message, with that status unless the forum is one that always says 200.
    pub fn told(&self, message: Message, status: u16) -> Answer {
        self.answer(if self.forum.setup.soft_missing { 200 } else { status }, write_message(self, message))
    }

    /// A page.
    pub fn answer(&self, status: u16, html: String) -> Answer {
        Answer { status, location: None, html }
    }

    fn elsewhere(&self, status: u16, at: &str) -> Answer {
        Answer { status, location: Some(format!("{}/{at}", self.visit.origin)), html: String::new() }
    }

    /// A board's threads: sticky ones first, then by last post, newest first.
    pub fn rows(&self, board: &Board) -> Vec<Row<'a>> {
        let listed = |thread: &&Thread| thread.board == board.id || thread.stubs.contains(&board.id);
        let row = |thread: &'a Thread| {
            let first = self.forum.shown(thread).next()?;
            let last = self.forum.last_post(thread)?;
            let replies = thread.posts.iter().filter(|id| self.forum.takes_place(self.forum.post(**id))).count() - 1;
            Some(Row { thread, replies, first, last, moved: thread.board != board.id })
        };
        let mut rows: Vec<Row> = self.forum.threads().filter(listed).filter_map(row).collect();
        rows.sort_by_key(|row| {
            let sticky = row.thread.sticky && !row.moved;
            (std::cmp::Reverse(sticky), std::cmp::Reverse(row.last.created), std::cmp::Reverse(row.thread.id))
        });
        rows
    }

    /// Page, pages, and how many to skip and take. Past the end, most engines show page 1, phpBB and SMF the last.
    fn slice(&self, asked: usize, total: usize, size: usize) -> (usize, usize, (usize, usize)) {
        let pages = total.div_ceil(size).max(1);
        let page = match self.forum.setup.engine {
            _ if asked <= pages => asked,
            Engine::Phpbb | Engine::Smf => pages,
            Engine::Discuz | Engine::Mybb | Engine::Fluxbb => 1,
        };
        (page, pages, ((page - 1) * size, size))
    }

    /// Whether the page has noise and a clock.
    pub fn noisy(&self) -> bool {
        self.visit.nonce != 0 && self.forum.setup.noise
    }

    /// A number that differs at each fetch, and between places on a page; the same always where noise is off.
    pub fn noise(&self, place: u64) -> u64 {
        if self.noisy() { mix(self.visit.nonce ^ mix(place)) } else { mix(place) }
    }

    /// A token of 8 hex digits that differs at each fetch.
    pub fn token(&self) -> String {
        format!("{:08x}", self.noise(1) as u32)
    }

    /// Letters and signs that copiers get between the lines; another run of them at each fetch.
    pub fn jammer(&self, place: u64) -> String {
        let mut rng = Rng::new(self.noise(place));
        let signs = b"abcdefgKLMNOPQ0123456789 !#$%()*+,-./:;=?@[]^_{|}~";
        let length = 10 + rng.index(12);
        let text: String = (0..length).map(|_| char::from(rng.pick(signs))).collect();
        escape(&text)
    }

    /// Links that no crawl should follow.
    pub fn traps(&self) -> String {
        trap::links(self.forum)
    }

    /// The views of a thread as printed.
    pub fn views(&self, thread: &Thread) -> u64 {
        thread.views + if self.noisy() { self.visit.nonce } else { 0 }
    }

    /// The user of an index.
    pub fn user(&self, index: usize) -> &'a User {
        self.forum.user(index)
    }

    /// The board's wall clock at that instant.
    pub fn civil(&self, unix: i64) -> Civil {
        Civil::at(unix, self.forum.setup.engine.zone().1)
    }

    /// The board's wall clock now. A page without noise has none: its clock stands still.
    pub fn clock(&self) -> Civil {
        self.civil(if self.visit.nonce == 0 { self.forum.setup.now } else { self.forum.now })
    }

    /// How long ago that was, in words, where the forum prints such dates; pages without noise have none.
    pub fn ago(&self, unix: i64) -> Option<Ago> {
        if !self.forum.setup.relative_dates || self.visit.nonce == 0 || unix > self.forum.now {
            return None;
        }
        let (then, now) = (self.civil(unix), self.civil(self.forum.now));
        match now.days - then.days {
            0 => Some(Ago::Today { seconds: self.forum.now - unix }),
            1 => Some(Ago::Yesterday),
            days @ 2..=6 => Some(Ago::Days(days)),
            _ => None,
        }
    }
}

/// How long ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ago {
    Today { seconds: i64 },
    Yesterday,
    Days(i64),
}
