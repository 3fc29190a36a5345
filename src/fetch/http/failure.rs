//! From the client's errors to classes of faults.

use std::error::Error;

use url::Url;

use crate::{
    fetch::address::LocalOnly,
    model::{FailureClass, FetchFailure, Fetched, Refusal},
};

/// What a request that brought no response ended in.
pub(super) fn fetched(url: &Url, error: reqwest::Error, proxied: bool) -> Fetched {
    let class = class_of(&error, proxied);
    if let Some(local) = cause::<LocalOnly>(&error) {
        return Fetched::Refused(Refusal::PrivateAddress(local.to_string()));
    }
    let error = error.without_url();
    let mut message = format!("{}: {error}", shown(url));
    // the client's own words are general; the reason stands at the bottom
    let mut source = error.source();
    while let Some(inner) = source {
        if inner.source().is_none() {
            message.push_str(&format!(": {inner}"));
        }
        source = inner.source();
    }
    Fetched::Failed(FetchFailure { class, status: None, message, retry_after: None })
}

/// An address as logs may show it: without user and password.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.to_string()
}

fn class_of(error: &reqwest::Error, proxied: bool) -> FailureClass {
    if cause::<rustls::Error>(error).is_some() {
        return FailureClass::Tls;
    }
    if error.is_connect() {
        // whoever asks by a proxy connects to the proxy alone
        return match () {
            () if proxied => FailureClass::Proxy,
            () if error.is_timeout() => FailureClass::Timeout,
            () if format!("{error:?}").contains("dns error") => FailureClass::Dns,
            () => FailureClass::Connect,
        };
    }
    if error.is_timeout() {
        return FailureClass::Timeout;
    }
    if format!("{error:?}").contains("Parse(TooLarge)") {
        return FailureClass::TooLarge;
    }
    // the connection stood, and what came over it was no whole answer
    FailureClass::Broken
}

/// The first cause of a type, in the chain of sources and within I/O errors.
fn cause<T: Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    let mut at: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = at {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        if let Some(io) = error.downcast_ref::<std::io::Error>()
            && let Some(inner) = io.get_ref()
        {
            if let Some(found) = inner.downcast_ref::<T>() {
                return Some(found);
            }
            // an I/O error's own source is that of what it holds, which would be passed over
            at = Some(inner);
            continue;
        }
        at = error.source();
    }
    None
}
