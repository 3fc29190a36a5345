//! Serves a forum of our own on loopback: something to crawl that changes, and whose truth is known.
//!
//! ```text
//! cargo run --example forum_server -- --engine discuz --seed 7 --growth 2 --truth truth.jsonl --events events.jsonl
//! ```
//!
//! Prints the address of the index, then serves until stdin closes. Lines on stdin: `grow N` lets N things happen,
//! `truth` writes the truth file anew, `heal` ends all faults. `--help` lists the flags.

#[path = "../tests/support/forum/mod.rs"]
mod forum;

use std::{
    fs,
    io::{self, BufRead, Write},
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use clap::Parser;
use forum::{Engine, Fault, Forum, ForumServer, Growth, On, RetryAfter, Robots, Setup};

/// Serves a forum of our own on loopback until stdin closes.
#[derive(Parser)]
struct Flags {
    /// discuz, phpbb, mybb, smf or fluxbb
    #[arg(long, default_value = "discuz")]
    engine: String,
    /// 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Everything that is not said otherwise comes from it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = 3)]
    boards: usize,
    /// Threads a board
    #[arg(long, default_value_t = 20)]
    threads: usize,
    /// Posts of the longest threads
    #[arg(long, default_value_t = 60)]
    longest: usize,
    /// The forum's present time, Unix seconds; default: the machine's
    #[arg(long)]
    now: Option<i64>,
    /// Things that happen a second: replies, threads, edits, deletions, moves
    #[arg(long, default_value_t = 0.0)]
    growth: f64,
    /// What a record of each post must say: written at the start, on `truth`, and at the end
    #[arg(long)]
    truth: Option<PathBuf>,
    /// What happens to posts, a line each, as it happens
    #[arg(long)]
    events: Option<PathBuf>,
    /// Each request, written at the end
    #[arg(long)]
    log: Option<PathBuf>,
    /// This file as robots.txt
    #[arg(long)]
    robots: Option<PathBuf>,
    /// Each nth request is answered 503 with Retry-After: 1
    #[arg(long)]
    busy: Option<u64>,
    /// Each nth response is reset in the middle of its body, once for each address
    #[arg(long)]
    reset: Option<u64>,
    /// Compress where the reader accepts it
    #[arg(long)]
    gzip: bool,
    /// Pages without noise, traps, session ids and relative dates
    #[arg(long)]
    plain: bool,
}

fn main() -> ExitCode {
    match serve(&Flags::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "forum_server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(flags: &Flags) -> io::Result<()> {
    let engine = Engine::from_name(&flags.engine)
        .ok_or_else(|| io::Error::other(format!("no engine is called {}", flags.engine)))?;
    let mut setup = Setup {
        boards: flags.boards.max(1),
        threads: flags.threads.max(1),
        longest: flags.longest.max(1),
        now: flags.now.unwrap_or_else(wall_clock),
        ..Setup::new(engine, flags.seed)
    };
    if flags.plain {
        (setup.noise, setup.traps, setup.session_ids, setup.relative_dates) = (false, false, false, false);
    }
    let mut forum = Forum::new(setup);
    // With the machine's clock, things happen when they happen.
    forum.step = if flags.now.is_some() { forum.step } else { 1 };
    let server = Arc::new(ForumServer::start_on(forum, flags.port)?);
    misbehave(flags, &server)?;
    write_truth(flags, &server)?;
    writeln!(io::stdout(), "{}", server.url())?;
    io::stdout().flush()?;

    let stop = Arc::new(AtomicBool::new(false));
    let growing = grow_in_time(flags, &server, &stop)?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let mut words = line.split_whitespace();
        match (words.next(), words.next().map(str::parse)) {
            (Some("grow"), Some(Ok(steps))) => server.forum().grow(steps, &Growth::default()),
            (Some("truth"), None) => write_truth(flags, &server)?,
            (Some("heal"), None) => server.heal(),
            _ => writeln!(io::stderr(), "forum_server: say `grow N`, `truth` or `heal`, not `{line}`")?,
        }
    }
    stop.store(true, Ordering::Relaxed);
    growing.join().map_err(|_| io::Error::other("the forum stopped growing before its time"))??;
    write_truth(flags, &server)?;
    match &flags.log {
        Some(path) => fs::write(path, server.log_lines()),
        None => Ok(()),
    }
}

/// A thread in which things happen, so many a second, and that appends what happened, until told to stop.
fn grow_in_time(
    flags: &Flags,
    server: &Arc<ForumServer>,
    stop: &Arc<AtomicBool>,
) -> io::Result<thread::JoinHandle<io::Result<()>>> {
    let (server, stop) = (Arc::clone(server), Arc::clone(stop));
    let (rate, running) = (flags.growth.max(0.0), flags.now.is_none());
    let mut log = flags.events.as_ref().map(fs::File::create).transpose()?;
    Ok(thread::spawn(move || {
        let (pause, mut due, mut written) = (Duration::from_millis(50), 0.0, 0);
        loop {
            let last = stop.load(Ordering::Relaxed);
            let mut forum = server.forum();
            if running {
                forum.now = forum.now.max(wall_clock());
            }
            if !last {
                forum.grow(due as usize, &Growth::default());
            }
            let lines = forum.event_lines(written, true);
            written = forum.events().len();
            drop(forum);
            if let Some(log) = &mut log {
                log.write_all(lines.as_bytes())?;
            }
            if last {
                return Ok(());
            }
            thread::sleep(pause);
            due = f64::fract(due) + rate * pause.as_secs_f64();
        }
    }))
}

fn misbehave(flags: &Flags, server: &ForumServer) -> io::Result<()> {
    server.set_gzip(flags.gzip);
    if let Some(path) = &flags.robots {
        server.set_robots(Robots::Text(fs::read_to_string(path)?));
    }
    if let Some(nth) = flags.busy {
        server.fault(On::all().every(nth), Fault::Status(503, RetryAfter::Seconds(1)));
    }
    if let Some(nth) = flags.reset {
        server.fault(On::all().every(nth).once_per_target(), Fault::ResetMidBody);
    }
    Ok(())
}

/// The whole truth, in place of what the file held.
fn write_truth(flags: &Flags, server: &ForumServer) -> io::Result<()> {
    let Some(path) = &flags.truth else { return Ok(()) };
    let new = path.with_extension("new");
    fs::write(&new, server.forum().truth_lines(server.origin()))?;
    fs::rename(new, path)
}

fn wall_clock() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}
