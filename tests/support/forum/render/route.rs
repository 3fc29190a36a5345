//! Which page an address means, engine by engine, and the addresses that pages name.

use super::super::{model::Forum, setup::Engine};

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    Index,
    /// A board's listing; pages count from 1.
    Board {
        board: u32,
        page: usize,
    },
    /// A thread; pages count from 1.
    Thread {
        thread: u32,
        page: usize,
    },
    /// The page that holds a post: shown, or redirected to.
    Post {
        post: u32,
        redirect: bool,
    },
    /// One that is made to be entered never.
    Trap,
    Other,
}

/// What the access log calls a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Robots,
    Index,
    Board,
    Thread,
    /// A permalink: the same posts at another address.
    Post,
    /// What no crawl should enter: calendars, sorted listings, print views, replies, redirect loops.
    Trap,
    Other,
}

/// Query keys that make a known page another view of itself, or a form.
const SIDEWAYS: [&str; 12] = [
    "orderby",
    "filter",
    "sk",
    "sortby",
    "sort",
    "authorid",
    "ordertype",
    "action",
    "view",
    "mode",
    "prev_next",
    "goto",
];

impl Kind {
    /// The kind of this path and query.
    pub fn of(forum: &Forum, target: &str) -> Kind {
        if target.split('?').next() == Some("/robots.txt") {
            return Kind::Robots;
        }
        let query = Query::of(target);
        let sideways = SIDEWAYS.iter().any(|key| query.get(key).is_some()) || target.contains("amp;amp;");
        match route(forum.setup.engine, forum, target) {
            Route::Trap => Kind::Trap,
            Route::Post { .. } => Kind::Post,
            _ if sideways => Kind::Trap,
            Route::Index => Kind::Index,
            Route::Board { .. } => Kind::Board,
            Route::Thread { .. } => Kind::Thread,
            Route::Other => Kind::Other,
        }
    }
}

/// The address of a thread's first page, without the leading slash.
pub fn thread_address(engine: Engine, thread: u32) -> String {
    match engine {
        Engine::Discuz => format!("forum.php?mod=viewthread&tid={thread}"),
        Engine::Phpbb => format!("viewtopic.php?t={thread}"),
        Engine::Mybb => format!("showthread.php?tid={thread}"),
        Engine::Smf => format!("index.php?topic={thread}.0"),
        Engine::Fluxbb => format!("viewtopic.php?id={thread}"),
    }
}

/// The permalink of a post, without the leading slash.
pub fn post_address(engine: Engine, thread: u32, post: u32) -> String {
    match engine {
        Engine::Discuz => format!("forum.php?mod=redirect&goto=findpost&ptid={thread}&pid={post}"),
        Engine::Phpbb => format!("viewtopic.php?p={post}#p{post}"),
        Engine::Mybb => format!("showthread.php?tid={thread}&pid={post}#pid{post}"),
        Engine::Smf => format!("index.php?msg={post}"),
        Engine::Fluxbb => format!("viewtopic.php?pid={post}#p{post}"),
    }
}

/// The page that this path and query means.
pub fn route(engine: Engine, forum: &Forum, target: &str) -> Route {
    let path = target.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/');
    if ["calendar.php", "out.php", "events/"].iter().any(|trap| path.starts_with(trap)) {
        return Route::Trap;
    }
    let query = Query::of(target);
    match engine {
        Engine::Discuz => discuz(path, &query),
        Engine::Phpbb => phpbb(forum, path, &query),
        Engine::Mybb => mybb(path, &query),
        Engine::Smf => smf(forum, path, &query),
        Engine::Fluxbb => fluxbb(path, &query),
    }
}

fn discuz(path: &str, query: &Query) -> Route {
    // Rewritten forms: forum-F-P.html, thread-T-P-PREVIOUS.html.
    if let Some(numbers) = path.strip_suffix(".html") {
        let numbers: Vec<&str> = numbers.split('-').collect();
        return match numbers.as_slice() {
            ["forum", board, page] => Route::Board { board: number(board), page: at_least_one(page) },
            ["thread", thread, page, _] => Route::Thread { thread: number(thread), page: at_least_one(page) },
            _ => Route::Other,
        };
    }
    if !matches!(path, "" | "forum.php" | "index.php") {
        return Route::Other;
    }
    let page = query.get("page").map_or(1, at_least_one);
    match (query.get("mod"), query.number("fid"), query.number("tid")) {
        (None, _, _) => Route::Index,
        (Some("forumdisplay"), Some(board), _) => Route::Board { board, page },
        (Some("viewthread"), _, Some(thread)) => Route::Thread { thread, page },
        (Some("redirect"), _, _) => match query.number("pid") {
            Some(post) => Route::Post { post, redirect: true },
            None => Route::Other,
        },
        _ => Route::Other,
    }
}

fn phpbb(forum: &Forum, path: &str, query: &Query) -> Route {
    let start = query.number("start").unwrap_or(0) as usize;
    match path {
        "" | "index.php" => Route::Index,
        "viewforum.php" => match query.number("f") {
            Some(board) => Route::Board { board, page: start / forum.setup.threads_per_page + 1 },
            None => Route::Other,
        },
        "viewtopic.php" => match (query.number("t"), query.number("p")) {
            (_, Some(post)) => Route::Post { post, redirect: false },
            (Some(thread), None) => Route::Thread { thread, page: start / forum.setup.posts_per_page + 1 },
            (None, None) => Route::Other,
        },
        _ => Route::Other,
    }
}

fn mybb(path: &str, query: &Query) -> Route {
    let page = query.get("page").map_or(1, at_least_one);
    match path {
        "" | "index.php" => Route::Index,
        "forumdisplay.php" => query.number("fid").map_or(Route::Other, |board| Route::Board { board, page }),
        "showthread.php" => match (query.number("tid"), query.number("pid")) {
            (_, Some(post)) => Route::Post { post, redirect: false },
            (Some(thread), None) => Route::Thread { thread, page },
            (None, None) => Route::Other,
        },
        _ => Route::Other,
    }
}

fn smf(forum: &Forum, path: &str, query: &Query) -> Route {
    if !matches!(path, "" | "index.php") {
        return Route::Other;
    }
    if let Some(post) = query.number("msg") {
        return Route::Post { post, redirect: true };
    }
    let of = |key, size: usize| {
        let (id, start) = query.get(key)?.split_once('.')?;
        Some((number(id), start, number(start) as usize / size + 1))
    };
    if let Some((thread, start, page)) = of("topic", forum.setup.posts_per_page) {
        return match start.strip_prefix("msg") {
            Some(post) => Route::Post { post: number(post), redirect: false },
            None => Route::Thread { thread, page },
        };
    }
    match of("board", forum.setup.threads_per_page) {
        Some((board, _, page)) => Route::Board { board, page },
        None if query.get("action").is_some() => Route::Other,
        None => Route::Index,
    }
}

fn fluxbb(path: &str, query: &Query) -> Route {
    let page = query.get("p").map_or(1, at_least_one);
    match path {
        "" | "index.php" => Route::Index,
        "viewforum.php" => query.number("id").map_or(Route::Other, |board| Route::Board { board, page }),
        "viewtopic.php" => match (query.number("id"), query.number("pid")) {
            (_, Some(post)) => Route::Post { post, redirect: false },
            (Some(thread), None) => Route::Thread { thread, page },
            (None, None) => Route::Other,
        },
        _ => Route::Other,
    }
}

/// The parts of a query, separated by `&` or, as SMF does, by `;`.
struct Query<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Query<'a> {
    fn of(target: &'a str) -> Query<'a> {
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        Query(query.split(['&', ';']).filter_map(|pair| pair.split_once('=')).collect())
    }

    fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    fn number(&self, key: &str) -> Option<u32> {
        self.get(key)?.parse().ok()
    }
}

/// The number that a text is; 0, the id of nothing, where it is none.
fn number(text: &str) -> u32 {
    text.parse().unwrap_or(0)
}

fn at_least_one(text: &str) -> usize {
    text.parse().unwrap_or(1).max(1)
}
