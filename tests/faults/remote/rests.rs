//! Rows 30 to 33: hosts that ask for rest, with and without telling for how long, and hosts that fail.

use std::{thread, time::Duration};

use forumsift::{
    clock::Clock,
    fetch::{Fetch, HttpFetch, HttpSettings},
    model::{Fetched, NewRequest, Request, SourceSettings, Validators},
    polite::{Gate, Hosts},
};
use url::Url;

use crate::{
    common::{Scene, served, small, terminated, told, until},
    forum::{Access, Engine, Fault, ForumServer, Kind, On, RetryAfter, Setup},
    server::{RawServer, Reply},
};

/// All requests after the first faulty one, and when that was.
fn after_the_fault(server: &ForumServer) -> Option<(Access, Vec<Access>)> {
    let log = server.log();
    let at = log.iter().position(|access| access.faulty)?;
    Some((log[at].clone(), log[at + 1..].to_vec()))
}

#[test]
fn row_30_a_wait_that_the_host_asked_for_holds_over_a_kill() {
    for (told, wait) in [(RetryAfter::Seconds(3), 3), (RetryAfter::Date(4), 3)] {
        let server = served(small(Engine::Phpbb, 1));
        let name = format!("{told:?}");
        server.fault(On::kind(Kind::Thread).after(2).times(1), Fault::Status(429, told));
        let scene = Scene::of(&server, "");
        let mut child = scene.crawl.start(&["run"]).unwrap();
        let (asked, _) = until("a refusal", || after_the_fault(&server));
        thread::sleep(Duration::from_millis(400));
        child.kill().unwrap();
        child.wait().unwrap();
        let (code, said) = scene.run(&[]);
        assert_eq!(code, Some(0), "{name}: {said}");
        let (_, later) = after_the_fault(&server).unwrap();
        let first = later.first().unwrap();
        let waited = first.at - asked.at;
        assert!(waited >= Duration::from_secs(wait), "{name}: {} was asked for after {waited:?}", first.target);
        assert!(scene.verdict(&server).is_clean(), "{name}: {:?}", scene.verdict(&server));
    }
}

#[test]
fn row_30_a_longer_wait_than_a_run_has_ends_the_run_and_says_so() {
    let server = served(small(Engine::Mybb, 2));
    server.fault(On::kind(Kind::Thread).after(1), Fault::Status(503, RetryAfter::Seconds(3600)));
    let scene = Scene::of(&server, "");
    let (code, said) = scene.run(&[]);
    assert_eq!(code, Some(4), "a run that left work says that all is done: {said}");
    assert!(said.contains("1 busy") && said.contains("left to the next run"), "{said}");
    let (_, later) = after_the_fault(&server).unwrap();
    assert_eq!(later.len(), 0, "asked after it was told to wait: {later:?}");
    server.heal();
    // the next run comes too early, and knows it
    let (code, said) = scene.run(&[]);
    assert_eq!(code, Some(4), "{said}");
    assert_eq!(after_the_fault(&server).unwrap().1.len(), 0);
}

/// How long a host rests after an answer with these header lines, in seconds.
fn rest_after(headers: &str) -> u64 {
    let reply = Reply::of(429, headers, "");
    let server =
        RawServer::start(move |target| if target == "/robots.txt" { Reply::of(404, "", "") } else { reply.clone() });
    let url = Url::parse(&server.at("/t")).unwrap();
    let source = SourceSettings::new("forum", url.clone());
    let what = NewRequest::discover(url);
    let request = Request { id: 1, source: "forum".into(), what, validators: Validators::default(), attempt: 0 };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let fetch = HttpFetch::new(HttpSettings::default(), Gate::new(), Clock::System).unwrap();
    let Fetched::Failed(failure) = runtime.block_on(fetch.fetch(&request, &source)) else { panic!("no refusal") };
    Hosts::new().failed("http://127.0.0.1:1", &failure, 0, 0.0).unwrap().as_secs()
}

#[test]
fn row_31_a_wish_is_read_in_all_its_forms_and_nonsense_is_none() {
    const DAY: u64 = 86_400;
    let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    for (headers, expected) in [
        ("Retry-After: 7\r\n".to_owned(), 7),
        // dates count from the server's own clock, whatever ours says
        (format!("{date}Retry-After: Sun, 06 Nov 1994 08:51:37 GMT\r\n"), 120),
        (format!("{date}Retry-After: Sunday, 06-Nov-94 08:51:37 GMT\r\n"), 120),
        (format!("{date}Retry-After: Sun Nov  6 08:51:37 1994\r\n"), 120),
        // none in the past: our own minute
        (format!("{date}Retry-After: Sun, 06 Nov 1994 08:00:00 GMT\r\n"), 60),
        ("Retry-After: -5\r\n".to_owned(), 60),
        ("Retry-After: soon\r\n".to_owned(), 60),
        ("Retry-After: 1e12\r\n".to_owned(), 60),
        ("Retry-After: \r\n".to_owned(), 60),
        (String::new(), 60),
        // no invitation to hammer, and no way to send us away for ever
        ("Retry-After: 0\r\n".to_owned(), 1),
        ("Retry-After: 1000000000000\r\n".to_owned(), DAY),
        ("Retry-After: 99999999999999999999999999\r\n".to_owned(), DAY),
    ] {
        assert_eq!(rest_after(&headers), expected, "{headers:?}");
    }
}

/// Two sources at two hosts in one run.
fn both(one: &ForumServer, other: &ForumServer, top: &str) -> Scene {
    let engine = |server: &ForumServer| server.forum().setup.engine.name();
    let second = format!(
        "[[source]]\nname = \"other\"\nurl = \"{}\"\ndelay = \"0s\"\nengine = \"{}\"",
        other.url(),
        engine(other)
    );
    Scene::new(&one.url(), top, &format!("engine = \"{}\"\n{second}", engine(one)))
}

fn of_source(scene: &Scene, name: &str) -> usize {
    scene.records().lines().filter(|line| line.contains(&format!("\"source\":\"{name}\""))).count()
}

fn shown(server: &ForumServer) -> usize {
    let forum = server.forum();
    forum.threads().map(|thread| forum.shown(thread).count()).sum()
}

#[test]
fn row_32_a_refusal_without_a_wish_rests_the_host_and_no_other() {
    let (refusing, well) = (served(small(Engine::Phpbb, 3)), served(small(Engine::Mybb, 4)));
    refusing.fault(On::kind(Kind::Thread).after(1), Fault::Status(429, RetryAfter::Absent));
    let scene = both(&refusing, &well, "");
    let child = scene.crawl.start(&["run"]).unwrap();
    until("the other host", || (of_source(&scene, "other") == shown(&well)).then_some(()));
    until("a refusal", || after_the_fault(&refusing));
    thread::sleep(Duration::from_millis(1500));
    let (_, later) = after_the_fault(&refusing).unwrap();
    assert_eq!(later.len(), 0, "a host that rests was asked: {later:?}");
    assert_eq!(terminated(child), Some(3));
    // and it rests on in the next run
    let child = scene.crawl.start(&["run"]).unwrap();
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(after_the_fault(&refusing).unwrap().1.len(), 0);
    assert_eq!(terminated(child), Some(3));
}

#[test]
fn row_33_a_storm_of_errors_is_not_answered_by_one() {
    let (down, well) = (served(small(Engine::Phpbb, 5)), served(small(Engine::Mybb, 6)));
    down.fault(On::kind(Kind::Thread), Fault::Status(500, RetryAfter::Absent));
    let scene = both(&down, &well, "[fetch]\nretries = 9\n");
    let child = scene.crawl.start(&["run"]).unwrap();
    until("the other host", || (of_source(&scene, "other") == shown(&well)).then_some(()));
    until("five failures", || (down.count(Kind::Thread) >= 5).then_some(()));
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(down.count(Kind::Thread), 5, "no more of its ten threads are asked for while the host is down");
    assert_eq!(terminated(child), Some(3));
}

#[test]
fn row_33_a_host_that_comes_back_is_found_by_one_probe() {
    let server = served(Setup { boards: 8, threads: 2, ..small(Engine::Smf, 7) });
    server.fault(On::all().after(1).times(6), Fault::ResetBeforeHeaders);
    let scene = Scene::of(&server, "[fetch]\nretries = 4\n");
    let (code, said) = told(&scene.crawl.run(&["run"]).unwrap());
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("6 broken"), "{said}");
    let log = server.log();
    let faulty: Vec<usize> = (0..log.len()).filter(|at| log[*at].faulty).collect();
    let rests: Vec<Duration> = faulty.iter().map(|at| log[at + 1].at - log[*at].at).collect();
    // five failures in a row, then a rest and one probe; it fails, and the next rest is twice as long
    assert!(rests[4] >= Duration::from_secs(1) && rests[5] >= Duration::from_secs(2), "{rests:?}");
    assert!(scene.verdict(&server).is_clean(), "{:?}", scene.verdict(&server));
}
