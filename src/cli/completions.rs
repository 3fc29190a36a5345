//! `forumsift completions`: completions for a shell.

use std::io::Write;

use clap::{Args, Command};
use clap_complete::Shell;

use super::{CliError, ExitKind};

/// Arguments of `completions`.
#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the completions of a command.
pub(super) fn run(args: &CompletionsArgs, mut command: Command, out: &mut dyn Write) -> Result<ExitKind, CliError> {
    // Written to memory first: clap_complete panics where its writer fails.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "forumsift", &mut script);
    out.write_all(&script)?;
    Ok(ExitKind::Done)
}
