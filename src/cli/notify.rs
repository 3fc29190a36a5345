//! Telling people of an incident, once when it begins and once when it is over: a program that reads JSON on stdin, a
//! webhook, or both. No secret is handed on: the program's environment lacks the variables that secrets come from.

use std::{
    io::Write,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    config::{Config, Notify, SecretSource, Source},
    fetch,
    model::News,
};

/// How long a program may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is told.
#[derive(Clone, Debug, Serialize)]
struct Notice {
    schema: &'static str,
    /// `failed`, `empty`, `blocked` or `recovered`.
    event: &'static str,
    source: String,
    /// Start address of the source, without its query.
    url: String,
    time: String,
    /// When the incident began.
    since: String,
    /// What it was, where it is over.
    from: Option<&'static str>,
    /// For people.
    cause: String,
}

/// Who is to be told, and what.
pub(super) struct Message {
    notify: Notify,
    notice: Notice,
    /// Variables that a program must not see.
    hidden: Vec<String>,
}

impl Message {
    /// The message about a source; `None` where nobody wants it. `failure` tells why its last run lost something.
    pub(super) fn about(
        config: &Config,
        source: &Source,
        news: News,
        failure: Option<String>,
        now: Timestamp,
    ) -> Option<Message> {
        let notify = source.notify.clone()?;
        let (trouble, since, over) = match news {
            News::Trouble(trouble) => (trouble, now, false),
            News::Recovered(trouble, since) => (trouble, since, true),
        };
        let usual = match (over, trouble) {
            (true, _) => "the source is read again",
            (false, crate::model::Trouble::Empty) => "no page could be read, though posts came before",
            (false, _) => "pages were lost",
        };
        let mut url = source.settings.url.clone();
        url.set_query(None);
        let notice = Notice {
            schema: "forumsift-notice/1",
            event: if over { "recovered" } else { trouble.as_str() },
            source: source.name().to_string(),
            url: url.into(),
            time: now.to_string(),
            since: since.to_string(),
            from: over.then(|| trouble.as_str()),
            cause: failure.filter(|_| !over).unwrap_or_else(|| usual.to_owned()),
        };
        let places = config.sources.iter().flat_map(Source::secrets);
        let hidden = places.filter_map(|place| match place {
            SecretSource::Env(name) => Some(name.clone()),
            SecretSource::File(_) => None,
        });
        Some(Message { hidden: hidden.collect(), notify, notice })
    }

    /// Tells it. What cannot be told is logged: a crawl does not end for that.
    pub(super) async fn send(self) {
        let Message { notify, notice, hidden } = self;
        tracing::info!(source = notice.source, event = notice.event, cause = notice.cause, "telling");
        let Ok(json) = serde_json::to_string(&notice) else { return };
        if let Some(place) = &notify.webhook {
            let sent = match place.read() {
                Ok(address) => fetch::post_json(&address, json.clone()).await,
                Err(error) => Err(error),
            };
            if let Err(error) = sent {
                tracing::error!(source = notice.source, error, "the webhook was not told");
            }
        }
        if !notify.command.is_empty() {
            let ran = tokio::task::spawn_blocking(move || run(&notify.command, &json, &hidden)).await;
            if let Err(error) = ran.unwrap_or_else(|error| Err(error.to_string())) {
                tracing::error!(source = notice.source, error, "the program was not told");
            }
        }
    }
}

fn run(command: &[String], json: &str, hidden: &[String]) -> Result<(), String> {
    let [program, arguments @ ..] = command else { return Ok(()) };
    let told = |error: std::io::Error| format!("{program}: {error}");
    let mut command = Command::new(program);
    // stdout carries records and nothing else
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null());
    for name in hidden {
        command.env_remove(name);
    }
    let mut child = command.spawn().map_err(told)?;
    if let Some(mut stdin) = child.stdin.take() {
        // a program that does not want to know the details closes its stdin
        let _ = stdin.write_all(json.as_bytes()).and_then(|()| stdin.write_all(b"\n"));
    }
    let began = Instant::now();
    loop {
        match child.try_wait().map_err(told)? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(format!("{program}: {status}")),
            None if began.elapsed() > PATIENCE => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("{program}: no end within {PATIENCE:?}"));
            }
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}
