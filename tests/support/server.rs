//! A tiny raw server on loopback: what it sends is bytes, whether they are HTTP or not.

#![allow(dead_code, unreachable_pub, reason = "shared by several programs, each of which uses a part")]

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// What is sent for a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// These bytes, and the end of the connection.
    Bytes(Vec<u8>),
    /// These bytes, then one more each so often.
    Drip(Vec<u8>, Duration),
    /// These bytes, then nothing for so long.
    Stall(Vec<u8>, Duration),
    /// The connection is reset.
    Reset,
}

impl Reply {
    /// A whole response: status, header lines, body.
    pub fn of(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Reply {
        let body = body.as_ref();
        let mut bytes =
            format!("HTTP/1.1 {status} X\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n", body.len())
                .into_bytes();
        bytes.extend_from_slice(body);
        Reply::Bytes(bytes)
    }

    /// A page of HTML.
    pub fn html(body: &str) -> Reply {
        Reply::of(200, "Content-Type: text/html; charset=utf-8\r\n", body)
    }
}

type Answer = dyn Fn(&str) -> Reply + Send + Sync;

/// Answers on 127.0.0.1 until the process ends; a thread a connection, one request each.
pub struct RawServer {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl RawServer {
    /// `answer` is given the path and query of each request.
    pub fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> RawServer {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let (answer, log): (Arc<Answer>, _) = (Arc::new(answer), Arc::clone(&heads));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                // an error is the client's leaving
                thread::spawn(move || serve(stream, &*answer, &log).ok());
            }
        });
        RawServer { port, heads }
    }

    /// The address of that path.
    pub fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The heads of all requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn serve(mut stream: TcpStream, answer: &Answer, log: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte)? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
        // a reset is a close with a byte unread
        if head.ends_with(b"\r\n\r") {
            let target = String::from_utf8_lossy(&head).split(' ').nth(1).unwrap_or_default().to_owned();
            if matches!(answer(&target), Reply::Reset) {
                return Ok(());
            }
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    log.lock().unwrap_or_else(PoisonError::into_inner).push(head);
    match answer(&target) {
        Reply::Bytes(bytes) => stream.write_all(&bytes),
        Reply::Stall(bytes, pause) => {
            stream.write_all(&bytes)?;
            thread::sleep(pause);
            Ok(())
        }
        Reply::Drip(bytes, pause) => {
            stream.write_all(&bytes)?;
            loop {
                thread::sleep(pause);
                stream.write_all(b" ")?;
            }
        }
        Reply::Reset => Ok(()),
    }
}
