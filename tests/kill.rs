//! Exactly once, whatever the instant of a kill (fault 1): a few kills here, hundreds by `examples/kill_harness.rs`.

#[path = "support/crawl.rs"]
mod crawl;
#[path = "support/forum/mod.rs"]
mod forum;
#[path = "support/kill.rs"]
mod kill;

use std::{path::Path, time::Duration};

use forum::Engine;
use kill::{Plan, harness};

#[test]
fn killed_at_any_instant_nothing_is_missing_doubled_or_torn() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { engine: Engine::Phpbb, seed: 5, kills: 6, longest: Duration::from_millis(700), growth: 6 };
    let figures = harness(Path::new(env!("CARGO_BIN_EXE_forumsift")), folder.path(), &plan).unwrap();
    assert!(figures.is_clean(), "{figures}");
}
