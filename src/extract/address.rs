//! Addresses as text. Nearly all links of a page are written in letters that stand in an address as they are: those are made
//! absolute without being taken apart. (A `Url` is the whole of it, with the place of each part: some times as dear.)

use url::{Position, Url};

use super::view::View;
use crate::engine::stand_as_they_are;

impl View<'_, '_> {
    /// An address as the page means it.
    pub(super) fn address(&self, href: &str) -> Option<String> {
        let carries = |address: &String| self.profile.names_session(address);
        let plain = plain(&self.base, href.trim()).filter(|address| !carries(address));
        plain.or_else(|| self.resolve(href).map(String::from))
    }

    /// The address of an author as the page prints it, made absolute; without the session of a crawl.
    pub(super) fn author_address(&self, href: &str) -> Option<String> {
        match self.options.crawled {
            true => self.address(href),
            false => plain(&self.base, href.trim()).or_else(|| self.resolve_as_printed(href).map(String::from)),
        }
    }
}

/// What [`Url::join`] makes of an address in plain letters; `None` where it is another, or holds what may have to be changed.
fn plain(base: &Url, href: &str) -> Option<String> {
    if !matches!(base.scheme(), "http" | "https") {
        return None;
    }
    if let Some(rest) = href.strip_prefix("https://").or_else(|| href.strip_prefix("http://")) {
        let (host, rest) = rest.split_at(rest.find('/')?);
        return (is_plain_host(host) && stand_as_they_are(rest)).then(|| href.to_owned());
    }
    let (above, rest) = match href.as_bytes() {
        [b'/', b'/', ..] => return None,
        [b'/', ..] => (&base[..Position::BeforePath], href),
        _ => {
            let rest = href.strip_prefix("./").unwrap_or(href);
            let above = &base[..Position::AfterPath];
            (&above[..above.rfind('/')? + 1], rest)
        }
    };
    // an address may begin with a slash or a name, but not with a query: that belongs to the page
    let begins = rest.starts_with(|first: char| first == '/' || first.is_ascii_alphanumeric());
    (begins && stand_as_they_are(rest)).then(|| {
        let mut address = String::with_capacity(above.len() + rest.len());
        address.push_str(above);
        address.push_str(rest);
        address
    })
}

/// Whether it is a name in small letters, no number and nothing that stands for letters of other scripts.
fn is_plain_host(host: &str) -> bool {
    let is_plain = |label: &str| {
        let of_label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && label.bytes().all(of_label) && !label.starts_with('-') && !label.ends_with('-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    host.len() < 200
        && host.split('.').all(is_plain)
        && !host.contains("--")
        && last.starts_with(|first: char| first.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use scraper::Html;

    use super::*;
    use crate::{
        engine::Profile,
        extract::{flat::Flat, options::ExtractOptions},
    };

    const BASES: [&str; 5] = [
        "http://forum.example/a/b.php?c#d",
        "https://u:p@forum.example:81/a/",
        "http://forum.example",
        "http://[::1]:8080/x",
        "https://xn--mnchen-3ya.example/forum/viewtopic.php?t=1",
    ];

    #[test]
    fn most_addresses_are_plain() {
        let base = Url::parse(BASES[0]).unwrap();
        for (href, expected) in [
            ("./viewtopic.php?p=12#p12", Some("http://forum.example/a/viewtopic.php?p=12#p12")),
            ("/viewtopic.php?p=12&sid=ab", Some("http://forum.example/viewtopic.php?p=12&sid=ab")),
            ("threads/title.12/", Some("http://forum.example/a/threads/title.12/")),
            ("https://img.example.org/61/79.jpg", Some("https://img.example.org/61/79.jpg")),
            ("https://example.org", None),
            ("HTTP://example.org/", None),
            ("http://127.0.0.1/", None),
            ("http://example.org:80/", None),
            ("//example.org/", None),
            ("../x", None),
            ("x/../y", None),
            ("./", None),
            ("?x", None),
            ("mailto:a@example.org", None),
            ("javascript:void(0)", None),
            ("x?a='b'", None),
            ("é", None),
        ] {
            assert_eq!(plain(&base, href).as_deref(), expected, "{href}");
        }
    }

    proptest! {
        #[test]
        fn plain_addresses_are_joined_as_the_standard_does(
            base in proptest::sample::select(&BASES[..]),
            start in proptest::sample::select(
                &["", "/", "./", "http://a.example/", "https://b-c.d1.example/", "http://a--b/", "http://1.2/", "//", "x:"][..]
            ),
            rest in "[a-z]{0,3}([a-zA-Z0-9./?#&;=_~!$()*+,@:%\\[\\]'\"<> \\\\^|`{}é-]|\\.\\./|\\./|sid=){0,12}",
        ) {
            let base = Url::parse(base).unwrap();
            let href = format!("{start}{rest}");
            if let Some(address) = plain(&base, href.trim()) {
                prop_assert_eq!(Some(address), base.join(href.trim()).ok().map(String::from), "{}", href);
            }
        }

        #[test]
        fn addresses_are_those_of_whole_urls(
            base in proptest::sample::select(&BASES[..]),
            crawled in any::<bool>(),
            href in "(/|\\./)?[a-z]{1,3}([?&;=a#./]|sid=|sid=[0-9a-f]{3}|xsid=1|&){0,10}",
        ) {
            let profile = Profile::from_text("x.toml", "name = 'x'\n[address]\nsession = ['sid=[0-9a-f]*']").unwrap();
            let html = Html::parse_document("");
            let options = ExtractOptions { crawled, ..ExtractOptions::default() };
            let view = View::new(Flat::of(&html), &profile, Url::parse(base).unwrap(), options);
            let expected = view.resolve(&href).map(String::from);
            prop_assert_eq!(view.address(&href), expected.clone(), "{}", href);
            let expected = if crawled { expected } else { view.resolve_as_printed(&href).map(String::from) };
            prop_assert_eq!(view.author_address(&href), expected, "{}", href);
        }
    }
}
