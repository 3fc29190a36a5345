//! As much of HTTP/1.1 as a forum needs: requests without bodies, responses with them, connections that are kept.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

/// The longest request head that is read.
const MOST: usize = 64 * 1024;

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Lower-case names, in order.
    pub headers: Vec<(String, String)>,
}

impl Request {
    /// The value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Reads a request and leaves its very last byte in the socket: a connection that is closed with something unread
    /// is reset, which std cannot ask for otherwise. [`finish`] takes the byte. `None`: the other side is gone.
    pub fn read(stream: &mut TcpStream) -> io::Result<Option<Request>> {
        let mut buffer = vec![0; MOST];
        let mut seen = 0;
        let end = loop {
            let length = stream.peek(&mut buffer)?;
            if length == 0 || length == MOST {
                return Ok(None);
            }
            if let Some(end) = buffer[..length].windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            if length == seen {
                // More of a request is on its way; peeking does not wait for it.
                thread::sleep(Duration::from_millis(1));
            }
            seen = length;
        };
        stream.read_exact(&mut buffer[..end - 1])?;
        let head = String::from_utf8_lossy(&buffer[..end - 1]).into_owned();
        let mut lines = head.lines();
        let mut first = lines.next().unwrap_or_default().split(' ');
        let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
        let header = |line: &str| line.split_once(':').map(|(k, v)| (k.to_ascii_lowercase(), v.trim().to_owned()));
        Ok(Some(Request {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: lines.filter_map(header).collect(),
        }))
    }
}

/// Takes the byte that [`Request::read`] left.
pub fn finish(stream: &mut TcpStream) -> io::Result<()> {
    stream.read_exact(&mut [0])
}

/// A response, whole.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// A response of this status and type.
    pub fn new(status: u16, content_type: &str, body: Vec<u8>) -> Response {
        Response { status, headers: vec![("Content-Type", content_type.to_owned())], body }
    }

    /// With one more header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Response {
        self.headers.push((name, value.into()));
        self
    }

    /// Without a header.
    pub fn without(mut self, name: &str) -> Response {
        self.headers.retain(|(key, _)| *key != name);
        self
    }

    /// Status line and headers, ready for a body of that length (`None`: in chunks).
    pub fn head(&self, length: Option<usize>) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        match length {
            // A 304 has no body, and tells no length.
            Some(_) if self.status == 304 => head.push_str("\r\n"),
            Some(length) => head.push_str(&format!("Content-Length: {length}\r\n\r\n")),
            None => head.push_str("Transfer-Encoding: chunked\r\n\r\n"),
        }
        head.into_bytes()
    }

    /// Sends it whole.
    pub fn send(&self, stream: &mut TcpStream, with_body: bool) -> io::Result<()> {
        let mut bytes = self.head(Some(self.body.len()));
        if with_body && self.status != 304 {
            bytes.extend_from_slice(&self.body);
        }
        stream.write_all(&bytes)
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Otherwise",
    }
}
