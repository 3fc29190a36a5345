//! Logs go to stderr, as text or JSON, as loud as asked for; a progress display steps aside for each line.

use std::io::{self, IsTerminal, Write};

use tracing_subscriber::{filter::Targets, fmt, prelude::*};

use super::{Global, LogFormat, harmless, progress::bars};

/// Sets up logging for the process. `FORUMSIFT_LOG` (`forumsift::fetch=trace,warn`) wins over `-v` and `-q`.
pub(super) fn init(global: &Global) {
    let asked = std::env::var("FORUMSIFT_LOG").ok().and_then(|asked| asked.parse::<Targets>().ok());
    let filter = asked.or_else(|| directives(global).parse().ok()).unwrap_or_default();
    let lines = fmt::layer().with_writer(|| Stderr).with_ansi(has_colour());
    let registry = tracing_subscriber::registry().with(filter);
    // A second call in one process (tests) keeps the first set-up.
    let _ = match global.log_format {
        LogFormat::Text => registry.with(lines.with_target(false).compact()).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true).with_current_span(false)).try_init(),
    };
}

/// Whether stderr is a terminal whose owner wants colours.
pub(super) fn has_colour() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// stderr, with the bars out of the way for as long as a line is written.
struct Stderr;

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // a whole event at a time is what the formatter hands over
        let text = String::from_utf8_lossy(bytes);
        let line = harmless::line(&text, has_colour());
        bars().suspend(|| io::stderr().lock().write_all(line.as_bytes()))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}

/// Our own voice as loud as asked for; libraries only when something is wrong, or when all was asked for.
fn directives(global: &Global) -> &'static str {
    match (global.verbose, global.quiet) {
        (0, 0) => "warn,forumsift=info",
        (1, _) => "warn,forumsift=debug",
        (2.., _) => "info,forumsift=trace",
        (_, 1) => "warn",
        (_, 2..) => "error",
    }
}
