//! How pages are fetched.

use std::{collections::HashMap, sync::Arc, time::Duration};

/// Settings of [`HttpFetch`](super::HttpFetch), checked.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// How whoever runs the crawl can be reached; part of the User-Agent.
    pub contact: Option<String>,
    /// Time for a whole request, its redirects included.
    pub timeout: Duration,
    /// Time for a connection to stand.
    pub connect_timeout: Duration,
    /// Cap on the decoded bytes of a body.
    pub max_page: usize,
    /// The longest wait that a server may ask for.
    pub retry_after_cap: Duration,
    /// Bytes a second below which a body is given up, over the whole time that it has been coming.
    pub min_rate: u64,
    /// Time after which a body is held against the least rate.
    pub min_rate_after: Duration,
    /// Proxy for all requests.
    pub proxy: Option<String>,
    /// What is sent to a source's own hosts only.
    pub secrets: HashMap<Arc<str>, SourceSecrets>,
}

impl Default for HttpSettings {
    fn default() -> HttpSettings {
        HttpSettings {
            contact: None,
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            max_page: 16 << 20,
            retry_after_cap: Duration::from_secs(24 * 3600),
            min_rate: 1000,
            min_rate_after: Duration::from_secs(15),
            proxy: None,
            secrets: HashMap::new(),
        }
    }
}

impl HttpSettings {
    /// `forumsift/<version>`, and how to reach whoever runs it.
    pub(super) fn user_agent(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        match &self.contact {
            Some(contact) => format!("forumsift/{version} (+{contact})"),
            None => format!("forumsift/{version}"),
        }
    }
}

/// What a source sends to prove who asks. Never logged, archived or kept in the state.
#[derive(Clone, Default)]
pub struct SourceSecrets {
    /// Value of the `Cookie` header.
    pub cookie: Option<String>,
}

impl std::fmt::Debug for SourceSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SourceSecrets(…)")
    }
}
