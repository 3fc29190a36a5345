//! What a person at a terminal sees while a run goes on: one line on stderr, never on a pipe or in a log.

use std::{
    io::{IsTerminal, stderr},
    sync::LazyLock,
    time::{Duration, Instant},
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::{
    frontier::HostQueue,
    pipeline::{Flow, Tally},
};

/// Hosts that are named; the others are counted.
const HOSTS: usize = 3;

/// The progress bars of the process: all of them are drawn here, so that log lines and bars do not mix.
pub(super) fn bars() -> &'static MultiProgress {
    static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);
    &BARS
}

/// Shows the count until it is aborted.
pub(super) async fn show(tally: Tally, flow: Flow) {
    if !stderr().is_terminal() {
        return;
    }
    let bar = bars().add(ProgressBar::new_spinner());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
        bar.set_style(style);
    }
    let began = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    loop {
        tick.tick().await;
        let Ok(hosts) = flow.hosts().await else { return };
        bar.set_message(line(tally.total(), &hosts, began.elapsed()));
        bar.tick();
    }
}

/// Pages done of those that are known, posts, rate, and what each host waits for.
fn line((pages, posts, failed): (u64, u64, u64), hosts: &[HostQueue], elapsed: Duration) -> String {
    let known = pages + failed + hosts.iter().map(|host| host.pending + u64::from(host.busy)).sum::<u64>();
    let rate = pages as f64 / elapsed.as_secs_f64().max(0.001);
    let mut line = format!("{}/{known} pages, {posts} new posts, {rate:.1} pages/s", pages + failed);
    if failed > 0 {
        line.push_str(&format!(", {failed} failed"));
    }
    let mut waiting: Vec<&HostQueue> = hosts.iter().collect();
    waiting.sort_by_key(|host| std::cmp::Reverse(host.pending));
    for host in waiting.iter().take(HOSTS) {
        let name = host.origin.split_once("://").map_or(host.origin.as_str(), |(_, name)| name);
        let what = match (host.busy, host.rest.as_secs()) {
            (true, _) => "answers".to_owned(),
            (false, 0) => "ready".to_owned(),
            (false, seconds) => format!("rests {seconds} s"),
        };
        line.push_str(&format!("; {name}: {} wait, {what}", host.pending));
    }
    if waiting.len() > HOSTS {
        line.push_str(&format!("; and {} more hosts", waiting.len() - HOSTS));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_what_is_done_and_what_waits() {
        let host = |origin: &str, pending, busy, rest| HostQueue {
            source: "a".to_owned(),
            origin: origin.to_owned(),
            pending,
            busy,
            rest: Duration::from_secs(rest),
        };
        let check = |hosts: &[HostQueue], failed, expected: &str| {
            assert_eq!(line((12, 340, failed), hosts, Duration::from_secs(6)), expected);
        };
        check(&[], 0, "12/12 pages, 340 new posts, 2.0 pages/s");
        check(
            &[host("https://a.example", 3, true, 0), host("http://b.example:81", 40, false, 30)],
            1,
            "13/57 pages, 340 new posts, 2.0 pages/s, 1 failed; b.example:81: 40 wait, rests 30 s; a.example: 3 wait, answers",
        );
        let many: Vec<HostQueue> = (0..5).map(|n| host(&format!("http://h{n}"), 9 - n, false, 0)).collect();
        check(
            &many,
            0,
            "12/47 pages, 340 new posts, 2.0 pages/s; h0: 9 wait, ready; h1: 8 wait, ready; h2: 7 wait, ready; and 2 more hosts",
        );
    }
}
