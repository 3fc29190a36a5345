//! The writer: takes lines from the outbox in the order of `seq`, and confirms what is safe.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{OutputPlan, PipelineError, shared::Shared};
use crate::{
    emit::{EmitError, RotatingFile, Sink, StdoutSink},
    frontier::Frontier,
};

/// Lines taken at once.
const LINES: usize = 512;
/// How long a full disk may stay full before the run gives up.
const FULL_GRACE: Duration = Duration::from_secs(60);

/// Opens the output. What it holds already is never numbered again: a state that was lost, or is kept in memory, goes on
/// after it. So this comes before the first commit.
pub(super) async fn open(output: &OutputPlan, frontier: &Frontier) -> Result<Box<dyn Sink>, PipelineError> {
    let confirmed = frontier.confirmed().await?;
    let sink: Box<dyn Sink> = match output {
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
        let mut waited = Duration::ZERO;
        loop {
            let batch = lines.clone();
            let (returned, written) = tokio::task::spawn_blocking(move || {
                let written = sink.write(&batch).and_then(|()| sink.flush());
                (sink, written)
            })
            .await
            .map_err(|_| PipelineError::Stage("sink"))?;
            sink = returned;
            match written {
                Ok(confirmed) => {
                    frontier.confirm(confirmed).await?;
                    if let Some(onlooker) = &shared.plan.onlooker {
                        onlooker(&lines);
                    }
                    after = last;
                    break;
                }
                Err(EmitError::Full { .. }) if waited < FULL_GRACE && !shared.stop.is_cancelled() => {
                    let pause = (waited / 2).clamp(Duration::from_millis(250), Duration::from_secs(10));
                    tracing::warn!(wait = ?pause, "no space left for records, will try again");
                    tokio::time::sleep(pause).await;
                    waited += pause;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
