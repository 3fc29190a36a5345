//! The stages as loops: each takes from one channel and hands on to the next, and ends when its channel does.

use std::{sync::Arc, time::Duration};

use async_channel::{Receiver, Sender};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{
    isolate::{Watchman, guarded, trip},
    keep::Keep,
    room::{Place, Taken},
    shared::{Shared, SourceRun},
};
use crate::{
    extract::extract,
    fetch::{Fetch, decode},
    frontier::{Batch, Committed, Lease, PageNews, PageResult, StateError, ThreadNews},
    model::{Extracted, FailureClass, FetchFailure, Fetched, Outcome, Page, PageKind, Posts, Refusal, Request},
    normalize::{Knowledge, Normalized, PageStamp, date::Turn},
    polite,
};

/// A page on its way, with its lease.
pub(super) struct Fresh {
    lease: Lease,
    run: Arc<SourceRun>,
    page: Page,
    place: Place,
}

/// A page taken apart.
pub(super) struct Apart {
    pub(super) lease: Lease,
    pub(super) run: Arc<SourceRun>,
    /// As it came: to be put aside, should it break what follows.
    pub(super) page: Page,
    pub(super) extracted: Extracted,
    /// The reader broke on this page.
    pub(super) broke: bool,
}

/// A page ready to be committed.
struct Ready {
    lease: Lease,
    batch: Batch,
    bytes: u64,
}

/// A page that is worth nothing, since the session of its source had ended: it is to be fetched again.
pub(super) struct Lost {
    lease: Lease,
    origin: String,
    failure: FetchFailure,
}

/// Leases requests and fetches them until the flow closes or is asked to stop.
pub(super) async fn fetcher(shared: Arc<Shared>, pages: Sender<Fresh>) {
    let _watchman = Watchman { shared: &shared, stage: "fetch" };
    while let Some((lease, place)) = next_lease(&shared).await {
        let Some(run) = shared.run(&lease.request().source) else { continue };
        shared.tally.leased(&run.settings.name);
        let origin = polite::origin(&lease.request().what.url);
        let mut fetch = tokio::spawn(fetch_one(Arc::clone(&run), lease.request().clone()));
        let fetched = tokio::select! {
            fetched = &mut fetch => fetched.unwrap_or_else(|_| Fetched::Failed(panicked(lease.request()))),
            () = grace_over(&shared.stop, shared.plan.grace) => {
                fetch.abort();
                shared.tally.given_back(&run.settings.name);
                return;
            }
        };
        let now = shared.plan.clock.now();
        // an archive's pages come one after another: its records leave in the same order every time
        if run.fetch.is_live() {
            // told at once with the host's own wish: no other page of it may slip through before that is known
            let rest = rest_of_host(&shared, &origin, &fetched, lease.request().attempt).unwrap_or_default();
            shared.frontier.origin_next(&origin, run.fetch.rest(&origin).max(rest));
        }
        let sent = match fetched {
            Fetched::Page(page) => pages.send(Fresh { lease, run, page: *page, place }).await.is_ok(),
            Fetched::NotModified => bare(&shared, lease, PageResult::Unchanged, origin, now).await,
            Fetched::Refused(refusal) => {
                shared.refused(lease.request(), &refusal);
                bare(&shared, lease, PageResult::Noticed(outcome_of(&refusal)), origin, now).await
            }
            Fetched::Failed(failure) => failed(&shared, &run, lease, &failure, &origin).await,
        };
        if !sent {
            return;
        }
    }
}

/// A fetch as a task of its own: a panic in it is its own.
async fn fetch_one(run: Arc<SourceRun>, request: Request) -> Fetched {
    trip("fetch", &request.what.url);
    run.fetch.fetch(&request, &run.settings).await
}

fn panicked(request: &Request) -> FetchFailure {
    let message = format!("{}: the fetch broke off: this is a bug", request.what.url);
    FetchFailure { class: FailureClass::Broken, status: None, message, retry_after: None }
}

/// The next request. Where nothing is wanted, waits for the next run to begin; `None` when none will, or at a stop.
async fn next_lease(shared: &Shared) -> Option<(Lease, Place)> {
    let mut beginnings = shared.beginnings();
    loop {
        beginnings.borrow_and_update();
        let place = tokio::select! {
            biased;
            () = shared.stop.cancelled() => return None,
            place = shared.room.place() => place,
        };
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => return None,
            () = shared.free() => {}
        }
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => return None,
            lease = shared.frontier.lease() => match lease {
                // given back as it is dropped
                Some(_) if shared.is_held() => continue,
                Some(lease) => return Some((lease, place)),
                None => {}
            },
        }
        drop(place);
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => return None,
            _ = beginnings.changed() => {}
            () = shared.closing.cancelled() => return None,
        }
    }
}

/// Ends when the run was asked to stop and what is in flight has had its time.
async fn grace_over(stop: &CancellationToken, grace: Duration) {
    stop.cancelled().await;
    tokio::time::sleep(grace).await;
}

/// Hands over what brings nothing but its outcome. False when the state is gone.
async fn bare(shared: &Shared, lease: Lease, outcome: PageResult, origin: String, now: Timestamp) -> bool {
    let batch = Batch { origin, ..Batch::of(outcome, now) };
    let then = counted(shared, &lease, outcome, 0);
    let handed = shared.frontier.hand_over(lease, batch, then).await;
    handed.map_err(|error| shared.broke(error.into())).is_ok()
}

/// What is done when a page's commit is safe.
fn counted(
    shared: &Shared,
    lease: &Lease,
    outcome: PageResult,
    bytes: u64,
) -> impl FnOnce(Result<Committed, StateError>) + Send + 'static {
    let (ledger, request) = (shared.ledger(), lease.request());
    let (source, url) = (request.source.clone(), request.what.url.clone());
    move |committed| match committed {
        Ok(committed) => ledger.committed(&source, &url, outcome, &committed, bytes),
        Err(error) => ledger.broke(error.into()),
    }
}

fn outcome_of(refusal: &Refusal) -> Outcome {
    match refusal {
        Refusal::Robots(_) | Refusal::PrivateAddress(_) | Refusal::Scheme(_) | Refusal::Scope(_) => {
            Outcome::NoPermission
        }
        Refusal::ContentType(_) => Outcome::Unrecognised,
    }
}

/// What a fetch tells of its whole host: how long that is left alone from now on, if at all.
fn rest_of_host(shared: &Shared, origin: &str, fetched: &Fetched, attempt: u32) -> Option<Duration> {
    match fetched {
        Fetched::Failed(failure) => {
            let rest = shared.hosts.failed(origin, failure, attempt, shared.jitter())?;
            tracing::info!(origin, ?rest, cause = %failure.message, "the host is left alone");
            Some(rest)
        }
        Fetched::Page(_) | Fetched::NotModified | Fetched::Refused(Refusal::ContentType(_)) => {
            shared.hosts.answered(origin);
            None
        }
        // the host was not asked
        Fetched::Refused(_) => None,
    }
}

/// Gives a failed request back to be tried again after a wait, or lets it fail for good. False when the state is gone.
async fn failed(shared: &Shared, run: &SourceRun, lease: Lease, failure: &FetchFailure, origin: &str) -> bool {
    let request = lease.request();
    let name = request.source.clone();
    let wait = polite::rest_after(failure, request.attempt, shared.jitter());
    let url = request.what.url.to_string();
    // a login that has to wait for long is not waited for: the page is lost to this run, and the next one's
    let is_far = failure.class == FailureClass::Login && wait > run.means.options.patience;
    let may_be_again = !is_far && failure.class.is_transient() && request.attempt < run.means.retries;
    let retries = if may_be_again && shared.hosts.may_retry(origin) { run.means.retries } else { 0 };
    match shared.frontier.retry(lease, failure, wait, retries).await {
        Ok(retried) => {
            shared.failed(&name, &url, failure, retried);
            true
        }
        Err(error) => {
            shared.broke(error.into());
            false
        }
    }
}

/// Takes pages apart on a thread of its own. A page that breaks the reader is kept and counted, and the next one is read.
pub(super) fn extraction(
    shared: &Shared,
    keep: &Keep,
    pages: &Receiver<Fresh>,
    apart: &Sender<Apart>,
    lost: &Sender<Lost>,
) {
    let _watchman = Watchman { shared, stage: "extract" };
    let mut taken = Taken::default();
    while let Some(Fresh { lease, run, page, place }) = shared.room.next(pages, &mut taken, || shared.suspects.idle()) {
        taken.add(place, pages.len());
        let (means, engine) = (&run.means, run.settings.engine.as_deref());
        let read = || {
            let decoded = decode(&page);
            let mut extracted = extract(&page, &decoded.text, &means.engines, engine, &means.extract);
            extracted.charset_doubtful |= decoded.doubtful;
            extracted
        };
        let is_poison = shared.suspects.is_suspect(&page.requested)
            && shared.plan.trial.as_ref().is_some_and(|trial| trial.is_lost_with(&page, engine));
        let read = if is_poison {
            tracing::error!(url = %page.requested, "passed over: the program has died of this page");
            None
        } else {
            shared.suspects.watched("extract", &page.requested, || guarded("extract", &page.requested, read))
        };
        let broke = read.is_none();
        let extracted = read.unwrap_or_default();
        let walled = extracted.outcome == Outcome::LoginRequired && extracted.logged_in != Some(true);
        if (walled || extracted.logged_in == Some(false))
            && let Some(failure) = run.fetch.session_lost(&run.settings, page.fetched_at)
        {
            let origin = polite::origin(&page.requested);
            if lost.send_blocking(Lost { lease, origin, failure }).is_err() {
                return;
            }
            continue;
        }
        if let Err(error) = keep.archive(&page) {
            shared.tally.given_back(&run.settings.name);
            shared.broke(error);
            // the lease goes back when it is dropped; those behind it go the same way
            continue;
        }
        if broke || (extracted.outcome == Outcome::Empty && extracted.instead.is_none()) {
            keep.quarantine(&page);
        }
        if apart.send_blocking(Apart { lease, run, page, extracted, broke }).is_err() {
            return;
        }
    }
}

/// Makes records of posts and hands them to the state, which commits the pages of a moment as one group. One thread, so that what a
/// source teaches is known to its next page. When it ends, all that any stage has handed over is safe.
pub(super) fn normalizer(shared: &Shared, keep: &Keep, apart: &Receiver<Apart>) {
    let _watchman = Watchman { shared, stage: "normalize" };
    while let Ok(page) = apart.recv_blocking() {
        let Ready { lease, batch, bytes } = ready(shared, keep, page);
        let then = counted(shared, &lease, batch.outcome, bytes);
        if let Err(error) = shared.frontier.hand_over_blocking(lease, batch, then) {
            shared.broke(error.into());
            return;
        }
    }
    if let Err(error) = shared.frontier.settle_blocking() {
        shared.broke(error.into());
    }
}

fn ready(shared: &Shared, keep: &Keep, page: Apart) -> Ready {
    let Apart { lease, run, page, mut extracted, broke } = page;
    let stamp = PageStamp { date: page.date, fetched_at: page.fetched_at };
    let (origin, bytes) = (polite::origin(&page.requested), page.body.len() as u64);
    let failed = |lease, origin| {
        let batch = Batch { origin, ..Batch::of(PageResult::Failed, page.fetched_at) };
        Ready { lease, batch, bytes }
    };
    if broke {
        return failed(lease, origin);
    }
    let source = &run.settings;
    let mut known = run.knowledge();
    let request = lease.request();
    if let Some(thread) = &mut extracted.thread {
        // what the frontier has counted is exact; an address only tells where pages are of equal size
        let counted = request.what.position_base.filter(|_| request.what.page.is_none_or(|page| page == thread.page));
        thread.position_base = counted.or(thread.position_base).or((thread.page <= 1).then_some(0));
    }
    if source.posts == Posts::First {
        let opening = extracted.thread.as_ref().is_none_or(|thread| thread.page <= 1);
        extracted.posts.truncate(usize::from(opening));
        if extracted.kind == PageKind::Thread {
            extracted.next = None;
        }
    }
    let outcome = result_of(&extracted, page.status);
    if extracted.outcome == Outcome::Empty {
        // the beginning of a post is not the post, nor does a page that lacks the others say that they are gone
        extracted.posts.clear();
    }
    let before = known.clone();
    let posts_on_page = u32::try_from(extracted.posts.len()).unwrap_or(u32::MAX);
    let normalized = shared.suspects.watched("normalize", &page.requested, || {
        guarded("normalize", &page.requested, || run.means.normalizer.page(source, &mut known, &stamp, extracted))
    });
    let Some(Normalized { records, listed, news: rest }) = normalized else {
        // what it had begun to learn of this page may be half of something
        *known = before;
        drop(known);
        keep.quarantine(&page);
        return failed(lease, origin);
    };
    tell_turns(&source.name, &before, &known);
    let thread = rest.thread.map(|thread| ThreadNews {
        id: thread.id.or_else(|| request.what.thread_id.clone()),
        url: thread.url,
        title: thread.title,
        boards: thread.boards,
        page: thread.page,
        pages: thread.pages,
        position_base: thread.position_base,
        posts_on_page,
        complete: rest.next.is_none(),
        descending: thread.descending,
    });
    let news = PageNews {
        kind: rest.kind,
        thread,
        boards: rest.boards,
        threads: rest.threads.into_iter().zip(listed).collect(),
        next: rest.next,
        instead: rest.instead.filter(|_| outcome == PageResult::Read),
    };
    let batch = Batch {
        outcome,
        records,
        news,
        validators: page.validators,
        origin,
        knowledge: if before == *known { None } else { serde_json::to_string(&*known).ok() },
        engine: rest.engine,
        fetched_at: page.fetched_at,
    };
    Ready { lease, batch, bytes }
}

/// Says that dates were read the wrong way until this page.
pub(super) fn tell_turns(source: &str, before: &Knowledge, known: &Knowledge) {
    for Turn { from, to } in known.orders.turns_since(&before.orders) {
        let (like, order) = (to.shape.example(), to.order);
        tracing::warn!(%source, like, from = from.name(), to = order.name(), why = %to.why, "dates turned out to be of another order");
    }
}

fn result_of(extracted: &Extracted, status: u16) -> PageResult {
    match extracted.outcome {
        Outcome::Read if status == 200 => PageResult::Read,
        Outcome::Read | Outcome::Unrecognised if matches!(status, 404 | 410) => PageResult::Noticed(Outcome::Missing),
        Outcome::Read | Outcome::Unrecognised if matches!(status, 401 | 403 | 407 | 451) => {
            PageResult::Noticed(Outcome::NoPermission)
        }
        Outcome::Read => PageResult::Read,
        Outcome::Unrecognised => PageResult::Unrecognised,
        Outcome::Empty if extracted.instead.is_some() && status == 200 => PageResult::Read,
        Outcome::Empty => PageResult::Failed,
        noticed => PageResult::Noticed(noticed),
    }
}

/// Gives back pages that are lost.
pub(super) async fn returner(shared: Arc<Shared>, lost: Receiver<Lost>) {
    let _watchman = Watchman { shared: &shared, stage: "give back" };
    while let Ok(Lost { lease, origin, failure }) = lost.recv().await {
        let Some(run) = shared.run(&lease.request().source) else { continue };
        if !failed(&shared, &run, lease, &failure, &origin).await {
            return;
        }
    }
}
