//! What the resident crawler answers to those who look: metrics, health, status, page.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    clock::Clock,
    pipeline::Tally,
    report,
    watch::{self, Answer, Answers, Board, METRICS_CONTENT_TYPE, Status},
};

/// A loop that has not turned for so long hangs.
const HANGS: SignedDuration = SignedDuration::from_secs(60);

/// The board, shared by the loop, the writer of lines and the server.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedBoard(Arc<Mutex<Board>>);

impl SharedBoard {
    pub(super) fn lock(&self) -> MutexGuard<'_, Board> {
        // plain values: a holder that panicked cannot have left them half written
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn status(&self, tally: &Tally, clock: Clock, started: Timestamp) -> Status {
        Status::of(&self.lock(), started, clock.now(), |name| {
            let counts = tally.since_begin(name);
            let failures: BTreeMap<&'static str, u64> =
                counts.failures.iter().map(|(class, count)| (report::class_name(*class), *count)).collect();
            (counts, failures)
        })
    }
}

/// The answers by path.
pub(super) fn answers(board: SharedBoard, tally: Tally, clock: Clock, started: Timestamp) -> Answers {
    Arc::new(move |path| match path {
        "/" => Some(watch::page(&board.status(&tally, clock, started))),
        "/metrics" => Some(Answer::ok(METRICS_CONTENT_TYPE, watch::metrics(&board.status(&tally, clock, started)))),
        "/status.json" => {
            let body = serde_json::to_string(&board.status(&tally, clock, started)).ok()?;
            Some(Answer::ok("application/json", body))
        }
        "/healthz" => {
            let turned = board.lock().turned_at();
            let hangs = turned.is_none_or(|at| clock.now().duration_since(at) > HANGS);
            let (status, body) = if hangs { (503, "the loop hangs\n") } else { (200, "ok\n") };
            Some(Answer { status, ..Answer::ok("text/plain; charset=utf-8", body.to_owned()) })
        }
        _ => None,
    })
}
