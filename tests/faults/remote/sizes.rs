//! Rows 51 to 53: pages that are large, and pages and profiles that were made to keep a reader busy.

use std::{
    fs,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use forumsift::{
    engine::Engines,
    extract::{ExtractOptions, extract},
    model::{Extracted, Outcome, Page, Validators},
};
use jiff::Timestamp;
use url::Url;

use crate::{
    common::{Scene, texts, thread_page},
    server::{RawServer, Reply},
};

/// More than any of this may take on a slow and busy machine with unoptimised code; what it guards against takes many minutes.
const PATIENCE: Duration = Duration::from_secs(90);

fn read(engines: &Engines, engine: &str, url: &str, text: &str) -> Extracted {
    let url = Url::parse(url).unwrap();
    let page = Page {
        url: url.clone(),
        requested: url,
        status: 200,
        content_type: Some("text/html".to_owned()),
        date: None,
        validators: Validators::default(),
        headers: Vec::new(),
        body: Vec::new(),
        fetched_at: Timestamp::UNIX_EPOCH,
    };
    extract(&page, text, engines, Some(engine), &ExtractOptions::default())
}

/// Does each of these on a thread of its own, and holds it against [`PATIENCE`].
fn each_in_time<T: Send>(cases: impl IntoIterator<Item = (&'static str, T)>, work: impl Fn(&str, T) + Sync) {
    thread::scope(|scope| {
        for (name, case) in cases {
            let work = &work;
            scope.spawn(move || {
                let began = Instant::now();
                work(name, case);
                assert!(began.elapsed() < PATIENCE, "{name}: {:?}", began.elapsed());
            });
        }
    });
}

const THREAD: &str = "https://forum.example/viewtopic.php?t=5";

fn attributes(count: usize) -> String {
    (0..count).map(|n| format!(" a{n}=1")).collect()
}

#[test]
fn row_51_attributes_without_number_and_markup_within_data_cost_no_time() {
    let many = attributes(400_000);
    let fifty = attributes(50_000);
    let deep = "<div>".repeat(50_000) + "x" + &"</div>".repeat(50_000);
    let data = |text: &str| {
        let told = serde_json::json!({"@type": "DiscussionForumPosting", "text": text, "headline": text});
        format!("<script type=\"application/ld+json\">{told}</script>")
    };
    let body = |text: String| thread_page("", [(1, text), (2, "behind".to_owned())]);
    let cases = [
        ("fifty thousand on one tag", body(format!("<i{fifty}>first</i>")), "first"),
        ("on a tag that a page wants", body(format!("<a href=x{many}>first</a>")), "first"),
        ("on an end tag", body(format!("<i>first</i{many}>")), "first"),
        (
            "on many tags",
            body(
                format!("<i{}>first</i>", attributes(5_000)).repeat(1)
                    + &format!("<i{}></i>", attributes(5_000)).repeat(100),
            ),
            "first",
        ),
        ("on a script", body(format!("first<script{many}></script>")), "first"),
        ("behind what looks like a script", body(format!("first<svg><style><i{many}></style></svg>")), "first"),
        ("on a tag that does not end in quotes", body(format!("first<i a='>'{many}></i>")), "first"),
        ("nested in structured data", body("first".to_owned()).replace("</body>", &(data(&deep) + "</body>")), "first"),
    ];
    each_in_time(cases.map(|(name, page, text)| (name, (page, text))), |name, (page, text)| {
        let got = read(Engines::builtin(), "phpbb", THREAD, &page);
        let texts: Vec<&str> = got.posts.iter().map(|post| post.body.text.as_str()).collect();
        assert_eq!(texts, [text, "behind"], "{name}");
    });
}

#[test]
fn row_51_titles_of_an_interface_that_nest_without_end_cost_no_time() {
    let deep = "<div>".repeat(50_000) + "x" + &"</div>".repeat(50_000);
    let many = format!("<i{}>x</i>", attributes(200_000));
    each_in_time([("nested", deep), ("attributes", many)], |name, title| {
        let topic = include_str!("../../pages/discourse-topic.json");
        let mut topic: serde_json::Value = serde_json::from_str(topic).unwrap();
        topic["title"] = title.clone().into();
        topic["fancy_title"] = title.into();
        let got = read(Engines::builtin(), "discourse", "https://forum.example/t/5.json", &topic.to_string());
        assert!(!got.posts.is_empty(), "{name}: {:?}", got.outcome);
    });
}

#[test]
fn row_52_the_size_cap_comes_first_and_a_page_of_many_posts_is_read_whole() {
    let many = thread_page("", (1..=3000).map(|n| (n, format!("post {n}"))));
    let huge = thread_page("", [(1, "x".repeat(17 << 20))]);
    let server = RawServer::start(move |target| match target {
        "/robots.txt" => Reply::of(404, "", ""),
        "/viewtopic.php?t=5" => Reply::html(&many),
        _ => Reply::html(&huge),
    });
    let scene = |path: &str| Scene::new(&server.at(path), "", "engine = \"phpbb\"\ntime_zone = \"UTC\"");
    let began = Instant::now();
    let large = scene("/viewtopic.php?t=5");
    let (code, said) = large.run(&[]);
    assert_eq!(code, Some(0), "{said}");
    let texts = texts(&large.records());
    assert!(texts.iter().enumerate().all(|(at, text)| *text == format!("post {}", at + 1)));
    assert_eq!(texts.len(), 3000);
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
    let (code, said) = scene("/viewtopic.php?t=6").run(&[]);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("1 too_large"), "{said}");
}

/// A profile that extends another one by these lines, in a file.
fn profile(folder: &tempfile::TempDir, number: usize, lines: &str) -> PathBuf {
    let path = folder.path().join(format!("absurd{number}.toml"));
    fs::write(&path, format!("name = \"absurd{number}\"\nextends = \"phpbb\"\ntitle = \"x\"\n{lines}\n")).unwrap();
    path
}

#[test]
fn row_53_an_absurd_profile_is_read_or_refused_in_no_time() {
    let folder = tempfile::tempdir().unwrap();
    let nested = |open: &str, count: usize| format!("div{}p{}", open.repeat(count), ")".repeat(count));
    let selectors = [
        ("negations in negations", nested(":not(", 10_000)),
        ("choices in choices", nested(":is(", 10_000)),
        ("looks within looks", "div:has(div:has(div:has(p)))".to_owned()),
        ("a list of ten thousand", (0..10_000).map(|n| format!(".c{n}")).collect::<Vec<_>>().join(", ")),
        ("ten thousand levels", ["div"; 10_000].join(" ")),
        ("ten thousand siblings", ["div"; 10_000].join(" ~ ")),
        ("brackets that do not close", "[".repeat(100_000)),
        ("parentheses that do not close", "(".repeat(100_000)),
    ];
    let patterns = [
        ("counted thrice", "((a{1000}){1000}){1000}".to_owned()),
        ("letters of all scripts", r"\p{L}{9000}".to_owned()),
        ("groups in groups", format!("{}a{}", "(".repeat(5000), ")".repeat(5000))),
        ("many choices", "(a|b|ab)*".repeat(3000)),
        ("words", r"(?:(?:\w{1,100}){1,100}){1,100}".to_owned()),
    ];
    let selectors = selectors.map(|(name, text)| (name, format!("[post]\nbody = '{text}'")));
    let patterns = patterns.map(|(name, text)| (name, format!("[post]\nposition = '=~ {text}'")));
    let all: Vec<_> = selectors.into_iter().chain(patterns).enumerate().collect();
    let deep_page = thread_page(&"<div>".repeat(400), [(1, "first".to_owned())]);
    each_in_time(all.into_iter().map(|(number, (name, lines))| (name, (number, lines))), |name, (number, lines)| {
        let read_in = Engines::with_files(&[profile(&folder, number, &lines)]);
        match read_in {
            // it is only slow to be wrong: a page is read by it too
            Ok(engines) => drop(read(&engines, &format!("absurd{number}"), THREAD, &deep_page)),
            Err(errors) => assert!(!errors.is_empty(), "{name}"),
        }
    });
}

#[test]
fn row_53_a_page_that_would_keep_selectors_busy_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        profile(&folder, 1, "[post]\nheadline = 'em ~ i'"),
        profile(&folder, 2, "[post]\nheadline = 'i:nth-child(2)'"),
        profile(&folder, 3, "[post]\nheadline = 'u:has(.nowhere)'"),
        profile(&folder, 4, "[post]\nheadline = 'u:has(b ~ i.x)'"),
    ];
    let engines = Engines::with_files(&files).unwrap();
    let body = |text: String| thread_page("", [(1, text)]);
    let discuz = format!(
        "<!DOCTYPE html><html><head><meta name=generator content=\"Discuz! X3.4\"><title>T</title></head><body id=nv_forum>{}\
         <div id=postlist><div id=post_1><table class=plhin><tr><td class=t_f id=postmessage_1>first</td></tr></table></div></div>\
         </body></html>",
        "<span><a href=viewthread>x</a></span>".repeat(100_000)
    );
    let cases = [
        ("siblings", ("absurd1", body("<i>x</i>".repeat(150_000)))),
        ("counted siblings", ("absurd2", body("<i>x</i>".repeat(150_000)))),
        ("a search of all that stands within", ("absurd3", body("<u>".repeat(450) + &"<i>x</i>".repeat(250_000)))),
        ("siblings within", ("absurd4", body(format!("<u>{}</u>", "<i class=x>x</i>".repeat(150_000))))),
        ("a profile that is built in", ("discuz", discuz)),
    ];
    each_in_time(cases, |name, (engine, page)| {
        let url = if engine == "discuz" { "https://forum.example/forum.php?mod=viewthread&tid=5" } else { THREAD };
        let got = read(&engines, engine, url, &page);
        assert_eq!((got.outcome, got.posts.len()), (Outcome::Empty, 0), "{name}");
    });
    // what people write is not given up
    for engine in ["absurd1", "absurd2", "absurd3", "absurd4"] {
        let page = body(format!("<em>a</em><u>{}</u>", "<b>b</b><i>x</i>".repeat(500)));
        assert_eq!(read(&engines, engine, THREAD, &page).posts.len(), 1, "{engine}");
    }
}
