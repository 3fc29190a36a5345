//! What can happen to a forum. Each operation moves its clock on (by [`Forum::step`]) and leaves an
//! event.

use super::{
    content::Body,
    model::{Deletion, Edit, Forum, Thread},
    rng::Rng,
    truth::Event,
    words,
};

impl Forum {
    /// A new thread with one post; ids of the thread and the post.
    pub fn add_thread(&mut self, board: u32) -> (u32, u32) {
        let id = self.threads.len() as u32 + 1;
        let title = words::title(&mut self.rng, u64::from(id));
        let thread = self.push_thread(board, title);
        (thread, self.add_reply(thread))
    }

    /// A new last post; its id.
    pub fn add_reply(&mut self, thread: u32) -> u32 {
        let body = Body::Grown(self.rng.next());
        let quote = if self.rng.chance(20) { self.last_post(self.thread(thread)).map(|p| p.id) } else { None };
        self.add_reply_saying(thread, body, quote)
    }

    /// A new last post of these words, quoting that post; its id.
    pub fn add_reply_saying(&mut self, thread: u32, body: Body, quoting: Option<u32>) -> u32 {
        let at = self.tick();
        let author = self.rng.index(self.users.len());
        let quote = quoting.map(|post| self.quote_of(post));
        let post = self.push_post(thread, author, at, body, quote);
        self.record(Event::of_post("add_reply", "new", self.post(post)));
        post
    }

    /// New words, and the engine's notice tells of it.
    pub fn edit_visible(&mut self, post: u32, reason: Option<&str>) {
        let body = Body::Grown(self.rng.next());
        let author = self.post(post).author;
        self.edit(post, Some(body), Some((author, reason)), "edit_visible");
    }

    /// New words from the moderator, and the engine's notice tells of it.
    pub fn edit_by_moderator(&mut self, post: u32, reason: Option<&str>) {
        let body = Body::Grown(self.rng.next());
        let moderator = self.moderator();
        self.edit(post, Some(body), Some((moderator, reason)), "edit_by_moderator");
    }

    /// The same words, but the notice tells of an edit.
    pub fn edit_notice_only(&mut self, post: u32, reason: Option<&str>) {
        let author = self.post(post).author;
        self.edit(post, None, Some((author, reason)), "edit_notice_only");
    }

    /// New words, and nothing tells of it.
    pub fn edit_silent(&mut self, post: u32) {
        let body = Body::Grown(self.rng.next());
        self.edit(post, Some(body), None, "edit_silent");
    }

    /// These words, and nothing tells of it.
    pub fn rewrite(&mut self, post: u32, body: Body) {
        self.edit(post, Some(body), None, "rewrite");
    }

    fn edit(&mut self, post: u32, body: Option<Body>, notice: Option<(usize, Option<&str>)>, name: &'static str) {
        let at = self.tick();
        let edited = &mut self.posts[post as usize - 1];
        if let Some(body) = body {
            edited.body = body;
        }
        edited.edits_made += 1;
        if let Some((by, reason)) = notice {
            let count = edited.edit.as_ref().map_or(0, |edit| edit.count) + 1;
            edited.edit = Some(Edit { by, at, reason: reason.map(str::to_owned), count });
        }
        let event = Event::of_post(name, "edited", self.post(post)).with_notice(notice.is_some());
        self.record(event);
    }

    /// A post goes.
    pub fn delete_post(&mut self, post: u32, how: Deletion) {
        self.tick();
        self.posts[post as usize - 1].deleted = Some(how);
        let marked = self.takes_place(self.post(post));
        self.record(Event::of_post("delete_post", "deleted", self.post(post)).with_notice(marked));
    }

    /// A thread goes, with all its posts.
    pub fn delete_thread(&mut self, thread: u32) {
        self.tick();
        self.threads[thread as usize - 1].gone = Some(None);
        for post in self.thread(thread).posts.clone() {
            if self.post(post).deleted != Some(Deletion::Vanishes) {
                self.posts[post as usize - 1].deleted = Some(Deletion::Vanishes);
                self.record(Event::of_post("delete_thread", "deleted", self.post(post)));
            }
        }
    }

    /// The last posts go, until so many are left.
    pub fn shrink(&mut self, thread: u32, keep: usize) {
        let last: Vec<u32> = self.shown(self.thread(thread)).skip(keep).map(|post| post.id).collect();
        for post in last {
            self.delete_post(post, Deletion::Vanishes);
        }
    }

    /// A thread changes its board, and may leave a stub in the old one.
    pub fn move_thread(&mut self, thread: u32, board: u32, stub: bool) {
        self.tick();
        let moved = &mut self.threads[thread as usize - 1];
        let from = std::mem::replace(&mut moved.board, board);
        if stub {
            moved.stubs.push(from);
        }
        self.record(Event::of_thread("move_thread", thread));
    }

    /// All posts of `from` move into `into`, by time; `from` is gone and its address leads to `into`.
    pub fn merge(&mut self, from: u32, into: u32) {
        self.tick();
        let posts = std::mem::take(&mut self.threads[from as usize - 1].posts);
        self.threads[from as usize - 1].gone = Some(Some(into));
        for post in &posts {
            self.posts[*post as usize - 1].thread = into;
        }
        let mut all = [self.thread(into).posts.clone(), posts].concat();
        all.sort_by_key(|post| (self.post(*post).created, *post));
        self.threads[into as usize - 1].posts = all;
        self.record(Event::of_thread("merge", into));
    }

    /// The posts from place `at` (0-based) on become a thread of their own; its id.
    pub fn split(&mut self, thread: u32, at: usize) -> u32 {
        self.tick();
        let (board, title) = (self.thread(thread).board, format!("{} (split)", self.thread(thread).title));
        let new = self.push_thread(board, title);
        let at = at.min(self.thread(thread).posts.len());
        let posts = self.threads[thread as usize - 1].posts.split_off(at);
        for post in &posts {
            self.posts[*post as usize - 1].thread = new;
        }
        self.threads[new as usize - 1].posts = posts;
        self.record(Event::of_thread("split", new));
        new
    }

    /// A thread stays on top, or does so no longer.
    pub fn make_sticky(&mut self, thread: u32, sticky: bool) {
        self.change_thread(thread, "make_sticky", |thread| thread.sticky = sticky);
    }

    /// A thread takes no replies, or does so again.
    pub fn lock(&mut self, thread: u32, locked: bool) {
        self.change_thread(thread, "lock", |thread| thread.locked = locked);
    }

    /// A thread gets another title.
    pub fn rename(&mut self, thread: u32, title: &str) {
        self.change_thread(thread, "rename", |thread| title.clone_into(&mut thread.title));
    }

    /// A thread is shown newest first, or no longer.
    pub fn descending(&mut self, thread: u32, descending: bool) {
        self.change_thread(thread, "descending", |thread| thread.descending = descending);
    }

    /// A thread's pager never ends, or does so again.
    pub fn endless(&mut self, thread: u32, endless: bool) {
        self.change_thread(thread, "endless", |thread| thread.endless = endless);
    }

    /// Posts a page change, in all threads.
    pub fn set_page_size(&mut self, posts: usize) {
        self.tick();
        self.setup.posts_per_page = posts.max(1);
        self.record(Event::of_forum("set_page_size"));
    }

    /// The clock moves on.
    pub fn advance(&mut self, seconds: i64) {
        self.now += seconds;
    }

    /// The forum's own source of chance, for what happens next.
    pub fn chance(&mut self) -> &mut Rng {
        &mut self.rng
    }

    fn change_thread(&mut self, thread: u32, name: &'static str, change: impl FnOnce(&mut Thread)) {
        self.tick();
        change(&mut self.threads[thread as usize - 1]);
        self.record(Event::of_thread(name, thread));
    }

    fn push_thread(&mut self, board: u32, title: String) -> u32 {
        let id = self.threads.len() as u32 + 1;
        self.threads.push(Thread {
            id,
            board,
            title,
            posts: vec![],
            sticky: false,
            locked: false,
            descending: false,
            endless: false,
            stubs: vec![],
            gone: None,
            views: 0,
        });
        id
    }

    fn tick(&mut self) -> i64 {
        self.now += self.step;
        self.now
    }

    fn record(&mut self, event: Event) {
        self.changed = self.now;
        self.events.push(Event { at: self.now, ..event });
    }
}
