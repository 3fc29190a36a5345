//! The forum that other tests crawl, tested itself: pages render, truth agrees with them, faults behave as said.

#![expect(clippy::unwrap_used, reason = "a test that does not reach its own server has failed")]

mod support;

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use support::forum::{Deletion, Engine, Fault, Forum, ForumServer, Kind, On, RetryAfter, Setup};

/// What a plain client got.
struct Got {
    status: u16,
    head: String,
    body: Vec<u8>,
    /// The connection was reset.
    reset: bool,
}

impl Got {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let of = |line: &'_ str| line.split_once(": ").is_some_and(|(key, _)| key.eq_ignore_ascii_case(name));
        self.head.lines().find(|line| of(line)).and_then(|line| line.split_once(": ")).map(|(_, value)| value)
    }
}

/// One request on a connection of its own, read until its end or for half a second of silence.
fn get(server: &ForumServer, target: &str, headers: &[(&str, &str)]) -> Got {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let mut request = format!("GET {target} HTTP/1.1\r\nHost: forum\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{request}\r\n").as_bytes()).unwrap();
    let (mut bytes, mut reset, mut buffer) = (Vec::new(), false, [0; 64 * 1024]);
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => bytes.extend_from_slice(&buffer[..length]),
            Err(error) => {
                reset = error.kind() == std::io::ErrorKind::ConnectionReset;
                break;
            }
        }
        if bytes.len() > 4 * 1024 * 1024 {
            break;
        }
    }
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(bytes.len(), |end| end + 4);
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Got { status, head, body: bytes[end..].to_vec(), reset }
}

fn serve(engine: Engine) -> ForumServer {
    ForumServer::start(Forum::new(Setup::new(engine, 7))).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_forum() {
    for engine in Engine::ALL {
        let grown = || Forum::new(Setup::new(engine, 42)).truth_lines("http://forum");
        assert_eq!(grown(), grown());
        assert_ne!(grown(), Forum::new(Setup::new(engine, 43)).truth_lines("http://forum"));
    }
}

#[test]
fn every_post_stands_on_the_page_that_truth_names() {
    for engine in Engine::ALL {
        let server = serve(engine);
        let truth = server.forum().truth(server.origin());
        assert!(truth.len() > 150, "{engine:?}: {}", truth.len());
        for post in &truth {
            let (size, page) = (server.forum().setup.posts_per_page, post.page);
            let target = match engine {
                Engine::Discuz => format!("/forum.php?mod=viewthread&tid={}&page={page}", post.thread_id),
                Engine::Phpbb => format!("/viewtopic.php?t={}&start={}", post.thread_id, (page - 1) * size),
                Engine::Mybb => format!("/showthread.php?tid={}&page={page}", post.thread_id),
                Engine::Smf => format!("/index.php?topic={}.{}", post.thread_id, (page - 1) * size),
                Engine::Fluxbb => format!("/viewtopic.php?id={}&p={page}", post.thread_id),
            };
            let got = get(&server, &target, &[]);
            assert_eq!(got.status, 200, "{target}");
            let mark = match engine {
                Engine::Discuz => format!("<table id=\"pid{}\"", post.post_id),
                Engine::Phpbb | Engine::Fluxbb => format!("<div id=\"p{}\"", post.post_id),
                Engine::Mybb => format!("id=\"pid_{}\"", post.post_id),
                Engine::Smf => format!("id=\"msg_{}\"", post.post_id),
            };
            assert!(got.text().contains(&mark), "{target} lacks {mark}");
        }
    }
}

#[test]
fn a_validator_holds_through_noise_and_ends_with_a_change() {
    for engine in Engine::ALL {
        let server = serve(engine);
        let target = format!("/{}", thread_target(engine, 1));
        let first = get(&server, &target, &[]);
        let tag = first.header("ETag").unwrap().to_owned();
        assert_ne!(first.body, get(&server, &target, &[]).body, "{engine:?}: no noise");
        server.forum().advance(86_400 * 3);
        assert_eq!(get(&server, &target, &[("If-None-Match", &tag)]).status, 304, "{engine:?}");
        let post = server.forum().thread(1).posts[0];
        server.forum().edit_silent(post);
        assert_eq!(get(&server, &target, &[("If-None-Match", &tag)]).status, 200, "{engine:?}");
    }
}

fn thread_target(engine: Engine, thread: u32) -> String {
    match engine {
        Engine::Discuz => format!("forum.php?mod=viewthread&tid={thread}"),
        Engine::Phpbb => format!("viewtopic.php?t={thread}"),
        Engine::Mybb => format!("showthread.php?tid={thread}"),
        Engine::Smf => format!("index.php?topic={thread}.0"),
        Engine::Fluxbb => format!("viewtopic.php?id={thread}"),
    }
}

#[test]
fn operations_change_truth_and_leave_events() {
    let mut forum = Forum::new(Setup::new(Engine::Phpbb, 7));
    let before = forum.truth("http://forum").len();
    let (thread, first) = forum.add_thread(1);
    let reply = forum.add_reply(thread);
    forum.edit_visible(reply, Some("typo"));
    forum.edit_silent(first);
    let truth = forum.truth("http://forum");
    assert_eq!(truth.len(), before + 2);
    let of = |id: u32| truth.iter().find(|post| post.post_id == id.to_string()).unwrap();
    assert_eq!(of(reply).edit_reason.as_deref(), Some("typo"));
    assert_eq!((of(reply).edit_count, of(reply).position), (Some(1), 2));
    assert_eq!((of(first).edit_shown, of(first).edits_made), (false, 1));
    forum.delete_post(reply, Deletion::Vanishes);
    assert_eq!(forum.truth("http://forum").len(), before + 1);
    let changes: Vec<_> = forum.events().iter().filter_map(|event| event.change).collect();
    assert_eq!(changes, ["new", "new", "edited", "edited", "deleted"]);
}

#[test]
fn faults_behave_as_said() {
    let server = serve(Engine::Phpbb);
    let whole = get(&server, "/viewtopic.php?t=1", &[]).body.len();
    let play = |fault: Fault| {
        server.heal();
        server.fault(On::kind(Kind::Thread).times(1), fault);
        let got = get(&server, "/viewtopic.php?t=1", &[]);
        assert_eq!(get(&server, "/viewtopic.php?t=1", &[]).status, 200, "healed");
        got
    };
    let busy = play(Fault::Status(503, RetryAfter::Seconds(7)));
    assert_eq!((busy.status, busy.header("Retry-After")), (503, Some("7")));
    let reset = play(Fault::ResetMidBody);
    assert!(reset.reset && reset.status == 200 && reset.body.len() < whole);
    assert!(play(Fault::ResetBeforeHeaders).reset);
    let short = play(Fault::ShortBody);
    assert!(!short.reset && short.body.len() < short.header("Content-Length").unwrap().parse().unwrap());
}
