//! Row 19: certificates that must not be trusted, handshakes that fail or stall, ends without a farewell.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer},
};

use crate::common::{Scene, texts, thread_page, told};

/// Whoever signs certificates here.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// In PEM.
    pub(crate) certificate: String,
}

/// A certificate with its key.
pub(crate) type Identity = (CertificateDer<'static>, PrivateKeyDer<'static>);

impl Authority {
    pub(crate) fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        Authority { issuer: Issuer::new(params, key), certificate }
    }

    /// Signs a certificate for a name.
    pub(crate) fn signs(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Identity {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.der().clone(), key.into())
    }
}

/// One that nobody signed but itself.
fn nobodys(name: &str) -> Identity {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().self_signed(&key).unwrap();
    (certificate.der().clone(), key.into())
}

pub(crate) fn config(identity: Identity, protocols: &[&str]) -> Arc<ServerConfig> {
    let (certificate, key) = identity;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}

/// A server that answers each connection by a function, and counts them.
pub(crate) struct Listener {
    port: u16,
    connections: Arc<AtomicUsize>,
    /// Those that began with anything but a handshake.
    plain: Arc<AtomicUsize>,
}

impl Listener {
    pub(crate) fn start(answer: impl Fn(TcpStream, usize) -> std::io::Result<()> + Send + Sync + 'static) -> Listener {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (connections, plain) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let (count, unlike, answer) = (Arc::clone(&connections), Arc::clone(&plain), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let number = count.fetch_add(1, Ordering::SeqCst);
                let (answer, unlike) = (Arc::clone(&answer), Arc::clone(&unlike));
                thread::spawn(move || {
                    let mut first = [0];
                    if stream.peek(&mut first).is_ok_and(|read| read == 1) && first[0] != 0x16 {
                        unlike.fetch_add(1, Ordering::SeqCst);
                    }
                    // an error is the client's leaving
                    answer(stream, number).ok()
                });
            }
        });
        Listener { port, connections, plain }
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("https://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn page() -> String {
    thread_page("", [(1, "first".to_owned()), (2, "second".to_owned())])
}

/// Answers one request; how the response ends is told by `length` and `farewell`.
fn answer(stream: TcpStream, config: &Arc<ServerConfig>, length: bool, farewell: bool) -> std::io::Result<()> {
    let connection = ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
    let mut tls = StreamOwned::new(connection, stream);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if tls.read(&mut byte)? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
    }
    if head.starts_with(b"GET /robots.txt") {
        tls.write_all(b"HTTP/1.1 404 X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")?;
    } else {
        let page = page();
        let told = if length { format!("Content-Length: {}\r\n", page.len()) } else { String::new() };
        write!(tls, "HTTP/1.1 200 X\r\nConnection: close\r\nContent-Type: text/html\r\n{told}\r\n{page}")?;
    }
    if farewell {
        tls.conn.send_close_notify();
    }
    tls.flush()
}

/// Runs a crawl of an address twice with that authority trusted; both exit codes and what was said first.
fn crawl(url: &str, trusted: &str) -> (Scene, Option<i32>, String, Option<i32>) {
    let top = "[fetch]\nretries = 1\ntimeout = \"2s\"\nconnect_timeout = \"1s\"\n";
    let scene = Scene::new(url, top, "engine = \"phpbb\"\ntime_zone = \"UTC\"");
    let authority = scene.folder.path().join("authority.pem");
    fs::write(&authority, trusted).unwrap();
    let run = |path: &Path| scene.crawl.command(&["run"]).env("SSL_CERT_FILE", path).output().unwrap();
    let (code, said) = told(&run(&authority));
    let (again, _) = told(&run(&authority));
    (scene, code, said, again)
}

#[test]
fn row_19_a_certificate_that_is_not_to_be_trusted_ends_it_at_once() {
    let authority = Authority::new();
    let here = "127.0.0.1";
    let old = authority.signs(here, |params| {
        (params.not_before, params.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
    });
    let to_come = authority.signs(here, |params| params.not_before = date_time_ymd(2200, 1, 1));
    let cases = [
        ("expired", old),
        ("not valid yet", to_come),
        ("of another host", authority.signs("other.example", |_| {})),
        ("of nobody", nobodys(here)),
        ("of another authority", Authority::new().signs(here, |_| {})),
    ];
    for (name, identity) in cases {
        let config = config(identity, &[]);
        let server = Listener::start(move |stream, _| answer(stream, &config, true, true));
        let (scene, code, said, again) = crawl(&server.at("/viewtopic.php?t=5"), &authority.certificate);
        assert_eq!((code, again), (Some(4), Some(4)), "{name}: {said}");
        assert!(said.contains("1 tls"), "{name}: {said}");
        assert_eq!(server.connections(), 1, "{name}: asked again, in the same run or in the next");
        assert_eq!(server.plain.load(Ordering::SeqCst), 0, "{name}: fell back to plain HTTP");
        assert_eq!(scene.records(), "");
    }
}

#[test]
fn row_19_a_handshake_of_old_times_ends_it_at_once() {
    // a ServerHello of TLS 1.0, and an alert that tells the same
    let mut hello = vec![2, 0, 0, 38, 3, 1];
    hello.extend([7; 32]);
    hello.extend([0, 0xc0, 0x13, 0]);
    let old = [vec![0x16, 3, 1, 0, hello.len() as u8], hello].concat();
    for (name, reply) in
        [("hello", old), ("alert", vec![0x15, 3, 1, 0, 2, 2, 70]), ("no TLS", b"SSH-2.0-x\r\n".to_vec())]
    {
        let server = Listener::start(move |mut stream, _| {
            let mut head = [0; 5];
            stream.read_exact(&mut head)?;
            let mut rest = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
            stream.read_exact(&mut rest)?;
            stream.write_all(&reply)?;
            // what the client answers is read, so that the close is no reset
            stream.read_to_end(&mut rest).map(drop)
        });
        let (_, code, said, again) = crawl(&server.at("/viewtopic.php?t=5"), &Authority::new().certificate);
        assert_eq!((code, again), (Some(4), Some(4)), "{name}: {said}");
        assert!(said.contains("1 tls"), "{name}: {said}");
        assert_eq!(server.connections(), 1, "{name}");
        assert_eq!(server.plain.load(Ordering::SeqCst), 0, "{name}");
    }
}

#[test]
fn row_19_a_handshake_that_stalls_is_a_time_limit() {
    let server = Listener::start(|mut stream, _| {
        let mut some = [0; 64];
        let _ = stream.read(&mut some)?;
        thread::sleep(Duration::from_secs(20));
        Ok(())
    });
    let top = "[fetch]\nretries = 0\ntimeout = \"3s\"\nconnect_timeout = \"500ms\"\n";
    let scene = Scene::new(&server.at("/viewtopic.php?t=5"), top, "engine = \"phpbb\"");
    let (code, said) = scene.run(&[]);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("1 timeout"), "{said}");
    assert_eq!(server.connections(), 1);
}

#[test]
fn row_19_a_body_that_ends_without_a_farewell_is_whole_only_where_its_length_was_told() {
    let authority = Authority::new();
    for (length, farewell, whole) in
        [(true, true, true), (true, false, true), (false, true, true), (false, false, false)]
    {
        let config = config(authority.signs("127.0.0.1", |_| {}), &["http/1.1"]);
        let server = Listener::start(move |stream, _| answer(stream, &config, length, farewell));
        let top = "[fetch]\nretries = 0\n";
        let scene = Scene::new(&server.at("/viewtopic.php?t=5"), top, "engine = \"phpbb\"\ntime_zone = \"UTC\"");
        let trusted = scene.folder.path().join("authority.pem");
        fs::write(&trusted, &authority.certificate).unwrap();
        let (code, said) = told(&scene.crawl.command(&["run"]).env("SSL_CERT_FILE", &trusted).output().unwrap());
        let name = format!("length told: {length}, farewell: {farewell}: {said}");
        assert_eq!(code, Some(if whole { 0 } else { 4 }), "{name}");
        let expected: &[&str] = if whole { &["first", "second"] } else { &[] };
        assert_eq!(texts(&scene.records()), expected, "{name}");
        assert_eq!(said.contains("1 broken"), !whole, "{name}");
    }
}
