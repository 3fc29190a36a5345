//! The simple use of the flow: every source of a plan once, side by side.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{Ending, Flow, PipelineError, Plan, Tally};
use crate::model::News;

/// What is to be told of a run's sources.
#[derive(Debug, Default)]
pub struct Told {
    /// What those who look after a source are to be told.
    pub news: Vec<(Arc<str>, News)>,
    /// The sources that have work left, which falls due too late for this run: a host that asked for rest, as a rule.
    pub left: Vec<Arc<str>>,
}

/// Crawls the plan's sources once. `stop` asks for an early end: what is in flight is finished or given back within the
/// plan's grace. `tally` can be read while the run goes on; what it holds at the end is the result.
///
/// # Errors
/// Where state or output fail; then what was not committed is kept in the state for the next run.
pub async fn run(plan: Plan, stop: CancellationToken, tally: Tally) -> Result<(), PipelineError> {
    run_seen(plan, stop, tally, |_| {}).await.map(drop)
}

/// The same; `opened` is handed the flow when it is open, and what is to be told of the sources comes back.
///
/// # Errors
/// As [`run`].
pub async fn run_seen(
    mut plan: Plan,
    stop: CancellationToken,
    tally: Tally,
    opened: impl FnOnce(&Flow),
) -> Result<Told, PipelineError> {
    let sources = std::mem::take(&mut plan.sources);
    let flow = Flow::open(plan, stop.clone(), tally).await?;
    opened(&flow);
    for source in &sources {
        if let Err(error) = flow.begin(source).await {
            stop.cancel();
            // the flow's own fault comes first: it may be the cause
            return flow.close().await.and(Err(error));
        }
    }
    let mut told = Told::default();
    for source in &sources {
        let name = &source.settings.name;
        match flow.ended(name).await {
            Ending::Stopped => continue,
            Ending::Left => told.left.push(name.clone()),
            Ending::Whole => {}
        }
        if let Ok(Some(news)) = flow.judge(source, false).await {
            told.news.push((name.clone(), news));
        }
    }
    flow.close().await?;
    Ok(told)
}
