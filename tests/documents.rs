//! Forums whose pages hold nothing but a script: the documents that it would ask for are asked for in their place.

#![expect(clippy::unwrap_used, reason = "a program that cannot be started has failed the test")]

#[path = "support/crawl.rs"]
mod crawl;
#[path = "support/server.rs"]
mod server;

use std::{collections::BTreeSet, path::Path};

use crawl::Crawl;
use serde_json::{Value, json};
use server::{RawServer, Reply};

/// What a Discourse page is to who runs no script, where neither data nor a crawler's view come with it.
fn shell(path: &str) -> Reply {
    Reply::html(&format!(
        "<!DOCTYPE html><html lang=en><head><title>Kites</title><meta name=\"generator\" content=\"Discourse 2026.3.0\"><link rel=canonical href=\"{path}\"></head>\
         <body><section id=\"d-splash\"></section><discourse-assets><discourse-assets-json><div class=hidden id=\"data-preloaded\"></div></discourse-assets-json></discourse-assets></body></html>"
    ))
}

fn post(topic: u64, number: u64) -> Value {
    json!({ "id": topic * 100 + number, "username": "fern", "user_id": 12, "created_at": "2025-02-01T08:00:00.000Z",
        "cooked": format!("<p>{number} of {topic}</p>"), "post_number": number, "post_type": 1, "version": 1 })
}

/// Posts of a topic, two a document.
fn topic(id: u64, posts: u64, page: u64) -> Value {
    let stream: Vec<u64> = (1..=posts).map(|number| id * 100 + number).collect();
    let here: Vec<Value> = ((page - 1) * 2 + 1..=posts.min(page * 2)).map(|number| post(id, number)).collect();
    json!({ "post_stream": { "posts": here, "stream": stream }, "id": id, "title": format!("Kite {id}"),
        "slug": format!("kite-{id}"), "posts_count": posts, "archetype": "regular", "chunk_size": 2 })
}

fn latest(topics: &[(u64, u64)]) -> Value {
    let row = |&(id, posts): &(u64, u64)| {
        json!({ "id": id, "title": format!("Kite {id}"), "slug": format!("kite-{id}"), "posts_count": posts, "category_id": 5,
            "last_posted_at": "2025-02-01T10:00:00.000Z", "bumped_at": "2025-02-01T10:00:00.000Z" })
    };
    json!({ "topic_list": { "can_create_topic": false, "per_page": 30, "topics": topics.iter().map(row).collect::<Vec<_>>() } })
}

fn answer(target: &str) -> Reply {
    let document = |document: Value| Reply::of(200, "Content-Type: application/json\r\n", document.to_string());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let page = query.strip_prefix("page=").map_or(1, |page| page.parse().unwrap());
    match path {
        "/categories.json" => document(json!({ "category_list": { "can_create_topic": false, "categories":
            [{ "id": 5, "name": "Wind", "slug": "wind", "topic_count": 2, "post_count": 5 }] } })),
        "/c/wind/5.json" => document(latest(&[(7, 3), (8, 1)])),
        "/t/7.json" => document(topic(7, 3, page)),
        "/t/8.json" => document(topic(8, 1, page)),
        "/" | "/categories" | "/latest" | "/c/wind/5" | "/t/kite-7/7" => shell(path),
        _ => Reply::of(404, "", "no such page"),
    }
}

/// What a crawl from that address brings, and what it asks for.
fn crawled(start: &str) -> (BTreeSet<String>, Vec<String>) {
    let server = RawServer::start(answer);
    let folder = tempfile::tempdir().unwrap();
    let top = "[output]\nto = \"records\"\n[state]\npath = \"state.db\"\n[archive]\nquarantine = \"quarantine\"";
    let program = Path::new(env!("CARGO_BIN_EXE_forumsift"));
    let crawl = Crawl::new(program, folder.path(), &server.at(start), top, "").unwrap();
    let output = crawl.run(&["run"]).unwrap();
    assert!(output.status.success(), "{start}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(!crawl.path("quarantine").exists(), "{start}: a shell was put aside");
    let lines = crawl.records().unwrap();
    let records: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |record: &Value| {
        assert_eq!(record["warnings"], json!([]));
        format!(
            "{} {} {}",
            record["thread"]["id"].as_str().unwrap(),
            record["position"],
            record["text"].as_str().unwrap()
        )
    };
    let posts: BTreeSet<String> = records.iter().map(told).collect();
    assert_eq!(posts.len(), records.len(), "{start}: a post was told twice");
    let again = crawl.run(&["run"]).unwrap();
    assert!(again.status.success(), "{start}: {}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(crawl.records().unwrap(), lines, "{start}: the second run told something");
    let asked = server.heads().iter().map(|head| head.split(' ').nth(1).unwrap().to_owned()).collect();
    (posts, asked)
}

#[test]
fn what_a_shell_does_not_hold_is_asked_for() {
    let all = ["7 1 1 of 7", "7 2 2 of 7", "7 3 3 of 7", "8 1 1 of 8"].map(str::to_owned);
    for start in ["/", "/c/wind/5"] {
        let (posts, asked) = crawled(start);
        assert_eq!(posts, BTreeSet::from(all.clone()), "{start}");
        let shells = asked.iter().filter(|path| !path.contains(".json") && *path != "/robots.txt").count();
        assert_eq!(shells, 2, "{start}: {asked:?}");
    }
    let (posts, asked) = crawled("/t/kite-7/7");
    assert_eq!(posts, BTreeSet::from_iter(all[..3].to_owned()), "{asked:?}");
}

#[test]
fn a_shell_without_a_document_is_no_success() {
    let server =
        RawServer::start(|target| if target == "/t/kite-9/9" { shell(target) } else { Reply::of(404, "", "") });
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_forumsift"));
    let top = "[output]\nto = \"records\"\n[state]\npath = \"state.db\"";
    let crawl = Crawl::new(program, folder.path(), &server.at("/t/kite-9/9"), top, "").unwrap();
    let output = crawl.run(&["run"]).unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{told}");
}
