//! Signals, files that others move, and other instances.

use std::{
    fs,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use super::rig::{FILES, Rig, Running, STDOUT, ends, program, told, until};
use crate::forum::{Fault, Kind, On};

#[test]
fn row_09_a_signal_at_any_time_ends_in_order_and_loses_nothing() {
    let rig = Rig::new(20, FILES);
    rig.server.set_latency(Duration::from_millis(4));
    let mut interrupted = 0;
    for (number, wait) in [5, 40, 90, 60, 140, 25, 110].into_iter().enumerate() {
        let mut running = Running::start(&rig, &["run"], Stdio::null());
        // signals before the program has taken them over end it as a kill does
        let runs = until("the start", || {
            let begun = running.log().matches("begun").count() > number;
            (begun || running.child.try_wait().unwrap().is_some()).then_some(begun)
        });
        assert!(runs, "{}", running.log());
        thread::sleep(Duration::from_millis(wait));
        let asked = Instant::now();
        running.signal(["TERM", "INT", "HUP"][number % 3]);
        let code = running.end().code();
        assert!(asked.elapsed() < Duration::from_secs(9));
        assert!(matches!(code, Some(3 | 0)), "{code:?} {}", running.log());
        interrupted += usize::from(code == Some(3));
    }
    assert!(interrupted > 2, "{interrupted}");
    rig.run(0);
    rig.is_whole();
}

/// Side by side, since both wait for the whole of the grace.
#[test]
fn row_09_when_the_grace_is_over_nothing_is_waited_for() {
    thread::scope(|scope| {
        scope.spawn(what_does_not_come_is_given_back);
        scope.spawn(a_reader_that_stands_still_does_not_keep_the_process);
    });
}

fn what_does_not_come_is_given_back() {
    let rig = Rig::new(4, FILES);
    rig.server.fault(On::kind(Kind::Thread).times(1), Fault::StalledBody);
    let mut running = Running::start(&rig, &["run"], Stdio::null());
    until("the stall", || (rig.server.count(Kind::Thread) > 0).then_some(()));
    let asked = Instant::now();
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(3), "{}", running.log());
    let took = asked.elapsed().as_secs();
    assert!((8..30).contains(&took), "{took} s");
    rig.run(0);
    rig.is_whole();
}

fn a_reader_that_stands_still_does_not_keep_the_process() {
    let rig = Rig::new(45, STDOUT);
    let (reader, writer) = std::io::pipe().unwrap();
    let mut running = Running::start(&rig, &["run"], Stdio::from(writer));
    until("all pages", || (rig.server.count(Kind::Thread) >= 45).then_some(()));
    thread::sleep(Duration::from_millis(300));
    let asked = Instant::now();
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(3), "{}", running.log());
    let took = asked.elapsed().as_secs();
    assert!((8..30).contains(&took), "{took} s");
    assert!(running.log().contains("stands still"), "{}", running.log());
    drop(reader);
    let rest = String::from_utf8(rig.run(0).stdout).unwrap();
    assert!(rest.lines().count() > 20);
}

#[test]
fn row_09_a_second_signal_ends_at_once() {
    let rig = Rig::new(4, FILES);
    rig.server.fault(On::kind(Kind::Thread).times(1), Fault::StalledBody);
    for command in ["run", "watch"] {
        rig.server.take_log();
        let mut running = Running::start(&rig, &[command], Stdio::null());
        until("a page", || (rig.server.count(Kind::Thread) > 0).then_some(()));
        running.signal("TERM");
        until("the first signal", || running.log().contains("a second signal ends at once").then_some(()));
        thread::sleep(Duration::from_millis(100));
        let asked = Instant::now();
        running.signal("TERM");
        assert_eq!(running.end().code(), Some(3), "{}", running.log());
        assert!(asked.elapsed() < Duration::from_secs(7));
        rig.server.fault(On::kind(Kind::Thread).times(1), Fault::StalledBody);
        fs::remove_file(rig.path("log")).unwrap();
    }
    rig.server.heal();
    rig.run(0);
    rig.is_whole();
}

/// All lines that were written into files of the folder, in the order of their numbers.
fn lines_of(rig: &Rig, names: &[&str]) -> Vec<String> {
    let read = |name: &&str| fs::read_to_string(rig.path("records").join(name)).unwrap_or_default();
    let mut lines: Vec<(u64, String)> = names
        .iter()
        .flat_map(|name| read(name).lines().map(str::to_owned).collect::<Vec<_>>())
        .map(|line| (serde_json::from_str::<serde_json::Value>(&line).unwrap()["seq"].as_u64().unwrap(), line))
        .collect();
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

#[test]
fn row_10_a_hang_up_opens_the_output_anew_and_keeps_the_old_configuration_where_the_new_one_is_bad() {
    let rig = Rig::new(25, FILES);
    rig.server.set_latency(Duration::from_millis(10));
    let live = rig.path("records/records.jsonl");
    let mut running = Running::start(&rig, &["watch"], Stdio::null());
    let written = || fs::metadata(&live).map_or(0, |file| file.len());
    until("records", || (written() > 0).then_some(()));
    // as logrotate does with `create`, in the midst of a run
    fs::rename(&live, rig.path("records/old.1")).unwrap();
    fs::write(&live, "").unwrap();
    running.signal("HUP");
    until("records in the new file", || (written() > 0).then_some(()));
    rig.configure(|text| text.replace("delay = \"0s\"", "delay = \"soon\""));
    running.signal("HUP");
    until("a complaint", || running.log().contains("the old one stays").then_some(()));
    let whole = until("all records", || {
        let lines = lines_of(&rig, &["old.1", "records.jsonl"]);
        let forum = rig.server.forum();
        (lines.len() == forum.threads().map(|thread| forum.shown(thread).count()).sum::<usize>()).then_some(lines)
    });
    running.signal("TERM");
    assert!(matches!(running.end().code(), Some(0 | 3)), "{}", running.log());
    rig.holds(&format!("{}\n", whole.join("\n")));
}

#[test]
fn row_11_a_live_file_that_is_removed_replaced_or_truncated_is_noticed() {
    let rig = Rig::new(40, FILES);
    rig.server.set_latency(Duration::from_millis(15));
    let live = rig.path("records/records.jsonl");
    let mut running = Running::start(&rig, &["run"], Stdio::null());
    let mut count = 0;
    let mut kept = Vec::new();
    for step in 0..3 {
        until("records", || {
            let there = fs::read_to_string(&live).unwrap_or_default();
            (there.ends_with('\n') && running.child.try_wait().unwrap().is_none()).then_some(())
        });
        match step {
            // moved away, and another one put in its place
            0 => {
                fs::rename(&live, rig.path("records/moved")).unwrap();
                fs::write(&live, "").unwrap();
                kept.push("moved");
            }
            // copytruncate: what comes between the two is logrotate's loss
            1 => {
                fs::copy(&live, rig.path("records/copied")).unwrap();
                fs::File::options().write(true).open(&live).unwrap().set_len(0).unwrap();
                kept.push("copied");
            }
            // removed
            _ => {
                count = fs::read_to_string(&live).unwrap().lines().count();
                fs::remove_file(&live).unwrap();
            }
        }
    }
    assert_eq!(running.end().code(), Some(0), "{}", running.log());
    assert!(running.log().contains("truncated by someone else"), "{}", running.log());
    assert_eq!(running.log().matches("moved away").count(), 2, "{}", running.log());
    kept.push("records.jsonl");
    let lines = lines_of(&rig, &kept);
    let forum = rig.server.forum();
    let all: usize = forum.threads().map(|thread| forum.shown(thread).count()).sum();
    assert!(
        count > 0 && lines.len() + count <= all && lines.len() + count + 60 >= all,
        "{} {count} {all}",
        lines.len()
    );
}

#[test]
fn row_15_a_second_instance_is_refused() {
    let rig = Rig::new(6, FILES);
    rig.server.set_latency(Duration::from_millis(60));
    let mut running = Running::start(&rig, &["run"], Stdio::null());
    until("a page", || (!rig.server.log().is_empty()).then_some(()));
    for command in [&["run"][..], &["run", "--all", "-o", "elsewhere"], &["state", "check"], &["state", "vacuum"]] {
        let output = ends(rig.crawl.command(command), 6);
        assert!(told(&output).contains("held by another instance"), "{}", told(&output));
    }
    // to look is allowed
    ends(rig.crawl.command(&["status"]), 0);
    assert_eq!(running.end().code(), Some(0), "{}", running.log());
    rig.is_whole();
}

#[test]
fn row_64_a_program_that_is_replaced_while_it_runs_ends_its_run() {
    let rig = Rig::new(10, FILES);
    rig.server.set_latency(Duration::from_millis(30));
    let binary = rig.path("forumsift");
    fs::copy(program(), &binary).unwrap();
    fs::copy(program(), rig.path("next")).unwrap();
    let start = || {
        let mut command = std::process::Command::new(&binary);
        command.args(["run", "-c", "forumsift.toml"]).current_dir(rig.folder());
        Running::of(&rig, command, Stdio::null())
    };
    let mut running = start();
    until("a page", || (rig.server.count(Kind::Thread) > 1).then_some(()));
    // as package managers do it: another file takes the name
    fs::rename(rig.path("next"), &binary).unwrap();
    assert!(running.child.try_wait().unwrap().is_none());
    assert_eq!(running.end().code(), Some(0), "{}", running.log());
    rig.is_whole();
    rig.server.forum().grow(5, &crate::forum::Growth::of_replies());
    assert_eq!(start().end().code(), Some(0));
    rig.is_whole();
}
