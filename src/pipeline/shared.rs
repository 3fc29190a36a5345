//! What all stages see, and what belongs to one source's run.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{PipelineError, Plan, Tally, room::Room, suspects::Suspects};
use crate::{
    engine::Engines,
    extract::ExtractOptions,
    fetch::{AnyFetch, HttpFetch, Sessions},
    frontier::{Committed, Frontier, PageResult, Retried, RunOptions},
    model::{FetchFailure, Refusal, Request, SourceSettings},
    normalize::{Knowledge, Normalizer},
    polite::{Gate, Hosts},
};

/// How pages are fetched and read. A run keeps those that it began with.
pub(super) struct Means {
    pub(super) http: HttpFetch,
    pub(super) retries: u32,
    pub(super) options: RunOptions,
    pub(super) engines: Arc<Engines>,
    pub(super) normalizer: Arc<Normalizer>,
    pub(super) extract: ExtractOptions,
}

impl Means {
    fn of(plan: &Plan, gate: Gate, sessions: Sessions) -> Result<Arc<Means>, PipelineError> {
        Ok(Arc::new(Means {
            http: HttpFetch::new(plan.http.clone(), gate, plan.clock)?.with_sessions(sessions),
            retries: plan.retries,
            options: plan.options,
            engines: Arc::clone(&plan.engines),
            normalizer: Arc::clone(&plan.normalizer),
            extract: plan.extract,
        }))
    }
}

/// A run of a source.
pub(super) struct SourceRun {
    pub(super) settings: SourceSettings,
    pub(super) fetch: AnyFetch,
    pub(super) means: Arc<Means>,
    /// What the source has taught; only the normalizer's thread asks.
    knowledge: Mutex<Knowledge>,
}

impl SourceRun {
    pub(super) fn new(
        settings: SourceSettings,
        fetch: AnyFetch,
        means: Arc<Means>,
        knowledge: Knowledge,
    ) -> Arc<SourceRun> {
        Arc::new(SourceRun { settings, fetch, means, knowledge: Mutex::new(knowledge) })
    }

    pub(super) fn knowledge(&self) -> MutexGuard<'_, Knowledge> {
        lock(&self.knowledge)
    }
}

/// What all stages see.
pub(super) struct Shared {
    pub(super) plan: Plan,
    pub(super) frontier: Frontier,
    /// Asks the fetchers to stop; the later stages finish what is in flight.
    pub(super) stop: CancellationToken,
    /// No further run will begin: fetchers go when nothing is wanted any more.
    pub(super) closing: CancellationToken,
    /// Nothing is to be fetched now: what was fetched has nowhere to go.
    held: watch::Sender<bool>,
    /// Room for pages that are on their way to the extraction threads.
    pub(super) room: Room,
    /// Asks the writer to open its output anew.
    pub(super) reopen: Notify,
    pub(super) tally: Tally,
    /// How hosts have been answering.
    pub(super) hosts: Hosts,
    pub(super) suspects: Suspects,
    gate: Gate,
    sessions: Sessions,
    means: Mutex<Arc<Means>>,
    runs: Mutex<HashMap<Arc<str>, Arc<SourceRun>>>,
    /// Counts the runs that have begun, to wake fetchers that found nothing to do.
    begun: watch::Sender<u64>,
    ledger: Ledger,
    jitter: AtomicU64,
}

/// Where it is put down what became of a page. Clones are one; none holds the frontier, so that the frontier's thread may hold one.
#[derive(Clone)]
pub(super) struct Ledger {
    tally: Tally,
    broke: Arc<Mutex<Option<PipelineError>>>,
    stop: CancellationToken,
}

impl Ledger {
    /// Keeps the first fault and stops the flow.
    pub(super) fn broke(&self, error: PipelineError) {
        lock(&self.broke).get_or_insert(error);
        self.stop.cancel();
    }

    /// A page was committed, and that is safe.
    pub(super) fn committed(
        &self,
        source: &Arc<str>,
        url: &Url,
        outcome: PageResult,
        committed: &Committed,
        bytes: u64,
    ) {
        let posts = committed.posts;
        match outcome {
            PageResult::Read | PageResult::Unchanged => {
                tracing::debug!(%source, %url, ?outcome, read = posts.read, new = posts.new, edited = posts.edited, "page");
            }
            PageResult::Noticed(why) => tracing::info!(%source, %url, ?why, "page holds no posts"),
            PageResult::Unrecognised => tracing::warn!(%source, %url, "no engine profile knows this page"),
            PageResult::Failed => tracing::warn!(%source, %url, "page promised posts and none could be read"),
        }
        self.tally.committed(source, outcome, committed, bytes);
    }
}

impl Shared {
    pub(super) fn new(
        plan: Plan,
        frontier: Frontier,
        stop: CancellationToken,
        tally: Tally,
    ) -> Result<Shared, PipelineError> {
        let gate = Gate::new();
        let sessions = Sessions::default();
        let means = Mutex::new(Means::of(&plan, gate.clone(), sessions.clone())?);
        Ok(Shared {
            suspects: Suspects::open(&plan.state),
            ledger: Ledger { tally: tally.clone(), broke: Arc::default(), stop: stop.clone() },
            frontier,
            stop,
            closing: CancellationToken::new(),
            held: watch::Sender::new(false),
            room: Room::new(),
            reopen: Notify::new(),
            tally,
            hosts: Hosts::new(),
            gate,
            sessions,
            means,
            runs: Mutex::default(),
            begun: watch::Sender::new(0),
            jitter: AtomicU64::new(RandomState::new().hash_one(0)),
            plan,
        })
    }

    pub(super) fn means(&self) -> Arc<Means> {
        Arc::clone(&lock(&self.means))
    }

    pub(super) fn adopt(&self, plan: &Plan) -> Result<(), PipelineError> {
        *lock(&self.means) = Means::of(plan, self.gate.clone(), self.sessions.clone())?;
        Ok(())
    }

    pub(super) fn begun(&self, run: Arc<SourceRun>) {
        lock(&self.runs).insert(run.settings.name.clone(), run);
    }

    pub(super) fn ended(&self, name: &str) {
        lock(&self.runs).remove(name);
    }

    /// The run of a source that is under way.
    pub(super) fn run(&self, name: &str) -> Option<Arc<SourceRun>> {
        lock(&self.runs).get(name).cloned()
    }

    /// The sources whose run is under way.
    pub(super) fn running(&self) -> Vec<Arc<str>> {
        lock(&self.runs).keys().cloned().collect()
    }

    pub(super) fn wake_fetchers(&self) {
        self.begun.send_modify(|count| *count += 1);
    }

    /// Tells each change of the number of runs that have begun, those from now on.
    pub(super) fn beginnings(&self) -> watch::Receiver<u64> {
        self.begun.subscribe()
    }

    /// Says whether fetching is to wait.
    pub(super) fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }

    pub(super) fn is_held(&self) -> bool {
        *self.held.borrow()
    }

    /// Waits while fetching is to wait.
    pub(super) async fn free(&self) {
        // the sender lives as long as this
        let _ = self.held.subscribe().wait_for(|held| !held).await;
    }

    /// Keeps the first fault and stops the flow.
    pub(super) fn broke(&self, error: PipelineError) {
        self.ledger.broke(error);
    }

    pub(super) fn take_fault(&self) -> Option<PipelineError> {
        lock(&self.ledger.broke).take()
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

    pub(super) fn ledger(&self) -> Ledger {
        self.ledger.clone()
    }

    /// A number in 0..1 that differs at each call and in each process.
    pub(super) fn jitter(&self) -> f64 {
        let step = self.jitter.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mixed = (step ^ (step >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A lock on plain values: a holder that panicked cannot have left them half written.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
