//! What is kept beside the records: the archive, which yields the records of its crawl again, and the pages that promised posts and
//! gave none.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

#[path = "support/crawl.rs"]
mod crawl;
#[path = "support/forum/mod.rs"]
mod forum;
#[path = "support/server.rs"]
mod server;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::Path,
    process::{Command, Stdio},
};

use crawl::Crawl;
use forum::{Engine, Forum, ForumServer, Growth, Setup};
use serde_json::Value;
use server::{RawServer, Reply};

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_forumsift"))
}

/// Records by id and revision, without what only a state can tell.
fn by_revision(lines: &str) -> BTreeMap<(String, u64), Value> {
    let records = lines.lines().map(|line| {
        let mut record: Value = serde_json::from_str(line).unwrap();
        record.as_object_mut().unwrap().remove("seq");
        ((record["id"].as_str().unwrap().to_owned(), record["revision"].as_u64().unwrap()), record)
    });
    records.collect()
}

/// Two crawls, the second after the forum has gone on; then both archives in one reading, the second of which tells what changed.
#[test]
fn an_archive_yields_the_records_of_its_crawls() {
    for engine in [Engine::Phpbb, Engine::Discuz] {
        let folder = tempfile::tempdir().unwrap();
        let setup = Setup { boards: 2, threads: 5, longest: 25, ..Setup::new(engine, 11) };
        let server = ForumServer::start(Forum::new(setup)).unwrap();
        let (zone, _) = engine.zone();
        let top = "[output]\nto = \"records\"\nmarkdown = true\nhtml = true\n[state]\npath = \"state.db\"\n[archive]\nto = \"warc\"\n";
        let crawl =
            Crawl::new(program(), folder.path(), &server.url(), top, &format!("time_zone = \"{zone}\"")).unwrap();
        assert_eq!(crawl.run(&["run"]).unwrap().status.code(), Some(0));
        server.forum().grow(12, &Growth::of_replies());
        assert_eq!(crawl.run(&["run"]).unwrap().status.code(), Some(0));
        let read = Command::new(program())
            .args(["extract", "--source", "forum", "--time-zone", zone, "--markdown", "--html", "warc"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(read.status.code(), Some(0), "{}", String::from_utf8_lossy(&read.stderr));
        let crawled = by_revision(&crawl.records().unwrap());
        let extracted = by_revision(&String::from_utf8(read.stdout).unwrap());
        assert!(crawled.len() > 40 && crawled.values().any(|record| record["markdown"].is_string()));
        for (id, record) in &crawled {
            assert_eq!(extracted.get(id), Some(record), "{id:?}");
        }
        assert_eq!(crawled.len(), extracted.len());
        let set_cookie = fs::read_dir(folder.path().join("warc")).unwrap().any(|file| {
            let archive = File::open(file.unwrap().path()).unwrap();
            forumsift::fetch::read_warc(archive)
                .any(|entry| entry.unwrap().page.headers.iter().any(|(name, _)| name == "set-cookie"))
        });
        assert!(!set_cookie);
    }
}

const PHPBB: &str = "<div class=copyright>Powered by <a href=\"https://www.phpbb.com/\">phpBB</a>&reg; Forum Software &copy; phpBB Limited</div>";

/// A thread of two posts with a body that no compression makes small.
fn thread(post: &str) -> String {
    let noise: String = (0u32..9000).map(|n| format!("{:08x} ", n.wrapping_mul(2_654_435_761))).collect();
    let post = |n: u32| {
        format!(
            "<div id=p{n} class=\"{post}\"><dl class=postprofile><dt><a href=\"./memberlist.php?mode=viewprofile&amp;u={n}\" class=username>user{n}</a></dl>\
             <div class=postbody><p class=author>by <a class=username href=x>user{n}</a> &raquo; Thu Nov 07, 2024 2:2{n} pm</p><div class=content>{noise}</div></div></div>"
        )
    };
    format!(
        "<!DOCTYPE html><html><head><title>T</title></head><body id=phpbb class=\"section-viewtopic\"><h2 class=topic-title><a href=\"./viewtopic.php?t=5\">T</a></h2>{}{}{PHPBB}</body></html>",
        post(1),
        post(2)
    )
}

/// A changed theme must be loud: the run fails, and the page is there to be looked at.
#[test]
fn a_page_that_promised_posts_and_gave_none_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let page =
        thread("renamed").replace("id=p", "data-x=p").replace("postbody", "b").replace("class=content", "class=c");
    let served = page.clone();
    let server = RawServer::start(move |target| match target {
        "/viewtopic.php?t=5" => Reply::html(&served),
        _ => Reply::of(404, "", ""),
    });
    let top = "[state]\npath = \"state.db\"\n[archive]\nquarantine = \"quarantine\"\n";
    let crawl =
        Crawl::new(program(), folder.path(), &server.at("/viewtopic.php?t=5"), top, "engine = \"phpbb\"").unwrap();
    let ran = crawl.run(&["run"]).unwrap();
    let told = String::from_utf8_lossy(&ran.stderr);
    assert_eq!((ran.status.code(), ran.stdout.len()), (Some(4), 0), "{told}");
    assert!(told.contains("promised posts"), "{told}");
    let kept: Vec<_> =
        fs::read_dir(folder.path().join("quarantine")).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].file_name().unwrap().to_string_lossy().contains("viewtopic"));
    assert_eq!(fs::read(&kept[0]).unwrap(), page.as_bytes());
}

/// A response that could not be archived is not taken for read: the run fails, and the next one reads the page.
#[test]
fn a_full_archive_fails_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let page = thread("post");
    let server = RawServer::start(move |target| match target {
        "/viewtopic.php?t=5" => Reply::html(&page),
        _ => Reply::of(404, "", ""),
    });
    // records to stdout and the state in memory: the archive alone is a file
    let top = "[state]\npath = \":memory:\"\n[archive]\nto = \"warc\"\n";
    let crawl = Crawl::new(program(), folder.path(), &server.at("/viewtopic.php?t=5"), top, "").unwrap();
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" run -c forumsift.toml"])
        .arg(program())
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&limited.stderr);
    assert_eq!((limited.status.code(), limited.stdout.len()), (Some(5), 0), "{told}");
    assert!(told.contains("error: archive: "), "{told}");
    // what is left holds whole records alone
    let archive = fs::read_dir(folder.path().join("warc")).unwrap().next().unwrap().unwrap().path();
    assert!(forumsift::fetch::read_warc(File::open(archive).unwrap()).all(|entry| entry.is_ok()));
    let whole = crawl.run(&["run"]).unwrap();
    assert_eq!((whole.status.code(), whole.stdout.split(|b| *b == b'\n').count()), (Some(0), 3));
}
