//! A request from robots.txt to the last hop.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use reqwest::{Client, Response, header, redirect::Policy};
use url::Url;

use super::{
    answer::{self, Head},
    failure,
};
use crate::{
    clock::Clock,
    fetch::{
        Fetch, FetchError, HttpSettings, address,
        address::PublicResolver,
        coding,
        robots_cache::{Answer, RobotsCache},
    },
    model::{FailureClass, FetchFailure, Fetched, Refusal, Request, SourceSettings, Validators},
    polite::{self, Gate, Robots},
};

/// Redirects that one request follows.
const HOPS: usize = 10;
/// Redirects that robots.txt may take (RFC 9309 section 2.3.1.2).
const ROBOTS_HOPS: usize = 5;
/// Bytes of robots.txt that are read (RFC 9309 section 2.5).
const ROBOTS_BYTES: usize = 500 << 10;
/// The product token that robots.txt is asked with.
pub(in crate::fetch) const AGENT: &str = "forumsift";

/// Fetches over HTTP. Cheap to clone; clones share connections, gates and robots.txt.
#[derive(Clone, Debug)]
pub struct HttpFetch {
    client: Client,
    settings: Arc<HttpSettings>,
    gate: Gate,
    clock: Clock,
    resolver: PublicResolver,
    robots: Arc<RobotsCache>,
}

/// What ends a hop early: boxed, since it is the rare case.
type Ended = Box<Fetched>;

impl HttpFetch {
    /// Makes the client. `gate` is shared by all who ask the same origins.
    ///
    /// # Errors
    /// Where the settings make no client (a proxy that is no address, no certificate store).
    pub fn new(settings: HttpSettings, gate: Gate, clock: Clock) -> Result<HttpFetch, FetchError> {
        // a second fetcher in one process finds the provider installed
        let _ = rustls::crypto::ring::default_provider().install_default();
        let failed = |error: reqwest::Error| FetchError::Client(error.without_url().to_string());
        let resolver = PublicResolver::default();
        let mut builder = Client::builder()
            .user_agent(settings.user_agent())
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(settings.connect_timeout)
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(Duration::from_secs(30))
            .dns_resolver(Arc::new(resolver.clone()));
        builder = match &settings.proxy {
            Some(proxy) => builder.proxy(reqwest::Proxy::all(proxy).map_err(failed)?),
            None => builder.no_proxy(),
        };
        Ok(HttpFetch {
            client: builder.build().map_err(failed)?,
            settings: Arc::new(settings),
            gate,
            clock,
            resolver,
            robots: Arc::default(),
        })
    }

    async fn follow(&self, request: &Request, source: &SourceSettings) -> Result<Fetched, Ended> {
        let mut url = request.what.url.clone();
        for _ in 0..=HOPS {
            let delay = self.admitted(&url, source).await?;
            let guard = self.gate.enter(&polite::origin(&url), delay).await;
            let answered = self.limited(self.hop(&url, request, source)).await;
            drop(guard);
            let next = match answered? {
                Hop::Done(fetched) => return Ok(*fetched),
                Hop::Redirect(next) => next,
            };
            if next == url {
                break;
            }
            if !same_site(&next, &url) && !same_site(&next, &source.url) {
                return Err(Box::new(Fetched::Refused(Refusal::Scope(next.to_string()))));
            }
            url = next;
        }
        Err(fail(FailureClass::Redirects, None, format!("{}: more than {HOPS} redirects, or a loop", request.what.url)))
    }

    /// Checks that an address may be asked at all, and returns the delay of its origin.
    async fn admitted(&self, url: &Url, source: &SourceSettings) -> Result<Duration, Ended> {
        self.reachable(url)?;
        match self.robots_of(url, source).await {
            Answer::Rules(rules) => {
                let decision = rules.decide(AGENT, url);
                if !decision.allowed {
                    let line = decision.line.map(|(number, line)| format!("line {number}: {line}")).unwrap_or_default();
                    return Err(Box::new(Fetched::Refused(Refusal::Robots(line))));
                }
                Ok(source.delay.max(rules.crawl_delay(AGENT).unwrap_or_default()))
            }
            Answer::Unreachable { cause, retry_after } => Err(Box::new(Fetched::Failed(FetchFailure {
                class: FailureClass::Server,
                status: None,
                message: format!(
                    "{}: robots.txt cannot be reached, so nothing is fetched: {cause}",
                    polite::origin(url)
                ),
                retry_after,
            }))),
        }
    }

    fn reachable(&self, url: &Url) -> Result<(), Ended> {
        let refuse = |refusal| Err(Box::new(Fetched::Refused(refusal)));
        if !matches!(url.scheme(), "http" | "https") {
            return refuse(Refusal::Scheme(url.scheme().to_owned()));
        }
        match (address::literal(url), url.host_str()) {
            (Some(ip), Some(host)) if address::is_local(ip) && !self.resolver.trusts(host) => {
                refuse(Refusal::PrivateAddress(ip.to_string()))
            }
            _ => Ok(()),
        }
    }

    async fn robots_of(&self, url: &Url, source: &SourceSettings) -> Answer {
        let origin = polite::origin(url);
        self.robots.get(&origin, self.clock.now(), async || self.ask_robots(url, source).await).await
    }

    async fn ask_robots(&self, url: &Url, source: &SourceSettings) -> Answer {
        let unreachable = |cause: String| Answer::Unreachable { cause, retry_after: None };
        let Ok(mut at) = url.join("/robots.txt") else { return unreachable("no address".to_owned()) };
        for _ in 0..=ROBOTS_HOPS {
            if self.reachable(&at).is_err() {
                return unreachable(format!("{at} may not be asked"));
            }
            let guard = self.gate.enter(&polite::origin(&at), source.delay).await;
            let answered = self.limited(self.robots_hop(&at)).await;
            drop(guard);
            match answered {
                Ok(RobotsHop::Answer(answer)) => return answer,
                Ok(RobotsHop::Redirect(next)) => at = next,
                Err(ended) => return unreachable(words(&ended)),
            }
        }
        // more redirects than are followed: as if there were no file
        Answer::Rules(Arc::new(Robots::allow_all()))
    }

    async fn robots_hop(&self, at: &Url) -> Result<RobotsHop, Ended> {
        let request = self.client.get(at.clone()).header(header::ACCEPT_ENCODING, coding::ACCEPT);
        let response = request.send().await.map_err(|error| Box::new(failure::fetched(at, error)))?;
        let head = Head::of(&response, self.clock.now());
        let status = response.status().as_u16();
        Ok(RobotsHop::Answer(match status {
            300..400 if let Some(next) = head.location(at) => return Ok(RobotsHop::Redirect(next)),
            200..300 => {
                let raw =
                    answer::first_bytes(response, ROBOTS_BYTES).await.map_err(|e| Box::new(failure::fetched(at, e)))?;
                // a coding that breaks off at the cap still gives what stood before it
                let text = coding::decoded(raw, head.content_encoding.as_deref(), 4 * ROBOTS_BYTES).unwrap_or_default();
                Answer::Rules(Arc::new(Robots::parse(&text)))
            }
            429 | 500.. => Answer::Unreachable {
                cause: format!("status {status}"),
                retry_after: head.retry_after(self.settings.retry_after_cap, self.clock.now()),
            },
            _ => Answer::Rules(Arc::new(Robots::allow_all())),
        }))
    }

    async fn hop(&self, url: &Url, request: &Request, source: &SourceSettings) -> Result<Hop, Ended> {
        let mut asked = self
            .client
            .get(url.clone())
            .header(
                header::ACCEPT,
                "text/html,application/xhtml+xml,application/json;q=0.9,application/xml;q=0.8,*/*;q=0.1",
            )
            .header(header::ACCEPT_ENCODING, coding::ACCEPT);
        let Validators { etag, last_modified } = &request.validators;
        if let Some(etag) = etag {
            asked = asked.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(last_modified) = last_modified {
            asked = asked.header(header::IF_MODIFIED_SINCE, last_modified);
        }
        let secrets = self.settings.secrets.get(&source.name);
        // a secret goes to the source's own host and scheme, never along a redirect elsewhere
        if let Some(cookie) = secrets.and_then(|secrets| secrets.cookie.as_ref())
            && url.host_str() == source.url.host_str()
            && (url.scheme() == source.url.scheme() || url.scheme() == "https")
        {
            asked = asked.header(header::COOKIE, cookie);
        }
        let response: Response = asked.send().await.map_err(|error| Box::new(failure::fetched(url, error)))?;
        let head = Head::of(&response, self.clock.now());
        if (300..400).contains(&head.status)
            && head.status != 304
            && let Some(next) = head.location(url)
        {
            return Ok(Hop::Redirect(next));
        }
        let fetched = answer::read(response, head, url, request, &self.settings, self.clock).await;
        Ok(Hop::Done(Box::new(fetched)))
    }

    /// The time limit counts what the network does, not the wait at the gate.
    async fn limited<T>(&self, work: impl Future<Output = Result<T, Ended>>) -> Result<T, Ended> {
        match tokio::time::timeout(self.settings.timeout, work).await {
            Ok(done) => done,
            Err(_) => Err(fail(FailureClass::Timeout, None, format!("no answer within {:?}", self.settings.timeout))),
        }
    }
}

enum Hop {
    Done(Box<Fetched>),
    Redirect(Url),
}

enum RobotsHop {
    Answer(Answer),
    Redirect(Url),
}

impl Fetch for HttpFetch {
    async fn fetch(&self, request: &Request, source: &SourceSettings) -> Fetched {
        if let Some(host) = source.url.host_str() {
            self.resolver.trust(host);
        }
        match self.follow(request, source).await {
            Ok(fetched) => fetched,
            Err(ended) => *ended,
        }
    }

    fn next_allowed(&self, origin: &str, _source: &SourceSettings, now: Timestamp) -> Timestamp {
        self.gate.next_allowed(origin).unwrap_or(now)
    }
}

fn fail(class: FailureClass, status: Option<u16>, message: String) -> Ended {
    Box::new(Fetched::Failed(FetchFailure { class, status, message, retry_after: None }))
}

/// A fetch that ended, in a few words.
fn words(ended: &Fetched) -> String {
    match ended {
        Fetched::Failed(failure) => failure.message.clone(),
        Fetched::Refused(refusal) => format!("{refusal:?}"),
        _ => String::new(),
    }
}

/// The same site: the same host, with or without `www.`.
fn same_site(a: &Url, b: &Url) -> bool {
    let host = |url: &Url| url.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host).to_ascii_lowercase());
    host(a) == host(b)
}
