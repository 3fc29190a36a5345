//! Gated forums: logins by form, cookies, headers and proxies; and that no secret of them is told anywhere.

#![expect(clippy::unwrap_used, reason = "a program that cannot be started has failed the test")]

use std::{
    collections::HashSet,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::Value;

/// An engine of our own, small enough to be served by hand.
const PROFILE: &str = r#"
name = "gatehouse"
title = "Gatehouse"
post_ids = "forum"

[detect]
marks = [{ text = 'class="gatehouse"', weight = 10 }]

[[url]]
kind = "index"
path = 'home'
canonical = "home"

[[url]]
kind = "thread"
path = 'talk/(?<thread>\d+)'
canonical = "talk/{thread}"

[board]
each = "li.thread"
link = "a"
replies = ".replies"

[thread]
title = ["h1"]

[post]
each = "div.say"
id = "@id =~ ^s(\\d+)$"
date = [".when"]
body = [".words"]

[post.author]
name = [".who"]

[login]
page = "enter"
form = "form.enter"
user = "name"
password = "word"
fields = { stay = "1" }
inside = "a.leave"

[[bad]]
outcome = "login_required"
when = "form.enter @class"
"#;

const PASSWORD: &str = "pass-word&hunter2";
const SESSION: &str = "session-hunter2-";

/// What happened at the gate.
#[derive(Default)]
struct Gate {
    heads: Vec<String>,
    logins: usize,
    valid: HashSet<String>,
}

/// Serves on loopback: `/home` and `/talk/N` for those who are in, a form for others.
fn serve(gate: Arc<Mutex<Gate>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let gate = Arc::clone(&gate);
            thread::spawn(move || answer(stream, &gate).ok());
        }
    });
    address
}

fn answer(mut stream: TcpStream, gate: &Mutex<Gate>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some(told) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = told.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8(body).unwrap();
    let mut gate = gate.lock().unwrap();
    gate.heads.push(head.clone());
    let target = head.split(' ').nth(1).unwrap().to_owned();
    // by a proxy the whole address is asked for
    let path = target.strip_prefix("http://").map_or(target.as_str(), |rest| &rest[rest.find('/').unwrap()..]);
    let cookie = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("cookie: ").map(str::to_owned));
    let session = cookie.as_deref().unwrap_or_default().split("; ").find_map(|pair| pair.strip_prefix("sid="));
    let inside = session.is_some_and(|session| gate.valid.contains(session));
    let form = "<body class=\"gatehouse\"><form class=enter action=/enter method=post><input name=token value=t1>\
                <input name=name><input type=password name=word></form></body>";
    let session = session.unwrap_or_default().to_owned();
    let page = |words: &str| {
        format!("<body class=\"gatehouse\"><a class=leave href=/leave?sid={session}>leave</a>{words}</body>")
    };
    let (status, headers, text) = match path {
        "/robots.txt" => ("404 Not Found", String::new(), String::new()),
        "/enter" if head.starts_with("POST") => {
            let right = body == format!("token=t1&name=anna&word={}&stay=1", PASSWORD.replace('&', "%26"));
            if right {
                gate.logins += 1;
                let session = format!("{SESSION}{}", gate.logins);
                let set = format!("Set-Cookie: sid={session}; Path=/; HttpOnly\r\nLocation: /home\r\n");
                gate.valid.insert(session);
                ("302 Found", set, String::new())
            } else {
                ("200 OK", String::new(), form.to_owned())
            }
        }
        "/home" if inside => {
            let threads: String = (1..=3)
                .map(|n| format!("<li class=thread><a href=/talk/{n}>Talk {n}</a><span class=replies>0</span></li>"))
                .collect();
            ("200 OK", String::new(), page(&threads))
        }
        path if inside && path.starts_with("/talk/") => {
            let number = path.trim_start_matches("/talk/").to_owned();
            // the session ends in the middle of the crawl
            if number == "1" && gate.logins == 1 {
                gate.valid.clear();
            }
            let post = format!(
                "<h1>Talk {number}</h1><div class=say id=s{number}><b class=who>Ola</b> <i class=when>2024-11-07 14:20</i>\
                 <div class=words>Behind the gate stands word {number}. Your key is {session}.</div></div>"
            );
            ("200 OK", String::new(), page(&post))
        }
        _ => ("200 OK", String::new(), form.to_owned()),
    };
    drop(gate);
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{text}",
        text.len()
    )
}

/// Runs it on a source with these lines; what it said, its exit code, and its records.
fn run(dir: &Path, address: &str, lines: &str, env: &[(&str, &str)]) -> (String, Option<i32>, Vec<Value>) {
    fs::create_dir_all(dir.join("engines")).unwrap();
    fs::write(dir.join("engines/gatehouse.toml"), PROFILE).unwrap();
    let text = format!(
        "[output]\nto = \"records\"\n[archive]\nto = \"warc\"\nquarantine = \"quarantine\"\n[fetch]\nretries = 2\n[[source]]\nname = \"gate\"\n\
         url = \"http://{address}/home\"\nengine = \"gatehouse\"\ndelay = \"0s\"\n{lines}\n"
    );
    fs::write(dir.join("forumsift.toml"), text).unwrap();
    let ended = Command::new(env!("CARGO_BIN_EXE_forumsift"))
        .args(["run", "--all"])
        .current_dir(dir)
        .env_remove("FORUMSIFT_CONFIG")
        .env("FORUMSIFT_LOG", "trace")
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let records = fs::read_to_string(dir.join("records/records.jsonl")).unwrap_or_default();
    let records = records.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (String::from_utf8(ended.stderr).unwrap(), ended.status.code(), records)
}

/// Every file below a directory, and what was said: no secret stands there.
fn nothing_is_told(dir: &Path, said: &str, secrets: &[&str]) {
    let mut texts = vec![("stderr".to_owned(), said.to_owned())];
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            let mut text = Vec::new();
            if flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut text).is_err() {
                text = bytes;
            }
            texts.push((path.display().to_string(), String::from_utf8_lossy(&text).into_owned()));
        }
    }
    assert!(texts.iter().any(|(name, _)| name.contains("warc/")), "nothing was archived");
    for (name, text) in &texts {
        for secret in secrets {
            assert!(!text.contains(secret), "{name} tells {secret}: {text}");
        }
    }
}

const LOGIN: &str =
    "login = { user = { env = \"GATE_USER\" }, password = { env = \"GATE_PASSWORD\" }, renew = \"0s\" }";

#[test]
fn a_login_by_form_is_renewed_when_the_session_ends_and_never_told() {
    let gate = Arc::new(Mutex::new(Gate::default()));
    let address = serve(Arc::clone(&gate));
    let dir = tempfile::tempdir().unwrap();
    let env = [("GATE_USER", "anna"), ("GATE_PASSWORD", PASSWORD)];
    let (said, code, records) = run(dir.path(), &address, LOGIN, &env);
    assert_eq!((code, records.len()), (Some(0), 3), "{said}");
    let words = records.iter().filter(|record| record["text"].as_str().unwrap().contains("Behind the gate"));
    assert_eq!(words.count(), 3);
    assert_eq!(gate.lock().unwrap().logins, 2);
    nothing_is_told(dir.path(), &said, &["hunter2"]);
}

#[test]
fn logins_keep_their_rest_and_a_wrong_one_loses_nothing() {
    let gate = Arc::new(Mutex::new(Gate::default()));
    let address = serve(Arc::clone(&gate));
    let dir = tempfile::tempdir().unwrap();
    let patient = LOGIN.replace("\"0s\"", "\"1h\"");
    let env = [("GATE_USER", "anna"), ("GATE_PASSWORD", PASSWORD)];
    let (said, code, records) = run(dir.path(), &address, &patient, &env);
    assert_eq!(code, Some(4), "what was lost is told: {said}");
    // the session ended after the first thread, and the next login is an hour away
    assert_eq!((gate.lock().unwrap().logins, records.len()), (1, 1), "{said}");
    let (said, code, records) = run(dir.path(), &address, LOGIN, &env);
    assert_eq!((code, records.len()), (Some(0), 3), "the next run takes up what was left: {said}");

    let wrong = tempfile::tempdir().unwrap();
    let env = [("GATE_USER", "anna"), ("GATE_PASSWORD", "wrong-hunter2")];
    let (said, _, records) = run(wrong.path(), &address, &patient, &env);
    assert!(said.contains("did not let the user in") && records.is_empty(), "{said}");
    let posts = gate.lock().unwrap().heads.iter().filter(|head| head.starts_with("POST")).count();
    assert_eq!(posts, 3, "one try, and no second one at once");
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn cookies_headers_and_a_proxy_of_a_sources_own() {
    let gate = Arc::new(Mutex::new(Gate::default()));
    gate.lock().unwrap().valid.insert("given-hunter2".to_owned());
    gate.lock().unwrap().logins = 9;
    let address = serve(Arc::clone(&gate));
    let dir = tempfile::tempdir().unwrap();
    let host = address.split(':').next().unwrap();
    let file = format!("# Netscape HTTP Cookie File\n{host}\tFALSE\t/\tFALSE\t0\tsid\tgiven-hunter2\n");
    let cookies = tempfile::NamedTempFile::new().unwrap();
    fs::write(cookies.path(), file).unwrap();
    // the server answers as a proxy does, too
    let lines = format!(
        "cookie = {{ file = \"{}\" }}\nproxy = \"http://{address}\"\nproxy_login = {{ env = \"GATE_PROXY\" }}\n\
         headers = {{ Accept-Language = \"ms\" }}\nsecret_headers = {{ Authorization = {{ env = \"GATE_TOKEN\" }} }}\n",
        cookies.path().display()
    );
    let env = [("GATE_PROXY", "pat:proxy-hunter2"), ("GATE_TOKEN", "Bearer token-hunter2")];
    let (said, code, records) = run(dir.path(), &address, &lines, &env);
    assert_eq!((code, records.len()), (Some(0), 3), "{said}");
    let heads = gate.lock().unwrap().heads.join("\n").to_ascii_lowercase();
    // pat:proxy-hunter2 in base64
    for wanted in [
        "get http://",
        "accept-language: ms",
        "authorization: bearer token-hunter2",
        "proxy-authorization: basic cgf0onbyb3h5lwh1bnrlcjI=",
    ] {
        assert!(heads.contains(&wanted.to_ascii_lowercase()), "{wanted}: {heads}");
    }
    nothing_is_told(dir.path(), &said, &["hunter2", "cGF0OnByb3h5"]);
}

/// By SOCKS5 (RFC 1928), with user and password (RFC 1929).
#[test]
fn a_socks_proxy_is_asked_with_its_password() {
    let gate = Arc::new(Mutex::new(Gate::default()));
    gate.lock().unwrap().valid.insert("given-hunter2".to_owned());
    gate.lock().unwrap().logins = 9;
    let address = serve(Arc::clone(&gate));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = listener.local_addr().unwrap().to_string();
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let (forum, log) = (address.clone(), Arc::clone(&told));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (forum, log) = (forum.clone(), Arc::clone(&log));
            thread::spawn(move || socks(stream, &forum, &log).ok());
        }
    });
    let dir = tempfile::tempdir().unwrap();
    let lines = format!(
        "cookie = {{ env = \"GATE_COOKIE\" }}\nproxy = \"socks5://{proxy}\"\nproxy_login = {{ env = \"GATE_PROXY\" }}\n"
    );
    let env = [("GATE_PROXY", "pat:proxy-hunter2"), ("GATE_COOKIE", "sid=given-hunter2")];
    let (said, code, records) = run(dir.path(), &address, &lines, &env);
    assert_eq!((code, records.len()), (Some(0), 3), "{said}");
    assert!(told.lock().unwrap().iter().all(|pair| pair == "pat proxy-hunter2") && !told.lock().unwrap().is_empty());
    nothing_is_told(dir.path(), &said, &["hunter2"]);
}

/// Serves one client of a SOCKS5 proxy that leads to the forum wherever it is asked to lead.
fn socks(mut stream: TcpStream, forum: &str, log: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let counted = |stream: &mut TcpStream| -> std::io::Result<Vec<u8>> {
        let mut length = [0];
        stream.read_exact(&mut length)?;
        let mut bytes = vec![0; length[0].into()];
        stream.read_exact(&mut bytes)?;
        Ok(bytes)
    };
    let mut version = [0];
    stream.read_exact(&mut version)?;
    counted(&mut stream)?;
    stream.write_all(&[5, 2])?;
    stream.read_exact(&mut version)?;
    let (user, password) = (counted(&mut stream)?, counted(&mut stream)?);
    log.lock().unwrap().push(format!("{} {}", String::from_utf8_lossy(&user), String::from_utf8_lossy(&password)));
    stream.write_all(&[1, 0])?;
    let mut request = [0; 10];
    stream.read_exact(&mut request)?;
    stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0])?;
    let mut there = TcpStream::connect(forum)?;
    let (mut back, mut from) = (stream.try_clone()?, there.try_clone()?);
    thread::spawn(move || std::io::copy(&mut from, &mut back));
    std::io::copy(&mut stream, &mut there).map(drop)
}

/// What is missing is told before anything is fetched, and by name alone.
#[test]
fn a_secret_that_is_not_there_is_a_mistake_of_usage() {
    let dir = tempfile::tempdir().unwrap();
    for (lines, expected) in [
        (LOGIN, "gate: login.user: the environment variable GATE_USER is not set"),
        ("proxy_login = { env = \"GATE_PAIR\" }", "gate: proxy_login: it is written `user:password`"),
        (
            "secret_headers = { X-Key = { env = \"GATE_BROKEN\" } }",
            "gate: the header `X-Key` cannot be sent: its value holds a line break or a control character",
        ),
    ] {
        let env = [("GATE_PAIR", "no-colon-hunter2"), ("GATE_BROKEN", "two\nlines-hunter2")];
        let (said, code, _) = run(dir.path(), "127.0.0.1:1", lines, &env);
        assert!(code == Some(2) && said.contains(expected) && !said.contains("hunter2"), "{said}");
    }
}
