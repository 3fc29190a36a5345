//! The state of everything at an instant: what `/status.json` says, and what metrics and page are made of. It is made of
//! names, numbers and sentences; addresses of sources are shown without query, and no secret ever comes near it.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::board::{Board, DELAYS, Minute, Newest, Seat};
use crate::{frontier::BoardPoll, model::Counts};

/// Everything at an instant.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Of the program.
    pub version: &'static str,
    /// When the program began.
    #[serde(serialize_with = "as_text")]
    pub started: Timestamp,
    /// The instant.
    #[serde(serialize_with = "as_text")]
    pub now: Timestamp,
    /// The last `seq` that was written since the program began; 0 for none.
    pub last_seq: u64,
    /// How often the configuration was asked for anew.
    pub reloads: u64,
    /// Why the last time it was not taken.
    pub reload_error: Option<String>,
    /// The sources, by name.
    pub sources: Vec<SourceStatus>,
    /// Records a minute, over the last hour.
    pub minutes: Vec<Minute>,
    /// The posts that were written last, newest first.
    pub newest: Vec<Newest>,
}

/// A source at an instant. Counts are since the program began.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SourceStatus {
    /// Its name.
    pub name: String,
    /// A run is under way.
    pub running: bool,
    /// When its last run began.
    #[serde(serialize_with = "as_text_if_any")]
    pub began: Option<Timestamp>,
    /// When its last run ended.
    #[serde(serialize_with = "as_text_if_any")]
    pub ended: Option<Timestamp>,
    /// When its next run begins; absent while one is under way, or where none ever will.
    #[serde(serialize_with = "as_text_if_any")]
    pub next: Option<Timestamp>,
    /// Runs that ended.
    pub runs: u64,
    /// Runs in a row that lost something.
    pub failed_in_a_row: u64,
    /// Why the last run lost something.
    pub failure: Option<String>,
    /// Pages leased and not yet committed.
    pub in_flight: u64,
    /// Pages that wait.
    pub queued: u64,
    /// How often its boards are read, where that goes by their rates of new posts.
    pub boards: Vec<BoardPoll>,
    /// What became of pages.
    pub pages: Pages,
    /// What became of posts.
    pub posts: Posts,
    /// Failed tries by class.
    pub failures: BTreeMap<&'static str, u64>,
    /// Requests not made on principle, by reason.
    pub refusals: BTreeMap<&'static str, u64>,
    /// Bytes received.
    pub bytes: u64,
    #[serde(skip)]
    pub(super) delays: [u64; DELAYS.len() + 1],
    #[serde(skip)]
    pub(super) delay_sum: f64,
}

/// Pages by what became of them.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the words of the counts")]
pub struct Pages {
    pub read: u64,
    pub unchanged: u64,
    pub noticed: u64,
    pub unrecognised: u64,
    pub failed: u64,
    pub given_back: u64,
}

/// Posts by what they were.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the words of the counts")]
pub struct Posts {
    pub new: u64,
    pub edited: u64,
    pub unchanged: u64,
    pub deleted: u64,
}

impl Status {
    /// Everything as the board knows it. `counts` tells a source's counts, and its failures by the name of their class.
    pub fn of(
        board: &Board,
        started: Timestamp,
        now: Timestamp,
        counts: impl Fn(&str) -> (Counts, BTreeMap<&'static str, u64>),
    ) -> Status {
        let (reloads, reload_error) = board.reloads();
        Status {
            version: env!("CARGO_PKG_VERSION"),
            started,
            now,
            last_seq: board.last_seq(),
            reloads,
            reload_error: reload_error.map(str::to_owned),
            sources: board.seats().map(|(name, seat)| SourceStatus::of(name, seat, counts(name))).collect(),
            minutes: board.minutes(now),
            newest: board.newest().cloned().collect(),
        }
    }
}

impl SourceStatus {
    fn of(name: &Arc<str>, seat: &Seat, (counts, failures): (Counts, BTreeMap<&'static str, u64>)) -> SourceStatus {
        let (pages, posts) = (counts.pages, counts.posts);
        let ends = pages.read + pages.unchanged + pages.noticed + pages.unrecognised + pages.failed + pages.given_back;
        SourceStatus {
            name: name.to_string(),
            running: seat.running_since.is_some(),
            began: seat.began,
            ended: seat.ended,
            next: seat.next,
            runs: seat.runs,
            failed_in_a_row: seat.failed_in_a_row,
            failure: seat.failure.clone(),
            in_flight: pages.leased.saturating_sub(ends),
            queued: seat.queued,
            boards: seat.boards.clone(),
            pages: Pages {
                read: pages.read,
                unchanged: pages.unchanged,
                noticed: pages.noticed,
                unrecognised: pages.unrecognised,
                failed: pages.failed,
                given_back: pages.given_back,
            },
            posts: Posts { new: posts.new, edited: posts.edited, unchanged: posts.unchanged, deleted: posts.deleted },
            failures,
            refusals: counts.refusals,
            bytes: counts.bytes,
            delays: seat.delays,
            delay_sum: seat.delay_sum,
        }
    }
}

fn as_text<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

#[expect(clippy::ref_option, reason = "serde asks for this signature")]
fn as_text_if_any<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.to_string()).serialize(serializer)
}
