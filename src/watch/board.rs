//! What the resident crawler knows of itself: the one place from which metrics, status and page are made.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    frontier::{BoardPoll, HostQueue, Line},
    model::Change,
};

/// Posts that are kept for the page.
const NEWEST: usize = 20;
/// Minutes of throughput that are kept.
const MINUTES: usize = 60;
/// Most forums print the minute alone: a post may be that much younger than it says.
const MINUTE: SignedDuration = SignedDuration::from_secs(59);
/// Characters of a post that the page shows.
const EXCERPT: usize = 160;
/// Upper bounds of the delay from a post's date to its record, in seconds.
pub(super) const DELAYS: [u64; 10] = [10, 30, 60, 120, 300, 900, 1800, 3600, 21_600, 86_400];

/// What is known; told by the loop and by the writer of lines.
#[derive(Debug, Default)]
pub struct Board {
    seats: BTreeMap<Arc<str>, Seat>,
    newest: VecDeque<Newest>,
    minutes: VecDeque<Minute>,
    last_seq: u64,
    turned_at: Option<Timestamp>,
    reloads: u64,
    reload_error: Option<String>,
}

/// What is known of a source.
#[derive(Clone, Debug, Default)]
pub struct Seat {
    /// When its run that is under way began.
    pub running_since: Option<Timestamp>,
    /// When its next run begins.
    pub next: Option<Timestamp>,
    /// When its last run began.
    pub began: Option<Timestamp>,
    /// When its last run ended.
    pub ended: Option<Timestamp>,
    /// The run before was over then: younger posts can be seen in time.
    watched_since: Option<Timestamp>,
    /// Runs that ended.
    pub runs: u64,
    /// Runs in a row that lost something.
    pub failed_in_a_row: u64,
    /// Why the last run lost something.
    pub failure: Option<String>,
    /// Pages that wait.
    pub queued: u64,
    /// How often its boards are read, where that goes by their rates of new posts.
    pub boards: Vec<BoardPoll>,
    /// Posts first seen, by the delay after their date: one more than there are bounds.
    pub(super) delays: [u64; DELAYS.len() + 1],
    pub(super) delay_sum: f64,
}

/// A post that was written last.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Newest {
    /// Its place in the output.
    pub seq: u64,
    /// The record's id.
    pub id: String,
    /// Name of the source.
    pub source: String,
    /// Against what was known.
    pub change: Change,
    /// Permalink.
    pub url: Option<String>,
    /// The post's or the thread's title.
    pub headline: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it was fetched.
    pub fetched_at: String,
    /// The beginning of its text.
    pub excerpt: String,
}

/// Records of a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Minute {
    /// Minutes since 1970.
    pub minute: i64,
    /// Posts seen for the first time.
    pub new: u64,
    /// Edits and deletions.
    pub changed: u64,
}

/// The fields of a record that the board shows.
#[derive(Deserialize)]
struct Seen {
    seq: u64,
    id: String,
    source: String,
    change: Change,
    url: Option<String>,
    headline: Option<String>,
    author: Option<SeenAuthor>,
    date_published: Option<String>,
    text: Option<String>,
    fetched_at: String,
}

#[derive(Deserialize)]
struct SeenAuthor {
    name: Option<String>,
}

impl Board {
    /// The sources are these.
    pub fn set(&mut self, names: impl IntoIterator<Item = Arc<str>>) {
        let mut before = std::mem::take(&mut self.seats);
        self.seats = names.into_iter().map(|name| (name.clone(), before.remove(&name).unwrap_or_default())).collect();
    }

    /// The loop has turned; `next` tells when a source's next run begins.
    pub fn turned(&mut self, now: Timestamp, next: impl Fn(&str) -> Option<Timestamp>) {
        self.turned_at = Some(now);
        for (name, seat) in &mut self.seats {
            seat.next = next(name);
        }
    }

    /// When the loop turned last.
    pub fn turned_at(&self) -> Option<Timestamp> {
        self.turned_at
    }

    /// The sources, by name.
    pub fn seats(&self) -> impl Iterator<Item = (&Arc<str>, &Seat)> {
        self.seats.iter()
    }

    /// A source.
    pub fn seat(&self, name: &str) -> Option<&Seat> {
        self.seats.get(name)
    }

    /// A run of a source has begun.
    pub fn begun(&mut self, name: &str, now: Timestamp) {
        if let Some(seat) = self.seats.get_mut(name) {
            seat.watched_since = seat.ended.and(seat.began);
            (seat.running_since, seat.began) = (Some(now), Some(now));
        }
    }

    /// A run of a source is over; `failure` where it lost something.
    pub fn ended(&mut self, name: &str, now: Timestamp, failure: Option<String>) {
        if let Some(seat) = self.seats.get_mut(name) {
            (seat.running_since, seat.ended) = (None, Some(now));
            seat.runs += 1;
            seat.failed_in_a_row = if failure.is_some() { seat.failed_in_a_row + 1 } else { 0 };
            seat.failure = failure;
        }
    }

    /// So many pages wait, by source; none of those that are not named.
    pub fn queued(&mut self, queues: &[HostQueue]) {
        for (name, seat) in &mut self.seats {
            seat.queued = queues.iter().filter(|queue| *queue.source == **name).map(|queue| queue.pending).sum();
        }
    }

    /// The boards of a source are read so often.
    pub fn polls(&mut self, name: &str, boards: Vec<BoardPoll>) {
        if let Some(seat) = self.seats.get_mut(name) {
            seat.boards = boards;
        }
    }

    /// The configuration was read anew, or why it was not.
    pub fn reloaded(&mut self, error: Option<String>) {
        self.reloads += 1;
        self.reload_error = error;
    }

    /// How often the configuration was asked for anew, and why the last time failed.
    pub fn reloads(&self) -> (u64, Option<&str>) {
        (self.reloads, self.reload_error.as_deref())
    }

    /// The last `seq` that was written.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// The posts that were written last, newest first.
    pub fn newest(&self) -> impl Iterator<Item = &Newest> {
        self.newest.iter()
    }

    /// The last hour, minute by minute, up to now.
    pub fn minutes(&self, now: Timestamp) -> Vec<Minute> {
        let last = now.as_second().div_euclid(60);
        let first = last - MINUTES as i64 + 1;
        let at = |minute| self.minutes.iter().find(|known| known.minute == minute).copied();
        (first..=last).map(|minute| at(minute).unwrap_or(Minute { minute, ..Minute::default() })).collect()
    }

    /// Lines were written.
    pub fn written(&mut self, lines: &[Line]) {
        for line in lines {
            self.last_seq = self.last_seq.max(line.seq);
            if let Ok(seen) = serde_json::from_slice::<Seen>(&line.bytes) {
                self.take(seen);
            }
        }
    }

    fn take(&mut self, seen: Seen) {
        let fetched: Option<Timestamp> = seen.fetched_at.parse().ok();
        let minute = fetched.map_or(0, |at| at.as_second().div_euclid(60));
        if self.minutes.back().is_none_or(|last| last.minute < minute) {
            self.minutes.push_back(Minute { minute, ..Minute::default() });
            if self.minutes.len() > MINUTES {
                self.minutes.pop_front();
            }
        }
        if let Some(last) = self.minutes.back_mut() {
            *(if seen.change == Change::New { &mut last.new } else { &mut last.changed }) += 1;
        }
        // a date without an offset is no instant
        let published = seen.date_published.as_deref().and_then(|date| date.parse::<Timestamp>().ok());
        if seen.change == Change::New
            && let (Some(published), Some(fetched)) = (published, fetched)
            && let Some(seat) = self.seats.get_mut(seen.source.as_str())
            && seat.watched_since.is_some_and(|since| published >= since - MINUTE)
        {
            seat.delayed(fetched.duration_since(published));
        }
        self.newest.push_front(Newest {
            seq: seen.seq,
            id: seen.id,
            source: seen.source,
            change: seen.change,
            url: seen.url,
            headline: seen.headline,
            author: seen.author.and_then(|author| author.name),
            fetched_at: seen.fetched_at,
            excerpt: excerpt(seen.text.as_deref().unwrap_or_default()),
        });
        self.newest.truncate(NEWEST);
    }
}

impl Seat {
    fn delayed(&mut self, delay: SignedDuration) {
        let delay = Duration::try_from(delay).unwrap_or(Duration::ZERO);
        let bucket = DELAYS.iter().position(|bound| delay <= Duration::from_secs(*bound)).unwrap_or(DELAYS.len());
        self.delays[bucket] += 1;
        self.delay_sum += delay.as_secs_f64();
    }
}

fn excerpt(text: &str) -> String {
    let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = words.char_indices().nth(EXCERPT) {
        words.truncate(end);
        words.push('…');
    }
    words
}
