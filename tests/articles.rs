//! News articles and flattened text, held against the project's collected cases where they are at hand. The manners
//! themselves are proven beside the code, in `src/normalize/article` and `src/normalize/flat`, and in `tests/founding.rs`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/shared.rs"]
mod shared;

use forumsift::{
    model::{Record, SourceSettings, Zone},
    normalize::{Normalizer, PageStamp, article::Articles},
};
use shared::shared;

#[test]
fn collected_cases() {
    let Some(cases) = shared("articles/cases_dev.jsonl") else { return };
    let (mut right, mut all, mut false_ones) = (0, 0, 0);
    for line in cases.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let paragraphs: Vec<&str> = case["text"].as_array().unwrap().iter().filter_map(|p| p.as_str()).collect();
        let found = serde_json::to_value(Articles::builtin().read(&paragraphs.join("\n\n"))).unwrap();
        all += 1;
        if found == case["expected"] {
            right += 1;
        } else {
            false_ones += usize::from(case["expected"].is_null());
            eprintln!("{found} instead of {} for {paragraphs:?}", case["expected"]);
        }
    }
    assert_eq!(false_ones, 0, "posts that only look like an article were taken for one");
    assert!(right * 100 >= all * 95, "{right} of {all} right");
}

#[test]
fn flattened_text() {
    let Some(cases) = shared("articles/flattened_dev.jsonl") else { return };
    let (mut right, mut all) = (0, 0);
    for line in cases.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let source = source(case["time_zone"].as_str());
        let stamp = PageStamp { date: None, fetched_at: "2026-11-23T12:00:00Z".parse().unwrap() };
        let records =
            Normalizer::builtin().flat(&source, case["engine"].as_str(), &stamp, case["input"].as_str().unwrap());
        let expected = &case["expected"];
        all += 1;
        let fault = match records.as_slice() {
            [record] => fault(record, expected),
            _ => Some(format!("{} records", records.len())),
        };
        match fault {
            None => right += 1,
            Some(fault) => eprintln!("case {} ({} {}): {fault}", case["id"], case["engine"], case["style"]),
        }
    }
    assert!(right * 100 >= all * 98, "{right} of {all} right");
}

/// What of a record is not as expected.
fn fault(record: &Record, expected: &serde_json::Value) -> Option<String> {
    let edit = record.edit.as_ref();
    let editor = edit.and_then(|edit| edit.editor.as_ref()).map(|editor| editor.name.as_str());
    if editor != expected["edited_by"].as_str() {
        return Some(format!("editor {editor:?}"));
    }
    // notices tell the minute, the truth the second
    let minute = |date: &str| date[..16].to_owned() + &date[19..];
    let date = edit.and_then(|edit| edit.date.as_deref());
    if date.map(minute) != expected["edited_at"].as_str().map(minute) {
        return Some(format!("edit date {date:?}"));
    }
    let count = edit.and_then(|edit| edit.count).map(u64::from);
    if count != expected["edit_count"].as_u64() {
        return Some(format!("edit count {count:?}"));
    }
    let reason = edit.and_then(|edit| edit.reason.as_deref());
    if reason != expected["edit_reason"].as_str() {
        return Some(format!("edit reason {reason:?}"));
    }
    let paragraphs: Vec<&str> = record.text.as_deref().unwrap_or("").lines().filter(|line| !line.is_empty()).collect();
    let wanted: Vec<&str> =
        expected["paragraphs"].as_array()?.iter().filter_map(|paragraph| paragraph.as_str()).collect();
    (paragraphs != wanted).then(|| format!("text {paragraphs:?} instead of {wanted:?}"))
}

fn source(zone: Option<&str>) -> SourceSettings {
    SourceSettings {
        time_zone: zone.map(|zone| Zone::parse(zone).unwrap()),
        ..SourceSettings::new("flat", "http://forum.example/".parse().unwrap())
    }
}
