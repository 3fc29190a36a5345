//! The configuration as meant: checked, nothing left to read from text.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use crate::model::{Schedule, SourceSettings};

/// A whole configuration. Paths are absolute or relative to the working directory, no longer to the file.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file it was read from; `None` for the embedded defaults.
    pub file: Option<PathBuf>,
    /// Where records go.
    pub output: Output,
    /// What is known between runs.
    pub state: StateLocation,
    /// How pages are fetched.
    pub fetch: Fetch,
    /// What is kept of the responses.
    pub archive: Archive,
    /// The resident crawler.
    pub watch: Watch,
    /// The directory of one's own engine profiles; it may not exist.
    pub engines_dir: PathBuf,
    /// Files of one's own edit notices.
    pub notice_files: Vec<PathBuf>,
    /// Files of one's own news credits.
    pub article_files: Vec<PathBuf>,
    /// What a source has that is not in the file (an address on the command line).
    pub defaults: SourceSettings,
    /// The sources, in the order of the file.
    pub sources: Vec<Source>,
}

/// Where records go, and in which forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Where to.
    pub to: Destination,
    /// Bytes at which the live file is put aside.
    pub rotate_size: u64,
    /// How long a full disk is waited for, with nothing fetched, before the run ends.
    pub wait_for_space: Duration,
    /// Whether a record carries its body as CommonMark too.
    pub markdown: bool,
    /// Whether a record carries its body as sanitized HTML too.
    pub html: bool,
}

/// Where records go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To standard output.
    Stdout,
    /// To rotated files in a directory.
    Directory(PathBuf),
}

impl Destination {
    /// The destination of a path as configuration and command line write it: `-` is stdout.
    pub fn from_path(path: &Path) -> Destination {
        if path == Path::new("-") { Destination::Stdout } else { Destination::Directory(path.to_owned()) }
    }
}

/// Where the state is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateLocation {
    /// Nowhere: it ends with the run.
    Memory,
    /// In a file.
    File(PathBuf),
}

impl StateLocation {
    /// The place of a path as configuration and command line write it: `:memory:` is nowhere.
    pub fn from_path(path: &Path) -> StateLocation {
        if path == Path::new(":memory:") { StateLocation::Memory } else { StateLocation::File(path.to_owned()) }
    }
}

/// How pages are fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// Where a forum's operator reaches whoever runs the crawl; part of the User-Agent.
    pub contact: Option<String>,
    /// Connections in all; per origin there is one.
    pub connections: usize,
    /// Time for a whole request.
    pub timeout: Duration,
    /// Time for a connection to stand.
    pub connect_timeout: Duration,
    /// Cap on a page's decoded bytes.
    pub max_page: u64,
    /// Further tries of a request that failed for a passing cause.
    pub retries: u32,
    /// Cap on the wait that a server may ask for.
    pub retry_after_cap: Duration,
    /// Proxy for all requests; holds no secret.
    pub proxy: Option<String>,
}

/// What is kept of the responses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    /// A directory of WARC files.
    pub to: Option<PathBuf>,
    /// A directory for pages that promised posts and gave none.
    pub quarantine: Option<PathBuf>,
}

/// The resident crawler.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// Address of the metrics and the status page.
    pub listen: Option<SocketAddr>,
}

/// A source: what the stages see of it, and where its pages come from and when.
#[derive(Clone, Debug)]
pub struct Source {
    /// What the stages see.
    pub settings: SourceSettings,
    /// When it wants to be read; `None`: always.
    pub schedule: Option<Schedule>,
    /// A captured crawl instead of the network.
    pub replay: Option<PathBuf>,
    /// Where the `Cookie` header comes from.
    pub cookie: Option<SecretSource>,
    /// Who logs in.
    pub login: Option<LoginSource>,
    /// Proxy for this source's requests; holds no secret.
    pub proxy: Option<String>,
    /// Where the proxy's user and password come from, as `user:password`.
    pub proxy_login: Option<SecretSource>,
    /// Further request headers.
    pub headers: Vec<(String, String)>,
    /// Further request headers, and where their values come from.
    pub secret_headers: Vec<(String, SecretSource)>,
    /// Who is told when the source no longer does what it used to.
    pub notify: Option<Notify>,
}

/// Who logs in to a forum, by the form that the engine's profile describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginSource {
    /// Where the user's name comes from.
    pub user: SecretSource,
    /// Where the password comes from.
    pub password: SecretSource,
    /// Least time between two logins.
    pub renew: Duration,
}

/// Who is told of an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notify {
    /// A program and its arguments; empty for none.
    pub command: Vec<String>,
    /// Where the address comes from that is posted to.
    pub webhook: Option<SecretSource>,
    /// Failed runs in a row that make an incident.
    pub after: u64,
}

impl Source {
    /// Its unique name.
    pub fn name(&self) -> &Arc<str> {
        &self.settings.name
    }

    /// A source of these settings that is always due, over the network, with nothing that it sends along.
    pub fn of(settings: SourceSettings) -> Source {
        Source {
            settings,
            schedule: None,
            replay: None,
            cookie: None,
            login: None,
            proxy: None,
            proxy_login: None,
            headers: Vec::new(),
            secret_headers: Vec::new(),
            notify: None,
        }
    }

    /// The places that its secrets come from.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretSource> {
        let login = self.login.iter().flat_map(|login| [&login.user, &login.password]);
        let webhook = self.notify.iter().filter_map(|notify| notify.webhook.as_ref());
        let headers = self.secret_headers.iter().map(|(_, place)| place);
        self.cookie.iter().chain(login).chain(&self.proxy_login).chain(headers).chain(webhook)
    }
}

/// Where a secret comes from. The secret itself is never part of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// An environment variable.
    Env(String),
    /// A file.
    File(PathBuf),
}

impl SecretSource {
    /// Reads the secret, blanks around it removed.
    ///
    /// # Errors
    /// A sentence for people that names the place, never what stands there.
    pub fn read(&self) -> Result<String, String> {
        let secret = match self {
            SecretSource::Env(name) => {
                std::env::var(name).map_err(|_| format!("the environment variable {name} is not set"))?
            }
            SecretSource::File(path) => {
                std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?
            }
        };
        match secret.trim() {
            "" => Err(match self {
                SecretSource::Env(name) => format!("the environment variable {name} is empty"),
                SecretSource::File(path) => format!("{} is empty", path.display()),
            }),
            secret => Ok(secret.to_owned()),
        }
    }
}
