//! Row 46: places without end.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::{
    common::{Scene, served, small, texts, thread_page},
    forum::{Engine, Kind, Setup},
    server::{RawServer, Reply},
};

/// Requests that a thread or listing without end may cost.
const FEW: usize = 6;

#[test]
fn row_46_links_into_traps_are_not_followed() {
    for engine in Engine::ALL {
        let server = served(Setup { traps: true, session_ids: true, noise: true, ..small(engine, 31) });
        // the last page of every thread says that there is one more, for ever
        let threads: Vec<u32> = server.forum().threads().map(|thread| thread.id).collect();
        threads.into_iter().for_each(|thread| server.forum().endless(thread, true));
        let scene = Scene::of(&server, "");
        let (code, said) = scene.run(&[]);
        assert_eq!(code, Some(0), "{engine:?}: {said}");
        assert_eq!(server.count(Kind::Trap), 0, "{engine:?}: {:?}", server.log());
        let (boards, pages, threads) = {
            let forum = server.forum();
            let size = forum.setup.posts_per_page;
            let pages: usize = forum.threads().map(|thread| forum.shown(thread).count().div_ceil(size)).sum();
            (forum.boards().len(), pages, forum.threads().count())
        };
        assert_eq!(server.count(Kind::Board), boards, "{engine:?}");
        // one look behind the end of a thread tells that there is nothing
        assert!(server.count(Kind::Thread) <= pages + threads, "{engine:?}: {} of {pages}", server.count(Kind::Thread));
        assert!(scene.verdict(&server).is_clean(), "{engine:?}: {:?}", scene.verdict(&server));
        let asked = server.log().len();
        assert_eq!(scene.run(&[]).0, Some(0));
        assert!(server.log().len() - asked <= 2 + boards, "{engine:?}: a second run fell into it");
    }
}

/// A thread whose pages are answered by `page`, which is given the address that is asked for.
fn crawl(page: impl Fn(&str) -> String + Send + Sync + 'static) -> (Option<i32>, String, Vec<String>, usize) {
    let count = Arc::new(AtomicUsize::new(0));
    let asked = Arc::clone(&count);
    let server = RawServer::start(move |target| {
        if target == "/robots.txt" {
            return Reply::of(404, "", "");
        }
        asked.fetch_add(1, Ordering::SeqCst);
        Reply::html(&page(target))
    });
    let scene = Scene::new(&server.at("/viewtopic.php?t=5"), "", "engine = \"phpbb\"\ntime_zone = \"UTC\"");
    let (code, said) = scene.run(&[]);
    (code, said, texts(&scene.records()), count.load(Ordering::SeqCst))
}

/// Page links in the shape of phpBB: this one leads on.
fn next(href: &str) -> String {
    format!(
        "<div class=pagination><ul><li class=active><span>1</span></li><li class=\"arrow next\">\
         <a class=\"button\" rel=next href=\"{href}\">Next</a></li></ul></div>"
    )
}

fn offset(target: &str) -> u32 {
    let told = target.split("start=").nth(1).and_then(|rest| rest.split(['&', ';', '#']).next());
    told.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[test]
fn row_46_a_thread_that_has_no_end_is_left_where_it_says_nothing_new() {
    // the same post on each page, and always a next one
    let (code, said, texts, asked) = crawl(|target| {
        thread_page(&next(&format!("./viewtopic.php?t=5&amp;start={}", offset(target) + 10)), [(1, "once".to_owned())])
    });
    assert_eq!((code, texts), (Some(0), vec!["once".to_owned()]), "{said}");
    assert!(asked <= FEW, "{asked} requests");
}

#[test]
fn row_46_page_links_must_lead_forward() {
    for back in ["./viewtopic.php?t=5", "./viewtopic.php?t=5&amp;start=0", "./viewtopic.php?t=5&amp;start=10"] {
        let (code, said, _, asked) =
            crawl(move |target| thread_page(&next(back), [(offset(target) + 1, format!("at {}", offset(target)))]));
        assert_eq!(code, Some(0), "{back}: {said}");
        assert!(asked <= FEW, "{back}: {asked} requests");
    }
}

#[test]
fn row_46_addresses_that_grow_are_not_followed() {
    type Grow = fn(&str) -> String;
    let grows: [(&str, Grow); 5] = [
        ("escaped once more", |target| {
            target.replace('&', "&amp;amp;").replace("&amp;amp;start", "&amp;amp;amp;start")
        }),
        ("a segment more", |target| format!("/forum/forum{target}")),
        ("a sort order more", |target| format!("{target}&amp;sk=t&amp;sd=a&amp;st=0")),
        ("a session more", |target| format!("{target}&amp;sid=0123456789abcdef0123456789abcdef")),
        ("longer than any", |target| {
            format!("/{}/viewtopic.php?t=5&amp;start={}", "x/".repeat(1500), offset(target) + 10)
        }),
    ];
    for (name, grow) in grows {
        let (code, said, texts, asked) = crawl(move |target| {
            let address = grow(target);
            let link = format!("<a href=\"{address}\">more</a>");
            thread_page(&(next(&address) + &link), [(1, "once".to_owned())])
        });
        assert_eq!((code, texts), (Some(0), vec!["once".to_owned()]), "{name}: {said}");
        assert!(asked <= FEW, "{name}: {asked} requests");
    }
}

#[test]
fn row_46_a_listing_that_has_no_end_is_left_where_it_repeats_itself() {
    let count = Arc::new(AtomicUsize::new(0));
    let asked = Arc::clone(&count);
    let server = RawServer::start(move |target| {
        if target == "/robots.txt" {
            return Reply::of(404, "", "");
        }
        asked.fetch_add(1, Ordering::SeqCst);
        if target.starts_with("/viewtopic.php") {
            return Reply::html(&thread_page("", [(1, "once".to_owned())]));
        }
        let next = next(&format!("./viewforum.php?f=1&amp;start={}", offset(target) + 25));
        let long = format!("./viewforum.php?f={}", "7".repeat(3000));
        Reply::html(&format!(
            "<!DOCTYPE html><html><head><title>B</title></head><body id=\"phpbb\" class=\"section-viewforum\">{next}\
             <ul class=\"topiclist forums\"><li class=row><dl><dt><a href=\"{long}\" class=forumtitle>Deep</a></dt></dl></li></ul>\
             <ul class=\"topiclist topics\"><li class=\"row bg1\"><dl class=row-item><dt><div class=list-inner>\
             <a href=\"./viewtopic.php?t=5\" class=topictitle>T</a></div></dt><dd class=posts>0</dd>\
             <dd class=lastpost><span>by <a class=username href=x>user</a> <time datetime=\"2024-11-07T14:21:00+00:00\">\
             Thu Nov 07, 2024 2:21 pm</time></span></dd></dl></li></ul><div class=copyright>Powered by \
             <a href=\"https://www.phpbb.com/\">phpBB</a>&reg; Forum Software &copy; phpBB Limited</div></body></html>"
        ))
    });
    let scene = Scene::new(&server.at("/viewforum.php?f=1"), "", "engine = \"phpbb\"\ntime_zone = \"UTC\"");
    let (code, said) = scene.run(&[]);
    assert_eq!((code, texts(&scene.records())), (Some(0), vec!["once".to_owned()]), "{said}");
    assert!(count.load(Ordering::SeqCst) <= FEW, "{} requests", count.load(Ordering::SeqCst));
}
