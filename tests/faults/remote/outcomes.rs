//! Rows 36, 44 and 45: pages that are something else than was asked for, and sites that change or state their wishes.

use std::time::Duration;

use crate::{
    common::{Scene, served, small, terminated, texts, thread_page, told, until},
    forum::{Engine, Fault, Growth, Kind, On, Robots, Wall},
    server::{RawServer, Reply},
};

/// How many records tell a change of that kind.
fn changes(records: &str, change: &str) -> usize {
    records.lines().filter(|line| line.contains(&format!("\"change\":\"{change}\""))).count()
}

#[test]
fn row_36_a_wall_in_a_threads_place_is_no_empty_thread_and_no_deletion() {
    for (engine, wall, code) in [
        (Engine::Phpbb, Wall::Login, 0),
        (Engine::Discuz, Wall::Login, 0),
        (Engine::Phpbb, Wall::NoPermission, 0),
        (Engine::Discuz, Wall::NoPermission, 0),
        (Engine::Phpbb, Wall::SoftMissing, 0),
        (Engine::Mybb, Wall::SoftMissing, 0),
        (Engine::Phpbb, Wall::Maintenance, 4),
        (Engine::Smf, Wall::Maintenance, 4),
    ] {
        let name = format!("{engine:?} {wall:?}");
        let server = served(small(engine, 21));
        let scene = Scene::of(&server, "");
        assert_eq!(scene.run(&[]).0, Some(0), "{name}");
        assert!(scene.verdict(&server).is_clean(), "{name}: {:?}", scene.verdict(&server));
        let known = scene.records().lines().count();
        let gone = changes(&scene.records(), "deleted");
        {
            let mut forum = server.forum();
            forum.advance(3600);
            forum.grow(8, &Growth::of_replies());
        }
        // a new thread too, of which nothing is known
        server.forum().add_thread(1);
        server.fault(On::kind(Kind::Thread), Fault::Wall(wall));
        let (ended, said) = scene.run(&["--all"]);
        assert_eq!(ended, Some(code), "{name}: {said}");
        assert_eq!(scene.records().lines().count(), known, "{name}: something was told of pages that showed nothing");
        if wall != Wall::SoftMissing {
            // where the forum says twice that a thread is gone, it is believed
            let (ended, said) = scene.run(&["--recheck"]);
            assert_eq!(ended, Some(code), "{name}, at a recheck: {said}");
        }
        assert_eq!(changes(&scene.records(), "deleted"), gone, "{name}: a wall is no deletion");
        server.heal();
        let (ended, said) = scene.run(&["--recheck"]);
        assert_eq!(ended, Some(0), "{name}, when it is gone: {said}");
        assert!(scene.verdict(&server).is_clean(), "{name}: {:?}", scene.verdict(&server));
        assert!(scene.records().lines().count() > known, "{name}");
    }
}

#[test]
fn row_36_a_wall_in_a_listings_place_loses_no_thread() {
    for (wall, code) in [(Wall::Login, 0), (Wall::Maintenance, 4)] {
        let server = served(small(Engine::Phpbb, 22));
        let scene = Scene::of(&server, "");
        server.fault(On::kind(Kind::Board).times(1), Fault::Wall(wall));
        let (ended, said) = scene.run(&[]);
        assert_eq!(ended, Some(code), "{wall:?}: {said}");
        server.heal();
        let (ended, said) = scene.run(&["--recheck"]);
        assert_eq!(ended, Some(0), "{wall:?}: {said}");
        assert!(scene.verdict(&server).is_clean(), "{wall:?}: {:?}", scene.verdict(&server));
    }
}

#[test]
fn row_36_pages_of_another_theme_are_an_error_and_are_read_when_the_profile_knows_them() {
    let server = served(small(Engine::Phpbb, 23));
    let scene = Scene::of(&server, "");
    server.fault(On::kind(Kind::Thread), Fault::OtherTheme);
    let (ended, said) = scene.run(&[]);
    assert_eq!(ended, Some(4), "posts were promised and none was read: {said}");
    assert_eq!(scene.records(), "");
    server.heal();
    assert_eq!(scene.run(&[]).0, Some(0));
    assert!(scene.verdict(&server).is_clean(), "{:?}", scene.verdict(&server));
}

#[test]
fn row_44_queued_pages_that_robots_txt_comes_to_forbid_are_dropped_and_counted() {
    let server = served(small(Engine::Phpbb, 24));
    let scene = Scene::of(&server, "");
    server.set_latency(Duration::from_millis(60));
    let child = scene.crawl.start(&["run"]).unwrap();
    until("the first threads", || (server.count(Kind::Thread) >= 3).then_some(()));
    assert_eq!(terminated(child), Some(3));
    server.set_latency(Duration::ZERO);
    server.set_robots(Robots::Text("User-agent: *\nDisallow: /viewtopic.php\n".to_owned()));
    server.take_log();
    let (code, said) = scene.run(&[]);
    assert_eq!(code, Some(0), "what is forbidden is no error: {said}");
    assert_eq!(server.count(Kind::Thread), 0, "asked for what is forbidden");
    assert!(said.contains(" robots\"") && said.contains("not fetched"), "{said}");
    // they are not forgotten: what is allowed again is read
    server.set_robots(Robots::Text("User-agent: *\n".to_owned()));
    assert_eq!(scene.run(&["--recheck"]).0, Some(0));
    assert!(scene.verdict(&server).is_clean(), "{:?}", scene.verdict(&server));
}

#[test]
fn row_45_wishes_about_indexes_are_recorded_and_the_page_is_read() {
    let page = thread_page("", [(1, "first".to_owned())])
        .replace("<title>", "<meta name=robots content=\"noindex, noarchive\"><title>");
    let headers = "Content-Type: text/html\r\nX-Robots-Tag: forumsift: nofollow, noarchive\r\n";
    let reply = Reply::of(200, headers, page);
    let server =
        RawServer::start(move |target| if target == "/robots.txt" { Reply::of(404, "", "") } else { reply.clone() });
    let top = "[archive]\nto = \"warc\"\n";
    let scene = Scene::new(&server.at("/viewtopic.php?t=5"), top, "engine = \"phpbb\"\ntime_zone = \"UTC\"");
    let (code, said) = told(&scene.crawl.run(&["run", "-v"]).unwrap());
    assert_eq!((code, texts(&scene.records())), (Some(0), vec!["first".to_owned()]), "{said}");
    // the program makes no index, and its archive is the user's own: the wish is told, and kept with the page
    let told = said.lines().find(|line| line.contains("X-Robots-Tag")).unwrap_or_default();
    assert!(told.contains("forumsift: nofollow, noarchive") && told.contains("viewtopic.php?t=5"), "{said}");
    let archive = std::fs::read_dir(scene.folder.path().join("warc")).unwrap().next().unwrap().unwrap().path();
    let entries: Vec<_> =
        forumsift::fetch::read_warc(std::fs::File::open(archive).unwrap()).map(Result::unwrap).collect();
    let kept = |name: &str| entries.iter().flat_map(|entry| &entry.page.headers).any(|(field, _)| field == name);
    assert!(kept("x-robots-tag"));
    assert!(entries.iter().any(|entry| String::from_utf8_lossy(&entry.page.body).contains("noindex, noarchive")));
}

/// A challenge is the host's wish to be left alone: nothing is asked for after it, and the next run knows that too.
#[test]
fn row_36_a_challenge_ends_the_run() {
    let server = served(small(Engine::Mybb, 25));
    server.fault(On::kind(Kind::Thread).after(2), Fault::Wall(Wall::Challenge));
    let scene = Scene::of(&server, "");
    let (code, said) = scene.run(&[]);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("1 blocked"), "{said}");
    let asked = server.log().len();
    server.heal();
    assert_eq!(scene.run(&[]).0, Some(4));
    assert_eq!(server.log().len(), asked, "a host that shows challenges was asked again at once");
}
