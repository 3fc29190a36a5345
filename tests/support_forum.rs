//! The forum that other tests crawl, tested itself: pages render, truth agrees with them, faults behave as said.

#![expect(clippy::unwrap_used, reason = "a test that does not reach its own server has failed")]

mod support;

#[path = "support_forum/changes.rs"]
mod changes;
#[path = "support_forum/faults.rs"]
mod faults;
#[path = "support_forum/pages.rs"]
mod pages;
#[path = "support_forum/server.rs"]
mod server;
#[path = "support_forum/verdict.rs"]
mod verdict;

use std::io::Read;

use support::forum::{Engine, Forum, ForumServer, Setup};

/// A server for a forum of this setup.
fn serve(setup: Setup) -> ForumServer {
    ForumServer::start(Forum::new(setup)).unwrap()
}

fn small(engine: Engine) -> Setup {
    Setup::new(engine, 7)
}

/// The address of a page of a thread.
fn thread_page(engine: Engine, thread: u32, page: usize, size: usize) -> String {
    match engine {
        Engine::Discuz => format!("/forum.php?mod=viewthread&tid={thread}&page={page}"),
        Engine::Phpbb => format!("/viewtopic.php?t={thread}&start={}", (page - 1) * size),
        Engine::Mybb => format!("/showthread.php?tid={thread}&page={page}"),
        Engine::Smf => format!("/index.php?topic={thread}.{}", (page - 1) * size),
        Engine::Fluxbb => format!("/viewtopic.php?id={thread}&p={page}"),
    }
}

/// The address of a page of a board.
fn board_page(engine: Engine, board: u32, page: usize, size: usize) -> String {
    match engine {
        Engine::Discuz => format!("/forum.php?mod=forumdisplay&fid={board}&page={page}"),
        Engine::Phpbb => format!("/viewforum.php?f={board}&start={}", (page - 1) * size),
        Engine::Mybb => format!("/forumdisplay.php?fid={board}&page={page}"),
        Engine::Smf => format!("/index.php?board={board}.{}", (page - 1) * size),
        Engine::Fluxbb => format!("/viewforum.php?id={board}&p={page}"),
    }
}

/// Ids of the posts on a page, in order.
fn posts_on(engine: Engine, html: &str) -> Vec<u32> {
    let mark = match engine {
        Engine::Discuz => "<table id=\"pid",
        Engine::Phpbb | Engine::Fluxbb => "<div id=\"p",
        Engine::Mybb => "class=\"post_body scaleimages\" id=\"pid_",
        Engine::Smf => "<div class=\"windowbg\" id=\"msg",
    };
    let number = |rest: &str| rest.split('"').next().and_then(|digits| digits.parse().ok());
    html.split(mark).skip(1).filter_map(number).collect()
}

/// The longest thread of a forum: id and number of posts.
fn longest(forum: &Forum) -> (u32, usize) {
    forum.threads().map(|thread| (thread.id, forum.shown(thread).count())).max_by_key(|(_, posts)| *posts).unwrap()
}

/// How many threads a listing shows.
fn rows_on(engine: Engine, html: &str) -> usize {
    let mark = match engine {
        Engine::Discuz => "class=\"s xst\"",
        Engine::Phpbb => "class=\"topictitle\"",
        Engine::Mybb => "<tr class=\"inline_row\">",
        Engine::Smf => "<div class=\"message_index_title\">",
        Engine::Fluxbb => "<div class=\"tclcon\">",
    };
    html.matches(mark).count()
}

/// What gzip packed.
fn unpack(bytes: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}
