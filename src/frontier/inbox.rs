//! What reaches the one thread that owns the database without waiting for its turn among the commands.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_channel::Sender;
use tokio::time::Instant;

use super::handle::Command;

/// Waits from this length on are told to the writer at once, for it to keep them on disk: a crash must not forget them.
pub(super) const WORTH_A_SYNC: Duration = Duration::from_secs(2);

/// What reaches the writer without waiting: leases given back by a drop, and origins that may be asked again.
#[derive(Debug)]
pub(super) struct Inbox {
    letters: Mutex<Letters>,
    wake: Sender<Command>,
}

/// The content of the inbox.
#[derive(Debug, Default)]
pub(super) struct Letters {
    pub(super) given_back: Vec<i64>,
    pub(super) fetched: Vec<(String, Instant)>,
    /// Somebody waits for an origin that may be asked again.
    awaited: bool,
}

impl Letters {
    pub(super) fn is_empty(&self) -> bool {
        self.given_back.is_empty() && self.fetched.is_empty()
    }
}

impl Inbox {
    /// `wake`: the writer's commands.
    pub(super) fn new(wake: Sender<Command>) -> Inbox {
        Inbox { letters: Mutex::default(), wake }
    }

    pub(super) fn give_back(&self, request: i64) {
        self.lock().given_back.push(request);
        self.wake();
    }

    /// Where nobody waits for the origin the writer need not be woken: the page's commit will.
    pub(super) fn fetched(&self, origin: &str, at: Instant) {
        let mut letters = self.lock();
        letters.fetched.push((origin.to_owned(), at));
        let is_urgent = letters.awaited || at.saturating_duration_since(Instant::now()) >= WORTH_A_SYNC;
        drop(letters);
        if is_urgent {
            self.wake();
        }
    }

    pub(super) fn take(&self) -> Letters {
        std::mem::take(&mut *self.lock())
    }

    /// The writer is going to wait for commands. Where somebody waits for an origin (`awaited`) it is woken by letters, and
    /// those that are here already (true) are to be read before.
    pub(super) fn await_letters(&self, awaited: bool) -> bool {
        let mut letters = self.lock();
        letters.awaited = awaited;
        awaited && !letters.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Letters> {
        // the letters are plain lists: a holder that panicked cannot have left them half written
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        // a full channel means that the writer is at work and will look into the inbox anyway
        let _ = self.wake.try_send(Command::Wake);
    }
}
