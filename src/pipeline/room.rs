//! How many pages may be on their way to the extraction threads: as many as keep these busy.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_channel::{Receiver, TryRecvError};
use tokio::sync::{Mutex, Notify, OwnedSemaphorePermit, Semaphore};

/// Pages that are fetched or wait to be taken apart at once while the extraction threads have all they can do.
pub(super) const PLACES: usize = 16;
/// Places that an extraction thread gives back together, since each time the fetchers must be woken; only where at least so many pages
/// wait.
const TOGETHER: usize = 4;
/// Where an extraction thread is idle all the while, further fetches begin one after the other, so far apart.
const APART: Duration = Duration::from_millis(2);

/// The room before the extraction threads. While these are busy few fetches are under way, since what they bring would only lie
/// in memory; as long as one of them waits for a page, further fetches begin.
pub(super) struct Room {
    places: Arc<Semaphore>,
    /// Extraction threads that wait for a page.
    idle: AtomicUsize,
    /// One of them has begun to wait.
    hungry: Notify,
    /// Held by the one fetcher that looks out for idle threads; the others wait for it to go.
    lookout: Mutex<()>,
}

/// A page's place, until it is taken apart; `None` for one that goes beside the places.
pub(super) type Place = Option<OwnedSemaphorePermit>;

/// The places of the pages that an extraction thread has taken and not given back.
#[derive(Default)]
pub(super) struct Taken(Vec<OwnedSemaphorePermit>);

impl Taken {
    /// Takes the place of a page behind which so many others wait.
    pub(super) fn add(&mut self, place: Place, waiting: usize) {
        self.0.extend(place);
        if self.0.len() >= TOGETHER || waiting < TOGETHER {
            self.0.clear();
        }
    }
}

impl Room {
    pub(super) fn new() -> Room {
        Room {
            places: Arc::new(Semaphore::new(PLACES)),
            idle: AtomicUsize::new(0),
            hungry: Notify::new(),
            lookout: Mutex::new(()),
        }
    }

    /// Waits until another page may be fetched.
    pub(super) async fn place(&self) -> Place {
        tokio::select! {
            biased;
            // never closed
            place = Arc::clone(&self.places).acquire_owned() => place.ok(),
            () = self.idle() => None,
        }
    }

    /// Waits until an extraction thread waits for a page, its turn among all that wait so.
    async fn idle(&self) {
        let _lookout = self.lookout.lock().await;
        while self.idle.load(Ordering::Relaxed) > 0 {
            tokio::select! {
                biased;
                () = self.hungry.notified() => return,
                () = tokio::time::sleep(APART) => if self.idle.load(Ordering::Relaxed) > 0 {
                    return;
                },
            }
        }
        self.hungry.notified().await;
    }

    /// The next page; `None` when there will be none. Before one is waited for, the places are given back and `idle` is called.
    pub(super) fn next<T>(&self, pages: &Receiver<T>, taken: &mut Taken, idle: impl FnOnce()) -> Option<T> {
        match pages.try_recv() {
            Ok(page) => Some(page),
            Err(TryRecvError::Closed) => None,
            Err(TryRecvError::Empty) => {
                self.idle.fetch_add(1, Ordering::Relaxed);
                taken.0.clear();
                self.hungry.notify_one();
                idle();
                let page = pages.recv_blocking();
                self.idle.fetch_sub(1, Ordering::Relaxed);
                page.ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn places_are_few_while_pages_wait_and_more_once_one_is_waited_for() {
        let room = std::sync::Arc::new(Room::new());
        let mut places = Vec::new();
        for _ in 0..PLACES {
            places.push(room.place().await);
        }
        assert!(places.iter().all(Option::is_some));
        let waits = Duration::from_millis(100);
        assert!(timeout(waits, room.place()).await.is_err(), "nobody is idle");
        places.pop();
        places.push(timeout(waits, room.place()).await.unwrap());
        let mut taken = Taken::default();
        for _ in 0..TOGETHER {
            assert!(timeout(waits / 10, room.place()).await.is_err(), "places are given back together");
            taken.add(places.pop().unwrap(), TOGETHER);
        }
        for _ in 0..TOGETHER {
            places.push(timeout(waits, room.place()).await.unwrap());
        }
        taken.add(places.pop().unwrap(), TOGETHER - 1);
        places.push(timeout(waits, room.place()).await.unwrap());

        let (sender, pages) = async_channel::bounded(1);
        let taker = std::sync::Arc::clone(&room);
        let taking = std::thread::spawn(move || {
            (taker.next(&pages, &mut Taken::default(), || ()), taker.next(&pages, &mut Taken::default(), || ()))
        });
        for _ in 0..PLACES {
            let place = timeout(waits * 5, room.place()).await.unwrap();
            assert!(place.is_none(), "all places are taken");
        }
        sender.send(7).await.unwrap();
        drop(sender);
        assert_eq!(taking.join().unwrap(), (Some(7), None));
        assert_eq!(room.idle.load(Ordering::Relaxed), 0);
    }
}
