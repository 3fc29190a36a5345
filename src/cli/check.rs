//! `forumsift check`: every complaint about a configuration at once.

use std::io::Write;

use clap::Args;

use super::{CliError, ExitKind, configuration::ConfigArgs, plan};

/// Arguments of `check`.
#[derive(Args, Debug)]
pub struct CheckArgs {
    #[command(flatten)]
    config: ConfigArgs,
}

/// Reads the configuration and tells what it holds; complaints are the error.
pub(super) fn run(args: &CheckArgs, out: &mut dyn Write) -> Result<ExitKind, CliError> {
    let config = args.config.load()?;
    plan::normalizer(&config.notice_files, &config.article_files)?;
    let file = config.file.as_deref().map(|file| file.display().to_string()).unwrap_or_default();
    let sources = config.sources.len();
    writeln!(out, "{file}: no complaints, {sources} source{}", if sources == 1 { "" } else { "s" })?;
    Ok(ExitKind::Done)
}
