//! `forumsift extract`: saved pages, archives and scraped text through the same stages, without a network and without state.
//!
//! Input order is kept: a page's records leave before the next page's.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use url::Url;

use super::{
    isolate::trip,
    sightings::Sightings,
    sniff::{Format, GZIP, MOST, may_hold_posts, sniff, told_address},
    stages::tell_turns,
};
use crate::{
    clock::Clock,
    engine::Engines,
    extract::{ExtractOptions, extract, is_server_error},
    fetch::{FetchError, decode, read_warc},
    model::{Change, DateOrder, Markup, Outcome, Page, Record, SourceSettings, Status, Validators, Zone},
    normalize::{Knowledge, Normalizer, PageStamp, markup::render},
};

/// Where input comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file, or a folder that is read in the order of names.
    Path(PathBuf),
    /// Standard input.
    Stdin,
}

/// All that `extract` needs to know.
pub struct OfflinePlan {
    /// Read in this order.
    pub inputs: Vec<Input>,
    /// What they are.
    pub format: Format,
    /// Address of the page, for relative links and the source's name.
    pub url: Option<Url>,
    /// Engine by name, instead of recognition.
    pub engine: Option<Arc<str>>,
    /// Zone of the dates.
    pub time_zone: Option<Zone>,
    /// Order of numeric dates.
    pub date_order: Option<DateOrder>,
    /// When the pages were fetched, where no archive tells.
    pub fetched_at: Option<Timestamp>,
    /// Name of the source, instead of the host's.
    pub source: Option<Arc<str>>,
    /// What the records carry beyond text.
    pub options: ExtractOptions,
    /// Engine profiles.
    pub engines: Arc<Engines>,
    /// Notices, dates, articles.
    pub normalizer: Arc<Normalizer>,
    /// For input that has no time of its own.
    pub clock: Clock,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfflineReport {
    /// Pages, or texts, read.
    pub pages: u64,
    /// Records written.
    pub records: u64,
    /// What could not be read, in words that name the place.
    pub failures: Vec<String>,
    /// Pages that gave no record, or the beginning of one alone, with what they turned out to be.
    pub without_posts: Vec<(String, Outcome)>,
}

/// Why the work ended early.
#[derive(Debug, thiserror::Error)]
pub enum OfflineError {
    /// The records could not be written.
    #[error("cannot write records: {0}")]
    Output(#[source] io::Error),
    /// A record could not be serialized: a bug.
    #[error("cannot serialize a record: {0}")]
    Serialize(#[from] serde_json::Error),
}

/// Reads every input and writes one JSON line a post.
///
/// # Errors
/// Where the output fails. Input that cannot be read is told in the report, and the rest is read.
pub fn run_offline(plan: &OfflinePlan, out: &mut dyn Write) -> Result<OfflineReport, OfflineError> {
    let mut offline = Offline {
        plan,
        out,
        report: OfflineReport::default(),
        known: HashMap::new(),
        seen: Sightings::default(),
        line: Vec::new(),
    };
    for input in &plan.inputs {
        match input {
            Input::Path(path) => offline.path(path)?,
            Input::Stdin => offline.reader("stdin", None, &mut io::stdin().lock())?,
        }
    }
    offline.out.flush().map_err(OfflineError::Output)?;
    Ok(offline.report)
}

struct Offline<'a> {
    plan: &'a OfflinePlan,
    out: &'a mut dyn Write,
    report: OfflineReport,
    /// What is known of each source so far, and how many posts of a thread its pages have shown.
    known: HashMap<Arc<str>, Known>,
    /// The posts that archives have shown.
    seen: Sightings,
    /// Reused for every record.
    line: Vec<u8>,
}

#[derive(Default)]
struct Known {
    knowledge: Knowledge,
    /// Thread id to the last page read and the posts up to its end.
    threads: HashMap<String, (u32, u32)>,
}

impl Offline<'_> {
    fn path(&mut self, path: &Path) -> Result<(), OfflineError> {
        if path.is_dir() {
            let mut inside: Vec<PathBuf> = match std::fs::read_dir(path) {
                Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect(),
                Err(error) => return self.failed(path.display(), error),
            };
            inside.sort();
            return inside.iter().try_for_each(|path| self.path(path));
        }
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) => return self.failed(path.display(), error),
        };
        let changed = file.metadata().and_then(|m| m.modified()).ok().and_then(|time| Timestamp::try_from(time).ok());
        self.reader(&path.display().to_string(), changed, &mut file)
    }

    fn failed(&mut self, place: impl std::fmt::Display, cause: impl std::fmt::Display) -> Result<(), OfflineError> {
        self.report.failures.push(format!("{place}: {cause}"));
        Ok(())
    }

    fn reader(&mut self, name: &str, changed: Option<Timestamp>, input: &mut dyn Read) -> Result<(), OfflineError> {
        let mut head = vec![0; 4096];
        let mut filled = 0;
        while filled < head.len() {
            match input.read(&mut head[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return self.failed(name, error),
            }
        }
        head.truncate(filled);
        let mut format = match self.plan.format {
            Format::Auto => sniff(&head, name),
            told => told,
        };
        let mut whole = head.as_slice().chain(input);
        if format == Format::Warc {
            return self.warc(name, &mut whole);
        }
        let mut body = Vec::new();
        if let Err(error) = whole.read_to_end(&mut body) {
            return self.failed(name, error);
        }
        if body.starts_with(&GZIP) {
            let mut plain = Vec::new();
            if let Err(error) = MultiGzDecoder::new(body.as_slice()).take(MOST).read_to_end(&mut plain) {
                return self.failed(name, error);
            }
            if self.plan.format == Format::Auto {
                format = sniff(&plain, name.trim_end_matches(".gz"));
            }
            body = plain;
        }
        let fetched_at = self.plan.fetched_at.or(changed).unwrap_or_else(|| self.plan.clock.now());
        let page = |url: Url, content_type: Option<&str>| Page {
            requested: url.clone(),
            url,
            status: 200,
            content_type: content_type.map(str::to_owned),
            date: self.plan.fetched_at,
            validators: Validators::default(),
            headers: Vec::new(),
            body,
            fetched_at,
        };
        match format {
            Format::Text => self.text(name, &page(file_url(name), Some("text/plain"))),
            _ => {
                let url = self.plan.url.clone();
                let known_address = url.is_some();
                let mut page = page(url.unwrap_or_else(|| file_url(name)), None);
                if !known_address && let Some(url) = told_address(&page.body) {
                    page.url = url.clone();
                    page.requested = url;
                }
                self.page(name, &page, false)
            }
        }
    }

    fn warc(&mut self, name: &str, input: &mut dyn Read) -> Result<(), OfflineError> {
        for entry in read_warc(input) {
            match entry {
                Ok(entry) if entry.page.status == 200 && may_hold_posts(entry.page.content_type.as_deref()) => {
                    self.page(name, &entry.page, true)?;
                }
                Ok(_) => {}
                Err(error @ FetchError::Io { .. }) => return self.failed(name, error),
                Err(error) => self.failed(name, error)?,
            }
        }
        Ok(())
    }

    /// `archived`: it may come again in another state.
    fn page(&mut self, name: &str, page: &Page, archived: bool) -> Result<(), OfflineError> {
        self.report.pages += 1;
        let decoded = decode(page);
        let engine = self.plan.engine.as_deref();
        trip("extract", &page.url);
        let mut extracted = extract(page, &decoded.text, &self.plan.engines, engine, &self.plan.options);
        extracted.charset_doubtful |= decoded.doubtful;
        let source = self.source(page.url.host_str(), name);
        let known = self.known.entry(source.name.clone()).or_default();
        if let Some(thread) = &mut extracted.thread
            && let Some(id) = &thread.id
        {
            let posts = u32::try_from(extracted.posts.len()).unwrap_or(u32::MAX);
            let before = match (thread.position_base, known.threads.get(id)) {
                (Some(base), _) => Some(base),
                (None, _) if thread.page <= 1 => Some(0),
                (None, Some((page, posts))) if page + 1 == thread.page => Some(*posts),
                (None, _) => None,
            };
            thread.position_base = before;
            if let Some(before) = before {
                known.threads.insert(id.clone(), (thread.page, before.saturating_add(posts)));
            }
        }
        let outcome = extracted.outcome;
        let stamp = PageStamp { date: page.date, fetched_at: page.fetched_at };
        let before = known.knowledge.clone();
        trip("normalize", &page.url);
        let mut normalized = self.plan.normalizer.page(&source, &mut known.knowledge, &stamp, extracted);
        tell_turns(&source.name, &before, &known.knowledge);
        if normalized.records.is_empty() || outcome == Outcome::Empty {
            let place = if page.url.scheme() == "file" { name.to_owned() } else { page.url.to_string() };
            self.report.without_posts.push((place, outcome));
        }
        if archived {
            normalized.records.retain_mut(|record| self.seen.tells(record));
        }
        for record in normalized.records.iter_mut().filter(|record| record.status == Status::Deleted) {
            record.change = Change::Deleted;
        }
        self.write(&normalized.records)
    }

    fn text(&mut self, name: &str, page: &Page) -> Result<(), OfflineError> {
        self.report.pages += 1;
        let decoded = decode(page);
        if is_server_error(&decoded.text) {
            self.report.without_posts.push((name.to_owned(), Outcome::Maintenance));
            return Ok(());
        }
        let host = self.plan.url.as_ref().and_then(|url| url.host_str().map(str::to_owned));
        let source = self.source(host.as_deref(), name);
        let stamp = PageStamp { date: page.date, fetched_at: page.fetched_at };
        let mut records = self.plan.normalizer.flat(&source, self.plan.engine.as_deref(), &stamp, &decoded.text);
        let ExtractOptions { html, markdown } = self.plan.options;
        let wanted = Markup { html, markdown, marks: Vec::new() };
        for record in records.iter_mut().filter(|_| html || markdown) {
            let text = record.text.as_deref().unwrap_or_default();
            let rendered = render(&Markup::plain(text, &wanted));
            (record.html, record.markdown) = (rendered.html, rendered.markdown);
        }
        if records.is_empty() {
            self.report.without_posts.push((name.to_owned(), Outcome::Unrecognised));
        }
        self.write(&records)
    }

    fn write(&mut self, records: &[Record]) -> Result<(), OfflineError> {
        self.line.clear();
        for record in records {
            serde_json::to_writer(&mut self.line, record)?;
            self.line.push(b'\n');
        }
        self.report.records += records.len() as u64;
        self.out.write_all(&self.line).map_err(OfflineError::Output)
    }

    /// `--source`, else the page's host, else the file's name, else `stdin`.
    fn source(&self, host: Option<&str>, input: &str) -> SourceSettings {
        let name = match (&self.plan.source, host) {
            (Some(name), _) => name.clone(),
            (None, Some(host)) => host.into(),
            (None, None) => Path::new(input).file_name().map_or(input.into(), |name| name.to_string_lossy()).into(),
        };
        SourceSettings {
            engine: self.plan.engine.clone(),
            time_zone: self.plan.time_zone.clone(),
            date_order: self.plan.date_order,
            ..SourceSettings::new(name, self.plan.url.clone().unwrap_or_else(|| file_url(input)))
        }
    }
}

fn file_url(name: &str) -> Url {
    let path = std::path::absolute(name).unwrap_or_else(|_| PathBuf::from("/").join(name));
    Url::from_file_path(path).unwrap_or_else(|()| EMPTY.clone())
}

/// What stands for an address where a path cannot be one.
static EMPTY: std::sync::LazyLock<Url> = std::sync::LazyLock::new(|| match Url::parse("file:///") {
    Ok(url) => url,
    Err(_) => unreachable!("the literal is an address"),
});
