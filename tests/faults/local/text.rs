//! Text that is made to be obeyed, or that no text can hold.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use super::rig::{FILES, Rig, ends, has, program, told};
use crate::{
    crawl::Crawl,
    forum::Body,
    server::{RawServer, Reply},
};

/// What terminals obey: colours, titles, links, the clipboard; one-byte controls; direction.
const ORDERS: &str = "\u{1b}[2J\u{1b}]0;title\u{7}\u{1b}]8;;http://x\u{1b}\\\u{1b}]52;c;aGk=\u{7}\u{9b}31m\u{85}\u{90}\u{8}\u{202e}\u{2066}\u{200f}\u{2028}";

fn obeyed(text: &str) -> Option<char> {
    text.chars().find(|c| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}')
    })
}

#[test]
fn row_49_what_a_forum_says_is_shown_and_never_obeyed() {
    let rig = Rig::new(2, FILES);
    {
        let mut forum = rig.server.forum();
        forum.rename(1, &format!("News{ORDERS} of the day"));
        forum.add_reply_saying(1, Body::line(&format!("before {ORDERS} after")), None);
    }
    let output = rig.run(0);
    assert_eq!(obeyed(&told(&output)), None, "{:?}", told(&output));
    // JSON escapes what is below the blank, and what stands above is text there
    let lines = rig.crawl.records().unwrap();
    assert!(lines.bytes().all(|byte| byte >= 0x20 || byte == b'\n'), "{lines:?}");
    assert!(lines.lines().any(|line| line.contains("before")));
    let shown = ends(rig.crawl.command(&["status"]), 0);
    assert_eq!(obeyed(&String::from_utf8(shown.stdout).unwrap()), None);
    let mut pretty = Command::new(program());
    pretty.args(["tail", "--pretty", "records"]).current_dir(rig.folder());
    let shown = String::from_utf8(ends(pretty, 0).stdout).unwrap();
    assert!(shown.contains("before") && shown.contains("of the day"), "{shown}");
    assert_eq!(obeyed(&shown), None, "{shown:?}");
}

/// Headers, statuses and addresses of a server stand in the log too.
#[test]
fn row_49_what_a_server_says_is_one_line_of_the_log() {
    let server = RawServer::start(|target| match target {
        "/robots.txt" => Reply::of(404, "", ""),
        "/" => Reply::of(200, &format!("Content-Type: application/{ORDERS}\r\n"), "x"),
        _ => Reply::of(302, &format!("Location: gopher://x/{ORDERS}\r\n"), ""),
    });
    for path in ["/", "/there"] {
        for format in ["text", "json"] {
            let folder = tempfile::tempdir().unwrap();
            let crawl = Crawl::new(
                program(),
                folder.path(),
                &server.at(path),
                "[state]\npath = \":memory:\"\n[fetch]\nretries = 0\n",
                "",
            )
            .unwrap();
            let output = crawl.run(&["run", "-vv", "--log-format", format]).unwrap();
            let words = told(&output);
            assert_eq!(obeyed(&words), None, "{words:?}");
            if format == "json" {
                words.lines().for_each(|line| drop(serde_json::from_str::<serde_json::Value>(line).unwrap()));
            }
        }
    }
}

/// A document as a forum's software serves it, with halves of characters, and with whole ones that readers trip over.
#[test]
fn row_50_records_are_json_for_everyone_whatever_the_text_holds() {
    let folder = tempfile::tempdir().unwrap();
    let document = include_str!("../../pages/discourse-topic.json");
    let marks = "half \\ud800 and \\udfff, none \\u0000, lines \\u2028\\u2029, mark \\ufeff, nobody \\uffff \\ufdd0, whole \\ud83d\\ude00";
    let document = document.replacen("\"cooked\":\"<p>", &format!("\"cooked\":\"<p>{marks} "), 1);
    let document = if document.contains(marks) {
        document
    } else {
        document.replacen("\"cooked\": \"<p>", &format!("\"cooked\": \"<p>{marks} "), 1)
    };
    assert!(document.contains(marks));
    fs::write(folder.path().join("topic.json"), document).unwrap();
    let mut command = Command::new(program());
    command.args(["extract", "--engine", "discourse", "--url", "https://forum.example/t/x/1.json", "topic.json"]);
    let output = ends_in(command.current_dir(folder.path()), 0);
    let lines = String::from_utf8(output).unwrap();
    assert!(lines.contains("half \u{fffd} and \u{fffd}") && lines.contains('😀'), "{lines}");
    assert!(!lines.contains('\0') && !lines.contains("\\ud8"), "{lines}");
    for line in lines.lines() {
        let _: serde_json::Value = serde_json::from_str(line).unwrap();
    }
    let count = lines.lines().count().to_string();
    if has("python3") {
        let script = "import json,sys\nprint(sum(1 for l in sys.stdin.buffer.read().split(b'\\n') if l and json.loads(l.decode('utf-8',errors='strict'))))";
        assert_eq!(piped(Command::new("python3").args(["-c", script]), &lines), count);
    }
    if has("jq") {
        assert_eq!(piped(Command::new("jq").args(["-n", "[inputs] | length"]), &lines), count);
    }
}

fn ends_in(command: &mut Command, code: i32) -> Vec<u8> {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{}", told(&output));
    output.stdout
}

/// What a program makes of these lines.
fn piped(command: &mut Command, lines: &str) -> String {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
