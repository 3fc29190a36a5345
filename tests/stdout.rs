//! What stdout promises: a reader that is slow slows the fetchers (fault 8), and a file that is appended to holds every line once
//! whatever the instant of a kill.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/crawl.rs"]
mod crawl;
#[path = "support/forum/mod.rs"]
mod forum;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crawl::Crawl;
use forum::{Engine, Forum, ForumServer, Setup, Verdict};

#[test]
fn a_file_that_is_appended_to_holds_every_line_once() {
    let setup = Setup { boards: 1, threads: 60, longest: 60, ..Setup::new(Engine::Mybb, 8) };
    let server = ForumServer::start(Forum::new(setup)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_forumsift"));
    let source = "engine = \"mybb\"\ntime_zone = \"Asia/Kuala_Lumpur\"";
    let crawl = Crawl::new(program, folder.path(), &server.url(), "[state]\npath = \"state.db\"", source).unwrap();
    let start = || {
        let out = fs::OpenOptions::new().create(true).append(true).open(crawl.path("out.jsonl")).unwrap();
        crawl.command(&["run", "-qq"]).stdout(out).stderr(std::process::Stdio::null()).spawn().unwrap()
    };
    for life in [150, 220, 90, 400, 310, 180, 260] {
        let mut child = start();
        thread::sleep(Duration::from_millis(life));
        let _ = child.kill();
        child.wait().unwrap();
    }
    assert_eq!(start().wait().unwrap().code(), Some(0));
    let lines = fs::read_to_string(crawl.path("out.jsonl")).unwrap();
    let verdict = Verdict::of(&server.forum(), server.origin(), lines.lines());
    assert!(verdict.is_clean(), "{verdict:?}");
}

/// Megabytes that the process holds.
fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[test]
fn a_reader_that_stands_still_stops_the_crawl_until_it_reads_again() {
    let setup = Setup {
        boards: 1,
        threads: 300,
        longest: 200,
        posts_per_page: 50,
        threads_per_page: 100,
        traps: false,
        ..Setup::new(Engine::Phpbb, 4)
    };
    let server = ForumServer::start(Forum::new(setup)).unwrap();
    let (posts, pages) = {
        let forum = server.forum();
        let shown = |thread| forum.shown(thread).count();
        let posts: usize = forum.threads().map(shown).sum();
        (posts, forum.threads().map(|thread| shown(thread).div_ceil(50)).sum::<usize>())
    };
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_forumsift"));
    let source = "engine = \"phpbb\"\ntime_zone = \"Europe/Moscow\"";
    let crawl = Crawl::new(program, folder.path(), &server.url(), "[state]\npath = \"state.db\"", source).unwrap();
    let mut child = crawl.command(&["run", "-qq"]).stderr(std::process::Stdio::null()).spawn().unwrap();

    // nobody reads: the crawl comes to a halt before its end
    let (mut asked, mut since) = (0, Instant::now());
    let begun = Instant::now();
    while since.elapsed() < Duration::from_secs(2) && begun.elapsed() < Duration::from_secs(120) {
        thread::sleep(Duration::from_millis(100));
        let now = server.log().len();
        if now != asked || now == 0 {
            (asked, since) = (now, Instant::now());
        }
    }
    assert!(child.try_wait().unwrap().is_none(), "it ended though nobody read");
    assert!(asked < pages * 3 / 4, "{asked} of {pages} pages were fetched though nobody read");
    let held = resident(child.id());
    assert!(held < 150, "{held} MB");

    // the reader goes on: so does the crawl, and nothing is missing
    let mut seq = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let record: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        seq += 1;
        assert_eq!(record["seq"].as_u64(), Some(seq));
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(seq as usize, posts);
}
