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
