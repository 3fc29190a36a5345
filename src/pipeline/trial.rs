//! A page of which the program may have died is read by another process first. Whether that dies too tells a page that nobody
//! survives from a kill that happened to come while the page was being read.

use std::{
    ffi::OsString,
    io::{self, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::model::Page;

/// A process that needs longer for one page will not come to an end.
const LONGEST: Duration = Duration::from_secs(60);

/// Between two looks whether it has ended.
const STEP: Duration = Duration::from_millis(10);

/// The program that reads a page from stdin, as `forumsift extract` does.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Its file.
    pub program: PathBuf,
    /// What it is told before `--url` and `--engine`.
    pub arguments: Vec<OsString>,
}

impl Trial {
    /// Whether a process dies of reading the page, or never ends. One that cannot be started says nothing against it.
    pub(super) fn is_lost_with(&self, page: &Page, engine: Option<&str>) -> bool {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg("--url").arg(page.url.as_str());
        if let Some(engine) = engine {
            command.args(["--engine", engine]);
        }
        let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        match child.and_then(|child| outlives(child, &page.body)) {
            Ok(lives) => !lives,
            Err(error) => {
                tracing::warn!(url = %page.requested, %error, "a suspected page could not be tried apart");
                false
            }
        }
    }
}

/// Hands the page over and waits for an end, which a signal is none of.
fn outlives(mut child: Child, body: &[u8]) -> io::Result<bool> {
    if let Some(mut stdin) = child.stdin.take() {
        // one that is dead already reads no more, which its end will tell
        let _ = stdin.write_all(body);
    }
    let began = Instant::now();
    while began.elapsed() < LONGEST {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code().is_some());
        }
        thread::sleep(STEP);
    }
    child.kill()?;
    child.wait()?;
    Ok(false)
}
