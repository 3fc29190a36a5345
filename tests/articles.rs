//! The head of reposted news articles, held against the project's collected cases where they are at hand. The manners
//! themselves are proven beside the code, in `src/normalize/article`.

use std::path::Path;

use forumsift::normalize::article::Articles;

/// A file of the shared facts; `None` where they are not at hand.
fn shared(path: &str) -> Option<String> {
    std::fs::read_to_string(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join(path)).ok()
}

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
