//! Every built-in profile compiles, proves its cases, knows its own addresses and no others, and leaves other engines' pages alone.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::{fs, path::PathBuf};

use forumsift::{
    engine::{EngineError, Engines},
    extract::run_case,
    model::PageKind,
};
use url::Url;

fn page(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/pages").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The profile without selectors: what it reads is found by the structure of a page, and proven beside that code.
const FALLBACK: &str = "generic";

#[test]
fn built_in_profiles_compile() {
    if let Err(errors) = Engines::builtin().check() {
        panic!("{}", errors.iter().map(EngineError::report).collect::<Vec<_>>().join("\n"));
    }
}

#[test]
fn cases_stand_last() {
    for name in Engines::builtin().names().into_iter().filter(|name| *name != FALLBACK) {
        let (_, text) = Engines::builtin().source(name).unwrap();
        let cases = &text[text.find("\n[[case]]").unwrap()..];
        for line in cases.lines().filter(|line| line.starts_with('[')) {
            assert!(line == "[[case]]" || line == "[[case.post]]", "{name}: {line} stands after a case");
        }
    }
}

#[test]
fn cases_hold() {
    let engines = Engines::builtin();
    let mut wrong = Vec::new();
    for name in engines.names().into_iter().filter(|name| *name != FALLBACK) {
        let cases = engines.cases(name).unwrap();
        assert!(!cases.is_empty(), "{name} has no case");
        for case in &cases {
            let html = case.html.clone().unwrap_or_else(|| page(case.page.as_deref().expect("a case names its page")));
            let lines = run_case(engines, name, case, &html);
            wrong.extend(lines.into_iter().map(|line| format!("{name}, {}: {line}", case.name)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_profiles_are_proven_on_stands_in_cases() {
    let engines = Engines::builtin();
    for head in engines.heads().filter(|head| head.name != FALLBACK) {
        assert!(!head.proven.is_empty(), "{} does not say what it is proven on", head.name);
        let cases = engines.cases(&head.name).unwrap();
        let threads = cases.iter().filter(|case| case.kind.as_deref() == Some("thread"));
        let posts: usize = threads.map(|case| case.post.iter().filter(|post| post.text.is_some()).count()).sum();
        assert!(posts > 0, "{}: no case shows a post's text", head.name);
        assert!(
            cases.iter().any(|case| case.recognised.is_none()),
            "{}: no case shows how it is recognised",
            head.name
        );
    }
}

#[test]
fn a_case_can_fail() {
    let engines = Engines::builtin();
    let mut case = engines.cases("phpbb").unwrap().into_iter().next().unwrap();
    let html = page(case.page.as_deref().unwrap());
    case.title = Some("Another title".to_owned());
    case.post[0].text = Some(String::new());
    case.post.pop();
    let wrong = run_case(engines, "phpbb", &case, &html);
    for start in
        ["title: expected \"Another title\"", "number of posts: expected 1, got 2", "post 1: text: expected \"\""]
    {
        assert!(wrong.iter().any(|line| line.starts_with(start)), "{start} is not in {wrong:#?}");
    }
}

#[test]
fn addresses() {
    // engine, address as met, kind and canonical address; "" for all that must not be followed
    let table = [
        (
            "discuz",
            "https://a.example/bbs/forum.php?mod=viewthread&tid=7&extra=page%3D1",
            "thread /bbs/forum.php?mod=viewthread&tid=7",
        ),
        ("discuz", "https://a.example/forum.php?tid=7&mod=viewthread&page=1", "thread /forum.php?mod=viewthread&tid=7"),
        (
            "discuz",
            "https://a.example/forum.php?mod=viewthread&tid=7&page=3#pid9",
            "thread /forum.php?mod=viewthread&tid=7&page=3",
        ),
        ("discuz", "https://a.example/thread-7-2-4.html", "thread /thread-7-2-1.html"),
        ("discuz", "https://a.example/x/forum-8-1.html", "board /x/forum-8-1.html"),
        ("discuz", "https://a.example/forum.php?gid=3", "index /forum.php"),
        ("discuz", "https://a.example/forum.php?mod=viewthread&tid=7&authorid=5", ""),
        ("discuz", "https://a.example/forum.php?mod=viewthread&action=printable&tid=7", ""),
        ("discuz", "https://a.example/forum.php?mod=viewthread&tid=7&ordertype=1", ""),
        ("discuz", "https://a.example/forum.php?mod=redirect&tid=7&goto=lastpost", ""),
        ("discuz", "https://a.example/forum.php?mod=forumdisplay&fid=8&filter=typeid&typeid=1", ""),
        ("discuz", "https://a.example/forum.php?mod=post&action=reply&fid=8&tid=7", ""),
        ("discuz", "https://a.example/home.php?mod=space&uid=2", ""),
        ("phpbb", "http://b.example/viewtopic.php?f=2&t=14&start=20", "thread /viewtopic.php?t=14&start=20"),
        (
            "phpbb",
            "http://b.example/viewtopic.php?t=14&start=0&sid=0123456789abcdef0123456789abcdef",
            "thread /viewtopic.php?t=14",
        ),
        ("phpbb", "http://b.example/viewtopic.php?t=14&hilit=bread", "thread /viewtopic.php?t=14"),
        ("phpbb", "http://b.example/viewtopic.php?p=102#p102", "thread /viewtopic.php?p=102"),
        ("phpbb", "http://b.example/f/viewforum.php?f=6&start=25", "board /f/viewforum.php?f=6&start=25"),
        ("phpbb", "http://b.example/", "index /index.php"),
        ("phpbb", "http://b.example/groups/oven/crust-t88-s20.html", "thread /groups/oven/crust-t88-s20.html"),
        ("phpbb", "http://b.example/groups/oven/bread-f6/", "board /groups/oven/bread-f6/"),
        (
            "phpbb2",
            "http://b.example/viewtopic.php?t=88&postdays=0&postorder=asc&start=15",
            "thread /viewtopic.php?t=88&start=15",
        ),
        ("phpbb2", "http://b.example/viewtopic.php?p=905#905", "thread /viewtopic.php?p=905"),
        ("phpbb2", "http://b.example/viewtopic.php?t=88&view=next", ""),
        ("phpbb2", "http://b.example/viewtopic.php?t=88&postorder=desc", ""),
        (
            "discuz7",
            "http://l.example/viewthread.php?tid=61&extra=page%3D1&page=2",
            "thread /viewthread.php?tid=61&page=2",
        ),
        ("discuz7", "http://l.example/viewthread.php?tid=61&page=1&authorid=12", ""),
        ("discuz7", "http://l.example/redirect.php?tid=61&goto=lastpost", ""),
        ("bbpress", "http://m.example/forums/topic/pigeon-rings/page/2/", "thread /forums/topic/pigeon-rings/page/2/"),
        ("bbpress", "http://m.example/forums/users/fancier/", ""),
        (
            "woltlab",
            "http://n.example/forum/thread/55-alte-linsen/?pageNo=2",
            "thread /forum/thread/55-alte-linsen/?pageNo=2",
        ),
        (
            "woltlab",
            "http://n.example/index.php?thread/55-alte-linsen/&pageNo=2",
            "thread /index.php?thread/55-alte-linsen/&pageNo=2",
        ),
        ("woltlab", "http://n.example/index.php?page=Thread&threadID=55", "thread /index.php?page=Thread&threadID=55"),
        ("woltlab", "http://n.example/thread/55-alte-linsen/?action=firstNew", ""),
        ("xmb", "http://o.example/viewthread.php?tid=9&page=2", "thread /viewthread.php?tid=9&page=2"),
        ("xmb", "http://o.example/viewthread.php?tid=9&action=printable", ""),
        ("kunena", "http://t.example/forum/5-hay/41-wet-bales?start=6", "thread /forum/5-hay/41-wet-bales?start=6"),
        ("kunena", "http://t.example/forum/5-hay/41-wet-bales/reply", ""),
        ("proboards", "http://p.example/thread/31/frog-counts?page=2", "thread /thread/31/frog-counts?page=2"),
        ("proboards", "http://p.example/thread/31/frog-counts?q=frog", ""),
        ("yabb", "http://q.example/cgi-bin/YaBB.pl?num=1278201900/15#16", "thread /cgi-bin/YaBB.pl?num=1278201900/15"),
        ("yabb", "http://q.example/cgi-bin/YaBB.pl?action=print;num=1278201900", ""),
        (
            "oldreddit",
            "http://r.example/r/looms/comments/ab12c/which_reed/",
            "thread /r/looms/comments/ab12c/which_reed/",
        ),
        ("oldreddit", "http://r.example/r/looms/comments/ab12c/which_reed/?sort=new", ""),
        ("phpwind", "http://u.example/read-htm-tid-20-page-2.html", "thread /read-htm-tid-20-page-2.html"),
        ("phpwind", "http://u.example/read.php?tid-20-page-2.html", "thread /read.php?tid-20-page-2.html"),
        ("phpwind", "http://u.example/read.php?tid=20&uid=3", ""),
        ("tieba", "http://s.example/p/700?pn=2", "thread /p/700?pn=2"),
        (
            "discuz-mobile",
            "http://a.example/forum.php?mod=viewthread&tid=7&extra=&page=2&mobile=2",
            "thread /forum.php?mod=viewthread&tid=7&page=2&mobile=2",
        ),
        ("discuz-mobile", "http://a.example/forum.php?mobile=2", "index /forum.php?mobile=2"),
        ("discuz-mobile", "http://a.example/forum.php?mod=viewthread&tid=7&ordertype=1&mobile=2", ""),
        ("discuz-mobile", "http://a.example/forum.php?mod=misc&action=nav&mobile=2", ""),
        ("discuz-archiver", "http://a.example/archiver/?tid-7.html&page=2", "thread /archiver/?tid-7.html&page=2"),
        ("discuz-archiver", "http://a.example/b/archiver/tid-7.html?page=2", "thread /b/archiver/tid-7.html?page=2"),
        ("discuz-archiver", "http://a.example/archiver/?fid-2.html", "board /archiver/?fid-2.html"),
        ("discuz-archiver", "http://a.example/forum.php?mod=viewthread&tid=7", ""),
        ("discuz", "http://a.example/archiver/?tid-7.html", ""),
        ("discuz", "http://a.example/forum.php?mod=viewthread&tid=7&mobile=2", ""),
        (
            "discuz-print",
            "http://a.example/forum.php?mod=viewthread&action=printable&tid=7",
            "thread /forum.php?mod=viewthread&action=printable&tid=7",
        ),
        (
            "phpbb-print",
            "http://b.example/viewtopic.php?f=2&t=14&start=20&view=print",
            "thread /viewtopic.php?t=14&start=20&view=print",
        ),
        ("phpbb-print", "http://b.example/viewtopic.php?t=14", ""),
        (
            "smf-print",
            "http://c.example/index.php?PHPSESSID=53u16ma1n9qif9cq636qnlo6ns&action=printpage;topic=10.0;images",
            "thread /index.php?action=printpage;topic=10.0",
        ),
        ("smf-print", "http://c.example/index.php?topic=10.0", ""),
        (
            "ipb2-archive",
            "http://k.example/lofiversion/index.php?t12-20.html",
            "thread /lofiversion/index.php?t12-20.html",
        ),
        ("ipb2-archive", "http://k.example/index.php?showtopic=12", ""),
        (
            "flarum",
            "https://x.example/api/posts?filter%5Bdiscussion%5D=9&page%5Blimit%5D=20&page%5Boffset%5D=50&sort=number",
            "thread /api/posts?filter%5Bdiscussion%5D=9&page%5Blimit%5D=50&page%5Boffset%5D=50&sort=number",
        ),
        (
            "flarum",
            "https://x.example/api/discussions?page[offset]=20",
            "board /api/discussions?page%5Blimit%5D=20&page%5Boffset%5D=20",
        ),
        ("lemmy", "https://v.example/post/310?scrollToComments=true", "thread /post/310"),
        ("lemmy", "https://v.example/comment/901", "thread /comment/901"),
        (
            "lemmy",
            "https://v.example/c/stones@moor.example?dataType=Post&page=2",
            "board /c/stones@moor.example?page=2",
        ),
        (
            "lemmy",
            "https://v.example/api/v3/comment/list?post_id=310&limit=10&page=2",
            "thread /api/v3/comment/list?post_id=310&type_=All&sort=Old&limit=50&page=2",
        ),
        (
            "lemmy",
            "https://v.example/api/v3/post/list?community_name=stones&page=3",
            "board /api/v3/post/list?community_name=stones&sort=NewComments&limit=50&page=3",
        ),
        ("lemmy", "https://v.example/api/v3/user?username=fern", ""),
        ("lemmy", "https://v.example/create_post", ""),
        (
            "ubbthreads",
            "http://w.example/ubb/ubbthreads.php/topics/640/2/old-maps#Post643",
            "thread /ubb/ubbthreads.php/topics/640/2/old-maps",
        ),
        (
            "ubbthreads",
            "http://w.example/ubbthreads.php?ubb=showflat&Number=640&page=2",
            "thread /ubbthreads.php?ubb=showflat&Number=640&page=2",
        ),
        ("ubbthreads", "http://w.example/ubbthreads.php/forums/8/2/maps", "board /ubbthreads.php/forums/8/2/maps"),
        ("ubbthreads", "http://w.example/ubbthreads.php/users/33/reedwarbler", ""),
        ("ubbthreads", "http://w.example/ubbthreads.php?ubb=newreply&Number=640", ""),
        (
            "tapatalk",
            "https://www.tapatalk.com/groups/mousers/traps-t152-s10.html",
            "thread /groups/mousers/traps-t152-s10.html",
        ),
        ("tapatalk", "https://www.tapatalk.com/groups/mousers/ucp.php?mode=login", ""),
        ("ptt", "https://www.ptt.cc/bbs/Weaving/index41.html", "board /bbs/Weaving/index41.html"),
        (
            "ptt",
            "https://www.ptt.cc/bbs/Weaving/M.1600400643.A.D04.html",
            "thread /bbs/Weaving/M.1600400643.A.D04.html",
        ),
        ("ptt", "https://www.ptt.cc/bbs/Weaving/search?q=x", ""),
        ("ptt", "https://www.ptt.cc/ask/over18?from=%2Fbbs%2FWeaving%2Findex.html", ""),
        (
            "pipermail",
            "http://l.example/pipermail/ferry/2016-February/009858.html",
            "thread /pipermail/ferry/2016-February/009858.html",
        ),
        (
            "pipermail",
            "http://l.example/pipermail/ferry/Week-of-Mon-20160201/thread.html",
            "board /pipermail/ferry/Week-of-Mon-20160201/thread.html",
        ),
        ("pipermail", "http://l.example/pipermail/ferry/2016-February/author.html", ""),
        ("pipermail", "http://l.example/pipermail/ferry/2016-February.txt.gz", ""),
        ("hypermail", "http://l.example/ferry/2007Jul/1123.html", "thread /ferry/2007Jul/1123.html"),
        ("hypermail", "http://l.example/ferry/0007.html", "thread /ferry/0007.html"),
        ("hypermail", "http://l.example/ferry/2007Jul/subject.html", ""),
        ("mhonarc", "http://l.example/ferry/2016/02/msg00012.html", "thread /ferry/2016/02/msg00012.html"),
        ("mhonarc", "http://l.example/ferry/2016/02/threads2.html", "board /ferry/2016/02/threads2.html"),
        ("mhonarc", "http://l.example/ferry/2016/02/author.html", ""),
        ("tieba", "http://s.example/p/700?see_lz=1", ""),
        ("tieba", "http://s.example/f?kw=%E8%8C%B6&ie=utf-8&pn=50", "board /f?kw=%E8%8C%B6&pn=50"),
        ("phpbb", "http://b.example/viewtopic.php?t=14&view=next", ""),
        ("phpbb", "http://b.example/viewtopic.php?t=14&sk=t&sd=d", ""),
        ("phpbb", "http://b.example/viewtopic.php?t=14&sid=short", ""),
        ("phpbb", "http://b.example/viewtopic.php?id=14", ""),
        ("phpbb", "http://b.example/posting.php?mode=reply&t=14", ""),
        ("phpbb", "ftp://b.example/viewtopic.php?t=14", ""),
        (
            "smf",
            "http://c.example/index.php?PHPSESSID=53u16ma1n9qif9cq636qnlo6ns&topic=10.0",
            "thread /index.php?topic=10.0",
        ),
        ("smf", "http://c.example/index.php?topic=10.15", "thread /index.php?topic=10.15"),
        ("smf", "http://c.example/index.php?topic=10", "thread /index.php?topic=10.0"),
        ("smf", "http://c.example/forum/index.php?board=2.20", "board /forum/index.php?board=2.20"),
        ("smf", "http://c.example/index.php/topic,10.15.html", "thread /index.php/topic,10.15.html"),
        ("smf", "http://c.example/index.php?topic=10.msg123#msg123", "thread /index.php?topic=10.msg123"),
        ("smf", "http://c.example/index.php?topic=10.0;prev_next=next", ""),
        ("smf", "http://c.example/index.php?board=2.0;sort=subject", ""),
        ("smf", "http://c.example/index.php?action=printpage;topic=10.0", ""),
        ("smf", "http://c.example/index.php?action=profile;u=3", ""),
        ("mybb", "http://d.example/showthread.php?tid=9&page=2", "thread /showthread.php?tid=9&page=2"),
        ("mybb", "http://d.example/showthread.php?tid=9&pid=60#pid60", "thread /showthread.php?tid=9&pid=60"),
        ("mybb", "http://d.example/thread-9-page-2.html", "thread /thread-9-page-2.html"),
        ("mybb", "http://d.example/Thread-Rain-barrels?page=2", "thread /Thread-Rain-barrels?page=2"),
        ("mybb", "http://d.example/forumdisplay.php?fid=3", "board /forumdisplay.php?fid=3"),
        ("mybb", "http://d.example/showthread.php?tid=9&action=lastpost", ""),
        ("mybb", "http://d.example/showthread.php?t=9", ""),
        ("mybb", "http://d.example/forumdisplay.php?fid=3&sortby=views&order=desc", ""),
        ("fluxbb", "http://e.example/viewtopic.php?id=10&p=1", "thread /viewtopic.php?id=10"),
        ("fluxbb", "http://e.example/viewtopic.php?id=10&p=2", "thread /viewtopic.php?id=10&p=2"),
        ("fluxbb", "http://e.example/viewforum.php?id=2", "board /viewforum.php?id=2"),
        ("fluxbb", "http://e.example/viewtopic.php?id=10&action=new", ""),
        ("fluxbb", "http://e.example/extern.php?action=feed&tid=10", ""),
        ("xenforo2", "http://f.example/threads/a-lock.311/", "thread /threads/a-lock.311/"),
        (
            "xenforo2",
            "http://f.example/community/threads/a-lock.311/page-2#post-9",
            "thread /community/threads/a-lock.311/page-2",
        ),
        ("xenforo2", "http://f.example/t/a-lock.311/", "thread /t/a-lock.311/"),
        (
            "xenforo2",
            "http://f.example/index.php?threads/a-lock.311/page-3",
            "thread /index.php?threads/a-lock.311/page-3",
        ),
        ("xenforo2", "http://f.example/threads/a-lock.311/post-5001", "thread /threads/a-lock.311/post-5001"),
        ("xenforo2", "http://f.example/forums/locks.12/page-2", "board /forums/locks.12/page-2"),
        ("xenforo2", "http://f.example/threads/a-lock.311/latest", ""),
        ("xenforo2", "http://f.example/threads/a-lock.311/unread", ""),
        ("xenforo2", "http://f.example/threads/a-lock.311/reply?quote=9", ""),
        ("xenforo2", "http://f.example/forums/locks.12/?order=reply_count", ""),
        ("xenforo2", "http://f.example/members/mira.77", ""),
        ("xenforo1", "http://f.example/posts/901/", "thread /posts/901/"),
        (
            "vbulletin3",
            "http://g.example/showthread.php?s=0123456789abcdef0123456789abcdef&t=640&page=2&pp=10",
            "thread /showthread.php?t=640&page=2",
        ),
        ("vbulletin3", "http://g.example/showthread.php?p=7001#post7001", "thread /showthread.php?p=7001"),
        (
            "vbulletin3",
            "http://g.example/v/forumdisplay.php?f=8&order=desc&page=2",
            "board /v/forumdisplay.php?f=8&page=2",
        ),
        ("vbulletin3", "http://g.example/archive/index.php/t-640-p-2.html", "thread /archive/index.php/t-640-p-2.html"),
        ("vbulletin3", "http://g.example/showthread.php?t=640&goto=newpost", ""),
        ("vbulletin3", "http://g.example/showthread.php?goto=nextnewest&t=640", ""),
        ("vbulletin3", "http://g.example/forumdisplay.php?do=markread&f=8", ""),
        ("vbulletin3", "http://g.example/newreply.php?do=newreply&p=7001", ""),
        ("vbulletin3", "http://g.example/misc.php?do=whoposted&t=640", ""),
        ("vbulletin4", "http://g.example/showthread.php?41-Swarms/page2", "thread /showthread.php?41-Swarms/page2"),
        ("vbulletin4", "http://g.example/showthread.php/41-Swarms/page2", "thread /showthread.php/41-Swarms/page2"),
        (
            "vbulletin4",
            "http://g.example/threads/41-Swarms?p=3001&viewfull=1#post3001",
            "thread /showthread.php?p=3001",
        ),
        ("vbulletin4", "http://g.example/bees/41-in-my-chimney-2.html", "thread /bees/41-in-my-chimney-2.html"),
        ("vbulletin4", "http://g.example/bees/in-my-chimney-14100-2.html", "thread /bees/in-my-chimney-14100-2.html"),
        ("vbulletin4", "http://g.example/bees/in-my-chimney-14100-post99.html", "thread /showthread.php?p=99"),
        ("vbulletin4", "http://g.example/bees/in-my-chimney-14100-new-post.html", ""),
        ("vbulletin4", "http://g.example/bees/index2.html", "board /bees/index2.html"),
        (
            "vbulletin5",
            "http://h.example/forum/travel/sleepers/410-night-trains/page2",
            "thread /forum/travel/sleepers/410-night-trains/page2",
        ),
        ("vbulletin5", "http://h.example/forum/travel/sleepers", "board /forum/travel/sleepers"),
        (
            "vbulletin5",
            "http://h.example/forum/travel/sleepers/410-night-trains?p=415#post415",
            "thread /forum/travel/sleepers/410-night-trains?p=415",
        ),
        ("vbulletin5", "http://h.example/forum/travel/sleepers/page2", "board /forum/travel/sleepers/page2"),
        ("vbulletin5", "http://h.example/search?searchJSON=x", ""),
        ("ipb4", "http://i.example/topic/77-starter/?page=2", "thread /topic/77-starter/?page=2"),
        (
            "ipb4",
            "http://i.example/forums/topic/77-starter/page/2/#comments",
            "thread /forums/topic/77-starter/page/2/",
        ),
        ("ipb4", "http://i.example/index.php?/topic/77-starter/&page=2", "thread /index.php?/topic/77-starter/&page=2"),
        (
            "ipb4",
            "http://i.example/topic/77-starter/?do=findComment&comment=610",
            "thread /topic/77-starter/?do=findComment&comment=610",
        ),
        ("ipb4", "http://i.example/forum/9-sourdough/", "board /forum/9-sourdough/"),
        ("ipb4", "http://i.example/topic/77-starter/?do=getNewComment", ""),
        ("ipb4", "http://i.example/topic/77-starter/?do=reportComment&comment=610", ""),
        ("ipb3", "http://j.example/topic/55-kite-strings/page-2", "thread /topic/55-kite-strings/page-2"),
        ("ipb3", "http://j.example/index.php?showtopic=55&st=20", "thread /index.php?showtopic=55&st=20"),
        ("ipb3", "http://j.example/topic/55-kite-strings/page__st__20", "thread /topic/55-kite-strings/page__st__20"),
        (
            "ipb3",
            "http://j.example/index.php?/topic/55-kite-strings/page-2",
            "thread /index.php?/topic/55-kite-strings/page-2",
        ),
        ("ipb3", "http://j.example/index.php?showtopic=55&view=getlastpost", ""),
        ("ipb3", "http://j.example/index.php?app=core&module=search", ""),
        (
            "ipb2",
            "http://k.example/index.php?s=0123456789abcdef0123456789abcdef&showtopic=12&st=20",
            "thread /index.php?showtopic=12&st=20",
        ),
        ("ipb2", "http://k.example/index.php?act=ST&f=3&t=12", "thread /index.php?showtopic=12"),
        ("ipb2", "http://k.example/index.php?showtopic=12&view=old", ""),
        ("ipb2", "http://k.example/index.php?act=Post&do=reply_post&f=3&t=12", ""),
    ];
    for (engine, met, expected) in table {
        let url = Url::parse(met).unwrap();
        let got = Engines::builtin().get(engine).unwrap().address(&url).map(|address| {
            let host = format!("{}://{}", address.url.scheme(), address.url.host_str().unwrap());
            format!("{} {}", address.kind.as_str(), address.url.as_str().strip_prefix(&host).unwrap())
        });
        assert_eq!(got.unwrap_or_default(), expected, "{engine} {met}");
    }
}

#[test]
fn canonical_addresses_are_their_own_canonical_address() {
    for (engine, url) in [
        ("discuz", "https://a.example/bbs/thread-7-2-9.html"),
        ("phpbb", "https://a.example/bbs/viewtopic.php?f=1&t=5&start=30"),
        ("smf", "https://a.example/bbs/index.php?topic=5"),
        ("mybb", "https://a.example/bbs/Thread-a-b?page=3"),
        ("fluxbb", "https://a.example/bbs/viewtopic.php?pid=3"),
        ("xenforo2", "https://a.example/bbs/index.php?threads/a-b.5/page-2"),
        ("vbulletin4", "https://a.example/bbs/showthread.php?5-a-b/page2"),
        ("vbulletin4", "https://a.example/bbs/lost/5123-a-b-2.html"),
        ("vbulletin5", "https://a.example/bbs/forum/a/5-b/page2"),
        ("ipb4", "https://a.example/bbs/topic/5-a-b/page/2"),
        ("ipb3", "https://a.example/bbs/topic/5-a-b/page__st__20"),
    ] {
        let profile = Engines::builtin().get(engine).unwrap();
        let once = profile.address(&Url::parse(url).unwrap()).unwrap();
        assert_eq!(profile.address(&once.url).unwrap().url, once.url, "{url}");
    }
}

#[test]
fn names_and_aliases_do_not_collide() {
    let engines = Engines::builtin();
    let mut all: Vec<String> = Vec::new();
    for head in engines.heads() {
        for name in head.aliases.iter().chain([&head.name]) {
            assert_eq!(*name, name.to_lowercase(), "names are lower case");
            assert!(!all.contains(name), "{name} names two engines");
            assert_eq!(engines.get(name).unwrap().name.as_ref(), head.name);
            all.push(name.clone());
        }
    }
    assert!(engines.get("PHPBB3").is_some(), "case does not matter");
    assert!(engines.get("no-such-engine").is_none());
}

#[test]
fn words_about_an_engine_are_no_marks_of_it() {
    let text = "<html><body><h1>Forum software compared</h1><p>Powered by Discuz!, phpBB, SMF, MyBB, FluxBB, XenForo, vBulletin® Version 3.8, \
                Invision Power Board or IP.Board: which of them \
                has viewtopic.php, showthread.php?tid=5 or index.php?topic=3.0?</p></body></html>";
    let recognised = Engines::builtin().recognise(text, &Url::parse("https://blog.example/viewtopic.php?t=1").unwrap());
    assert!(recognised.is_none(), "taken for {}", recognised.unwrap().name);
}

/// Writes a user's profile into a directory of its own.
fn user_profile(text: &str) -> (tempfile::TempDir, Result<Engines, Vec<EngineError>>) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("mine.toml"), text).unwrap();
    let engines = Engines::with_dir(dir.path());
    (dir, engines)
}

#[test]
fn a_user_extends_a_profile() {
    let (_dir, engines) = user_profile(
        "name = \"oven\"\nextends = \"phpbb\"\naliases = []\n[thread]\ntitle = \".headline\"\n[address]\nignore = [\"hilit\", \"from\"]\n",
    );
    let engines = engines.unwrap_or_else(|errors| panic!("{errors:?}"));
    let oven = engines.get("oven").unwrap();
    let address = |url: &str| oven.address(&Url::parse(url).unwrap());
    assert_eq!(address("https://a.example/viewtopic.php?t=5&from=mail").unwrap().kind, PageKind::Thread);
    assert!(oven.post.each.is_some() && oven.thread.title.0.len() == 1);
    assert!(engines.get("phpbb").unwrap().thread.title.0.len() > 1, "the built-in one stays");
}

#[test]
fn a_user_replaces_a_profile() {
    let (_dir, engines) = user_profile("name = \"phpbb\"\nextends = \"phpbb\"\n[thread]\ntitle = \".headline\"\n");
    let engines = engines.unwrap_or_else(|errors| panic!("{errors:?}"));
    assert_eq!(engines.get("phpbb").unwrap().thread.title.0.len(), 1);
    assert_eq!(engines.names().iter().filter(|name| **name == "phpbb").count(), 1);
}

#[test]
fn a_mistake_is_told_with_line_and_caret() {
    let table = [
        (
            "name = \"a\"\n[post]\neach = \"div..post\"\nbody = \"p\"\n",
            3,
            "is not a CSS selector",
            "each = \"div..post\"",
        ),
        ("name = \"a\"\n[post]\neach = \"div\"\nbody = \"p\"\nid = \"@id =~ (\"\n", 5, "unclosed group", "^^^"),
        ("name = \"a\"\n[thread]\ntitel = \"h1\"\n", 3, "unknown field `titel`", "^^^^^"),
        ("name = \"a\"\n[[url]]\nkind = \"thread\"\ncanonical = \"t={tread}\"\n", 4, "`{tread}` is not known", "^^^"),
        ("name = \"a\"\n[[url]]\nkind = \"thread\"\nquery = [\"t\"]\n", 4, "expected `name=regex`", "^^^"),
        ("name = \"a\"\n[thread]\nlocked = \"a @\"\n", 3, "is not a CSS selector", "^^^"),
        ("name = \"a\"\n[thread]\ntitle = \"a @b c\"\n", 3, "names no attribute", "^^^"),
    ];
    for (text, line, cause, caret) in table {
        let (_dir, engines) = user_profile(text);
        let errors = engines.err().unwrap_or_else(|| panic!("accepted: {text}"));
        let report = errors[0].report();
        assert!(matches!(&errors[0], EngineError::Wrong { line: at, .. } if *at == line), "{report}");
        assert!(report.contains(cause) && report.contains(caret), "{report}");
    }
}

#[test]
fn a_profile_lacks_nothing_that_it_needs() {
    for (text, cause) in [
        ("title = \"A\"\n", "a profile needs a `name`"),
        ("name = \"a\"\n[post]\neach = \"div\"\n", "`[post]` needs `body`"),
        ("name = \"a\"\nextends = \"b\"\n", "no profile of that name"),
        ("name = \"a\"\nextends = \"a\"\n", "no profile of that name"),
    ] {
        let (_dir, engines) = user_profile(text);
        let errors = engines.err().unwrap_or_else(|| panic!("accepted: {text}"));
        assert!(errors.iter().any(|error| error.to_string().contains(cause)), "{errors:?}");
    }
}
