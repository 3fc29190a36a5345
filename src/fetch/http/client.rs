//! A request from robots.txt to the last hop.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{
    Client, RequestBuilder, Response,
    header::{self, HeaderValue},
    redirect::Policy,
};
use url::Url;

use super::{
    answer::{self, Head},
    failure,
    scope::{self, Reach},
    session::Sessions,
};
use crate::{
    clock::Clock,
    fetch::{
        Fetch, FetchError, HttpSettings, SourceProxy, SourceSecrets,
        address::Resolver,
        coding,
        mask::mask,
        robots_cache::{Answer, RobotsCache},
    },
    model::{FailureClass, FetchFailure, Fetched, Refusal, Request, SourceSettings, Validators},
    polite::{self, Gate},
};

/// What can be read, the best first.
const ACCEPT: &str = "text/html,application/xhtml+xml,application/json;q=0.9,application/xml;q=0.8,*/*;q=0.1";
/// Redirects that one request follows.
const HOPS: usize = 10;
/// Header fields that a response may have; their bytes have a cap of their own.
const FIELDS: usize = 2048;
/// The product token that robots.txt is asked with.
pub(in crate::fetch) const AGENT: &str = "forumsift";

/// Fetches over HTTP. Cheap to clone; clones share connections, gates and robots.txt.
#[derive(Clone, Debug)]
pub struct HttpFetch {
    clients: Clients,
    /// Those of sources that have a proxy of their own.
    own: Arc<HashMap<Arc<str>, Clients>>,
    pub(super) settings: Arc<HttpSettings>,
    pub(super) gate: Gate,
    pub(super) clock: Clock,
    robots: Arc<RobotsCache>,
    pub(super) sessions: Sessions,
}

/// The clients of one way to the network.
#[derive(Clone, Debug)]
struct Clients {
    /// Reaches public addresses only.
    public: Client,
    /// Reaches any; used for a source's own local host alone.
    local: Client,
    proxied: bool,
}

impl Clients {
    fn new(
        settings: &HttpSettings,
        proxy: Option<&str>,
        login: Option<&(String, String)>,
    ) -> Result<Clients, FetchError> {
        let host = proxy.and_then(|proxy| Url::parse(proxy).ok());
        let host = host.as_ref().and_then(|proxy| proxy.host_str()).map(Arc::from);
        Ok(Clients {
            public: client(settings, proxy, login, Resolver::Public { proxy: host })?,
            local: client(settings, proxy, login, Resolver::All)?,
            proxied: proxy.is_some(),
        })
    }
}

/// What ends a hop early: boxed, since it is the rare case.
pub(super) type Ended = Box<Fetched>;

impl HttpFetch {
    /// Makes the client. `gate` is shared by all who ask the same origins.
    ///
    /// # Errors
    /// Where the settings make no client (a proxy that is no address, no certificate store).
    pub fn new(settings: HttpSettings, gate: Gate, clock: Clock) -> Result<HttpFetch, FetchError> {
        // a second fetcher in one process finds the provider installed
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut own = HashMap::new();
        for (name, secrets) in &settings.secrets {
            if let Some(SourceProxy { address, login }) = &secrets.proxy {
                let address = address.as_deref().or(settings.proxy.as_deref());
                own.insert(name.clone(), Clients::new(&settings, address, login.as_ref())?);
            }
        }
        Ok(HttpFetch {
            clients: Clients::new(&settings, settings.proxy.as_deref(), None)?,
            own: Arc::new(own),
            settings: Arc::new(settings),
            gate,
            clock,
            robots: Arc::default(),
            sessions: Sessions::default(),
        })
    }

    /// The same with sessions that others have begun.
    pub fn with_sessions(self, sessions: Sessions) -> HttpFetch {
        HttpFetch { sessions, ..self }
    }

    /// A request for an address by the client that may reach it; with a form, one that sends it.
    pub(super) fn ask(&self, url: &Url, reach: Reach, source: &SourceSettings, form: Option<&str>) -> RequestBuilder {
        let clients = self.clients_of(source);
        let client = match reach {
            Reach::Public => &clients.public,
            Reach::Local => &clients.local,
        };
        let asked = match form {
            Some(form) => client
                .post(url.clone())
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.to_owned()),
            None => client.get(url.clone()),
        };
        let asked = asked.header(header::ACCEPT_ENCODING, coding::ACCEPT);
        match self.settings.secrets.get(&source.name) {
            Some(secrets) if scope::takes_cookie(url, &source.url) => asked.headers(secrets.header_map()),
            _ => asked,
        }
    }

    fn clients_of(&self, source: &SourceSettings) -> &Clients {
        self.own.get(&source.name).unwrap_or(&self.clients)
    }

    /// Whether a source's requests go by a proxy.
    pub(super) fn is_proxied(&self, source: &SourceSettings) -> bool {
        self.clients_of(source).proxied
    }

    async fn follow(&self, request: &Request, source: &SourceSettings) -> Result<Fetched, Ended> {
        let mut url = request.what.url.clone();
        let mut budget = Budget::new(self.settings.timeout);
        for _ in 0..=HOPS {
            let reach = self.reach(&url, source)?;
            let delay = self.allowed(&url, source).await?;
            if let Some(login) = self.settings.secrets.get(&source.name).and_then(|secrets| secrets.login.as_ref()) {
                self.log_in(source, login).await?;
            }
            let guard = self.gate.enter(&polite::origin(&url), delay).await;
            let answered = budget.spend(self.hop(&url, reach, request, source)).await;
            drop(guard);
            let next = match answered? {
                Hop::Done(fetched) => return Ok(*fetched),
                Hop::Redirect(next) => next,
            };
            if next == url {
                break;
            }
            // an address that may not be asked at all is told as what it is
            self.reach(&next, source)?;
            if !scope::may_follow(&url, &next, &source.url) {
                return Err(Box::new(Fetched::Refused(Refusal::Scope(next.to_string()))));
            }
            url = next;
        }
        Err(fail(FailureClass::Redirects, None, format!("{}: more than {HOPS} redirects, or a loop", request.what.url)))
    }

    fn reach(&self, url: &Url, source: &SourceSettings) -> Result<Reach, Ended> {
        scope::reach(url, &source.url).map_err(|refusal| Box::new(Fetched::Refused(refusal)))
    }

    /// Checks that robots.txt lets an address be fetched, and returns the delay of its origin.
    async fn allowed(&self, url: &Url, source: &SourceSettings) -> Result<Duration, Ended> {
        let origin = polite::origin(url);
        match self.robots.get(&origin, self.clock.now(), async || self.ask_robots(url, source).await).await {
            Answer::Rules(rules) => {
                let decision = rules.decide(AGENT, url);
                if !decision.allowed {
                    let line = decision.line.map(|(number, line)| format!("line {number}: {line}")).unwrap_or_default();
                    return Err(Box::new(Fetched::Refused(Refusal::Robots(line))));
                }
                Ok(source.delay.max(rules.crawl_delay(AGENT).unwrap_or_default()))
            }
            Answer::Refused(refusal) => Err(Box::new(Fetched::Refused(refusal))),
            Answer::Unreachable(failure) => Err(Box::new(Fetched::Failed(FetchFailure {
                message: format!("{origin}: robots.txt cannot be reached, so nothing is fetched: {}", failure.message),
                ..failure
            }))),
        }
    }

    async fn hop(&self, url: &Url, reach: Reach, request: &Request, source: &SourceSettings) -> Result<Hop, Ended> {
        let mut asked = self.ask(url, reach, source, None);
        let accepts = self.settings.secrets.get(&source.name);
        if !accepts.is_some_and(|own| own.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept"))) {
            asked = asked.header(header::ACCEPT, ACCEPT);
        }
        let Validators { etag, last_modified } = &request.validators;
        if let Some(etag) = etag {
            asked = asked.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(last_modified) = last_modified {
            asked = asked.header(header::IF_MODIFIED_SINCE, last_modified);
        }
        let secrets = self.settings.secrets.get(&source.name).filter(|_| scope::takes_cookie(url, &source.url));
        let session = match secrets {
            Some(secrets) if secrets.login.is_some() => Some(self.sessions.of(&source.name)),
            _ => None,
        };
        if let Some(secrets) = secrets {
            let cookie = match &session {
                Some(session) => session.lock().await.header(secrets.cookie.as_deref()),
                None => secrets.cookie.clone(),
            };
            // a value that cannot be sent was told before the run
            if let Some(mut cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
                cookie.set_sensitive(true);
                asked = asked.header(header::COOKIE, cookie);
            }
        }
        let response = self.send(url, asked, source).await?;
        let head = Head::of(&response, url, self.clock.now())?;
        let mut hidden = secrets.map(SourceSecrets::values).unwrap_or_default();
        if let Some(session) = session {
            let mut session = session.lock().await;
            session.take(&head);
            hidden.extend(session.secrets());
        }
        if (300..400).contains(&head.status)
            && head.status != 304
            && let Some(next) = head.location(url)
        {
            return Ok(Hop::Redirect(next));
        }
        let proxied = self.is_proxied(source);
        let mut fetched = answer::read(response, head, url, request, &self.settings, self.clock, proxied).await;
        if let Fetched::Page(page) = &mut fetched
            && !hidden.is_empty()
        {
            mask(page, &hidden);
        }
        Ok(Hop::Done(Box::new(fetched)))
    }

    /// Sends, and waits for the response's header.
    pub(super) async fn send(
        &self,
        url: &Url,
        asked: RequestBuilder,
        source: &SourceSettings,
    ) -> Result<Response, Ended> {
        let proxied = self.is_proxied(source);
        asked.send().await.map_err(|error| Box::new(failure::fetched(url, error, proxied)))
    }
}

fn client(
    settings: &HttpSettings,
    proxy: Option<&str>,
    login: Option<&(String, String)>,
    resolver: Resolver,
) -> Result<Client, FetchError> {
    let failed = |error: reqwest::Error| FetchError::Client(error.without_url().to_string());
    let mut builder = Client::builder()
        .user_agent(settings.user_agent())
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(settings.connect_timeout)
        .pool_max_idle_per_host(1)
        .pool_idle_timeout(Duration::from_secs(30))
        .http1_max_headers(FIELDS)
        .http2_max_header_list_size(answer::HEADER_BYTES as u32)
        // a server that answers no ping while a request waits may send whatever it likes: its connection ends
        .http2_keep_alive_interval(settings.timeout / 2)
        .http2_keep_alive_timeout(settings.timeout)
        .dns_resolver(Arc::new(resolver));
    builder = match proxy {
        Some(proxy) => {
            let proxy = reqwest::Proxy::all(proxy).map_err(failed)?;
            builder.proxy(match login {
                Some((user, password)) => proxy.basic_auth(user, password),
                None => proxy,
            })
        }
        None => builder.no_proxy(),
    };
    builder.build().map_err(failed)
}

/// The time that a request has left. It counts what the network does, over all hops, not the wait at the gate.
pub(super) struct Budget {
    whole: Duration,
    left: Duration,
}

impl Budget {
    pub(super) fn new(whole: Duration) -> Budget {
        Budget { whole, left: whole }
    }

    pub(super) async fn spend<T>(&mut self, work: impl Future<Output = Result<T, Ended>>) -> Result<T, Ended> {
        let began = Instant::now();
        let done = tokio::time::timeout(self.left, work).await;
        self.left = self.left.saturating_sub(began.elapsed());
        match done {
            Ok(done) => done,
            Err(_) => Err(fail(FailureClass::Timeout, None, format!("no answer within {:?}", self.whole))),
        }
    }
}

enum Hop {
    Done(Box<Fetched>),
    Redirect(Url),
}

impl Fetch for HttpFetch {
    async fn fetch(&self, request: &Request, source: &SourceSettings) -> Fetched {
        match self.follow(request, source).await {
            Ok(fetched) => fetched,
            Err(ended) => *ended,
        }
    }

    fn rest(&self, origin: &str) -> Duration {
        self.gate.rest(origin)
    }
}

pub(super) fn fail(class: FailureClass, status: Option<u16>, message: String) -> Ended {
    Box::new(Fetched::Failed(FetchFailure { class, status, message, retry_after: None }))
}
