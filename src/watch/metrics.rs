//! The metrics in Prometheus' text format, version 0.0.4. A label's value is escaped as the format asks.

use std::fmt::Write;

use super::{Status, board::DELAYS, status::SourceStatus};

/// The format's `Content-Type`.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// How a metric's value is read from a source; several, where labels part them.
type Read = fn(&SourceStatus) -> Vec<(&str, &str, f64)>;

/// Every metric that a source has: name, kind, what it tells.
const METRICS: [(&str, &str, &str, Read); 15] =
    [
        ("forumsift_pages_total", "counter", "Pages by what became of them.", |s| {
            let p = &s.pages;
            [
                ("read", p.read),
                ("unchanged", p.unchanged),
                ("noticed", p.noticed),
                ("unrecognised", p.unrecognised),
                ("failed", p.failed),
                ("given_back", p.given_back),
            ]
            .map(|(outcome, count)| ("outcome", outcome, count as f64))
            .into()
        }),
        ("forumsift_posts_total", "counter", "Posts read, by what they were.", |s| {
            let p = &s.posts;
            [("new", p.new), ("edited", p.edited), ("unchanged", p.unchanged)]
                .map(|(change, count)| ("change", change, count as f64))
                .into()
        }),
        ("forumsift_edits_total", "counter", "Edits seen.", |s| one(s.posts.edited as f64)),
        ("forumsift_deletions_total", "counter", "Deletions seen.", |s| one(s.posts.deleted as f64)),
        ("forumsift_failures_total", "counter", "Failed tries by class.", |s| {
            s.failures.iter().map(|(class, count)| ("class", *class, *count as f64)).collect()
        }),
        ("forumsift_refusals_total", "counter", "Requests not made on principle, by reason.", |s| {
            s.refusals.iter().map(|(reason, count)| ("reason", *reason, *count as f64)).collect()
        }),
        ("forumsift_received_bytes_total", "counter", "Bytes received.", |s| one(s.bytes as f64)),
        ("forumsift_runs_total", "counter", "Runs that ended.", |s| one(s.runs as f64)),
        ("forumsift_running", "gauge", "Whether a run is under way.", |s| one(f64::from(u8::from(s.running)))),
        ("forumsift_in_flight_pages", "gauge", "Pages leased and not yet committed.", |s| one(s.in_flight as f64)),
        ("forumsift_queued_pages", "gauge", "Pages that wait to be fetched.", |s| one(s.queued as f64)),
        ("forumsift_board_interval_seconds", "gauge", "How often a board is read, where that adapts.", |s| {
            s.boards.iter().map(|board| ("board", board.name.as_str(), board.every_seconds)).collect()
        }),
        ("forumsift_failed_runs_in_a_row", "gauge", "Runs in a row that lost something.", |s| {
            one(s.failed_in_a_row as f64)
        }),
        ("forumsift_last_run_timestamp_seconds", "gauge", "When the last run began.", |s| {
            s.began.map_or_else(Vec::new, |at| one(at.as_millisecond() as f64 / 1000.0))
        }),
        ("forumsift_next_run_timestamp_seconds", "gauge", "When the next run begins.", |s| {
            s.next.map_or_else(Vec::new, |at| one(at.as_millisecond() as f64 / 1000.0))
        }),
    ];

fn one(value: f64) -> Vec<(&'static str, &'static str, f64)> {
    vec![("", "", value)]
}

/// The text of all metrics.
pub fn metrics(status: &Status) -> String {
    let mut text = String::new();
    // writing to a string cannot fail
    let mut line = |told: std::fmt::Arguments<'_>| {
        let _ = text.write_fmt(told);
        text.push('\n');
    };
    let head = |line: &mut dyn FnMut(std::fmt::Arguments<'_>), name: &str, kind: &str, help: &str| {
        line(format_args!("# HELP {name} {help}"));
        line(format_args!("# TYPE {name} {kind}"));
    };
    head(&mut line, "forumsift_info", "gauge", "The program.");
    line(format_args!("forumsift_info{{version=\"{}\"}} 1", status.version));
    let whole: [(&str, &str, &str, f64); 4] = [
        ("forumsift_start_timestamp_seconds", "gauge", "When the program began.", status.started.as_second() as f64),
        ("forumsift_records_seq", "gauge", "The seq of the last record written.", status.last_seq as f64),
        (
            "forumsift_reloads_total",
            "counter",
            "Reloads of the configuration that were asked for.",
            status.reloads as f64,
        ),
        (
            "forumsift_reload_ok",
            "gauge",
            "Whether the last reload was taken.",
            f64::from(u8::from(status.reload_error.is_none())),
        ),
    ];
    for (name, kind, help, value) in whole {
        head(&mut line, name, kind, help);
        line(format_args!("{name} {value}"));
    }
    for (name, kind, help, read) in METRICS {
        head(&mut line, name, kind, help);
        for source in &status.sources {
            for (label, value, number) in read(source) {
                let comma = if label.is_empty() { String::new() } else { format!(",{label}=\"{}\"", escaped(value)) };
                line(format_args!("{name}{{source=\"{}\"{comma}}} {number}", escaped(&source.name)));
            }
        }
    }
    let name = "forumsift_first_sight_delay_seconds";
    head(
        &mut line,
        name,
        "histogram",
        "From a post's date to its record, for posts written while the source was watched.",
    );
    for source in &status.sources {
        let label = escaped(&source.name);
        let mut sum = 0;
        for (bound, count) in DELAYS.iter().zip(source.delays.iter()) {
            sum += count;
            line(format_args!("{name}_bucket{{source=\"{label}\",le=\"{bound}\"}} {sum}"));
        }
        let count: u64 = source.delays.iter().sum();
        line(format_args!("{name}_bucket{{source=\"{label}\",le=\"+Inf\"}} {count}"));
        line(format_args!("{name}_sum{{source=\"{label}\"}} {}", source.delay_sum));
        line(format_args!("{name}_count{{source=\"{label}\"}} {count}"));
    }
    text
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
