//! Kills the crawler with SIGKILL at random instants while a forum of our own grows, edits and deletes, then lets it
//! finish and holds its records against the truth.
//!
//! ```text
//! cargo build && cargo run --example kill_harness -- --kills 300 --folder /tmp/killed
//! ```

#[path = "../tests/support/crawl.rs"]
mod crawl;
#[path = "../tests/support/forum/mod.rs"]
mod forum;
#[path = "../tests/support/kill.rs"]
mod kill;

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use forum::Engine;
use kill::{Plan, harness};

/// Kills the crawler at random instants and prints what its records are worth.
#[derive(Parser)]
struct Flags {
    /// The program
    #[arg(long, default_value = "target/debug/forumsift")]
    program: PathBuf,
    /// discuz, phpbb, mybb, smf or fluxbb
    #[arg(long, default_value = "phpbb")]
    engine: String,
    #[arg(long, default_value_t = 300)]
    kills: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The longest life, in milliseconds
    #[arg(long, default_value_t = 1000)]
    longest: u64,
    /// What happens to the forum during a life
    #[arg(long, default_value_t = 6)]
    growth: usize,
    /// Kept afterwards; must not exist yet
    #[arg(long)]
    folder: PathBuf,
}

fn main() -> io::Result<ExitCode> {
    let flags = Flags::parse();
    let engine = Engine::from_name(&flags.engine).ok_or_else(|| io::Error::other("no such engine"))?;
    let program = flags.program.canonicalize()?;
    std::fs::create_dir(&flags.folder)?;
    let plan = Plan {
        engine,
        seed: flags.seed,
        kills: flags.kills,
        longest: Duration::from_millis(flags.longest),
        growth: flags.growth,
    };
    let figures = harness(&program, &flags.folder, &plan)?;
    write!(io::stdout(), "{figures}")?;
    Ok(if figures.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
