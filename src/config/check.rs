//! Raw tables become a checked [`Config`]; this is the one place where they do.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
    time::Duration,
};

use jiff::tz::TimeZone;
use url::Url;

use super::{
    Archive, Complaint, Complaints, Config, ConfigError, Destination, Fetch, LoginSource, Notify, Output, SecretSource,
    Source, StateLocation, Watch, along,
    raw::{RawConfig, RawDateOrder, RawSecret, RawSource},
    read::{Reading, read},
    value::{DurationText, Filled, PathText, Told},
};
use crate::model::{Adaptive, DateOrder, Limits, Posts, Schedule, SourceSettings};

/// `config/default.toml`: every key, its default and its reason. What a file does not say, this one does.
pub const DEFAULT: &str = include_str!("../../config/default.toml");

/// Whether an engine is known, given the directory of the user's own profiles and the name as written; if not, a hint.
pub type KnownEngine<'a> = dyn Fn(&Path, &str) -> Result<(), Option<String>> + 'a;

/// Least time between two logins, where a source does not say.
const RENEW: Duration = Duration::from_secs(1800);
/// Failed runs in a row that make an incident, where a source does not say: one is often an accident.
const AFTER: u64 = 3;

static BELOW: LazyLock<RawConfig> = LazyLock::new(|| read(DEFAULT).raw);

/// Reads and checks a file.
///
/// # Errors
/// Where it cannot be read, or with every complaint about it.
pub fn load(file: &Path, known_engine: &KnownEngine<'_>) -> Result<Config, ConfigError> {
    let bytes = std::fs::read(file).map_err(|cause| ConfigError::Unreadable { file: file.to_owned(), cause })?;
    match String::from_utf8(bytes) {
        Ok(text) => parse(&text, file, known_engine),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let complaint = Complaint::new(valid..valid, "the file is not UTF-8");
            Err(ConfigError::Wrong(Complaints::new(file, &text, vec![complaint])))
        }
    }
}

/// Checks a text; relative paths are relative to the directory of `file`.
///
/// # Errors
/// With every complaint about it.
pub fn parse(text: &str, file: &Path, known_engine: &KnownEngine<'_>) -> Result<Config, ConfigError> {
    let Reading { raw, complaints, taken_out } = read(text);
    let directory = file.parent().unwrap_or(Path::new("")).to_owned();
    let mut check = Check { directory, complaints, taken_out };
    let config = check.config(raw, known_engine);
    if check.complaints.is_empty() {
        Ok(Config { file: Some(file.to_owned()), ..config })
    } else {
        Err(ConfigError::Wrong(Complaints::new(file, text, check.complaints)))
    }
}

impl Default for Config {
    /// What holds without a file: the embedded defaults, relative to the working directory.
    fn default() -> Config {
        let mut check = Check { directory: PathBuf::new(), complaints: Vec::new(), taken_out: Vec::new() };
        check.config(RawConfig::default(), &|_, _| Ok(()))
    }
}

/// The state of a check: where paths begin, and what is wrong so far.
struct Check {
    directory: PathBuf,
    complaints: Vec<Complaint>,
    /// Where entries were wrong, by dotted path.
    taken_out: Vec<(String, usize)>,
}

impl Check {
    fn config(&mut self, raw: RawConfig, known_engine: &KnownEngine<'_>) -> Config {
        let engines_dir = self.engines_dir(&raw);
        self.source_table(&raw.defaults, &engines_dir, known_engine);
        for (told, key) in
            [(raw.defaults.name.as_ref().map(|t| &t.span), "name"), (raw.defaults.url.as_ref().map(|t| &t.span), "url")]
        {
            if let Some(span) = told {
                self.complain(Complaint::new(span.clone(), format!("`{key}` belongs in a [[source]]")));
            }
        }
        let defaults = layer(raw.defaults, &BELOW.defaults);
        let mut names: HashMap<String, usize> = HashMap::new();
        let mut sources = Vec::new();
        let ends: Vec<usize> = raw.source.iter().skip(1).map(|told| told.span.start).chain([usize::MAX]).collect();
        for (ordinal, (source, end)) in raw.source.into_iter().zip(ends).enumerate() {
            self.source_table(&source.value, &engines_dir, known_engine);
            let name = source.value.name.clone();
            let url = source.value.url.clone();
            for (absent, key) in [(name.is_none(), "name"), (url.is_none(), "url")] {
                let place = source.span.start..end;
                let wrong =
                    self.taken_out.iter().any(|(path, at)| path == &format!("source.{key}") && place.contains(at));
                if absent && !wrong {
                    self.complain(Complaint::new(source.span.clone(), format!("this source has no `{key}`")));
                }
            }
            if let Some(name) = &name
                && let Some(first) = names.insert(name.value.0.clone(), ordinal + 1)
            {
                let message = format!("a source named `{}` stands here already: the {}", name.value.0, nth(first));
                self.complain(Complaint::new(name.span.clone(), message));
            }
            if let (Some(name), Some(url)) = (name, url) {
                sources.push(self.source(&name.value.0, &url.value.0, &layer(source.value, &defaults)));
            }
        }
        let nowhere = Url::parse("http://localhost/").unwrap_or_else(|_| unreachable!("a constant address"));
        let defaults = self.source("", &nowhere, &defaults).settings;

        let output = raw.output.over(&BELOW.output);
        let state = raw.state.over(&BELOW.state);
        let fetch = raw.fetch.over(&BELOW.fetch);
        let archive = raw.archive.over(&BELOW.archive);
        let watch = raw.watch.over(&BELOW.watch);
        self.at_least_one("connections", fetch.connections.as_ref().map(|t| (t, u64::from(t.value))));
        self.at_least_one("timeout", fetch.timeout.as_ref().map(|t| (t, u64::from(!t.value.0.is_zero()))));
        self.at_least_one(
            "connect_timeout",
            fetch.connect_timeout.as_ref().map(|t| (t, u64::from(!t.value.0.is_zero()))),
        );
        self.at_least_one("max_page", fetch.max_page.as_ref().map(|t| (t, t.value.0)));
        self.at_least_one("rotate_size", output.rotate_size.as_ref().map(|t| (t, t.value.0)));
        let notice_files = self.files(raw.notices.over(&BELOW.notices).files);
        let article_files = self.files(raw.articles.over(&BELOW.articles).files);

        Config {
            file: None,
            output: Output {
                to: match Destination::from_path(&said(&output.to).0) {
                    Destination::Directory(path) => Destination::Directory(self.directory.join(path)),
                    stdout => stdout,
                },
                rotate_size: said(&output.rotate_size).0,
                wait_for_space: said(&output.wait_for_space).0,
                markdown: said(&output.markdown),
                html: said(&output.html),
            },
            state: match StateLocation::from_path(&said(&state.path).0) {
                StateLocation::File(path) => StateLocation::File(self.directory.join(path)),
                memory => memory,
            },
            fetch: Fetch {
                contact: fetch.contact.map(|told| told.value.0),
                connections: said(&fetch.connections) as usize,
                timeout: said(&fetch.timeout).0,
                connect_timeout: said(&fetch.connect_timeout).0,
                max_page: said(&fetch.max_page).0,
                retries: said(&fetch.retries),
                retry_after_cap: said(&fetch.retry_after_cap).0,
                proxy: fetch.proxy.map(|told| told.value.0),
            },
            archive: Archive { to: self.path(archive.to.as_ref()), quarantine: self.path(archive.quarantine.as_ref()) },
            watch: Watch { listen: watch.listen.map(|told| told.value.0) },
            engines_dir,
            notice_files,
            article_files,
            defaults,
            sources,
        }
    }

    /// What can be said of a source's table before it is laid over the defaults.
    fn source_table(&mut self, raw: &RawSource, engines_dir: &Path, known_engine: &KnownEngine<'_>) {
        let adaptive = raw.adaptive.as_ref().filter(|told| told.value).map(|told| ("adaptive", &told.span));
        let ways = [
            raw.schedule.as_ref().map(|told| ("schedule", &told.span)),
            raw.every.as_ref().map(|told| ("every", &told.span)),
            adaptive,
        ];
        let mut ways: Vec<_> = ways.into_iter().flatten().collect();
        if let [(one, _), (other, _), ..] = ways[..] {
            let message = format!("`{one}` and `{other}` exclude each other");
            ways.sort_by_key(|(_, span)| span.start);
            if let Some((_, later)) = ways.last() {
                self.complain(Complaint::new((*later).clone(), message).hint("keep one of them"));
            }
        }
        for (key, told) in [("every_min", &raw.every_min), ("every_max", &raw.every_max)] {
            self.at_least_one(key, told.as_ref().map(|t| (t, u64::from(!t.value.0.is_zero()))));
        }
        self.at_least_one("every", raw.every.as_ref().map(|t| (t, u64::from(!t.value.0.is_zero()))));
        if let Some(engine) = &raw.engine
            && engine.value.0 != "auto"
            && let Err(hint) = known_engine(engines_dir, &engine.value.0)
        {
            let mut complaint = Complaint::new(engine.span.clone(), format!("no engine is named `{}`", engine.value.0));
            complaint.hint =
                Some(hint.unwrap_or_else(|| "`forumsift engine list` names them; \"auto\" recognises".to_owned()));
            self.complain(complaint);
        }
        if let Some(limit) = &raw.limit {
            self.at_least_one("threads", limit.value.threads.as_ref().map(|t| (t, t.value)));
            self.at_least_one("pages", limit.value.pages.as_ref().map(|t| (t, t.value)));
        }
        self.complaints.extend(along::complaints(raw));
        if let Some(replay) = &raw.replay {
            self.must_exist(replay);
        }
    }

    /// A source that has a name and an address.
    fn source(&mut self, name: &str, url: &Url, raw: &RawSource) -> Source {
        let limit = raw.limit.as_ref().map(|told| told.value.clone()).unwrap_or_default();
        let boards = raw.boards.as_ref().map(|told| told.value.clone()).unwrap_or_default();
        let settings = SourceSettings {
            name: Arc::from(name),
            url: url.clone(),
            engine: raw.engine.as_ref().map(|told| told.value.0.as_str()).filter(|name| *name != "auto").map(Arc::from),
            time_zone: raw.time_zone.as_ref().map(|told| told.value.0.clone()),
            date_order: match raw.date_order.as_ref().map(|told| told.value) {
                None | Some(RawDateOrder::Auto) => None,
                Some(RawDateOrder::Dmy) => Some(DateOrder::Dmy),
                Some(RawDateOrder::Mdy) => Some(DateOrder::Mdy),
                Some(RawDateOrder::Ymd) => Some(DateOrder::Ymd),
            },
            include_boards: texts(boards.include),
            exclude_boards: texts(boards.exclude),
            posts: raw.posts.as_ref().map_or(Posts::All, |told| told.value),
            limits: Limits {
                threads: limit.threads.map(|told| told.value),
                pages: limit.pages.map(|told| told.value),
                since: limit.since.map(|told| told.value.0),
            },
            delay: said(&raw.delay).0,
            recheck: said(&raw.recheck).into_iter().map(|Told { value: DurationText(age), .. }| age).collect(),
            adaptive: raw.adaptive.as_ref().is_some_and(|told| told.value).then(|| {
                let (least, most) = (said(&raw.every_min).0, said(&raw.every_max).0);
                Adaptive { least, most: most.max(least) }
            }),
        };
        let schedule = match (&raw.schedule, &raw.every) {
            (Some(cron), _) => {
                let zone = raw.schedule_zone.as_ref().and_then(|told| told.value.0.clone());
                let zone = zone.map_or_else(TimeZone::system, |zone| zone.to_time_zone());
                // The expression was read once already, with its place.
                Schedule::cron(&cron.value.0, zone).ok()
            }
            (None, Some(every)) => Some(Schedule::Every(every.value.0)),
            (None, None) => settings.adaptive.map(Schedule::Adaptive),
        };
        let login = raw.login.as_ref().and_then(|Told { value: login, .. }| {
            Some(LoginSource {
                user: self.place(login.user.as_ref())?,
                password: self.place(login.password.as_ref())?,
                renew: login.renew.as_ref().map_or(RENEW, |told| told.value.0),
            })
        });
        let notify = raw.notify.as_ref().map(|Told { value: notify, .. }| Notify {
            command: texts(notify.command.clone()),
            webhook: self.place(notify.webhook.as_ref()),
            after: notify.after.as_ref().map_or(AFTER, |told| told.value),
        });
        let secret_headers = raw.secret_headers.iter().flat_map(|told| &told.value);
        Source {
            replay: self.path(raw.replay.as_ref()),
            cookie: self.place(raw.cookie.as_ref()),
            proxy: raw.proxy.as_ref().map(|told| told.value.0.clone()),
            proxy_login: self.place(raw.proxy_login.as_ref()),
            headers: raw
                .headers
                .iter()
                .flat_map(|told| &told.value)
                .map(|(name, told)| (name.clone(), told.value.0.clone()))
                .collect(),
            secret_headers: secret_headers
                .filter_map(|(name, told)| Some((name.clone(), self.place(Some(told))?)))
                .collect(),
            login,
            notify,
            schedule,
            settings,
        }
    }

    /// Where a secret comes from.
    fn place(&self, told: Option<&Told<RawSecret>>) -> Option<SecretSource> {
        match &told?.value {
            RawSecret { env: Some(env), .. } => Some(SecretSource::Env(env.value.0.clone())),
            RawSecret { file, .. } => self.path(file.as_ref()).map(SecretSource::File),
        }
    }

    fn engines_dir(&mut self, raw: &RawConfig) -> PathBuf {
        let usual = said(&BELOW.engines.dir).0;
        let Some(dir) = &raw.engines.dir else { return self.directory.join(usual) };
        if dir.value.0 != usual {
            self.must_exist(dir);
        }
        self.directory.join(&dir.value.0)
    }

    fn files(&mut self, files: Option<Told<Vec<Told<PathText>>>>) -> Vec<PathBuf> {
        let files = files.map(|told| told.value).unwrap_or_default();
        for file in &files {
            self.must_exist(file);
        }
        files.iter().map(|file| self.directory.join(&file.value.0)).collect()
    }

    fn path(&self, told: Option<&Told<PathText>>) -> Option<PathBuf> {
        told.map(|told| self.directory.join(&told.value.0))
    }

    fn must_exist(&mut self, told: &Told<PathText>) {
        let path = self.directory.join(&told.value.0);
        if let Err(error) = std::fs::metadata(&path) {
            self.complain(Complaint::new(told.span.clone(), format!("{}: {error}", path.display())));
        }
    }

    fn at_least_one<T>(&mut self, key: &str, told: Option<(&Told<T>, u64)>) {
        if let Some((told, 0)) = told {
            self.complain(Complaint::new(told.span.clone(), format!("`{key}` must be more than nothing")));
        }
    }

    fn complain(&mut self, complaint: Complaint) {
        self.complaints.push(complaint);
    }
}

/// A source's table over the defaults. `schedule` and `every` are one choice: who makes it makes it whole.
fn layer(source: RawSource, defaults: &RawSource) -> RawSource {
    let adapts = source.adaptive.as_ref().is_some_and(|told| told.value);
    let chosen = source.schedule.is_some() || source.every.is_some() || adapts;
    let mut below = defaults.clone();
    if chosen {
        below.schedule = None;
        below.every = None;
        below.adaptive = None;
    }
    source.over(&below)
}

fn texts(list: Option<Told<Vec<Told<Filled>>>>) -> Vec<String> {
    list.map(|told| told.value).unwrap_or_default().into_iter().map(|told| told.value.0).collect()
}

/// A value that `config/default.toml` has, so that it is said in any case.
#[expect(clippy::expect_used, reason = "the embedded defaults say it; a test reads them")]
fn said<T: Clone>(told: &Option<Told<T>>) -> T {
    told.as_ref().expect("config/default.toml has every key that has a default").value.clone()
}

fn nth(ordinal: usize) -> String {
    match ordinal {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        n => format!("{n}th"),
    }
}
