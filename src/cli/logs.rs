//! Logs go to stderr, as text or JSON, as loud as asked for.

use std::io;

use tracing_subscriber::{EnvFilter, fmt, fmt::format::FmtSpan};

use super::{Global, LogFormat};

/// Sets up logging for the process. `FORUMSIFT_LOG` (`forumsift::fetch=trace,warn`) wins over `-v` and `-q`.
pub(super) fn init(global: &Global) {
    let filter = EnvFilter::try_from_env("FORUMSIFT_LOG").unwrap_or_else(|_| EnvFilter::new(directives(global)));
    let builder = fmt().with_env_filter(filter).with_writer(io::stderr).with_span_events(FmtSpan::NONE);
    // A second call in one process (tests) keeps the first set-up.
    let _ = match global.log_format {
        LogFormat::Text => builder.with_target(false).compact().try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).try_init(),
    };
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
