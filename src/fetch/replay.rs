//! A captured crawl in place of the network: the same requests get the same answers.

use std::{collections::HashMap, fs::File, path::Path, sync::Arc, time::Duration};

use url::Url;

use super::{Fetch, FetchError, read_warc};
use crate::model::{FailureClass, FetchFailure, Fetched, Page, Request, SourceSettings};

/// How many redirects an archive may tell in a row.
const HOPS: usize = 10;

/// Answers from an archive. Cheap to clone. Bodies are held compressed: an archive takes about its own size in memory.
#[derive(Clone, Debug)]
pub struct ReplayFetch {
    pages: Arc<HashMap<String, Page>>,
}

/// Compression of the bodies that are held: the fastest.
const LEVEL: i32 = 1;

impl ReplayFetch {
    /// Reads an archive whole. Of an address that it holds twice the last answer counts.
    ///
    /// # Errors
    /// Where it cannot be read, or no record of it can.
    pub fn open(path: &Path) -> Result<ReplayFetch, FetchError> {
        let file = File::open(path).map_err(|cause| FetchError::File { path: path.to_owned(), cause })?;
        let (mut pages, mut first_error) = (HashMap::new(), None);
        for entry in read_warc(file) {
            match entry {
                Ok(mut entry) => {
                    let key = key(&entry.page.url);
                    let packed = zstd::encode_all(&entry.page.body[..], LEVEL);
                    entry.page.body = packed.map_err(|cause| FetchError::File { path: path.to_owned(), cause })?;
                    // a later "not modified" must not hide what it confirms
                    if entry.page.status != 304 || !pages.contains_key(&key) {
                        pages.insert(key, entry.page);
                    }
                }
                Err(error) => {
                    tracing::warn!(archive = %path.display(), %error, "a record could not be read");
                    first_error.get_or_insert(error);
                }
            }
        }
        match first_error {
            Some(error) if pages.is_empty() => Err(error),
            _ => Ok(ReplayFetch { pages: Arc::new(pages) }),
        }
    }
}

impl Fetch for ReplayFetch {
    async fn fetch(&self, request: &Request, _source: &SourceSettings) -> Fetched {
        let mut url = request.what.url.clone();
        for _ in 0..HOPS {
            let Some(page) = self.pages.get(&key(&url)) else { break };
            let location = page.headers.iter().find(|(name, _)| name == "location").map(|(_, value)| value);
            match location.filter(|_| (300..400).contains(&page.status)).and_then(|to| page.url.join(to).ok()) {
                Some(next) => url = next,
                None => {
                    // what was packed here can be unpacked
                    let Ok(body) = zstd::decode_all(&page.body[..]) else { break };
                    return Fetched::Page(Box::new(Page { requested: request.what.url.clone(), body, ..page.clone() }));
                }
            }
        }
        Fetched::Failed(FetchFailure {
            class: FailureClass::Missing,
            status: None,
            message: format!("{url} is not in the archive"),
            retry_after: None,
        })
    }

    fn rest(&self, _origin: &str) -> Duration {
        Duration::ZERO
    }
}

/// One key for all spellings of an address: no fragment, no session id, the query in order.
fn key(url: &Url) -> String {
    let mut query: Vec<(String, String)> = url
        .query()
        .unwrap_or_default()
        .split(['&', ';'])
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .filter(|(name, value)| !is_session(name, value))
        .collect();
    query.sort();
    let query: Vec<String> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}{}?{}", url.origin().ascii_serialization(), url.path(), query.join("&"))
}

fn is_session(name: &str, value: &str) -> bool {
    matches!(name, "sid" | "PHPSESSID" | "phpsessid")
        || (name == "s" && value.len() == 32 && value.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_an_address_share_a_key() {
        let key = |url| key(&Url::parse(url).unwrap());
        assert_eq!(key("http://a.example/x?b=1&a=2#f"), key("http://a.example/x?a=2;b=1&sid=00"));
        assert_ne!(key("http://a.example/x?a=1"), key("http://a.example/x?a=2"));
        assert_ne!(key("http://a.example/x"), key("http://a.example/y"));
    }
}
