//! From arguments to an exit code.

use std::{
    ffi::OsString,
    io::{self, Write},
    panic,
    process::ExitCode,
};

use clap::{CommandFactory, Parser};

use super::{
    Cli, CliError, Command, ExitKind, check, completions, engine, extract, harmless, logs, probe, robots, run, schema,
    state, status, tail, watch,
};
use crate::config::ConfigError;

/// Runs the program with the arguments of the process (its name first).
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return answer_usage(&error).into(),
    };
    let run = move || {
        logs::init(&cli.global);
        let mut out = io::BufWriter::new(io::stdout().lock());
        let ended = dispatch(cli.command, &mut out);
        // What was buffered must be out before success is claimed.
        match (ended, out.flush()) {
            (Ok(ExitKind::Done), Err(error)) => Err(CliError::Output(error)),
            (ended, _) => ended,
        }
    };
    match panic::catch_unwind(panic::AssertUnwindSafe(run)) {
        Ok(Ok(kind)) => kind.into(),
        Ok(Err(error)) => {
            tell(&error);
            error.exit().into()
        }
        // The panic's own message stands on stderr already.
        Err(_) => ExitKind::Bug.into(),
    }
}

fn dispatch(command: Command, out: &mut dyn Write) -> Result<ExitKind, CliError> {
    match command {
        Command::Run(args) => run::run(&args),
        Command::Watch(args) => watch::run(&args),
        Command::Extract(args) => extract::run(&args, out),
        Command::Tail(args) => tail::run(&args, out),
        Command::Probe(args) => probe::run(&args, out),
        Command::Status(args) => status::run(&args, out),
        Command::State(args) => state::run(&args, out),
        Command::Robots(args) => robots::run(&args, out),
        Command::Check(args) => check::run(&args, out),
        Command::Engine(args) => engine::run(&args, out),
        Command::Schema(args) => schema::run(&args, out),
        Command::Completions(args) => completions::run(&args, Cli::command(), out),
    }
}

/// Help and version are answers; anything else that clap says is a mistake of usage.
fn answer_usage(error: &clap::Error) -> ExitKind {
    match (error.print(), error.use_stderr()) {
        (_, true) => ExitKind::Usage,
        (Ok(()), false) => ExitKind::Done,
        (Err(_), false) => ExitKind::OutputFailed,
    }
}

/// Tells an error on stderr. Where stderr is gone there is nobody left to tell.
fn tell(error: &CliError) {
    if error.is_quiet() {
        return;
    }
    let mut stderr = io::stderr().lock();
    let _ = match error {
        CliError::Several(errors) => {
            drop(stderr);
            errors.iter().for_each(tell);
            return;
        }
        CliError::Config(ConfigError::Wrong(complaints)) => {
            writeln!(stderr, "{}", complaints.render(logs::has_colour()))
        }
        CliError::Engines(errors) => errors.iter().try_for_each(|error| writeln!(stderr, "{}", error.report())),
        error => writeln!(stderr, "error: {}", harmless::shown(&error.to_string())),
    };
}
