//! What a person at a terminal sees while a run goes on: one line on stderr, never on a pipe or in a log.

use std::{
    io::{IsTerminal, stderr},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use super::logs;
use crate::pipeline::Tally;

/// Shows the count until it is aborted.
pub(super) async fn show(tally: Tally) {
    if !stderr().is_terminal() {
        return;
    }
    let bar = logs::bars().add(ProgressBar::new_spinner());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
        bar.set_style(style);
    }
    let began = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    loop {
        tick.tick().await;
        let (pages, posts, failed) = tally.total();
        let rate = pages as f64 / began.elapsed().as_secs_f64().max(0.001);
        bar.set_message(format!("{pages} pages, {posts} new posts, {failed} failed, {rate:.1} pages/s"));
        bar.tick();
    }
}
