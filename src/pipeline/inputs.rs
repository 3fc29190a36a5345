//! The inputs of `extract`: found, read and taken apart ahead of whoever makes records of them, in their order.
//!
//! One thread reads, as many as there are cores take pages apart. What was found goes on in a queue of its own, so that the
//! order of the inputs holds however long a page takes.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use async_channel::{Receiver, Sender};
use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use url::Url;

use super::{
    isolate::trip,
    offline::{Input, OfflineError, OfflinePlan, file_url},
    sniff::{Format, GZIP, MOST, may_hold_posts, sniff, told_address},
};
use crate::{
    extract::{ExtractOptions, extract},
    fetch::{FetchError, decode, read_warc},
    model::{Extracted, Page, Validators},
};

/// Pages a thread that may be read ahead.
const AHEAD: usize = 2;

/// What was found in an input.
pub(super) enum Found {
    /// A page, taken apart.
    Page(Box<ReadPage>),
    /// Text as another scraper left it.
    Text {
        /// The input.
        name: String,
        /// Its bytes.
        page: Box<Page>,
    },
    /// What could not be read, in words that name the place.
    Failure(String),
}

/// A page of an input.
pub(super) struct ReadPage {
    /// The input.
    pub(super) name: String,
    pub(super) page: Page,
    /// It may come again in another state.
    pub(super) archived: bool,
    pub(super) extracted: Extracted,
}

/// A page that waits for a thread, and where to put it then.
struct Job {
    name: String,
    page: Page,
    archived: bool,
    place: Sender<Found>,
}

/// Nobody wants more.
struct Gone;

/// Begins to read the inputs of a plan. Each place of the queue is filled when its page is taken apart; one that is left empty
/// means that the page broke the reader.
///
/// # Errors
/// Where the system gives no thread.
pub(super) fn read(plan: &Arc<OfflinePlan>) -> Result<impl Iterator<Item = Receiver<Found>> + use<>, OfflineError> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (places, queue) = async_channel::bounded(threads * AHEAD);
    let (jobs, waiting) = async_channel::bounded::<Job>(threads * AHEAD);
    for _ in 0..threads {
        let (plan, waiting) = (Arc::clone(plan), waiting.clone());
        spawn(move || {
            while let Ok(job) = waiting.recv_blocking() {
                take_apart(&plan, job);
            }
        })?;
    }
    let inputs = Inputs { plan: Arc::clone(plan), places, jobs };
    spawn(move || drop(inputs.all()))?;
    Ok(std::iter::from_fn(move || queue.recv_blocking().ok()))
}

/// A thread that is not waited for: one that stands at a reader's end of a pipe must not keep the program from ending.
fn spawn(work: impl FnOnce() + Send + 'static) -> Result<(), OfflineError> {
    thread::Builder::new().name("extract".to_owned()).spawn(work).map(drop).map_err(OfflineError::Threads)
}

fn take_apart(plan: &OfflinePlan, job: Job) {
    let Job { name, page, archived, place } = job;
    let decoded = decode(&page);
    trip("extract", &page.url);
    let options = ExtractOptions { crawled: archived, ..plan.options };
    let mut extracted = extract(&page, &decoded.text, &plan.engines, plan.engine.as_deref(), &options);
    extracted.charset_doubtful |= decoded.doubtful;
    drop(decoded);
    let read = ReadPage { name, page, archived, extracted };
    // whoever waited may be gone
    let _ = place.send_blocking(Found::Page(Box::new(read)));
}

struct Inputs {
    plan: Arc<OfflinePlan>,
    places: Sender<Receiver<Found>>,
    jobs: Sender<Job>,
}

impl Inputs {
    fn all(&self) -> Result<(), Gone> {
        self.plan.inputs.iter().try_for_each(|input| match input {
            Input::Path(path) => self.path(path),
            Input::Stdin => self.reader("stdin", None, &mut io::stdin().lock()),
        })
    }

    /// Takes the next place in the queue.
    fn place(&self) -> Result<Sender<Found>, Gone> {
        let (place, found) = async_channel::bounded(1);
        self.places.send_blocking(found).map_err(|_| Gone)?;
        Ok(place)
    }

    fn hand_on(&self, found: Found) -> Result<(), Gone> {
        self.place()?.send_blocking(found).map_err(|_| Gone)
    }

    /// `archived`: it may come again in another state.
    fn page(&self, name: &str, page: Page, archived: bool) -> Result<(), Gone> {
        let place = self.place()?;
        self.jobs.send_blocking(Job { name: name.to_owned(), page, archived, place }).map_err(|_| Gone)
    }

    fn path(&self, path: &Path) -> Result<(), Gone> {
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

    fn failed(&self, place: impl std::fmt::Display, cause: impl std::fmt::Display) -> Result<(), Gone> {
        self.hand_on(Found::Failure(format!("{place}: {cause}")))
    }

    fn reader(&self, name: &str, changed: Option<Timestamp>, input: &mut dyn Read) -> Result<(), Gone> {
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
            Format::Text => {
                let page = Box::new(page(file_url(name), Some("text/plain")));
                self.hand_on(Found::Text { name: name.to_owned(), page })
            }
            _ => {
                let url = self.plan.url.clone();
                let known_address = url.is_some();
                let mut page = page(url.unwrap_or_else(|| file_url(name)), None);
                if !known_address && let Some(url) = told_address(&page.body) {
                    page.url = url.clone();
                    page.requested = url;
                }
                self.page(name, page, false)
            }
        }
    }

    fn warc(&self, name: &str, input: &mut dyn Read) -> Result<(), Gone> {
        for entry in read_warc(input) {
            match entry {
                Ok(entry) if entry.page.status == 200 && may_hold_posts(entry.page.content_type.as_deref()) => {
                    self.page(name, entry.page, true)?;
                }
                Ok(_) => {}
                Err(error @ FetchError::Io { .. }) => return self.failed(name, error),
                Err(error) => self.failed(name, error)?,
            }
        }
        Ok(())
    }
}
