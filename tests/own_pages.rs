//! Our own forum's pages, read by the built-in profiles: all boards, threads and posts are found by the links that the
//! pages name, and the records say what is true. No scheduler, no network beyond loopback: the stages alone.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own pages has failed")]

mod support;

use std::collections::{BTreeSet, VecDeque};

use forumsift::{
    engine::Engines,
    extract::{ExtractOptions, extract},
    model::{Extracted, Outcome, Page, SourceSettings, Validators, Zone},
    normalize::{Knowledge, Normalizer, PageStamp},
};
use jiff::Timestamp;
use support::forum::{Deletion, Engine, Forum, ForumServer, Growth, Kind, Setup, Thread, Verdict, get};
use url::Url;

/// What a walk over a forum brought home.
#[derive(Default)]
struct Walk {
    records: Vec<String>,
    pages: usize,
    /// (thread, replies, sticky, moved) of the listings.
    rows: BTreeSet<(String, Option<u64>, bool, bool)>,
    outcomes: Vec<(String, Outcome)>,
}

/// Follows what the pages name, each address once, from the index on.
fn walk(server: &ForumServer, zone: &str) -> Walk {
    let source = SourceSettings {
        time_zone: Some(Zone::parse(zone).unwrap()),
        ..SourceSettings::new("forum", Url::parse(&server.url()).unwrap())
    };
    let (normalizer, mut knowledge, mut walk) = (Normalizer::builtin(), Knowledge::default(), Walk::default());
    let mut queue = VecDeque::from([source.url.clone()]);
    let mut seen: BTreeSet<Url> = queue.iter().cloned().collect();
    while let Some(url) = queue.pop_front() {
        walk.pages += 1;
        let (page, text) = fetch(server, &url);
        let extracted = extract(&page, &text, Engines::builtin(), None, &ExtractOptions::default());
        walk.outcomes.push((url.to_string(), extracted.outcome));
        for next in named(&extracted) {
            if seen.insert(next.clone()) {
                queue.push_back(next);
            }
        }
        for row in &extracted.threads {
            walk.rows.insert((row.id.clone(), row.replies, row.sticky, row.moved));
        }
        let stamp = PageStamp { date: page.date, fetched_at: page.fetched_at };
        let normalized = normalizer.page(&source, &mut knowledge, &stamp, extracted);
        walk.records.extend(normalized.records.iter().map(|record| serde_json::to_string(record).unwrap()));
    }
    walk
}

/// A page by its address; redirects on the way are followed.
fn fetch(server: &ForumServer, url: &Url) -> (Page, String) {
    let mut at = url.clone();
    let got = loop {
        let target = match at.query() {
            Some(query) => format!("{}?{query}", at.path()),
            None => at.path().to_owned(),
        };
        let got = get(server, &target, &[]);
        match got.header("Location") {
            Some(location) => at = Url::parse(location).unwrap(),
            None => break got,
        }
    };
    let now = Timestamp::from_second(server.forum().now).unwrap();
    let text = got.text();
    let page = Page {
        url: at,
        requested: url.clone(),
        status: got.status,
        content_type: got.header("Content-Type").map(str::to_owned),
        date: Some(now),
        validators: Validators::default(),
        headers: vec![],
        body: got.body,
        fetched_at: now,
    };
    (page, text)
}

fn named(extracted: &Extracted) -> Vec<Url> {
    let boards = extracted.boards.iter().map(|board| &board.request);
    let threads = extracted.threads.iter().filter(|row| !row.moved).map(|row| &row.request);
    boards.chain(threads).chain(&extracted.next).map(|request| request.url.clone()).collect()
}

/// All that the forum can do to a page happens before it is read.
fn lively(engine: Engine) -> ForumServer {
    let server = ForumServer::start(Forum::new(Setup { threads: 30, longest: 40, ..Setup::new(engine, 11) })).unwrap();
    let mut forum = server.forum();
    forum.grow(150, &Growth::default());
    let marked = forum.threads().find(|thread| thread.posts.len() > 3).unwrap().posts[2];
    forum.delete_post(marked, Deletion::LeavesMarker);
    drop(forum);
    server
}

/// Walks a lively forum of this engine and holds all that the stages made of it against what is true.
fn check(engine: Engine) {
    let server = lively(engine);
    let walk = walk(&server, engine.zone().0);
    let log = server.take_log();
    let forum = server.forum();

    let verdict = Verdict::of(&forum, server.origin(), walk.records.iter().map(String::as_str));
    assert!(verdict.is_clean(), "{verdict:#?}");
    assert!(verdict.records > 500, "{}", verdict.records);

    let strange: Vec<_> = walk.outcomes.iter().filter(|(_, outcome)| *outcome != Outcome::Read).collect();
    assert!(strange.is_empty(), "{strange:?}");
    let other = |kind: Kind| !matches!(kind, Kind::Index | Kind::Board | Kind::Thread);
    let astray: Vec<_> = log.iter().filter(|access| other(access.kind)).collect();
    assert!(astray.is_empty(), "{astray:?}");

    let (posts, threads) = (forum.setup.posts_per_page, forum.setup.threads_per_page);
    let thread_pages: usize = forum.threads().map(|thread| forum.shown(thread).count().div_ceil(posts)).sum();
    let listed = |board: &u32| forum.threads().filter(|t| t.board == *board || t.stubs.contains(board)).count();
    let board_pages: usize = (1..=3).map(|board: u32| listed(&board).div_ceil(threads)).sum();
    assert_eq!(walk.pages, 1 + board_pages + thread_pages);

    let row = |thread: &Thread| {
        let replies = forum.shown(thread).count() as u64 - 1;
        (thread.id.to_string(), Some(replies), thread.sticky, false)
    };
    let expected: BTreeSet<_> = forum.threads().map(row).collect();
    let got: BTreeSet<_> = walk.rows.iter().filter(|row| !row.3).cloned().collect();
    let differing: Vec<_> = expected.symmetric_difference(&got).collect();
    assert!(differing.is_empty(), "{differing:?}");
}

#[test]
fn discuz_pages_yield_what_is_true() {
    check(Engine::Discuz);
}

#[test]
fn phpbb_pages_yield_what_is_true() {
    check(Engine::Phpbb);
}

#[test]
fn mybb_pages_yield_what_is_true() {
    check(Engine::Mybb);
}

#[test]
fn smf_pages_yield_what_is_true() {
    check(Engine::Smf);
}

#[test]
fn fluxbb_pages_yield_what_is_true() {
    check(Engine::Fluxbb);
}
