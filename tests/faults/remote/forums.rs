//! Rows 60 and 61: forums that are rebuilt between two runs, and listings that shift while they are read.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use crate::{
    common::{Scene, served, small, texts, thread_page},
    forum::{Engine, Forum, Kind, On, Setup},
    server::{RawServer, Reply},
};

/// What happens to a forum, and to its threads from the longest to the shortest.
type Happening = fn(&mut Forum, &[u32]);

#[test]
fn row_60_threads_are_split_merged_and_moved_and_pages_get_another_size() {
    let cases: [(&str, Happening); 2] = [
        ("long threads merged", |forum, threads| forum.merge(threads[2], threads[1])),
        ("all of it", |forum, threads| {
            forum.split(threads[0], 11);
            forum.merge(threads[2], threads[1]);
            let to = if forum.thread(threads[3]).board == 1 { 2 } else { 1 };
            forum.move_thread(threads[3], to, true);
            forum.set_page_size(7);
        }),
    ];
    for engine in [Engine::Discuz, Engine::Phpbb, Engine::Fluxbb] {
        for (what, happen) in cases {
            let name = format!("{engine:?}, {what}");
            let server = served(Setup { posts_per_page: 5, ..small(engine, 41) });
            let scene = Scene::of(&server, "");
            assert_eq!(scene.run(&[]).0, Some(0), "{name}");
            let known = scene.records().lines().count();
            let reply = {
                let mut forum = server.forum();
                forum.advance(7200);
                let mut threads: Vec<(usize, u32)> = forum.threads().map(|t| (t.posts.len(), t.id)).collect();
                threads.sort_unstable();
                let threads: Vec<u32> = threads.iter().rev().map(|(_, id)| *id).collect();
                happen(&mut forum, &threads);
                forum.add_reply(threads[0])
            };
            assert_eq!(scene.run(&[]).0, Some(0), "{name}");
            let records = scene.records();
            let new: Vec<&str> = records.lines().skip(known).collect();
            assert!(new.len() == 1 && new[0].contains(&format!("\"post_id\":\"{reply}\"")), "{name}: {new:?}");
            let (code, said) = scene.run(&["--recheck"]);
            assert_eq!(code, Some(0), "{name}: {said}");
            assert_eq!(scene.records().lines().count(), known + 1, "{name}: what only moved is not told again");
            assert!(scene.verdict(&server).is_clean(), "{name}: {:?}", scene.verdict(&server));
        }
    }
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
    for engine in [Engine::Discuz, Engine::Fluxbb] {
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
