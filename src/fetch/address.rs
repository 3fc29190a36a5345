//! Which addresses may be connected to: public ones, and those that the source itself names.

use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs},
    sync::{Arc, Mutex, PoisonError},
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

/// Resolves names by the system and leaves local addresses out, unless a source names the host itself.
#[derive(Clone, Debug, Default)]
pub(super) struct PublicResolver {
    trusted: Arc<Mutex<HashSet<String>>>,
}

impl PublicResolver {
    /// A source names this host: it may be local.
    pub(super) fn trust(&self, host: &str) {
        self.trusted.lock().unwrap_or_else(PoisonError::into_inner).insert(host.to_ascii_lowercase());
    }

    pub(super) fn trusts(&self, host: &str) -> bool {
        self.trusted.lock().unwrap_or_else(PoisonError::into_inner).contains(&host.to_ascii_lowercase())
    }
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let trusted = self.trusts(&host);
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
