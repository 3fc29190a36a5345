//! Posting a message to an address that whoever runs this has named.

use std::time::Duration;

use reqwest::{Client, header, redirect::Policy};

/// Time for the whole request.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Posts a JSON document.
///
/// # Errors
/// A sentence for people that tells why, and never the address: what is secret often stands in it.
pub async fn post_json(address: &str, json: String) -> Result<(), String> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let told = |error: reqwest::Error| error.without_url().to_string();
    let client = Client::builder()
        .user_agent(concat!("forumsift/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .timeout(TIMEOUT)
        .no_proxy()
        .build()
        .map_err(told)?;
    let answer =
        client.post(address).header(header::CONTENT_TYPE, "application/json").body(json).send().await.map_err(told)?;
    if answer.status().is_success() { Ok(()) } else { Err(format!("status {}", answer.status().as_u16())) }
}
