//! The flow, wired: channels are made, handed over and dropped here and nowhere else.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    PipelineError, Plan, Tally,
    keep::Keep,
    stages::{SourceFetch, committer, extraction, fetcher, normalizer},
    writer,
};
use crate::{
    fetch::{AnyFetch, HttpFetch, ReplayFetch},
    frontier::{Committed, Frontier, PageResult, Retried},
    model::{FetchFailure, Refusal, Request},
    normalize::Knowledge,
    polite::Gate,
};

/// Pages between two stages: enough to keep every stage busy, few enough that memory stays flat.
const BETWEEN: usize = 8;
/// Commits under way at once; the state commits them as one group.
const COMMITTERS: usize = 16;

/// What all stages see.
pub(super) struct Shared {
    pub(super) plan: Plan,
    pub(super) frontier: Frontier,
    pub(super) sources: HashMap<Arc<str>, SourceFetch>,
    /// Asks the fetchers to stop; the later stages finish what is in flight.
    pub(super) stop: CancellationToken,
    pub(super) tally: Tally,
    broke: Mutex<Option<PipelineError>>,
    jitter: AtomicU64,
}

impl Shared {
    /// Keeps the first fault and stops the run.
    pub(super) fn broke(&self, error: PipelineError) {
        lock(&self.broke).get_or_insert(error);
        self.stop.cancel();
    }

    pub(super) fn refused(&self, request: &Request, refusal: &Refusal) {
        tracing::info!(source = %request.source, url = %request.what.url, ?refusal, "not fetched");
        self.tally.refused(&request.source, refusal);
    }

    pub(super) fn failed(&self, source: &Arc<str>, url: &str, failure: &FetchFailure, retried: Retried) {
        match retried {
            Retried::Later => tracing::info!(%source, url, cause = %failure.message, "failed, will be tried again"),
            Retried::Failed => tracing::warn!(%source, url, cause = %failure.message, "failed"),
        }
        self.tally.failed(source, failure, retried);
    }

    pub(super) fn committed(
        &self,
        source: &Arc<str>,
        url: &str,
        outcome: PageResult,
        committed: &Committed,
        bytes: u64,
    ) {
        let posts = committed.posts;
        match outcome {
            PageResult::Read | PageResult::Unchanged => {
                tracing::debug!(%source, url, ?outcome, read = posts.read, new = posts.new, edited = posts.edited, "page");
            }
            PageResult::Noticed(why) => tracing::info!(%source, url, ?why, "page holds no posts"),
            PageResult::Unrecognised => tracing::warn!(%source, url, "no engine profile knows this page"),
            PageResult::Failed => tracing::warn!(%source, url, "page promised posts and none could be read"),
        }
        self.tally.committed(source, outcome, committed, bytes);
    }

    /// A number in 0..1 that differs at each call and in each process.
    pub(super) fn jitter(&self) -> f64 {
        let step = self.jitter.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mixed = (step ^ (step >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A lock on plain counts: a holder that panicked cannot have left them half written.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Crawls the plan's sources once. `stop` asks for an early end: what is in flight is finished or given back within the
/// plan's grace. `tally` can be read while the run goes on; what it
/// holds at the end is the result.
///
/// # Errors
/// Where state or output fail; then what was not committed is kept in the state for the next run.
pub async fn run(plan: Plan, stop: CancellationToken, tally: Tally) -> Result<(), PipelineError> {
    let frontier = Frontier::open(&plan.state)?;
    let sink = writer::open(&plan.output, &frontier).await?;
    let (sources, knowledge) = begin(&plan, &frontier, &tally).await?;
    let keep = Arc::new(Keep::open(plan.archive.as_deref(), plan.quarantine.as_deref(), plan.clock)?);
    let threads = match plan.extraction_threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        told => told,
    };
    let fetchers = plan.connections.max(1);
    let shared = Arc::new(Shared {
        frontier: frontier.clone(),
        sources,
        stop,
        tally,
        broke: Mutex::new(None),
        jitter: AtomicU64::new(RandomState::new().hash_one(0)),
        plan,
    });
    let (page_sender, pages) = async_channel::bounded(BETWEEN);
    let (apart_sender, apart) = async_channel::bounded(BETWEEN);
    let (batch_sender, batches) = async_channel::bounded(BETWEEN);

    let drained = CancellationToken::new();
    let writing = tokio::spawn(writer::writer(Arc::clone(&shared), sink, drained.clone()));
    let stages = TaskTracker::new();
    for _ in 0..fetchers {
        stages.spawn(fetcher(Arc::clone(&shared), page_sender.clone(), batch_sender.clone()));
    }
    for _ in 0..threads {
        let (shared, keep, pages, apart) =
            (Arc::clone(&shared), Arc::clone(&keep), pages.clone(), apart_sender.clone());
        stages.spawn_blocking(move || extraction(&shared, &keep, &pages, &apart));
    }
    {
        let (shared, batches) = (Arc::clone(&shared), batch_sender.clone());
        stages.spawn_blocking(move || normalizer(&shared, knowledge, &apart, &batches));
    }
    for _ in 0..COMMITTERS {
        stages.spawn(committer(Arc::clone(&shared), batches.clone()));
    }
    // each stage now holds the only ends it needs: the flow drains when the fetchers have gone
    drop((page_sender, pages, apart_sender, batch_sender, batches));
    stages.close();
    stages.wait().await;

    drained.cancel();
    writing.await.map_err(|_| PipelineError::Stage("writer"))?;
    keep.close()?;
    let now = shared.plan.clock.now();
    for name in shared.sources.keys() {
        match frontier.finish(name, now).await {
            Ok(true) => {}
            Ok(false) => tracing::info!(source = %name, "work is left to the next run"),
            Err(error) => shared.broke(error.into()),
        }
    }
    match lock(&shared.broke).take() {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// Makes each source's fetcher, starts its run in the frontier and takes up what an earlier run has learnt.
async fn begin(
    plan: &Plan,
    frontier: &Frontier,
    tally: &Tally,
) -> Result<(HashMap<Arc<str>, SourceFetch>, HashMap<Arc<str>, Knowledge>), PipelineError> {
    let http = HttpFetch::new(plan.http.clone(), Gate::new(), plan.clock)?;
    let (mut sources, mut knowledge) = (HashMap::new(), HashMap::new());
    for source in &plan.sources {
        let name = source.settings.name.clone();
        let fetch = match &source.replay {
            Some(path) => AnyFetch::Replay(ReplayFetch::open(path)?),
            None => AnyFetch::Http(http.clone()),
        };
        if let Some(known) =
            frontier.knowledge(&name).await?.as_deref().and_then(|known| serde_json::from_str(known).ok())
        {
            knowledge.insert(name.clone(), known);
        }
        let begun = frontier.begin(&source.settings, plan.clock.now(), plan.options).await?;
        tracing::info!(source = %name, run = begun.run, left_over = begun.taken_up, rechecks = begun.rechecks, "begun");
        tally.begun(&name);
        sources.insert(name, SourceFetch { settings: source.settings.clone(), fetch });
    }
    Ok((sources, knowledge))
}
