//! What an archive has shown of each post: a captured crawl may hold a page twice, and what it tells the second time is what has
//! changed, as a crawl with a state would tell it.

use std::collections::HashMap;

use crate::model::{Change, Record, Status};

/// What was seen of each post so far.
#[derive(Debug, Default)]
pub(super) struct Sightings(HashMap<u64, Seen>);

#[derive(Clone, Copy, Debug)]
struct Seen {
    content: u64,
    revision: u32,
    gone: bool,
}

impl Sightings {
    /// Whether a record tells something new; then its `change` and `revision` say what.
    pub(super) fn tells(&mut self, record: &mut Record) -> bool {
        let gone = record.status == Status::Deleted;
        let content = hash(&record.content_hash);
        let (revision, change) = match self.0.get(&hash(&record.id)) {
            Some(seen) if seen.gone == gone && (gone || seen.content == content) => return false,
            Some(seen) => (seen.revision + 1, Change::Edited),
            None => (1, Change::New),
        };
        record.revision = revision;
        record.change = change;
        self.0.insert(hash(&record.id), Seen { content, revision, gone });
        true
    }
}

/// Half of a hash is enough to tell the posts of an archive apart.
fn hash(text: &str) -> u64 {
    let mut short = [0; 8];
    short.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..8]);
    u64::from_le_bytes(short)
}
