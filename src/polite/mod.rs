//! Politeness: what a site's robots.txt allows, one request at a time per origin, how long to wait after a failure, when a
//! whole host is left alone.
//!
//! Everything here is pure but for the [`Gate`], which sleeps. Nothing here fetches: `fetch` brings the bytes of
//! robots.txt and asks before each request, the frontier asks how long a failed request rests.

mod backoff;
mod gate;
mod hosts;
mod http_date;
mod robots;

use url::Url;

pub use backoff::{backoff, rest_after};
pub use gate::{Gate, GateGuard};
pub use hosts::Hosts;
pub use http_date::{http_date, retry_after};
pub use robots::{Decision, Robots};

/// Scheme, host and port of an address (RFC 6454 section 6.1), the port always written: what politeness counts by.
pub fn origin(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{}://{host}:{port}", url.scheme()),
        None => format!("{}://{host}", url.scheme()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for (url, expected) in [
            ("http://Forum.example/a?b#c", "http://forum.example:80"),
            ("https://forum.example", "https://forum.example:443"),
            ("http://u:p@forum.example:8101/", "http://forum.example:8101"),
            ("http://[::1]:81/", "http://[::1]:81"),
        ] {
            assert_eq!(origin(&Url::parse(url).unwrap()), expected);
        }
    }
}
