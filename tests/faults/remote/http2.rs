//! Row 54: what a server of HTTP/2 may do with streams and connections, in frames written by hand (RFC 9113); and the race in
//! which a kept HTTP/1 connection ends just when the next request is sent.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustls::{ServerConnection, StreamOwned};

use crate::{
    common::{Scene, texts, thread_page, told},
    tls::{Authority, Listener, config},
};

type Stream = StreamOwned<ServerConnection, TcpStream>;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// The other side of one connection.
struct Peer {
    tls: Stream,
}

impl Peer {
    fn new(tls: Stream) -> std::io::Result<Peer> {
        let mut peer = Peer { tls };
        let mut preface = [0; 24];
        peer.tls.read_exact(&mut preface)?;
        assert_eq!(&preface[..], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        peer.write(SETTINGS, 0, 0, &[])?;
        Ok(peer)
    }

    fn write(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> std::io::Result<()> {
        let length = (payload.len() as u32).to_be_bytes();
        let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
        self.tls.write_all(&[&head, payload].concat())?;
        self.tls.flush()
    }

    /// The stream of the next request; what else comes is read over.
    fn request(&mut self) -> std::io::Result<u32> {
        loop {
            let mut head = [0; 9];
            self.tls.read_exact(&mut head)?;
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
            let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
            let mut payload = vec![0; length];
            self.tls.read_exact(&mut payload)?;
            match head[3] {
                HEADERS => return Ok(stream),
                SETTINGS if head[4] == 0 => self.write(SETTINGS, 1, 0, &[])?,
                PING if head[4] == 0 => self.write(PING, 1, 0, &payload)?,
                _ => {}
            }
        }
    }

    /// `:status: 404` and no body: there is no robots.txt.
    fn nothing(&mut self, stream: u32) -> std::io::Result<()> {
        self.write(HEADERS, END_HEADERS | END_STREAM, stream, &[0x8d])
    }

    /// The header of a page: `:status: 200`, `content-type: text/html`, by HPACK's static table.
    fn header(&mut self, stream: u32) -> std::io::Result<()> {
        self.write(HEADERS, END_HEADERS, stream, &[&[0x88, 0x0f, 0x10, 9][..], b"text/html"].concat())
    }

    fn page(&mut self, stream: u32) -> std::io::Result<()> {
        self.header(stream)?;
        self.write(DATA, END_STREAM, stream, page().as_bytes())
    }

    fn reset(&mut self, stream: u32, why: u32) -> std::io::Result<()> {
        self.write(RST_STREAM, 0, stream, &why.to_be_bytes())
    }

    /// No stream after `last` was looked at.
    fn goes_away(&mut self, last: u32) -> std::io::Result<()> {
        self.write(GOAWAY, 0, 0, &[last.to_be_bytes(), [0; 4]].concat())
    }

    /// Answers whatever is asked from now on.
    fn well(&mut self) -> std::io::Result<()> {
        loop {
            let stream = self.request()?;
            self.page(stream)?;
        }
    }
}

fn page() -> String {
    thread_page("", [(1, "first".to_owned()), (2, "second".to_owned())])
}

/// What a server does on its nth connection (from 0) once the request for robots.txt on the first one is answered.
type Behaviour = fn(&mut Peer, usize) -> std::io::Result<()>;

/// Crawls one thread from such a server; the exit code, what was said, the texts, the connections, and the time.
fn crawl(behaviour: Behaviour) -> (Option<i32>, String, Vec<String>, usize, Duration) {
    let authority = Authority::new();
    let config = config(authority.signs("127.0.0.1", |_| {}), &["h2"]);
    let server = Listener::start(move |stream, number| {
        let connection = ServerConnection::new(Arc::clone(&config)).map_err(std::io::Error::other)?;
        let mut peer = Peer::new(StreamOwned::new(connection, stream))?;
        if number == 0 {
            let robots = peer.request()?;
            peer.nothing(robots)?;
        }
        behaviour(&mut peer, number)
    });
    let top = "[fetch]\nretries = 1\ntimeout = \"2s\"\n";
    let url = server.at("/viewtopic.php?t=5");
    let scene = Scene::new(&url, top, "engine = \"phpbb\"\ntime_zone = \"UTC\"");
    let trusted = scene.folder.path().join("authority.pem");
    fs::write(&trusted, &authority.certificate).unwrap();
    let began = Instant::now();
    let (code, said) = told(&scene.crawl.command(&["run"]).env("SSL_CERT_FILE", &trusted).output().unwrap());
    (code, said, texts(&scene.records()), server.connections(), began.elapsed())
}

fn check(name: &str, most_connections: usize, behaviour: Behaviour) {
    let (code, said, texts, connections, _) = crawl(behaviour);
    assert_eq!((code, texts.as_slice()), (Some(0), &["first".to_owned(), "second".to_owned()][..]), "{name}: {said}");
    assert!(connections <= most_connections, "{name}: {connections} connections");
}

#[test]
fn row_54_a_page_comes_over_http_2() {
    check("well", 1, |peer, _| peer.well());
}

#[test]
fn row_54_a_stream_that_was_not_looked_at_is_asked_again() {
    check("GOAWAY before the request", 2, |peer, number| {
        if number == 0 {
            peer.goes_away(1)?;
            thread::sleep(Duration::from_millis(300));
            return Ok(());
        }
        peer.well()
    });
    check("GOAWAY for the request", 2, |peer, number| {
        if number == 0 {
            peer.request()?;
            peer.goes_away(1)?;
            thread::sleep(Duration::from_millis(100));
            return Ok(());
        }
        peer.well()
    });
    check("REFUSED_STREAM", 2, |peer, _| {
        let stream = peer.request()?;
        peer.reset(stream, 7)?;
        peer.well()
    });
}

#[test]
fn row_54_nothing_is_kept_of_a_stream_that_breaks() {
    check("INTERNAL_ERROR amid the body", 2, |peer, number| {
        if number == 0 {
            let stream = peer.request()?;
            peer.header(stream)?;
            let page = page();
            peer.write(DATA, 0, stream, &page.as_bytes()[..page.len() - 40])?;
            peer.reset(stream, 2)?;
        }
        peer.well()
    });
    check("the connection ends amid the body", 2, |peer, number| {
        if number == 0 {
            let stream = peer.request()?;
            peer.header(stream)?;
            let page = page();
            return peer.write(DATA, 0, stream, &page.as_bytes()[..page.len() - 40]);
        }
        peer.well()
    });
    check("a header that cannot be read", 2, |peer, number| {
        if number == 0 {
            let stream = peer.request()?;
            return peer.write(HEADERS, END_HEADERS, stream, &[0xff, 0xff, 0xff, 0xff, 0xff]);
        }
        peer.well()
    });
}

#[test]
fn row_54_floods_and_stalls_end_by_the_time_limit() {
    let floods: [(&str, Behaviour); 3] = [
        ("settings", |peer, _| {
            peer.request()?;
            loop {
                peer.write(SETTINGS, 0, 0, &[0, 4, 0, 1, 0, 0])?;
            }
        }),
        ("pings", |peer, _| {
            peer.request()?;
            loop {
                peer.write(PING, 0, 0, &[1; 8])?;
            }
        }),
        ("a stalled window", |peer, _| {
            let stream = peer.request()?;
            peer.header(stream)?;
            peer.write(DATA, 0, stream, b"<!DOCTYPE html><p>")?;
            thread::sleep(Duration::from_secs(20));
            Ok(())
        }),
    ];
    thread::scope(|scope| {
        for (name, behaviour) in floods {
            scope.spawn(move || {
                let (code, said, texts, connections, took) = crawl(behaviour);
                assert_eq!((code, texts.len()), (Some(4), 0), "{name}: {said}");
                assert!(said.contains("2 timeout") || said.contains("broken"), "{name}: {said}");
                // two tries of two seconds, and the rest between them
                assert!(connections <= 3 && took < Duration::from_secs(18), "{name}: {connections} in {took:?}");
            });
        }
    });
}

#[test]
fn row_54_a_kept_connection_that_ends_when_it_is_used_again_costs_no_page() {
    for reads_first in [true, false] {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let count = Arc::new(AtomicUsize::new(0));
        let connections = Arc::clone(&count);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let number = connections.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || kept(stream, number, reads_first).ok());
            }
        });
        let url = format!("http://127.0.0.1:{port}/viewtopic.php?t=5");
        let scene = Scene::new(&url, "[fetch]\nretries = 1\n", "engine = \"phpbb\"\ntime_zone = \"UTC\"");
        let (code, said) = scene.run(&[]);
        assert_eq!((code, texts(&scene.records()).len()), (Some(0), 2), "read first: {reads_first}: {said}");
        assert_eq!(count.load(Ordering::SeqCst), 2);
    }
}

/// The first connection answers for robots.txt, says that it stays, and ends.
fn kept(mut stream: TcpStream, number: usize, reads_first: bool) -> std::io::Result<()> {
    fn head(stream: &mut TcpStream) -> std::io::Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        Ok(())
    }
    head(&mut stream)?;
    if number == 0 {
        stream.write_all(b"HTTP/1.1 404 X\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n")?;
        return if reads_first { head(&mut stream) } else { Ok(()) };
    }
    let page = page();
    write!(stream, "HTTP/1.1 200 X\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{page}", page.len())
}
