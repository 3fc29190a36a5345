//! The frontier against a forum in memory that grows, is edited, and loses posts and threads.

#[path = "frontier/forum.rs"]
mod forum;

use forum::{Forum, PastEnd, changes, crawl, crawl_with, drain, source};
use forumsift::{
    frontier::{Frontier, RunOptions, StatePath},
    model::{Change, Status},
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

/// Small numbers from a seed; the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % n as u64) as usize
    }
}

fn happen(forum: &mut Forum, dice: &mut Dice) {
    let ids: Vec<u32> = forum.threads.keys().copied().collect();
    let any = ids[dice.below(ids.len())];
    forum.tick(1);
    match dice.below(16) {
        0..=5 => {
            forum.reply(any);
        }
        6 => {
            let board = 1 + dice.below(2) as u32;
            let posts = 1 + dice.below(8);
            forum.open_thread(board, posts);
        }
        7..=9 => {
            let posts = &mut forum.threads.get_mut(&any).unwrap().posts;
            let at = dice.below(posts.len());
            posts[at].text += 1;
        }
        10..=12 => {
            let thread = forum.threads.get_mut(&any).unwrap();
            if thread.posts.len() > 1 {
                thread.posts.remove(dice.below(thread.posts.len()));
            }
        }
        13 if ids.len() > 4 => {
            forum.threads.remove(&any);
        }
        14 => {
            let thread = forum.threads.get_mut(&any).unwrap();
            thread.board = 3 - thread.board;
        }
        _ => {
            let thread = forum.threads.get_mut(&any).unwrap();
            thread.sticky = !thread.sticky;
        }
    }
}

/// A view that a reader of the lines builds must be the forum, after a recheck in quiet; and no line may say what it said
/// before.
#[test]
fn whatever_happens_readers_see_the_forum() {
    use std::collections::{BTreeMap, HashSet};
    run(async {
        for seed in 0..std::env::var("SEEDS").map_or(40, |seeds| seeds.parse().unwrap()) {
            let mut dice = Dice(seed);
            let (mut forum, _) = grown();
            forum.past_end = [PastEnd::Last, PastEnd::First, PastEnd::Missing][dice.below(3)];
            forum.index_counts = dice.below(2) == 0;
            forum.etags = dice.below(2) == 0;
            let frontier = memory();
            let mut view: BTreeMap<String, (u32, Option<String>)> = BTreeMap::new();
            let mut told = HashSet::new();
            let mut last_seq = 0;
            let mut read = |records: Vec<forumsift::model::Record>| {
                for record in records {
                    assert_eq!(record.seq, Some(last_seq + 1));
                    last_seq += 1;
                    assert!(told.insert((record.id.clone(), record.revision)), "seed {seed}: {} doubled", record.id);
                    let before = view.get(&record.id).map_or(0, |(revision, _)| *revision);
                    assert_eq!(record.revision, before + 1, "seed {seed}: {}", record.id);
                    let text = if record.change == Change::Deleted { None } else { record.text };
                    view.insert(record.id, (record.revision, text));
                }
            };
            for _ in 0..4 {
                // things happen while the crawl goes on, and between crawls
                let recheck = dice.below(2) == 0;
                let options = RunOptions { recheck, ..RunOptions::default() };
                let mut during = Dice(seed + 1000);
                crawl_with(&frontier, &mut forum, &source("index"), options, |_, forum| {
                    if during.below(4) == 0 {
                        happen(forum, &mut during);
                    }
                })
                .await;
                read(drain(&frontier).await);
                for _ in 0..dice.below(12) {
                    happen(&mut forum, &mut dice);
                }
                forum.tick(30);
            }
            // a quiet time: all that was missed for the first time, or changed under the last crawl, is found now
            for _ in 0..2 {
                crawl(&frontier, &mut forum, &source("index"), true).await;
                read(drain(&frontier).await);
                forum.tick(30);
            }
            let mut truth: BTreeMap<String, String> = BTreeMap::new();
            for thread in forum.threads.values() {
                for post in &thread.posts {
                    truth.insert(format!("f/{}", post.id), format!("text {}", post.text));
                }
            }
            let seen: BTreeMap<String, String> =
                view.into_iter().filter_map(|(id, (_, text))| text.map(|text| (id, text))).collect();
            assert_eq!(seen, truth, "seed {seed}");
        }
    });
}
