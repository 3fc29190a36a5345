//! A small forum, a crawl of it, and the tools that make things go wrong.

use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    crawl::Crawl,
    forum::{Engine, Forum, ForumServer, Setup, Verdict},
};

/// The program.
pub(super) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_forumsift"))
}

/// A forum and a folder in which it is crawled.
pub(super) struct Rig {
    pub(super) server: ForumServer,
    pub(super) crawl: Crawl,
    folder: tempfile::TempDir,
}

/// What most tests need: records in a folder, a state beside it.
pub(super) const FILES: &str = "[output]\nto = \"records\"\n[state]\npath = \"state.db\"\n";

/// The same, with records on stdout.
pub(super) const STDOUT: &str = "[state]\npath = \"state.db\"\n";

impl Rig {
    /// One board of so many threads, read with these lines in the configuration.
    pub(super) fn new(threads: usize, top: &str) -> Rig {
        Rig::of(Setup { boards: 1, threads, longest: 12, traps: false, ..Setup::new(Engine::Phpbb, 3) }, top)
    }

    pub(super) fn of(setup: Setup, top: &str) -> Rig {
        let (zone, _) = setup.engine.zone();
        let source = format!("engine = \"{}\"\ntime_zone = \"{zone}\"\nrecheck = []", setup.engine.name());
        let server = ForumServer::start(Forum::new(setup)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let crawl = Crawl::new(program(), folder.path(), &server.url(), top, &source).unwrap();
        Rig { server, crawl, folder }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.crawl.path(name)
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A run to its end: it must end so.
    pub(super) fn run(&self, code: i32) -> Output {
        ends(self.crawl.command(&["run"]), code)
    }

    /// Every post is in the folder `records` once, and says what is true.
    pub(super) fn is_whole(&self) {
        self.holds(&self.crawl.records().unwrap());
    }

    /// The same of these lines.
    pub(super) fn holds(&self, lines: &str) {
        let forum = self.server.forum();
        let verdict = Verdict::of(&forum, self.server.origin(), lines.lines());
        drop(forum);
        assert!(verdict.is_clean() && verdict.records > 0, "{verdict:?}");
        assert!(lines.ends_with('\n'));
    }

    /// What is there is right, though more will come.
    pub(super) fn holds_so_far(&self) {
        let forum = self.server.forum();
        let lines = self.crawl.records().unwrap();
        let verdict = Verdict { missing: Vec::new(), ..Verdict::of(&forum, self.server.origin(), lines.lines()) };
        drop(forum);
        assert!(verdict.is_clean() && verdict.records > 0, "{verdict:?}");
    }

    /// Rewrites the configuration.
    pub(super) fn configure(&self, change: impl Fn(&str) -> String) {
        let file = self.path("forumsift.toml");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(file, change(&text)).unwrap();
    }
}

/// Runs a command to its end and holds its exit code against what it must be.
pub(super) fn ends(mut command: Command, code: i32) -> Output {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{command:?}\n{}", told(&output));
    output
}

/// What it said on stderr.
pub(super) fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The arguments of a crawl behind another program, such as a tracer.
pub(super) fn behind(rig: &Rig, tool: &str, arguments: &[&str]) -> Command {
    behind_with(rig, tool, arguments, &["run"])
}

/// The same, of a subcommand.
pub(super) fn behind_with(rig: &Rig, tool: &str, arguments: &[&str], own: &[&str]) -> Command {
    let mut command = Command::new(tool);
    command.args(arguments).arg(program()).args(own).args(["-c", "forumsift.toml"]).current_dir(rig.folder());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env_remove("FORUMSIFT_CONFIG").env_remove("FORUMSIFT_LOG");
    command
}

/// A running crawl whose words are gathered; killed where a test forgets it.
pub(super) struct Running {
    pub(super) child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts it; stderr goes to a file, stdout as told.
    pub(super) fn start(rig: &Rig, arguments: &[&str], stdout: Stdio) -> Running {
        Running::of(rig, rig.crawl.command(arguments), stdout)
    }

    pub(super) fn of(rig: &Rig, mut command: Command, stdout: Stdio) -> Running {
        let log = rig.path("log");
        let stderr = fs::File::options().create(true).append(true).open(&log).unwrap();
        Running { child: command.stdout(stdout).stderr(stderr).spawn().unwrap(), log }
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    pub(super) fn signal(&self, name: &str) {
        let told = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
    }

    /// Waits for its end.
    pub(super) fn end(&mut self) -> ExitStatus {
        until("the end", || self.child.try_wait().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks until there is an answer.
pub(super) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < until, "waited too long for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a tool is there. Where the tests are to have all tools (`FORUMSIFT_TOOLS=required`) it must be.
pub(super) fn has(tool: &str) -> bool {
    let there = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    missing_unless(there, tool)
}

/// Tells why a test can prove nothing here.
pub(super) fn missing_unless(there: bool, what: &str) -> bool {
    let required = std::env::var("FORUMSIFT_TOOLS").is_ok_and(|asked| asked == "required");
    assert!(there || !required, "this test needs {what}");
    if !there {
        let _ = writeln!(std::io::stderr(), "not proven here: this test needs {what}");
    }
    there
}

/// A small disk, gone when dropped.
pub(super) struct Disk(PathBuf);

impl Disk {
    /// Mounts one; `None` where this user may not.
    pub(super) fn mount(at: &Path, options: &str) -> Option<Disk> {
        fs::create_dir_all(at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at).output();
        let there = mounted.is_ok_and(|told| told.status.success());
        missing_unless(there, "the right to mount").then(|| Disk(at.to_owned()))
    }

    /// Changes its size or whether it can be written to.
    pub(super) fn remount(&self, options: &str) {
        let told = Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.0).status().unwrap();
        assert!(told.success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Reads what has come, as one reads a pipe.
pub(super) fn read_some(from: &mut impl Read, most: usize) -> Vec<u8> {
    let mut bytes = vec![0; most];
    let count = from.read(&mut bytes).unwrap();
    bytes.truncate(count);
    bytes
}
