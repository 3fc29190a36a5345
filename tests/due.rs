//! `run` without addresses: what is due is crawled, hosts side by side.

#![expect(clippy::unwrap_used, reason = "a program that cannot be started has failed the test")]

mod support;

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use support::forum::{Engine, Forum, ForumServer, Kind, Setup};

fn forum(seed: u64, threads: usize) -> ForumServer {
    let mut setup = Setup { boards: 1, threads, longest: 4, ..Setup::new(Engine::Fluxbb, seed) };
    (setup.traps, setup.noise) = (false, false);
    ForumServer::start(Forum::new(setup)).unwrap()
}

/// Runs it with these arguments and returns its exit code.
fn run(dir: &Path, arguments: &[&str]) -> Option<i32> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_forumsift"));
    command.arg("run").args(arguments).current_dir(dir).env_remove("FORUMSIFT_CONFIG");
    command.stdin(Stdio::null()).stderr(Stdio::null()).status().unwrap().code()
}

#[test]
fn what_is_due_is_crawled_and_nothing_else() {
    let (always, hourly, daily) = (forum(1, 2), forum(2, 2), forum(3, 2));
    let dir = tempfile::tempdir().unwrap();
    let source = |name: &str, server: &ForumServer, when: &str| {
        format!("[[source]]\nname = \"{name}\"\nurl = \"{}\"\ndelay = \"0s\"\nrecheck = []\n{when}\n", server.url())
    };
    let text = [
        "[output]\nto = \"records\"\n".to_owned(),
        source("always", &always, ""),
        source("hourly", &hourly, "every = \"1h\""),
        // a time of day that is half a year away
        source("daily", &daily, "schedule = \"0 3 1 1 *\"\nschedule_zone = \"UTC\""),
    ];
    fs::write(dir.path().join("forumsift.toml"), text.concat()).unwrap();
    let servers = [&always, &hourly, &daily];
    let asked = |arguments: &[&str]| {
        servers.iter().for_each(|server| drop(server.take_log()));
        assert_eq!(run(dir.path(), arguments), Some(0), "{arguments:?}");
        servers.map(|server| server.count(Kind::Index) > 0)
    };
    assert_eq!(asked(&[]), [true; 3], "what was never read is due");
    assert_eq!(asked(&[]), [true, false, false]);
    assert_eq!(asked(&["--source", "daily"]), [false, false, true]);
    assert_eq!(asked(&["--all"]), [true; 3]);
    // the interval has passed
    let text = text.concat().replace("\"1h\"", "\"1ms\"");
    fs::write(dir.path().join("forumsift.toml"), text).unwrap();
    assert_eq!(asked(&[]), [true, true, false]);
}

#[test]
fn a_large_forum_does_not_keep_a_small_one_waiting() {
    let (large, small) = (forum(4, 30), forum(5, 2));
    [&large, &small].iter().for_each(|server| server.set_latency(Duration::from_millis(10)));
    let dir = tempfile::tempdir().unwrap();
    // two boards of the large one, so that it has more sources than the small one
    let source = |name: &str, url: &str| {
        format!("[[source]]\nname = \"{name}\"\nurl = \"{url}\"\ndelay = \"0s\"\nengine = \"fluxbb\"\n")
    };
    let text = [
        "[output]\nto = \"records\"\n[fetch]\nconnections = 2\n".to_owned(),
        source("large", &large.url()),
        source("large-board", &large.at("/viewforum.php?id=1")),
        source("small", &small.url()),
    ];
    fs::write(dir.path().join("forumsift.toml"), text.concat()).unwrap();
    assert_eq!(run(dir.path(), &[]), Some(0));
    let lines = fs::read_to_string(dir.path().join("records/records.jsonl")).unwrap();
    let order: Vec<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["source"].as_str().unwrap().to_owned())
        .collect();
    let last = order.iter().rposition(|source| source == "small").unwrap();
    assert!(last < order.len() / 2, "record {last} of {}", order.len());
}
