//! The resident crawler, somebody who follows its records, and what its operator does to both.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::life::Forums;

/// `forumsift watch` and `forumsift tail -f` in a folder.
pub(super) struct Crawler {
    program: PathBuf,
    folder: PathBuf,
    interval: u64,
    watch: Child,
    tail: Child,
    followed: Arc<Mutex<Vec<(Timestamp, String)>>>,
}

impl Crawler {
    pub(super) fn start(program: &Path, folder: &Path, forums: &Forums, interval: u64) -> io::Result<Crawler> {
        fs::create_dir(folder.join("records"))?;
        fs::write(folder.join("forumsift.toml"), configuration(forums, interval, 0))?;
        let mut tail =
            command(program, folder, &["tail", "records", "-f"], "tail.log")?.stdout(Stdio::piped()).spawn()?;
        let watch = command(program, folder, &["watch", "-v"], "watch.log")?.spawn()?;
        let followed = Arc::new(Mutex::new(Vec::new()));
        if let Some(lines) = tail.stdout.take() {
            let followed = Arc::clone(&followed);
            thread::spawn(move || {
                for line in BufReader::new(lines).lines().map_while(Result::ok) {
                    followed.lock().unwrap_or_else(PoisonError::into_inner).push((Timestamp::now(), line));
                }
            });
        }
        Ok(Crawler { program: program.to_owned(), folder: folder.to_owned(), interval, watch, tail, followed })
    }

    pub(super) fn lives(&mut self) -> io::Result<bool> {
        Ok(self.watch.try_wait()?.is_none())
    }

    /// As logrotate does it with `create`: moves the live file, makes it anew, tells.
    pub(super) fn bounce(&self, number: u64) -> io::Result<()> {
        let live = self.folder.join("records/records.jsonl");
        fs::rename(&live, self.folder.join(format!("records/records.jsonl.moved-{number:04}")))?;
        File::create(&live)?;
        self.hang_up()
    }

    /// Another configuration: intervals and revisits change, and the last source comes and goes.
    pub(super) fn reload(&self, forums: &Forums, number: u64) -> io::Result<()> {
        // made beside and renamed: a bounce at the same moment must not find half of it
        let new = self.folder.join("forumsift.new");
        fs::write(&new, configuration(forums, self.interval, number))?;
        fs::rename(new, self.folder.join("forumsift.toml"))?;
        self.hang_up()
    }

    fn hang_up(&self) -> io::Result<()> {
        signal(&self.watch, "HUP")
    }

    /// Resident memory of the crawler in KiB.
    pub(super) fn memory(&self) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.watch.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok());
        kib.ok_or_else(|| io::Error::other("the system tells no VmRSS"))
    }

    pub(super) fn stop(&mut self) -> io::Result<ExitStatus> {
        if self.lives()? {
            signal(&self.watch, "TERM")?;
        }
        self.watch.wait()
    }

    /// One run more, that looks at every page and confirms what is missing; then the follower has all and ends.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        for _ in 0..2 {
            let arguments = ["run", "--all", "--recheck", "-q"];
            command(&self.program, &self.folder, &arguments, "settle.log")?.status()?;
        }
        thread::sleep(Duration::from_secs(1));
        signal(&self.tail, "TERM")?;
        self.tail.wait()?;
        // its last lines may still be on their way through the pipe
        let quiet = Instant::now();
        while quiet.elapsed() < Duration::from_secs(1) {
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// What the follower got, and when.
    pub(super) fn followed(&self) -> Vec<(Timestamp, String)> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All lines that stand in the folder, moved files first.
    pub(super) fn records(&self) -> io::Result<Vec<String>> {
        let mut files: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(self.folder.join("records"))? {
            files.push(entry?.path());
        }
        let is_live = |path: &Path| path.extension().is_some_and(|extension| extension == "jsonl");
        files.sort_by_key(|path| (is_live(path), path.clone()));
        let mut lines = Vec::new();
        for file in files {
            lines.extend(fs::read_to_string(file)?.lines().map(str::to_owned));
        }
        Ok(lines)
    }
}

impl Drop for Crawler {
    fn drop(&mut self) {
        for child in [&mut self.watch, &mut self.tail] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn command(program: &Path, folder: &Path, arguments: &[&str], log: &str) -> io::Result<Command> {
    let log = File::options().create(true).append(true).open(folder.join(log))?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    command.env_remove("FORUMSIFT_CONFIG").env_remove("FORUMSIFT_LOG");
    Ok(command)
}

fn signal(child: &Child, name: &str) -> io::Result<()> {
    Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status().map(drop)
}

fn configuration(forums: &Forums, interval: u64, number: u64) -> String {
    let mut text = "[output]\nto = \"records\"\n[watch]\nlisten = \"127.0.0.1:0\"\n".to_owned();
    let count = forums.servers.len();
    for (ordinal, server) in forums.servers.iter().enumerate() {
        // the last one is away every other time
        if ordinal > 0 && ordinal + 1 == count && number % 2 == 1 {
            continue;
        }
        let engine = server.forum().setup.engine;
        let (zone, _) = engine.zone();
        let recheck = ["[\"2m\", \"20m\"]", "[\"3m\"]"][(number as usize + ordinal) % 2];
        text += &format!(
            "[[source]]\nname = \"{}\"\nurl = \"{}\"\nengine = \"{}\"\ntime_zone = \"{zone}\"\nevery = \"{interval}s\"\n\
             delay = \"50ms\"\nrecheck = {recheck}\n",
            Forums::name(ordinal),
            server.url(),
            engine.name(),
        );
    }
    text
}
