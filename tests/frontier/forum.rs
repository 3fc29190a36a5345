//! A forum in memory, which answers requests with what extraction and normalization would make of its pages.

use std::collections::BTreeMap;

use forumsift::{
    frontier::{Batch, Committed, Frontier, PageNews, PageResult, PostCounts, RunOptions, ThreadNews},
    model::*,
};
use jiff::{Timestamp, ToSpan};
use url::Url;

pub(crate) const NAME: &str = "f";

/// What the engine shows when it is asked for a page past the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PastEnd {
    First,
    Last,
    Missing,
}

#[derive(Clone, Debug)]
pub(crate) struct ForumPost {
    pub id: u32,
    pub text: u32,
    pub status: Status,
}

#[derive(Clone, Debug)]
pub(crate) struct ForumThread {
    pub board: u32,
    pub title: String,
    pub sticky: bool,
    pub posts: Vec<ForumPost>,
    pub last_post: Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) struct Forum {
    pub threads: BTreeMap<u32, ForumThread>,
    pub boards: u32,
    pub posts_a_page: usize,
    pub threads_a_page: usize,
    pub now: Timestamp,
    pub past_end: PastEnd,
    pub index_counts: bool,
    pub etags: bool,
    /// A thread's address holds its title, and an old one leads nowhere.
    pub slugs: bool,
    next_id: u32,
}

pub(crate) fn at(path: &str) -> Url {
    Url::parse("http://forum.test/").unwrap().join(path).unwrap()
}

pub(crate) fn source(url: &str) -> SourceSettings {
    SourceSettings {
        delay: std::time::Duration::ZERO,
        recheck: [1, 24, 168].map(|hours| std::time::Duration::from_secs(hours * 3600)).into(),
        ..SourceSettings::new(NAME, at(url))
    }
}

fn new_request(path: &str, kind: PageKind, page: usize) -> NewRequest {
    NewRequest {
        url: at(path),
        kind,
        board_id: None,
        thread_id: None,
        page: Some(page as u32),
        position_base: None,
        reason: Reason::Discover,
    }
}

fn board_path(board: u32, page: usize) -> String {
    if page == 1 { format!("board/{board}") } else { format!("board/{board}?page={page}") }
}

pub(crate) fn thread_path(thread: u32, page: usize) -> String {
    if page == 1 { format!("thread/{thread}") } else { format!("thread/{thread}?page={page}") }
}

impl Forum {
    pub(crate) fn new() -> Forum {
        Forum {
            threads: BTreeMap::new(),
            boards: 2,
            posts_a_page: 5,
            threads_a_page: 4,
            now: "2026-03-01T00:00:00Z".parse().unwrap(),
            past_end: PastEnd::Last,
            index_counts: true,
            etags: false,
            slugs: false,
            next_id: 100,
        }
    }

    pub(crate) fn tick(&mut self, minutes: i64) {
        self.now += minutes.minutes();
    }

    pub(crate) fn open_thread(&mut self, board: u32, posts: usize) -> u32 {
        self.next_id += 1;
        let id = self.next_id;
        let title = format!("Thread {id}");
        self.threads.insert(id, ForumThread { board, title, sticky: false, posts: Vec::new(), last_post: self.now });
        for _ in 0..posts {
            self.reply(id);
        }
        id
    }

    pub(crate) fn reply(&mut self, thread: u32) -> u32 {
        self.tick(1);
        self.next_id += 1;
        let post = ForumPost { id: self.next_id, text: 0, status: Status::Visible };
        let thread = self.threads.get_mut(&thread).unwrap();
        thread.posts.push(post);
        thread.last_post = self.now;
        self.next_id
    }

    fn board_threads(&self, board: u32) -> Vec<(u32, &ForumThread)> {
        let mut threads: Vec<_> = self
            .threads
            .iter()
            .filter(|(_, t)| t.board == board && !t.posts.is_empty())
            .map(|(id, t)| (*id, t))
            .collect();
        threads.sort_by_key(|(id, t)| (!t.sticky, std::cmp::Reverse((t.last_post, *id))));
        threads
    }

    pub(crate) fn listing_pages(&self) -> usize {
        (1..=self.boards).map(|b| self.board_threads(b).len().div_ceil(self.threads_a_page).max(1)).sum::<usize>() + 1
    }

    pub(crate) fn thread_pages(&self) -> usize {
        self.threads.values().map(|t| t.posts.len().div_ceil(self.posts_a_page)).sum()
    }

    /// A post that was written long ago and shows only now, at that place of its thread.
    pub(crate) fn approve(&mut self, thread: u32, at: usize) -> u32 {
        let new = self.reply(thread);
        let posts = &mut self.threads.get_mut(&thread).unwrap().posts;
        let post = posts.pop().unwrap();
        posts.insert(at, post);
        new
    }

    fn path(&self, thread: u32, page: usize) -> String {
        let slug = self.threads.get(&thread).filter(|_| self.slugs).map(|t| t.title.replace(' ', "-"));
        match slug {
            Some(slug) if page == 1 => format!("thread/{thread}/{slug}"),
            Some(slug) => format!("thread/{thread}/{slug}?page={page}"),
            None => thread_path(thread, page),
        }
    }

    /// What a request brings.
    pub(crate) fn answer(&self, request: &Request) -> Batch {
        let url = &request.what.url;
        let page: usize = url.query_pairs().find(|(k, _)| k == "page").map_or(1, |(_, v)| v.parse().unwrap());
        let mut parts = url.path_segments().unwrap();
        let (word, id) = (parts.next().unwrap(), parts.next().and_then(|id| id.parse().ok()).unwrap_or(0));
        let mut batch = match word {
            "index" => self.index(),
            "board" => self.board(id, page),
            "thread" if self.slugs && !self.path(id, 1).ends_with(url.path().trim_start_matches('/')) => {
                Batch::of(PageResult::Noticed(Outcome::Missing), self.now)
            }
            "thread" => self.thread(id, page),
            _ => panic!("nobody may ask for {url}"),
        };
        batch.fetched_at = self.now;
        if self.etags {
            let etag = blake3(&format!("{:?}{:?}", batch.news, batch.records));
            if request.validators.etag.as_ref() == Some(&etag) {
                return Batch::of(PageResult::Unchanged, self.now);
            }
            batch.validators.etag = Some(etag);
        }
        batch
    }

    fn index(&self) -> Batch {
        let mut batch = Batch::of(PageResult::Read, self.now);
        batch.news.kind = PageKind::Index;
        for board in 1..=self.boards {
            let threads = self.board_threads(board);
            let posts = threads.iter().map(|(_, t)| t.posts.len() as u64).sum();
            let last = threads.iter().map(|(_, t)| t.last_post).max();
            batch.news.boards.push(BoardRow {
                id: Some(board.to_string()),
                name: format!("Board {board}"),
                request: new_request(&board_path(board, 1), PageKind::Board, 1),
                threads: self.index_counts.then_some(threads.len() as u64),
                posts: self.index_counts.then_some(posts),
                last_post: RawDate { text: last.map(|at| at.to_string()), attributes: Vec::new() },
            });
        }
        batch
    }

    fn board(&self, board: u32, page: usize) -> Batch {
        let mut batch = Batch::of(PageResult::Read, self.now);
        batch.news.kind = PageKind::Board;
        let threads = self.board_threads(board);
        let pages = threads.len().div_ceil(self.threads_a_page).max(1);
        if page > pages {
            return Batch::of(PageResult::Noticed(Outcome::Missing), self.now);
        }
        for (id, thread) in threads.into_iter().skip((page - 1) * self.threads_a_page).take(self.threads_a_page) {
            let row = ThreadRow {
                id: id.to_string(),
                title: thread.title.clone(),
                request: new_request(&self.path(id, 1), PageKind::Thread, 1),
                replies: Some(thread.posts.len() as u64 - 1),
                last_post: RawDate { text: Some(thread.last_post.to_string()), attributes: Vec::new() },
                last_poster: None,
                sticky: thread.sticky,
                moved: false,
                locked: false,
            };
            batch.news.threads.push((row, Some(thread.last_post)));
        }
        if page < pages {
            batch.news.next = Some(new_request(&board_path(board, page + 1), PageKind::Board, page + 1));
        }
        batch
    }

    fn thread(&self, id: u32, asked: usize) -> Batch {
        let missing = Batch::of(PageResult::Noticed(Outcome::Missing), self.now);
        let Some(thread) = self.threads.get(&id).filter(|t| !t.posts.is_empty()) else { return missing };
        let pages = thread.posts.len().div_ceil(self.posts_a_page);
        let page = match self.past_end {
            _ if asked <= pages => asked,
            PastEnd::First => 1,
            PastEnd::Last => pages,
            PastEnd::Missing => return missing,
        };
        let mut batch = Batch::of(PageResult::Read, self.now);
        let base = (page - 1) * self.posts_a_page;
        for (at, post) in thread.posts.iter().enumerate().skip(base).take(self.posts_a_page) {
            batch.records.push(record(id, thread, at + 1, post, self.now));
        }
        batch.news = PageNews {
            kind: PageKind::Thread,
            thread: Some(ThreadNews {
                id: Some(id.to_string()),
                url: Some(at(&self.path(id, 1))),
                title: Some(thread.title.clone()),
                page: page as u32,
                pages: Some(pages as u32),
                position_base: Some(base as u32),
                posts_on_page: batch.records.len() as u32,
                complete: page == pages,
                ..ThreadNews::default()
            }),
            next: (page < pages).then(|| new_request(&self.path(id, page + 1), PageKind::Thread, page + 1)),
            ..PageNews::default()
        };
        batch
    }
}

fn blake3(text: &str) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{:x}", hasher.finish())
}

fn record(thread: u32, of: &ForumThread, position: usize, post: &ForumPost, now: Timestamp) -> Record {
    Record {
        schema: SCHEMA.to_owned(),
        seq: None,
        id: format!("{NAME}/{}", post.id),
        change: Change::New,
        revision: 1,
        source: NAME.to_owned(),
        engine: Some("model".to_owned()),
        url: Some(at(&format!("thread/{thread}?p={}#p{}", post.id, post.id)).to_string()),
        thread: Some(Thread {
            id: Some(thread.to_string()),
            url: Some(at(&thread_path(thread, 1)).to_string()),
            title: Some(of.title.clone()),
            boards: Vec::new(),
        }),
        post_id: Some(post.id.to_string()),
        position: Some(position as u32),
        headline: None,
        author: None,
        date_published: None,
        date_published_raw: None,
        edit: None,
        text: Some(format!("text {}", post.text)),
        article: None,
        quotes: Vec::new(),
        links: Vec::new(),
        images: Vec::new(),
        attachments: Vec::new(),
        in_language: None,
        status: post.status,
        content_hash: format!("{:?}{}", post.status, post.text),
        markdown: None,
        html: None,
        fetched_at: now.to_string(),
        warnings: Vec::new(),
    }
}

/// What a crawl did.
#[derive(Debug, Default)]
pub(crate) struct Crawl {
    pub asked: Vec<String>,
    pub posts: PostCounts,
    pub done: Vec<Committed>,
    pub whole: bool,
}

impl Crawl {
    pub(crate) fn thread_pages(&self) -> usize {
        self.asked.iter().filter(|path| path.starts_with("/thread")).count()
    }

    pub(crate) fn listing_pages(&self) -> usize {
        self.asked.len() - self.thread_pages()
    }
}

/// Crawls until nothing is left. `between` is called before each answer, with the number of the request.
pub(crate) async fn crawl_with(
    frontier: &Frontier,
    forum: &mut Forum,
    settings: &SourceSettings,
    options: RunOptions,
    mut between: impl FnMut(usize, &mut Forum),
) -> Crawl {
    let mut crawl = Crawl::default();
    frontier.begin(settings, forum.now, options).await.unwrap();
    while let Some(lease) = frontier.lease().await {
        between(crawl.asked.len(), forum);
        let request = lease.request();
        let url = &request.what.url;
        crawl.asked.push(url[url::Position::BeforePath..].to_owned());
        assert!(crawl.asked.len() < 1000, "a crawl without end: {:?}", &crawl.asked[900..]);
        let batch = forum.answer(request);
        let done = frontier.commit(lease, batch).await.unwrap();
        assert!(done.posts.law_holds(), "{done:?}");
        crawl.posts += done.posts;
        crawl.done.push(done);
    }
    crawl.whole = frontier.finish(NAME, forum.now).await.unwrap();
    crawl
}

pub(crate) async fn crawl(frontier: &Frontier, forum: &mut Forum, settings: &SourceSettings, recheck: bool) -> Crawl {
    let options = RunOptions { recheck, ..RunOptions::default() };
    crawl_with(frontier, forum, settings, options, |_, _| {}).await
}

/// All lines that are in the outbox, as records; confirmed as a sink would.
pub(crate) async fn drain(frontier: &Frontier) -> Vec<Record> {
    let mut after = frontier.confirmed().await.unwrap();
    let mut records = Vec::new();
    loop {
        let lines = frontier.next_lines(after, 50).await.unwrap();
        let Some(last) = lines.last() else { break };
        after = last.seq;
        records.extend(lines.iter().map(|line| serde_json::from_slice::<Record>(&line.bytes).unwrap()));
    }
    frontier.confirm(after).await.unwrap();
    records
}

/// `change post revision` of each record, in order of posts.
pub(crate) fn changes(records: &[Record]) -> Vec<String> {
    let word = |change| match change {
        Change::New => "new",
        Change::Edited => "edited",
        Change::Deleted => "deleted",
    };
    let mut lines: Vec<(u32, String)> = records
        .iter()
        .map(|r| {
            let id = r.post_id.as_deref().unwrap();
            (id.parse().unwrap(), format!("{} {id} r{}", word(r.change), r.revision))
        })
        .collect();
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}
