//! What the tests of all rows share: a folder with a crawl, pages of posts, waiting, signals.

use std::{
    path::Path,
    process::{Child, Command, Output},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    crawl::Crawl,
    forum::{Engine, Forum, ForumServer, Setup, Verdict},
};

pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_forumsift"))
}

/// A crawl of one source in a folder of its own. `top` comes before the source, `source` are further lines of it.
pub(crate) struct Scene {
    pub(crate) crawl: Crawl,
    pub(crate) folder: TempDir,
}

impl Scene {
    pub(crate) fn new(url: &str, top: &str, source: &str) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let top = format!("[output]\nto = \"records\"\n[state]\npath = \"state.db\"\n{top}");
        let crawl = Crawl::new(program(), folder.path(), url, &top, source).unwrap();
        Scene { crawl, folder }
    }

    /// A crawl of a forum of our own.
    pub(crate) fn of(server: &ForumServer, top: &str) -> Scene {
        let engine = server.forum().setup.engine;
        let source = format!("engine = \"{}\"\ntime_zone = \"{}\"", engine.name(), engine.zone().0);
        Scene::new(&server.url(), top, &source)
    }

    /// Runs it to its end; the exit code and what it said.
    pub(crate) fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        told(&self.crawl.run(&[&["run"], arguments].concat()).unwrap())
    }

    /// The lines written so far; none where there is no file yet.
    pub(crate) fn records(&self) -> String {
        self.crawl.records().unwrap_or_default()
    }

    pub(crate) fn verdict(&self, server: &ForumServer) -> Verdict {
        Verdict::of(&server.forum(), server.origin(), self.records().lines())
    }
}

pub(crate) fn told(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A small forum, served.
pub(crate) fn served(setup: Setup) -> ForumServer {
    ForumServer::start(Forum::new(setup)).unwrap()
}

/// Two boards of a few short threads.
pub(crate) fn small(engine: Engine, seed: u64) -> Setup {
    Setup { boards: 2, threads: 5, longest: 25, ..Setup::new(engine, seed) }
}

/// Waits until something is there; a test that waits in vain has failed.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(Instant::now() < patience, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Asks a program of ours for an orderly end; its exit code.
pub(crate) fn terminated(mut child: Child) -> Option<i32> {
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    child.wait().unwrap().code()
}

/// A thread page in the shape of phpBB; `before` stands before its posts.
pub(crate) fn thread_page(before: &str, posts: impl IntoIterator<Item = (u32, String)>) -> String {
    let posts: String = posts.into_iter().map(|(number, body)| post(number, &body)).collect();
    format!(
        "<!DOCTYPE html><html><head><title>T</title></head><body id=\"phpbb\" class=\"section-viewtopic\">\
         <h2 class=topic-title><a href=\"./viewtopic.php?t=5\">T</a></h2>{before}{posts}<div class=copyright>Powered by \
         <a href=\"https://www.phpbb.com/\">phpBB</a>&reg; Forum Software &copy; phpBB Limited</div></body></html>"
    )
}

fn post(number: u32, body: &str) -> String {
    format!(
        "<div id=p{number} class=post><dl class=postprofile><dt>\
         <a href=\"./memberlist.php?mode=viewprofile&amp;u=7\" class=username>user</a></dl><div class=postbody>\
         <p class=author>by <a class=username href=x>user</a> &raquo; Thu Nov 07, 2024 2:21 pm</p>\
         <div class=content>{body}</div></div></div>"
    )
}

/// The texts of the records, in their order.
pub(crate) fn texts(records: &str) -> Vec<String> {
    let text = |line: &str| -> String {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        record["text"].as_str().unwrap().to_owned()
    };
    records.lines().map(text).collect()
}
