//! `forumsift watch`: stay, and crawl each source on its schedule.

mod answers;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_channel::{Receiver, Sender};
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use answers::{SharedBoard, answers};

use super::{CliError, ExitKind, configuration::ConfigArgs, notify::Message, plan::plan_of};
use crate::{
    clock::Clock,
    config::{Config, ConfigError, StateLocation},
    frontier::{self, Outlook, SourceStatus},
    model::{News, SourceCounts},
    pipeline::{Ending, Flow, PipelineError, Plan, SourcePlan, Tally},
    report::Report,
    schedule,
    watch::{self, Pace, Service, Signal, Signals, Turns},
};

/// The loop looks at the clock at least so often: the machine may have slept, or its clock been set.
const LOOK: Duration = Duration::from_secs(10);
/// The rest between two runs of a source that has no schedule.
const REST: Duration = Duration::from_secs(60);

/// Arguments of `watch`.
#[derive(Args, Debug)]
pub struct WatchArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Serve metrics and the status page at this address, such as 127.0.0.1:9464
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

/// Crawls until a signal asks for the end.
pub(super) fn run(args: &WatchArgs) -> Result<ExitKind, CliError> {
    let config = args.config.load()?;
    let runtime = super::run::network()?;
    let ended = runtime.block_on(async { Watch::new(args, config)?.stay().await });
    // whatever still hangs on a socket must not keep the process
    runtime.shutdown_timeout(Duration::from_millis(200));
    ended
}

/// The resident crawler.
struct Watch<'a> {
    args: &'a WatchArgs,
    clock: Clock,
    config: Config,
    turns: Turns,
    tally: Tally,
    service: Service,
    signals: Signals,
    ends: (Sender<End>, Receiver<End>),
    /// What those who look at the page see; shared with the server.
    board: SharedBoard,
    started: Timestamp,
    server: Option<(SocketAddr, tokio::task::JoinHandle<()>)>,
    /// Messages on their way.
    messages: TaskTracker,
    /// Counts that did not add up: a bug, told at the end.
    unlawful: bool,
}

/// What a run of a source came to.
struct End {
    name: Arc<str>,
    ending: Result<Ending, PipelineError>,
    /// What those who look after it are to be told.
    news: Option<News>,
    /// What lies before it; `None` where that cannot be known.
    outlook: Option<Outlook>,
}

/// Why the flow was left.
enum Left {
    /// For good.
    Stop,
    /// The new configuration wants another one.
    Reopen(Box<Plan>),
    /// State or output failed.
    Broken,
}

impl<'a> Watch<'a> {
    fn new(args: &'a WatchArgs, config: Config) -> Result<Watch<'a>, CliError> {
        Ok(Watch {
            args,
            clock: Clock::System,
            config,
            turns: Turns::new(schedule::next_wished),
            tally: Tally::default(),
            service: Service::from_env(),
            signals: Signals::new()?,
            ends: async_channel::bounded(64),
            board: SharedBoard::default(),
            started: Clock::System.now(),
            server: None,
            messages: TaskTracker::new(),
            unlawful: false,
        })
    }

    /// Opens flow after flow, as configurations ask for, until the end.
    async fn stay(mut self) -> Result<ExitKind, CliError> {
        let mut plan = plan_of(&self.config, self.config.sources.clone(), false, self.clock)?;
        self.turns = Turns::new(schedule::next_wished);
        self.take_sources()?;
        self.listen().await?;
        loop {
            let board = self.board.clone();
            plan.onlooker = Some(Arc::new(move |lines| board.lock().written(lines)));
            let sources = std::mem::take(&mut plan.sources);
            let flow = Flow::open(plan, CancellationToken::new(), self.tally.clone()).await?;
            let left = self.keep_turning(&flow, sources).await;
            if matches!(left, Left::Stop) {
                self.service.stopping();
            }
            flow.stop();
            let cut_short = self.turns.running() > 0;
            let closed = flow.close().await;
            // those that were cut short tell their end now
            while self.turns.running() > 0
                && let Ok(end) = self.ends.1.recv().await
            {
                self.note(end);
            }
            if !matches!(left, Left::Reopen(_)) {
                self.messages.close();
                self.messages.wait().await;
            }
            closed?;
            match left {
                Left::Reopen(next) => plan = *next,
                Left::Stop if self.unlawful => return Ok(ExitKind::Bug),
                Left::Stop if cut_short => return Ok(ExitKind::Interrupted),
                Left::Stop => return Ok(ExitKind::Done),
                // the flow was stopped and no fault was found: someone else stopped it
                Left::Broken => return Ok(ExitKind::Interrupted),
            }
        }
    }

    /// Serves metrics and page where the command line or else the configuration says. Where it serves already it stays.
    async fn listen(&mut self) -> Result<(), CliError> {
        let wanted = self.args.listen.or(self.config.watch.listen);
        if self.server.as_ref().map(|(address, _)| *address) == wanted {
            return Ok(());
        }
        if let Some((_, server)) = self.server.take() {
            server.abort();
            let _ = server.await;
        }
        let Some(address) = wanted else { return Ok(()) };
        let failed = |error| CliError::Usage(format!("cannot listen at {address}: {error}"));
        let listener = watch::listen(address).await.map_err(failed)?;
        let real = listener.local_addr().map_err(failed)?;
        if !real.ip().is_loopback() {
            tracing::warn!(address = %real, "metrics and page have no login, and others can reach them");
        }
        tracing::info!(address = %real, "metrics and page at http://{real}/");
        let answers = answers(self.board.clone(), self.tally.clone(), self.clock, self.started);
        self.server = Some((address, tokio::spawn(watch::serve(listener, answers))));
        Ok(())
    }

    /// The same after a reload: an address that cannot be had is told, and the crawl goes on.
    async fn listen_anew(&mut self) {
        if let Err(error) = self.listen().await {
            tracing::error!(%error, "no metrics and page");
        }
    }

    /// Begins each source's run when its turn comes, and does what signals ask for.
    async fn keep_turning(&mut self, flow: &Flow, mut sources: Vec<SourcePlan>) -> Left {
        self.tell_ready();
        loop {
            let now = self.clock.now();
            for name in self.turns.due(now) {
                if let Some(source) = sources.iter().find(|source| source.settings.name == name) {
                    self.turns.begun(&name, now);
                    self.board.lock().begun(&name, now);
                    tokio::spawn(visit(flow.clone(), source.clone(), self.ends.0.clone()));
                }
            }
            self.service.alive();
            if let Ok(queues) = flow.hosts().await {
                self.board.lock().queued(&queues);
            }
            self.board.lock().turned(now, |name| self.turns.next_of(name, now));
            let rest = self.rest();
            tokio::select! {
                biased;
                signal = self.signals.next() => match signal {
                    Signal::Stop => {
                        tracing::info!("stopping: what is in flight is finished or given back; a second signal ends at once");
                        tokio::spawn(end_at_second_signal());
                        return Left::Stop;
                    }
                    Signal::Reload => match self.reload(flow) {
                        Reloaded::Same => {}
                        Reloaded::Adopted(anew) => {
                            sources = anew;
                            self.listen_anew().await;
                        }
                        Reloaded::Reopen(plan) => {
                            self.listen_anew().await;
                            return Left::Reopen(plan);
                        }
                    },
                },
                () = flow.stopped() => return Left::Broken,
                end = self.ends.1.recv() => if let Ok(end) = end { self.note(end) },
                () = tokio::time::sleep(rest) => {}
            }
        }
    }

    /// How long the loop may sleep.
    fn rest(&self) -> Duration {
        let now = self.clock.now();
        let next = self.turns.next(now).map_or(SignedDuration::MAX, |next| next.duration_since(now));
        let next = Duration::try_from(next).unwrap_or(Duration::ZERO);
        let most = self.service.heartbeat().map_or(LOOK, |heartbeat| heartbeat.min(LOOK));
        // what is due and could not begin is not asked for at every turn of the processor
        next.clamp(Duration::from_millis(20), most)
    }

    /// A run is over: tells what it did.
    fn note(&mut self, end: End) {
        let End { name, ending, news, outlook } = end;
        let cut_short = matches!(ending, Ok(Ending::Stopped));
        let counts = self.tally.counts([name.clone()]).pop();
        let mut counts = counts.unwrap_or_else(|| SourceCounts { name: name.clone(), ..SourceCounts::default() });
        counts.error = ending.err().map(|error| error.to_string());
        let report = Report { sources: vec![counts] };
        report.log();
        self.unlawful |= !report.broken_laws().is_empty();
        let failure = report.failure();
        let now = self.clock.now();
        if let Some(news) = news
            && let Some(source) = self.config.sources.iter().find(|source| *source.name() == name)
            && let Some(message) = Message::about(&self.config, source, news, failure.clone(), now)
        {
            self.messages.spawn(message.send());
        }
        self.board.lock().ended(&name, now, failure);
        if let Some(outlook) = outlook {
            self.turns.wishes(&name, outlook.wish());
            self.board.lock().polls(&name, outlook.boards);
        }
        self.turns.ended(&name, cut_short);
    }

    /// Takes the sources of the configuration, and what the state knows of their last runs.
    fn take_sources(&mut self) -> Result<(), CliError> {
        let known: Vec<SourceStatus> = match &self.config.state {
            StateLocation::File(path) => frontier::status(path)?,
            StateLocation::Memory => Vec::new(),
        };
        let last = |name: &str| -> Option<(Timestamp, bool)> {
            let row = known.iter().find(|row| row.name == name)?;
            row.started.map(|started| (started, !row.whole))
        };
        let sources = self.config.sources.iter().map(|source| {
            let pace = source.schedule.clone().map_or(Pace::Rest(REST), Pace::Schedule);
            (source.name().clone(), pace)
        });
        self.turns.set(sources, last);
        let mut board = self.board.lock();
        board.set(self.config.sources.iter().map(|source| source.name().clone()));
        for row in known {
            self.turns.wishes(&row.name, row.wish());
            board.polls(&row.name, row.boards);
        }
        drop(board);
        Ok(())
    }

    /// Reads the configuration anew and opens the outputs anew. A bad configuration is told, and the old one stays.
    fn reload(&mut self, flow: &Flow) -> Reloaded {
        self.service.reloading();
        let reloaded = self.read_anew(flow).unwrap_or_else(|error| {
            let told = match &error {
                CliError::Config(ConfigError::Wrong(complaints)) => complaints.render(false),
                error => error.to_string(),
            };
            tracing::error!(error = told, "the new configuration is not taken, the old one stays");
            self.board.lock().reloaded(Some(told));
            Reloaded::Same
        });
        if !matches!(reloaded, Reloaded::Reopen(_)) {
            flow.reopen();
            self.tell_ready();
        }
        reloaded
    }

    fn read_anew(&mut self, flow: &Flow) -> Result<Reloaded, CliError> {
        let config = self.args.config.load()?;
        if config.sources.is_empty() && !self.config.sources.is_empty() {
            // what an editor or a tool has written half of is often whole TOML
            return Err(CliError::Usage("it names no source any more".to_owned()));
        }
        let mut plan = plan_of(&config, config.sources.clone(), false, self.clock)?;
        let same_house = config.state == self.config.state
            && config.output.to == self.config.output.to
            && config.output.rotate_size == self.config.output.rotate_size
            && config.output.wait_for_space == self.config.output.wait_for_space
            && config.archive == self.config.archive
            && config.fetch.connections == self.config.fetch.connections;
        if same_house {
            flow.adopt(&plan)?;
        }
        let before = std::mem::replace(&mut self.config, config);
        if let Err(error) = self.take_sources() {
            self.config = before;
            return Err(error);
        }
        self.board.lock().reloaded(None);
        tracing::info!(sources = self.config.sources.len(), reopen = !same_house, "configuration taken");
        Ok(if same_house {
            Reloaded::Adopted(std::mem::take(&mut plan.sources))
        } else {
            Reloaded::Reopen(Box::new(plan))
        })
    }

    fn tell_ready(&self) {
        self.service.ready(&format!("watching {} sources", self.config.sources.len()));
    }
}

/// What became of a reload.
enum Reloaded {
    /// Nothing: the old configuration stays.
    Same,
    /// Runs that begin from now on have the new settings.
    Adopted(Vec<SourcePlan>),
    /// State, output, archive or the number of connections are others: the flow is opened anew.
    Reopen(Box<Plan>),
}

/// One run of a source, from its beginning to its end.
async fn visit(flow: Flow, source: SourcePlan, ends: Sender<End>) {
    let name = source.settings.name.clone();
    let ending = match flow.begin(&source).await {
        Ok(()) => Ok(flow.ended(&name).await),
        Err(error) => Err(error),
    };
    let (mut news, mut outlook) = (None, None);
    if !matches!(ending, Ok(Ending::Stopped)) {
        news = flow.judge(&source, ending.is_err()).await.ok().flatten();
        outlook = flow.outlook(&name).await.ok();
    }
    // whoever hears of the end may open the state anew, which must not be held here
    drop(flow);
    let _ = ends.send(End { name, ending, news, outlook }).await;
}

/// Who asks twice does not want to wait.
async fn end_at_second_signal() {
    let Ok(mut signals) = Signals::new() else { return };
    while signals.next().await != Signal::Stop {}
    std::process::exit(ExitKind::Interrupted as i32);
}
