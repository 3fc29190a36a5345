//! What goes wrong between a forum and its reader, on demand, and when.

use std::{
    collections::HashSet,
    io::{self, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};

use super::{
    calendar::http_date,
    http::{self, Response},
    render::Kind,
};

/// A fault. All but the last few break the transport; those change the page.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This status, and when to come back.
    Status(u16, RetryAfter),
    /// The connection is reset before anything is sent.
    ResetBeforeHeaders,
    /// The connection is reset in the middle of the body.
    ResetMidBody,
    /// The body ends, in good order, before its told length.
    ShortBody,
    /// So many bytes of the body at a time, with a pause after each.
    Drip { bytes: usize, pause: Duration },
    /// The body never ends.
    EndlessBody,
    /// The headers never end.
    EndlessHeaders,
    /// Informational responses (102) without end, and no other.
    EndlessInformational,
    /// Nothing comes after the status line.
    StalledHeaders,
    /// Nothing comes after half of the body.
    StalledBody,
    /// A chunk whose length is no number.
    BadChunk,
    /// Says gzip and is plain.
    WrongEncoding,
    /// A content coding that nobody knows.
    UnknownEncoding,
    /// Gzip, and then something else.
    GzipAndGarbage,
    /// So many MiB of nothing, compressed to a thousandth.
    Bomb { mebibytes: usize },
    /// Gzip in gzip in gzip, as often as said.
    NestedGzip(usize),
    /// To this address.
    Redirect(String),
    /// To itself.
    RedirectLoop,
    /// To itself with a counter, so many times, then the page.
    RedirectChain(u32),
    /// GBK bytes; `declared` in the header, or said to be UTF-8 there.
    Gbk { declared: bool },
    /// UTF-16 with a byte order mark and no label.
    Utf16,
    /// Bytes that are no UTF-8, though said to be.
    InvalidUtf8,
    /// The same bytes under this content type.
    ContentType(&'static str),
    /// A PDF under the page's address.
    Pdf,
    /// The page broken off half way, with the length to match.
    Truncated,
    /// The page with its ids and classes renamed: a theme that no profile knows.
    OtherTheme,
    /// No `Date` header.
    NoDate,
    /// Another page instead, with status 200 or what is usual.
    Wall(Wall),
}

/// What may stand in a page's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wall {
    /// A login form, 200.
    Login,
    /// No such thing, 200.
    SoftMissing,
    /// No permission, 200.
    NoPermission,
    /// Closed, 200.
    Maintenance,
    /// An anti-bot challenge, 403 with `cf-mitigated`.
    Challenge,
}

/// When to come back.
#[derive(Clone, Debug)]
pub enum RetryAfter {
    /// It does not say.
    Absent,
    Seconds(u64),
    /// An HTTP date so many seconds from the forum's present.
    Date(i64),
    /// Whatever this is.
    Raw(String),
}

/// On which requests. All conditions must hold; counts are of the requests for which they do.
#[derive(Clone, Debug)]
pub struct On {
    kind: Option<Kind>,
    contains: Option<String>,
    every: u64,
    skip: u64,
    times: u64,
    once_per_target: bool,
    seen: u64,
    done: HashSet<String>,
}

impl On {
    /// All requests but those for robots.txt.
    pub fn all() -> On {
        On {
            kind: None,
            contains: None,
            every: 1,
            skip: 0,
            times: u64::MAX,
            once_per_target: false,
            seen: 0,
            done: HashSet::new(),
        }
    }

    /// Requests of this kind.
    pub fn kind(kind: Kind) -> On {
        On { kind: Some(kind), ..On::all() }
    }

    /// Requests whose path and query hold this.
    pub fn target(contains: &str) -> On {
        On { contains: Some(contains.to_owned()), ..On::all() }
    }

    /// Only each nth of them.
    pub fn every(self, nth: u64) -> On {
        On { every: nth.max(1), ..self }
    }

    /// Not the first so many of them.
    pub fn after(self, skip: u64) -> On {
        On { skip, ..self }
    }

    /// At most so often.
    pub fn times(self, times: u64) -> On {
        On { times, ..self }
    }

    /// At most once for each path and query.
    pub fn once_per_target(self) -> On {
        On { once_per_target: true, ..self }
    }

    /// Whether this is such a request; counts it.
    pub(super) fn matches(&mut self, kind: Kind, target: &str) -> bool {
        let wanted = match self.kind {
            Some(wanted) => wanted == kind,
            None => kind != Kind::Robots || self.contains.is_some(),
        };
        if !wanted || self.contains.as_ref().is_some_and(|part| !target.contains(part)) {
            return false;
        }
        self.seen += 1;
        let turn = self.seen > self.skip && (self.seen - self.skip).is_multiple_of(self.every);
        if !turn || self.times == 0 || (self.once_per_target && !self.done.insert(target.to_owned())) {
            return false;
        }
        self.times -= 1;
        true
    }
}

/// What became of a connection.
pub enum After {
    /// The next request may come.
    Keep,
    /// Closed in good order.
    Close,
    /// Dropped with a byte unread, which resets it.
    Reset,
    /// Nobody is there any more.
    Gone,
}

/// Sends a response with a fault in it. `alive` says whether the server still runs: what never ends, ends then.
pub fn play(
    fault: &Fault,
    response: Response,
    stream: &mut TcpStream,
    now: i64,
    target: &str,
    alive: &dyn Fn() -> bool,
) -> io::Result<After> {
    let half = response.body.len() / 2;
    match fault {
        Fault::Status(status, retry) => {
            let mut busy =
                Response::new(*status, "text/html", b"<html><body><h1>Come back later</h1></body></html>".to_vec())
                    .with("Date", http_date(now));
            let after = match retry {
                RetryAfter::Absent => None,
                RetryAfter::Seconds(seconds) => Some(seconds.to_string()),
                RetryAfter::Date(seconds) => Some(http_date(now + seconds)),
                RetryAfter::Raw(raw) => Some(raw.clone()),
            };
            if let Some(after) = after {
                busy = busy.with("Retry-After", after);
            }
            busy.send(stream, true)?;
        }
        Fault::ResetBeforeHeaders => return Ok(After::Reset),
        Fault::ResetMidBody => {
            stream.write_all(&response.head(Some(response.body.len())))?;
            stream.write_all(&response.body[..half])?;
            return Ok(After::Reset);
        }
        Fault::ShortBody => {
            stream.write_all(&response.head(Some(response.body.len())))?;
            stream.write_all(&response.body[..half])?;
            return Ok(After::Close);
        }
        Fault::Drip { bytes, pause } => {
            stream.write_all(&response.head(Some(response.body.len())))?;
            for part in response.body.chunks((*bytes).max(1)) {
                if !alive() {
                    return Ok(After::Close);
                }
                stream.write_all(part)?;
                thread::sleep(*pause);
            }
        }
        Fault::EndlessBody => {
            stream.write_all(&response.head(None))?;
            let mut part = format!("{:x}\r\n", 16 * 1024).into_bytes();
            part.extend(b"<p>and so on</p>".repeat(1024));
            part.extend(b"\r\n");
            repeat(stream, &part, alive)?;
            return Ok(After::Close);
        }
        Fault::EndlessHeaders => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
            repeat(stream, &b"X-And-So-On: and on, and on, and on\r\n".repeat(64), alive)?;
            return Ok(After::Close);
        }
        Fault::EndlessInformational => {
            repeat(stream, &b"HTTP/1.1 102 Processing\r\n\r\n".repeat(16), alive)?;
            return Ok(After::Close);
        }
        Fault::StalledHeaders => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nServer: waiting\r\n")?;
            return stall(stream, alive);
        }
        Fault::StalledBody => {
            stream.write_all(&response.head(Some(response.body.len())))?;
            stream.write_all(&response.body[..half])?;
            return stall(stream, alive);
        }
        Fault::BadChunk => {
            stream.write_all(&response.head(None))?;
            stream.write_all(b"10\r\n<html><body>0123\r\nno number\r\n<p>\r\n")?;
            return Ok(After::Close);
        }
        Fault::WrongEncoding => response.with("Content-Encoding", "gzip").send(stream, true)?,
        Fault::UnknownEncoding => response.with("Content-Encoding", "x-origami").send(stream, true)?,
        Fault::GzipAndGarbage => {
            let body = [gzip(&response.body)?, b"and something else".to_vec()].concat();
            Response { body, ..response }.with("Content-Encoding", "gzip").send(stream, true)?;
        }
        Fault::Bomb { mebibytes } => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            let mebibyte = vec![b' '; 1024 * 1024];
            for _ in 0..*mebibytes {
                encoder.write_all(&mebibyte)?;
            }
            Response { body: encoder.finish()?, ..response }.with("Content-Encoding", "gzip").send(stream, true)?;
        }
        Fault::NestedGzip(times) => {
            let body = (0..*times).try_fold(response.body.clone(), |body, _| gzip(&body))?;
            let codings = vec!["gzip"; *times].join(", ");
            Response { body, ..response }.with("Content-Encoding", codings).send(stream, true)?;
        }
        Fault::Redirect(to) => redirect(to, now).send(stream, true)?,
        Fault::RedirectLoop => redirect(target, now).send(stream, true)?,
        Fault::RedirectChain(most) => {
            let step = target.rsplit_once("hop=").and_then(|(_, n)| n.parse().ok()).unwrap_or(0);
            if step < *most {
                let before = target.split("&hop=").next().unwrap_or(target);
                redirect(&format!("{before}&hop={}", step + 1), now).send(stream, true)?;
            } else {
                response.send(stream, true)?;
            }
        }
        Fault::NoDate => response.without("Date").send(stream, true)?,
        other => changed(other, response).send(stream, true)?,
    }
    Ok(After::Keep)
}

/// The response with another page in it.
fn changed(fault: &Fault, response: Response) -> Response {
    let text = String::from_utf8_lossy(&response.body).into_owned();
    let body_of = |body: Vec<u8>, content_type: &str| {
        let content_type = content_type.to_owned();
        Response { body, ..response.clone() }.without("Content-Type").without("ETag").with("Content-Type", content_type)
    };
    match fault {
        Fault::Gbk { declared } => {
            let (bytes, _, _) = encoding_rs::GBK.encode(&text);
            body_of(bytes.into_owned(), if *declared { "text/html; charset=gbk" } else { "text/html; charset=utf-8" })
        }
        Fault::Utf16 => {
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            body_of(units.flat_map(u16::to_le_bytes).collect(), "text/html")
        }
        Fault::InvalidUtf8 => {
            let mut body = text.replace("</body>", "\u{1}</body>").into_bytes();
            body.iter_mut().filter(|byte| **byte == 1).for_each(|byte| *byte = 0xff);
            body_of(body, "text/html; charset=utf-8")
        }
        Fault::ContentType(content_type) => body_of(text.into_bytes(), content_type),
        Fault::Pdf => body_of(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n".to_vec(), "application/pdf"),
        Fault::Truncated => {
            let end = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            body_of(text.as_bytes()[..end].to_vec(), "text/html; charset=utf-8")
        }
        Fault::OtherTheme => {
            let renamed = text.replace(" id=\"", " id=\"zz-").replace(" class=\"", " class=\"zz-");
            body_of(renamed.into_bytes(), "text/html; charset=utf-8")
        }
        _ => response,
    }
}

fn redirect(to: &str, now: i64) -> Response {
    Response::new(302, "text/html", vec![]).with("Date", http_date(now)).with("Location", to)
}

/// Bytes, compressed.
pub fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// The same bytes again and again, until the other side is gone or the server ends.
fn repeat(stream: &mut TcpStream, bytes: &[u8], alive: &dyn Fn() -> bool) -> io::Result<()> {
    while alive() {
        stream.write_all(bytes)?;
    }
    Ok(())
}

/// Nothing, until the other side is gone or the server ends. Takes the request's last byte, so that peeking waits.
fn stall(stream: &mut TcpStream, alive: &dyn Fn() -> bool) -> io::Result<After> {
    http::finish(stream)?;
    while alive() && stream.peek(&mut [0])? > 0 {
        thread::sleep(Duration::from_millis(20));
    }
    Ok(After::Gone)
}
