//! The writer: takes lines from the outbox in the order of `seq`, and confirms what is safe.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{OutputPlan, PipelineError, shared::Shared};
use crate::emit::{EmitError, RotatingFile, Sink, StdoutSink};

/// Lines taken at once.
const LINES: usize = 512;
/// How long a full disk may stay full before the run gives up.
const FULL_GRACE: Duration = Duration::from_secs(60);

/// Writes until the flow has drained, then what is left.
pub(super) async fn writer(shared: Arc<Shared>, drained: CancellationToken) {
    if let Err(error) = write(&shared, &drained).await {
        shared.broke(error);
    }
}

async fn write(shared: &Arc<Shared>, drained: &CancellationToken) -> Result<(), PipelineError> {
    let frontier = &shared.frontier;
    let confirmed = frontier.confirmed().await?;
    let mut sink: Box<dyn Sink> = match &shared.plan.output {
        OutputPlan::Stdout => Box::new(StdoutSink::new(confirmed)?),
        OutputPlan::Directory { path, rotate_size } => Box::new(RotatingFile::open(path, *rotate_size, confirmed)?),
    };
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
