//! The fallback: posts by structure alone, structured data, bad pages, and the draft of a profile.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::{fs, path::PathBuf};

use forumsift::{
    engine::Engines,
    extract::{ExtractOptions, draft_profile, extract},
    model::{Extracted, Outcome, Page, PageKind},
};
use jiff::Timestamp;
use url::Url;

fn page(url: &str) -> Page {
    let url = Url::parse(url).unwrap();
    Page::new(url, Vec::new(), Timestamp::UNIX_EPOCH)
}

fn read(url: &str, html: &str, engines: &Engines, engine: Option<&str>) -> Extracted {
    extract(&page(url), html, engines, engine, &ExtractOptions::default())
}

fn own(name: &str) -> String {
    fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/pages").join(name)).unwrap()
}

/// Author, date and text of each post.
fn posts(extracted: &Extracted) -> Vec<[String; 3]> {
    let post = |post: &forumsift::model::RawPost| {
        let author = post.author.as_ref().map(|author| author.name.clone()).unwrap_or_default();
        let date = post.date.attributes.first().or(post.date.text.as_ref()).cloned().unwrap_or_default();
        [author, date, post.body.text.clone()]
    };
    extracted.posts.iter().map(post).collect()
}

#[test]
fn a_page_that_no_profile_knows_is_read_by_structure() {
    for (url, name) in [
        ("https://g.example/beitrag.php?thema=812", "generic-table.html"),
        ("https://s.example/d/5", "generic-divs.html"),
    ] {
        let read = read(url, &own(name), Engines::builtin(), None);
        assert_eq!((read.outcome, read.kind, read.generic), (Outcome::Read, PageKind::Thread, true), "{name}");
        assert_eq!(read.posts.len(), 3, "{name}");
    }
}

#[test]
fn a_draft_is_a_profile_that_yields_the_same_posts() {
    let url = "https://stones.example/thread.php?t=551";
    let html = own("generic-divs.html");
    let draft = draft_profile(&page(url), &html, Engines::builtin()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("stones.toml"), &draft).unwrap();
    let engines = Engines::with_dir(directory.path()).unwrap_or_else(|errors| {
        panic!("{draft}\n{}", errors.iter().map(|error| error.report()).collect::<Vec<_>>().join("\n"))
    });
    let by_structure = read(url, &html, &engines, Some("generic"));
    let by_draft = read(url, &html, &engines, Some("stones-example"));
    assert!(!by_draft.generic && by_draft.posts.len() == 3, "{draft}");
    assert_eq!(posts(&by_draft), posts(&by_structure), "{draft}");
    let ids = |extracted: &Extracted| extracted.posts.iter().map(|post| post.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&by_draft), ids(&by_structure), "{draft}");
    assert_eq!(by_draft.thread.and_then(|thread| thread.id).as_deref(), Some("551"), "{draft}");
}

#[test]
fn bad_pages_are_outcomes() {
    let check = |html: &str, expected: Outcome| {
        let read = read("https://x.example/showthread.php?t=1", html, Engines::builtin(), None);
        assert_eq!((read.outcome, read.posts.len()), (expected, 0), "{html}");
    };
    check(
        "<title>Just a moment...</title><body><h1>x.example</h1><p>Enable JavaScript and cookies to continue</p>",
        Outcome::Challenge,
    );
    check("<title>Board</title><body><p>The board is currently disabled while we upgrade.</p>", Outcome::Maintenance);
    check(
        "<body><p>You must be logged in to view this thread.</p><form><input type=password></form>",
        Outcome::LoginRequired,
    );
    check("<body><p>Sie haben keine Berechtigung, dieses Thema zu lesen.</p>", Outcome::NoPermission);
    check("<title>Fehler</title><body><p>Thema nicht gefunden</p>", Outcome::Missing);
    check("<title>抱歉</title><body><p>指定的主题不存在或已被删除</p>", Outcome::Missing);
    check("<title>Shop</title><body><p>Three lamps, two chairs.</p>", Outcome::Unrecognised);
}

#[test]
fn an_article_is_no_thread() {
    let paragraphs =
        "<p>The town council met on 4 May 2020 and spoke at length about the old bridge, its arches and its cost.</p>"
            .repeat(6);
    let html = format!(
        "<title>Old bridge</title><body><nav><a href=/a>News</a><a href=/b>Sport</a></nav><article><h1>Old bridge</h1>{paragraphs}</article>"
    );
    let read = read("https://news.example/2020/bridge.html", &html, Engines::builtin(), None);
    assert!(read.posts.is_empty(), "{:?}", posts(&read));
}

#[test]
fn neither_an_article_nor_what_readers_say_below_it_is_a_thread() {
    let paragraphs =
        "<p>The guild met on the hill and spoke at length about the coming season, its raids, and who of them would \
        still be there when the leaves fall.</p>"
            .repeat(20);
    let byline = "By <a class=author href=/author/tom>Tom</a> <time datetime=2026-01-12>January 12, 2026</time>";
    let article = format!(
        "<title>Ten instead of many</title><meta property=og:type content=article><body><article class=post><h1>Ten instead of many</h1>\
         <p>{byline}</p><div class=post-content>{paragraphs}</div></article>"
    );
    let more = format!(
        "{article}<div class=post><p>{byline}</p><h3><a href=/next.html>Raids in the rain, told at length</a></h3><p>What to wear.</p></div>"
    );
    let comment = |day: u32, name: &str, text: &str| {
        format!(
            "<div class=comment id=comment-{day}><a class=username href=/user/{day}>{name}</a><p>{text}</p>\
             <time datetime=2012-09-{day}>{day}/09/2012</time></div>"
        )
    };
    let comments = [
        comment(11, "meth", "In the end it is the best decision that you could take."),
        comment(12, "opex", "Go abroad already, you speak well enough for whatever is needed."),
        comment(13, "hunky", "What a pity, after all that was said about small groups."),
        comment(14, "mia", "Good luck to you all, and keep up the good work."),
    ]
    .concat();
    let commented = format!(
        "<title>Ten instead of many</title><body><h1>Ten instead of many</h1>{paragraphs}<div id=comments>{comments}</div>"
    );
    for html in [&article, &more, &commented] {
        let found = read("https://guild.example/node/1053", html, Engines::builtin(), None);
        assert!(found.posts.is_empty(), "{:?}", posts(&found));
    }
    // The same below a topic of a forum are posts.
    let topic = read("https://guild.example/forum/topic/1053", &commented, Engines::builtin(), None);
    assert!(topic.posts.len() >= 4, "{:?}", posts(&topic));
}

#[test]
fn structured_data_fills_what_is_missing_and_stands_in() {
    let data = r#"<script type="application/ld+json">{"@context":"https://schema.org","@type":"DiscussionForumPosting",
        "headline":"Kites","text":"Which line holds a big kite in a storm at sea?","datePublished":"2022-03-01T08:00:00+02:00",
        "author":{"@type":"Person","name":"ada","url":"https://k.example/u/ada"},
        "comment":[{"@type":"Comment","text":"A braided one, never a twisted one.","datePublished":"2022-03-01T09:30:00+02:00","author":{"@type":"Person","name":"bo"}}]}</script>"#;
    let alone = format!("<title>Kites</title><body><div id=app></div>{data}");
    let read_alone = read("https://k.example/d/1", &alone, Engines::builtin(), None);
    let expected = [
        ["ada", "2022-03-01T08:00:00+02:00", "Which line holds a big kite in a storm at sea?"],
        ["bo", "2022-03-01T09:30:00+02:00", "A braided one, never a twisted one."],
    ];
    assert_eq!(posts(&read_alone), expected);
    let shown = format!(
        "<title>Kites</title><body><div class=post><b class=author>ada</b> <i>1 March 2022</i><p class=text>Which line holds a big kite in a storm at sea?</p></div>\
         <div class=post><b class=author>bo</b> <i>1 March 2022</i><p class=text>A braided one, never a twisted one.</p></div>{data}"
    );
    let read_shown = read("https://k.example/forum/d/1", &shown, Engines::builtin(), None);
    assert_eq!(posts(&read_shown), expected);
    let url = read_shown.posts[0].author.as_ref().and_then(|author| author.url.clone());
    assert_eq!(url.as_deref(), Some("https://k.example/u/ada"));
}

#[test]
fn a_wrapped_page_is_read_as_it_was() {
    let html = own("generic-divs.html").replace("href=\"/", "href=\"/web/20210501000000/https://stones.example/");
    let html = html.replace(
        "<header>",
        "<!-- BEGIN WAYBACK TOOLBAR INSERT --><div>Wayback</div><!-- END WAYBACK TOOLBAR INSERT --><header>",
    );
    let wrapped = read(
        "https://web.archive.org/web/20210501000000/https://stones.example/d/551",
        &html,
        Engines::builtin(),
        None,
    );
    assert_eq!(
        posts(&wrapped),
        posts(&read("https://stones.example/d/551", &own("generic-divs.html"), Engines::builtin(), None))
    );
    let url = wrapped.posts[0].author.as_ref().and_then(|author| author.url.clone());
    assert_eq!(url.as_deref(), Some("https://stones.example/people/tess"));
}

#[test]
fn a_page_that_broke_off_says_so() {
    let html = own("generic-divs.html");
    let cut = &html[..html.find("once a month").unwrap()];
    let broken = read("https://stones.example/d/551", cut, Engines::builtin(), None);
    assert!(broken.truncated && broken.posts.len() == 3, "{:?}", posts(&broken));
    assert!(!read("https://stones.example/d/551", &html, Engines::builtin(), None).truncated);
}

#[test]
fn monsters_end() {
    let deep = format!("<body>{}text{}", "<div>".repeat(50_000), "</div>".repeat(50_000));
    let wide = format!("<body><div data-x=\"{}\"><p>text</p></div>", "x".repeat(10_000_000));
    let many = format!(
        "<body>{}",
        "<div class=post><a href=/user/1>ann</a> 2 May 2020 <p>words of a post</p></div>".repeat(20_000)
    );
    for html in [deep, wide, many] {
        read("https://m.example/forum/1", &html, Engines::builtin(), None);
    }
}
