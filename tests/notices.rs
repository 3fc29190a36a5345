//! Dates and edit notices against tables of cases: our own, and where they are at hand the ones of `../shared`.

use std::{fs, path::PathBuf};

use forumsift::{
    model::DateOrder,
    normalize::date::{DateContext, OrderBelief, read_date},
};
use serde_json::Value;

fn shared(name: &str) -> Option<String> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join(name);
    fs::read_to_string(path).ok()
}

fn order(value: &Value) -> OrderBelief {
    match value.as_str() {
        Some("dmy") => OrderBelief::configured(DateOrder::Dmy),
        Some("mdy") => OrderBelief::configured(DateOrder::Mdy),
        Some("ymd") => OrderBelief::configured(DateOrder::Ymd),
        _ => OrderBelief::default(),
    }
}

#[test]
fn dates_of_the_bench() {
    let Some(text) = shared("notices/dates_bench.json") else { return };
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let (mut right, mut wrong, mut unread) = (0, 0, 0);
    for case in &cases {
        let text = case["text"].as_str().unwrap();
        let expected = case["expected"].as_str().unwrap();
        let ctx = DateContext {
            language: case["language"].as_str(),
            engine: case["engine"].as_str(),
            order: order(&case["order"]),
            ..DateContext::default()
        };
        match read_date(text, &ctx) {
            Some(reading) if reading.to_iso(None).starts_with(expected) => right += 1,
            Some(reading) => {
                wrong += 1;
                eprintln!("wrong: {text:?} {} expected {expected}", reading.to_iso(None));
            }
            None => {
                unread += 1;
                eprintln!("unread: {text:?} ({}) expected {expected}", case["language"]);
            }
        }
    }
    eprintln!("dates: {right} right, {wrong} wrong, {unread} unread");
    assert_eq!(wrong, 0);
    assert!(right * 1000 >= cases.len() * 990);
}

/// What a scorer compares: the expected local time to its precision, or the anchor less the span.
fn expected_local(case: &Value) -> Option<String> {
    let expected = &case["expected"];
    if let Some(local) = expected["edited_at_local"].as_str() {
        return Some(local.to_owned());
    }
    let offset = case["context"]["offset_seconds"].as_i64()?;
    let anchor: jiff::civil::DateTime = case["context"]["anchor"].as_str()?.parse().ok()?;
    let then = anchor.checked_add(jiff::SignedDuration::from_secs(offset)).ok()?;
    let length = match expected["precision"].as_str()? {
        "year" => 4,
        "month" => 7,
        "day" => 10,
        "hour" => 13,
        "minute" => 16,
        _ => 19,
    };
    Some(then.strftime("%Y-%m-%dT%H:%M:%S").to_string()[..length].to_owned())
}

#[test]
fn notices_of_the_cases() {
    let Some(text) = shared("notices/cases_dev.jsonl") else { return };
    let (mut right, mut positives, mut negatives, mut taken) = (0, 0, 0, 0);
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let mut object = serde_json::json!({"input": case["input"], "language": case["language"]});
        if case["engine"] != "negative" {
            object["engine"] = case["engine"].clone();
        }
        for (from, to) in [("date_order", "date_order"), ("anchor", "fetched_at")] {
            if case["context"][from].is_string() {
                object[to] = case["context"][from].clone();
            }
        }
        let read = forumsift::normalize::notice::notice_line(&object.to_string());
        let edit = &read["edit"];
        let expected = &case["expected"];
        if expected.is_null() {
            negatives += 1;
            if !edit.is_null() {
                taken += 1;
                eprintln!("taken: {:?} {edit}", case["input"]);
            }
            continue;
        }
        positives += 1;
        let date = edit["date"].as_str().unwrap_or_default();
        let local = expected_local(&case);
        let rest = case["context"]["rest"].as_str().unwrap_or_default();
        let ok = !edit.is_null()
            && edit["editor"]["name"] == expected["edited_by"]
            && local.as_deref().is_none_or(|local| date.starts_with(local))
            && edit["count"] == expected["edit_count"]
            && (edit["reason"] == expected["reason"] || expected["reason"].is_null() && !expected["relative"].is_null())
            && read["rest"] == rest;
        if ok {
            right += 1;
        } else {
            eprintln!("{} {:?} {}\n   got {edit} rest {}\n   expected {expected} {rest:?}", case["id"], case["input"], case["engine"], read["rest"]);
        }
    }
    eprintln!("notices: {right} of {positives} right; {taken} of {negatives} negatives taken");
    assert_eq!(taken, 0);
    assert!(right * 100 >= positives * 99);
}
