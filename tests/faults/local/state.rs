//! A state that is damaged, older, or newer.

use std::fs;

use super::rig::{FILES, Rig, ends, told};
use crate::forum::{Fault, Kind, On, RetryAfter, Rng};

#[test]
fn row_16_a_damaged_state_is_refused_and_told_apart_from_a_sound_one() {
    let rig = Rig::new(8, FILES);
    rig.run(0);
    let sound = fs::read(rig.path("state.db")).unwrap();
    assert!(!rig.path("state.db-wal").exists(), "an orderly end leaves one file");
    let mut rng = Rng::new(16);
    let mut damaged = 0;
    for round in 0..24 {
        let mut bytes = sound.clone();
        // a few bytes each time, in the head as well; at the end half of the file is missing
        for _ in 0..1 + round % 8 {
            let at = rng.below(if round % 3 == 0 { 200 } else { bytes.len() as u64 }) as usize;
            bytes[at] ^= 1 << rng.below(8);
        }
        if round > 20 {
            bytes.truncate(bytes.len() / 2);
        }
        for name in ["state.db-wal", "state.db-shm"] {
            let _ = fs::remove_file(rig.path(name));
        }
        fs::write(rig.path("state.db"), &bytes).unwrap();
        let output = rig.crawl.run(&["state", "check"]).unwrap();
        let words = told(&output);
        assert!(!words.contains("panicked"), "{words}");
        match output.status.code() {
            Some(0) => {}
            Some(7) => {
                damaged += 1;
                assert!(words.contains("forumsift state check") || words.contains("version"), "{words}");
            }
            code => panic!("{code:?} {words}"),
        }
    }
    assert!(damaged > 8, "{damaged} of 24 were found out");
    // half a file is no state to go on with
    let asked = rig.server.log().len();
    let words = told(&rig.run(7));
    assert!(words.contains("forumsift state check"), "{words}");
    assert_eq!(rig.server.log().len(), asked, "nothing is fetched without a state");
    fs::write(rig.path("state.db"), &sound).unwrap();
    rig.run(0);
    rig.is_whole();
}

#[test]
fn row_16_a_newer_state_and_another_programs_file_are_refused() {
    let rig = Rig::new(3, FILES);
    rig.run(0);
    let mut bytes = fs::read(rig.path("state.db")).unwrap();
    // user_version, big-endian, at offset 60 of a SQLite file
    bytes[60..64].copy_from_slice(&99u32.to_be_bytes());
    fs::write(rig.path("state.db"), &bytes).unwrap();
    for command in [&["run"][..], &["status"], &["state", "check"]] {
        let words = told(&ends(rig.crawl.command(command), 7));
        assert!(words.contains("version 99") && words.contains("use the newer program"), "{words}");
    }
    fs::write(rig.path("state.db"), "these are notes of mine\n".repeat(400)).unwrap();
    for command in [&["run"][..], &["status"], &["state", "check"]] {
        let words = told(&ends(rig.crawl.command(command), 7));
        assert!(words.contains("state.db"), "{words}");
    }
    assert!(fs::read_to_string(rig.path("state.db")).unwrap().starts_with("these are notes"));
}

/// What cannot be done in this run is no reason to say that all is done.
#[test]
fn row_32_a_run_that_leaves_work_because_a_host_rests_says_so() {
    let rig = Rig::new(5, FILES);
    rig.server.fault(On::kind(Kind::Thread).after(2).times(1), Fault::Status(503, RetryAfter::Seconds(7200)));
    let words = told(&rig.run(4));
    assert!(words.contains("work is left to the next run") && words.contains(rig.server.origin()), "{words}");
    // it is not asked before its time, and there is nothing to be done before
    let asked = rig.server.log().len();
    let words = told(&rig.run(4));
    assert!(words.contains("work is left to the next run"), "{words}");
    assert_eq!(rig.server.log().len(), asked);
    rig.holds_so_far();
}
