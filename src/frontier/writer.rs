//! The one thread that owns the database. It takes commands in order, gathers what they write into one transaction, and
//! answers when that is on disk: a commit costs a sync of the disk, so all that came while the last one ran share the next.

use std::{collections::VecDeque, path::PathBuf, sync::Arc, time::Duration};

use async_channel::Receiver;
use rusqlite::Connection;
use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};

use super::{
    Lease, StateError, commit, enqueue,
    handle::{Answer, Command},
    inbox::Inbox,
    open::Opened,
    outbox::{self, Counters},
    outlook,
    queue::{Next, Queue},
};

/// Posts and pages after which a transaction is closed though more commands wait: some twenty pages, a megabyte of lines. What twice
/// as many change has no room in the database's cache.
const GROUP: usize = 500;

/// How long a transaction may stay open for the commits of pages that are on their way. Records leave that much later; pages of the
/// database that several commits change are written once.
const GATHER: Duration = Duration::from_millis(100);

/// How long a transaction that nobody waits for may stay open.
const IDLE: Duration = Duration::from_millis(500);

/// Unconfirmed bytes after which no lease is handed out: a slow reader slows the fetchers.
const BACKLOG: u64 = 4 << 20;

/// An answer that waits for the transaction.
type Waiting = Box<dyn FnOnce(Result<(), StateError>) + Send>;

/// The owner of the database.
pub(super) struct Writer {
    connection: Connection,
    path: PathBuf,
    inbox: Arc<Inbox>,
    commands: Receiver<Command>,
    queue: Queue,
    counters: Counters,
    /// Since when a transaction is open.
    open_since: Option<Instant>,
    rows: usize,
    /// The numbers differ from those in the database.
    counted: bool,
    urgent: bool,
    waiting: Vec<Waiting>,
    lessees: VecDeque<oneshot::Sender<Option<Lease>>>,
    /// Those who wait for the end of a source's run, by its row.
    ends: Vec<(i64, Answer<()>)>,
    committed: watch::Sender<u64>,
    failed: Option<StateError>,
    /// Held until the thread ends; dropped last.
    _lock: Option<std::fs::File>,
}

impl Writer {
    pub(super) fn new(
        opened: Opened,
        inbox: Arc<Inbox>,
        commands: Receiver<Command>,
    ) -> Result<(Writer, watch::Receiver<u64>), StateError> {
        let Opened { connection, path, lock } = opened;
        let fault = |error: rusqlite::Error| StateError::from_sqlite(&path, &error);
        // what was under lease when an earlier process died is wanted again
        connection.execute("UPDATE page SET state = 1 WHERE state = 2", []).map_err(fault)?;
        let counters = Counters::load(&connection).map_err(fault)?;
        let queue = Queue::load(&connection).map_err(fault)?;
        let (sender, receiver) = watch::channel(counters.last_seq);
        let writer = Writer {
            connection,
            inbox,
            commands,
            queue,
            counters,
            open_since: None,
            rows: 0,
            counted: false,
            urgent: false,
            waiting: Vec::new(),
            lessees: VecDeque::new(),
            ends: Vec::new(),
            committed: sender,
            failed: None,
            path,
            _lock: lock,
        };
        Ok((writer, receiver))
    }

    /// Works until the last handle is gone.
    pub(super) fn run(mut self) {
        // a runtime of its own, for timers only: the database's calls may block this thread
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_time().build() else {
            return;
        };
        runtime.block_on(async {
            while let Some(command) = self.next_command().await {
                self.look_at_the_clock();
                self.handle(command);
                while self.rows < GROUP
                    && let Ok(command) = self.commands.try_recv()
                {
                    self.look_at_the_clock();
                    self.handle(command);
                }
                self.read_inbox();
                if self.urgent || self.rows >= GROUP || (!self.waiting.is_empty() && !self.may_gather()) {
                    self.flush();
                }
                self.serve();
                self.tell_ends();
            }
        });
        self.read_inbox();
        self.flush();
    }

    /// Whether others will want to commit soon, and those who wait have not waited long.
    fn may_gather(&self) -> bool {
        self.queue.has_leases() && self.open_since.is_some_and(|since| since.elapsed() < GATHER)
    }

    /// The next command; `Wake` when it is time to look at the queue or to close the transaction; `None` at the end.
    async fn next_command(&mut self) -> Option<Command> {
        if self.inbox.await_letters(!self.lessees.is_empty()) {
            return Some(Command::Wake);
        }
        let patience = if self.waiting.is_empty() { IDLE } else { GATHER };
        let flush_at = self.open_since.map(|since| since + patience);
        let lease_at = if self.lessees.is_empty() { None } else { self.queue.wake_at() };
        let wake_at = [flush_at, lease_at].into_iter().flatten().min();
        let Some(wake_at) = wake_at else { return self.commands.recv().await.ok() };
        match tokio::time::timeout_at(wake_at, self.commands.recv()).await {
            Ok(command) => command.ok(),
            Err(_) => {
                if flush_at.is_some_and(|at| at <= Instant::now()) {
                    self.flush();
                }
                Some(Command::Wake)
            }
        }
    }

    fn handle(&mut self, command: Command) {
        match command {
            Command::Wake => {}
            Command::Lease { answer } => self.lessees.push_back(answer),
            Command::Begin { source, now, options, answer } => {
                let result = self.write(|writer| {
                    enqueue::begin(&writer.connection, &mut writer.queue, *source, now, options, writer.counters.serial)
                });
                self.urgent = true;
                self.answer_when_safe(answer, result);
            }
            Command::Commit { request, batch, then } => {
                let result = self.write(|writer| {
                    commit::commit(&writer.connection, &mut writer.queue, &mut writer.counters, request, *batch)
                });
                self.rows += result.as_ref().map_or(0, |done| done.posts.read as usize);
                self.counted = true;
                match result {
                    Ok(done) => self.waiting.push(Box::new(|safe| then(safe.map(|()| done)))),
                    Err(error) => then(Err(error)),
                }
            }
            Command::Settle { answer } => {
                self.urgent = true;
                let so_far = self.failed.clone().map_or(Ok(()), Err);
                self.answer_when_safe(answer, so_far);
            }
            Command::Retry { request, failure, due, max_retries, answer } => {
                let result = self.write(|writer| {
                    let (db, queue, counters) = (&writer.connection, &mut writer.queue, &mut writer.counters);
                    commit::retry(db, queue, counters, request, &failure, due, max_retries)
                });
                self.counted = true;
                self.answer_when_safe(answer, result);
            }
            Command::Over { source, answer } => match self.read(|db| enqueue::source_row(db, &source)) {
                Ok(Some(id)) => {
                    self.queue.quiet.insert(id);
                    self.ends.push((id, answer));
                }
                Ok(None) => drop(answer.send(Ok(()))),
                Err(error) => drop(answer.send(Err(error))),
            },
            Command::Finish { source, now, answer } => {
                let result = self.write(|writer| enqueue::finish(&writer.connection, &mut writer.queue, &source, now));
                self.urgent = true;
                self.answer_when_safe(answer, result);
            }
            Command::Hosts { answer } => {
                let _ = answer.send(self.read(|db| self.queue.hosts(db)));
            }
            Command::Outlook { source, answer } => {
                let _ = answer.send(self.read(|db| outlook::outlook(db, &source)));
            }
            Command::Health { source, answer } => {
                let _ = answer.send(self.read(|db| outlook::health(db, &source)));
            }
            Command::KeepHealth { source, health, answer } => {
                let result = self.write(|writer| outlook::keep_health(&writer.connection, &source, &health));
                self.urgent = true;
                self.answer_when_safe(answer, result);
            }
            Command::Confirm { seq, answer } => {
                // not worth a sync of its own: a confirmation that is lost is made again, the sink knows what it has
                let result = self.write(|writer| outbox::confirm(&writer.connection, &mut writer.counters, seq));
                let _ = answer.send(result);
            }
            Command::Knowledge { source, answer } => {
                let _ = answer.send(self.read(|db| enqueue::knowledge(db, &source)));
            }
            Command::Lines { after, max, answer } => {
                let safe = *self.committed.borrow();
                let _ = answer.send(match &self.failed {
                    Some(error) => Err(error.clone()),
                    None => outbox::lines(&self.connection, &mut self.counters, after, max, safe)
                        .map_err(|error| StateError::from_sqlite(&self.path, &error)),
                });
            }
            Command::ContinueAfter { seq, answer } => {
                let result = self.write(|writer| outbox::continue_after(&writer.connection, &mut writer.counters, seq));
                self.urgent = true;
                self.answer_when_safe(answer, result);
            }
            Command::Confirmed { answer } => {
                let _ = answer.send(Ok(self.counters.confirmed));
            }
        }
    }

    /// Before anything is done by it. A fault ends the state, as any other.
    fn look_at_the_clock(&mut self) {
        match self.queue.look_at_the_clock(&self.connection) {
            Ok(()) => {}
            Err(error) => drop(self.fail(&error)),
        }
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StateError> {
        match &self.failed {
            Some(error) => Err(error.clone()),
            None => work(&self.connection).map_err(|error| StateError::from_sqlite(&self.path, &error)),
        }
    }

    /// Does work within the open transaction. A fault ends the state: nothing goes on without it.
    fn write<T>(&mut self, work: impl FnOnce(&mut Writer) -> rusqlite::Result<T>) -> Result<T, StateError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let attempt = || {
            if self.open_since.is_none() {
                self.connection.execute_batch("BEGIN IMMEDIATE")?;
                self.open_since = Some(Instant::now());
            }
            self.rows += 1;
            work(self)
        };
        let result = attempt();
        result.map_err(|error| self.fail(&error))
    }

    fn answer_when_safe<T: Send + 'static>(
        &mut self,
        answer: oneshot::Sender<Result<T, StateError>>,
        result: Result<T, StateError>,
    ) {
        match result {
            Ok(value) => self.waiting.push(Box::new(move |safe| {
                let _ = answer.send(safe.map(|()| value));
            })),
            Err(error) => {
                let _ = answer.send(Err(error));
            }
        }
    }

    /// Closes the open transaction and answers those who wait for it.
    fn flush(&mut self) {
        self.urgent = false;
        if self.open_since.is_some() && self.failed.is_none() {
            let saved = if self.counted { self.counters.save(&self.connection) } else { Ok(()) };
            match saved.and_then(|()| self.connection.execute_batch("COMMIT")) {
                Ok(()) => {
                    self.open_since = None;
                    self.counted = false;
                    let last = self.counters.last_seq;
                    self.committed.send_if_modified(|seq| std::mem::replace(seq, last) != last);
                }
                Err(error) => {
                    self.fail(&error);
                }
            }
        }
        self.rows = 0;
        for answer in self.waiting.drain(..) {
            answer(self.failed.clone().map_or(Ok(()), Err));
        }
    }

    fn fail(&mut self, error: &rusqlite::Error) -> StateError {
        let error = StateError::from_sqlite(&self.path, error);
        let _ = self.connection.execute_batch("ROLLBACK");
        self.open_since = None;
        self.failed = Some(error.clone());
        self.queue.clear();
        self.lessees.clear();
        for (_, answer) in self.ends.drain(..) {
            let _ = answer.send(Err(error.clone()));
        }
        for answer in self.waiting.drain(..) {
            answer(Err(error.clone()));
        }
        error
    }

    fn read_inbox(&mut self) {
        let letters = self.inbox.take();
        if letters.is_empty() {
            return;
        }
        let urgent = self.write(|writer| {
            let (db, queue) = (&writer.connection, &mut writer.queue);
            for request in letters.given_back {
                queue.give_back(db, request)?;
            }
            let mut urgent = false;
            for (origin, at) in letters.fetched {
                urgent |= queue.fetched(db, &origin, at)?;
            }
            Ok(urgent)
        });
        self.urgent |= urgent.unwrap_or(false);
    }

    /// Hands out what can be handed out.
    fn serve(&mut self) {
        if self.failed.is_some() {
            self.lessees.clear();
            return;
        }
        self.lessees.retain(|lessee| !lessee.is_closed());
        while !self.lessees.is_empty() {
            if self.counters.backlog > BACKLOG {
                self.queue.hold();
                return;
            }
            match self.write(|writer| writer.queue.next(&writer.connection, writer.counters.serial)) {
                Ok(Next::Request(request)) => {
                    let lease = Lease::new(*request, Arc::clone(&self.inbox));
                    // a lessee that is gone drops the lease, which gives it back
                    if let Some(lessee) = self.lessees.pop_front() {
                        let _ = lessee.send(Some(lease));
                    }
                }
                Ok(Next::Wait) => return,
                Ok(Next::Over) => {
                    for lessee in self.lessees.drain(..) {
                        let _ = lessee.send(None);
                    }
                }
                Err(_) => return,
            }
        }
    }

    /// Answers those who wait for the end of a run, where something has happened that can have ended it.
    fn tell_ends(&mut self) {
        let quiet = std::mem::take(&mut self.queue.quiet);
        for id in quiet {
            if self.ends.iter().any(|(source, _)| *source == id)
                && self.read(|db| self.queue.is_over(db, id)).unwrap_or(true)
            {
                let told = self.ends.extract_if(.., |(source, _)| *source == id);
                told.for_each(|(_, answer)| drop(answer.send(Ok(()))));
            }
        }
    }
}
