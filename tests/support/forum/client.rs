//! A client as plain as can be: one request on a connection of its own, and what came of it, broken or not.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use super::server::ForumServer;

/// The most that is read of an answer that may never end.
const MOST: usize = 4 * 1024 * 1024;

/// What came back.
#[derive(Debug, Default)]
pub struct Got {
    /// 0 where there was no status line.
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    pub body: Vec<u8>,
    /// The connection was reset.
    pub reset: bool,
}

impl Got {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Asks for this path and query, with these headers, and reads until the end, half a second of silence, or 4 MiB.
pub fn get(server: &ForumServer, target: &str, headers: &[(&str, &str)]) -> Got {
    let mut request = format!("GET {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", server.address());
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let (mut bytes, mut reset, mut buffer) = (Vec::new(), false, vec![0; 64 * 1024]);
    let Ok(mut stream) = TcpStream::connect(server.address()) else { return Got::default() };
    let patience = stream.set_read_timeout(Some(Duration::from_millis(500)));
    if patience.and_then(|()| stream.write_all(request.as_bytes())).is_err() {
        return Got::default();
    }
    while bytes.len() < MOST {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => bytes.extend_from_slice(&buffer[..length]),
            Err(error) => {
                reset = error.kind() == ErrorKind::ConnectionReset;
                break;
            }
        }
    }
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(bytes.len(), |end| end + 4);
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Got { status, head, body: bytes.split_off(end), reset }
}
