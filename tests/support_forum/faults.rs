//! Faults behave as said, and come when they were asked for.

use std::time::Duration;

use super::{
    posts_on, serve, small,
    support::forum::{Engine, Fault, ForumServer, Got, Kind, On, RetryAfter, Setup, Wall, get},
    unpack,
};

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
