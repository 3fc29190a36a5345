//! The frontier as the stages hold it: a handle to the one thread that owns the database.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use async_channel::{Receiver, Sender};
use jiff::Timestamp;
use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};

use crate::model::{FetchFailure, Health, SourceSettings};

use super::{
    Batch, Begun, Committed, HostQueue, Lease, Line, Outlook, Retried, RunOptions, StateError, StatePath,
    inbox::Inbox,
    open::{self, Opened},
    place,
    queue::from_now,
    writer::Writer,
};

/// Commands that wait for the writer; enough to keep it busy, few enough to slow who is too fast.
const COMMANDS: usize = 32;

/// The way back of an answer.
pub(super) type Answer<T> = oneshot::Sender<Result<T, StateError>>;

/// What is done when a commit is safe, or has failed: on the writer's thread, so it must not wait for anything.
pub(super) type Then = Box<dyn FnOnce(Result<Committed, StateError>) + Send>;

/// What the writer is asked to do.
pub(super) enum Command {
    Begin {
        source: Box<SourceSettings>,
        now: Timestamp,
        options: RunOptions,
        answer: Answer<Begun>,
    },
    Lease {
        answer: oneshot::Sender<Option<Lease>>,
    },
    Commit {
        request: i64,
        batch: Box<Batch>,
        then: Then,
    },
    /// To be answered when all that was asked before is safe.
    Settle {
        answer: Answer<()>,
    },
    Retry {
        request: i64,
        failure: Box<FetchFailure>,
        due: Instant,
        max_retries: u32,
        answer: Answer<Retried>,
    },
    Knowledge {
        source: String,
        answer: Answer<Option<String>>,
    },
    Lines {
        after: u64,
        max: usize,
        answer: Answer<Vec<Line>>,
    },
    Confirm {
        seq: u64,
        answer: Answer<()>,
    },
    ContinueAfter {
        seq: u64,
        answer: Answer<bool>,
    },
    Confirmed {
        answer: Answer<u64>,
    },
    Over {
        source: String,
        answer: Answer<()>,
    },
    Hosts {
        answer: Answer<Vec<HostQueue>>,
    },
    Outlook {
        source: String,
        answer: Answer<Outlook>,
    },
    Health {
        source: String,
        answer: Answer<Health>,
    },
    KeepHealth {
        source: String,
        health: Health,
        answer: Answer<()>,
    },
    Finish {
        source: String,
        now: Timestamp,
        answer: Answer<bool>,
    },
    /// Look into the inbox.
    Wake,
}

/// The command that commits what became of a request.
fn commit_of(
    lease: &Lease,
    batch: Batch,
    then: impl FnOnce(Result<Committed, StateError>) + Send + 'static,
) -> Command {
    Command::Commit { request: lease.request().id, batch: Box::new(batch), then: Box::new(then) }
}

/// The state of a crawl. Cheap to clone; all clones are one. The last one to go ends the writer.
#[derive(Clone, Debug)]
pub struct Frontier {
    commands: Sender<Command>,
    inbox: Arc<Inbox>,
    committed: watch::Receiver<u64>,
    _writer: Arc<WriterThread>,
}

/// Joins the writer when the last handle goes, so that the lock is free and the file at rest afterwards.
#[derive(Debug)]
struct WriterThread {
    commands: Sender<Command>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for WriterThread {
    fn drop(&mut self) {
        self.commands.close();
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Frontier {
    /// Opens the state, or makes it. Takes the lock beside it, checks the file, and migrates it in one transaction.
    ///
    /// # Errors
    /// [`StateError::Locked`] where another instance holds it, [`StateError::Damaged`] and [`StateError::TooNew`] where
    /// it cannot be trusted, [`StateError::LittleSpace`] where it could not grow, else what the system says.
    pub fn open(path: &StatePath) -> Result<Frontier, StateError> {
        if let StatePath::File(file) = path {
            place::check(file)?;
        }
        let opened = open::open(path)?;
        Frontier::start(opened)
    }

    fn start(opened: Opened) -> Result<Frontier, StateError> {
        let (commands, receiver): (Sender<Command>, Receiver<Command>) = async_channel::bounded(COMMANDS);
        let inbox = Arc::new(Inbox::new(commands.clone()));
        let path = opened.path.clone();
        let (writer, committed) = Writer::new(opened, Arc::clone(&inbox), receiver)?;
        let thread = std::thread::Builder::new()
            .name("state".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| StateError::from_io(Path::new(&path), &error))?;
        let writer = Arc::new(WriterThread { commands: commands.clone(), thread: Mutex::new(Some(thread)) });
        Ok(Frontier { commands, inbox, committed, _writer: writer })
    }

    async fn ask<T>(&self, command: impl FnOnce(Answer<T>) -> Command) -> Result<T, StateError> {
        let (answer, reply) = oneshot::channel();
        self.commands.send(command(answer)).await.map_err(|_| StateError::Closed)?;
        reply.await.map_err(|_| StateError::Closed)?
    }

    /// Starts a run of a source: registers it, wants its start address again, takes up what an earlier run left, and adds
    /// the rechecks that are due.
    ///
    /// # Errors
    /// Where the state fails.
    pub async fn begin(
        &self,
        source: &SourceSettings,
        now: Timestamp,
        options: RunOptions,
    ) -> Result<Begun, StateError> {
        let source = Box::new(source.clone());
        self.ask(|answer| Command::Begin { source, now, options, answer }).await
    }

    /// The next request that is due and polite: one lease at a time per origin, taking turns between origins. Waits for
    /// politeness, for retries that fall due within the run's patience, and for a reader that is behind. `None` when
    /// nothing is wanted and nothing is leased: the run is over; also when the state has failed.
    pub async fn lease(&self) -> Option<Lease> {
        let (answer, reply) = oneshot::channel();
        self.commands.send(Command::Lease { answer }).await.ok()?;
        reply.await.ok()?
    }

    /// Acknowledges a lease with all that its page brings, in one transaction. Returns when it is safe on disk.
    ///
    /// # Errors
    /// Where the state fails; then nothing of the batch is kept.
    pub async fn commit(&self, lease: Lease, batch: Batch) -> Result<Committed, StateError> {
        let result = self.ask(|answer| commit_of(&lease, batch, move |result| drop(answer.send(result)))).await;
        lease.disarm();
        result
    }

    /// The same without waiting until it is safe: `then` is told when it is, or that the state has failed. It is called on the
    /// thread that owns the database, so it must not wait, nor hold a handle to the frontier.
    ///
    /// # Errors
    /// Where the state is closed; then `then` is not called.
    pub async fn hand_over(
        &self,
        lease: Lease,
        batch: Batch,
        then: impl FnOnce(Result<Committed, StateError>) + Send + 'static,
    ) -> Result<(), StateError> {
        self.commands.send(commit_of(&lease, batch, then)).await.map_err(|_| StateError::Closed)?;
        lease.disarm();
        Ok(())
    }

    /// [`Frontier::hand_over`] for a thread that may wait for its turn.
    ///
    /// # Errors
    /// As there.
    pub fn hand_over_blocking(
        &self,
        lease: Lease,
        batch: Batch,
        then: impl FnOnce(Result<Committed, StateError>) + Send + 'static,
    ) -> Result<(), StateError> {
        self.commands.send_blocking(commit_of(&lease, batch, then)).map_err(|_| StateError::Closed)?;
        lease.disarm();
        Ok(())
    }

    /// Makes safe all that was handed over, and returns when it is. For a thread that may wait.
    ///
    /// # Errors
    /// Where the state fails.
    pub fn settle_blocking(&self) -> Result<(), StateError> {
        let (answer, reply) = oneshot::channel();
        self.commands.send_blocking(Command::Settle { answer }).map_err(|_| StateError::Closed)?;
        reply.blocking_recv().map_err(|_| StateError::Closed)?
    }

    /// Gives back a request that failed, to be tried again after `wait`; or ends it for good, where the failure is none that
    /// passes or it has been tried `max_retries` times again.
    ///
    /// # Errors
    /// Where the state fails.
    pub async fn retry(
        &self,
        lease: Lease,
        failure: &FetchFailure,
        wait: Duration,
        max_retries: u32,
    ) -> Result<Retried, StateError> {
        let request = lease.request().id;
        let failure = Box::new(failure.clone());
        // the wall clock may be set before this is in the state
        let due = from_now(wait);
        let result = self.ask(|answer| Command::Retry { request, failure, due, max_retries, answer }).await;
        lease.disarm();
        result
    }

    /// Tells that the fetch of a lease is over: its origin may be asked again after `rest`, while the page is still on its way
    /// to its commit.
    pub fn origin_next(&self, origin: &str, rest: Duration) {
        self.inbox.fetched(origin, from_now(rest));
    }

    /// What the normalizer had learnt of the source.
    ///
    /// # Errors
    /// Where the state fails.
    pub async fn knowledge(&self, source: &str) -> Result<Option<String>, StateError> {
        let source = source.to_owned();
        self.ask(|answer| Command::Knowledge { source, answer }).await
    }

    /// Up to `max` lines of the outbox after `after`, in order; none where all are read. See [`Frontier::wait_lines`].
    ///
    /// # Errors
    /// Where the state fails.
    pub async fn next_lines(&self, after: u64, max: usize) -> Result<Vec<Line>, StateError> {
        self.ask(|answer| Command::Lines { after, max, answer }).await
    }

    /// Waits until a line after `after` is in the outbox; false when the state has been closed.
    pub async fn wait_lines(&self, after: u64) -> bool {
        self.committed.clone().wait_for(|seq| *seq > after).await.is_ok()
    }

    /// Tells that all lines up to `seq` are safe where they went; the outbox forgets them.
    ///
    /// # Errors
    /// Where the state fails.
    pub async fn confirm(&self, seq: u64) -> Result<(), StateError> {
        self.ask(|answer| Command::Confirm { seq, answer }).await
    }

    /// The last `seq` that was confirmed: where a sink goes on.
    ///
    /// # Errors
    /// Where the state fails.
    pub async fn confirmed(&self) -> Result<u64, StateError> {
        self.ask(|answer| Command::Confirmed { answer }).await
    }

    /// What waits, by source and host, and for how long.
    ///
    /// # Errors
    /// Where the state fails.
    pub async fn hosts(&self) -> Result<Vec<HostQueue>, StateError> {
        self.ask(|answer| Command::Hosts { answer }).await
    }

    /// What lies before a source.
    ///
    /// # Errors
    /// Where the state fails.
    pub async fn outlook(&self, source: &str) -> Result<Outlook, StateError> {
        let source = source.to_owned();
        self.ask(|answer| Command::Outlook { source, answer }).await
    }

    /// How a source has been doing.
    ///
    /// # Errors
    /// Where the state fails.
    pub async fn health(&self, source: &str) -> Result<Health, StateError> {
        let source = source.to_owned();
        self.ask(|answer| Command::Health { source, answer }).await
    }

    /// Keeps how a source has been doing; nothing where no run of it was ever begun.
    ///
    /// # Errors
    /// Where the state fails.
    pub async fn keep_health(&self, source: &str, health: Health) -> Result<(), StateError> {
        let source = source.to_owned();
        self.ask(|answer| Command::KeepHealth { source, health, answer }).await
    }

    /// Waits until nothing of a source is leased and nothing of it is due within its run's patience: all that this run can
    /// do is done, whatever other sources do. A source whose run has not begun is over.
    ///
    /// # Errors
    /// Where the state fails.
    pub async fn over(&self, source: &str) -> Result<(), StateError> {
        let source = source.to_owned();
        self.ask(|answer| Command::Over { source, answer }).await
    }

    /// Makes `seq` go on after a line that the output holds already though this state did not make it: the state was lost,
    /// or is kept in memory only. To be asked before the first commit. True when there was need.
    ///
    /// # Errors
    /// Where the state fails.
    pub async fn continue_after(&self, seq: u64) -> Result<bool, StateError> {
        self.ask(|answer| Command::ContinueAfter { seq, answer }).await
    }

    /// Ends a run of a source. True when its work was done whole; false when requests are left to the next run.
    ///
    /// # Errors
    /// Where the state fails.
    pub async fn finish(&self, source: &str, now: Timestamp) -> Result<bool, StateError> {
        let source = source.to_owned();
        self.ask(|answer| Command::Finish { source, now, answer }).await
    }
}
