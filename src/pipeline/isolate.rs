//! What breaks on one page breaks nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};

use url::Url;

use super::{PipelineError, shared::Shared};

/// Does work for a page; `None` where it panicked, which the panic's own message tells.
pub(super) fn guarded<T>(stage: &'static str, url: &Url, work: impl FnOnce() -> T) -> Option<T> {
    let done = catch_unwind(AssertUnwindSafe(|| {
        trip(stage, url);
        work()
    }));
    if done.is_err() {
        tracing::error!(stage, %url, "the program has a bug that this page brings out: the page is put aside");
    }
    done.ok()
}

/// Stands by while a stage works. A stage that breaks off all the same must not leave the others waiting for it: the run ends,
/// and tells so.
pub(super) struct Watchman<'a> {
    pub(super) shared: &'a Shared,
    pub(super) stage: &'static str,
}

impl Drop for Watchman<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.shared.broke(PipelineError::Stage(self.stage));
        }
    }
}

/// A fault on demand, for the tests of what follows from it: `FORUMSIFT_TRIP="extract abort t=5"` names a stage, what happens
/// there (`panic`, or `abort`, which no program survives), and a part of the address. In debug builds alone.
#[cfg(debug_assertions)]
pub(super) fn trip(stage: &str, url: &Url) {
    let Ok(asked) = std::env::var("FORUMSIFT_TRIP") else { return };
    let mut words = asked.split(' ');
    let (at, what, part) = (words.next(), words.next(), words.next().unwrap_or_default());
    if at == Some(stage) && url.as_str().contains(part) {
        if what == Some("abort") {
            std::process::abort();
        }
        panic!("tripped in {stage} by {url}");
    }
}

/// Nothing, where users are.
#[cfg(not(debug_assertions))]
pub(super) fn trip(_: &str, _: &Url) {}
