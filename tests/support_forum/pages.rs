//! Pages render, in the engines' ways; walls and traps stand where they should.

use super::{
    board_page, longest, posts_on, rows_on, serve, small,
    support::forum::{Block, Body, Engine, Growth, Kind, Setup, get},
    thread_page,
};

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
