//! The forum that other tests crawl, tested itself: pages render, truth agrees with them, faults behave as said.

#![expect(clippy::unwrap_used, reason = "a test that does not reach its own server has failed")]

mod support;

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::{Value, json};
use support::forum::{
    Block, Body, Deletion, Engine, Fault, Forum, ForumServer, Got, Growth, Kind, On, PostTruth, QuoteTruth, RetryAfter,
    Robots, Setup, Verdict, Wall, get, http_date, instant, iso,
};

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

#[test]
fn dates_are_written_and_read() {
    for (unix, offset, written) in [
        (0, 0, "1970-01-01T00:00:00+00:00"),
        (1_730_960_400, 28_800, "2024-11-07T14:20:00+08:00"),
        (1_709_164_799, 0, "2024-02-28T23:59:59+00:00"),
        (1_709_164_800, -12_600, "2024-02-28T20:30:00-03:30"),
    ] {
        assert_eq!(iso(unix, offset), written);
        assert_eq!(instant(written), Some(unix));
    }
    assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(instant("yesterday"), None);
}

#[test]
fn the_same_seed_gives_the_same_forum() {
    for engine in Engine::ALL {
        let grown = |seed| {
            let mut forum = Forum::new(Setup::new(engine, seed));
            forum.grow(200, &Growth::default());
            forum.truth_lines("http://forum") + &forum.event_lines(0, false)
        };
        assert_eq!(grown(42), grown(42));
        assert_ne!(grown(42), grown(43));
    }
}

#[test]
fn every_post_stands_on_the_page_that_truth_names() {
    for engine in Engine::ALL {
        let server = serve(small(engine));
        server.forum().grow(100, &Growth::default());
        let truth = server.forum().truth(server.origin());
        assert!(truth.len() > 150, "{engine:?}: {}", truth.len());
        let mut page = (String::new(), vec![]);
        for post in &truth {
            let size = server.forum().setup.posts_per_page;
            let target = thread_page(engine, post.thread_id.parse().unwrap(), post.page, size);
            if page.0 != target {
                let got = get(&server, &target, &[]);
                assert_eq!(got.status, 200, "{target}");
                page = (target, posts_on(engine, &got.text()));
            }
            let id: u32 = post.post_id.parse().unwrap();
            assert_eq!(page.1.get((post.position - 1) % size), Some(&id), "{} of {}", post.position, page.0);
        }
        let log = server.log();
        assert!(log.iter().all(|access| access.kind == Kind::Thread && access.status == 200 && !access.faulty));
    }
}

#[test]
fn an_index_leads_to_boards_and_boards_to_threads() {
    for engine in Engine::ALL {
        let server = serve(Setup { threads: 45, longest: 3, ..small(engine) });
        let index = get(&server, "/", &[]).text();
        let size = server.forum().setup.threads_per_page;
        for board in 1..=3 {
            let link = match engine {
                Engine::Discuz => format!("forum.php?mod=forumdisplay&fid={board}\""),
                Engine::Phpbb => format!("./viewforum.php?f={board}&amp;sid="),
                Engine::Mybb => format!("forumdisplay.php?fid={board}\""),
                Engine::Smf => format!("&amp;board={board}.0\""),
                Engine::Fluxbb => format!("viewforum.php?id={board}\""),
            };
            assert!(index.contains(&link), "{engine:?}: no {link}");
            let pages = 45_usize.div_ceil(size);
            let listed: usize = (1..=pages)
                .map(|page| rows_on(engine, &get(&server, &board_page(engine, board, page, size), &[]).text()))
                .sum();
            assert_eq!(listed, 45, "{engine:?} board {board}");
        }
    }
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

#[test]
fn past_the_end_stands_what_the_engine_shows_there() {
    for engine in Engine::ALL {
        let server = serve(Setup { longest: 70, ..small(engine) });
        let (thread, posts) = longest(&server.forum());
        let size = server.forum().setup.posts_per_page;
        let pages = posts.div_ceil(size);
        assert!(pages > 1, "{engine:?}");
        let on = |page| posts_on(engine, &get(&server, &thread_page(engine, thread, page, size), &[]).text());
        let expected = if matches!(engine, Engine::Phpbb | Engine::Smf) { on(pages) } else { on(1) };
        assert_eq!(on(pages + 3), expected, "{engine:?}");
        server.forum().endless(thread, true);
        assert_eq!(on(pages + 3), on(pages), "{engine:?}");
    }
}

#[test]
fn a_validator_holds_through_noise_and_ends_with_a_change() {
    for engine in Engine::ALL {
        let server = serve(small(engine));
        let target = thread_page(engine, 1, 1, 10);
        let first = get(&server, &target, &[]);
        let tag = first.header("ETag").unwrap().to_owned();
        assert_ne!(first.body, get(&server, &target, &[]).body, "{engine:?}: no noise");
        server.forum().advance(86_400 * 3);
        assert_eq!(get(&server, &target, &[("If-None-Match", &tag)]).status, 304, "{engine:?}");
        let post = server.forum().thread(1).posts[0];
        server.forum().edit_silent(post);
        assert_eq!(get(&server, &target, &[("If-None-Match", &tag)]).status, 200, "{engine:?}");
        assert!(server.log().iter().filter(|access| access.conditional).count() == 2);
    }
}

#[test]
fn a_change_anywhere_is_a_later_modification() {
    let server = serve(Setup { last_modified: true, entity_tags: false, ..small(Engine::Mybb) });
    let first = get(&server, "/index.php", &[]);
    assert_eq!(first.header("ETag"), None);
    let date = first.header("Last-Modified").unwrap().to_owned();
    server.forum().advance(86_400);
    assert_eq!(get(&server, "/index.php", &[("If-Modified-Since", &date)]).status, 304);
    server.forum().add_reply(1);
    assert_eq!(get(&server, "/index.php", &[("If-Modified-Since", &date)]).status, 200);
}

#[test]
fn requests_at_once_are_counted() {
    let server = serve(small(Engine::Mybb));
    server.set_latency(Duration::from_millis(100));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert_eq!(get(&server, "/index.php", &[]).status, 200));
        }
    });
    assert!(server.take_log().iter().map(|access| access.at_once).max() > Some(1));
    get(&server, "/index.php", &[]);
    assert_eq!(server.log()[0].at_once, 1);
}

#[test]
fn the_forum_has_its_own_clock() {
    let server = serve(small(Engine::Discuz));
    assert_eq!(get(&server, "/", &[]).header("Date"), Some("Fri, 20 Nov 2026 12:00:00 GMT"));
    server.forum().advance(3600);
    assert_eq!(get(&server, "/", &[]).header("Date"), Some("Fri, 20 Nov 2026 13:00:00 GMT"));
    assert!(get(&server, "/", &[]).text().contains("20-11-2026 09:00 PM GMT+8"));
}

#[test]
fn links_carry_a_session_until_a_cookie_comes() {
    for (engine, mark) in [(Engine::Phpbb, "&amp;sid="), (Engine::Smf, "PHPSESSID=")] {
        let server = serve(small(engine));
        let first = get(&server, "/index.php", &[]);
        assert!(first.text().contains(mark), "{engine:?}");
        let cookie = first.header("Set-Cookie").unwrap().split(';').next().unwrap().to_owned();
        let second = get(&server, "/index.php", &[("Cookie", &cookie)]);
        assert!(!second.text().contains(mark), "{engine:?}");
        assert_eq!(second.header("Set-Cookie"), None);
    }
}

#[test]
fn jammer_text_differs_at_each_fetch() {
    let server = serve(small(Engine::Discuz));
    let board = server.forum().boards().iter().find(|board| board.jammer).unwrap().id;
    let thread = server.forum().threads().find(|thread| thread.board == board).unwrap().id;
    let post = server.forum().add_reply_saying(
        thread,
        Body::Written(vec![Block::Paragraph(vec!["one".into(), "two".into()])]),
        None,
    );
    let target = format!("/forum.php?mod=redirect&goto=findpost&ptid={thread}&pid={post}");
    let found = get(&server, &target, &[]);
    assert_eq!(found.status, 301);
    let page = found.header("Location").unwrap().trim_start_matches(server.origin()).to_owned();
    let jam = |html: String| {
        let from = html.find(&format!("postmessage_{post}\"")).unwrap();
        html[from..].split("</td>").next().unwrap().to_owned()
    };
    let (first, second) = (jam(get(&server, &page, &[]).text()), jam(get(&server, &page, &[]).text()));
    assert!(first.contains("class=\"jammer\"") || first.contains("display:none"), "{first}");
    assert_ne!(first, second);
}

#[test]
fn walls_and_missing_pages_have_the_engines_statuses() {
    for engine in Engine::ALL {
        let server = serve(Setup { closed_board: true, ..small(engine) });
        let closed = get(&server, &board_page(engine, 3, 1, 20), &[]);
        assert_eq!(closed.status, 200);
        assert!(closed.text().contains("type=\"password\"") && rows_on(engine, &closed.text()) == 0, "{engine:?}");
        let inside = server.forum().threads().find(|thread| thread.board == 3).unwrap().id;
        assert!(posts_on(engine, &get(&server, &thread_page(engine, inside, 1, 10), &[]).text()).is_empty());
        assert_eq!(get(&server, &thread_page(engine, 99_999, 1, 10), &[]).status, 404);
        server.forum().setup.soft_missing = true;
        assert_eq!(get(&server, &thread_page(engine, 99_999, 1, 10), &[]).status, 200);
        assert!(server.forum().truth("").iter().any(|post| !post.visible_to_guest));
    }
}

#[test]
fn traps_are_linked_and_lead_nowhere() {
    for engine in Engine::ALL {
        let server = serve(small(engine));
        let page = get(&server, &thread_page(engine, 1, 1, 10), &[]).text();
        assert!(page.contains("/calendar.php?year=2026&amp;month=11"), "{engine:?}");
        let month = get(&server, "/calendar.php?year=2026&month=12", &[]).text();
        assert!(month.contains("year=2027&amp;month=1"), "{month}");
        let out = get(&server, "/out.php?to=1", &[]);
        let back = get(&server, out.header("Location").unwrap().trim_start_matches(server.origin()), &[]);
        assert_eq!(back.header("Location"), Some(server.at("/out.php?to=1").as_str()));
        assert_eq!(server.count(Kind::Trap), 3);
        let plain = serve(Setup { traps: false, ..small(engine) });
        assert!(!get(&plain, &thread_page(engine, 1, 1, 10), &[]).text().contains("calendar.php"));
    }
}

#[test]
fn sideways_views_are_told_apart_in_the_log() {
    let sideways = [
        (Engine::Discuz, "/forum.php?mod=forumdisplay&fid=1&filter=heat&orderby=heats"),
        (Engine::Discuz, "/forum.php?mod=viewthread&tid=1&page=1&authorid=5"),
        (Engine::Phpbb, "/viewforum.php?f=1&sk=v&sd=d"),
        (Engine::Phpbb, "/viewtopic.php?t=1&view=print"),
        (Engine::Mybb, "/forumdisplay.php?fid=1&sortby=subject&order=asc"),
        (Engine::Mybb, "/showthread.php?tid=1&action=nextnewest"),
        (Engine::Smf, "/index.php?board=1.0;sort=subject"),
        (Engine::Smf, "/index.php?topic=1.0;prev_next=prev"),
    ];
    for (engine, target) in sideways {
        let server = serve(small(engine));
        get(&server, target, &[]);
        assert_eq!(server.count(Kind::Trap), 1, "{target}");
    }
}

#[test]
fn operations_change_truth_and_leave_events() {
    let mut forum = Forum::new(small(Engine::Phpbb));
    let before = forum.truth("http://forum").len();
    let (thread, first) = forum.add_thread(1);
    let reply = forum.add_reply(thread);
    let known = forum.events().len();
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
    let net = |from| {
        let changes = forum.changes_since(from);
        changes.into_iter().map(|event| (event.post_id.unwrap(), event.change.unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(net(known), [(first.to_string(), "edited"), (reply.to_string(), "deleted")]);
    assert_eq!(net(0), [(first.to_string(), "new")]);
}

#[test]
fn threads_move_merge_split_shrink_and_turn() {
    for engine in Engine::ALL {
        let server = serve(small(engine));
        let size = server.forum().setup.posts_per_page;
        let on = |thread, page| posts_on(engine, &get(&server, &thread_page(engine, thread, page, size), &[]).text());
        let (thread, _) = longest(&server.forum());
        let shown = |thread| {
            let forum = server.forum();
            forum.shown(forum.thread(thread)).map(|post| post.id).collect::<Vec<u32>>()
        };

        let board = server.forum().thread(thread).board;
        let other = board % 3 + 1;
        let rows = |board| rows_on(engine, &get(&server, &board_page(engine, board, 1, 20), &[]).text());
        let (here, there) = (rows(board), rows(other));
        server.forum().move_thread(thread, other, true);
        assert_eq!((rows(board), rows(other)), (here, there + 1), "{engine:?}: a stub stays");

        let second = server.forum().threads().find(|other| other.id != thread).unwrap().id;
        let both = shown(thread).len() + shown(second).len();
        server.forum().merge(second, thread);
        assert_eq!(shown(thread).len(), both);
        let gone = get(&server, &thread_page(engine, second, 1, size), &[]);
        assert_eq!(gone.status, 301, "{engine:?}");

        let split = server.forum().split(thread, 3);
        assert_eq!((on(thread, 1).len(), shown(split).len()), (3, both - 3), "{engine:?}");

        server.forum().shrink(split, 2);
        assert_eq!(on(split, 1), shown(split), "{engine:?}");
        assert_eq!(shown(split).len(), 2);
        server.forum().descending(split, true);
        let turned: Vec<u32> = shown(split).into_iter().rev().collect();
        assert_eq!(on(split, 1), turned, "{engine:?}");

        let (longest, posts) = longest(&server.forum());
        server.forum().set_page_size(3);
        let third = get(&server, &thread_page(engine, longest, 2, 3), &[]).text();
        assert_eq!(posts_on(engine, &third).len(), 3.min(posts - 3), "{engine:?}");
        server.forum().delete_thread(longest);
        assert_eq!(get(&server, &thread_page(engine, longest, 1, 3), &[]).status, 404);
    }
}

#[test]
fn a_listing_shifts_while_it_is_read() {
    let server = serve(Setup { threads: 45, longest: 2, ..small(Engine::Mybb) });
    let last =
        server.forum().threads().filter(|thread| thread.board == 1 && !thread.sticky).map(|t| t.id).next().unwrap();
    server.after(On::kind(Kind::Board).times(1), move |forum| {
        forum.add_reply(last);
    });
    let mark = format!("id=\"tid_{last}\"");
    assert!(!get(&server, &board_page(Engine::Mybb, 1, 1, 20), &[]).text().contains(&mark));
    assert!(get(&server, &board_page(Engine::Mybb, 1, 1, 20), &[]).text().contains(&mark));
    assert!(!get(&server, &board_page(Engine::Mybb, 1, 3, 20), &[]).text().contains(&mark));
}

#[test]
fn robots_are_what_was_set() {
    let server = serve(small(Engine::Smf));
    assert!(get(&server, "/robots.txt", &[]).text().contains("Disallow"));
    server.set_robots(Robots::Text("User-agent: *\nCrawl-delay: 2\n".into()));
    assert_eq!(get(&server, "/robots.txt", &[]).text(), "User-agent: *\nCrawl-delay: 2\n");
    server.set_robots(Robots::Status(503));
    assert_eq!(get(&server, "/robots.txt", &[]).status, 503);
    assert_eq!(server.count(Kind::Robots), 3);
}

#[test]
fn connections_are_kept() {
    let server = serve(small(Engine::Fluxbb));
    let mut stream = TcpStream::connect(server.address()).unwrap();
    for _ in 0..3 {
        stream.write_all(b"GET /index.php HTTP/1.1\r\nHost: forum\r\n\r\n").unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let length = head.split("Content-Length: ").nth(1).unwrap().split('\r').next().unwrap().parse().unwrap();
        stream.read_exact(&mut vec![0; length]).unwrap();
    }
    assert_eq!(server.log().len(), 3);
}

#[test]
fn compressed_pages_are_the_same_pages() {
    let server = serve(Setup { noise: false, ..small(Engine::Fluxbb) });
    let plain = get(&server, "/viewtopic.php?id=1", &[]).text();
    server.set_gzip(true);
    let packed = get(&server, "/viewtopic.php?id=1", &[("Accept-Encoding", "gzip, br")]);
    assert_eq!(packed.header("Content-Encoding"), Some("gzip"));
    assert_eq!(unpack(&packed.body), plain);
}

fn unpack(bytes: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}

/// Plays a fault on one request for a thread, and sees that the next goes well.
fn play(server: &ForumServer, fault: Fault) -> Got {
    server.heal();
    server.fault(On::kind(Kind::Thread).times(1), fault);
    let got = get(server, "/viewtopic.php?t=1", &[]);
    assert_eq!(get(server, "/viewtopic.php?t=1", &[]).status, 200, "healed");
    assert!(server.take_log()[0].faulty);
    got
}

#[test]
fn transport_faults_behave_as_said() {
    let server = serve(Setup { noise: false, session_ids: false, ..small(Engine::Phpbb) });
    let whole = get(&server, "/viewtopic.php?t=1", &[]).body;
    server.take_log();
    let length = |got: &Got| got.header("Content-Length").unwrap().parse::<usize>().unwrap();

    let busy = play(&server, Fault::Status(503, RetryAfter::Seconds(7)));
    assert_eq!((busy.status, busy.header("Retry-After")), (503, Some("7")));
    let busy = play(&server, Fault::Status(429, RetryAfter::Date(90)));
    assert_eq!((busy.status, busy.header("Retry-After")), (429, Some("Fri, 20 Nov 2026 12:01:30 GMT")));
    assert_eq!(play(&server, Fault::Status(500, RetryAfter::Absent)).header("Retry-After"), None);
    let odd = play(&server, Fault::Status(503, RetryAfter::Raw("soon".into())));
    assert_eq!(odd.header("Retry-After"), Some("soon"));

    let reset = play(&server, Fault::ResetMidBody);
    assert!(reset.reset && reset.status == 200 && reset.body.len() < whole.len());
    assert!(play(&server, Fault::ResetBeforeHeaders).reset);
    let short = play(&server, Fault::ShortBody);
    assert!(!short.reset && short.body.len() < length(&short));
    let drip = Fault::Drip { bytes: whole.len() / 8, pause: Duration::from_millis(5) };
    assert_eq!(play(&server, drip).body, whole);
    assert!(play(&server, Fault::EndlessBody).body.len() > 4_000_000);
    assert!(play(&server, Fault::EndlessHeaders).head.len() > 4_000_000);
    assert!(play(&server, Fault::EndlessInformational).body.len() > 4_000_000);
    assert_eq!(play(&server, Fault::StalledHeaders).head, "HTTP/1.1 200 OK\r\nServer: waiting\r\n");
    let stalled = play(&server, Fault::StalledBody);
    assert!(!stalled.reset && stalled.body.len() < length(&stalled));
    assert!(String::from_utf8_lossy(&play(&server, Fault::BadChunk).body).contains("no number"));
}

#[test]
fn coding_faults_behave_as_said() {
    let server = serve(Setup { noise: false, session_ids: false, ..small(Engine::Phpbb) });
    let whole = get(&server, "/viewtopic.php?t=1", &[]).body;
    let text = String::from_utf8(whole.clone()).unwrap();
    server.take_log();

    let wrong = play(&server, Fault::WrongEncoding);
    assert_eq!((wrong.header("Content-Encoding"), &wrong.body), (Some("gzip"), &whole));
    assert_eq!(play(&server, Fault::UnknownEncoding).header("Content-Encoding"), Some("x-origami"));
    let garbage = play(&server, Fault::GzipAndGarbage);
    assert!(unpack(&garbage.body) == text && garbage.body.ends_with(b"something else"));
    let bomb = play(&server, Fault::Bomb { mebibytes: 16 });
    assert!(bomb.body.len() < 256 * 1024 && unpack(&bomb.body).len() == 16 * 1024 * 1024);
    let nested = play(&server, Fault::NestedGzip(3));
    assert_eq!(nested.header("Content-Encoding"), Some("gzip, gzip, gzip"));

    let gbk = play(&server, Fault::Gbk { declared: true });
    assert_eq!(gbk.header("Content-Type"), Some("text/html; charset=gbk"));
    assert_eq!(encoding_rs::GBK.encode(&text).0, gbk.body);
    let lying = play(&server, Fault::Gbk { declared: false });
    assert!(lying.header("Content-Type") == Some("text/html; charset=utf-8") && lying.body == gbk.body);
    assert!(play(&server, Fault::Utf16).body.starts_with(&[0xff, 0xfe]));
    assert!(String::from_utf8(play(&server, Fault::InvalidUtf8).body).is_err());
}

#[test]
fn page_faults_behave_as_said() {
    let server = serve(Setup { noise: false, session_ids: false, ..small(Engine::Phpbb) });
    let whole = get(&server, "/viewtopic.php?t=1", &[]).body;
    server.take_log();

    assert_eq!(play(&server, Fault::Redirect("http://10.0.0.1/".into())).header("Location"), Some("http://10.0.0.1/"));
    assert_eq!(play(&server, Fault::RedirectLoop).header("Location"), Some("/viewtopic.php?t=1"));
    assert_eq!(play(&server, Fault::RedirectChain(4)).header("Location"), Some("/viewtopic.php?t=1&hop=1"));
    server.heal();
    server.fault(On::all(), Fault::RedirectChain(4));
    assert_eq!(get(&server, "/viewtopic.php?t=1&hop=4", &[]).status, 200);
    server.take_log();

    let image = play(&server, Fault::ContentType("image/png"));
    assert_eq!((image.header("Content-Type"), &image.body), (Some("image/png"), &whole));
    assert!(play(&server, Fault::Pdf).body.starts_with(b"%PDF"));
    let cut = play(&server, Fault::Truncated);
    assert!(whole.starts_with(&cut.body) && cut.body.len() * 3 > whole.len());
    let theme = play(&server, Fault::OtherTheme);
    assert!(theme.status == 200 && posts_on(Engine::Phpbb, &theme.text()).is_empty());
    assert_eq!(play(&server, Fault::NoDate).header("Date"), None);
    for (wall, status) in [
        (Wall::Login, 200),
        (Wall::SoftMissing, 200),
        (Wall::NoPermission, 200),
        (Wall::Maintenance, 200),
        (Wall::Challenge, 403),
    ] {
        let got = play(&server, Fault::Wall(wall));
        assert!(got.status == status && posts_on(Engine::Phpbb, &got.text()).is_empty(), "{wall:?}");
    }
}

#[test]
fn faults_come_when_they_were_asked_for() {
    let server = serve(small(Engine::Mybb));
    let busy = || Fault::Status(503, RetryAfter::Absent);
    let statuses = |targets: &[&str]| targets.iter().map(|target| get(&server, target, &[]).status).collect::<Vec<_>>();
    server.fault(On::all().every(3), busy());
    assert_eq!(statuses(&["/robots.txt", "/", "/", "/", "/", "/", "/"]), [200, 200, 200, 503, 200, 200, 503]);
    server.heal();
    server.fault(On::kind(Kind::Thread).after(1).times(2), busy());
    let thread = "/showthread.php?tid=1";
    assert_eq!(statuses(&[thread, "/", thread, thread, thread]), [200, 200, 503, 503, 200]);
    server.heal();
    server.fault(On::target("tid=2").once_per_target(), busy());
    assert_eq!(statuses(&[thread, "/showthread.php?tid=2", "/showthread.php?tid=2"]), [200, 503, 200]);
}

fn quote(quote: &QuoteTruth) -> Value {
    let quotes: Vec<Value> = quote.quotes.iter().map(self::quote).collect();
    json!({"author": quote.author, "text": quote.text, "quotes": quotes})
}

/// The record that a faultless crawl would make of a post.
fn record(truth: &PostTruth, seq: u64, revision: u64) -> Value {
    let edit = truth.edit_shown.then(|| {
        json!({"editor": {"name": truth.edited_by}, "date": truth.edited_at, "count": truth.edit_count, "reason": truth.edit_reason})
    });
    json!({
        "seq": seq, "id": format!("forum/{}", truth.post_id), "revision": revision, "change": "new",
        "post_id": truth.post_id, "status": truth.status, "text": truth.text_expected, "author": {"name": truth.author},
        "date_published": truth.created_at, "edit": edit, "quotes": truth.quotes.iter().map(quote).collect::<Vec<_>>(),
    })
}

#[test]
fn a_verdict_finds_each_kind_of_fault() {
    let mut forum = Forum::new(small(Engine::Smf));
    let records = |forum: &Forum| {
        let truth = forum.truth("");
        truth.iter().zip(1..).map(|(post, seq)| record(post, seq, 1).to_string()).collect::<Vec<_>>()
    };
    let all = records(&forum);
    let judge = |forum: &Forum, lines: &[String]| {
        let verdict = Verdict::of(forum, "", lines.iter().map(String::as_str));
        let counts = verdict.counts().into_iter().filter(|(_, count)| *count > 0).collect::<Vec<_>>();
        (verdict.is_clean(), counts)
    };
    assert_eq!(judge(&forum, &all), (true, vec![]));
    assert_eq!(judge(&forum, &all[..all.len() - 1]).1, [("missing", 1)]);
    assert_eq!(judge(&forum, &all[1..]).1, [("gaps", 1), ("missing", 1)]);
    let twice = [all.clone(), vec![all[3].clone()]].concat();
    assert_eq!(judge(&forum, &twice).1, [("doubled", 2), ("skipped", 1)]);
    let torn = [all.clone(), vec![all[0][..40].to_owned()]].concat();
    assert_eq!(judge(&forum, &torn).1, [("torn", 1)]);
    let stray = [
        all.clone(),
        vec![
            all[0]
                .replace("\"post_id\":\"1\"", "\"post_id\":\"77777\"")
                .replace("forum/1\"", "forum/77777\"")
                .replace("\"seq\":1,", &format!("\"seq\":{},", all.len() + 1)),
        ],
    ]
    .concat();
    assert_eq!(judge(&forum, &stray).1, [("strays", 1)]);

    let edited = forum.thread(1).posts[0];
    forum.edit_silent(edited);
    assert_eq!(judge(&forum, &all).1, [("wrong", 1)]);
    let gone = *forum.threads().find(|thread| thread.posts.len() > 2).unwrap().posts.last().unwrap();
    forum.delete_post(gone, Deletion::Vanishes);
    assert_eq!(judge(&forum, &all).1, [("undeleted", 1), ("wrong", 1)]);
    let now = forum.truth("");
    let anew = now.iter().find(|post| post.post_id == edited.to_string()).unwrap();
    let next = all.len() as u64 + 1;
    let tombstone = json!({"seq": next + 1, "id": format!("forum/{gone}"), "revision": 2, "change": "deleted", "post_id": gone.to_string()});
    let healed = [all.clone(), vec![record(anew, next, 2).to_string(), tombstone.to_string()]].concat();
    assert_eq!(judge(&forum, &healed), (true, vec![]));
}
