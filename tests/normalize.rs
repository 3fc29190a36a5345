//! Pages as an extractor hands them over, and the records they become: dates that prove each other, edits from every place a
//! notice stands, hashes that stand still, ids that stay.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use forumsift::{
    model::{
        Attachment, Extracted, NewRequest, NoticeLines, PageFacts, PageKind, RawAuthor, RawBody, RawDate, RawNotice,
        RawPost, RawQuote, RawThread, Reason, Record, SourceSettings, Status, ThreadRow, Warning, Zone,
    },
    normalize::{Knowledge, Normalizer, PageStamp},
};

fn source(zone: Option<&str>) -> SourceSettings {
    SourceSettings {
        time_zone: zone.map(|zone| Zone::parse(zone).unwrap()),
        ..SourceSettings::new("board", "http://forum.example/".parse().unwrap())
    }
}

fn stamp(at: &str) -> PageStamp {
    PageStamp { date: Some(at.parse().unwrap()), fetched_at: at.parse().unwrap() }
}

const NOW: &str = "2024-11-23T12:00:00Z";

fn date(text: &str) -> RawDate {
    RawDate { text: Some(text.to_owned()), attributes: Vec::new() }
}

fn post(id: &str, author: &str, date_text: &str, text: &str) -> RawPost {
    RawPost {
        id: Some(id.to_owned()),
        author: Some(RawAuthor { name: author.to_owned(), ..RawAuthor::default() }),
        date: date(date_text),
        body: RawBody { text: text.to_owned(), ..RawBody::default() },
        ..RawPost::default()
    }
}

fn page(engine: &str, posts: Vec<RawPost>) -> Extracted {
    Extracted {
        engine: Some(engine.into()),
        kind: PageKind::Thread,
        thread: Some(RawThread {
            id: Some("7".to_owned()),
            title: Some("A  title ".to_owned()),
            page: 1,
            ..RawThread::default()
        }),
        posts,
        post_ids_unique: true,
        ..Extracted::default()
    }
}

fn records(zone: Option<&str>, extracted: Extracted) -> Vec<Record> {
    Normalizer::builtin().page(&source(zone), &mut Knowledge::default(), &stamp(NOW), extracted).records
}

fn one(zone: Option<&str>, engine: &str, raw: RawPost) -> Record {
    records(zone, page(engine, vec![raw])).remove(0)
}

#[test]
fn a_post_becomes_a_record() {
    let raw = RawPost {
        attachments: vec![Attachment { name: "plan.pdf".to_owned(), ..Attachment::default() }],
        ..post(
            "12",
            " anna ",
            "Post time: 17-11-2024 18:00:29",
            "First\u{a0}line  \r\n\r\n\r\nSecond, and this is the end of it.\u{200b}",
        )
    };
    let record = one(Some("Asia/Kuala_Lumpur"), "discuz", raw);
    assert_eq!(record.id, "board/12");
    assert_eq!(record.text.as_deref(), Some("First line\n\nSecond, and this is the end of it."));
    assert_eq!(record.author.unwrap().name, "anna");
    assert_eq!(record.headline.as_deref(), Some("A title"));
    assert_eq!(record.position, Some(1));
    assert_eq!(record.date_published.as_deref(), Some("2024-11-17T18:00:29+08:00"));
    assert_eq!(record.date_published_raw.as_deref(), Some("17-11-2024 18:00:29"));
    assert_eq!(record.fetched_at, "2024-11-23T12:00:00Z");
    assert_eq!(record.in_language.as_deref(), Some("en"));
    assert_eq!((record.edit, record.article, record.seq, record.revision), (None, None, None, 1));
    assert_eq!(record.warnings, []);
}

#[test]
fn attributes_win_over_text() {
    let mut raw = post("1", "anna", "Yesterday 10:17 PM", "Text");
    raw.date.attributes = vec!["2024-11-22T14:17:38Z".to_owned()];
    let record = one(Some("+08:00"), "xenforo", raw);
    assert_eq!(record.date_published.as_deref(), Some("2024-11-22T22:17:38+08:00"));
    assert_eq!(record.date_published_raw.as_deref(), Some("Yesterday 10:17 PM"));
}

#[test]
fn relative_dates_count_from_the_forums_clock() {
    let record = one(Some("+08:00"), "discuz", post("1", "anna", "Yesterday 10:17 PM", "Text"));
    assert_eq!(record.date_published.as_deref(), Some("2024-11-22T22:17:00+08:00"));
}

#[test]
fn a_later_date_of_the_page_decides_an_earlier_one() {
    let posts = vec![post("1", "anna", "03/04/2024 10:00", "Text"), post("2", "berta", "03/25/2024 11:00", "Text")];
    let found = records(Some("UTC"), page("unknown", posts));
    assert_eq!(found[0].date_published.as_deref(), Some("2024-03-04T10:00:00+00:00"));
    assert!(!found[0].warnings.contains(&Warning::DateAmbiguous));
}

#[test]
fn what_a_page_proves_holds_for_the_next() {
    let mut knowledge = Knowledge::default();
    let mut read = |text: &str| {
        let raw = page("unknown", vec![post("1", "anna", text, "Text")]);
        Normalizer::builtin().page(&source(Some("UTC")), &mut knowledge, &stamp(NOW), raw).records.remove(0)
    };
    assert!(read("05/04/2024 10:00").warnings.contains(&Warning::DateAmbiguous));
    assert!(read("25/03/2024 10:00").warnings.is_empty());
    let record = read("05/04/2024 10:00");
    assert_eq!(record.date_published.as_deref(), Some("2024-04-05T10:00:00+00:00"));
    assert!(record.warnings.is_empty());
    let json = serde_json::to_string(&knowledge).unwrap();
    assert_eq!(serde_json::from_str::<Knowledge>(&json).unwrap(), knowledge);
}

#[test]
fn an_instant_beside_one_date_decides_the_others() {
    let mut first = post("1", "anna", "03/04/2024 10:00", "Text");
    first.date.attributes = vec!["2024-03-04T10:00:00+00:00".to_owned()];
    let found = records(Some("UTC"), page("unknown", vec![first, post("2", "berta", "05/06/2024 10:00", "Text")]));
    assert_eq!(found[1].date_published.as_deref(), Some("2024-05-06T10:00:00+00:00"));
    assert!(found[1].warnings.is_empty());
}

#[test]
fn posts_do_not_go_back_in_time() {
    let dates = [
        "01/02/2024 10:00",
        "02/02/2024 10:00",
        "03/02/2024 10:00",
        "01/03/2024 10:00",
        "02/03/2024 10:00",
        "01/04/2024 10:00",
    ];
    let posts = dates.iter().enumerate().map(|(index, date)| post(&index.to_string(), "anna", date, "Text")).collect();
    let found = records(Some("UTC"), page("unknown", posts));
    assert_eq!(found[0].date_published.as_deref(), Some("2024-02-01T10:00:00+00:00"));
    assert!(found.iter().all(|record| record.warnings.is_empty()));
}

#[test]
fn a_day_without_a_year_follows_the_post_before_it() {
    let posts = vec![
        post("1", "ann", "Fri Sep 18 11:44:00 2020", "a"),
        post("2", "ben", "09/18 12:30", "b"),
        post("3", "cem", "12/31 23:59", "c"),
        post("4", "dan", "01/02 08:06", "d"),
    ];
    let days: Vec<String> = records(None, page("ptt", posts))
        .into_iter()
        .filter_map(|record| record.date_published)
        .map(|date| date.chars().take(10).collect())
        .collect();
    assert_eq!(days, ["2020-09-18", "2020-09-18", "2020-12-31", "2021-01-02"]);
}

#[test]
fn the_page_tells_the_zone_and_later_pages_remember_it() {
    let mut knowledge = Knowledge::default();
    let mut first = page("phpbb", vec![post("1", "anna", "Thu Nov 07, 2024 2:20 pm", "Text")]);
    first.facts =
        PageFacts { language: Some("en-GB".to_owned()), clock_lines: vec!["All times are UTC+01:00".to_owned()] };
    let second = page("phpbb", vec![post("2", "anna", "Thu Nov 07, 2024 2:20 pm", "Text")]);
    for raw in [first, second] {
        let record = Normalizer::builtin().page(&source(None), &mut knowledge, &stamp(NOW), raw).records.remove(0);
        assert_eq!(record.date_published.as_deref(), Some("2024-11-07T14:20:00+01:00"));
        assert!(record.warnings.is_empty());
    }
    // what is configured stands above
    let mut raw = page("phpbb", vec![post("1", "anna", "Thu Nov 07, 2024 2:20 pm", "Text")]);
    raw.facts.clock_lines = vec!["All times are UTC+01:00".to_owned()];
    assert_eq!(records(Some("+08:00"), raw)[0].date_published.as_deref(), Some("2024-11-07T14:20:00+08:00"));
}

#[test]
fn without_a_zone_no_offset_is_invented() {
    let record = one(None, "phpbb", post("1", "anna", "Thu Nov 07, 2024 2:20 pm", "Text"));
    assert_eq!(record.date_published.as_deref(), Some("2024-11-07T14:20:00"));
    assert_eq!(record.warnings, [Warning::ZoneUnknown]);
}

#[test]
fn a_notice_element_in_the_body_is_the_edit() {
    let notice = " Edited by anna at 7-11-2024 02:20 PM ";
    let mut raw = post("1", "anna", "Post time: 6-11-2024 18:00:29", &format!("{notice}\n\nThe text."));
    raw.body.notice_spans.push(0..notice.len());
    let record = one(Some("+08:00"), "discuz", raw);
    let edit = record.edit.unwrap();
    assert_eq!(edit.editor.unwrap().name, "anna");
    assert_eq!(edit.date.as_deref(), Some("2024-11-07T14:20:00+08:00"));
    assert_eq!(edit.date_raw.as_deref(), Some("7-11-2024 02:20 PM"));
    assert_eq!(edit.notice, notice.trim());
    assert_eq!((edit.by_author, edit.language.as_deref()), (Some(true), Some("en")));
    assert_eq!(record.text.as_deref(), Some("The text."));
}

#[test]
fn of_stacked_notices_the_latest_counts() {
    let (newer, older) = ("Edited by berta at 17-11-2024 02:20 PM", "本帖最后由 anna 于 2024-11-7 09:00 编辑");
    for (first, second) in [(newer, older), (older, newer)] {
        let mut raw = post("1", "anna", "Post time: 6-11-2024 18:00:29", &format!("{first}\n\n{second}\n\nThe text."));
        raw.body.notice_spans = vec![0..first.len(), first.len() + 2..first.len() + 2 + second.len()];
        let record = one(Some("+08:00"), "discuz", raw);
        let edit = record.edit.unwrap();
        assert_eq!(edit.editor.unwrap().name, "berta");
        assert_eq!(edit.notice, format!("{first}\n{second}"));
        assert_eq!(edit.by_author, Some(false));
        assert_eq!(record.text.as_deref(), Some("The text."));
    }
}

#[test]
fn a_notice_that_cannot_be_read_stays_text() {
    let notice = "Somebody did something here";
    let mut raw = post("1", "anna", "Post time: 6-11-2024 18:00:29", &format!("{notice}\n\nThe text."));
    raw.body.notice_spans.push(0..notice.len());
    let record = one(Some("+08:00"), "discuz", raw);
    assert_eq!(record.edit, None);
    assert_eq!(record.text.as_deref(), Some("Somebody did something here\n\nThe text."));
    assert!(record.warnings.contains(&Warning::NoticeUnread));
}

#[test]
fn plain_lines_are_notices_only_where_the_engine_writes_them() {
    let line = "[ Post edited by anna at 7-11-2024 02:20 PM ]";
    let plain = "Edited by anna at 7-11-2024 02:20 PM";
    for (lines, first, taken) in [
        (NoticeLines::Bracketed, line, true),
        (NoticeLines::Bracketed, "[ Post edited by anna at 7-11-2024 02:20 PM ]\\n\\n", true),
        (NoticeLines::Bracketed, plain, false),
        (NoticeLines::Any, plain, true),
        (NoticeLines::None, line, false),
    ] {
        let mut raw = page("discuz", vec![post("1", "anna", "6-11-2024 18:00:29", &format!("{first}\nThe text."))]);
        raw.notice_lines = lines;
        let record = records(Some("UTC"), raw).remove(0);
        assert_eq!(record.edit.is_some(), taken, "{lines:?} {first}");
        let text = record.text.unwrap();
        assert_eq!(text.contains("dited by"), !taken, "{lines:?} {first}");
        assert!(text.ends_with("The text.") && (!taken || text == "The text."), "{text}");
    }
}

#[test]
fn notices_outside_the_body() {
    let mut raw = post("1", "anna", "Wed Nov 06, 2024 2:20 pm", "The text.");
    raw.notices = vec![
        RawNotice {
            text: "Last edited by berta on Thu Nov 07, 2024 2:20 pm, edited 3 times in total.".to_owned(),
            editor: Some(RawAuthor { name: "berta".to_owned(), id: Some("9".to_owned()), ..RawAuthor::default() }),
            reason: Some("a  typo".to_owned()),
            ..RawNotice::default()
        },
        RawNotice { text: "Last bumped by anna on Thu Nov 07, 2024 3:20 pm.".to_owned(), ..RawNotice::default() },
    ];
    let record = one(Some("UTC"), "phpbb", raw);
    let edit = record.edit.unwrap();
    let editor = edit.editor.unwrap();
    assert_eq!((editor.name.as_str(), editor.id.as_deref()), ("berta", Some("9")));
    assert_eq!((edit.count, edit.reason.as_deref()), (Some(3), Some("a typo")));
    assert_eq!(edit.date.as_deref(), Some("2024-11-07T14:20:00+00:00"));
    assert!(!edit.notice.contains("bumped"));
    assert_eq!(edit.by_author, Some(false));

    // a reason on a line of its own is no part of the name above it, whether a profile finds it or not
    for (text, reason) in [
        ("Edited November 7, 2024 by berta b.\n\na typo", None),
        ("Edited November 7, 2024 by berta b.\na typo", Some("a typo".to_owned())),
        ("Edited November 7,\n2024 by berta b.", None),
    ] {
        let mut raw = post("1", "anna", "November 6, 2024", "The text.");
        raw.notices = vec![RawNotice { text: text.to_owned(), reason: reason.clone(), ..RawNotice::default() }];
        let edit = one(Some("UTC"), "invision", raw).edit.unwrap();
        assert_eq!(edit.editor.unwrap().name, "berta b.", "{text:?}");
        assert_eq!(edit.reason.is_some(), text.contains("typo"), "{text:?}");
    }
}

#[test]
fn quotes_are_attributed_and_nested() {
    let inner =
        RawQuote { attribution: Some("carl wrote:".to_owned()), text: "Inner.".to_owned(), ..RawQuote::default() };
    let outer = RawQuote {
        author: Some("berta".to_owned()),
        text: " Outer.\u{a0}".to_owned(),
        quotes: vec![inner],
        ..RawQuote::default()
    };
    let mut raw = post("1", "anna", "Wed Nov 06, 2024 2:20 pm", "The text.");
    raw.body.quotes = vec![outer];
    let record = one(Some("UTC"), "phpbb", raw);
    assert_eq!(record.quotes[0].author.as_deref(), Some("berta"));
    assert_eq!(record.quotes[0].text, "Outer.");
    assert_eq!(record.quotes[0].quotes[0].author.as_deref(), Some("carl"));

    // a pack that has pictures instead of words leaves the name and the date
    let quote = RawQuote {
        attribution: Some("berta b.  5-5-2024 12:00 PM".to_owned()),
        text: "Text.".to_owned(),
        ..RawQuote::default()
    };
    let mut raw = post("1", "anna", "6-11-2024 18:00:29", "The text.");
    raw.body.quotes = vec![quote];
    let quote = one(Some("UTC"), "discuz", raw).quotes.remove(0);
    assert_eq!((quote.author.as_deref(), quote.date_raw.as_deref()), (Some("berta b."), Some("5-5-2024 12:00 PM")));
}

#[test]
fn the_hash_tells_edits_and_nothing_else() {
    let hash = |now: &str, change: &dyn Fn(&mut RawPost)| {
        let mut raw = post("1", "anna", "3 hours ago", "The text.");
        change(&mut raw);
        let page = page("phpbb", vec![raw]);
        Normalizer::builtin()
            .page(&source(Some("UTC")), &mut Knowledge::default(), &stamp(now), page)
            .records
            .remove(0)
            .content_hash
    };
    let plain = hash(NOW, &|_| {});
    assert_eq!(plain, hash("2024-11-24T12:00:00Z", &|raw| raw.date = date("Yesterday, 09:00")));
    assert_eq!(plain, hash(NOW, &|raw| raw.body.text = "The\u{200b} text.  ".to_owned()));
    assert_eq!(plain, hash(NOW, &|raw| raw.author = None));
    assert_ne!(plain, hash(NOW, &|raw| raw.body.text.push('!')));
    assert_ne!(
        plain,
        hash(NOW, &|raw| raw.attachments.push(Attachment { name: "a".to_owned(), ..Attachment::default() }))
    );
    assert_ne!(plain, hash(NOW, &|raw| raw.body.quotes.push(RawQuote { text: "q".to_owned(), ..RawQuote::default() })));
    let notice = |text: &str| RawNotice { text: text.to_owned(), ..RawNotice::default() };
    let edited = hash(NOW, &|raw| {
        raw.notices.push(notice("Last edited by anna on Fri Nov 22, 2024 2:20 pm, edited 1 time in total."))
    });
    assert_ne!(plain, edited);
    assert_eq!(
        edited,
        hash(NOW, &|raw| raw
            .notices
            .push(notice("Last edited by anna on Yesterday, 2:20 pm, edited 1 time in total.")))
    );
    assert_ne!(
        edited,
        hash(NOW, &|raw| raw
            .notices
            .push(notice("Last edited by anna on Fri Nov 22, 2024 2:20 pm, edited 2 times in total.")))
    );
}

#[test]
fn missing_parts_are_null_and_told() {
    let found = records(Some("UTC"), page("phpbb", vec![RawPost::default(), RawPost::default()]));
    let record = &found[0];
    assert_eq!(record.warnings, [Warning::AuthorMissing, Warning::BodyMissing, Warning::IdMissing]);
    assert_eq!(
        (&record.text, &record.author, &record.date_published, &record.in_language),
        (&None, &None, &None, &None)
    );
    assert_ne!(found[0].id, found[1].id);
    let hidden = RawPost { status: Status::Deleted, id: Some("3".to_owned()), ..RawPost::default() };
    assert_eq!(one(Some("UTC"), "phpbb", hidden).warnings, []);
    let unread = one(Some("UTC"), "phpbb", post("1", "anna", "sometime soon", "Text"));
    assert_eq!(unread.date_published_raw.as_deref(), Some("sometime soon"));
    assert_eq!(unread.warnings, [Warning::DateUnread]);
}

#[test]
fn positions_count_from_what_stands_before_the_page() {
    let position = |change: &dyn Fn(&mut RawThread)| {
        let mut raw = page("phpbb", vec![post("1", "anna", "", "Text"), post("2", "anna", "", "Text")]);
        change(raw.thread.as_mut().unwrap());
        records(None, raw)[1].position
    };
    assert_eq!(position(&|_| {}), Some(2));
    assert_eq!(position(&|thread| thread.position_base = Some(20)), Some(22));
    assert_eq!(position(&|thread| thread.page = 2), None);
    assert_eq!(position(&|thread| thread.descending = true), None);
}

#[test]
fn rows_of_a_listing_tell_their_last_posts() {
    let row = |text: &str| ThreadRow {
        id: "7".to_owned(),
        title: "Title".to_owned(),
        request: NewRequest {
            url: "http://forum.example/7".parse().unwrap(),
            kind: PageKind::Thread,
            board_id: None,
            thread_id: None,
            page: None,
            position_base: None,
            reason: Reason::Discover,
        },
        replies: None,
        last_post: date(text),
        last_poster: None,
        sticky: false,
        moved: false,
        locked: false,
    };
    let raw = Extracted {
        threads: vec![row("by anna » Thu Nov 07, 2024 2:20 pm"), row("never")],
        ..page("phpbb", Vec::new())
    };
    let normalized = Normalizer::builtin().page(&source(Some("+08:00")), &mut Knowledge::default(), &stamp(NOW), raw);
    assert_eq!(normalized.listed, [Some("2024-11-07T06:20:00Z".parse().unwrap()), None]);
    assert_eq!(normalized.news.threads.len(), 2);
}
