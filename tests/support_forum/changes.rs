//! What happens to a forum shows in its pages, its truth and its events.

use super::{
    board_page, longest, posts_on, rows_on, serve, small,
    support::forum::{Deletion, Engine, Forum, Growth, Kind, On, Setup, get},
    thread_page,
};

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
