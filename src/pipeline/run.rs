//! The simple use of the flow: every source of a plan once, side by side.

use tokio_util::sync::CancellationToken;

use super::{Flow, PipelineError, Plan, Tally};

/// Crawls the plan's sources once. `stop` asks for an early end: what is in flight is finished or given back within the
/// plan's grace. `tally` can be read while the run goes on; what it holds at the end is the result.
///
/// # Errors
/// Where state or output fail; then what was not committed is kept in the state for the next run.
pub async fn run(mut plan: Plan, stop: CancellationToken, tally: Tally) -> Result<(), PipelineError> {
    let sources = std::mem::take(&mut plan.sources);
    let flow = Flow::open(plan, stop.clone(), tally).await?;
    for source in &sources {
        if let Err(error) = flow.begin(source).await {
            stop.cancel();
            // the flow's own fault comes first: it may be the cause
            return flow.close().await.and(Err(error));
        }
    }
    for source in &sources {
        flow.ended(&source.settings.name).await;
    }
    flow.close().await
}
