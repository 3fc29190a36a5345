//! The flow, wired: channels are made, handed over and dropped here and nowhere else. It stays open as long as its owner
//! wants; each source's run begins and ends on its own.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinHandle;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    PipelineError, Plan, SourcePlan, Tally,
    keep::Keep,
    room::PLACES,
    shared::{Means, Shared, SourceRun},
    stages::{extraction, fetcher, normalizer, returner},
    writer,
};
use crate::{
    fetch::{AnyFetch, ReplayFetch},
    frontier::{Frontier, HostQueue, Outlook},
    model::News,
};

/// Pages between two stages: enough to keep every stage busy, few enough that memory stays flat.
const BETWEEN: usize = 4;
/// Pages that are given back at once, since the session of their source had ended.
const RETURNERS: usize = 4;

/// What is not counted so long after its commit never will be: the report tells of it.
const COUNTED_WITHIN: Duration = Duration::from_secs(5);

/// How a source's run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All its work is done.
    Whole,
    /// Requests are left to the next run: they fall due too late for this one.
    Left,
    /// The flow was stopped, or broke; [`Flow::close`] tells which.
    Stopped,
}

/// An open flow. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Flow {
    shared: Arc<Shared>,
    keep: Arc<Keep>,
    stages: TaskTracker,
    drained: CancellationToken,
    writing: Arc<tokio::sync::Mutex<Option<JoinHandle<()>>>>,
}

impl Flow {
    /// Opens state and output and starts the stages; the plan's sources wait for [`Flow::begin`]. `stop` asks for an early
    /// end: what is in flight is finished or given back within the plan's grace. `tally` can be read at any time.
    ///
    /// # Errors
    /// Where state or folders cannot be opened, or the settings make no fetcher.
    pub async fn open(plan: Plan, stop: CancellationToken, tally: Tally) -> Result<Flow, PipelineError> {
        let frontier = Frontier::open(&plan.state)?;
        let sink = writer::open(&plan, &frontier).await?;
        let keep = Arc::new(Keep::open(plan.archive.as_deref(), plan.quarantine.as_deref(), plan.clock)?);
        let threads = match plan.extraction_threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            told => told,
        };
        let fetchers = plan.connections.max(1);
        let shared = Arc::new(Shared::new(plan, frontier, stop, tally)?);
        let (page_sender, pages) = async_channel::bounded(PLACES);
        let (apart_sender, apart) = async_channel::bounded(BETWEEN);
        let (lost_sender, lost) = async_channel::bounded(BETWEEN);

        let drained = CancellationToken::new();
        let writing = tokio::spawn(writer::writer(Arc::clone(&shared), sink, drained.clone()));
        let stages = TaskTracker::new();
        for _ in 0..fetchers {
            stages.spawn(fetcher(Arc::clone(&shared), page_sender.clone()));
        }
        for _ in 0..threads {
            let (shared, keep, pages) = (Arc::clone(&shared), Arc::clone(&keep), pages.clone());
            let (apart, lost) = (apart_sender.clone(), lost_sender.clone());
            stages.spawn_blocking(move || extraction(&shared, &keep, &pages, &apart, &lost));
        }
        let (normalizing, keeping) = (Arc::clone(&shared), Arc::clone(&keep));
        stages.spawn_blocking(move || normalizer(&normalizing, &keeping, &apart));
        for _ in 0..RETURNERS {
            stages.spawn(returner(Arc::clone(&shared), lost.clone()));
        }
        drop(lost_sender);
        // each stage now holds the only ends it needs: the flow drains when the fetchers have gone
        stages.close();
        let writing = Arc::new(tokio::sync::Mutex::new(Some(writing)));
        Ok(Flow { shared, keep, stages, drained, writing })
    }

    /// Takes other settings of fetching and reading for the runs that begin from now on. State, output, folders and the
    /// number of connections stay those of the flow.
    ///
    /// # Errors
    /// Where the settings make no fetcher; then the old ones stay.
    pub fn adopt(&self, plan: &Plan) -> Result<(), PipelineError> {
        self.shared.adopt(plan)
    }

    /// Begins a run of a source: starts it in the frontier and takes up what earlier runs have learnt. A source that is
    /// being read must end first.
    ///
    /// # Errors
    /// Where the state fails, or a captured crawl cannot be read.
    pub async fn begin(&self, source: &SourcePlan) -> Result<(), PipelineError> {
        let Shared { frontier, tally, plan, .. } = &*self.shared;
        let name = source.settings.name.clone();
        let means: Arc<Means> = self.shared.means();
        let fetch = match &source.replay {
            Some(path) => AnyFetch::Replay(ReplayFetch::open(path)?),
            None => AnyFetch::Http(means.http.clone()),
        };
        let known = frontier.knowledge(&name).await?;
        let known = known.as_deref().and_then(|known| serde_json::from_str(known).ok()).unwrap_or_default();
        let options = means.options;
        let run = SourceRun::new(source.settings.clone(), fetch, means, known);
        tally.begun(&name);
        // before the frontier hands out its first request
        self.shared.begun(run);
        let begun = frontier.begin(&source.settings, plan.clock.now(), options).await?;
        tracing::info!(source = %name, run = begun.run, left_over = begun.taken_up, rechecks = begun.rechecks, "begun");
        self.shared.wake_fetchers();
        Ok(())
    }

    /// Waits for the end of a source's run, and ends it in the frontier.
    pub async fn ended(&self, name: &Arc<str>) -> Ending {
        let over = tokio::select! {
            over = self.shared.frontier.over(name) => over,
            () = self.shared.stop.cancelled() => return Ending::Stopped,
        };
        // The state knows of the last commit a moment before whoever asked for it has counted it.
        let patience = tokio::time::Instant::now() + COUNTED_WITHIN;
        while self.shared.tally.in_flight(name) > 0 && tokio::time::Instant::now() < patience {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let finished = match over {
            Ok(()) => self.shared.frontier.finish(name, self.shared.plan.clock.now()).await,
            Err(error) => Err(error),
        };
        match finished {
            Ok(whole) => {
                self.shared.ended(name);
                if !whole {
                    self.tell_left(name).await;
                }
                if whole { Ending::Whole } else { Ending::Left }
            }
            Err(error) => {
                self.shared.broke(error.into());
                Ending::Stopped
            }
        }
    }

    /// Says what is left, and which host it waits for.
    async fn tell_left(&self, name: &Arc<str>) {
        let hosts = self.shared.frontier.hosts().await.unwrap_or_default();
        for host in hosts.iter().filter(|host| *host.source == **name) {
            let (origin, pages, rest) = (&host.origin, host.pending, host.rest);
            tracing::warn!(source = %name, %origin, pages, rest = ?Duration::from_secs(rest.as_secs()), "work is left to the next run");
        }
    }

    /// Takes the end of a source's run into account (`broke`: it could not be made at all), and tells what those who look after
    /// it are to be told.
    ///
    /// # Errors
    /// Where the state fails.
    pub async fn judge(&self, source: &SourcePlan, broke: bool) -> Result<Option<News>, PipelineError> {
        let Shared { frontier, tally, plan, .. } = &*self.shared;
        let name = &source.settings.name;
        let counts = tally.counts([name.clone()]).pop().map(|counts| counts.counts).unwrap_or_default();
        let before = frontier.health(name).await?;
        let (after, news) = before.after(&counts, broke, source.patience, plan.clock.now());
        if after != before {
            frontier.keep_health(name, after).await?;
        }
        Ok(news)
    }

    /// What lies before a source.
    ///
    /// # Errors
    /// Where the state fails.
    pub async fn outlook(&self, name: &str) -> Result<Outlook, PipelineError> {
        Ok(self.shared.frontier.outlook(name).await?)
    }

    /// What waits, by source and host, and for how long.
    ///
    /// # Errors
    /// Where the state fails.
    pub async fn hosts(&self) -> Result<Vec<HostQueue>, PipelineError> {
        Ok(self.shared.frontier.hosts().await?)
    }

    /// Opens the output anew, after others have moved its files away.
    pub fn reopen(&self) {
        self.shared.reopen.notify_one();
    }

    /// Asks the flow to stop: what is in flight is finished or given back within the plan's grace.
    pub fn stop(&self) {
        self.shared.stop.cancel();
    }

    /// Waits until the flow is asked to stop or has broken.
    pub async fn stopped(&self) {
        self.shared.stop.cancelled().await;
    }

    /// Ends the flow: waits for the runs that are under way (none, where it was stopped), writes what is left, and closes
    /// output and state.
    ///
    /// # Errors
    /// The first fault of state or output, whenever it came; what was not committed is kept for the next run.
    pub async fn close(self) -> Result<(), PipelineError> {
        self.shared.closing.cancel();
        self.stages.wait().await;
        self.drained.cancel();
        if let Some(writing) = self.writing.lock().await.take() {
            writing.await.map_err(|_| PipelineError::Stage("writer"))?;
        }
        if let Err(error) = self.keep.close() {
            self.shared.broke(error);
        }
        for name in self.shared.running() {
            match self.shared.frontier.finish(&name, self.shared.plan.clock.now()).await {
                Ok(true) => {}
                Ok(false) => tracing::info!(source = %name, "work is left to the next run"),
                Err(error) => self.shared.broke(error.into()),
            }
        }
        match self.shared.take_fault() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}
