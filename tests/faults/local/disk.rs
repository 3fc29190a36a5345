//! A disk that is full, or fails.

use std::{
    fs,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use super::rig::{Disk, FILES, Rig, Running, STDOUT, behind, behind_with, ends, has, told, until};

/// Records that need more than the small disk has.
fn large(top: &str) -> Rig {
    Rig::new(45, top)
}

#[test]
fn row_03_a_full_disk_stops_the_fetching_and_the_run_goes_on_when_there_is_space() {
    let rig = large(FILES);
    let Some(disk) = Disk::mount(&rig.path("records"), "size=48k") else { return };
    rig.server.set_latency(Duration::from_millis(10));
    let mut running = Running::start(&rig, &["run"], Stdio::null());
    until("a full disk", || running.log().contains("no space left for records").then_some(()));
    // what is in flight comes to its end, and then nothing is fetched
    let (mut asked, mut since) = (rig.server.log().len(), Instant::now());
    while since.elapsed() < Duration::from_millis(600) {
        thread::sleep(Duration::from_millis(20));
        let now = rig.server.log().len();
        if now != asked {
            (asked, since) = (now, Instant::now());
        }
    }
    assert!(asked < 40, "{asked} pages were fetched");
    let there = fs::read_to_string(rig.path("records/records.jsonl")).unwrap();
    assert!(there.is_empty() || there.ends_with('\n'), "half a line");
    assert!(running.child.try_wait().unwrap().is_none());
    disk.remount("size=16m");
    assert_eq!(running.end().code(), Some(0), "{}", running.log());
    rig.is_whole();
}

#[test]
fn row_03_a_disk_that_stays_full_ends_the_run_and_the_next_one_misses_nothing() {
    let rig = large(&FILES.replace("[state]", "wait_for_space = \"1s\"\n[state]"));
    let Some(disk) = Disk::mount(&rig.path("records"), "size=48k") else { return };
    let began = Instant::now();
    let output = rig.run(5);
    assert!(began.elapsed() > Duration::from_secs(1));
    assert!(told(&output).contains("no space left for records"), "{}", told(&output));
    let there = fs::read_to_string(rig.path("records/records.jsonl")).unwrap();
    assert!(there.is_empty() || there.ends_with('\n'), "half a line");
    rig.run(5);
    disk.remount("size=16m");
    rig.run(0);
    rig.is_whole();
}

/// Where the file system promises nothing, a line is torn; the next try completes it.
#[test]
fn row_03_a_line_that_was_torn_by_a_full_disk_is_completed() {
    if !has("strace") {
        return;
    }
    let rig = large(STDOUT);
    let Some(disk) = Disk::mount(&rig.path("small"), "size=48k") else { return };
    let out = || fs::File::options().create(true).append(true).open(rig.path("small/out.jsonl")).unwrap();
    let mut running = Running::start(&rig, &["run"], Stdio::from(out()));
    until("a full disk", || running.log().contains("no space left for records").then_some(()));
    assert!(!fs::read_to_string(rig.path("small/out.jsonl")).unwrap().ends_with('\n'), "this test wants a torn line");
    disk.remount("size=16m");
    assert_eq!(running.end().code(), Some(0), "{}", running.log());
    rig.holds(&fs::read_to_string(rig.path("small/out.jsonl")).unwrap());
}

#[test]
fn row_04_a_state_that_cannot_be_written_stops_the_run_politely() {
    if !has("strace") {
        return;
    }
    let rig = Rig::new(8, FILES);
    let log = rig.path("state.db-wal");
    for (error, from) in [("EIO", 3), ("ENOSPC", 9), ("EIO", 20), ("ENOSPC", 40)] {
        let inject = format!("inject=pwrite64:error={error}:when={from}+");
        let arguments = ["-f", "-qq", "-o", "/dev/null", "-P", log.to_str().unwrap(), "-e", &inject];
        let output = ends(behind(&rig, "strace", &arguments), 5);
        assert!(told(&output).contains("state.db"), "{}", told(&output));
        assert!(!told(&output).contains("panicked"), "{}", told(&output));
    }
    rig.run(0);
    rig.is_whole();
}

#[test]
fn row_04_a_run_does_not_begin_where_the_state_could_not_grow() {
    let rig = Rig::new(3, &FILES.replace("state.db", "small/state.db"));
    let Some(disk) = Disk::mount(&rig.path("small"), "size=8m") else { return };
    let output = rig.run(5);
    assert!(told(&output).contains("MiB are left for the state"), "{}", told(&output));
    assert!(rig.server.log().is_empty());
    disk.remount("size=64m");
    rig.run(0);
    rig.is_whole();
}

#[test]
fn row_05_a_sync_that_failed_once_is_made_up_for_and_one_that_goes_on_failing_ends_the_run() {
    if !has("strace") {
        return;
    }
    let rig = Rig::new(8, FILES);
    let live = rig.path("records/records.jsonl");
    let failing = |when: &str| {
        let inject = format!("inject=fdatasync,fsync:error=EIO:when={when}");
        let arguments = ["-f", "-qq", "-o", "/dev/null", "-P", live.to_str().unwrap(), "-e", &inject];
        behind(&rig, "strace", &arguments)
    };
    let words = told(&ends(failing("1+"), 5));
    assert!(words.contains("error: ") && words.contains("could not be synced"), "{words}");
    // strace counts by thread: where another thread makes the sync that follows, that is its first, and fails too
    let made_up = (0..20).any(|_| {
        let output = failing("1").output().unwrap();
        let words = told(&output);
        assert!(words.contains("what is not safe is written again"), "{words}");
        output.status.success() || {
            assert_eq!(output.status.code(), Some(5), "{words}");
            rig.server.forum().grow(2, &crate::forum::Growth::of_replies());
            false
        }
    });
    assert!(made_up);
    rig.is_whole();
}

#[test]
fn row_57_few_open_files_and_little_memory_lose_nothing() {
    if !has("prlimit") {
        return;
    }
    let rig = Rig::new(8, FILES);
    for limit in ["--nofile=12", "--nofile=18", "--nofile=24", "--as=60000000", "--as=200000000", "--data=20000000"] {
        let output = behind_with(&rig, "prlimit", &[limit], &["run"]).output().unwrap();
        let words = told(&output);
        // whatever it ends in, it says why
        assert!(output.status.success() || words.contains("error") || words.contains("failed"), "{limit}: {words}");
        assert!(output.status.success() || !words.is_empty(), "{limit}");
    }
    rig.run(0);
    rig.is_whole();
}

#[test]
fn row_63_a_folder_that_cannot_be_written_is_refused_and_can_still_be_looked_at() {
    let rig = Rig::new(3, &FILES.replace("state.db", "disk/state.db"));
    let Some(disk) = Disk::mount(&rig.path("disk"), "size=64m") else { return };
    rig.run(0);
    disk.remount("ro");
    let output = rig.run(5);
    assert!(told(&output).contains("disk/state.db") && told(&output).contains("ead-only"), "{}", told(&output));
    let output = ends(rig.crawl.command(&["status", "--json"]), 0);
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"posts\":"), "{output:?}");
    disk.remount("rw");
    rig.run(0);
    rig.is_whole();
}
