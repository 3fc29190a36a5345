//! A power cut: what was not synced may be there, or not, or in parts. A crawl's writes are recorded; then the files are laid out
//! as a cut at many instants could have left them, and a crawl goes on with each.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::rig::{FILES, Rig, behind, ends, has, program, told, until};
use crate::{crawl::Crawl, forum::Rng};

/// The files whose writes count.
const FILES_OF_ONE: [&str; 4] = ["records/records.jsonl", "state.db", "state.db-wal", "state.db-journal"];

/// What was done to a file.
#[derive(Debug)]
enum Step {
    /// `None`: at its end.
    Write(Option<u64>, Vec<u8>),
    Truncate(u64),
    Remove,
    /// A sync has begun: what came before it is safe when it has ended.
    SyncBegins,
    SyncEnds,
}

/// A file as it is, and as it is known to be on disk.
#[derive(Clone, Debug, Default)]
struct Medium {
    now: Vec<u8>,
    /// `None`: not even its name.
    safe: Option<Vec<u8>>,
    /// Steps since then, by their number.
    since: Vec<usize>,
    /// What a sync that is under way will make safe, and how many steps.
    syncing: Vec<(Vec<u8>, usize)>,
}

fn apply(bytes: &mut Vec<u8>, step: &Step) {
    match step {
        Step::Write(at, new) => {
            let at = at.map_or(bytes.len(), |at| at as usize);
            if bytes.len() < at + new.len() {
                bytes.resize(at + new.len(), 0);
            }
            bytes[at..at + new.len()].copy_from_slice(new);
        }
        Step::Truncate(length) => bytes.resize(*length as usize, 0),
        Step::Remove => bytes.clear(),
        Step::SyncBegins | Step::SyncEnds => {}
    }
}

impl Medium {
    fn take(&mut self, number: usize, step: &Step) {
        match step {
            Step::SyncBegins => self.syncing.push((self.now.clone(), self.since.len())),
            Step::SyncEnds => {
                if !self.syncing.is_empty() {
                    let (safe, steps) = self.syncing.remove(0);
                    self.safe = Some(safe);
                    self.since.drain(..steps.min(self.since.len()));
                    self.syncing.iter_mut().for_each(|(_, later)| *later -= steps.min(*later));
                }
            }
            // taken to be on disk at once: an old journal that comes back is tried by the cuts before
            Step::Remove => *self = Medium::default(),
            step => {
                apply(&mut self.now, step);
                self.since.push(number);
            }
        }
    }
}

/// What a traced line says: the file's name, and what was done to it.
fn read_line(line: &str, folder: &str, open: &mut BTreeMap<String, PathBuf>) -> Option<(PathBuf, Step)> {
    let (process, line) = line.trim_start().split_once(' ')?;
    let line = line.trim_start();
    if line.starts_with("<... f") && line.contains("sync resumed") {
        return open.remove(process).map(|path| (path, Step::SyncEnds));
    }
    let (call, arguments) = line.split_once('(')?;
    if call == "unlink" {
        let path = PathBuf::from(text_of(arguments.split('"').nth(1)?));
        return Some((path.strip_prefix(folder).ok()?.to_owned(), Step::Remove));
    }
    let (_, rest) = arguments.split_once('<')?;
    let (path, rest) = rest.split_once('>')?;
    let path = PathBuf::from(path.strip_prefix(folder)?.trim_start_matches('/'));
    let number =
        |text: &str| text.trim().trim_end_matches(" <unfinished ...>").split(')').next()?.trim().parse::<u64>().ok();
    match call {
        "write" | "pwrite64" => {
            let (_, rest) = rest.split_once('"')?;
            let (hex, rest) = rest.split_once('"')?;
            assert!(!rest.starts_with("..."), "the tracer cut something off");
            let bytes = hex.split("\\x").skip(1).map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
            let at = if call == "write" { None } else { Some(number(rest.rsplit(", ").next()?)?) };
            Some((path, Step::Write(at, bytes)))
        }
        "ftruncate" => Some((path, Step::Truncate(number(rest.trim_start_matches([',', ' ']))?))),
        "fdatasync" | "fsync" => {
            open.insert(process.to_owned(), path.clone());
            Some((path, Step::SyncBegins))
        }
        _ => None,
    }
}

/// All steps of a crawl, in order.
fn record(rig: &Rig) -> Vec<(PathBuf, Step)> {
    let trace = rig.path("trace");
    let arguments = ["-f", "-qq", "-y", "-xx", "-s", "10000000", "-o", trace.to_str().unwrap(), "-e"];
    let calls = "trace=write,pwrite64,ftruncate,fdatasync,fsync,unlink";
    ends(behind(rig, "strace", &[&arguments[..], &[calls]].concat()), 0);
    let folder = fs::canonicalize(rig.folder()).unwrap().to_str().unwrap().to_owned();
    let mut open = BTreeMap::new();
    let mut steps = Vec::new();
    for line in fs::read_to_string(trace).unwrap().lines() {
        let line = plain_paths(line);
        let is_whole = !line.contains("<unfinished ...>");
        let Some((path, step)) = read_line(&line, &folder, &mut open) else { continue };
        let is_ours = FILES_OF_ONE.iter().any(|name| path == Path::new(name));
        if !is_ours {
            continue;
        }
        let syncs = matches!(step, Step::SyncBegins);
        steps.push((path.clone(), step));
        if syncs && is_whole {
            steps.push((path, Step::SyncEnds));
        }
    }
    steps
}

/// The tracer writes paths in numbers too.
fn plain_paths(line: &str) -> String {
    let Some((before, rest)) = line.split_once('<') else { return line.to_owned() };
    let Some((path, after)) = rest.split_once('>') else { return line.to_owned() };
    if !path.starts_with("\\x") {
        return line.to_owned();
    }
    format!("{before}<{}>{after}", text_of(path))
}

fn text_of(numbers: &str) -> String {
    numbers.split("\\x").skip(1).filter_map(|byte| u8::from_str_radix(byte, 16).ok()).map(char::from).collect()
}

#[test]
fn row_02_a_power_cut_at_any_instant_loses_nothing_that_was_told() {
    if !has("strace") {
        return;
    }
    let rig = Rig::new(7, FILES);
    rig.server.set_latency(Duration::from_millis(20));
    let steps = record(&rig);
    rig.server.set_latency(Duration::ZERO);
    let count = |wanted: &str| {
        steps.iter().filter(|(path, step)| path.ends_with(wanted) && matches!(step, Step::SyncEnds)).count()
    };
    let (lines, log) = (count("records.jsonl"), count("state.db-wal"));
    assert!(lines > 0 && log > 4, "the trace was not understood: {lines} {log} {}", steps.len());
    rig.is_whole();

    let configuration = fs::read_to_string(rig.path("forumsift.toml")).unwrap();
    let mut rng = Rng::new(2);
    let (mut with_holes, mut mended) = (0, 0);
    const CUTS: usize = 16;
    for cut in 0..CUTS {
        // more of them early, where files are new
        let mut instant = steps.len() * (cut + 1) * (cut + 1) / (CUTS * CUTS);
        if cut % 4 == 2 {
            // between a line and its sync
            let is_line =
                |(path, step): &(PathBuf, Step)| path.ends_with("records.jsonl") && matches!(step, Step::Write(..));
            instant += steps[instant..].iter().position(is_line).map_or(0, |at| at + 1);
        }
        let mut media: BTreeMap<&Path, Medium> = BTreeMap::new();
        for (number, (path, step)) in steps[..instant].iter().enumerate() {
            media.entry(path).or_default().take(number, step);
        }
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("records")).unwrap();
        fs::write(folder.path().join("forumsift.toml"), &configuration).unwrap();
        let mut there = Vec::new();
        for (path, medium) in &media {
            // nothing but what is safe; all of it; of each write some or none
            let mut bytes = medium.safe.clone();
            for number in &medium.since {
                let step = &steps[*number].1;
                let is_kept = match cut % 4 {
                    0 => false,
                    1 => true,
                    2 if matches!(step, Step::Write(None, _)) => false,
                    _ => rng.chance(50),
                };
                match step {
                    Step::Write(at, new) if is_kept && cut % 4 == 3 => {
                        // a part of it: what a disk writes at once is a sector
                        let part = (rng.below(new.len() as u64 + 1) as usize).next_multiple_of(512).min(new.len());
                        apply(bytes.get_or_insert_default(), &Step::Write(*at, new[..part].to_vec()));
                    }
                    Step::Write(None, new) if !is_kept && cut % 4 == 2 => {
                        // the file has grown, and its bytes never came
                        with_holes += 1;
                        apply(bytes.get_or_insert_default(), &Step::Write(None, vec![0; new.len()]));
                    }
                    step if is_kept => apply(bytes.get_or_insert_default(), step),
                    _ => {}
                }
            }
            if let Some(bytes) = bytes {
                fs::write(folder.path().join(path), &bytes).unwrap();
                if path.ends_with("records.jsonl") {
                    there = medium.safe.clone().unwrap_or_default();
                }
            }
        }
        let crawl = Crawl::new(program(), &folder.path().join("x"), &rig.server.url(), "", "").unwrap();
        let here = |arguments: &[&str]| {
            let mut command = crawl.command(arguments);
            command.current_dir(folder.path());
            command
        };
        // to look is possible at once
        if cut % 5 == 0 {
            ends(here(&["status"]), 0);
        }
        let output = ends(here(&["run"]), 0);
        mended += usize::from(told(&output).contains("cut off an end"));
        let lines = fs::read_to_string(folder.path().join("records/records.jsonl")).unwrap();
        assert!(lines.as_bytes().starts_with(&there[..there.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1)]));
        let verdict = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| rig.holds(&lines)));
        assert!(verdict.is_ok(), "cut {cut} at step {instant} of {}: {}", steps.len(), told(&output));
    }
    assert!(with_holes > 0 && mended > 0, "no cut left a hole ({with_holes}), or none was noticed ({mended})");
}

/// A kill leaves the log beside the file; without the index of that log, as after a power cut, the file must be mended to be read.
#[test]
fn row_02_a_state_with_a_log_beside_it_can_be_looked_at_and_checked() {
    let rig = Rig::new(8, FILES);
    // slow enough that it is killed in the middle, for at its end a run takes its log away
    rig.server.set_latency(Duration::from_millis(120));
    let mut child = rig.crawl.start(&["run"]).unwrap();
    until("records", || {
        fs::metadata(rig.path("records/records.jsonl")).is_ok_and(|file| file.len() > 3000).then_some(())
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(fs::metadata(rig.path("state.db-wal")).unwrap().len() > 0, "this test wants a log");
    for command in [&["status"][..], &["state", "check"]] {
        let folder = tempfile::tempdir().unwrap();
        for name in ["state.db", "state.db-wal", "forumsift.toml"] {
            fs::copy(rig.path(name), folder.path().join(name)).unwrap();
        }
        let mut command = rig.crawl.command(command);
        command.current_dir(folder.path());
        ends(command, 0);
    }
    rig.run(0);
    rig.is_whole();
}
