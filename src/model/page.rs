//! A page as it came from the network, a file or an archive; and what came instead of one.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

/// What a later conditional request sends back (RFC 9110 section 8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// `ETag`, verbatim.
    pub etag: Option<String>,
    /// `Last-Modified`, verbatim.
    pub last_modified: Option<String>,
}

/// A whole response. The body has its content codings removed and is not yet decoded to text.
#[derive(Clone, Debug)]
pub struct Page {
    /// Address after redirects.
    pub url: Url,
    /// Address asked for.
    pub requested: Url,
    /// HTTP status; 200 for files.
    pub status: u16,
    /// `Content-Type`, verbatim.
    pub content_type: Option<String>,
    /// The forum's clock: the response's `Date` header.
    pub date: Option<Timestamp>,
    /// For the next conditional request.
    pub validators: Validators,
    /// Response headers as received, lower-case names, in order; what an archive keeps. Empty for files.
    pub headers: Vec<(String, String)>,
    /// The bytes, under the cap on decoded size.
    pub body: Vec<u8>,
    /// When the fetch ended; for archives, the time they tell.
    pub fetched_at: Timestamp,
}

impl Page {
    /// A page that was found at an address, fetched then, with nothing told about it: as from a file.
    pub fn new(url: Url, body: impl Into<Vec<u8>>, fetched_at: Timestamp) -> Page {
        Page {
            requested: url.clone(),
            url,
            status: 200,
            content_type: None,
            date: None,
            validators: Validators::default(),
            headers: Vec::new(),
            body: body.into(),
            fetched_at,
        }
    }
}

/// What a fetch ended in. Only `Failed` is a fault; the others are outcomes that are counted.
#[derive(Debug)]
pub enum Fetched {
    /// A response with a body, whatever its status (4xx pages are read for what they say).
    Page(Box<Page>),
    /// 304: the known page still holds.
    NotModified,
    /// Not fetched, on principle.
    Refused(Refusal),
    /// Tried, and failed.
    Failed(FetchFailure),
}

/// Why a request was not made, or its redirect not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// robots.txt disallows it; with the deciding line.
    Robots(String),
    /// A private, loopback or otherwise local address that the source does not name itself.
    PrivateAddress(String),
    /// Neither http nor https.
    Scheme(String),
    /// A redirect out of the source's origin.
    Scope(String),
    /// Not a kind of content that can hold a page.
    ContentType(String),
}

/// A fetch that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchFailure {
    /// What kind of fault.
    pub class: FailureClass,
    /// HTTP status, where there was a response.
    pub status: Option<u16>,
    /// For people; names the address and the cause, never a secret.
    pub message: String,
    /// The wait that the server asked for (Retry-After), already capped.
    pub retry_after: Option<Duration>,
}

/// The class of a fault: what back-off, report and metrics go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// Name not found, or the resolver failed.
    Dns,
    /// Connection refused, reset, or unreachable.
    Connect,
    /// TLS handshake or certificate.
    Tls,
    /// The proxy failed, not the host.
    Proxy,
    /// A time limit ran out.
    Timeout,
    /// The response broke off or was malformed.
    Broken,
    /// The decoded body went over its cap.
    TooLarge,
    /// More than ten redirects, or a loop.
    Redirects,
    /// 429 or 503: come back later.
    Busy,
    /// Another 5xx.
    Server,
    /// 401, 403, 407, 451.
    Denied,
    /// 404 or 410.
    Missing,
    /// Another unexpected status.
    Status,
    /// An anti-bot challenge: reported, never evaded.
    Blocked,
    /// The login of a source failed, or its session has ended.
    Login,
}

impl FailureClass {
    /// Whether the same request may succeed later in the same run.
    pub fn is_transient(self) -> bool {
        use FailureClass::*;
        matches!(self, Dns | Connect | Proxy | Timeout | Broken | Busy | Server | Login)
    }
}
