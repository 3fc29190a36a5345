//! What dates and notices cost. Needs nothing: `cargo bench --bench notices`. With `../shared` beside the crate its files are
//! measured, else lines of our own.
//!
//! The promise: a date at most 2 µs, a line that is no notice at most 1 µs; a plain scan with an automaton over the first
//! words of notices, in the same run, tells how fast the machine is.

use std::{
    fs,
    hint::black_box,
    io::{self, Write},
    path::PathBuf,
    time::Instant,
};

use forumsift::{
    model::DateOrder,
    normalize::{
        date::{DateContext, OrderBelief, read_date},
        notice::{NoticeContext, Notices},
    },
};
use serde_json::Value;

/// A date and what is known beside it.
struct Dated {
    text: String,
    language: Option<String>,
    order: OrderBelief,
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let dates = dates();
    let bare: Vec<&Dated> = dates.iter().collect();
    let per_date = measure(&bare, |date| {
        let ctx = DateContext { language: date.language.as_deref(), order: date.order, ..DateContext::default() };
        black_box(read_date(&date.text, &ctx));
    });
    writeln!(out, "date                     {per_date:>8.0} ns  ({} dates)", dates.len())?;

    let (notices, lines) = lines();
    let builtin = Notices::builtin();
    for (what, texts) in [("line that is no notice", &lines), ("notice", &notices)] {
        let ctx = NoticeContext::default();
        let scan = plain_scan();
        let plain = measure(texts, |line| {
            black_box(scan.find(line.as_bytes()));
        });
        let read = measure(texts, |line| {
            black_box(builtin.read(line, &ctx));
        });
        let bytes = texts.iter().map(String::len).sum::<usize>() / texts.len().max(1);
        writeln!(
            out,
            "{what:<24} {read:>8.0} ns  ({} of {bytes} bytes; {:.1} plain scans of {plain:.0} ns)",
            texts.len(),
            read / plain
        )?;
    }
    Ok(())
}

/// Nanoseconds an item: the least of several rounds.
fn measure<T>(items: &[T], mut work: impl FnMut(&T)) -> f64 {
    let rounds = 1 + 4000 / items.len().max(1);
    let mut least = f64::INFINITY;
    for _ in 0..9 {
        let start = Instant::now();
        for _ in 0..rounds {
            for item in items {
                work(item);
            }
        }
        least = least.min(start.elapsed().as_nanos() as f64 / (rounds * items.len().max(1)) as f64);
    }
    least
}

fn plain_scan() -> aho_corasick::AhoCorasick {
    let words = [
        "Last edited by",
        "Edited by",
        "Zuletzt",
        "最后由",
        "本帖最后由",
        "Dernière",
        "Última",
        "Последн",
        "編集",
        "düzen",
    ];
    #[expect(clippy::expect_used, reason = "ten fixed words make an automaton")]
    aho_corasick::AhoCorasick::new(words).expect("ten words")
}

fn shared(name: &str) -> Option<String> {
    fs::read_to_string(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join(name)).ok()
}

fn dates() -> Vec<Dated> {
    let own = || {
        [
            ("7-11-2024 02:20 PM", "en"),
            ("Do 7. Nov 2024, 14:20", "de"),
            ("2024年11月7日 下午 02:20", "zh"),
            ("昨天 12:30", "zh"),
        ]
        .map(|(text, language)| Dated {
            text: text.to_owned(),
            language: Some(language.to_owned()),
            order: OrderBelief::default(),
        })
        .into()
    };
    let Some(Ok(Value::Array(cases))) = shared("notices/dates_bench.json").map(|text| serde_json::from_str(&text))
    else {
        return own();
    };
    cases
        .iter()
        .map(|case| Dated {
            text: case["text"].as_str().unwrap_or_default().to_owned(),
            language: case["language"].as_str().map(str::to_owned),
            order: match case["order"].as_str() {
                Some("dmy") => OrderBelief::configured(DateOrder::Dmy),
                Some("mdy") => OrderBelief::configured(DateOrder::Mdy),
                Some("ymd") => OrderBelief::configured(DateOrder::Ymd),
                _ => OrderBelief::default(),
            },
        })
        .collect()
}

/// Notices, and lines that are none.
fn lines() -> (Vec<String>, Vec<String>) {
    let Some(cases) = shared("notices/cases_dev.jsonl") else {
        let notices = ["Edited by night_owl at 7-11-2024 02:20 PM", "本帖最后由 night_owl 于 2024-11-7 14:20 编辑"];
        let lines = [
            "Edited by me at 3 in the morning, so excuse the typos",
            "The committee met for the third time this month and decided nothing.",
            "Почему никто не читает правила перед тем, как писать?",
            "这个问题上次讨论过了，请先搜索一下再发帖。",
        ];
        return (notices.map(str::to_owned).into(), lines.map(str::to_owned).into());
    };
    let mut notices = Vec::new();
    let mut lines = Vec::new();
    for case in cases.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let input = case["input"].as_str().unwrap_or_default().to_owned();
        if case["expected"].is_null() {
            lines.push(input);
        } else if case["position"] == "own_line" {
            notices.push(input);
        }
    }
    (notices, lines)
}
