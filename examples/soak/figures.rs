//! What the records are worth: nothing lost, nothing doubled, how long a post waited for first sight, and memory.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt, fs, io,
    io::Write,
    path::PathBuf,
    time::Duration,
};

use jiff::Timestamp;
use serde_json::Value;

use super::{crawler::Crawler, forum::Verdict, life::Forums};

/// What was measured on the way.
pub(super) struct Figures {
    file: PathBuf,
    interval: u64,
    /// Minutes since the beginning, and KiB.
    memory: Vec<(f64, u64)>,
}

/// How it stands.
pub(super) struct Last {
    minutes: f64,
    ended: Option<i32>,
    records: usize,
    followed: usize,
    /// Seqs that are missing, and those that are there twice, in the files and as they were followed.
    lost: usize,
    doubled: usize,
    follower_lost: usize,
    follower_doubled: usize,
    /// What verdicts on each forum found, by name.
    faults: BTreeMap<&'static str, usize>,
    examples: Vec<String>,
    /// Seconds from a post's birth to its fetch and to the follower: median, 90th and 100th hundredth.
    seen: [f64; 3],
    got: [f64; 3],
    interval: u64,
    memory: (u64, u64),
    /// Only at the end are faults of single posts faults.
    is_final: bool,
}

impl Figures {
    pub(super) fn new(file: PathBuf, interval: u64) -> Figures {
        Figures { file, interval, memory: Vec::new() }
    }

    pub(super) fn measure(&mut self, elapsed: Duration, kib: u64) {
        self.memory.push((elapsed.as_secs_f64() / 60.0, kib));
    }

    /// Writes down how it stands.
    pub(super) fn tell(&self, forums: &Forums, crawler: &Crawler) -> io::Result<()> {
        let last = self.last(forums, crawler, None, false)?;
        let csv: String = self.memory.iter().map(|(minutes, kib)| format!("{minutes:.1},{kib}\n")).collect();
        fs::write(self.file.with_file_name("memory.csv"), csv)?;
        fs::write(&self.file, last.to_string())?;
        writeln!(io::stdout(), "{}", last.line())
    }

    pub(super) fn judge(&self, forums: &Forums, crawler: &Crawler, ended: Option<i32>) -> io::Result<Last> {
        let last = self.last(forums, crawler, ended, true)?;
        fs::write(&self.file, last.to_string())?;
        Ok(last)
    }

    fn last(&self, forums: &Forums, crawler: &Crawler, ended: Option<i32>, is_final: bool) -> io::Result<Last> {
        let followed = crawler.followed();
        let lines = crawler.records()?;
        let records: Vec<Value> = lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let (lost, doubled) = seqs(records.iter());
        let got: Vec<(Timestamp, Value)> =
            followed.iter().filter_map(|(at, line)| Some((*at, serde_json::from_str(line).ok()?))).collect();
        let (follower_lost, follower_doubled) = seqs(got.iter().map(|(_, record)| record));

        let mut by_source: HashMap<&str, Vec<&str>> = HashMap::new();
        for (line, record) in lines.iter().zip(&records) {
            by_source.entry(record["source"].as_str().unwrap_or_default()).or_default().push(line);
        }
        let (mut faults, mut examples) = (BTreeMap::new(), Vec::new());
        let mut births: HashMap<String, Timestamp> = HashMap::new();
        for (number, server) in forums.servers.iter().enumerate() {
            let name = Forums::name(number);
            let own = by_source.get(name.as_str()).map(Vec::as_slice).unwrap_or_default();
            let forum = server.forum();
            let verdict = Verdict::of(&forum, server.origin(), own.iter().copied());
            for (fault, count) in verdict.counts().into_iter().filter(|(fault, _)| *fault != "gaps") {
                *faults.entry(fault).or_default() += count;
            }
            for list in [&verdict.missing, &verdict.wrong, &verdict.undeleted, &verdict.skipped, &verdict.strays] {
                examples.extend(list.iter().take(2).map(|told| format!("{name}: {told}")));
            }
            for event in forum.events().iter().filter(|event| event.change == Some("new")) {
                if let (Some(post), Ok(at)) = (&event.post_id, Timestamp::from_second(event.at)) {
                    births.insert(format!("{name}/{post}"), at);
                }
            }
        }
        let waited = |record: &Value, at: Option<Timestamp>| {
            let is_new = record["change"] == "new";
            let birth = births.get(record["id"].as_str().filter(|_| is_new)?)?;
            Some(at?.duration_since(*birth).as_secs_f64())
        };
        let fetched = |record: &Value| record["fetched_at"].as_str()?.parse().ok();
        let seen = records.iter().filter_map(|record| waited(record, fetched(record))).collect();
        let got_after = got.iter().filter_map(|(at, record)| waited(record, Some(*at))).collect();
        Ok(Last {
            minutes: self.memory.last().map_or(0.0, |(minutes, _)| *minutes),
            ended,
            records: lines.len(),
            followed: followed.len(),
            lost,
            doubled,
            follower_lost,
            follower_doubled,
            faults,
            examples,
            seen: hundredths(seen),
            got: hundredths(got_after),
            interval: self.interval,
            memory: self.growth(),
            is_final,
        })
    }

    /// The median at the beginning and at the end of the last hour, or of the second half of less.
    fn growth(&self) -> (u64, u64) {
        let Some((end, _)) = self.memory.last() else { return (0, 0) };
        let from = (end - 60.0).max(end / 2.0);
        let late: Vec<u64> = self.memory.iter().filter(|(at, _)| *at >= from).map(|(_, kib)| *kib).collect();
        let part = (late.len() / 6).max(1);
        let median = |part: &[u64]| {
            let mut sorted = part.to_vec();
            sorted.sort_unstable();
            sorted.get(sorted.len() / 2).copied().unwrap_or_default()
        };
        (median(&late[..part]), median(&late[late.len() - part..]))
    }
}

impl Last {
    fn growth(&self) -> f64 {
        let (before, after) = self.memory;
        if before == 0 { 0.0 } else { (after as f64 / before as f64 - 1.0) * 100.0 }
    }

    /// Whether all that was promised was kept.
    pub(super) fn is_good(&self) -> bool {
        let nothing = self.lost + self.doubled + self.follower_lost + self.follower_doubled == 0;
        let clean = !self.is_final || (self.faults.values().all(|count| *count == 0) && self.followed == self.records);
        let prompt = self.got[0] <= self.interval as f64 / 2.0 + 2.0;
        nothing && clean && prompt && self.growth() <= 5.0 && matches!(self.ended, None | Some(0 | 3))
    }

    fn line(&self) -> String {
        format!(
            "{:.0} min: {} records, lost {} doubled {}, follower lost {} doubled {}, median delay {:.1} s, memory {} KiB ({:+.1} %)",
            self.minutes,
            self.records,
            self.lost,
            self.doubled,
            self.follower_lost,
            self.follower_doubled,
            self.got[0],
            self.memory.1,
            self.growth(),
        )
    }
}

impl fmt::Display for Last {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.line())?;
        writeln!(f, "followed {} of {} records; ended with {:?}", self.followed, self.records, self.ended)?;
        for (what, [median, ninety, most]) in [("fetched", self.seen), ("followed", self.got)] {
            writeln!(f, "from birth until {what}: median {median:.1} s, nine in ten {ninety:.1} s, most {most:.1} s")?;
        }
        writeln!(f, "memory of the last hour: {} KiB, then {} KiB", self.memory.0, self.memory.1)?;
        let when = if self.is_final { "" } else { " (on the way: what is not seen yet counts)" };
        writeln!(f, "held against the truth{when}: {:?}", self.faults)?;
        self.examples.iter().take(20).try_for_each(|example| writeln!(f, "  {example}"))?;
        writeln!(f, "{}", if self.is_good() { "good" } else { "NOT GOOD" })
    }
}

/// How many seqs are missing up to the last, and how many are there more than once.
fn seqs<'a>(records: impl Iterator<Item = &'a Value>) -> (usize, usize) {
    let (mut seen, mut count) = (BTreeSet::new(), 0);
    for seq in records.filter_map(|record| record["seq"].as_u64()) {
        seen.insert(seq);
        count += 1;
    }
    let most = seen.last().map_or(0, |most| *most as usize);
    (most - seen.len(), count - seen.len())
}

fn hundredths(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    let at =
        |part: f64| values.get(((values.len() as f64 - 1.0).max(0.0) * part) as usize).copied().unwrap_or_default();
    [at(0.5), at(0.9), at(1.0)]
}
