//! Lets the resident crawler run for hours on forums of our own that grow, edit and delete, while its output is moved away
//! every minute and its configuration changes every five; then holds its records against the truth.
//!
//! ```text
//! cargo build && cargo run --example soak -- --minutes 120 --folder /tmp/soak
//! ```
//!
//! Every minute a line tells how it stands; `memory.csv` and `figures.txt` in the folder keep it.

#[path = "../../tests/support/forum/mod.rs"]
mod forum;

mod crawler;
mod figures;
mod life;

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use clap::Parser;
use crawler::Crawler;
use figures::Figures;
use life::Forums;

/// Lets the resident crawler run for a long time, and prints what its records are worth.
#[derive(Parser)]
struct Flags {
    /// The program
    #[arg(long, default_value = "target/debug/forumsift")]
    program: PathBuf,
    #[arg(long, default_value_t = 120)]
    minutes: u64,
    #[arg(long, default_value_t = 20)]
    sources: usize,
    /// Seconds between two runs of a source
    #[arg(long, default_value_t = 30)]
    interval: u64,
    /// Things that happen a minute, in each forum
    #[arg(long, default_value_t = 3.0)]
    growth: f64,
    /// Seconds between two times that the output is moved away
    #[arg(long, default_value_t = 60)]
    bounce: u64,
    /// Seconds between two new configurations
    #[arg(long, default_value_t = 300)]
    reload: u64,
    /// Kept afterwards; must not exist yet
    #[arg(long)]
    folder: PathBuf,
}

fn main() -> io::Result<ExitCode> {
    let flags = Flags::parse();
    let program = flags.program.canonicalize()?;
    fs::create_dir(&flags.folder)?;
    let forums = Forums::start(flags.sources)?;
    let mut crawler = Crawler::start(&program, &flags.folder, &forums, flags.interval)?;
    let mut figures = Figures::new(flags.folder.join("figures.txt"), flags.interval);

    let (began, length) = (Instant::now(), Duration::from_secs(flags.minutes * 60));
    let (mut bounce, mut reload, mut told) = (1, 1, 1);
    let mut grown = 0;
    let step = Duration::from_millis(250);
    while began.elapsed() < length && crawler.lives()? {
        thread::sleep(step);
        let seconds = began.elapsed().as_secs_f64();
        forums.tick();
        // one thing in one forum after the other, so that they are spread over the intervals
        let due = (seconds / 60.0 * flags.growth * flags.sources as f64) as usize;
        (grown..due).for_each(|number| forums.grow(number));
        grown = due;
        if seconds >= (bounce * flags.bounce) as f64 {
            crawler.bounce(bounce)?;
            bounce += 1;
        }
        if seconds >= (reload * flags.reload) as f64 {
            crawler.reload(&forums, reload)?;
            reload += 1;
        }
        if seconds >= (told * 60) as f64 {
            figures.measure(began.elapsed(), crawler.memory()?);
            figures.tell(&forums, &crawler)?;
            told += 1;
        }
    }
    // two intervals more, in which nothing happens: what was seen last is written
    let end = Instant::now() + Duration::from_secs(flags.interval * 2 + 5);
    while Instant::now() < end && crawler.lives()? {
        thread::sleep(step);
        forums.tick();
    }
    figures.tell(&forums, &crawler)?;
    let ended = crawler.stop()?;
    // edits that no listing shows and posts that are gone are seen by visits that are not due yet
    crawler.settle()?;
    let last = figures.judge(&forums, &crawler, ended.code())?;
    write!(io::stdout(), "{last}")?;
    Ok(if last.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
