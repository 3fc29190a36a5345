//! What follows from a page: which boards, threads and pages are wanted. Pure, so that every rule has its case below.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::model::{BoardRow, Limits, NewRequest, Posts, RawDate, SourceSettings, ThreadRow};

use super::wildcard;

/// Longer addresses are those of a trap.
const LONGEST_URL: usize = 2048;

/// Whether an address is one that a forum gives, and not one that a trap has made longer with each page.
pub(super) fn is_of_bearable_length(url: &Url) -> bool {
    url.as_str().len() <= LONGEST_URL
}

/// What the state knows of a listed thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct KnownThread {
    pub(super) replies: Option<u64>,
    /// Milliseconds.
    pub(super) last_post: Option<i64>,
    /// See [`mark`].
    pub(super) mark: i64,
    /// Read to its end since a listing last told of a change.
    pub(super) settled: bool,
    /// A listing of this run has named it already.
    pub(super) repeated: bool,
}

/// A number for what a listing tells of a thread in words: title and last poster, and the printed date where it could not
/// be read and no count of replies helps.
pub(super) fn mark(row: &ThreadRow, last_post: Option<Timestamp>) -> i64 {
    let date = if last_post.is_none() && row.replies.is_none() { row.last_post.text.as_deref() } else { None };
    let text = [Some(row.title.as_str()), row.last_poster.as_deref(), date];
    number_of(&text.map(Option::unwrap_or_default).join("\n"))
}

/// A number for a text, the same on every machine.
pub(super) fn number_of(text: &str) -> i64 {
    let hash = blake3::hash(text.as_bytes());
    let [a, b, c, d, e, f, g, h, ..] = *hash.as_bytes();
    // positive and of 48 bits: SQLite stores it in six bytes
    i64::from_le_bytes([a, b, c, d, e, f, g, h]) & 0x7fff_ffff_ffff
}

/// Whether a listing's row tells that its thread is to be read.
pub(super) fn is_changed(
    row: &ThreadRow,
    last_post: Option<Timestamp>,
    known: Option<&KnownThread>,
    now: Timestamp,
) -> bool {
    let Some(known) = known else { return true };
    if !known.settled || known.replies != row.replies || known.mark != mark(row, last_post) {
        return true;
    }
    match (known.last_post, last_post.map(Timestamp::as_millisecond)) {
        (Some(then), Some(told)) if told != then => {
            // "2 hours ago" is right to the unit that it counts in, which is never longer than the age itself
            let age = now.as_millisecond().saturating_sub(told).max(120_000);
            !(is_approximate(&row.last_post) && told.abs_diff(then) <= age.unsigned_abs())
        }
        (Some(_), None) | (None, Some(_)) => true,
        _ => false,
    }
}

/// Whether a printed date tells an age ("3 days ago") and no instant.
fn is_approximate(date: &RawDate) -> bool {
    let Some(text) = &date.text else { return false };
    let clock = text.as_bytes().windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b':' && w[2].is_ascii_digit());
    let year = text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() == 4);
    date.attributes.is_empty() && !clock && !year
}

/// What a listing page leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ListingPlan {
    /// Indices of the rows whose threads are wanted.
    pub(super) wanted: Vec<usize>,
    /// Threads that a limit cut off.
    pub(super) cut: u64,
    /// The number of threads ran out here: the next run goes on at this page.
    pub(super) exhausted: bool,
    /// Whether the following page is wanted.
    pub(super) follow: bool,
    /// Pages of this run have named all of its threads already: the listing has shifted by a page while it was read, or it has
    /// no end.
    pub(super) repeats: bool,
}

/// Decides about the threads of a listing page and about the page after it. `known` goes with `rows`; `taken` counts the
/// threads that the run has wanted; `all`: a run that looks at every page whatever the listing tells.
pub(super) fn listing(
    rows: &[(ThreadRow, Option<Timestamp>)],
    known: &[Option<KnownThread>],
    limits: &Limits,
    taken: &mut u64,
    now: Timestamp,
    all: bool,
) -> ListingPlan {
    let mut plan = ListingPlan::default();
    let too_old = |last: Option<Timestamp>| match (limits.since, last) {
        (Some(since), Some(last)) => last < now.saturating_sub(since).unwrap_or(Timestamp::MIN),
        _ => false,
    };
    let mut last_ordinary = None;
    let (mut sorted, mut before) = (true, Timestamp::MAX);
    for (at, (row, last)) in rows.iter().enumerate() {
        if row.moved {
            continue;
        }
        let known = known.get(at).and_then(Option::as_ref);
        let changed = is_changed(row, *last, known, now);
        if !row.sticky {
            sorted &= last.is_some_and(|last| last <= before);
            before = last.unwrap_or(before);
            last_ordinary = Some((changed, too_old(*last)));
        }
        if !changed {
            continue;
        }
        if too_old(*last) {
            plan.cut += 1;
        } else if limits.threads.is_some_and(|most| *taken >= most) {
            plan.cut += 1;
            plan.exhausted = true;
        } else {
            *taken += 1;
            plan.wanted.push(at);
        }
    }
    plan.repeats = !rows.is_empty() && known.iter().all(|known| known.is_some_and(|known| known.repeated));
    plan.follow = !rows.is_empty()
        && !plan.repeats
        && match last_ordinary {
            // a page of sticky threads alone says nothing about those below
            None => true,
            Some((changed, old)) => all || !sorted || (changed && !old),
        };
    plan
}

/// Whether a board of that name is wanted. `named_by_index`: the list of what to include speaks about boards that an index
/// or the start page names; boards below a board that is read are wanted unless excluded.
pub(super) fn wants_board(settings: &SourceSettings, name: &str, named_by_index: bool) -> bool {
    let any = |patterns: &[String]| patterns.iter().any(|pattern| wildcard::matches(pattern, name));
    let included = !named_by_index || settings.include_boards.is_empty() || any(&settings.include_boards);
    included && !any(&settings.exclude_boards)
}

/// What an index tells of a board, for comparison; `None` where it tells too little to conclude anything from.
pub(super) fn board_mark(row: &BoardRow) -> Option<String> {
    let date = row.last_post.attributes.first().or(row.last_post.text.as_ref())?;
    if row.posts.is_none() && row.threads.is_none() {
        return None;
    }
    let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    Some(format!("{}|{}|{date}", number(row.threads), number(row.posts)))
}

/// Whether the next page is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follow {
    /// It is.
    Yes,
    /// There is none, or it would lead nowhere.
    End,
    /// A limit cuts it off.
    Cut,
}

/// Decides about the page after page `number` of a thread or listing. `pages`: how many there are, where known;
/// `progress`: the page brought something that the pages before it had not.
pub(super) fn follow(
    next: Option<&NewRequest>,
    number: u32,
    pages: Option<u32>,
    progress: bool,
    limits: &Limits,
    posts: Posts,
) -> Follow {
    let Some(next) = next else { return Follow::End };
    let to = next.page.unwrap_or(number.saturating_add(1));
    let beyond = pages.is_some_and(|pages| pages >= number && to > pages);
    if posts == Posts::First || !progress || to <= number || beyond || !is_of_bearable_length(&next.url) {
        Follow::End
    } else if limits.pages.is_some_and(|most| u64::from(to) > most) {
        Follow::Cut
    } else {
        Follow::Yes
    }
}

/// When a page that was read is visited again, and at which stage: after the age of its stage, none after the last.
pub(super) fn recheck_age(ages: &[Duration], stage: i64) -> Option<Duration> {
    usize::try_from(stage).ok().and_then(|stage| ages.get(stage).copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PageKind, Reason};

    fn now() -> Timestamp {
        "2026-03-10T12:00:00Z".parse().unwrap()
    }

    fn request(page: Option<u32>) -> NewRequest {
        NewRequest {
            url: "http://f.test/t".parse().unwrap(),
            kind: PageKind::Thread,
            board_id: None,
            thread_id: None,
            page,
            position_base: None,
            reason: Reason::Discover,
        }
    }

    /// A row as `title replies age-in-hours flags`; `s` is sticky, `m` moved.
    fn row(text: &str) -> (ThreadRow, Option<Timestamp>) {
        let mut words = text.split(' ');
        let mut word = || words.next().unwrap_or_default();
        let (title, replies, age, flags) = (word(), word(), word(), word());
        let last = age.parse::<u64>().ok().map(|hours| now() - Duration::from_secs(hours * 3600));
        let row = ThreadRow {
            id: title.to_owned(),
            title: title.to_owned(),
            request: request(Some(1)),
            replies: replies.parse().ok(),
            last_post: RawDate { text: last.map(|at| at.to_string()), attributes: Vec::new() },
            last_poster: None,
            sticky: flags.contains('s'),
            moved: flags.contains('m'),
            locked: false,
        };
        (row, last)
    }

    fn known(text: &str) -> KnownThread {
        let (row, last) = row(text);
        KnownThread {
            replies: row.replies,
            last_post: last.map(Timestamp::as_millisecond),
            mark: mark(&row, last),
            settled: !text.ends_with('u'),
            repeated: text.ends_with('r'),
        }
    }

    #[test]
    fn a_row_tells_whether_its_thread_changed() {
        for (before, after, expected) in [
            ("a 3 5", "a 3 5", false),
            ("a 3 5", "a 4 5", true),
            ("a 3 5", "a 2 5", true),
            ("a 3 5", "a 3 4", true),
            ("a 3 5", "b 3 5", true),
            ("a 3 5 u", "a 3 5", true),
            ("a 3 ?", "a 3 ?", false),
            ("a ? 5", "a ? 5", false),
            ("a ? 5", "a ? 4", true),
            ("a 3 5", "a 3 ?", true),
        ] {
            let (row, last) = row(after);
            assert_eq!(is_changed(&row, last, Some(&known(before)), now()), expected, "{before} -> {after}");
            assert!(is_changed(&row, last, None, now()));
        }
    }

    #[test]
    fn an_age_is_no_instant() {
        let hours = |hours: u64| Some(now() - Duration::from_secs(hours * 3600));
        for (text, attribute, then, told, expected) in [
            ("3 hours ago", None, 4, 3, false),
            ("yesterday", None, 40, 24, false),
            ("3 hours ago", None, 9, 3, true),
            ("3 hours ago", Some("2026-03-10T09:00:00Z"), 4, 3, true),
            ("Today, 09:00", None, 4, 3, true),
            ("10 Mar 2026", None, 4, 3, true),
        ] {
            let (mut row, _) = row("a 3 5");
            let known = KnownThread {
                last_post: hours(then).map(Timestamp::as_millisecond),
                mark: mark(&row, hours(told)),
                ..known("a 3 5")
            };
            row.last_post =
                RawDate { text: Some(text.to_owned()), attributes: attribute.map(str::to_owned).into_iter().collect() };
            assert_eq!(is_changed(&row, hours(told), Some(&known), now()), expected, "{text} {attribute:?}");
        }
    }

    #[test]
    fn a_listing_leads_to_what_changed_and_no_further() {
        struct Case {
            name: &'static str,
            rows: &'static [&'static str],
            known: &'static [&'static str],
            limits: Limits,
            wanted: &'static [usize],
            cut: u64,
            follow: bool,
        }
        let none = Limits::default;
        let two = || Limits { threads: Some(2), ..Limits::default() };
        let day = || Limits { since: Some(Duration::from_secs(24 * 3600)), ..Limits::default() };
        let cases = [
            Case { name: "empty", rows: &[], known: &[], limits: none(), wanted: &[], cut: 0, follow: false },
            Case {
                name: "all new",
                rows: &["a 1 1", "b 1 2"],
                known: &[],
                limits: none(),
                wanted: &[0, 1],
                cut: 0,
                follow: true,
            },
            Case {
                name: "nothing new",
                rows: &["a 1 1", "b 1 2"],
                known: &["a 1 1", "b 1 2"],
                limits: none(),
                wanted: &[],
                cut: 0,
                follow: false,
            },
            Case {
                name: "stop below the oldest change",
                rows: &["a 2 1", "b 1 2"],
                known: &["a 1 3", "b 1 2"],
                limits: none(),
                wanted: &[0],
                cut: 0,
                follow: false,
            },
            Case {
                name: "changes to the end of the page",
                rows: &["a 2 1", "b 2 2"],
                known: &["a 1 3", "b 1 4"],
                limits: none(),
                wanted: &[0, 1],
                cut: 0,
                follow: true,
            },
            Case {
                name: "a sticky change does not lead on",
                rows: &["s 9 1 s", "a 1 2"],
                known: &["s 8 3 s", "a 1 2"],
                limits: none(),
                wanted: &[0],
                cut: 0,
                follow: false,
            },
            Case {
                name: "an old sticky does not break the order",
                rows: &["s 9 99 s", "a 1 2"],
                known: &["s 9 99 s", "a 1 2"],
                limits: none(),
                wanted: &[],
                cut: 0,
                follow: false,
            },
            Case {
                name: "nothing but sticky",
                rows: &["s 9 99 s"],
                known: &["s 9 99 s"],
                limits: none(),
                wanted: &[],
                cut: 0,
                follow: true,
            },
            Case {
                name: "not sorted: all pages",
                rows: &["a 1 5", "b 1 2"],
                known: &["a 1 5", "b 1 2"],
                limits: none(),
                wanted: &[],
                cut: 0,
                follow: true,
            },
            Case {
                name: "dates unread: all pages",
                rows: &["a 1 ?", "b 1 ?"],
                known: &["a 1 ?", "b 1 ?"],
                limits: none(),
                wanted: &[],
                cut: 0,
                follow: true,
            },
            Case {
                name: "moved stubs are skipped",
                rows: &["a 1 1 m", "b 1 2"],
                known: &[],
                limits: none(),
                wanted: &[1],
                cut: 0,
                follow: true,
            },
            Case {
                name: "a number of threads",
                rows: &["a 1 1", "b 1 2", "c 1 3"],
                known: &[],
                limits: two(),
                wanted: &[0, 1],
                cut: 1,
                follow: true,
            },
            Case {
                name: "too old",
                rows: &["a 1 1", "b 1 30"],
                known: &[],
                limits: day(),
                wanted: &[0],
                cut: 1,
                follow: false,
            },
            Case {
                name: "the last page again",
                rows: &["a 1 1 u", "b 1 2 u"],
                known: &["a 1 1 r", "b 1 2 r"],
                limits: none(),
                wanted: &[],
                cut: 0,
                follow: false,
            },
        ];
        for case in cases {
            let rows: Vec<_> = case.rows.iter().map(|text| row(text)).collect();
            let known: Vec<_> = (0..rows.len()).map(|at| case.known.get(at).map(|text| known(text))).collect();
            let plan = listing(&rows, &known, &case.limits, &mut 0, now(), false);
            assert_eq!(
                (&plan.wanted[..], plan.cut, plan.follow),
                (case.wanted, case.cut, case.follow),
                "{}",
                case.name
            );
            assert_eq!(plan.exhausted, case.name == "a number of threads");
        }
    }

    #[test]
    fn paging_goes_forward_or_ends() {
        let two = Limits { pages: Some(2), ..Limits::default() };
        let none = Limits::default();
        for (next, number, pages, progress, limits, posts, expected) in [
            (None, 1, None, true, &none, Posts::All, Follow::End),
            (Some(Some(2)), 1, Some(3), true, &none, Posts::All, Follow::Yes),
            (Some(None), 1, None, true, &none, Posts::All, Follow::Yes),
            (Some(Some(2)), 2, Some(3), true, &none, Posts::All, Follow::End),
            (Some(Some(1)), 2, None, true, &none, Posts::All, Follow::End),
            (Some(Some(4)), 3, Some(3), true, &none, Posts::All, Follow::End),
            (Some(Some(2)), 1, Some(3), false, &none, Posts::All, Follow::End),
            (Some(Some(2)), 1, Some(3), true, &none, Posts::First, Follow::End),
            (Some(Some(2)), 1, Some(3), true, &two, Posts::All, Follow::Yes),
            (Some(Some(3)), 2, Some(3), true, &two, Posts::All, Follow::Cut),
        ] {
            let next = next.map(request);
            let got = follow(next.as_ref(), number, pages, progress, limits, posts);
            assert_eq!(got, expected, "{number} of {pages:?} to {:?}", next.and_then(|next| next.page));
        }
        let mut trap = request(Some(2));
        trap.url.set_query(Some(&"x".repeat(3000)));
        assert_eq!(follow(Some(&trap), 1, None, true, &none, Posts::All), Follow::End);
    }
}
