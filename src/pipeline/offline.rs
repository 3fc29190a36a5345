//! `forumsift extract`: saved pages, archives and scraped text through the same stages, without a network and without state.
//!
//! Input order is kept: a page's records leave before the next page's.

use std::{
    collections::HashMap,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use url::Url;

use super::{
    inputs::{self, Found, ReadPage},
    isolate::trip,
    sightings::Sightings,
    sniff::Format,
    stages::tell_turns,
};
use crate::{
    clock::Clock,
    engine::Engines,
    extract::{ExtractOptions, is_server_error},
    fetch::decode,
    model::{Change, DateOrder, Markup, Outcome, Page, Record, SourceSettings, Status, Zone},
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
    /// A thread that reads could not be had.
    #[error("cannot read side by side: {0}")]
    Threads(#[source] io::Error),
    /// A page broke the reader: a bug.
    #[error("the reader broke off at a page")]
    Broke,
}

/// Reads every input and writes one JSON line a post. Pages are taken apart by as many threads as there are cores.
///
/// # Errors
/// Where the output fails. Input that cannot be read is told in the report, and the rest is read.
pub fn run_offline(plan: OfflinePlan, out: &mut dyn Write) -> Result<OfflineReport, OfflineError> {
    let plan = Arc::new(plan);
    let mut offline = Offline {
        out,
        report: OfflineReport::default(),
        known: HashMap::new(),
        seen: Sightings::default(),
        line: Vec::new(),
        plan: Arc::clone(&plan),
    };
    for found in inputs::read(&plan)? {
        match found.recv_blocking().map_err(|_| OfflineError::Broke)? {
            Found::Page(read) => offline.page(*read)?,
            Found::Text { name, page } => offline.text(&name, &page)?,
            Found::Failure(failure) => offline.report.failures.push(failure),
        }
    }
    offline.out.flush().map_err(OfflineError::Output)?;
    Ok(offline.report)
}

struct Offline<'a> {
    plan: Arc<OfflinePlan>,
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
    fn page(&mut self, read: ReadPage) -> Result<(), OfflineError> {
        let ReadPage { name, page, archived, mut extracted } = read;
        self.report.pages += 1;
        let source = self.source(page.url.host_str(), &name);
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
            let place = if page.url.scheme() == "file" { name } else { page.url.to_string() };
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
        let ExtractOptions { html, markdown, .. } = self.plan.options;
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

pub(super) fn file_url(name: &str) -> Url {
    let path = std::path::absolute(name).unwrap_or_else(|_| PathBuf::from("/").join(name));
    Url::from_file_path(path).unwrap_or_else(|()| EMPTY.clone())
}

/// What stands for an address where a path cannot be one.
static EMPTY: std::sync::LazyLock<Url> = std::sync::LazyLock::new(|| match Url::parse("file:///") {
    Ok(url) => url,
    Err(_) => unreachable!("the literal is an address"),
});
