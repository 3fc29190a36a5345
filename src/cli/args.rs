//! What a user types.

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{
    check::CheckArgs, completions::CompletionsArgs, engine::EngineArgs, extract::ExtractArgs, probe::ProbeArgs,
    robots::RobotsArgs, run::RunArgs, schema::SchemaArgs, state::StateArgs, status::StatusArgs, tail::TailArgs,
    watch::WatchArgs,
};

/// Streams clean article records out of forum threads.
#[derive(Debug, Parser)]
#[command(
    name = "forumsift",
    version,
    about,
    max_term_width = 100,
    propagate_version = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What all subcommands take.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What all subcommands take.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Logs")]
pub struct Global {
    /// Tell more on stderr; twice: everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Tell less on stderr: warnings; twice: errors alone
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "verbose")]
    pub quiet: u8,
    /// How logs are written on stderr: text, or json
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t = LogFormat::Text)]
    #[arg(hide_possible_values = true)]
    pub log_format: LogFormat,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Crawl once: the sources that are due, or the addresses given
    Run(Box<RunArgs>),
    /// Stay, and crawl each source on its schedule
    Watch(WatchArgs),
    /// Make records of saved pages, archives and scraped text, without a network
    Extract(Box<ExtractArgs>),
    /// Print the records written so far, across rotation
    Tail(TailArgs),
    /// Tell what a page is: engine, boards, posts, zone, date order
    Probe(ProbeArgs),
    /// Tell every complaint about a configuration at once, with line and caret
    Check(CheckArgs),
    /// Tell of each source when it was crawled, what it holds and what failed
    Status(StatusArgs),
    /// Look after the state file
    State(StateArgs),
    /// Name engines, show their profiles, check a profile of one's own
    Engine(EngineArgs),
    /// Tell whether robots.txt allows an address, and the line that decided
    Robots(RobotsArgs),
    /// Print the JSON Schema of records or of the configuration
    Schema(SchemaArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
}
