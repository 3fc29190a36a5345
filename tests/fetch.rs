//! Fetching against a raw server on loopback: what each misbehaviour ends in, by the numbers of the fault list.

#![expect(clippy::unwrap_used, reason = "a test that does not reach its own server has failed")]

#[path = "support/server.rs"]
mod server;

use std::{
    io::Write,
    sync::Arc,
    time::{Duration, Instant},
};

use forumsift::{
    clock::Clock,
    fetch::{Fetch, HttpFetch, HttpSettings, SourceSecrets},
    model::{Fetched, NewRequest, Request, SourceSettings, Validators},
    polite::Gate,
};
use server::{RawServer, Reply};
use url::Url;

fn settings() -> HttpSettings {
    HttpSettings {
        timeout: Duration::from_millis(1500),
        connect_timeout: Duration::from_secs(1),
        max_page: 100_000,
        ..HttpSettings::default()
    }
}

fn source(url: &str) -> SourceSettings {
    SourceSettings { delay: Duration::ZERO, ..SourceSettings::new("forum", Url::parse(url).unwrap()) }
}

/// One fetch of an address for a source, in a word: the status and length of a page, or what came instead.
fn fetch_for(settings: HttpSettings, address: &str, of: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let request = Request {
        id: 1,
        source: Arc::from("forum"),
        what: NewRequest::discover(Url::parse(address).unwrap()),
        validators: Validators::default(),
        attempt: 0,
    };
    let fetch = HttpFetch::new(settings, Gate::new(), Clock::System).unwrap();
    match runtime.block_on(fetch.fetch(&request, &source(of))) {
        Fetched::Page(page) => format!("{} {}", page.status, page.body.len()),
        Fetched::NotModified => "304".to_owned(),
        Fetched::Refused(refusal) => format!("{refusal:?}"),
        Fetched::Failed(failure) => format!("{:?}", failure.class),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A server without a robots.txt, and this for all else.
fn replying(reply: Reply) -> RawServer {
    RawServer::start(move |target| if target == "/robots.txt" { Reply::of(404, "", "") } else { reply.clone() })
}

/// The row of the fault list, what is sent, and what it must end in.
fn check(row: u8, reply: Reply, expected: &str) {
    let server = replying(reply);
    let told = fetch_for(settings(), &server.at("/t"), &server.at("/"));
    assert!(told.starts_with(expected), "fault {row}: {told}, not {expected}");
}

#[test]
fn responses_end_in_what_they_are() {
    const HTML: &str = "Content-Type: text/html\r\n";
    let page = "<html><body>a page</body></html>";
    let bytes = |text: String| Reply::Bytes(text.into_bytes());
    let packed = |coding: &str| format!("{HTML}Content-Encoding: {coding}\r\n");
    let cut = |body: &[u8]| body[..body.len() / 2].to_vec();
    let noise: Vec<u8> = (0..9000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for (row, reply, expected) in [
        (20, Reply::Reset, "Broken"),
        (20, bytes("no http at all\r\n\r\n".to_owned()), "Broken"),
        (21, bytes(format!("HTTP/1.1 200 X\r\n{HTML}Content-Length: 999\r\n\r\n{page}")), "Broken"),
        (
            21,
            bytes(format!("HTTP/1.1 200 X\r\n{HTML}Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nzz\r\n")),
            "Broken",
        ),
        (22, Reply::Stall(format!("HTTP/1.1 200 X\r\n{HTML}\r\n").into_bytes(), Duration::from_secs(3)), "Timeout"),
        (22, Reply::Drip(format!("HTTP/1.1 200 X\r\n{HTML}\r\n").into_bytes(), Duration::from_millis(30)), "Timeout"),
        (23, Reply::of(200, HTML, "a".repeat(100_001)), "TooLarge"),
        (23, Reply::of(200, &format!("{HTML}X-Flood: {}\r\n", "a".repeat(70_000)), page), "TooLarge"),
        (23, Reply::of(200, &format!("{HTML}X-Flood: {}\r\n", "a".repeat(900_000)), page), "TooLarge"),
        (23, Reply::Stall(b"HTTP/1.1 102 X\r\n\r\n".repeat(99), Duration::from_secs(3)), "Timeout"),
        (24, Reply::of(200, &packed("gzip"), gzip(&[b' '; 200_000])), "TooLarge"),
        (24, Reply::of(200, &packed("gzip"), gzip(page.as_bytes())), "200 32"),
        (24, Reply::of(200, &packed("gzip, gzip, gzip"), gzip(&gzip(&gzip(page.as_bytes())))), "Broken"),
        (25, Reply::of(200, &packed("gzip"), page), "200 32"),
        (25, Reply::of(200, &packed("gzip"), [gzip(page.as_bytes()), b"rest".to_vec()].concat()), "200 32"),
        (25, Reply::of(200, &packed("gzip"), cut(&gzip(&noise))), "Broken"),
        (25, Reply::of(200, &packed("br"), b"[\x01\x80\x02\x03\x90"), "Broken"),
        (25, Reply::of(200, &packed("x-origami"), page), "Broken"),
        (26, Reply::of(302, "Location: /t\r\n", ""), "Redirects"),
        (26, Reply::of(302, "Location: http://other.example/\r\n", ""), "Scope"),
        (27, Reply::of(302, "Location: http://127.0.0.1:9/\r\n", ""), "PrivateAddress"),
        (27, Reply::of(302, "Location: http://169.254.169.254/latest\r\n", ""), "PrivateAddress"),
        (27, Reply::of(302, "Location: file:///etc/passwd\r\n", ""), "Scheme"),
        (27, Reply::of(302, "Location: data:text/html,x\r\n", ""), "Scheme"),
        (27, Reply::of(302, "Location: ftp://other.example/\r\n", ""), "Scheme"),
        (28, Reply::of(200, "Content-Type: application/pdf\r\n", page), "ContentType"),
        (28, Reply::of(200, "Content-Type: image/svg+xml\r\n", page), "ContentType"),
        (28, Reply::of(200, "", page), "200 32"),
        (28, Reply::of(200, "", "%PDF-1.7\n1 0 obj"), "ContentType"),
        (28, Reply::of(200, "", &noise), "ContentType"),
        (30, Reply::of(429, "Retry-After: 7\r\n", ""), "Busy"),
        (33, Reply::of(502, HTML, page), "Server"),
        (34, Reply::of(403, HTML, page), "403 32"),
        (34, Reply::of(451, "", ""), "Denied"),
        (34, Reply::of(407, HTML, page), "Proxy"),
        (35, Reply::of(404, HTML, page), "404 32"),
        (35, Reply::of(410, "", ""), "Missing"),
        (37, Reply::of(403, &format!("{HTML}cf-mitigated: challenge\r\n"), page), "Blocked"),
        (37, Reply::html("<title>Just a moment...</title><script>_cf_chl_opt={}</script>"), "Blocked"),
        (45, Reply::of(200, &format!("{HTML}X-Robots-Tag: noindex\r\n"), page), "200 32"),
        (55, Reply::of(200, &format!("{HTML}{}", "Set-Cookie: a=b\r\n".repeat(1000)), page), "200 32"),
    ] {
        check(row, reply, expected);
    }
}

#[test]
fn robots_txt_closes_a_site_that_it_cannot_open() {
    let page = Reply::html("<p>a page</p>");
    let rules = "User-agent: *\nDisallow: /t\n";
    let long = format!("{rules}{}", "# more\n".repeat(300_000));
    let gzipped = |body: Vec<u8>| Reply::of(200, "Content-Encoding: gzip\r\n", body);
    let packed = gzip(long.as_bytes());
    for (row, robots, expected) in [
        (38, Reply::of(403, "", ""), "200 13"),
        (38, Reply::of(404, "", ""), "200 13"),
        (39, Reply::of(500, "", ""), "Server"),
        (39, Reply::of(503, "", ""), "Busy"),
        (39, Reply::Reset, "Broken"),
        (39, Reply::Stall(Vec::new(), Duration::from_secs(3)), "Timeout"),
        (40, Reply::of(429, "", ""), "Busy"),
        (41, Reply::of(302, "Location: /robots.txt?again\r\n", ""), "200 13"),
        (41, Reply::of(302, "Location: http://10.0.0.1/robots.txt\r\n", ""), "PrivateAddress"),
        (42, Reply::of(200, "", rules), "Robots"),
        (42, Reply::of(200, "", &long), "Robots"),
        (42, gzipped(packed.clone()), "Robots"),
        (42, gzipped(packed[..packed.len() / 2].to_vec()), "Robots"),
        (42, gzipped(vec![1, 2, 3]), "Broken"),
        (42, gzipped(rules.into()), "Robots"),
        (42, Reply::of(200, "Content-Encoding: lzma\r\n", rules), "Broken"),
        (42, Reply::of(200, "", "<html>Disallow</html>"), "200 13"),
    ] {
        let (robots_reply, page_reply) = (robots.clone(), page.clone());
        let server =
            RawServer::start(
                move |target| {
                    if target.starts_with("/robots.txt") { robots_reply.clone() } else { page_reply.clone() }
                },
            );
        let told = fetch_for(settings(), &server.at("/t"), &server.at("/"));
        assert!(told.starts_with(expected), "fault {row}: {robots:.80?}: {told}, not {expected}");
    }
}

#[test]
fn one_time_limit_covers_all_hops() {
    let server = RawServer::start(|target| match target {
        "/robots.txt" => Reply::of(404, "", ""),
        hop => {
            std::thread::sleep(Duration::from_millis(300));
            Reply::of(302, &format!("Location: {hop}x\r\n"), "")
        }
    });
    let began = Instant::now();
    let limits = HttpSettings { timeout: Duration::from_millis(800), ..settings() };
    assert_eq!(fetch_for(limits, &server.at("/t"), &server.at("/")), "Timeout");
    assert!(began.elapsed() < Duration::from_millis(1800), "{:?}", began.elapsed());
}

#[test]
fn a_body_that_stalls_is_given_up_by_the_clock() {
    let head = b"HTTP/1.1 200 X\r\nContent-Type: text/html\r\nContent-Length: 50000\r\n\r\n<p>".to_vec();
    let server = replying(Reply::Stall(head, Duration::from_secs(8)));
    let limits =
        HttpSettings { timeout: Duration::from_secs(7), min_rate_after: Duration::from_millis(600), ..settings() };
    let began = Instant::now();
    assert_eq!(fetch_for(limits, &server.at("/t"), &server.at("/")), "Timeout");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[test]
fn local_hosts_are_for_sources_that_name_them() {
    let server = replying(Reply::html("a page"));
    let by_name = server.at("/t").replace("127.0.0.1", "localhost");
    let elsewhere = "http://forum.example/";
    for (row, address, of, expected) in [
        (18, by_name.clone(), by_name.clone(), "200"),
        (18, by_name.clone(), elsewhere.to_owned(), "PrivateAddress"),
        (18, server.at("/t"), elsewhere.to_owned(), "PrivateAddress"),
        (18, server.at("/t").replace("127.0.0.1", "2130706433"), elsewhere.to_owned(), "PrivateAddress"),
        (18, server.at("/t").replace("127.0.0.1", "0x7f.1"), server.at("/"), "200"),
        (18, server.at("/t").replace("127.0.0.1", "[::ffff:127.0.0.1]"), elsewhere.to_owned(), "PrivateAddress"),
        (17, "http://no-such-name.invalid/".to_owned(), "http://no-such-name.invalid/".to_owned(), "Dns"),
        (20, "http://127.0.0.1:1/".to_owned(), "http://127.0.0.1:1/".to_owned(), "Connect"),
    ] {
        let told = fetch_for(settings(), &address, &of);
        assert!(told.starts_with(expected), "fault {row}: {address}: {told}, not {expected}");
    }
}

#[test]
fn a_proxy_that_fails_is_the_proxys_fault() {
    let proxied = |proxy: String| HttpSettings { proxy: Some(proxy), ..settings() };
    let proxy = replying(Reply::html("by the proxy"));
    let named = format!("http://localhost:{}", proxy.port());
    let forum = "http://forum.example/t";
    for (row, proxy, address, expected) in [
        (56, named.clone(), forum, "200 12"),
        (56, "http://127.0.0.1:1".to_owned(), forum, "Proxy"),
        (56, "socks5h://127.0.0.1:1".to_owned(), forum, "Proxy"),
        (18, named.clone(), "http://10.0.0.1/t", "PrivateAddress"),
        (18, named, "http://localhost/t", "PrivateAddress"),
    ] {
        let told = fetch_for(proxied(proxy.clone()), address, "http://forum.example/");
        assert!(told.starts_with(expected), "fault {row}: {proxy} {address}: {told}, not {expected}");
    }
    let refusing = RawServer::start(|_| Reply::of(407, "Proxy-Authenticate: Basic\r\n", ""));
    let refusing = format!("http://localhost:{}", refusing.port());
    assert_eq!(fetch_for(proxied(refusing.clone()), forum, forum), "Proxy", "fault 56");
    assert_eq!(fetch_for(proxied(refusing), "https://forum.example/t", "https://forum.example/"), "Proxy", "fault 56");
}

#[test]
fn a_cookie_goes_to_its_own_port_only() {
    let server = replying(Reply::html("a page"));
    let other = replying(Reply::html("a page"));
    let secret = SourceSecrets { cookie: Some("secret=1".to_owned()), ..SourceSecrets::default() };
    let with_cookie = || HttpSettings { secrets: [(Arc::from("forum"), secret.clone())].into(), ..settings() };
    assert_eq!(fetch_for(with_cookie(), &server.at("/t"), &server.at("/")), "200 6");
    let sent = |server: &RawServer, path: &str| {
        let heads = server.heads();
        let head = heads.iter().find(|head| head.starts_with(&format!("GET {path} "))).cloned().unwrap_or_default();
        head.to_lowercase().contains("cookie: secret=1")
    };
    assert!(sent(&server, "/t") && !sent(&server, "/robots.txt"));
    assert!(fetch_for(with_cookie(), &other.at("/t"), &server.at("/")).starts_with("PrivateAddress"));
    assert!(other.heads().is_empty());
}
