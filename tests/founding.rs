//! The page that started it: a Discuz! post that a scraper had flattened to text. The collected original is used where it is at
//! hand; the post below is of our own making and of the same shape.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/shared.rs"]
mod shared;

use forumsift::{
    model::{Record, SourceSettings, Warning, Zone},
    normalize::{Normalizer, PageStamp},
};

const PARAGRAPHS: [&str; 11] = [
    "Harbour master Lena Ostrom said at a Tuesday meeting that she had not been told of any plan to move the ferry and made clear that the winter timetable stands.",
    "(The Valley Herald) — The city council has no plans to close the old harbour, its speaker said on Tuesday amid rumours the new pier will take all of the traffic from the islands.",
    "However, Ostrom said the next council has the chance to change its mind.",
    "“The council has repeatedly said that it is open to proposals based on sound figures and respect for each other’s work. And it remains committed to this position,” Ostrom added.",
    "“But today there are no such figures. Let’s wait and see what happens in January,”",
    "The mayor has pledged to settle the matter by the time the ice goes on Apr. 20, a move that may involve giving up the smaller pier.",
    "The islands under Chairman J. B. Aune have paid for a new ramp, but the mayor has called Aune the “greatest salesman” for his ability to win grants from the capital.",
    "The mayor has also praised the ferrymen, calling one of them a “genius” after the storm of 2022.",
    "Aune, who met with the mayor in September, wrote to the council shortly after the vote early Wednesday morning.",
    "At the September meeting, the mayor had said that the matter would get “resolve very quickly” | and that it was a good one.",
    "Aune, in his letter, said he hopes that “the mayor’s commitment to the ‘ferry first’ approach is exactly the principle that can bring the islands closer. I am hopeful.”",
];

const NOTICE: &str = "Edited by penggunalama at 7-11-2024 02:20 PM";

fn founding() -> String {
    format!("{NOTICE}\n{}\n|", PARAGRAPHS.join("\n"))
}

fn flat(text: &str, zone: Option<&str>) -> Vec<Record> {
    let source = SourceSettings {
        time_zone: zone.map(|zone| Zone::parse(zone).unwrap()),
        ..SourceSettings::new("founding", "http://forum.example/".parse().unwrap())
    };
    let stamp = PageStamp { date: None, fetched_at: "2024-11-23T12:00:00Z".parse().unwrap() };
    Normalizer::builtin().flat(&source, None, &stamp, text)
}

fn check(record: &Record, editor: &str, date: &str, notice: &str, paragraphs: &[&str]) {
    let edit = record.edit.as_ref().unwrap();
    assert_eq!(edit.editor.as_ref().unwrap().name, editor);
    assert_eq!(edit.date.as_deref(), Some(date));
    assert_eq!(edit.notice, notice);
    let found: Vec<&str> = record.text.as_deref().unwrap().split("\n\n").collect();
    assert_eq!(found, paragraphs);
}

#[test]
fn one_record_with_notice_text_and_article() {
    let records = flat(&founding(), Some("Asia/Kuala_Lumpur"));
    assert_eq!(records.len(), 1);
    let record = &records[0];
    check(record, "penggunalama", "2024-11-07T14:20:00+08:00", NOTICE, &PARAGRAPHS);
    let article = record.article.as_ref().unwrap();
    assert_eq!(article.credit.as_deref(), Some("The Valley Herald"));
    assert_eq!(article.dateline, None);
    assert_eq!(article.standfirst.as_deref(), Some(PARAGRAPHS[0]));
    assert_eq!(record.in_language.as_deref(), Some("en"));
    assert_eq!(record.edit.as_ref().unwrap().by_author, None);
    assert!(record.warnings.contains(&Warning::IdMissing) && !record.warnings.contains(&Warning::ZoneUnknown));
}

#[test]
fn without_a_zone_the_date_has_no_offset() {
    let records = flat(&founding(), None);
    check(&records[0], "penggunalama", "2024-11-07T14:20:00", NOTICE, &PARAGRAPHS);
    assert!(records[0].warnings.contains(&Warning::ZoneUnknown));
}

#[test]
fn in_all_its_manners() {
    let text = PARAGRAPHS.join("\n");
    for manner in [
        format!("\n{NOTICE}\n\n{text}\n\n|\n"),
        founding().replace('\n', "\r\n"),
        format!("{NOTICE} {text}"),
        format!("|\n| \n{NOTICE}\n|\n{text}\n|\n|"),
        format!("  {NOTICE}  \n \n{}\n", PARAGRAPHS.join("\n\n")),
        format!("\u{feff}{NOTICE}\n{text}\u{a0}\n|\u{a0}"),
        format!("{text}\n{NOTICE}\n|"),
    ] {
        let records = flat(&manner, Some("+08:00"));
        assert_eq!(records.len(), 1, "{manner}");
        check(&records[0], "penggunalama", "2024-11-07T14:20:00+08:00", NOTICE, &PARAGRAPHS);
    }
}

#[test]
fn posts_glued_one_after_another_come_apart() {
    let second = "Edited by anna at 17-11-2024 09:05 AM";
    let text = format!("{}\n{second}\nI have read it twice and still do not see it.\nWho pays?\n|\n", founding());
    let records = flat(&text, Some("Asia/Kuala_Lumpur"));
    assert_eq!(records.len(), 2);
    check(&records[0], "penggunalama", "2024-11-07T14:20:00+08:00", NOTICE, &PARAGRAPHS);
    check(
        &records[1],
        "anna",
        "2024-11-17T09:05:00+08:00",
        second,
        &["I have read it twice and still do not see it.", "Who pays?"],
    );
    assert_ne!(records[0].id, records[1].id);
    assert!(records[1].article.is_none());
}

#[test]
fn notices_at_the_end_and_headers_tell_posts_apart() {
    let text = "The roof leaks again.\nLast edited by anna (2024-11-07 14:20:00)\nBuckets are cheaper.\nMuch cheaper.\nLast edited by berta (2024-11-08 09:00:00)\n";
    let records = flat(text, Some("UTC"));
    assert_eq!(records.len(), 2);
    check(
        &records[0],
        "anna",
        "2024-11-07T14:20:00+00:00",
        "Last edited by anna (2024-11-07 14:20:00)",
        &["The roof leaks again."],
    );
    check(
        &records[1],
        "berta",
        "2024-11-08T09:00:00+00:00",
        "Last edited by berta (2024-11-08 09:00:00)",
        &["Buckets are cheaper.", "Much cheaper."],
    );

    let text = "by anna » Thu Nov 07, 2024 2:20 pm\nThe roof leaks again.\n\nby berta » Fri Nov 08, 2024 9:00 am\nBuckets are cheaper.";
    let records = flat(text, Some("UTC"));
    let told: Vec<_> = records
        .iter()
        .map(|record| {
            (record.author.as_ref().unwrap().name.as_str(), record.date_published.as_deref(), record.text.as_deref())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("anna", Some("2024-11-07T14:20:00+00:00"), Some("The roof leaks again.")),
            ("berta", Some("2024-11-08T09:00:00+00:00"), Some("Buckets are cheaper.")),
        ]
    );
}

#[test]
fn the_original_where_it_is_at_hand() {
    let Some(text) = shared::shared("founding_post.txt") else { return };
    let records = flat(&text, Some("Asia/Kuala_Lumpur"));
    assert_eq!(records.len(), 1);
    let lines: Vec<&str> = text.lines().collect();
    check(&records[0], "maklukpenggoda", "2024-11-07T14:20:00+08:00", lines[0], &lines[1..12]);
    let article = records[0].article.as_ref().unwrap();
    assert_eq!((article.credit.as_deref(), article.standfirst.as_deref()), (Some("The Hill"), Some(lines[1])));
}

/// Boards that print a date and nothing else above a post.
#[test]
fn bare_dates_above_posts_tell_them_apart_where_nothing_else_can_be_meant() {
    let told = |text: &str| -> Vec<(Option<String>, Option<String>)> {
        flat(text, Some("UTC")).into_iter().map(|record| (record.date_published, record.text)).collect()
    };
    let post = |date: &str, text: &str| (Some(date.to_owned()), Some(text.to_owned()));
    let numbered = "Nov 7, 2024\n#1\nThe roof leaks again.\n\nNov 18, 2024\n#2\nBuckets are cheaper.\nMuch cheaper.";
    assert_eq!(
        told(numbered),
        [post("2024-11-07", "The roof leaks again."), post("2024-11-18", "Buckets are cheaper.\n\nMuch cheaper.")]
    );
    let edited = "17-11-2024, 02:20 PM\nThe roof leaks again.\n(This post was last modified: 17-11-2024, 03:05 PM by anna.)\n18-11-2024, 09:00 AM\nBuckets are cheaper.";
    let records = flat(edited, Some("UTC"));
    assert_eq!(records.len(), 2);
    assert_eq!(records[0].edit.as_ref().unwrap().date.as_deref(), Some("2024-11-17T15:05:00+00:00"));
    assert_eq!(
        told(edited),
        [
            post("2024-11-17T14:20:00+00:00", "The roof leaks again."),
            post("2024-11-18T09:00:00+00:00", "Buckets are cheaper.")
        ]
    );
    let events = "17-11-2024, 07:00 PM\nThe brass band.\n18-11-2024, 08:30 PM\nA reading.";
    assert_eq!(told(events), [(None, Some(events.replace('\n', "\n\n")))]);
}
