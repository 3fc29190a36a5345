//! Dates as data: `data/dates.toml`, and every word of `config/notices/dates.toml` read back in its own language.

use forumsift::{
    model::DateOrder,
    normalize::date::{DateContext, OrderBelief, read_date},
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    language: String,
    text: String,
    order: Option<DateOrder>,
    date: Option<String>,
    #[serde(default)]
    none: bool,
    #[serde(default)]
    relative: bool,
}

/// The present of the relative ones.
const NOW: &str = "2024-11-07T15:00:00Z";

fn context(language: &str, relative: bool) -> DateContext<'_> {
    DateContext { language: Some(language), now: NOW.parse().ok().filter(|_| relative), ..DateContext::default() }
}

#[test]
fn dates_of_boards() {
    let cases: Cases = toml::from_str(include_str!("data/dates.toml")).unwrap();
    let mut wrong = Vec::new();
    for case in &cases.case {
        assert!(case.none == case.date.is_none(), "{}", case.text);
        let order = case.order.map(OrderBelief::configured).unwrap_or_default();
        let ctx = DateContext { order, ..context(&case.language, case.relative) };
        let reading = read_date(&case.text, &ctx);
        let read = reading.as_ref().map(|reading| reading.to_iso(None));
        if read != case.date {
            wrong.push(format!("{} {:?}: {read:?} instead of {:?}", case.language, case.text, case.date));
        }
        // without the present, a relative date is none, and never another one
        if case.relative {
            let blind = read_date(&case.text, &context(&case.language, false));
            if blind.is_some() {
                wrong.push(format!("{} {:?} without the present: {blind:?}", case.language, case.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[derive(Deserialize)]
struct Tables {
    language: Vec<Table>,
}

#[derive(Deserialize)]
struct Table {
    id: String,
    #[serde(default)]
    months: Vec<Vec<String>>,
    #[serde(default)]
    today: Vec<String>,
    #[serde(default)]
    yesterday: Vec<String>,
}

#[test]
fn every_word_is_read_back_in_its_language() {
    let tables: Tables = toml::from_str(include_str!("../config/notices/dates.toml")).unwrap();
    let mut wrong = Vec::new();
    let mut check = |language: &str, text: String, relative: bool, expected: String| {
        let read = read_date(&text, &context(language, relative)).map(|reading| reading.to_iso(None));
        if read.as_ref() != Some(&expected) {
            wrong.push(format!("{language} {text:?}: {read:?} instead of {expected}"));
        }
    };
    for Table { id, months, today, yesterday } in &tables.language {
        for (number, names) in (1..).zip(months) {
            for name in names {
                check(id, format!("17 {name} 2024, 14:20"), false, format!("2024-{number:02}-17T14:20:00"));
                check(id, format!("{name} 17, 2024"), false, format!("2024-{number:02}-17"));
            }
        }
        for word in today {
            check(id, format!("{word} 14:20"), true, "2024-11-07T14:20:00".to_owned());
        }
        for word in yesterday {
            check(id, format!("{word} 14:20"), true, "2024-11-06T14:20:00".to_owned());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
