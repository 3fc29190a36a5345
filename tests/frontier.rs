//! The frontier against a forum in memory that grows, is edited, and loses posts and threads.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "frontier/forum.rs"]
mod forum;

use forum::{Forum, PastEnd, changes, crawl, crawl_with, drain, source};
use forumsift::{
    emit::{RotatingFile, Sink, TailOptions, tail},
    frontier::{Frontier, Retried, RunOptions, StateError, StatePath},
    model::{Change, FailureClass, FetchFailure, Posts, Record, SourceSettings, Status},
};

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

fn memory() -> Frontier {
    Frontier::open(&StatePath::Memory).unwrap()
}

/// Nine threads of one to thirteen posts on two boards.
fn grown() -> (Forum, Vec<u32>) {
    let mut forum = Forum::new();
    let threads = [1, 13, 5, 6, 2, 10, 3, 4, 11].iter().enumerate();
    let ids = threads.map(|(at, posts)| forum.open_thread(1 + at as u32 % 2, *posts)).collect();
    (forum, ids)
}

#[test]
fn a_first_run_reads_every_page_once_and_a_second_one_only_the_index() {
    run(async {
        for etags in [false, true] {
            let (mut forum, _) = grown();
            forum.etags = etags;
            let frontier = memory();
            let first = crawl(&frontier, &mut forum, &source("index"), false).await;
            assert_eq!(first.listing_pages(), forum.listing_pages());
            assert_eq!(first.thread_pages(), forum.thread_pages());
            assert!(first.whole);
            let records = drain(&frontier).await;
            let posts: usize = forum.threads.values().map(|t| t.posts.len()).sum();
            assert_eq!((records.len(), first.posts.new), (posts, posts as u64));
            assert!(records.iter().all(|r| r.change == Change::New && r.revision == 1));
            let seqs: Vec<u64> = records.iter().filter_map(|r| r.seq).collect();
            assert_eq!(seqs, (1..=posts as u64).collect::<Vec<_>>());

            forum.tick(5);
            let second = crawl(&frontier, &mut forum, &source("index"), false).await;
            assert_eq!(second.asked, ["/index"]);
            assert!(drain(&frontier).await.is_empty());
            forum.index_counts = false;
            let third = crawl(&frontier, &mut forum, &source("index"), false).await;
            assert_eq!(third.asked, ["/index", "/board/1", "/board/2"]);
        }
    });
}

#[test]
fn a_reply_costs_the_listing_and_the_last_known_page() {
    run(async {
        let (mut forum, ids) = grown();
        let frontier = memory();
        crawl(&frontier, &mut forum, &source("index"), false).await;
        drain(&frontier).await;
        // 13 posts, three pages; two more fill the third, a third one opens the fourth
        let new: Vec<u32> = (0..3).map(|_| forum.reply(ids[1])).collect();
        let second = crawl(&frontier, &mut forum, &source("index"), false).await;
        let thread = ids[1];
        assert_eq!(
            second.asked,
            [
                "/index".to_owned(),
                "/board/2".to_owned(),
                format!("/thread/{thread}?page=3"),
                format!("/thread/{thread}?page=4")
            ]
        );
        let records = drain(&frontier).await;
        assert_eq!(changes(&records), new.iter().map(|id| format!("new {id} r1")).collect::<Vec<_>>());
        assert_eq!(records.iter().map(|r| r.position.unwrap()).collect::<Vec<_>>(), [14, 15, 16]);
    });
}

/// What happens to the forum between two runs, and what the second run emits.
#[test]
fn what_happened_is_what_is_emitted() {
    type Happening = fn(&mut Forum, &[u32]) -> Vec<String>;
    let cases: [(&str, bool, Happening); 12] = [
        ("nothing", true, |_, _| vec![]),
        ("an edit that no listing shows", true, |forum, ids| {
            let post = &mut forum.threads.get_mut(&ids[1]).unwrap().posts[7];
            post.text += 1;
            vec![format!("edited {} r2", post.id)]
        }),
        ("a deletion within a page", true, |forum, ids| {
            vec![format!("deleted {} r2", forum.threads.get_mut(&ids[1]).unwrap().posts.remove(7).id)]
        }),
        ("a deletion of a page's first post", true, |forum, ids| {
            vec![format!("deleted {} r2", forum.threads.get_mut(&ids[1]).unwrap().posts.remove(5).id)]
        }),
        ("a deletion of a page's last post", true, |forum, ids| {
            vec![format!("deleted {} r2", forum.threads.get_mut(&ids[1]).unwrap().posts.remove(4).id)]
        }),
        ("a deletion of the only post of the last page", true, |forum, ids| {
            vec![format!("deleted {} r2", forum.threads.get_mut(&ids[3]).unwrap().posts.remove(5).id)]
        }),
        ("deletions on three pages", true, |forum, ids| {
            let posts = &mut forum.threads.get_mut(&ids[1]).unwrap().posts;
            let mut out: Vec<_> = [12, 8, 5, 4, 1].map(|at| format!("deleted {} r2", posts.remove(at).id)).into();
            out.reverse();
            out
        }),
        ("a placeholder in a post's place", true, |forum, ids| {
            let post = &mut forum.threads.get_mut(&ids[1]).unwrap().posts[3];
            post.status = Status::Deleted;
            vec![format!("deleted {} r2", post.id)]
        }),
        ("a thread deleted", true, |forum, ids| {
            let thread = forum.threads.remove(&ids[5]).unwrap();
            thread.posts.iter().map(|post| format!("deleted {} r2", post.id)).collect()
        }),
        ("a thread moved to another board", true, |forum, ids| {
            forum.threads.get_mut(&ids[1]).unwrap().board = 1;
            vec![]
        }),
        ("a thread merged into another", true, |forum, ids| {
            let from = forum.threads.remove(&ids[5]).unwrap();
            let into = forum.threads.get_mut(&ids[1]).unwrap();
            into.posts.extend(from.posts);
            into.posts.sort_by_key(|post| post.id);
            vec![]
        }),
        ("a thread split", true, |forum, ids| {
            let posts = forum.threads.get_mut(&ids[1]).unwrap().posts.split_off(6);
            let new = forum.open_thread(1, 0);
            forum.threads.get_mut(&new).unwrap().posts = posts;
            vec![]
        }),
    ];
    run(async {
        for past_end in [PastEnd::Last, PastEnd::First, PastEnd::Missing] {
            for (name, recheck, happening) in &cases {
                let (mut forum, ids) = grown();
                forum.past_end = past_end;
                let frontier = memory();
                crawl(&frontier, &mut forum, &source("index"), false).await;
                drain(&frontier).await;
                forum.tick(5);
                let expected = happening(&mut forum, &ids);
                let second = crawl(&frontier, &mut forum, &source("index"), *recheck).await;
                let emitted = changes(&drain(&frontier).await);
                assert_eq!(emitted, expected, "{name}, past the end {past_end:?}: {:?}", second.asked);
                // and what is known stays known
                crawl(&frontier, &mut forum, &source("index"), true).await;
                assert_eq!(changes(&drain(&frontier).await), Vec::<String>::new(), "{name}, a third run");
            }
        }
    });
}

/// What the next run tells though it rechecks nothing.
#[test]
fn what_is_new_needs_no_recheck() {
    type Happening = fn(&mut Forum, &[u32]) -> Vec<u32>;
    let cases: [(&str, Happening); 6] = [
        ("a post approved late, before the last known page", |forum, ids| {
            vec![forum.approve(ids[1], 2), forum.reply(ids[1])]
        }),
        ("a thread merged into an earlier one", |forum, ids| {
            let new = vec![forum.reply(ids[5]), forum.reply(ids[1])];
            let from = forum.threads.remove(&ids[5]).unwrap();
            let into = forum.threads.get_mut(&ids[1]).unwrap();
            into.posts.extend(from.posts);
            into.posts.sort_by_key(|post| post.id);
            new
        }),
        ("a thread merged into a later one", |forum, ids| {
            let new = vec![forum.reply(ids[1]), forum.reply(ids[5])];
            let from = forum.threads.remove(&ids[1]).unwrap();
            let into = forum.threads.get_mut(&ids[5]).unwrap();
            into.posts.extend(from.posts);
            into.posts.sort_by_key(|post| post.id);
            new
        }),
        ("replies where posts went", |forum, ids| {
            forum.threads.get_mut(&ids[1]).unwrap().posts.drain(3..12);
            (0..4).map(|_| forum.reply(ids[1])).collect()
        }),
        ("larger pages", |forum, ids| {
            forum.posts_a_page = 7;
            vec![forum.reply(ids[1]), forum.reply(ids[3])]
        }),
        ("smaller pages", |forum, ids| {
            forum.posts_a_page = 3;
            vec![forum.reply(ids[1]), forum.reply(ids[3])]
        }),
    ];
    run(async {
        for past_end in [PastEnd::Last, PastEnd::First, PastEnd::Missing] {
            for (name, happening) in &cases {
                let (mut forum, ids) = grown();
                forum.past_end = past_end;
                let frontier = memory();
                crawl(&frontier, &mut forum, &source("index"), false).await;
                drain(&frontier).await;
                let mut expected = happening(&mut forum, &ids);
                expected.sort_unstable();
                let second = crawl(&frontier, &mut forum, &source("index"), false).await;
                let emitted = changes(&drain(&frontier).await);
                let expected: Vec<String> = expected.iter().map(|id| format!("new {id} r1")).collect();
                assert_eq!(emitted, expected, "{name}, past the end {past_end:?}: {:?}", second.asked);
            }
        }
    });
}

#[test]
fn a_renamed_thread_is_followed_to_its_new_address() {
    run(async {
        for recheck in [false, true] {
            let (mut forum, ids) = grown();
            (forum.slugs, forum.past_end) = (true, PastEnd::Missing);
            let frontier = memory();
            crawl(&frontier, &mut forum, &source("index"), false).await;
            drain(&frontier).await;
            forum.threads.get_mut(&ids[1]).unwrap().title = "Words of another kind".to_owned();
            forum.threads.get_mut(&ids[5]).unwrap().title = format!("Thread {} again", ids[5]);
            let new = forum.reply(ids[1]);
            let second = crawl(&frontier, &mut forum, &source("index"), recheck).await;
            assert_eq!(changes(&drain(&frontier).await), [format!("new {new} r1")], "{:?}", second.asked);
            let last = format!("/thread/{}/Words-of-another-kind?page=3", ids[1]);
            assert!(second.asked.contains(&last), "{:?}", second.asked);
            // and a thread that is gone is gone
            let gone = forum.threads.remove(&ids[5]).unwrap();
            crawl(&frontier, &mut forum, &source("index"), true).await;
            assert_eq!(drain(&frontier).await.len(), gone.posts.len());
        }
    });
}

/// Small numbers from a seed; the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % n as u64) as usize
    }
}

/// Something happens; what it was, for the story of a failure.
fn happen(forum: &mut Forum, dice: &mut Dice) -> String {
    let ids: Vec<u32> = forum.threads.keys().copied().collect();
    let any = ids[dice.below(ids.len())];
    forum.tick(1);
    match dice.below(16) {
        0..=5 => format!("{any} + {}", forum.reply(any)),
        6 => {
            let board = 1 + dice.below(2) as u32;
            let posts = 1 + dice.below(8);
            format!("new {}", forum.open_thread(board, posts))
        }
        7..=9 => {
            let posts = &mut forum.threads.get_mut(&any).unwrap().posts;
            let at = dice.below(posts.len());
            posts[at].text += 1;
            format!("{any}: edit {}", posts[at].id)
        }
        10..=12 => {
            let thread = forum.threads.get_mut(&any).unwrap();
            if thread.posts.len() <= 1 {
                return String::new();
            }
            let at = dice.below(thread.posts.len());
            format!("{any} - {} at {}", thread.posts.remove(at).id, at + 1)
        }
        13 if ids.len() > 4 => {
            forum.threads.remove(&any);
            format!("- {any}")
        }
        14 => {
            let thread = forum.threads.get_mut(&any).unwrap();
            thread.board = 3 - thread.board;
            format!("move {any}")
        }
        _ => {
            let thread = forum.threads.get_mut(&any).unwrap();
            thread.sticky = !thread.sticky;
            format!("stick {any}")
        }
    }
}

/// A view that a reader of the lines builds must be the forum, after a recheck in quiet; and no line may say what it said
/// before.
#[test]
fn whatever_happens_readers_see_the_forum() {
    use std::collections::{BTreeMap, HashSet};
    run(async {
        let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
        let seeds = number("SEED").map_or(0..number("SEEDS").unwrap_or(40), |seed| seed..seed + 1);
        for seed in seeds {
            let mut story: Vec<String> = Vec::new();
            let mut dice = Dice(seed);
            let (mut forum, _) = grown();
            forum.past_end = [PastEnd::Last, PastEnd::First, PastEnd::Missing][dice.below(3)];
            forum.index_counts = dice.below(2) == 0;
            forum.etags = dice.below(2) == 0;
            let frontier = memory();
            let mut view: BTreeMap<String, (u32, Option<String>)> = BTreeMap::new();
            let mut told = HashSet::new();
            let mut buried = HashSet::new();
            let mut last_seq = 0;
            let mut read = |records: Vec<Record>| {
                for record in records {
                    assert_eq!(record.seq, Some(last_seq + 1));
                    last_seq += 1;
                    assert!(told.insert((record.id.clone(), record.revision)), "seed {seed}: {} doubled", record.id);
                    let before = view.get(&record.id).map_or(0, |(revision, _)| *revision);
                    assert_eq!(record.revision, before + 1, "seed {seed}: {}", record.id);
                    if record.change == Change::Deleted {
                        buried.insert(record.id.clone());
                    }
                    let text = if record.change == Change::Deleted { None } else { record.text };
                    view.insert(record.id, (record.revision, text));
                }
            };
            for _ in 0..4 {
                // things happen while the crawl goes on, and between crawls
                let recheck = dice.below(2) == 0;
                let options = RunOptions { recheck, ..RunOptions::default() };
                let mut during = Dice(seed + 1000);
                let mut meanwhile = Vec::new();
                let crawl = crawl_with(&frontier, &mut forum, &source("index"), options, |at, forum| {
                    if during.below(4) == 0 {
                        meanwhile.push((at, happen(forum, &mut during)));
                    }
                })
                .await;
                let told = drain(&frontier).await;
                story.push(format!("run, recheck {recheck}: {:?} {meanwhile:?} {:?}", crawl.asked, changes(&told)));
                read(told);
                for _ in 0..dice.below(12) {
                    story.push(happen(&mut forum, &mut dice));
                }
                forum.tick(30);
            }
            // a quiet time: all that was missed for the first time, or changed under the last crawl, is found now
            for _ in 0..2 {
                crawl(&frontier, &mut forum, &source("index"), true).await;
                read(drain(&frontier).await);
                forum.tick(30);
            }
            for id in &buried {
                let id: u32 = id["f/".len()..].parse().unwrap();
                let alive = forum.threads.values().flat_map(|t| &t.posts).any(|post| post.id == id);
                assert!(!alive, "seed {seed}: {id} was called deleted and is there: {story:#?}");
            }
            let mut truth: BTreeMap<String, String> = BTreeMap::new();
            for thread in forum.threads.values() {
                for post in &thread.posts {
                    truth.insert(format!("f/{}", post.id), format!("text {}", post.text));
                }
            }
            let seen: BTreeMap<String, String> =
                view.into_iter().filter_map(|(id, (_, text))| text.map(|text| (id, text))).collect();
            assert_eq!(seen, truth, "seed {seed}: {story:#?}");
        }
    });
}

/// Not a test by itself: what [`killed_at_any_instant`] starts and kills.
#[test]
fn crawl_into_a_directory() {
    let Some(dir) = std::env::var_os("FORUMSIFT_TEST_DIR").map(std::path::PathBuf::from) else { return };
    run(async {
        let frontier = Frontier::open(&StatePath::File(dir.join("state.db"))).unwrap();
        let mut forum = Forum::new();
        for at in 0..150 {
            forum.open_thread(1 + at % 2, 1 + at as usize % 17);
        }
        let mut sink = RotatingFile::open(&dir.join("records"), 60_000, frontier.confirmed().await.unwrap()).unwrap();
        frontier.begin(&source("index"), forum.now, RunOptions::default()).await.unwrap();
        while let Some(lease) = frontier.lease().await {
            let batch = forum.answer(lease.request());
            frontier.commit(lease, batch).await.unwrap();
            let lines = frontier.next_lines(sink.position(), 100).await.unwrap();
            sink.write(&lines).unwrap();
            let safe = sink.flush().unwrap();
            frontier.confirm(safe).await.unwrap();
        }
        loop {
            let lines = frontier.next_lines(sink.position(), 100).await.unwrap();
            if lines.is_empty() {
                break;
            }
            sink.write(&lines).unwrap();
        }
        let safe = sink.flush().unwrap();
        frontier.confirm(safe).await.unwrap();
        assert!(frontier.finish("f", forum.now).await.unwrap());
        std::fs::write(dir.join("done"), "").unwrap();
    });
}

#[test]
fn killed_at_any_instant_it_goes_on_as_if_nothing_had_been() {
    let dir = tempfile::tempdir().unwrap();
    let mut dice = Dice(7);
    let mut kills = 0;
    let start = || {
        std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crawl_into_a_directory"])
            .env("FORUMSIFT_TEST_DIR", dir.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap()
    };
    while !dir.path().join("done").exists() {
        let mut child = start();
        let wait = std::time::Duration::from_millis(10 + dice.below(120) as u64);
        let left_alone = kills >= 40;
        if !left_alone {
            std::thread::sleep(wait);
            let _ = child.kill();
            kills += 1;
        }
        child.wait().unwrap();
        assert!(!left_alone || dir.path().join("done").exists(), "it ends when it is left alone");
    }
    let mut out = Vec::new();
    tail(&dir.path().join("records"), &TailOptions::default(), &mut out).unwrap();
    let mut ids = std::collections::HashSet::new();
    let mut seq = 0;
    for line in out.split_inclusive(|byte| *byte == b'\n') {
        let record: Record = serde_json::from_slice(line).unwrap();
        seq += 1;
        assert_eq!(record.seq, Some(seq), "after {kills} kills");
        assert!(ids.insert(record.id), "doubled after {kills} kills");
    }
    let posts: usize = (0..150).map(|at| 1 + at % 17).sum();
    assert_eq!(ids.len(), posts, "after {kills} kills");
    assert!(kills > 3, "it was too fast to be killed");
}

#[test]
fn a_second_instance_a_damaged_and_a_newer_state_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new").join("state.db");
    let state = StatePath::File(path.clone());
    let frontier = Frontier::open(&state).unwrap();
    let error = Frontier::open(&state).unwrap_err();
    assert!(matches!(error, StateError::Locked { .. }), "{error}");
    assert_eq!(error.exit_code(), 6);
    run(async {
        let (mut forum, _) = grown();
        crawl(&frontier, &mut forum, &source("index"), false).await;
    });
    assert_eq!(forumsift::frontier::status(&path).unwrap()[0].posts, 55);
    drop(frontier);

    forumsift::frontier::check(&path).unwrap();
    forumsift::frontier::rename_source(&path, "f", "g").unwrap();
    assert_eq!(forumsift::frontier::rename_source(&path, "f", "h").unwrap_err().exit_code(), 2);
    let (before, after) = forumsift::frontier::vacuum(&path).unwrap();
    assert!(after.bytes <= before.bytes && after.free == 0);
    let mut out = Vec::new();
    forumsift::frontier::export(&path, &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert_eq!(out.lines().filter(|line| line.contains("\"table\":\"post\"")).count(), 55);
    assert!(out.contains("\"id\":\"g/"), "the export speaks of the new name");

    let sound = std::fs::read(&path).unwrap();
    let cases: [(&str, Vec<u8>); 4] = [
        ("no database", b"not a database, but long enough to be taken for one".repeat(40)),
        ("cut short", sound[..sound.len() / 2].to_vec()),
        ("overwritten within", [&sound[..4096], &vec![0xaa; 8192][..], &sound[12288..]].concat()),
        ("newer", {
            let mut newer = sound.clone();
            // user_version, big-endian, at offset 60 of a SQLite file
            newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
            newer
        }),
    ];
    for (name, bytes) in cases {
        std::fs::write(&path, &bytes).unwrap();
        let error = Frontier::open(&state).map(drop).unwrap_err();
        assert_eq!(error.exit_code(), 7, "{name}: {error}");
        assert_eq!(matches!(error, StateError::TooNew { .. }), name == "newer", "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "{name}: a state that is refused is not touched");
    }
    std::fs::write(&path, sound).unwrap();
    Frontier::open(&state).unwrap();
}

#[test]
fn a_state_whose_first_opening_was_cut_short_is_a_new_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state.db");
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "journal_mode", "wal").unwrap();
    assert!(std::fs::metadata(&path).unwrap().len() > 0);
    assert_eq!(forumsift::frontier::status(&path).unwrap(), []);
    Frontier::open(&StatePath::File(path.clone())).unwrap();
    assert_eq!(forumsift::frontier::status(&path).unwrap(), []);
}

#[test]
fn an_older_state_is_brought_up_to_date_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    for (name, damage, expected) in [("sound", "", None), ("unsound", "DROP INDEX page_pending", Some(7))] {
        let path = dir.path().join(name);
        let old = rusqlite::Connection::open(&path).unwrap();
        old.execute_batch(include_str!("../src/frontier/schema.sql")).unwrap();
        old.execute_batch(damage).unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        old.pragma_update(None, "application_id", 0x4653_4654).unwrap();
        drop(old);
        let opened = Frontier::open(&StatePath::File(path.clone()));
        assert_eq!(opened.as_ref().err().map(StateError::exit_code), expected, "{name}");
        if let Ok(frontier) = opened {
            run(async {
                let (mut forum, _) = grown();
                assert!(crawl(&frontier, &mut forum, &source("index"), false).await.whole);
            });
        }
        let now = rusqlite::Connection::open(&path).unwrap();
        let version: i64 = now.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        let columns = "SELECT count(*) FROM pragma_table_info('thread') WHERE name = 'address'";
        let added: bool = now.query_row(columns, [], |row| row.get(0)).unwrap();
        assert_eq!((version == 1, added), (expected.is_some(), expected.is_none()), "{name}");
    }
}

#[test]
fn leases_are_polite_and_come_back() {
    run(async {
        let frontier = memory();
        let (mut forum, _) = grown();
        let settings = SourceSettings { delay: std::time::Duration::from_millis(30), ..source("index") };
        frontier.begin(&settings, forum.now, RunOptions::default()).await.unwrap();
        let lease = frontier.lease().await.unwrap();
        let waits = |frontier: Frontier| async move {
            tokio::time::timeout(std::time::Duration::from_millis(60), frontier.lease()).await.is_err()
        };
        assert!(waits(frontier.clone()).await, "one lease at a time per origin");
        drop(lease);
        let begun = std::time::Instant::now();
        let lease = frontier.lease().await.expect("a dropped lease comes back");
        assert_eq!(lease.request().what.url.path(), "/index");
        let batch = forum.answer(lease.request());
        frontier.commit(lease, batch).await.unwrap();
        let lease = frontier.lease().await.unwrap();
        assert!(begun.elapsed() >= settings.delay, "the delay between two requests");

        // a failure that passes is tried again when it is due; one that does not is not
        let failure = |class| FetchFailure { class, status: None, message: "told".to_owned(), retry_after: None };
        let later = std::time::Duration::from_millis;
        let url = lease.request().what.url.clone();
        let retried = frontier.retry(lease, &failure(FailureClass::Timeout), later(80), 1).await.unwrap();
        assert_eq!(retried, Retried::Later);
        let mut asked = Vec::new();
        while let Some(lease) = frontier.lease().await {
            asked.push(lease.request().what.url.clone());
            if lease.request().what.url == url {
                assert_eq!(lease.request().attempt, 1);
                let retried = frontier.retry(lease, &failure(FailureClass::Timeout), later(1), 1).await.unwrap();
                assert_eq!(retried, Retried::Failed);
                continue;
            }
            let batch = forum.answer(lease.request());
            frontier.commit(lease, batch).await.unwrap();
        }
        assert_eq!(asked.iter().filter(|asked| **asked == url).count(), 1);
        frontier.finish("f", forum.now).await.unwrap();

        // the next run tries what failed
        let next = crawl(&frontier, &mut forum, &source("index"), false).await;
        assert!(next.asked.contains(&url.path().to_owned()), "{:?}", next.asked);
    });
}

#[test]
fn a_wait_that_the_server_asked_for_survives_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let state = StatePath::File(dir.path().join("state.db"));
    let (forum, _) = grown();
    run(async {
        let frontier = Frontier::open(&state).unwrap();
        frontier.begin(&source("index"), forum.now, RunOptions::default()).await.unwrap();
        let lease = frontier.lease().await.unwrap();
        frontier.origin_next("http://forum.test", std::time::Duration::from_secs(300));
        drop(lease);
    });
    run(async {
        let frontier = Frontier::open(&state).unwrap();
        frontier.begin(&source("index"), forum.now, RunOptions::default()).await.unwrap();
        let wait = tokio::time::timeout(std::time::Duration::from_millis(50), frontier.lease()).await;
        assert!(wait.is_err(), "asked within the wait");
        // a wait that is longer than the run's patience ends the run; the next one takes it up
        let options = RunOptions { patience: std::time::Duration::from_secs(60), ..RunOptions::default() };
        frontier.begin(&source("index"), forum.now, options).await.unwrap();
        assert!(frontier.lease().await.is_none());
        assert!(!frontier.finish("f", forum.now).await.unwrap(), "the run left something");
    });
}

/// Whoever fetches writes an origin with its port, addresses leave it out where their scheme has it: it is one host.
#[test]
fn a_wait_holds_for_hosts_at_their_schemes_own_ports() {
    run(async {
        for told in ["http://forum.test:80", "http://forum.test"] {
            let (forum, _) = grown();
            let frontier = memory();
            frontier.begin(&source("index"), forum.now, RunOptions::default()).await.unwrap();
            let lease = frontier.lease().await.unwrap();
            frontier.origin_next(told, std::time::Duration::from_secs(300));
            drop(lease);
            let wait = tokio::time::timeout(std::time::Duration::from_millis(50), frontier.lease()).await;
            assert!(wait.is_err(), "{told}: asked within the wait");
        }
    });
}

#[test]
fn a_reader_that_is_behind_holds_the_fetchers_back() {
    run(async {
        let frontier = memory();
        let mut forum = Forum::new();
        for _ in 0..40 {
            forum.open_thread(1, 5);
        }
        frontier.begin(&source("index"), forum.now, RunOptions::default()).await.unwrap();
        let mut held = false;
        let mut total = 0;
        loop {
            let lease = tokio::time::timeout(std::time::Duration::from_millis(200), frontier.lease()).await;
            let Ok(lease) = lease else {
                held = true;
                let records = drain(&frontier).await;
                total += records.len();
                continue;
            };
            let Some(lease) = lease else { break };
            let mut batch = forum.answer(lease.request());
            for record in &mut batch.records {
                record.text = Some("x".repeat(400_000));
            }
            frontier.commit(lease, batch).await.unwrap();
        }
        total += drain(&frontier).await.len();
        assert!(held, "80 MB of lines were taken though nobody read");
        assert_eq!(total, 200);
    });
}

/// Limits and filters: what is asked for, and what is counted as cut off.
#[test]
fn limits_cut_and_count() {
    run(async {
        let (forum, _) = grown();
        type Setting = fn(&mut SourceSettings);
        let cases: [(&str, Setting, usize, [u64; 3]); 6] = [
            ("none", |_| (), 15, [0, 0, 0]),
            ("pages", |s| s.limits.pages = Some(1), 9, [0, 4, 0]),
            ("first posts", |s| s.posts = Posts::First, 9, [0, 0, 0]),
            ("a board", |s| s.exclude_boards = vec!["*1".to_owned()], 8, [0, 0, 1]),
            ("another", |s| s.include_boards = vec!["board 1".to_owned()], 7, [0, 0, 1]),
            ("old threads", |s| s.limits.since = Some(std::time::Duration::from_secs(60 * 15)), 5, [5, 0, 0]),
        ];
        for (name, set, pages, [threads, cut_pages, boards]) in cases {
            let mut settings = source("index");
            set(&mut settings);
            let crawl = crawl(&memory(), &mut forum.clone(), &settings, false).await;
            let cut = crawl.done.iter().fold(forumsift::frontier::Cut::default(), |mut sum, done| {
                sum += done.cut;
                sum
            });
            assert_eq!(crawl.thread_pages(), pages, "{name}: {:?}", crawl.asked);
            assert_eq!((cut.threads, cut.pages, cut.boards), (threads, cut_pages, boards), "{name}");
        }
        // a number of threads a run: the next run goes on where this one stopped
        let mut settings = source("index");
        settings.limits.threads = Some(2);
        let frontier = memory();
        let mut records = 0;
        for _ in 0..8 {
            crawl(&frontier, &mut forum.clone(), &settings, false).await;
            records += drain(&frontier).await.len();
        }
        assert_eq!(records, 55);
    });
}

#[test]
fn a_new_state_goes_on_after_what_the_output_holds() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let (mut forum, _) = grown();
        for already in [0, 55] {
            let frontier = memory();
            let mut sink = RotatingFile::open(dir.path(), 1 << 20, frontier.confirmed().await.unwrap()).unwrap();
            assert_eq!(frontier.continue_after(sink.position()).await.unwrap(), already > 0);
            crawl(&frontier, &mut forum, &source("index"), false).await;
            sink.write(&frontier.next_lines(already, 100).await.unwrap()).unwrap();
            assert_eq!(sink.flush().unwrap(), already + 55);
        }
        let mut out = Vec::new();
        tail(dir.path(), &TailOptions::default(), &mut out).unwrap();
        let seqs = out.split_inclusive(|byte| *byte == b'\n');
        let seqs: Vec<u64> = seqs.map(|line| serde_json::from_slice::<Record>(line).unwrap().seq.unwrap()).collect();
        assert_eq!(seqs, (1..=110).collect::<Vec<_>>());
    });
}
