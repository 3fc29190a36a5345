//! Bugs of our own that a page brings out. They are made by `FORUMSIFT_TRIP`, which programs built for debugging obey.

use std::{fs, process::Command};

use super::rig::{FILES, Rig, ends, missing_unless, told};

const KEPT: &str = "[output]\nto = \"records\"\n[state]\npath = \"state.db\"\n[archive]\nquarantine = \"quarantine\"\n[fetch]\nretries = 0\n";

fn tripped(rig: &Rig, trip: &str) -> Command {
    let mut command = rig.crawl.command(&["run"]);
    command.env("FORUMSIFT_TRIP", trip);
    command
}

fn kept(rig: &Rig) -> Vec<std::path::PathBuf> {
    fs::read_dir(rig.path("quarantine")).into_iter().flatten().map(|file| file.unwrap().path()).collect()
}

fn debugging() -> bool {
    missing_unless(cfg!(debug_assertions), "a program built for debugging")
}

#[test]
fn row_58_a_panic_on_one_page_costs_that_page_and_no_other() {
    if !debugging() {
        return;
    }
    for stage in ["fetch", "extract", "normalize"] {
        let rig = Rig::new(8, KEPT);
        let output = ends(tripped(&rig, &format!("{stage} panic t=3")), 4);
        let words = told(&output);
        assert!(words.contains(&format!("tripped in {stage}")), "{words}");
        let lines = rig.crawl.records().unwrap();
        let forum = rig.server.forum();
        let others: usize =
            forum.threads().filter(|thread| thread.id != 3).map(|thread| forum.shown(thread).count()).sum();
        let got = lines.lines().filter(|line| !line.contains("\"thread\":{\"id\":\"3\"")).count();
        assert_eq!(got, others, "{stage}: {words}");
        drop(forum);
        if stage != "fetch" {
            let kept = kept(&rig);
            assert_eq!(kept.len(), 1, "{stage}: {words}");
            assert!(fs::read_to_string(&kept[0]).unwrap().contains("viewtopic"));
        }
        // when the bug is mended, the next run reads the page
        rig.run(0);
        rig.is_whole();
    }
}

#[test]
fn row_59_a_page_that_ends_the_program_three_times_is_put_aside() {
    if !debugging() {
        return;
    }
    for stage in ["extract", "normalize"] {
        let rig = Rig::new(5, KEPT);
        let trip = format!("{stage} abort t=2");
        for death in 0..2 {
            let output = tripped(&rig, &trip).output().unwrap();
            assert_eq!(output.status.code(), None, "{stage} {death}: {}", told(&output));
            assert!(kept(&rig).is_empty());
        }
        // the third time it ends a process that was made for that
        let output = ends(tripped(&rig, &trip), 4);
        assert!(told(&output).contains("passed over"), "{}", told(&output));
        assert_eq!(kept(&rig).len(), 1, "{}", told(&output));
        let forum = rig.server.forum();
        let others: usize =
            forum.threads().filter(|thread| thread.id != 2).map(|thread| forum.shown(thread).count()).sum();
        drop(forum);
        assert_eq!(rig.crawl.records().unwrap().lines().count(), others);
        // it stays aside, and the rest goes on
        rig.server.forum().grow(4, &crate::forum::Growth::of_replies());
        let output = tripped(&rig, &trip).output().unwrap();
        assert!(output.status.code() == Some(4), "{}", told(&output));
    }
}

/// Who is killed by others is not suspected for long.
#[test]
fn row_59_a_page_that_was_read_after_all_is_not_suspected_any_more() {
    if !debugging() {
        return;
    }
    let rig = Rig::new(3, FILES);
    for _ in 0..2 {
        assert_eq!(tripped(&rig, "extract abort t=1").output().unwrap().status.code(), None);
    }
    rig.run(0);
    rig.is_whole();
    let left = fs::read_to_string(rig.path("state.db.reading")).unwrap();
    rig.server.forum().add_reply(1);
    assert_eq!(tripped(&rig, "extract abort t=1").output().unwrap().status.code(), None, "{left}");
    rig.run(0);
    rig.is_whole();
}
