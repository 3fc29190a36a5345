//! What a run is to do, checked; and why it may end early.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::Trial;
use crate::{
    clock::Clock,
    emit::{EmitError, Line},
    engine::Engines,
    extract::ExtractOptions,
    fetch::{FetchError, HttpSettings},
    frontier::{RunOptions, StateError, StatePath},
    model::SourceSettings,
    normalize::Normalizer,
};

/// A source and where its pages come from.
#[derive(Clone, Debug)]
pub struct SourcePlan {
    /// As the stages see it.
    pub settings: SourceSettings,
    /// A captured crawl that stands in for the network.
    pub replay: Option<PathBuf>,
    /// Failed runs in a row that make an incident.
    pub patience: u64,
}

/// Where records go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputPlan {
    /// Standard output.
    Stdout,
    /// Rotated files in a directory.
    Directory {
        /// The directory; made where it is missing.
        path: PathBuf,
        /// Bytes at which the live file becomes a full one.
        rotate_size: u64,
    },
}

/// All that a run needs to know.
pub struct Plan {
    /// The sources that are due.
    pub sources: Vec<SourcePlan>,
    /// Where the state is kept.
    pub state: StatePath,
    /// Where records go.
    pub output: OutputPlan,
    /// How long a full disk is waited for, with nothing fetched, before the run ends.
    pub wait_for_space: Duration,
    /// How pages are fetched.
    pub http: HttpSettings,
    /// How often a request that failed is tried again.
    pub retries: u32,
    /// Requests under way at once, over all origins.
    pub connections: usize,
    /// Threads that take pages apart; 0: as many as there are cores.
    pub extraction_threads: usize,
    /// Every response is kept here.
    pub archive: Option<PathBuf>,
    /// Pages that promised posts and gave none, and pages that broke the reader, are kept here.
    pub quarantine: Option<PathBuf>,
    /// What records carry beyond text.
    pub extract: ExtractOptions,
    /// What reads a page first under which the program has died before; `None`: nothing, and it is read again.
    pub trial: Option<Trial>,
    /// How the frontier goes about it.
    pub options: RunOptions,
    /// How long work in flight may take after the run was asked to stop.
    pub grace: Duration,
    /// Engine profiles.
    pub engines: Arc<Engines>,
    /// Notices, dates, articles.
    pub normalizer: Arc<Normalizer>,
    /// The present time.
    pub clock: Clock,
    /// Is shown each line when it is safe where it went.
    pub onlooker: Option<Onlooker>,
}

/// Who is shown the lines that were written.
pub type Onlooker = Arc<dyn Fn(&[Line]) + Send + Sync>;

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The state failed.
    #[error(transparent)]
    State(#[from] StateError),
    /// The output failed.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// A fetcher could not be made (proxy, archive to replay).
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A response could not be archived: the page is given back, and the run ends.
    #[error("archive: {0}")]
    Archive(#[source] FetchError),
    /// A folder for archive or quarantine could not be used.
    #[error("{path}: {cause}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A stage ended that should not have: a bug.
    #[error("the {0} stage broke off")]
    Stage(&'static str),
}
