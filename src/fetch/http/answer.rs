//! From a response to a page, or to what it is instead of one.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::{Response, header};
use url::Url;

use super::failure;
use crate::{
    clock::Clock,
    fetch::{
        HttpSettings, challenge,
        coding::{self, CodingError},
        sniff,
    },
    model::{FailureClass, FetchFailure, Fetched, Page, Refusal, Request, Validators},
    polite,
};

/// Bytes that a response's header may have.
pub(super) const HEADER_BYTES: usize = 64 << 10;
/// How often the rate of a body is looked at while nothing comes.
const LOOK: Duration = Duration::from_millis(500);

/// Bytes that are made ready for a body on its header's word alone.
const RESERVED: usize = 1 << 20;

/// What a response's header tells.
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) content_encoding: Option<String>,
    content_type: Option<String>,
    date: Option<Timestamp>,
    location: Option<String>,
    retry_after: Option<String>,
    headers: Vec<(String, String)>,
}

impl Head {
    /// Takes the header from a response, if it keeps within its bounds.
    pub(super) fn of(response: &Response, url: &Url, now: Timestamp) -> Result<Head, Box<Fetched>> {
        let bytes: usize = response.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        if bytes > HEADER_BYTES {
            let cause = format!("the header is larger than {HEADER_BYTES} bytes");
            return Err(failed(url, FailureClass::TooLarge, Some(response.status().as_u16()), &cause));
        }
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let get = |name: header::HeaderName| {
            headers.iter().find(|(field, _)| field == name.as_str()).map(|(_, value)| value.clone())
        };
        // several fields of one name are one list
        let encodings: Vec<&str> =
            headers.iter().filter(|(field, _)| field == "content-encoding").map(|(_, value)| value.as_str()).collect();
        Ok(Head {
            status: response.status().as_u16(),
            content_encoding: (!encodings.is_empty()).then(|| encodings.join(",")),
            content_type: get(header::CONTENT_TYPE),
            date: get(header::DATE).and_then(|date| polite::http_date(&date, now)),
            location: get(header::LOCATION),
            retry_after: get(header::RETRY_AFTER),
            headers,
        })
    }

    /// What the response sets.
    pub(super) fn cookies(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(|(field, _)| field == "set-cookie").map(|(_, value)| value.as_str())
    }

    /// Where a redirect leads.
    pub(super) fn location(&self, from: &Url) -> Option<Url> {
        from.join(self.location.as_deref()?).ok()
    }

    /// The wait that the server asks for, at most `cap`.
    pub(super) fn retry_after(&self, cap: Duration, now: Timestamp) -> Option<Duration> {
        polite::retry_after(self.retry_after.as_deref()?, self.date, now, cap)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a response to its end.
pub(super) async fn read(
    response: Response,
    head: Head,
    url: &Url,
    request: &Request,
    settings: &HttpSettings,
    clock: Clock,
    proxied: bool,
) -> Fetched {
    let status = head.status;
    let fail = |class: FailureClass, cause: &str, retry_after: Option<Duration>| {
        let message = format!("{}: {cause}", failure::shown(url));
        Fetched::Failed(FetchFailure { class, status: Some(status), message, retry_after })
    };
    if let Some(wish) = head.get("x-robots-tag") {
        // a wish about indexes, which this program does not make: told, and kept with the archive's headers
        tracing::debug!(%url, wish, "X-Robots-Tag");
    }
    if status == 304 {
        let asked = request.validators != Validators::default();
        return if asked { Fetched::NotModified } else { fail(FailureClass::Status, "304 was not asked for", None) };
    }
    let page_like = may_be_page(head.content_type.as_deref());
    if (200..300).contains(&status) && !page_like {
        return Fetched::Refused(Refusal::ContentType(head.content_type.unwrap_or_default()));
    }
    let retry_after = head.retry_after(settings.retry_after_cap, clock.now());
    let untold = head.content_type.as_deref().is_none_or(|told| told.trim().is_empty());
    let plain = head.content_encoding.is_none();
    let body = match whole_body(response, url, settings, untold && plain, proxied).await {
        Ok(body) => body,
        // what a refusing answer says is of no use to anyone
        Err(_) if matches!(status, 429 | 503) => Vec::new(),
        Err(ended) => return *ended,
    };
    let body = match coding::decoded(body, head.content_encoding.as_deref(), settings.max_page) {
        Ok(body) => body,
        Err(error @ CodingError::TooLarge(_)) => return fail(FailureClass::TooLarge, &error.to_string(), None),
        Err(error) => return fail(FailureClass::Broken, &error.to_string(), None),
    };
    if untold && sniff::is_binary(&body) {
        return Fetched::Refused(Refusal::ContentType("none told, and the bytes are no text".to_owned()));
    }
    if challenge::is_challenge(status, |name| head.get(name), &body) {
        return fail(FailureClass::Blocked, "an anti-bot challenge", retry_after);
    }
    match status {
        200..300 => {}
        401 | 403 | 404 | 410 | 451 if page_like && !body.is_empty() => {}
        407 => return fail(FailureClass::Proxy, "the proxy wants to know who asks (status 407)", None),
        401 | 403 | 451 => return fail(FailureClass::Denied, &format!("status {status}"), None),
        404 | 410 => return fail(FailureClass::Missing, &format!("status {status}"), None),
        429 | 503 => return fail(FailureClass::Busy, &format!("status {status}"), retry_after),
        500.. => return fail(FailureClass::Server, &format!("status {status}"), retry_after),
        _ => return fail(FailureClass::Status, &format!("unexpected status {status}"), None),
    }
    Fetched::Page(Box::new(Page {
        url: url.clone(),
        requested: request.what.url.clone(),
        status,
        validators: Validators {
            etag: head.get("etag").map(str::to_owned),
            last_modified: head.get("last-modified").map(str::to_owned),
        },
        content_type: head.content_type,
        date: head.date,
        headers: head.headers,
        body,
        fetched_at: clock.now(),
    }))
}

/// Kinds of content that can hold a page; one that is not told may.
fn may_be_page(content_type: Option<&str>) -> bool {
    let Some(content_type) = content_type else { return true };
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind.starts_with("image/") {
        return false;
    }
    kind.is_empty() || kind == "text/html" || kind == "text/plain" || kind.ends_with("xml") || kind.ends_with("json")
}

/// The body under its cap and above the least rate, which is looked at by the clock and not by what comes.
pub(super) async fn whole_body(
    mut response: Response,
    url: &Url,
    settings: &HttpSettings,
    mut look_inside: bool,
    proxied: bool,
) -> Result<Vec<u8>, Box<Fetched>> {
    let began = Instant::now();
    let told = response.content_length().and_then(|told| usize::try_from(told).ok()).unwrap_or_default();
    let mut body = Vec::with_capacity(told.min(RESERVED).min(settings.max_page));
    loop {
        let chunk = match tokio::time::timeout(LOOK, response.chunk()).await {
            Ok(chunk) => chunk.map_err(|error| Box::new(failure::fetched(url, error, proxied)))?,
            Err(_) => Some(Default::default()),
        };
        let Some(chunk) = chunk else { return Ok(body) };
        if body.len() + chunk.len() > settings.max_page {
            let cause = format!("the body is larger than {} bytes", settings.max_page);
            return Err(failed(url, FailureClass::TooLarge, None, &cause));
        }
        body.extend_from_slice(&chunk);
        // what is no page is not loaded to its end
        if look_inside && body.len() >= sniff::LOOKED_AT {
            look_inside = false;
            if sniff::is_binary(&body) {
                return Ok(body);
            }
        }
        let elapsed = began.elapsed();
        if elapsed > settings.min_rate_after && (body.len() as f64) < settings.min_rate as f64 * elapsed.as_secs_f64() {
            return Err(failed(url, FailureClass::Timeout, None, "the body comes too slowly"));
        }
    }
}

/// The first bytes of a body; the rest is not awaited.
pub(super) async fn first_bytes(
    mut response: Response,
    url: &Url,
    count: usize,
    proxied: bool,
) -> Result<Vec<u8>, Box<Fetched>> {
    let mut body = Vec::new();
    while body.len() < count
        && let Some(chunk) = response.chunk().await.map_err(|error| Box::new(failure::fetched(url, error, proxied)))?
    {
        body.extend_from_slice(&chunk);
    }
    body.truncate(count);
    Ok(body)
}

fn failed(url: &Url, class: FailureClass, status: Option<u16>, cause: &str) -> Box<Fetched> {
    let message = format!("{}: {cause}", failure::shown(url));
    Box::new(Fetched::Failed(FetchFailure { class, status, message, retry_after: None }))
}
