//! The README's main job: a small forum of our own, shipped as an archive, through the whole pipeline.

#![expect(clippy::unwrap_used, reason = "a program that cannot be started has failed the test")]

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

fn quickstart() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_forumsift"))
        .args(["run", "--quiet", "--config", "config/quickstart.toml"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?} {told}", output.status.code());
    String::from_utf8(output.stdout).unwrap()
}

/// Every record, byte for byte, each time. `UPDATE=1` rewrites what is expected, and the record in README.md.
#[test]
fn it_prints_every_record_every_time() {
    let (first, second) = (quickstart(), quickstart());
    assert_eq!(first, second, "a second run must print the same");
    let expected = Path::new("tests/data/quickstart.jsonl");
    let readme = fs::read_to_string("README.md").unwrap();
    let mark = "<!-- record: config/quickstart.toml -->\n```json\n";
    let start = readme.find(mark).unwrap() + mark.len();
    let end = start + readme[start..].find("\n```").unwrap();
    // the one that shows most: an edited repost of a news article
    let mut records = first.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let shown = records.find(|record| !record["edit"].is_null() && !record["article"].is_null()).unwrap();
    let shown = format!("{shown:#}");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(expected, &first).unwrap();
        fs::write("README.md", format!("{}{shown}{}", &readme[..start], &readme[end..])).unwrap();
        return;
    }
    for (line, expected) in first.lines().zip(fs::read_to_string(expected).unwrap().lines()) {
        assert_eq!(line, expected);
    }
    assert_eq!(first.lines().count(), fs::read_to_string(expected).unwrap().lines().count());
    assert!(
        readme[start..end] == shown,
        "README.md shows another record; `UPDATE=1 cargo test --test quickstart` rewrites it"
    );
    let count = first.lines().count();
    assert!(
        readme.contains(&format!("prints {count} records")),
        "README.md tells another number of records than {count}"
    );
}

/// What the forum says, held against the file that it was made of, not against what was printed before.
#[test]
fn the_records_say_what_the_forum_says() {
    let forum: toml::Table = fs::read_to_string("examples/make_quickstart/forum.toml").unwrap().parse().unwrap();
    let records: Vec<Value> = quickstart().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut ids = BTreeSet::new();
    for board in forum["board"].as_array().unwrap() {
        for thread in board["thread"].as_array().unwrap() {
            for (ordinal, post) in thread["post"].as_array().unwrap().iter().enumerate() {
                let id = post["id"].as_integer().unwrap().to_string();
                let record = records
                    .iter()
                    .find(|record| record["post_id"] == id.as_str())
                    .unwrap_or_else(|| panic!("post {id}"));
                let told = |key: &str| post.get(key).and_then(|value| value.as_str()).unwrap_or_default();
                assert_eq!(record["id"], format!("harbour/{id}"));
                assert_eq!(record["source"], "harbour");
                assert_eq!(record["author"]["name"], told("author"), "{id}");
                assert_eq!(record["position"], ordinal + 1, "{id}");
                assert_eq!(record["thread"]["title"], thread["title"].as_str().unwrap(), "{id}");
                assert_eq!(
                    record["thread"]["boards"].as_array().unwrap().last().unwrap()["name"],
                    board["name"].as_str().unwrap()
                );
                let (date, time) = told("at").split_once(' ').unwrap();
                let [day, month, year] = date.split('-').collect::<Vec<_>>()[..] else { panic!("{date}") };
                assert_eq!(record["date_published"], format!("{year}-{month:0>2}-{day:0>2}T{time}+08:00"), "{id}");
                let notices = post.get("edited").and_then(|value| value.as_array()).map_or(0, Vec::len);
                let read = record["edit"]["notice"].as_str().map_or(0, |notice| notice.lines().count());
                assert_eq!(read, notices, "{id}");
                assert_eq!(record["edit"].is_null(), notices == 0, "{id}");
                let quotes = usize::from(told("body").trim_start().starts_with("{quote"));
                assert_eq!(record["quotes"].as_array().unwrap().len(), quotes, "{id}");
                let files = post.get("attachments").and_then(|value| value.as_array()).map_or(0, Vec::len);
                assert_eq!(record["attachments"].as_array().unwrap().len(), files, "{id}");
                let text = record["text"].as_str().unwrap();
                for chrome in ["Copy the Code", "Tide tables are opinions", "Downloads", "发表于"] {
                    assert!(!text.contains(chrome), "{id} has {chrome}");
                }
                ids.insert(id);
            }
        }
    }
    assert_eq!(records.len(), ids.len(), "a record that no post of the forum has");
    let first = records.iter().find(|record| record["post_id"] == "101").unwrap();
    assert_eq!(first["edit"]["editor"]["name"], "salt_and_rope");
    assert_eq!(first["edit"]["date"], "2024-11-07T14:20:00+08:00");
    assert_eq!(first["article"]["credit"], "Harbour Gazette");
    assert!(first["article"]["standfirst"].as_str().unwrap().starts_with("Harbour master Ines Calder"));
}

/// What the dates of a crawl decided is kept in the state and told with its reason, in the table and as JSON.
#[test]
fn status_tells_the_order_of_dates_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Path::new("examples/quickstart.warc.gz").canonicalize().unwrap();
    let config = folder.path().join("forumsift.toml");
    let write = |more: &str| {
        let text = format!(
            "[state]\npath = \"state.db\"\n[[source]]\nname = \"harbour\"\nurl = \"http://forum.example/forum.php\"\nreplay = {archive:?}\ndelay = \"0s\"\nrecheck = []\n{more}"
        );
        fs::write(&config, text).unwrap();
    };
    let forumsift = |words: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_forumsift"))
            .args(words)
            .arg("--config")
            .arg(&config)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    write("");
    forumsift(&["run", "--quiet"]);
    let table = forumsift(&["status"]);
    assert!(table.contains("harbour: dates like 7-11-2024 are read dmy, 15 dates for, 0 against"), "{table}");
    let order = |told: &str| serde_json::from_str::<Value>(told).unwrap()["date_orders"][0].clone();
    let told = order(&forumsift(&["status", "--json"]));
    assert_eq!((told["order"].as_str(), told["certain"].as_bool()), (Some("dmy"), Some(true)), "{told}");
    assert!(told["why"].as_str().unwrap().contains("a part is above 12"), "{told}");
    // what is configured wins, and what it stands against is told
    write("date_order = \"mdy\"\n");
    let told = order(&forumsift(&["status", "--json"]));
    assert_eq!(told["order"], "mdy", "{told}");
    assert!(told["why"].as_str().unwrap().starts_with("configured, against 15 dates"), "{told}");
}
