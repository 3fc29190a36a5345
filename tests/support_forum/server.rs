//! The server: its clock, its connections, its log.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use super::{
    serve, small,
    support::forum::{Engine, Kind, Robots, Setup, get, http_date, instant, iso},
    unpack,
};

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
