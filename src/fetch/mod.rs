//! Pages from the network, from a captured crawl or from a file's bytes, and their text.
//!
//! [`HttpFetch`] makes one honest try a request: robots.txt, the host's gate, every redirect hop checked anew, the body
//! under its cap. [`ReplayFetch`] answers the same requests from an archive. What to fetch, and when to try again, is the
//! frontier's business. Nothing here reads what a page says beyond its headers and its charset.

mod address;
mod archive;
mod challenge;
mod coding;
mod decode;
mod error;
mod http;
mod replay;
mod robots_cache;
mod settings;
mod sniff;
mod warc;

pub use archive::WarcWriter;
pub use decode::{Decoded, decode};
pub use error::FetchError;
pub use http::HttpFetch;
pub use replay::ReplayFetch;
pub use settings::{HttpSettings, SourceSecrets};
pub use warc::{WarcEntry, read_warc};

use jiff::Timestamp;

use crate::model::{Fetched, Request, SourceSettings};

/// Whoever brings pages.
pub trait Fetch: Send + Sync {
    /// One try of a request.
    fn fetch(&self, request: &Request, source: &SourceSettings) -> impl Future<Output = Fetched> + Send;

    /// When the origin (scheme, host, port) may be asked again.
    fn next_allowed(&self, origin: &str, source: &SourceSettings, now: Timestamp) -> Timestamp;
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
}

impl Fetch for AnyFetch {
    async fn fetch(&self, request: &Request, source: &SourceSettings) -> Fetched {
        match self {
            AnyFetch::Http(http) => http.fetch(request, source).await,
            AnyFetch::Replay(replay) => replay.fetch(request, source).await,
        }
    }

    fn next_allowed(&self, origin: &str, source: &SourceSettings, now: Timestamp) -> Timestamp {
        match self {
            AnyFetch::Http(http) => http.next_allowed(origin, source, now),
            AnyFetch::Replay(replay) => replay.next_allowed(origin, source, now),
        }
    }
}
