//! Rows 60 and 61: forums that are rebuilt between two runs, and listings that shift while they are read.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use crate::{
    common::{Scene, served, small, texts, thread_page},
    forum::{Engine, Kind, On, Setup},
    server::{RawServer, Reply},
};

#[test]
fn row_60_threads_are_split_merged_and_moved_and_pages_get_another_size() {
    for engine in Engine::ALL {
        for (what, happen) in [
            (
                "split",
                (|forum: &mut crate::forum::Forum, t: &[u32]| {
                    forum.split(t[0], 11);
                }) as fn(&mut crate::forum::Forum, &[u32]),
            ),
            ("merge", |forum, t| forum.merge(t[2], t[1])),
            ("merge+size", |forum, t| {
                forum.merge(t[2], t[1]);
                forum.set_page_size(7)
            }),
            ("size", |forum, _| forum.set_page_size(7)),
            ("all", |forum, t| {
                forum.split(t[0], 11);
                forum.merge(t[2], t[1]);
                let to = if forum.thread(t[3]).board == 1 { 2 } else { 1 };
                forum.move_thread(t[3], to, true);
                forum.set_page_size(7)
            }),
        ] {
            let server = served(Setup { posts_per_page: 5, ..small(engine, 41) });
            let scene = Scene::of(&server, "");
            assert_eq!(scene.run(&[]).0, Some(0), "{engine:?}");
            let story = {
                let mut forum = server.forum();
                forum.advance(7200);
                let mut threads: Vec<(usize, u32)> = forum.threads().map(|t| (t.posts.len(), t.id)).collect();
                threads.sort_unstable();
                let ids: Vec<u32> = threads.iter().rev().map(|t| t.1).collect();
                happen(&mut forum, &ids);
                forum.add_reply(ids[0]);
                threads
            };
            let known = scene.records().lines().count();
            assert_eq!(scene.run(&[]).0, Some(0), "{engine:?}");
            let records = scene.records();
            let new: Vec<&str> = records.lines().skip(known).collect();
            if new.len() != 1 {
                eprintln!("DBG FAIL {engine:?} {what} new {}", new.len());
            }
            server.take_log();
            let (code, said) = scene.run(&["--recheck", "-vv"]);
            assert_eq!(code, Some(0), "{engine:?}: {said}");
            if !scene.verdict(&server).is_clean() || scene.records().lines().count() != known + 1 {
                eprintln!("DBG FAIL {engine:?} {what} {:?} {story:?}", scene.verdict(&server).counts());
                for line in scene.records().lines().skip(known) {
                    let r: serde_json::Value = serde_json::from_str(line).unwrap();
                    eprintln!("DBG {} {} {}", r["change"], r["post_id"], r["thread"]["id"]);
                }
            }
        }
    }
    panic!("debug");
}

/// A forum that was moved to another engine's numbers: nothing tells that the posts are the old ones, so they are new, the old
/// ones are gone, and each is told once.
#[test]
fn row_60_posts_that_get_other_ids_are_told_once_as_new_and_once_as_gone() {
    let first_id = Arc::new(AtomicU32::new(1));
    let from = Arc::clone(&first_id);
    let server = RawServer::start(move |target| {
        let from = from.load(Ordering::SeqCst);
        match target {
            "/viewtopic.php?t=5" => Reply::html(&thread_page("", (0..3).map(|n| (from + n, format!("post {n}"))))),
            _ => Reply::of(404, "", ""),
        }
    });
    let scene = Scene::new(&server.at("/viewtopic.php?t=5"), "", "engine = \"phpbb\"\ntime_zone = \"UTC\"");
    assert_eq!(scene.run(&[]).0, Some(0));
    first_id.store(101, Ordering::SeqCst);
    for _ in 0..2 {
        assert_eq!(scene.run(&["--recheck"]).0, Some(0));
    }
    let records = scene.records();
    let mut told: Vec<String> = records
        .lines()
        .map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            format!("{} {}", record["change"].as_str().unwrap(), record["post_id"].as_str().unwrap())
        })
        .collect();
    told.sort();
    assert_eq!(
        told,
        ["deleted 1", "deleted 2", "deleted 3", "new 1", "new 101", "new 102", "new 103", "new 2", "new 3"]
    );
    let new = records.lines().filter(|line| line.contains("\"new\"")).collect::<Vec<_>>().join("\n");
    assert_eq!(texts(&new), ["post 0", "post 1", "post 2", "post 0", "post 1", "post 2"]);
}

#[test]
fn row_61_a_listing_that_shifts_while_it_is_read_hides_no_thread() {
    for engine in Engine::ALL {
        let setup = Setup { boards: 1, threads: 24, threads_per_page: 6, longest: 4, ..Setup::new(engine, 42) };
        let server = served(setup);
        let scene = Scene::of(&server, "");
        // each time that a page of the listing has been sent, the thread that stands last comes to the front, and a new one with it
        let bumped = Arc::new(Mutex::new(Vec::new()));
        for page in 0..4 {
            let bumped = Arc::clone(&bumped);
            server.after(On::kind(Kind::Board).after(page).times(1), move |forum| {
                forum.advance(60);
                let oldest =
                    forum.threads().min_by_key(|thread| forum.last_post(thread).map(|post| post.id)).unwrap().id;
                let reply = forum.add_reply(oldest);
                let (thread, opening) = forum.add_thread(1);
                bumped.lock().unwrap().extend([(oldest, reply), (thread, opening)]);
            });
        }
        let (code, said) = scene.run(&[]);
        assert_eq!(code, Some(0), "{engine:?}: {said}");
        assert!(!bumped.lock().unwrap().is_empty());
        let (code, said) = scene.run(&[]);
        assert_eq!(code, Some(0), "{engine:?}: {said}");
        let verdict = scene.verdict(&server);
        assert!(verdict.is_clean(), "{engine:?}: {verdict:?}");
    }
}
