//! What the state costs: a forum of a million posts is read once, and looked at again unchanged.
//!
//!     cargo bench --bench state [-- POSTS [FILE]]
//!
//! No network and no pages: the frontier is given what they would have said. Told are the time of a read page and of a listed
//! thread, the file's size, and the process's memory.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use forumsift::{
    frontier::{Batch, Frontier, PageNews, PageResult, RunOptions, StatePath, ThreadNews},
    model::{
        Board, Change, NewRequest, PageKind, RawDate, Reason, Record, Request, SCHEMA, SourceSettings, Status, Thread,
        ThreadRow,
    },
};
use jiff::Timestamp;
use tokio::task::JoinSet;
use url::Url;

type Failure = Box<dyn std::error::Error>;

/// Posts a thread; a page holds them all.
const POSTS: u64 = 20;
/// Threads a listing page.
const ROWS: u64 = 50;
/// Commits under way at once, as in the flow.
const COMMITS: usize = 16;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let posts: u64 = arguments.next().map_or(Ok(1_000_000), |posts| posts.parse())?;
    let folder = tempfile::tempdir()?;
    let path = arguments.next().map_or_else(|| folder.path().join("state.db"), PathBuf::from);
    let threads = posts.div_ceil(POSTS);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
    let mut out = io::stdout().lock();

    let (pages, first, _) = runtime.block_on(run(&path, threads))?;
    let size = fs::metadata(&path)?.len();
    writeln!(out, "first run: {pages} pages, {} a page", each(first, pages))?;
    let per_post = size as f64 / (threads * POSTS) as f64;
    writeln!(out, "state: {} threads, {} posts, {size} bytes, {per_post:.0} a post", threads, threads * POSTS)?;
    writeln!(out, "memory: {}", memory("VmHWM"))?;
    let (pages, second, opening) = runtime.block_on(run(&path, threads))?;
    writeln!(out, "second run: {pages} pages, {} a listed thread; opened in {opening:?}", each(second, threads))?;
    writeln!(out, "state: {} bytes; memory: {}", fs::metadata(&path)?.len(), memory("VmHWM"))?;
    Ok(())
}

fn each(time: Duration, count: u64) -> String {
    format!("{:.1} us", time.as_secs_f64() * 1e6 / count as f64)
}

/// A line of what the system says of this process.
fn memory(name: &str) -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with(name)).unwrap_or("not told").to_owned()
}

/// Reads all that is wanted; how many pages, how long it took, and how long the opening before it.
async fn run(path: &Path, threads: u64) -> Result<(u64, Duration, Duration), Failure> {
    let begun = Instant::now();
    let frontier = Frontier::open(&StatePath::File(path.to_owned()))?;
    let opening = begun.elapsed();
    let writing = tokio::spawn(write(frontier.clone()));
    let begun = Instant::now();
    frontier.begin(&source()?, Timestamp::now(), RunOptions::default()).await?;
    let (mut pages, mut commits) = (0, JoinSet::new());
    while let Some(lease) = frontier.lease().await {
        pages += 1;
        let batch = answer(lease.request(), threads)?;
        frontier.origin_next("http://forum.test", std::time::Duration::ZERO);
        if commits.len() >= COMMITS {
            commits.join_next().await.transpose()?.transpose()?;
        }
        let frontier = frontier.clone();
        commits.spawn(async move { frontier.commit(lease, batch).await });
    }
    while let Some(done) = commits.join_next().await {
        done??;
    }
    let took = begun.elapsed();
    frontier.finish("bench", Timestamp::now()).await?;
    // the file is at rest when the last handle is gone
    writing.abort();
    let _ = writing.await;
    Ok((pages, took, opening))
}

/// A sink that takes everything.
async fn write(frontier: Frontier) {
    let mut after = frontier.confirmed().await.unwrap_or_default();
    while frontier.wait_lines(after).await {
        let Ok(lines) = frontier.next_lines(after, 512).await else { return };
        after = lines.last().map_or(after, |line| line.seq);
        if frontier.confirm(after).await.is_err() {
            return;
        }
    }
}

fn source() -> Result<SourceSettings, Failure> {
    Ok(SourceSettings {
        delay: Duration::ZERO,
        recheck: [1, 24, 168].map(|hours| Duration::from_secs(hours * 3600)).into(),
        ..SourceSettings::new("bench", Url::parse("http://forum.test/board/1")?)
    })
}

fn want(address: &str, kind: PageKind, page: u64) -> Result<NewRequest, Failure> {
    Ok(NewRequest {
        url: Url::parse("http://forum.test/")?.join(address)?,
        kind,
        board_id: None,
        thread_id: None,
        page: u32::try_from(page).ok(),
        position_base: None,
        reason: Reason::Discover,
    })
}

fn answer(request: &Request, threads: u64) -> Result<Batch, Failure> {
    let url = &request.what.url;
    let id: u64 = url.path().rsplit('/').next().unwrap_or_default().parse()?;
    let page = url.query_pairs().find(|(name, _)| name == "page").map_or(Ok(1), |(_, page)| page.parse::<u64>())?;
    if url.path().starts_with("/board") { listing(page, threads) } else { thread(id) }
}

/// Threads in an order of their own, so that a second run looks at every page.
fn listing(page: u64, threads: u64) -> Result<Batch, Failure> {
    let mut batch = Batch::of(PageResult::Read, Timestamp::now());
    batch.news.kind = PageKind::Board;
    for id in ((page - 1) * ROWS..threads.min(page * ROWS)).map(|at| at + 1) {
        let last = Timestamp::from_second(1_700_000_000 + i64::try_from(id * 7919 % 1_000_000)?)?;
        let row = ThreadRow {
            id: id.to_string(),
            title: format!("The thread of number {id} and what it is about"),
            request: want(&format!("thread/{id}"), PageKind::Thread, 1)?,
            replies: Some(POSTS - 1),
            last_post: RawDate { text: Some(last.to_string()), attributes: Vec::new() },
            last_poster: Some("Somebody".to_owned()),
            sticky: false,
            moved: false,
            locked: false,
        };
        batch.news.threads.push((row, Some(last)));
    }
    if page * ROWS < threads {
        batch.news.next = Some(want(&format!("board/1?page={}", page + 1), PageKind::Board, page + 1)?);
    }
    Ok(batch)
}

fn thread(id: u64) -> Result<Batch, Failure> {
    let now = Timestamp::now();
    let mut batch = Batch::of(PageResult::Read, now);
    let title = format!("The thread of number {id} and what it is about");
    let boards = vec![Board { id: Some("1".to_owned()), name: "A board".to_owned(), url: None }];
    let url = format!("http://forum.test/thread/{id}");
    for at in 1..=POSTS {
        let post = (id - 1) * POSTS + at;
        batch.records.push(Record {
            schema: SCHEMA.to_owned(),
            seq: None,
            id: format!("bench/{post}"),
            change: Change::New,
            revision: 1,
            source: "bench".to_owned(),
            engine: Some("bench".to_owned()),
            url: Some(format!("{url}?post={post}")),
            thread: Some(Thread {
                id: Some(id.to_string()),
                url: Some(url.clone()),
                title: Some(title.clone()),
                boards: boards.clone(),
            }),
            post_id: Some(post.to_string()),
            position: u32::try_from(at).ok(),
            headline: Some(title.clone()),
            author: None,
            date_published: Some(now.to_string()),
            date_published_raw: None,
            edit: None,
            text: Some(format!("What post {post} says. ").repeat(20)),
            article: None,
            quotes: Vec::new(),
            links: Vec::new(),
            images: Vec::new(),
            attachments: Vec::new(),
            in_language: None,
            status: Status::Visible,
            content_hash: format!("{post:032x}"),
            markdown: None,
            html: None,
            fetched_at: now.to_string(),
            warnings: Vec::new(),
        });
    }
    batch.news = PageNews {
        kind: PageKind::Thread,
        thread: Some(ThreadNews {
            id: Some(id.to_string()),
            url: Some(Url::parse(&url)?),
            title: Some(title),
            boards,
            page: 1,
            pages: Some(1),
            position_base: Some(0),
            posts_on_page: u32::try_from(POSTS)?,
            complete: true,
            descending: false,
        }),
        ..PageNews::default()
    };
    Ok(batch)
}
