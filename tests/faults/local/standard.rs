//! Standard output as a pipe, a file, or nothing.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::rig::{Rig, Running, STDOUT, behind, ends, has, program, read_some, told};
use crate::forum::Body;

/// The program in a shell, so that its descriptors can be closed.
fn shell(rig: &Rig, script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(program()).current_dir(rig.folder());
    command.env_remove("FORUMSIFT_CONFIG").env_remove("FORUMSIFT_LOG");
    command
}

#[test]
fn row_06_interrupted_and_refused_writes_lose_nothing() {
    if !has("strace") {
        return;
    }
    for error in ["EINTR", "EAGAIN"] {
        let rig = Rig::new(5, STDOUT);
        let out = fs::File::create(rig.path("out.jsonl")).unwrap();
        let path = rig.path("out.jsonl");
        let inject = format!("inject=write:error={error}:when=1+2");
        let arguments = ["-f", "-qq", "-o", "/dev/null", "-P", path.to_str().unwrap(), "-e", &inject];
        let mut command = behind(&rig, "strace", &arguments);
        let output = command.stdout(out).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        rig.holds(&fs::read_to_string(path).unwrap());
    }
}

#[test]
fn row_06_a_pipe_that_does_not_block_gets_whole_lines() {
    let rig = Rig::new(45, STDOUT);
    let (mut reader, writer) = std::io::pipe().unwrap();
    rustix::fs::fcntl_setfl(&writer, rustix::fs::OFlags::NONBLOCK).unwrap();
    let mut running = Running::start(&rig, &["run"], Stdio::from(writer));
    let mut all = Vec::new();
    loop {
        // slower than it writes, at first
        if all.len() < 200_000 {
            thread::sleep(Duration::from_millis(10));
        }
        let some = read_some(&mut reader, 7000);
        if some.is_empty() {
            break;
        }
        all.extend(some);
    }
    assert_eq!(running.end().code(), Some(0), "{}", running.log());
    assert!(all.len() > 66_000, "more than a pipe holds: {}", all.len());
    rig.holds(&String::from_utf8(all).unwrap());
}

#[test]
fn row_07_a_reader_that_goes_ends_the_run_quietly_and_the_next_run_goes_on() {
    let rig = Rig::new(20, STDOUT);
    let mut child = rig.crawl.command(&["run", "-q"]).spawn().unwrap();
    let mut seen = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut seen).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), told(&output).as_str()), (Some(5), ""));
    // at least once, under the same number
    let rest = String::from_utf8(rig.run(0).stdout).unwrap();
    let first: serde_json::Value = serde_json::from_str(rest.lines().next().unwrap()).unwrap();
    let from = first["seq"].as_u64().unwrap();
    assert!(from >= 1);
    if from == 1 {
        assert!(rest.starts_with(&seen));
        rig.holds(&rest);
    } else {
        // what the pipe had taken is the reader's loss; the numbers go on
        let numbers = rest.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["seq"].as_u64());
        assert!(numbers.zip(from..).all(|(number, expected)| number == Some(expected)));
    }
}

#[test]
fn row_08_a_slow_reader_slows_the_fetchers_and_no_host_is_blamed() {
    // a post of some 60 kB: the outbox is full after some seventy
    let rig = Rig::new(60, STDOUT);
    let long: String = (0..6000).map(|n| format!("word{n} ")).collect();
    {
        let mut forum = rig.server.forum();
        let threads: Vec<u32> = forum.threads().map(|thread| thread.id).collect();
        for thread in threads {
            for number in 0..3 {
                let body = Body::line(&format!("{thread} {number} {long}"));
                forum.add_reply_saying(thread, body, None);
            }
        }
    }
    let mut running = Running::start(&rig, &["run"], Stdio::piped());
    let mut pipe = running.child.stdout.take().unwrap();
    let (mut all, mut asked, mut held) = (Vec::new(), Vec::new(), 0);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(3) {
        thread::sleep(Duration::from_millis(50));
        all.extend(read_some(&mut pipe, 8192));
        asked.push(rig.server.log().len());
        held = held.max(resident(running.child.id()));
    }
    let (half, end) = (asked[asked.len() / 2], asked[asked.len() - 1]);
    assert!(end < 60, "{end} pages were fetched for a reader who took {} bytes", all.len());
    assert!(end - half < 20, "{half} pages after half of the time, {end} at its end");
    assert!(held < 150, "{held} MB");
    loop {
        let some = read_some(&mut pipe, 1 << 20);
        if some.is_empty() {
            break;
        }
        all.extend(some);
    }
    assert_eq!(running.end().code(), Some(0), "{}", running.log());
    assert!(running.log().contains("pages_failed=0"), "{}", running.log());
    rig.holds(&String::from_utf8(all).unwrap());
}

/// Megabytes that a process holds.
fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

#[test]
fn row_12_a_closed_stdout_is_told_and_a_closed_stdin_is_nothing() {
    let rig = Rig::new(3, STDOUT);
    for script in ["exec \"$0\" run >&-", "exec \"$0\" run <&- >&-"] {
        let output = ends(shell(&rig, script), 5);
        assert!(told(&output).contains("stdout is closed"), "{script}: {}", told(&output));
    }
    assert!(rig.server.log().is_empty(), "nothing is fetched that has nowhere to go");
    // thrown away on purpose, and into files: fine
    let output = ends(shell(&rig, "exec \"$0\" run -q --state :memory: >/dev/null"), 0);
    assert_eq!(told(&output), "");
    // a program may open it for both, and nothing is lost for good
    ends(shell(&rig, "exec \"$0\" run -q --state :memory: 1<>/dev/null"), 0);
    ends(shell(&rig, "exec \"$0\" extract -q forumsift.toml 1<>/dev/null"), 0);
    ends(shell(&rig, "exec \"$0\" run -q --state other.db -o records >&- 2>&- <&-"), 0);
    rig.is_whole();
    let output = ends(shell(&rig, "exec \"$0\" run -q <&-"), 0);
    rig.holds(&String::from_utf8(output.stdout).unwrap());
}
