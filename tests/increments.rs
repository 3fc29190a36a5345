//! What a second run costs, and what it tells, on a forum of our own in the shape of each engine.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/crawl.rs"]
mod crawl;
#[path = "support/forum/mod.rs"]
mod forum;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use crawl::Crawl;
use forum::{Access, Engine, Forum, ForumServer, Growth, Kind, Setup, Verdict};

/// A forum and the program that crawls it.
struct Scene {
    server: ForumServer,
    crawl: Crawl,
    seen: usize,
    _folder: tempfile::TempDir,
}

impl Scene {
    fn new(setup: Setup) -> Scene {
        let engine = setup.engine;
        let server = ForumServer::start(Forum::new(setup)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let top = "[output]\nto = \"records\"\n[state]\npath = \"state.db\"\n";
        let (zone, _) = engine.zone();
        let source = format!("engine = \"{}\"\ntime_zone = \"{zone}\"", engine.name());
        let program = Path::new(env!("CARGO_BIN_EXE_forumsift"));
        let crawl = Crawl::new(program, folder.path(), &server.url(), top, &source).unwrap();
        Scene { server, crawl, seen: 0, _folder: folder }
    }

    /// Runs once; what was asked for, and `change post` of each record it wrote.
    fn run(&mut self, arguments: &[&str]) -> (Vec<Access>, Vec<(String, u64)>) {
        self.server.take_log();
        let ran = self.crawl.run(&[&["run", "--all"], arguments].concat()).unwrap();
        assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
        let records = self.crawl.records().unwrap();
        let new = records.lines().skip(self.seen).map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let post = record["post_id"].as_str().unwrap().parse().unwrap();
            (record["change"].as_str().unwrap().to_owned(), post)
        });
        let new = new.collect();
        self.seen = records.lines().count();
        (self.server.take_log(), new)
    }

    fn verdict(&self) -> Verdict {
        Verdict::of(&self.server.forum(), self.server.origin(), self.crawl.records().unwrap().lines())
    }

    /// What must be told of all that has happened since that event.
    fn expected(&self, from: usize) -> BTreeSet<(String, u64)> {
        let changes = self.server.forum().changes_since(from);
        changes
            .into_iter()
            .map(|event| (event.change.unwrap().to_owned(), event.post_id.unwrap().parse().unwrap()))
            .collect()
    }

    fn events(&self) -> usize {
        self.server.forum().events().len()
    }

    /// Board pages, and thread pages, that the forum has.
    fn pages(&self) -> (usize, usize) {
        let forum = self.server.forum();
        let mut rows: BTreeMap<u32, usize> = BTreeMap::new();
        let mut thread_pages = 0;
        for thread in forum.threads() {
            *rows.entry(thread.board).or_default() += 1;
            thread_pages += forum.shown(thread).count().div_ceil(forum.setup.posts_per_page);
        }
        let board_pages = rows.values().map(|rows| rows.div_ceil(forum.setup.threads_per_page)).sum();
        (board_pages, thread_pages)
    }
}

fn count(log: &[Access], kind: Kind) -> usize {
    log.iter().filter(|access| access.kind == kind).count()
}

#[test]
fn a_run_costs_what_has_changed() {
    for engine in Engine::ALL {
        let mut scene = Scene::new(Setup { threads: 30, threads_per_page: 12, ..Setup::new(engine, 3) });
        let (boards, threads) = scene.pages();
        let (log, _) = scene.run(&[]);
        assert_eq!((count(&log, Kind::Board), count(&log, Kind::Thread)), (boards, threads), "{engine:?}, first run");
        assert_eq!(log.len(), 2 + boards + threads, "{engine:?}: robots.txt and the index besides, and nothing else");

        scene.server.forum().advance(600);
        let (log, new) = scene.run(&[]);
        let listings = count(&log, Kind::Board);
        assert!(count(&log, Kind::Thread) == 0 && listings <= boards && new.is_empty(), "{engine:?}: {log:?} {new:?}");

        let post = {
            let mut forum = scene.server.forum();
            let longest = forum.threads().max_by_key(|thread| thread.posts.len()).unwrap().id;
            forum.add_reply(longest)
        };
        let (log, new) = scene.run(&[]);
        assert_eq!(new, [("new".to_owned(), u64::from(post))], "{engine:?}");
        let (listings, pages) = (count(&log, Kind::Board), count(&log, Kind::Thread));
        assert!(pages <= 2 && listings + pages <= boards + 2, "{engine:?}, one reply: {listings} and {pages}");
    }
}

/// A day passes: replies, edits, deletions; threads are opened, renamed, moved, merged, split, stuck, locked. The next run tells
/// all that is new, and nothing that did not happen; one that rechecks tells the rest.
#[test]
fn a_day_is_told() {
    let seeds = std::env::var("SEEDS").map_or(1, |seeds| seeds.parse().unwrap());
    for engine in Engine::ALL {
        for seed in 1..=seeds {
            let name = format!("{engine:?}, seed {seed}");
            let mut scene =
                Scene::new(Setup { boards: 2, posts_per_page: 5, threads_per_page: 8, ..Setup::new(engine, seed) });
            scene.run(&[]);
            let before = scene.events();
            {
                let mut forum = scene.server.forum();
                forum.advance(86_400);
                forum.grow(60, &Growth::default());
            }
            let expected = scene.expected(before);
            let (_, at_once) = scene.run(&[]);
            let (_, later) = scene.run(&["--recheck"]);
            let at_once_new: BTreeSet<_> = at_once.iter().filter(|(change, _)| change == "new").collect();
            let expected_new: BTreeSet<_> = expected.iter().filter(|(change, _)| change == "new").collect();
            assert_eq!(at_once_new, expected_new, "{name}: new without a recheck");
            let all: Vec<_> = at_once.into_iter().chain(later).collect();
            let told: BTreeSet<_> = all.iter().cloned().collect();
            assert_eq!(told, expected, "{name}");
            assert_eq!(all.len(), told.len(), "{name}: told twice");
            let verdict = scene.verdict();
            assert!(verdict.is_clean(), "{name}: {verdict:?}");
        }
    }
}
