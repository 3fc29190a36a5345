//! Which addresses may be connected to: public ones, and the local one that a source itself names as local.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Whether an address leads nowhere but into this machine or its own network: loopback, private, link-local (cloud
/// metadata among them), unique local, shared, reserved, multicast, and any of these behind an IPv6 mapping
/// (IANA special-purpose registries; RFC 6890, 4193, 6052, 3056, 4380).
pub(super) fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_local_v4(v4),
        IpAddr::V6(v6) => is_local_v6(v6),
    }
}

fn is_local_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    v4.is_unspecified()
        || v4.is_loopback()
        || v4.is_private()
        || v4.is_link_local()
        || v4.is_broadcast()
        || v4.is_documentation()
        || v4.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
}

fn is_local_v6(v6: Ipv6Addr) -> bool {
    let s = v6.segments();
    let embedded = |high: u16, low: u16| is_local_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    if v6.is_unspecified() || v6.is_loopback() || v6.is_multicast() {
        return true;
    }
    match s {
        // mapped, compatible
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] => embedded(high, low),
        // NAT64, well-known and local-use prefixes
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x64, 0xff9b, 1, ..] => true,
        // 6to4
        [0x2002, high, low, ..] => embedded(high, low),
        // Teredo hides its client's address inverted
        [0x2001, 0, _, _, _, _, high, low] => embedded(!high, !low),
        [0x2001, 0xdb8, ..] => true,
        [0xfe80..=0xfebf | 0xfec0..=0xfeff | 0xfc00..=0xfdff, ..] => true,
        [0x100, 0, 0, 0, ..] => true,
        _ => false,
    }
}

/// A literal address in a URL, for which no resolver is asked.
pub(super) fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(v4) => Some(v4.into()),
        Host::Ipv6(v6) => Some(v6.into()),
        Host::Domain(_) => None,
    }
}

/// The marker of a refusal inside the resolver, found again in the error that the client returns.
#[derive(Debug, thiserror::Error)]
#[error("{0} resolves to local addresses only")]
pub(super) struct LocalOnly(String);

/// Whether an address says by its spelling alone that it is local: a literal one, or a name that no public server can
/// have (RFC 6761 `localhost`, RFC 6762 `.local`, ICANN's `.internal`, a single label). What else resolves to a local
/// address is an accident or an attack (DNS rebinding), whoever names it.
pub(super) fn names_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_local_name(name),
        Some(_) => literal(url).is_some_and(is_local),
        None => false,
    }
}

fn is_local_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    match name.rsplit_once('.') {
        None => true,
        Some((_, last)) => matches!(last, "localhost" | "local" | "internal"),
    }
}

/// Which addresses a name may resolve to.
#[derive(Clone, Debug)]
pub(super) enum Resolver {
    /// Public ones; the proxy's own host, which whoever runs this has named, may be anywhere.
    Public {
        /// Host of the proxy.
        proxy: Option<Arc<str>>,
    },
    /// All: for a source that names a local host.
    All,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let trusted = match self {
            Resolver::All => true,
            Resolver::Public { proxy } => proxy.as_deref().is_some_and(|proxy| proxy.eq_ignore_ascii_case(&host)),
        };
        Box::pin(async move {
            let asked = host.clone();
            let found = tokio::task::spawn_blocking(move || (asked.as_str(), 0).to_socket_addrs()).await??;
            let (mut public, mut local) = (Vec::new(), false);
            for address in found {
                if trusted || !is_local(address.ip()) {
                    public.push(SocketAddr::new(address.ip(), 0));
                } else {
                    local = true;
                }
            }
            if public.is_empty() && local {
                return Err(LocalOnly(host).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_addresses_are_known_in_every_dress() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "::ffff:10.0.0.1",
            "::10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001:0:0:0:0:0:80ff:fffe",
            "ff02::1",
            "2001:db8::1",
            "fec0::1",
        ] {
            assert!(is_local(text.parse().unwrap()), "{text}");
        }
        for text in [
            "1.1.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "198.20.0.1",
            "2606:4700::1111",
            "64:ff9b::101:101",
            "2002:101:101::",
        ] {
            assert!(!is_local(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn names_that_can_only_be_local() {
        for (url, local) in [
            ("http://localhost:81/", true),
            ("http://board.localhost/", true),
            ("http://intranet/", true),
            ("http://LOCALHOST./", true),
            ("http://nas.local/", true),
            ("http://forum.corp.internal/", true),
            ("http://10.0.0.1/", true),
            ("http://[::1]/", true),
            ("http://1.1.1.1/", false),
            ("http://forum.example/", false),
            ("http://local.example/", false),
        ] {
            assert_eq!(names_local(&Url::parse(url).unwrap()), local, "{url}");
        }
    }

    #[test]
    fn odd_spellings_of_an_address_are_read_as_one() {
        for (url, local) in [
            ("http://0x7f.1/", true),
            ("http://2130706433/", true),
            ("http://[::ffff:7f00:1]/", true),
            ("http://forum.example/", false),
        ] {
            assert_eq!(literal(&Url::parse(url).unwrap()).is_some_and(is_local), local, "{url}");
        }
    }
}
