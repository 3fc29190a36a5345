//! How pages are fetched.

use std::{collections::HashMap, sync::Arc, time::Duration};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::engine::LoginRules;

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

/// What a source sends to prove who asks, and by which way. Never logged, archived or kept in the state.
#[derive(Clone, Default)]
pub struct SourceSecrets {
    /// Value of the `Cookie` header.
    pub cookie: Option<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The values among those that are secret.
    pub secret_values: Vec<String>,
    /// Who logs in.
    pub login: Option<Login>,
    /// A proxy for this source alone.
    pub proxy: Option<SourceProxy>,
}

/// Who logs in, and by which form.
#[derive(Clone)]
pub struct Login {
    /// The page with the form.
    pub page: Url,
    /// What the engine's profile tells of it.
    pub rules: Arc<LoginRules>,
    /// The user's name.
    pub user: String,
    /// The password.
    pub password: String,
    /// Least time between two logins.
    pub renew: Duration,
}

/// A proxy of a source's own.
#[derive(Clone)]
pub struct SourceProxy {
    /// Its address; `None`: the common one.
    pub address: Option<String>,
    /// User and password.
    pub login: Option<(String, String)>,
}

impl SourceSecrets {
    /// Checks that all of it can be sent.
    ///
    /// # Errors
    /// A sentence for people that names the header, and never its value.
    pub fn check(&self) -> Result<(), String> {
        let cookie = self.cookie.iter().map(|cookie| ("cookie", cookie.as_str()));
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in cookie.chain(headers) {
            if HeaderName::from_bytes(name.as_bytes()).is_err() || HeaderValue::from_str(value).is_err() {
                return Err(format!(
                    "the header `{name}` cannot be sent: its value holds a line break or a control character"
                ));
            }
        }
        Ok(())
    }

    /// The further headers as they are sent.
    pub(super) fn header_map(&self) -> HeaderMap {
        let pair = |(name, value): &(String, String)| {
            let mut value = HeaderValue::from_str(value).ok()?;
            value.set_sensitive(true);
            Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value))
        };
        self.headers.iter().filter_map(pair).collect()
    }

    /// All that must never be told: values of cookies and secret headers, name and password.
    pub(super) fn values(&self) -> Vec<String> {
        let cookies = self.cookie.iter().flat_map(|cookie| cookie.split(';'));
        let cookies = cookies.filter_map(|pair| pair.split_once('=')).map(|(_, value)| value.trim().to_owned());
        let passwords = self.login.iter().map(|login| login.password.clone());
        cookies.chain(passwords).chain(self.secret_values.iter().cloned()).collect()
    }
}

impl std::fmt::Debug for SourceSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SourceSecrets(…)")
    }
}
