//! Dates and edit notices against tables of cases: our own in `data/notices.toml`, and where they are at hand the ones of
//! `../shared`, with floors that may rise and not fall.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test tells what went wrong")]

#[path = "support/shared.rs"]
mod shared;

use std::{fs, path::PathBuf};

use forumsift::{
    model::DateOrder,
    normalize::{
        date::{DateContext, OrderBelief, find_date, read_date},
        notice::{Lines, NoticeContext, Notices, QuoteHeader, edit_of, notice_line},
    },
};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::shared;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    input: String,
    engine: Option<String>,
    language: Option<String>,
    order: Option<String>,
    zone: Option<String>,
    at: Option<String>,
    user: Option<String>,
    date: Option<String>,
    other: Option<String>,
    raw: Option<String>,
    count: Option<u32>,
    reason: Option<String>,
    #[serde(default)]
    rest: String,
    #[serde(default)]
    none: bool,
}

#[test]
fn our_own_cases() {
    let cases: Cases = toml::from_str(include_str!("data/notices.toml")).unwrap();
    for case in cases.case {
        let mut line = json!({ "input": case.input });
        for (key, value) in [
            ("engine", &case.engine),
            ("language", &case.language),
            ("date_order", &case.order),
            ("time_zone", &case.zone),
            ("fetched_at", &case.at),
        ] {
            if let Some(value) = value {
                line[key] = json!(value);
            }
        }
        let read = notice_line(&line.to_string());
        let edit = &read["edit"];
        if case.none {
            assert!(edit.is_null(), "{}: {edit}", case.input);
            assert_eq!(read["rest"], case.input);
            continue;
        }
        assert_eq!(edit["editor"]["name"], json!(case.user), "{}: {edit}", case.input);
        assert_eq!(edit["date"], json!(case.date), "{}: {edit}", case.input);
        assert_eq!(edit["ambiguous_date"], json!(case.other), "{}: {edit}", case.input);
        assert_eq!(edit["count"], json!(case.count), "{}", case.input);
        assert_eq!(edit["reason"], json!(case.reason), "{}", case.input);
        assert_eq!(read["rest"], case.rest, "{}", case.input);
        if case.raw.is_some() {
            assert_eq!(edit["date_raw"], json!(case.raw), "{}", case.input);
        }
    }
}

#[test]
fn lines_that_are_not_understood_say_why() {
    for line in
        [r#"{"input": "x", "colour": 1}"#, r#"{"engine": "smf"}"#, r#"{"input": "x", "time_zone": "Mars/Olympus"}"#]
    {
        assert!(notice_line(line)["error"].is_string(), "{line}");
    }
    assert_eq!(notice_line("[not json")["rest"], "[not json");
}

#[test]
fn dates_among_labels() {
    for (text, language, expected) in [
        ("Post time: 1-6-2024 18:00:29", "en", Some(("1-6-2024 18:00:29", "2024-06-01T18:00:29"))),
        ("发表于 2024-11-7 14:20", "zh", Some(("2024-11-7 14:20", "2024-11-07T14:20:00"))),
        ("by night_owl » Thu Nov 07, 2024 2:20 pm", "en", Some(("Thu Nov 07, 2024 2:20 pm", "2024-11-07T14:20:00"))),
        (
            "« on: November 07, 2024, 02:20:33 PM »",
            "en",
            Some(("November 07, 2024, 02:20:33 PM", "2024-11-07T14:20:33")),
        ),
        ("Erstellt 7. März 2024, 14:20 Uhr", "de", Some(("7. März 2024, 14:20 Uhr", "2024-03-07T14:20:00"))),
        // a page that says it is English and is not
        ("Erstellt: 7. März 2024, 14:20", "en", Some(("7. März 2024, 14:20", "2024-03-07T14:20:00"))),
        ("version 7.11", "en", None),
        ("no date here", "en", None),
    ] {
        let ctx = DateContext { language: Some(language), engine: Some("discuz"), ..DateContext::default() };
        let found = find_date(text, &ctx).map(|(range, reading)| (text[range].to_owned(), reading.to_iso(None)));
        let found = found.as_ref().map(|(cut, iso)| (cut.as_str(), iso.as_str()));
        assert_eq!(found, expected, "{text}");
    }
}

/// What a fuzzer found: a date in a text that reads as none by itself, since languages disagree.
#[test]
fn a_date_among_words_is_one_by_itself() {
    for text in ["T199,o 1424/6/2:610", "1424/6/2:610", "x 1424/6/2"] {
        for language in [None, Some("th"), Some("fa"), Some("de")] {
            for order in [OrderBelief::configured(DateOrder::Ymd), OrderBelief::default()] {
                let now = "2024-11-07T15:00:00Z".parse().ok();
                let ctx = DateContext { language, order, now, ..DateContext::default() };
                let Some((range, reading)) = find_date(text, &ctx) else { continue };
                let alone = read_date(&text[range], &ctx).map(|alone| alone.date);
                assert_eq!(alone, Some(reading.date), "{text} {language:?}");
            }
        }
    }
}

#[test]
fn quote_headers_in_many_languages() {
    let notices = Notices::builtin();
    for (line, user, date) in [
        ("night_owl wrote:", Some("night_owl"), None),
        ("night_owl wrote: ↑ Thu Feb 01, 2024 12:14 pm", Some("night_owl"), Some("Thu Feb 01, 2024 12:14 pm")),
        (
            "Quote from: night_owl on November 07, 2024, 02:20:33 PM",
            Some("night_owl"),
            Some("November 07, 2024, 02:20:33 PM"),
        ),
        ("night_owl 发表于 2024-11-7 14:20", Some("night_owl"), Some("2024-11-7 14:20")),
        ("Originally Posted by night_owl", Some("night_owl"), None),
        ("Zitat von night_owl", Some("night_owl"), None),
        ("On 11/7/2024 at 2:20 PM, night_owl said:", Some("night_owl"), Some("11/7/2024 at 2:20 PM")),
        ("вера писал(а):", Some("вера"), None),
        ("(11-07-2024, 02:20 PM) night_owl Wrote:", Some("night_owl"), Some("11-07-2024, 02:20 PM")),
        ("The ferry leaves at nine.", None, None),
    ] {
        let expected = user.map(|user| QuoteHeader { user: Some(user.into()), date_raw: date.map(str::to_owned) });
        assert_eq!(notices.read_quote_header(line, &NoticeContext::default()), expected, "{line}");
    }
}

#[test]
fn templates_of_ones_own() {
    let mine = r#"
        [[engine]]
        name = "our board"
        [[engine.notice]]
        language = "en"
        edit = ["Touched up by {user}, {date}, for the {count}th time"]
    "#;
    let notices = Notices::with(mine).unwrap();
    let read =
        notices.read("Touched up by night_owl, 2024-11-07, for the 4th time", &NoticeContext::default()).unwrap();
    assert_eq!((read.user.as_deref(), read.count), (Some("night_owl"), Some(4)));
    for (wrong, told) in [
        ("[[engine]]\nname = \"x\"\ncolour = 1", "unknown field"),
        ("[[engine]]\nname = \"x\"\n[[engine.notice]]\nlanguage = \"en\"\nedit = [\"by {who}\"]", "unknown slot"),
        (
            "[[engine]]\nname = \"x\"\n[[engine.notice]]\nlanguage = \"en\"\nreason = [\"because\"]",
            "slot that this list is for",
        ),
    ] {
        let error = Notices::with(wrong).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn elements_are_taken_only_where_they_read_as_notices() {
    let notices = Notices::builtin();
    let ctx = NoticeContext { engine: Some("discuz"), ..NoticeContext::default() };
    let text = "Edited by night_owl at 17-11-2024 02:20 PM\n\nThe ferry.\n\nEdited by hand";
    let spans = [0..42, text.len() - 14..text.len()];
    let taken = notices.take(text, &spans, Lines::None, &ctx);
    assert_eq!(taken.rest, "The ferry.\n\nEdited by hand");
    assert_eq!(taken.notices.len(), 1);
    assert_eq!(taken.notices[0].0, "Edited by night_owl at 17-11-2024 02:20 PM");
    // as a plain line it is somebody's text unless lines are looked at
    assert_eq!(notices.take(text, &[], Lines::None, &ctx).rest, text);
    assert_eq!(notices.take(text, &[], Lines::Bracketed, &ctx).rest, text);
    assert_eq!(notices.take(text, &[], Lines::Any, &ctx).rest, "The ferry.\n\nEdited by hand");
    // never in the middle
    let text = "The ferry.\nEdited by night_owl at 17-11-2024 02:20 PM\nThe bus.";
    assert_eq!(notices.take(text, std::slice::from_ref(&(11..53)), Lines::Any, &ctx).rest, text);
}

/// All languages that dates are read in, and one that is none.
fn languages() -> Vec<String> {
    let tables: toml::Table =
        toml::from_str(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/notices/dates.toml"))).unwrap();
    let names = tables["language"].as_array().unwrap().iter().map(|table| table["id"].as_str().unwrap().to_owned());
    let all: Vec<String> = names.chain(["xx".to_owned()]).collect();
    assert!(all.len() > 60, "{all:?}");
    all
}

fn fragment() -> impl Strategy<Value = String> {
    let words = [
        "Edited by night_owl at 17-11-2024 02:20 PM",
        "本帖最后由 猫 于 2024-11-7 14:20 编辑",
        "[ Post edited by x at 2024-11-07 14:20 ]",
        "Last edited by Mr. T. on Thu Nov 07, 2024 2:20 pm, edited 3 times in total.",
        "Reason: typo",
        "(5 minutes ago)",
        "yesterday",
        "The ferry leaves.",
        "\n",
        "\n\n",
        " ",
        "|",
        "]",
        "(",
        "»",
        "7-11-2024",
        "12:30",
        "editado por",
        "на",
        "ค",
        "٧",
        "\u{200f}",
        "\u{a0}",
        "İ",
        "\\n\\n",
    ];
    prop_oneof![3 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => ".{0,12}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_is_lost_and_nothing_is_left(parts in prop::collection::vec(fragment(), 0..9), engine in prop::option::of(prop::sample::select(vec!["discuz", "phpbb", "smf", "vanilla"]))) {
        let text = parts.concat();
        let notices = Notices::builtin();
        let ctx = NoticeContext { engine, ..NoticeContext::default() };
        for lines in [Lines::None, Lines::Bracketed, Lines::Any, Lines::Glued] {
            let taken = notices.take(&text, &[], lines, &ctx);
            // all of the text stands in the notices and the rest, in order
            let whole = solid(&text);
            let rest = solid(&taken.rest);
            let verbatim: Vec<String> = taken.notices.iter().map(|(notice, _)| solid(notice)).collect();
            let split = (0..=verbatim.len()).any(|first| {
                solid(&format!("{}{}{}", verbatim[..first].concat(), rest, verbatim[first..].concat())) == whole
            });
            prop_assert!(split, "{text:?} became {taken:?}");
            // where the page's engine is known, what stood below its own notice is somebody's text: the rest alone cannot tell
            if engine.is_none() || taken.notices.is_empty() {
                let again = notices.take(&taken.rest, &[], lines, &ctx);
                prop_assert!(again.notices.is_empty(), "{text:?}: {:?} left {again:?}", lines);
            }
        }
    }

    #[test]
    fn any_text_in_any_language(text in "\\PC{0,60}", language in prop::sample::select(languages())) {
        let ctx = DateContext { language: Some(&language), now: "2024-11-07T15:00:00Z".parse().ok(), ..DateContext::default() };
        if let Some((range, reading)) = find_date(&text, &ctx) {
            // what was found reads alone as the same date
            let alone = read_date(&text[range], &ctx);
            prop_assert_eq!(alone.map(|alone| alone.date), Some(reading.date));
        }
    }
}

/// A template as `config/notices` has it.
#[derive(Clone, Debug)]
struct Printed {
    engine: String,
    language: String,
    edit: String,
}

/// The templates of edit notices of every engine and language.
fn printed() -> Vec<Printed> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/config/notices"));
    let mut found = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let table: toml::Table = toml::from_str(&fs::read_to_string(file.unwrap().path()).unwrap()).unwrap();
        let list = |value: Option<&toml::Value>| value.and_then(|v| v.as_array()).cloned().unwrap_or_default();
        for engine in list(table.get("engine")) {
            for wording in list(engine.get("notice")) {
                for edit in list(wording.get("edit")) {
                    found.push(Printed {
                        engine: engine["name"].as_str().unwrap().to_owned(),
                        language: wording["language"].as_str().unwrap().to_owned(),
                        edit: edit.as_str().unwrap().to_owned(),
                    });
                }
            }
        }
    }
    assert!(found.len() > 600, "{} templates", found.len());
    found.sort_by(|a, b| (&a.engine, &a.language, &a.edit).cmp(&(&b.engine, &b.language, &b.edit)));
    found
}

impl Printed {
    fn fill(&self, user: &str, date: &str, count: u32, reason: &str) -> String {
        let slots = [("{user}", user), ("{date}", date), ("{reason}", reason), ("{count}", &count.to_string())];
        let others = [
            ("{ip}", "192.0.2.7"),
            ("{country}", "臺灣"),
            ("{topic}", "Ferries"),
            ("{nick}", "owl"),
            ("{span}", "1 yr"),
        ];
        slots.iter().chain(&others).fold(self.edit.clone(), |text, (slot, value)| text.replace(slot, value))
    }

    fn has(&self, slot: &str) -> bool {
        self.edit.contains(slot)
    }
}

#[test]
fn every_template_is_read_as_it_is_printed() {
    let notices = Notices::builtin();
    let mut wrong = Vec::new();
    for template in printed() {
        let text = template.fill("night_owl", "2024-11-07 14:20", 3, "a wrong figure");
        let ctx = NoticeContext {
            engine: Some(&template.engine),
            language: Some(&template.language),
            ..NoticeContext::default()
        };
        let read = notices.read(&text, &ctx);
        let told = read.as_ref().map(|read| {
            (read.user.as_deref(), read.date.as_ref().map(|date| date.to_iso(None)), read.count, read.reason.as_deref())
        });
        let expected = (
            template.has("{user}").then_some("night_owl"),
            template.has("{date}").then(|| "2024-11-07T14:20:00".to_owned()),
            template.has("{count}").then_some(3),
            template.has("{reason}").then_some("a wrong figure"),
        );
        if told.as_ref() != Some(&expected) {
            wrong.push(format!("{} {}: {text}: {told:?}", template.engine, template.language));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The text without white space and marks that have no width.
fn solid(text: &str) -> String {
    let nothing = |c: char| {
        c.is_whitespace()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars().filter(|&c| !nothing(c)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn notices_of_every_engine_and_language_leave_nothing_behind(
        template in prop::sample::select(printed()),
        user in prop_oneof![Just("night_owl".to_owned()), Just("Mr. at 7:30 (x)".to_owned()), Just("猫咪 2008".to_owned()), "\\PC{1,12}"],
        date in prop::sample::select(vec!["2024-11-07 14:20", "7-11-2024 02:20 PM", "5 minutes ago", "昨天 12:30", "Nov 7, 2024", "07.11.2024", "14:20"]),
        count in 0u32..200,
        before in prop_oneof![Just(String::new()), Just("The ferry.\n\n".to_owned()), Just("谢谢 ".to_owned()), ".{0,20}"],
        after in prop_oneof![Just(String::new()), Just("\nThe bus.".to_owned()), Just("2 buses".to_owned()), ".{0,20}"],
        known in any::<bool>(),
    ) {
        let notice = template.fill(&user, date, count, "typo");
        let text = format!("{before}{notice}{after}");
        let mut ctx = NoticeContext {
            engine: known.then_some(template.engine.as_str()),
            language: Some(&template.language),
            ..NoticeContext::default()
        };
        ctx.dates = DateContext { language: ctx.language, engine: ctx.engine, now: "2024-11-07T15:00:00Z".parse().ok(), ..ctx.dates };
        let notices = Notices::builtin();
        let span = before.len()..before.len() + notice.len();
        for (spans, lines) in [(vec![span], Lines::None), (vec![], Lines::Bracketed), (vec![], Lines::Any), (vec![], Lines::Glued)] {
            let taken = notices.take(&text, &spans, lines, &ctx);
            prop_assert_eq!(&text[taken.kept.clone()], &taken.rest);
            let all: Vec<&str> = taken.notices.iter().map(|(verbatim, _)| verbatim.as_str()).collect();
            let split = (0..=all.len()).any(|first| {
                let (head, tail) = all.split_at(first);
                solid(&format!("{}{}{}", head.concat(), taken.rest, tail.concat())) == solid(&text)
            });
            prop_assert!(split, "{:?} became {:?}", text, taken);
            // the record tells all of it, verbatim
            let edit = edit_of(&taken.notices, None);
            prop_assert_eq!(edit.as_ref().map(|edit| edit.notice.clone()), (!all.is_empty()).then(|| all.join("\n")));
            if spans.is_empty() && !known {
                let again = notices.take(&taken.rest, &[], lines, &ctx);
                prop_assert!(again.notices.is_empty(), "{:?}: {:?} left {:?}", text, lines, again);
            }
        }
    }

    #[test]
    fn lines_of_any_kind_are_read_or_told(line in ".{0,80}", engine in prop::option::of(".{0,8}")) {
        let object = json!({ "input": line, "engine": engine }).to_string();
        for line in [line, object] {
            let read = notice_line(&line);
            prop_assert!(read["edit"].is_null() || read["edit"]["notice"].is_string(), "{}", read);
        }
    }
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
    let (mut right, mut wrong) = (0, 0);
    for case in &cases {
        let text = case["text"].as_str().unwrap();
        let expected = case["expected"].as_str().unwrap();
        let ctx = DateContext {
            language: case["language"].as_str(),
            engine: case["engine"].as_str(),
            order: order(&case["order"]),
            ..DateContext::default()
        };
        match read_date(text, &ctx).map(|reading| reading.to_iso(None)) {
            Some(iso) if iso.starts_with(expected) => right += 1,
            Some(iso) => {
                wrong += 1;
                eprintln!("wrong: {text:?} {iso} expected {expected}");
            }
            None => eprintln!("unread: {text:?} ({}) expected {expected}", case["language"]),
        }
    }
    eprintln!("dates: {right} of {} right, {wrong} wrong", cases.len());
    assert_eq!(wrong, 0);
    assert!(right >= 750);
}

/// The expected local time to its precision, or the present less the span.
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
    let (right, positives, taken, negatives) = score(&text);
    eprintln!("notices: {right} of {positives} right; {taken} of {negatives} negatives taken");
    assert_eq!(taken, 0);
    assert!(right >= 472);
}

/// Positives that were right, positives, negatives taken, negatives.
fn score(cases: &str) -> (usize, usize, usize, usize) {
    let (mut right, mut positives, mut negatives, mut taken) = (0, 0, 0, 0);
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let mut object = json!({ "input": case["input"], "language": case["language"] });
        if case["engine"] != "negative" {
            object["engine"] = case["engine"].clone();
        }
        for (from, to) in [("date_order", "date_order"), ("anchor", "fetched_at")] {
            if case["context"][from].is_string() {
                object[to] = case["context"][from].clone();
            }
        }
        let read = notice_line(&object.to_string());
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
        // count and reason of the relative ones are not told in the file
        let told = |key: &str| !expected[key].is_null() || expected["relative"].is_null();
        let date = edit["date"].as_str().unwrap_or_default();
        let rest = case["context"]["rest"].as_str().unwrap_or_default();
        let ok = !edit.is_null()
            && edit["editor"]["name"] == expected["edited_by"]
            && expected_local(&case).is_none_or(|local| date.starts_with(&local))
            && (edit["count"] == expected["edit_count"] || !told("edit_count"))
            && (edit["reason"] == expected["reason"] || !told("reason"))
            && read["rest"] == rest;
        if ok {
            right += 1;
        } else {
            eprintln!("{} {:?} {}", case["id"], case["input"], case["engine"]);
            eprintln!("   got {edit} rest {}\n   expected {expected} {rest:?}", read["rest"]);
        }
    }
    (right, positives, taken, negatives)
}
