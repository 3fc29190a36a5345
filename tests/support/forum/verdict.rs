//! What a crawl made of a forum, held against what is true now.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::{
    calendar::instant,
    model::Forum,
    truth::{PostTruth, QuoteTruth},
};

/// The verdict over all lines that crawls of one forum have written, in order. Every list names posts or lines.
///
/// Only what a record must be told anew for is held against the present (DESIGN: `content_hash`): text, quotes, edit,
/// and what never changes, author and date. Titles and places may be as old as the record.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Lines.
    pub records: usize,
    /// Lines that are no JSON object.
    pub torn: Vec<String>,
    /// A (id, revision) or a seq that was there before.
    pub doubled: Vec<String>,
    /// Numbers that `seq` leaves out, up to its last.
    pub gaps: Vec<u64>,
    /// Revisions of a post that are not one more than the one before.
    pub skipped: Vec<String>,
    /// Posts that are there and have no record.
    pub missing: Vec<String>,
    /// Posts whose last record says something else than is true.
    pub wrong: Vec<String>,
    /// Posts that are gone and whose last record does not say so.
    pub undeleted: Vec<String>,
    /// Records of posts that never were, or that a guest cannot see.
    pub strays: Vec<String>,
}

impl Verdict {
    /// Holds these lines against the forum as it is now, at addresses that begin with `origin`.
    pub fn of<'a>(forum: &Forum, origin: &str, lines: impl IntoIterator<Item = &'a str>) -> Verdict {
        let mut verdict = Verdict::default();
        let mut last: HashMap<String, Value> = HashMap::new();
        let (mut revisions, mut seqs) = (BTreeSet::new(), BTreeSet::new());
        for line in lines.into_iter().filter(|line| !line.trim().is_empty()) {
            verdict.records += 1;
            let record: Value = match serde_json::from_str(line) {
                Ok(record @ Value::Object(_)) => record,
                _ => {
                    verdict.torn.push(line.to_owned());
                    continue;
                }
            };
            let (id, revision) = (string(&record["id"]), record["revision"].as_u64().unwrap_or(0));
            if !revisions.insert((id.clone(), revision)) {
                verdict.doubled.push(format!("{id} revision {revision}"));
            }
            if let Some(seq) = record["seq"].as_u64()
                && !seqs.insert(seq)
            {
                verdict.doubled.push(format!("seq {seq}"));
            }
            let before = last.insert(string(&record["post_id"]), record);
            let before = before.as_ref().map_or(0, |record| record["revision"].as_u64().unwrap_or(0));
            if revision != before + 1 {
                verdict.skipped.push(format!("{id}: revision {revision} after {before}"));
            }
        }
        if let Some(most) = seqs.last() {
            verdict.gaps = (1..*most).filter(|seq| !seqs.contains(seq)).collect();
        }
        verdict.hold(forum, origin, &last);
        verdict
    }

    /// Nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.counts().values().all(|count| *count == 0)
    }

    /// How much is wrong, by name.
    pub fn counts(&self) -> BTreeMap<&'static str, usize> {
        BTreeMap::from([
            ("torn", self.torn.len()),
            ("doubled", self.doubled.len()),
            ("gaps", self.gaps.len()),
            ("skipped", self.skipped.len()),
            ("missing", self.missing.len()),
            ("wrong", self.wrong.len()),
            ("undeleted", self.undeleted.len()),
            ("strays", self.strays.len()),
        ])
    }

    fn hold(&mut self, forum: &Forum, origin: &str, last: &HashMap<String, Value>) {
        let truth = forum.truth(origin);
        for post in truth.iter().filter(|post| post.visible_to_guest) {
            match last.get(&post.post_id) {
                None if post.optional => {}
                None => self.missing.push(format!("post {} of thread {}", post.post_id, post.thread_id)),
                Some(record) => {
                    let faults = faults(post, record);
                    if !faults.is_empty() {
                        self.wrong.push(format!("post {}: {}", post.post_id, faults.join("; ")));
                    }
                }
            }
        }
        let seen: HashMap<&str, bool> = truth.iter().map(|t| (t.post_id.as_str(), t.visible_to_guest)).collect();
        for (id, record) in last {
            match seen.get(id.as_str()) {
                Some(true) => {}
                None if id.parse().is_ok_and(|id: usize| (1..=forum.posts().len()).contains(&id)) => {
                    if record["change"] != "deleted" {
                        self.undeleted.push(format!("post {id}"));
                    }
                }
                Some(false) | None => self.strays.push(format!("post {id}")),
            }
        }
        self.undeleted.sort();
        self.strays.sort();
    }
}

/// What a record says otherwise.
fn faults(truth: &PostTruth, record: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut hold = |what: &str, want: String, got: String| {
        if want != got {
            faults.push(format!("{what} is {got:?}, not {want:?}"));
        }
    };
    if truth.optional {
        if record["status"] == "visible" && record["change"] != "deleted" {
            hold("status", truth.status.to_owned(), string(&record["status"]));
        }
        return faults;
    }
    hold("status", "visible".into(), string(&record["status"]));
    hold("text", squeeze(&truth.text_expected), squeeze(&string(&record["text"])));
    hold("author", truth.author.clone(), string(&record["author"]["name"]));
    hold("date", minute(&truth.created_at), minute(&string(&record["date_published"])));
    hold("quotes", quotes_of(&truth.quotes), quotes(&record["quotes"]));
    let edit = &record["edit"];
    hold("edit", truth.edit_shown.to_string(), edit.is_object().to_string());
    if truth.edit_shown {
        hold("editor", truth.edited_by.clone().unwrap_or_default(), string(&edit["editor"]["name"]));
        hold("edit date", minute(truth.edited_at.as_deref().unwrap_or_default()), minute(&string(&edit["date"])));
        hold("edit count", truth.edit_count.map_or(String::new(), |n| n.to_string()), string(&edit["count"]));
        hold("edit reason", truth.edit_reason.clone().unwrap_or_default(), string(&edit["reason"]));
    }
    faults
}

fn quotes_of(quotes: &[QuoteTruth]) -> String {
    let one = |quote: &QuoteTruth| format!("[{}: {} {}]", quote.author, squeeze(&quote.text), quotes_of(&quote.quotes));
    quotes.iter().map(one).collect()
}

fn quotes(quotes: &Value) -> String {
    let one = |quote: &Value| {
        let text = squeeze(&string(&quote["text"]));
        format!("[{}: {text} {}]", string(&quote["author"]), self::quotes(&quote["quotes"]))
    };
    quotes.as_array().map_or(String::new(), |all| all.iter().map(one).collect())
}

/// A string, a number's digits, or nothing for null.
fn string(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The minute of an instant; the text itself where it is none, or has no offset.
fn minute(text: &str) -> String {
    match instant(text) {
        Some(at) if text.len() > 19 => (at.div_euclid(60)).to_string(),
        _ => text.to_owned(),
    }
}
