//! The resident crawler as its operator meets it: schedules, signals, outputs that are moved away, what the service manager
//! hears, and what can be seen.

#![expect(clippy::unwrap_used, reason = "a program that cannot be started has failed the test")]

#[path = "support/server.rs"]
mod server;
mod support;

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::Value;
use server::{RawServer, Reply};
use support::forum::{Body, Engine, Fault, Forum, ForumServer, Growth, Kind, On, RetryAfter, Setup, Verdict, Wall};

/// A crawler in a directory of its own; killed where a test forgets it.
struct Resident {
    dir: tempfile::TempDir,
    child: Child,
    log: PathBuf,
}

impl Resident {
    /// Starts it with this configuration; `env` is added to its environment.
    fn start(configuration: &str, env: &[(&str, &str)]) -> Resident {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        fs::write(dir.path().join("forumsift.toml"), configuration).unwrap();
        let child = Resident::spawn(dir.path(), &log, env);
        Resident { dir, child, log }
    }

    fn spawn(dir: &Path, log: &Path, env: &[(&str, &str)]) -> Child {
        let stderr = fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        Command::new(env!("CARGO_BIN_EXE_forumsift"))
            .args(["watch", "-v"])
            .current_dir(dir)
            .env_remove("FORUMSIFT_CONFIG")
            .env_remove("FORUMSIFT_LOG")
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn()
            .unwrap()
    }

    fn signal(&self, name: &str) {
        let told = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
    }

    fn reload(&self, configuration: &str) {
        fs::write(self.dir.path().join("forumsift.toml"), configuration).unwrap();
        self.signal("HUP");
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// All lines that were written, moved files first.
    fn lines(&self) -> Vec<String> {
        let dir = self.dir.path().join("records");
        let mut files: Vec<PathBuf> =
            fs::read_dir(&dir).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
        // the live file's name is the longest: `records.jsonl` after `moved-1`
        files.sort();
        files
            .iter()
            .flat_map(|file| fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
            .collect()
    }

    fn stop(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.end()
    }

    fn end(&mut self) -> ExitStatus {
        until("the end of the process", || self.child.try_wait().unwrap())
    }

    /// The address that the log tells.
    fn address(&self) -> String {
        until("an address in the log", || {
            let log = self.log();
            let (_, rest) = log.split_once("page at http://")?;
            rest.split_once('/').map(|(address, _)| address.to_owned())
        })
    }
}

impl Drop for Resident {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            let _ = writeln!(std::io::stderr(), "{}", fs::read_to_string(&self.log).unwrap_or_default());
        }
    }
}

/// Asks again until there is an answer; half a minute is for machines that are busy.
fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begin.elapsed() < Duration::from_secs(30), "waited in vain for {what}");
        thread::sleep(Duration::from_millis(30));
    }
}

fn forum(engine: Engine, seed: u64) -> ForumServer {
    let mut setup = Setup { boards: 1, threads: 3, longest: 12, ..Setup::new(engine, seed) };
    (setup.traps, setup.noise) = (false, false);
    ForumServer::start(Forum::new(setup)).unwrap()
}

fn source(name: &str, server: &ForumServer) -> String {
    format!(
        "[[source]]\nname = \"{name}\"\nurl = \"{}\"\nevery = \"500ms\"\ndelay = \"0s\"\nrecheck = []\n",
        server.url()
    )
}

const OUTPUT: &str = "[output]\nto = \"records\"\n";

fn visible(server: &ForumServer) -> usize {
    server.forum().truth(server.origin()).iter().filter(|post| post.visible_to_guest).count()
}

fn ask(address: &str, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

#[test]
fn sources_are_read_on_schedule_and_a_stop_is_orderly() {
    let (one, two) = (forum(Engine::Phpbb, 1), forum(Engine::Mybb, 2));
    let mut resident = Resident::start(&format!("{OUTPUT}{}{}", source("one", &one), source("two", &two)), &[]);
    until("the first posts", || (resident.lines().len() >= visible(&one) + visible(&two)).then_some(()));
    // what comes later is found by a later run, and no source waits for the other
    one.forum().grow(5, &Growth::of_replies());
    until("the replies", || (resident.lines().len() >= visible(&one) + visible(&two)).then_some(()));
    let ended = resident.stop();
    assert!(matches!(ended.code(), Some(0 | 3)), "{ended:?}");
    let lines = resident.lines();
    for (name, server) in [("one", &one), ("two", &two)] {
        let own = lines.iter().filter(|line| line.contains(&format!("\"source\":\"{name}\"")));
        let verdict = Verdict::of(&server.forum(), server.origin(), own.map(String::as_str));
        assert!(verdict.missing.is_empty() && verdict.doubled.is_empty() && verdict.torn.is_empty(), "{verdict:?}");
    }
    let seqs: Vec<u64> =
        lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap()["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (1..=lines.len() as u64).collect::<Vec<_>>());
}

#[test]
fn a_reload_takes_a_good_configuration_and_refuses_a_bad_one() {
    let (one, two) = (forum(Engine::Phpbb, 3), forum(Engine::Smf, 4));
    let first = format!("{OUTPUT}{}", source("one", &one));
    let mut resident = Resident::start(&first, &[]);
    until("the first posts", || (resident.lines().len() >= visible(&one)).then_some(()));

    // wrong, or written half: an empty file is whole TOML
    for (wrong, complaints) in [("[output]\nto = 7\n", 1), ("", 2)] {
        resident.reload(wrong);
        let told = || resident.log().matches("the old one stays").count();
        until("the complaint", || (told() >= complaints).then_some(()));
    }
    one.forum().grow(3, &Growth::of_replies());
    until("posts under the old configuration", || (resident.lines().len() >= visible(&one)).then_some(()));

    resident.reload(&format!("{first}{}", source("two", &two)));
    until("the new source", || (resident.lines().len() >= visible(&one) + visible(&two)).then_some(()));

    // another directory wants another flow: the state goes on, so nothing is written twice
    resident.reload(&format!("[output]\nto = \"elsewhere\"\n{}", source("one", &one)));
    let elsewhere = resident.dir.path().join("elsewhere/records.jsonl");
    until("the new output", || elsewhere.exists().then_some(()));
    let before = resident.lines().len();
    one.forum().grow(3, &Growth::of_replies());
    until("posts elsewhere", || (!fs::read_to_string(&elsewhere).unwrap().is_empty()).then_some(()));
    assert_eq!(resident.lines().len(), before);
    assert!(matches!(resident.stop().code(), Some(0 | 3)));
}

#[test]
fn an_output_that_is_moved_away_is_opened_anew() {
    let one = forum(Engine::Phpbb, 5);
    let mut resident = Resident::start(&format!("{OUTPUT}{}", source("one", &one)), &[]);
    until("the first posts", || (resident.lines().len() >= visible(&one)).then_some(()));
    let records = resident.dir.path().join("records");
    for bounce in 1..=3 {
        // as logrotate does it: move, make anew, tell
        fs::rename(records.join("records.jsonl"), records.join(format!("moved-{bounce}"))).unwrap();
        fs::write(records.join("records.jsonl"), "").unwrap();
        resident.signal("HUP");
        one.forum().grow(3, &Growth::of_replies());
        until("posts after a bounce", || (resident.lines().len() >= visible(&one)).then_some(()));
    }
    assert!(matches!(resident.stop().code(), Some(0 | 3)));
    let lines = resident.lines();
    let verdict = Verdict::of(&one.forum(), one.origin(), lines.iter().map(String::as_str));
    assert!(verdict.missing.is_empty() && verdict.doubled.is_empty() && verdict.gaps.is_empty(), "{verdict:?}");
}

#[test]
fn the_service_manager_hears_of_it() {
    let one = forum(Engine::Phpbb, 6);
    let socket = tempfile::tempdir().unwrap();
    let path = socket.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let hear = |wanted: &str| {
        let mut buffer = [0; 4096];
        loop {
            let length = manager.recv(&mut buffer).unwrap();
            if String::from_utf8_lossy(&buffer[..length]).lines().any(|line| line == wanted) {
                return;
            }
        }
    };
    let configuration = format!("{OUTPUT}{}", source("one", &one));
    let path = path.to_str().unwrap();
    let mut resident = Resident::start(&configuration, &[("NOTIFY_SOCKET", path), ("WATCHDOG_USEC", "400000")]);
    hear("READY=1");
    hear("WATCHDOG=1");
    hear("WATCHDOG=1");
    resident.signal("HUP");
    hear("RELOADING=1");
    hear("READY=1");
    resident.signal("INT");
    hear("STOPPING=1");
    resident.end();
}

#[test]
fn a_second_instance_is_told_that_the_state_is_held() {
    let one = forum(Engine::Phpbb, 7);
    let resident = Resident::start(&format!("{OUTPUT}{}", source("one", &one)), &[]);
    until("the first posts", || (!resident.lines().is_empty()).then_some(()));
    let mut second = Resident::spawn(resident.dir.path(), &resident.dir.path().join("second"), &[]);
    assert_eq!(second.wait().unwrap().code(), Some(6));
}

/// Every value of a metric, by its labels as written.
fn values(metrics: &str, name: &str) -> Vec<(String, f64)> {
    let line = |line: &str| {
        let rest = line.strip_prefix(name)?;
        let (labels, value) = rest.rsplit_once(' ')?;
        (labels.is_empty() || labels.starts_with('{')).then(|| (labels.to_owned(), value.parse().unwrap()))
    };
    metrics.lines().filter_map(line).collect()
}

fn sum(metrics: &str, name: &str, label: &str) -> f64 {
    values(metrics, name).iter().filter(|(labels, _)| labels.contains(label)).map(|(_, value)| value).sum()
}

fn wall_clock() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}

#[test]
fn every_metric_moves_and_the_page_is_escaped() {
    let one = forum(Engine::Phpbb, 8);
    one.forum().step = 1;
    one.forum().now = wall_clock();
    one.fault(On::all().after(2).times(1), Fault::Status(503, RetryAfter::Seconds(1)));
    let secret = "sid=hunter2-not-to-be-seen";
    // one that may not be read, and one that is not there
    let closed = forum(Engine::Smf, 14);
    closed.set_robots(support::forum::Robots::Text("User-agent: *\nDisallow: /\n".to_owned()));
    let absent = "[[source]]\nname = \"absent\"\nurl = \"http://127.0.0.1:9/\"\nevery = \"500ms\"\n";
    let configuration = format!(
        "{OUTPUT}[archive]\nto = \"warc\"\n[watch]\nlisten = \"127.0.0.1:0\"\n[fetch]\nretries = 0\n{absent}{}{}cookie = {{ env = \"FORUM_COOKIE\" }}\n",
        source("closed", &closed),
        source("one", &one).replace("recheck = []", "recheck = [\"1s\"]")
    );
    one.set_latency(Duration::from_millis(150));
    let mut resident = Resident::start(&configuration, &[("FORUM_COOKIE", secret)]);
    let address = resident.address();
    for name in ["forumsift_running", "forumsift_in_flight_pages", "forumsift_queued_pages"] {
        until(name, || (sum(&ask(&address, "/metrics").1, name, "\"one\"") > 0.0).then_some(()));
    }
    one.set_latency(Duration::ZERO);
    resident.signal("HUP");
    until("the first posts", || (resident.lines().len() >= visible(&one)).then_some(()));
    let first = ask(&address, "/metrics").1;
    until("a second run", || (sum(&ask(&address, "/metrics").1, "forumsift_runs_total", "one") >= 2.0).then_some(()));
    for change in [Growth(vec![(support::forum::Change::Edit, 1)]), Growth(vec![(support::forum::Change::Delete, 1)])] {
        one.forum().grow(3, &change);
    }
    one.forum().now = wall_clock();
    one.forum().grow(3, &Growth::of_replies());
    for (name, label) in [
        ("forumsift_pages_total", "outcome=\"read\""),
        ("forumsift_posts_total", "change=\"new\""),
        ("forumsift_posts_total", "change=\"edited\""),
        ("forumsift_edits_total", ""),
        ("forumsift_deletions_total", ""),
        ("forumsift_failures_total", "class=\"busy\""),
        ("forumsift_refusals_total", "reason=\"robots\""),
        ("forumsift_failed_runs_in_a_row", "absent"),
        ("forumsift_next_run_timestamp_seconds", ""),
        ("forumsift_reloads_total", ""),
        ("forumsift_received_bytes_total", ""),
        ("forumsift_runs_total", ""),
        ("forumsift_records_seq", ""),
        ("forumsift_last_run_timestamp_seconds", ""),
        ("forumsift_start_timestamp_seconds", ""),
        ("forumsift_first_sight_delay_seconds_count", ""),
        ("forumsift_reload_ok", ""),
        ("forumsift_info", "version"),
    ] {
        until(name, || (sum(&ask(&address, "/metrics").1, name, label) > 0.0).then_some(()));
    }
    let later = ask(&address, "/metrics").1;
    assert!(sum(&later, "forumsift_records_seq", "") > sum(&first, "forumsift_records_seq", ""));

    let (head, body) = ask(&address, "/healthz");
    assert!(head.starts_with("HTTP/1.1 200") && body == "ok\n", "{head}");
    assert!(ask(&address, "/nothing").0.starts_with("HTTP/1.1 404"));
    let status: Value = serde_json::from_str(&ask(&address, "/status.json").1).unwrap();
    assert_eq!(status["sources"].as_array().map(Vec::len), Some(3));
    // every metric that the manual names is there, and none is unnamed
    let manual = fs::read_to_string("README.md").unwrap();
    let named = |text: &str, at: usize| -> String {
        text[at..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect()
    };
    let named: BTreeSet<String> = manual.match_indices("`forumsift_").map(|(at, _)| named(&manual, at + 1)).collect();
    let served: BTreeSet<String> =
        later.lines().filter_map(|l| l.strip_prefix("# TYPE ")?.split(' ').next().map(str::to_owned)).collect();
    assert_eq!(named, served);
    assert!(status["newest"].as_array().is_some_and(|newest| !newest.is_empty()));
    {
        let mut forum = one.forum();
        let thread = forum.threads().next().unwrap().id;
        let evil = "<script>alert(1)</script> <img src=x onerror=alert(2)> \" onmouseover=alert(3)";
        forum.add_reply_saying(thread, Body::line(evil), None);
    }
    until("the hostile post", || ask(&address, "/").1.contains("alert(2)").then_some(()));
    let (head, page) = ask(&address, "/");
    assert!(head.contains("Content-Security-Policy: default-src 'none'"), "{head}");
    assert!(!page.contains("<script>alert") && !page.contains("<img"), "{page}");
    assert!(page.contains("&lt;script&gt;"), "{page}");

    assert!(matches!(resident.stop().code(), Some(0 | 3)));
    // the secret stands nowhere: not in what was answered, logged, kept or archived
    let mut places = vec![page, status.to_string(), later, resident.log()];
    places.extend(files_below(resident.dir.path()));
    assert!(places.len() > 6);
    assert!(places.iter().all(|place| !place.contains("hunter2")), "a secret was told");
}

/// Every file below a directory as text, gzip read through.
fn files_below(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let mut text = Vec::new();
        if flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut text).is_err() {
            text = bytes;
        }
        found.push(String::from_utf8_lossy(&text).into_owned());
    }
    found
}

/// The log is one line an event, so that a pipe can read it.
#[test]
fn a_reload_without_a_change_is_quiet() {
    let one = forum(Engine::Phpbb, 9);
    let mut resident = Resident::start(&format!("{OUTPUT}{}", source("one", &one)), &[]);
    until("the first posts", || (resident.lines().len() >= visible(&one)).then_some(()));
    resident.signal("HUP");
    until("the reload", || resident.log().contains("configuration taken").then_some(()));
    assert!(matches!(resident.stop().code(), Some(0 | 3)));
    let log = BufReader::new(fs::File::open(&resident.log).unwrap());
    assert!(log.lines().all(|line| !line.unwrap().contains("ERROR")));
}

/// Each incident is told once, and once when it is over; whoever tells it sees no secret.
#[test]
fn incidents_are_told_once_by_program_and_by_webhook() {
    let hook = RawServer::start(|_| Reply::html("thanks"));
    let (one, two) = (forum(Engine::Phpbb, 10), forum(Engine::Smf, 11));
    let configuration = |one: &str, two: &str| {
        let told =
            "command = [\"sh\", \"-c\", \"cat >> told; env >> environment\"], webhook = { env = \"HOOK\" }, after = 2";
        let notify = format!("notify = {{ {told} }}\nheaders = {{ Accept-Language = \"en\" }}\n");
        format!("{OUTPUT}[fetch]\nretries = 0\n[defaults]\n{notify}{one}{two}")
    };
    let address = hook.at("/hook/s3cret-path");
    let mut resident =
        Resident::start(&configuration(&source("one", &one), &source("two", &two)), &[("HOOK", &address)]);
    let told = |resident: &Resident| -> Vec<(String, String)> {
        let text = fs::read_to_string(resident.dir.path().join("told")).unwrap_or_default();
        let parsed = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let pair = |notice: Value| {
            assert_eq!(notice["schema"], "forumsift-notice/1");
            assert!(notice["cause"].as_str().is_some_and(|cause| !cause.is_empty()), "{notice}");
            (notice["source"].as_str().unwrap().to_owned(), notice["event"].as_str().unwrap().to_owned())
        };
        parsed.map(pair).collect()
    };
    let of = |name: &str, event: &str| (name.to_owned(), event.to_owned());
    until("the first posts", || (resident.lines().len() >= visible(&one) + visible(&two)).then_some(()));
    one.fault(On::kind(Kind::Index), Fault::Status(500, RetryAfter::Absent));
    until("the news of failures", || told(&resident).contains(&of("one", "failed")).then_some(()));
    two.fault(On::kind(Kind::Index), Fault::Wall(Wall::Maintenance));
    until("the news of nothing", || told(&resident).contains(&of("two", "empty")).then_some(()));
    one.heal();
    until("the news of the end", || told(&resident).contains(&of("one", "recovered")).then_some(()));
    two.heal();
    until("the news of the other end", || told(&resident).contains(&of("two", "recovered")).then_some(()));
    two.fault(On::kind(Kind::Index), Fault::Wall(Wall::Challenge));
    until("the news of a block", || told(&resident).contains(&of("two", "blocked")).then_some(()));
    assert!(matches!(resident.stop().code(), Some(0 | 3)));
    assert_eq!(told(&resident).len(), 5, "{:?}", told(&resident));
    let posts = hook.heads().iter().filter(|head| head.starts_with("POST /hook/s3cret-path ")).count();
    assert_eq!(posts, 5);
    for text in files_below(resident.dir.path()) {
        assert!(!text.contains("s3cret-path"), "{text}");
    }
}

/// A run by cron tells the same: what has been told is remembered in the state.
#[test]
fn a_run_that_is_started_by_others_tells_once_too() {
    let one = forum(Engine::Phpbb, 12);
    let dir = tempfile::tempdir().unwrap();
    let notify = "notify = { command = [\"sh\", \"-c\", \"cat >> told\"], after = 2 }\n";
    let text = format!("{OUTPUT}[fetch]\nretries = 0\n{}{notify}", source("one", &one));
    fs::write(dir.path().join("forumsift.toml"), text).unwrap();
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_forumsift"));
        command.args(["run", "--all", "-q"]).current_dir(dir.path()).env_remove("FORUMSIFT_CONFIG");
        command.stdin(Stdio::null()).stderr(Stdio::null()).status().unwrap().code()
    };
    let told = || fs::read_to_string(dir.path().join("told")).unwrap_or_default().lines().count();
    assert_eq!((run(), told()), (Some(0), 0));
    one.fault(On::kind(Kind::Index), Fault::Status(500, RetryAfter::Absent));
    for expected in [0, 1, 1] {
        assert_eq!((run(), told()), (Some(4), expected));
    }
    one.heal();
    for expected in [2, 2] {
        assert_eq!((run(), told()), (Some(0), expected));
    }
}

/// A board that gets posts is read often, one that gets none seldom, and both intervals can be seen and survive a restart.
#[test]
fn boards_are_read_by_their_own_rates() {
    let mut setup = Setup { boards: 2, threads: 2, longest: 4, ..Setup::new(Engine::Phpbb, 13) };
    (setup.traps, setup.noise) = (false, false);
    let one = ForumServer::start(Forum::new(setup)).unwrap();
    let busy = one.forum().threads().find(|thread| thread.board == 1).unwrap().id;
    let source = format!(
        "[[source]]\nname = \"one\"\nurl = \"{}\"\nadaptive = true\nevery_min = \"200ms\"\nevery_max = \"4s\"\n\
         delay = \"0s\"\nrecheck = []\n",
        one.url()
    );
    let configuration = format!("{OUTPUT}[watch]\nlisten = \"127.0.0.1:0\"\n{source}");
    let mut resident = Resident::start(&configuration, &[]);
    let address = resident.address();
    let intervals = || -> Option<(f64, f64)> {
        let status: Value = serde_json::from_str(&ask(&address, "/status.json").1).ok()?;
        let boards = status["sources"][0]["boards"].as_array()?.clone();
        let of = |id: &str| {
            let own = boards.iter().find(|board| board["url"].as_str().is_some_and(|url| url.ends_with(id)))?;
            own["every_seconds"].as_f64()
        };
        Some((of("f=1")?, of("f=2")?))
    };
    until("the intervals", || {
        one.forum().add_reply(busy);
        thread::sleep(Duration::from_millis(150));
        intervals().filter(|(busy, silent)| *busy < 0.6 && *silent > 2.0)
    });
    let metrics = ask(&address, "/metrics").1;
    assert!(sum(&metrics, "forumsift_board_interval_seconds", "board=") > 2.0, "{metrics}");
    until("all posts", || (resident.lines().len() >= visible(&one)).then_some(()));
    assert!(matches!(resident.stop().code(), Some(0 | 3)));
    let told = Command::new(env!("CARGO_BIN_EXE_forumsift"))
        .args(["status", "--json"])
        .current_dir(resident.dir.path())
        .output()
        .unwrap();
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(told["boards"].as_array().map(Vec::len), Some(2), "{told}");
    let requests = |path: &str| one.log().iter().filter(|access| access.target.contains(path)).count();
    assert!(requests("viewforum.php?f=1") > 3 * requests("viewforum.php?f=2"), "{}", one.log_lines());
}
