//! `forumsift robots`: why a page was skipped, or was not.

use std::{
    io::{self, Read, Write},
    path::PathBuf,
};

use clap::Args;
use url::Url;

use super::{CliError, ExitKind};
use crate::polite::Robots;

/// Arguments of `robots`.
#[derive(Args, Debug)]
pub struct RobotsArgs {
    /// The product token that the rules are asked for
    #[arg(long, value_name = "AGENT", default_value = "forumsift")]
    agent: String,
    /// A robots.txt, or `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Addresses to ask about
    #[arg(value_name = "URL", required = true)]
    urls: Vec<Url>,
}

/// Prints for each address whether it may be fetched, and the line that decided.
pub(super) fn run(args: &RobotsArgs, out: &mut dyn Write) -> Result<ExitKind, CliError> {
    let unreadable = |error: io::Error| CliError::Usage(format!("{}: {error}", args.file.display()));
    let mut bytes = Vec::new();
    if args.file.as_os_str() == "-" {
        io::stdin().lock().read_to_end(&mut bytes).map_err(unreadable)?;
    } else {
        bytes = std::fs::read(&args.file).map_err(unreadable)?;
    }
    let robots = Robots::parse(&bytes);
    for url in &args.urls {
        let decision = robots.decide(&args.agent, url);
        let verdict = if decision.allowed { "allow" } else { "disallow" };
        match decision.line {
            Some((number, line)) => writeln!(out, "{verdict}\t{url}\tline {number}: {line}")?,
            None => writeln!(out, "{verdict}\t{url}\tno rule matches")?,
        }
    }
    Ok(ExitKind::Done)
}
