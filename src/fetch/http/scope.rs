//! Where the requests of a source may go: its first hop, its redirects, its cookie.

use url::Url;

use crate::{fetch::address, model::Refusal};

/// By which client a hop is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Names resolve to public addresses only.
    Public,
    /// The source's own local host.
    Local,
}

/// Whether an address may be asked for a source, and by which client. Names and literal addresses are held against the
/// source alike with and without a proxy; what a public name resolves to is the resolver's question (the proxy's, where
/// there is one).
pub(super) fn reach(url: &Url, source: &Url) -> Result<Reach, Refusal> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refusal::Scheme(url.scheme().to_owned()));
    }
    if !address::names_local(url) {
        return Ok(Reach::Public);
    }
    if same_host(url, source) && same_port(url, source) {
        return Ok(Reach::Local);
    }
    Err(Refusal::PrivateAddress(url.host_str().unwrap_or_default().to_owned()))
}

/// Whether a redirect may be followed: within the site, never from https back to http, and on a host that is an address
/// or local never to another service of that host.
pub(super) fn may_follow(from: &Url, to: &Url, source: &Url) -> bool {
    if from.scheme() == "https" && to.scheme() == "http" {
        return false;
    }
    if address::literal(source).is_some() || address::names_local(source) {
        return same_host(to, source) && same_port(to, source);
    }
    same_site(to, from) || same_site(to, source)
}

/// Whether a source's cookie goes along: to its own scheme, host and port, or to the encrypted form of them.
pub(super) fn takes_cookie(url: &Url, source: &Url) -> bool {
    same_host(url, source) && same_port(url, source) && (url.scheme() == source.scheme() || url.scheme() == "https")
}

fn same_host(a: &Url, b: &Url) -> bool {
    a.host() == b.host()
}

/// The same port, or the step from http's own to https's own.
fn same_port(url: &Url, source: &Url) -> bool {
    match (source.port_or_known_default(), url.port_or_known_default()) {
        (Some(80), Some(443)) => source.scheme() == "http" && url.scheme() == "https",
        (of_source, of_url) => of_source == of_url,
    }
}

/// The same site: the same host, with or without `www.`.
fn same_site(a: &Url, b: &Url) -> bool {
    let host = |url: &Url| url.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host).to_ascii_lowercase());
    host(a) == host(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_source_reaches_public_hosts_and_its_own_local_one() {
        for (target, source, expected) in [
            ("http://forum.example/t", "http://forum.example/", "Ok(Public)"),
            ("http://127.0.0.1:81/t", "http://127.0.0.1:81/", "Ok(Local)"),
            ("http://127.0.0.1:82/t", "http://127.0.0.1:81/", "Err(PrivateAddress(\"127.0.0.1\"))"),
            ("http://127.0.0.1:81/t", "http://forum.example/", "Err(PrivateAddress(\"127.0.0.1\"))"),
            ("http://0x7f.1:81/t", "http://forum.example/", "Err(PrivateAddress(\"127.0.0.1\"))"),
            ("http://[::ffff:10.0.0.1]/", "http://forum.example/", "Err(PrivateAddress(\"[::ffff:a00:1]\"))"),
            ("http://intranet/t", "http://intranet/", "Ok(Local)"),
            ("https://intranet/t", "http://intranet/", "Ok(Local)"),
            ("http://intranet/t", "http://other/", "Err(PrivateAddress(\"intranet\"))"),
            ("ftp://forum.example/", "http://forum.example/", "Err(Scheme(\"ftp\"))"),
            ("file:///etc/passwd", "http://forum.example/", "Err(Scheme(\"file\"))"),
            ("data:text/html,x", "http://forum.example/", "Err(Scheme(\"data\"))"),
        ] {
            assert_eq!(format!("{:?}", reach(&url(target), &url(source))), expected, "{target}");
        }
    }

    #[test]
    fn redirects_stay_within_the_site() {
        for (from, to, source, expected) in [
            ("http://forum.example/a", "http://forum.example/b", "http://forum.example/", true),
            ("http://forum.example/a", "https://www.forum.example/b", "http://forum.example/", true),
            ("https://forum.example/a", "http://forum.example/b", "https://forum.example/", false),
            ("http://forum.example/a", "http://other.example/b", "http://forum.example/", false),
            ("http://127.0.0.1:81/a", "http://127.0.0.1:81/b", "http://127.0.0.1:81/", true),
            ("http://127.0.0.1:81/a", "http://127.0.0.1:22/b", "http://127.0.0.1:81/", false),
            ("http://8.8.8.8/a", "http://8.8.8.8:6379/b", "http://8.8.8.8/", false),
        ] {
            assert_eq!(may_follow(&url(from), &url(to), &url(source)), expected, "{from} {to}");
        }
    }

    #[test]
    fn a_cookie_stays_with_its_host_and_port() {
        for (to, source, expected) in [
            ("http://forum.example/b", "http://forum.example/", true),
            ("https://forum.example/b", "http://forum.example/", true),
            ("http://forum.example/b", "https://forum.example/", false),
            ("http://forum.example:81/b", "http://forum.example/", false),
            ("https://forum.example:8443/b", "https://forum.example/", false),
            ("http://www.forum.example/b", "http://forum.example/", false),
        ] {
            assert_eq!(takes_cookie(&url(to), &url(source)), expected, "{to} {source}");
        }
    }
}
