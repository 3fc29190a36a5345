//! The writer: takes lines from the outbox in the order of `seq`, and confirms what is safe.

use std::{pin::Pin, sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{OutputPlan, PipelineError, Plan, shared::Shared};
use crate::{
    emit::{EmitError, Line, RotatingFile, Sink, StdoutSink, stdout_is_closed},
    frontier::{Frontier, StatePath},
};

/// Lines taken at once.
const LINES: usize = 512;
/// After the grace, what the flow has finished by then may still be written for so long.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Opens the output. What it holds already is never numbered again: a state that was lost, or is kept in memory, goes on
/// after it. So this comes before the first commit.
pub(super) async fn open(plan: &Plan, frontier: &Frontier) -> Result<Box<dyn Sink>, PipelineError> {
    let confirmed = frontier.confirmed().await?;
    let sink: Box<dyn Sink> = match &plan.output {
        // the state would say for ever that these records were told
        OutputPlan::Stdout if plan.state != StatePath::Memory && stdout_is_closed() => {
            return Err(EmitError::Closed.into());
        }
        OutputPlan::Stdout => Box::new(StdoutSink::new(confirmed, &frontier.next_lines(confirmed, usize::MAX).await?)?),
        OutputPlan::Directory { path, rotate_size } => Box::new(RotatingFile::open(path, *rotate_size, confirmed)?),
    };
    if frontier.continue_after(sink.position()).await? {
        tracing::warn!(seq = sink.position(), "the output holds more than the state knows of: going on after it");
    }
    Ok(sink)
}

/// Writes until the flow has drained, then what is left.
pub(super) async fn writer(shared: Arc<Shared>, sink: Box<dyn Sink>, drained: CancellationToken) {
    if let Err(error) = write(&shared, sink, &drained).await {
        shared.broke(error);
    }
}

async fn write(
    shared: &Arc<Shared>,
    mut sink: Box<dyn Sink>,
    drained: &CancellationToken,
) -> Result<(), PipelineError> {
    let frontier = &shared.frontier;
    let confirmed = frontier.confirmed().await?;
    // the sink skips what is there already, so that all unconfirmed lines are handed to it once more
    let mut after = confirmed;
    let late = too_late(shared);
    tokio::pin!(late);
    loop {
        let lines = frontier.next_lines(after, LINES).await?;
        let Some(last) = lines.last().map(|line| line.seq) else {
            if drained.is_cancelled() {
                return Ok(());
            }
            tokio::select! {
                more = frontier.wait_lines(after) => if !more { return Ok(()) },
                () = drained.cancelled() => {}
                () = shared.reopen.notified() => sink.reopen()?,
            }
            continue;
        };
        let lines = Arc::new(lines);
        let confirmed;
        (sink, confirmed) = put(shared, sink, &lines, late.as_mut()).await?;
        frontier.confirm(confirmed).await?;
        if let Some(onlooker) = &shared.plan.onlooker {
            onlooker(&lines);
        }
        after = last;
    }
}

/// Brings lines to safety, and tells up to which one. A full disk is waited for, and nothing is fetched meanwhile; a sync that
/// failed is made up for once, with what the sink knows is not safe. A reader that stands still is left to itself when the run
/// was asked to stop and the grace is over.
async fn put(
    shared: &Shared,
    mut sink: Box<dyn Sink>,
    lines: &Arc<Vec<Line>>,
    mut late: Pin<&mut impl Future<Output = ()>>,
) -> Result<(Box<dyn Sink>, u64), PipelineError> {
    let (mut waited, mut unsynced) = (Duration::ZERO, false);
    loop {
        let batch = Arc::clone(lines);
        let work = tokio::task::spawn_blocking(move || {
            let written = sink.write(&batch).and_then(|()| sink.flush());
            (sink, written)
        });
        let done = tokio::select! {
            biased;
            done = work => done,
            () = &mut late => return Err(EmitError::Unread.into()),
        };
        let written;
        (sink, written) = done.map_err(|_| PipelineError::Stage("sink"))?;
        match written {
            Ok(confirmed) => {
                if !waited.is_zero() {
                    tracing::info!("there is space for records again");
                    shared.hold(false);
                }
                return Ok((sink, confirmed));
            }
            Err(error @ EmitError::Full { .. }) => {
                if waited >= shared.plan.wait_for_space || shared.stop.is_cancelled() {
                    return Err(error.into());
                }
                shared.hold(true);
                let left = shared.plan.wait_for_space - waited;
                let pause = (waited / 2).clamp(Duration::from_millis(250), Duration::from_secs(10)).min(left);
                tracing::warn!(%error, wait = ?pause, "nothing is fetched until there is");
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = shared.stop.cancelled() => {}
                }
                waited += pause;
            }
            Err(error @ EmitError::Unsynced { .. }) if !unsynced => {
                tracing::error!(%error, "what is not safe is written again");
                unsynced = true;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Ends when the run was asked to stop, and all that it may still take is over.
async fn too_late(shared: &Shared) {
    shared.stop.cancelled().await;
    tokio::time::sleep(shared.plan.grace + LAST_WORDS).await;
}
