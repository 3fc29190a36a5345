//! How a fault is played on a connection.

use std::{
    io::{self, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};

use super::{
    calendar::http_date,
    fault::{Fault, RetryAfter},
    http::{self, Response},
};

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
