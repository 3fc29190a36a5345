//! A server for a few small answers over HTTP/1.1: GET and HEAD, a connection an answer. It has no login, so it listens
//! where it is told and answers those alone who name it by that address: a page of another site cannot reach it through a
//! name of its own.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

/// The longest request head.
const HEAD: usize = 8 << 10;
/// Time for a whole exchange.
const PATIENCE: Duration = Duration::from_secs(5);
/// Connections at once; more wait.
const CONNECTIONS: usize = 16;

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// `Content-Security-Policy`, for pages.
    pub policy: Option<String>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// An answer of status 200.
    pub fn ok(content_type: &'static str, body: String) -> Answer {
        Answer { status: 200, content_type, policy: None, body }
    }

    fn plain(status: u16, body: &str) -> Answer {
        Answer { status, content_type: "text/plain; charset=utf-8", policy: None, body: format!("{body}\n") }
    }

    fn bytes(&self, with_body: bool) -> Vec<u8> {
        let policy = self.policy.as_deref().unwrap_or("default-src 'none'");
        let reason = if self.status == 200 { "OK" } else { "Otherwise" };
        let mut answer = format!(
            "HTTP/1.1 {} {reason}\r\nContent-Type: {}\r\nContent-Length: {}\r\nContent-Security-Policy: {policy}\r\n\
             X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-store\r\n\
             Connection: close\r\n\r\n",
            self.status,
            self.content_type,
            self.body.len()
        );
        if with_body {
            answer.push_str(&self.body);
        }
        answer.into_bytes()
    }
}

/// What is answered to a path; `None`: there is no such thing.
pub type Answers = Arc<dyn Fn(&str) -> Option<Answer> + Send + Sync>;

/// Listens at an address.
///
/// # Errors
/// Where the system refuses: the address is taken, or is none of this machine's.
pub async fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Answers until it is aborted.
pub async fn serve(listener: TcpListener, answers: Answers) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let answers = Arc::clone(&answers);
                tokio::spawn(async move {
                    let _ = tokio::time::timeout(PATIENCE, answer(stream, &answers)).await;
                    drop(place);
                });
            }
            // out of file descriptors, or a connection that was gone at once: neither is helped by hurry
            Err(error) => {
                tracing::debug!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn answer(mut stream: TcpStream, answers: &Answers) -> io::Result<()> {
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let length = stream.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        head.extend_from_slice(&buffer[..length]);
        if head.len() > HEAD {
            return stream.write_all(&Answer::plain(431, "the request is too long").bytes(true)).await;
        }
    }
    let local = stream.local_addr()?;
    let (answer, with_body) = respond(&String::from_utf8_lossy(&head), local, answers);
    stream.write_all(&answer.bytes(with_body)).await?;
    stream.shutdown().await
}

/// The answer to a request's head, and whether its body is sent.
fn respond(head: &str, local: SocketAddr, answers: &Answers) -> (Answer, bool) {
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let host = lines.filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("host"));
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let answer = match method {
        "GET" | "HEAD" if !host.is_none_or(|(_, host)| is_ours(host.trim(), local)) => {
            Answer::plain(421, "this server is asked by its address")
        }
        "GET" | "HEAD" => answers(path).unwrap_or_else(|| Answer::plain(404, "there is no such thing here")),
        _ => Answer::plain(405, "only GET is answered"),
    };
    (answer, method != "HEAD")
}

/// Whether a `Host` names this machine by an address, or as `localhost`. On loopback any other name is one that someone
/// has made point here.
fn is_ours(host: &str, local: SocketAddr) -> bool {
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |h| h.0);
    let literal = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>().is_ok();
    literal || name.eq_ignore_ascii_case("localhost") || !local.ip().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_asked_for_rightly_is_answered() {
        let answers: Answers = Arc::new(|path| (path == "/healthz").then(|| Answer::ok("text/plain", "ok\n".into())));
        let check = |head: &str, local: &str, status: u16, with_body: bool| {
            let (answer, body) = respond(head, local.parse().unwrap(), &answers);
            assert_eq!((answer.status, body), (status, with_body), "{head}");
        };
        let loopback = "127.0.0.1:9464";
        check("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:9464\r\n\r\n", loopback, 200, true);
        check("GET /healthz?x=1 HTTP/1.1\r\nhost: localhost:9464\r\n\r\n", loopback, 200, true);
        check("HEAD /healthz HTTP/1.0\r\n\r\n", loopback, 200, false);
        check("GET /healthz HTTP/1.1\r\nHost: [::1]:9464\r\n\r\n", "[::1]:9464", 200, true);
        check("GET /other HTTP/1.1\r\n\r\n", loopback, 404, true);
        check("POST /healthz HTTP/1.1\r\n\r\n", loopback, 405, true);
        check("nonsense", loopback, 405, true);
        // a name that was made to point at the loopback address
        check("GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n", loopback, 421, true);
        check("GET /healthz HTTP/1.1\r\nHost: metrics.example\r\n\r\n", "192.0.2.7:9464", 200, true);
    }
}
