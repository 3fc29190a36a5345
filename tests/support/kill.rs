//! SIGKILL at random instants while a forum grows, edits and deletes; then what the records say against what is true.

#![allow(dead_code, unreachable_pub, reason = "shared by a test and an example")]

use std::{
    fmt, io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    crawl::Crawl,
    forum::{Engine, Forum, ForumServer, Growth, Rng, Setup, Verdict},
};

/// What is done.
pub struct Plan {
    pub engine: Engine,
    pub seed: u64,
    /// Kills that must hit a living process.
    pub kills: usize,
    /// The longest time that a process lives before it is killed.
    pub longest: Duration,
    /// What happens to the forum during each life, in steps.
    pub growth: usize,
}

/// What came of it.
pub struct Figures {
    pub kills: usize,
    /// Processes that ended by themselves before their time.
    pub ended: usize,
    /// Exit codes of those that are neither 0 nor 4.
    pub odd: Vec<Option<i32>>,
    pub final_runs: usize,
    pub final_code: Option<i32>,
    pub events: usize,
    pub verdict: Verdict,
    pub took: Duration,
}

impl Figures {
    pub fn is_clean(&self) -> bool {
        self.verdict.is_clean() && self.odd.is_empty() && matches!(self.final_code, Some(0))
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let v = &self.verdict;
        writeln!(f, "kills {}, lives that ended by themselves {}, in {:?}", self.kills, self.ended, self.took)?;
        writeln!(f, "things that happened {}, records {}", self.events, v.records)?;
        writeln!(
            f,
            "final runs {}, the last ended in {:?}, odd ends {:?}",
            self.final_runs, self.final_code, self.odd
        )?;
        for (name, count) in v.counts() {
            writeln!(f, "{name} {count}")?;
        }
        for (name, list) in [
            ("missing", &v.missing),
            ("wrong", &v.wrong),
            ("undeleted", &v.undeleted),
            ("doubled", &v.doubled),
            ("skipped", &v.skipped),
            ("strays", &v.strays),
        ] {
            list.iter().take(5).try_for_each(|line| writeln!(f, "  {name}: {line}"))?;
        }
        Ok(())
    }
}

/// Runs `program` in `folder`, kills it, runs it again, and at last lets it finish with `--recheck`.
pub fn harness(program: &Path, folder: &Path, plan: &Plan) -> io::Result<Figures> {
    let began = Instant::now();
    let server = Arc::new(ForumServer::start(Forum::new(Setup {
        boards: 2,
        threads: 8,
        longest: 25,
        ..Setup::new(plan.engine, plan.seed)
    }))?);
    let top = "[output]\nto = \"records\"\nrotate_size = \"64KiB\"\n[state]\npath = \"state.db\"\n[archive]\nto = \"warc\"\n[fetch]\nretries = 2\n";
    let (zone, _) = plan.engine.zone();
    let source = format!("engine = \"{}\"\ntime_zone = \"{zone}\"", plan.engine.name());
    let crawl = Crawl::new(program, folder, &server.url(), top, &source)?;
    let mut rng = Rng::new(plan.seed ^ 0x6b69_6c6c);
    let (mut kills, mut ended, mut odd) = (0, 0, Vec::new());
    while kills < plan.kills {
        let stop = Arc::new(AtomicBool::new(false));
        let living = {
            let (server, stop, steps) = (Arc::clone(&server), Arc::clone(&stop), plan.growth);
            thread::spawn(move || {
                for _ in 0..steps {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    server.forum().grow(1, &Growth::of_posts());
                    thread::sleep(Duration::from_millis(20));
                }
            })
        };
        let arguments: &[&str] = if rng.chance(50) { &["run", "--all", "--recheck"] } else { &["run", "--all"] };
        let mut child = crawl.start(arguments)?;
        // many short lives: most of what can be torn is torn early and at the end
        let life = Duration::from_micros(rng.below(plan.longest.as_micros() as u64 + 1));
        let until = Instant::now() + life;
        let mut code = None;
        while code.is_none() && Instant::now() < until {
            thread::sleep(Duration::from_micros(500));
            code = child.try_wait()?;
        }
        match code {
            None => {
                child.kill()?;
                child.wait()?;
                kills += 1;
            }
            Some(status) => {
                ended += 1;
                if !matches!(status.code(), Some(0 | 4)) {
                    odd.push(status.code());
                }
            }
        }
        stop.store(true, Ordering::Relaxed);
        let _ = living.join();
        server.forum().advance(60);
    }
    // what is told anew at the next recheck: the first run takes up what was left, the second looks at every page
    let (mut final_runs, mut final_code) = (0, None);
    for arguments in [&["run", "--all"][..], &["run", "--all", "--recheck"], &["run", "--all", "--recheck"]] {
        server.forum().advance(3600);
        final_runs += 1;
        final_code = crawl.run(arguments)?.status.code();
    }
    let lines = crawl.records()?;
    let forum = server.forum();
    let verdict = Verdict::of(&forum, server.origin(), lines.lines());
    Ok(Figures {
        kills,
        ended,
        odd,
        final_runs,
        final_code,
        events: forum.events().len(),
        verdict,
        took: began.elapsed(),
    })
}
