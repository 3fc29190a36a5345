//! Pages from the network, from a captured crawl or from a file's bytes, and their text.
//!
//! [`HttpFetch`] makes one honest try a request: robots.txt, the host's gate, every redirect hop checked anew, the body
//! under its cap. [`ReplayFetch`] answers the same requests from an archive. What to fetch, and when to try again, is the
//! frontier's business. Nothing here reads what a page says beyond its headers and its charset.

mod address;
mod archive;
mod challenge;
mod coding;
mod cookies;
mod decode;
mod error;
mod http;
mod mask;
mod replay;
mod robots_cache;
mod settings;
mod sniff;
mod warc;
mod webhook;

pub use archive::WarcWriter;
pub use cookies::cookie_header;
pub use decode::{Decoded, decode};
pub use error::FetchError;
pub use http::{HttpFetch, Sessions};
pub use replay::ReplayFetch;
pub use settings::{HttpSettings, Login, SourceProxy, SourceSecrets};
pub use warc::{WarcEntry, read_warc};
pub use webhook::post_json;

use std::time::Duration;

use jiff::Timestamp;

use crate::model::{FetchFailure, Fetched, Request, SourceSettings};

/// Whoever brings pages.
pub trait Fetch: Send + Sync {
    /// One try of a request.
    fn fetch(&self, request: &Request, source: &SourceSettings) -> impl Future<Output = Fetched> + Send;

    /// How long from now on the origin (scheme, host, port) is to be left alone.
    fn rest(&self, origin: &str) -> Duration;
}

/// The fetcher of a source.
#[derive(Clone, Debug)]
pub enum AnyFetch {
    /// The network.
    Http(HttpFetch),
    /// A captured crawl.
    Replay(ReplayFetch),
}

impl AnyFetch {
    /// Whether pages come over the network, and not from an archive.
    pub fn is_live(&self) -> bool {
        matches!(self, AnyFetch::Http(_))
    }

    /// A page of this time was shown to a guest, though its source logs in: the session has ended. The failure with which the
    /// page is to be tried again; `None` for a source that does not log in. Blocks for a moment: not for async code.
    pub fn session_lost(&self, source: &SourceSettings, fetched_at: Timestamp) -> Option<FetchFailure> {
        match self {
            AnyFetch::Http(http) => http.session_lost(source, fetched_at),
            AnyFetch::Replay(_) => None,
        }
    }
}

impl Fetch for AnyFetch {
    async fn fetch(&self, request: &Request, source: &SourceSettings) -> Fetched {
        match self {
            AnyFetch::Http(http) => http.fetch(request, source).await,
            AnyFetch::Replay(replay) => replay.fetch(request, source).await,
        }
    }

    fn rest(&self, origin: &str) -> Duration {
        match self {
            AnyFetch::Http(http) => http.rest(origin),
            AnyFetch::Replay(replay) => replay.rest(origin),
        }
    }
}
