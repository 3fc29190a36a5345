//! The shapes of an engine's addresses, and the canonical form of each.

use std::borrow::Cow;

use memchr::memchr2;
use serde::{Deserialize, Deserializer, de::Error};
use url::{Position, Url};

use super::{
    Pattern,
    letters::stand_as_they_are,
    template::{Slots, Template},
};
use crate::model::PageKind;

/// What all addresses of an engine have in common.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AddressRules {
    /// Parameters that carry a session, and what their values look like: dropped.
    pub session: Vec<Parameter>,
    /// Parameters that change nothing of what is read: dropped.
    pub ignore: Vec<String>,
    /// Where a post is found: `viewtopic.php?p={post}#p{post}`, below the forum's directory.
    pub permalink: Option<Template>,
}

/// One shape of address. Everything that no shape fits is not followed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UrlRule {
    /// What stands there.
    pub kind: PageKind,
    /// The end of the path, below the directory that the forum is installed in. Named captures as in `query`.
    pub path: PathPattern,
    /// Parameters; those with a `?` after their name may be absent. Named captures: `board`, `thread`, `post`, `page`, `offset`.
    /// One without a name (`=regex`) is a part that has no value: the path in `index.php?threads/title.1/`. `*=regex` is the
    /// whole query, for engines that do not write it as parameters.
    pub query: Vec<Parameter>,
    /// The address below the forum's directory: `viewtopic.php?t={thread}[&start={offset}]`. What stands in brackets is left
    /// out where its value is unknown or that of the first page.
    pub canonical: Template,
    /// Where a post of such a thread is found, if not where the common `permalink` says.
    pub permalink: Option<Template>,
    /// The address stands for another page than its own (a post's permalink): read if met, never asked for by a listing.
    pub alias: bool,
    /// What stands there is JSON.
    pub json: bool,
    /// What `offset` grows by from page to page, where it counts posts or threads and what stands there is JSON; else it counts
    /// pages from nought there.
    pub step: Option<u32>,
}

/// `name=regex` or `name?=regex`; the regex is anchored at both ends.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub(super) name: String,
    pub(super) optional: bool,
    pub(super) value: Pattern,
}

impl Parameter {
    /// Whether it speaks of this part of a query. One without a name speaks of the part that has no value.
    fn is_about(&self, name: &str, value: &str) -> bool {
        if self.name.is_empty() { value.is_empty() && self.value.is_match(name) } else { self.name == name }
    }
}

impl<'de> Deserialize<'de> for Parameter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Parameter, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (name, value) = text.split_once('=').ok_or_else(|| D::Error::custom("expected `name=regex`"))?;
        let (name, optional) = match name.strip_suffix('?') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let value = Pattern::new(&format!("^(?:{value})$")).map_err(D::Error::custom)?;
        Ok(Parameter { name: name.to_owned(), optional, value })
    }
}

/// A regex for the end of a path.
#[derive(Clone, Debug)]
pub struct PathPattern {
    whole: Pattern,
    /// The end of the path, where it is one and the same.
    file: Option<String>,
}

impl PathPattern {
    fn new(text: &str) -> Result<PathPattern, String> {
        let whole = Pattern::new(&format!("^(?<base>(?:.*/)?)(?:{text})$"))?;
        let file = text.replace("\\.", "");
        let is_plain = file.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/'));
        Ok(PathPattern { whole, file: is_plain.then(|| text.replace('\\', "")) })
    }

    /// Takes the captures of a path that must match; gives the directory before its end.
    fn take(&self, slots: &mut Slots, path: &str) -> Option<String> {
        match &self.file {
            Some(file) if !path.contains('\n') => {
                path.strip_suffix(&**file).filter(|base| base.is_empty() || base.ends_with('/')).map(str::to_owned)
            }
            _ => slots.take(&self.whole, path),
        }
    }
}

impl Default for PathPattern {
    fn default() -> PathPattern {
        #[expect(clippy::expect_used, reason = "a constant pattern")]
        PathPattern::new("").expect("the empty pattern compiles")
    }
}

impl<'de> Deserialize<'de> for PathPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PathPattern, D::Error> {
        let text = String::deserialize(deserializer)?;
        PathPattern::new(&text).map_err(D::Error::custom)
    }
}

/// An address that a profile knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// What stands there.
    pub kind: PageKind,
    /// The engine's id of the board.
    pub board_id: Option<String>,
    /// The engine's id of the thread.
    pub thread_id: Option<String>,
    /// The engine's id of the post that the address points to.
    pub post_id: Option<String>,
    /// 1-based, where the address tells pages.
    pub page: Option<u32>,
    /// Posts or threads that stand before, where the address tells offsets.
    pub offset: Option<u32>,
    /// Canonical: session ids and noise dropped, parameters in fixed order, page 1 implied.
    pub url: Url,
    /// It stands for a page that has another address of its own (a post's permalink).
    pub alias: bool,
    /// Directory of the forum, and the rule that fits: for the addresses of other pages.
    rule: usize,
    step: u32,
    slug: Option<String>,
    base: String,
}

/// The address that a URL is, by the first of the rules that fits.
pub(super) fn address(common: &AddressRules, rules: &[UrlRule], url: &Url) -> Option<Address> {
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let path = percent_decoded(url.path());
    let mut query = Vec::new();
    for part in url.query().unwrap_or_default().split(['&', ';']).filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) = (percent_decoded(name), percent_decoded(value));
        let carries_session = common.session.iter().any(|known| known.name == name && known.value.is_match(&value));
        if !carries_session && common.ignore.iter().all(|known| *known != name) {
            query.push((name, value));
        }
    }
    rules.iter().enumerate().find_map(|(number, rule)| fit(rule, number, url, &path, &query))
}

fn fit(
    rule: &UrlRule,
    number: usize,
    url: &Url,
    path: &str,
    query: &[(Cow<'_, str>, Cow<'_, str>)],
) -> Option<Address> {
    if let Some(known) = rule.query.iter().find(|known| known.name == "*") {
        let mut slots = Slots::default();
        let base = rule.path.take(&mut slots, path)?;
        slots.take(&known.value, &percent_decoded(url.query().unwrap_or_default()))?;
        return built(rule, number, url, base, slots);
    }
    // Names first: they cost nothing and rule most out.
    let has = |known: &Parameter| query.iter().any(|(name, value)| known.is_about(name, value));
    if !rule.query.iter().all(|known| known.optional || has(known))
        || !query.iter().all(|(name, value)| rule.query.iter().any(|known| known.is_about(name, value)))
    {
        return None;
    }
    let mut slots = Slots::default();
    let base = rule.path.take(&mut slots, path)?;
    for (name, value) in query {
        let known = rule.query.iter().find(|known| known.is_about(name, value))?;
        slots.take(&known.value, if known.name.is_empty() { name } else { value })?;
    }
    built(rule, number, url, base, slots)
}

fn built(rule: &UrlRule, number: usize, origin: &Url, base: String, slots: Slots) -> Option<Address> {
    let mut canonical = origin.clone();
    place_at(&mut canonical, &base, &rule.canonical.fill(&slots)?);
    Some(Address {
        kind: rule.kind,
        board_id: slots.board.map(Cow::into_owned),
        thread_id: slots.thread.map(Cow::into_owned),
        post_id: slots.post.map(Cow::into_owned),
        page: slots.page,
        offset: slots.offset,
        url: canonical,
        alias: rule.alias,
        rule: number,
        step: rule.step.unwrap_or(1).max(1),
        slug: slots.slug.map(Cow::into_owned),
        base,
    })
}

/// Points a URL to an address below the directory `base`.
pub(super) fn place_at(url: &mut Url, base: &str, filled: &str) {
    let (filled, fragment) = match filled.split_once('#') {
        Some((filled, fragment)) => (filled, Some(fragment)),
        None => (filled, None),
    };
    let (path, query) = match filled.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (filled, None),
    };
    // mostly it stays where it is
    if url.path().strip_prefix(base) != Some(path) {
        url.set_path(&format!("{base}{path}"));
    }
    url.set_query(query);
    url.set_fragment(fragment);
}

/// A URL without the parameters that carry a session; all else as it was.
pub(super) fn without_session(common: &AddressRules, mut url: Url) -> Url {
    let Some(query) = url.query() else { return url };
    if common.session.iter().all(|known| !query.contains(&*known.name)) {
        return url;
    }
    let carries = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        common.session.iter().any(|known| known.name == name && known.value.is_match(value))
    };
    let kept: String =
        query.split_inclusive(['&', ';']).filter(|part| !carries(part.trim_end_matches(['&', ';']))).collect();
    let kept = kept.trim_end_matches(['&', ';']).to_owned();
    url.set_query((!kept.is_empty()).then_some(kept.as_str()));
    url
}

/// Whether a parameter of an address has the name of one that carries a session.
pub(super) fn names_session(common: &AddressRules, address: &str) -> bool {
    let Some((_, query)) = address.split_once('?') else { return false };
    query.split(['&', ';', '#']).any(|part| {
        let name = part.split_once('=').map_or(part, |(name, _)| name);
        common.session.iter().any(|known| known.name == name)
    })
}

/// The address of a board or thread of that id on the same forum.
pub(super) fn of_kind(
    rules: &[UrlRule],
    near: &Address,
    kind: PageKind,
    json: bool,
    id: Option<&str>,
    slug: Option<&str>,
) -> Option<Address> {
    let mut fitting = rules.iter().enumerate();
    let (number, rule) = fitting.find(|(_, rule)| rule.kind == kind && rule.json == json && !rule.alias)?;
    let (id, slug) = (id.map(Cow::Borrowed), slug.map(Cow::Borrowed));
    let (board, thread) = if kind == PageKind::Thread { (None, id) } else { (id, None) };
    built(rule, number, &near.url, near.base.clone(), Slots { board, thread, slug, ..Slots::default() })
}

/// The address of the document that holds what stands at another one: the first shape of JSON that what is known of that fills.
pub(super) fn document_of(rules: &[UrlRule], of: &Address) -> Option<Address> {
    let mut fitting = rules.iter().enumerate().filter(|(_, rule)| rule.kind == of.kind && rule.json && !rule.alias);
    fitting.find_map(|(number, rule)| {
        let slots = Slots {
            board: of.board_id.as_deref().map(Cow::Borrowed),
            thread: of.thread_id.as_deref().map(Cow::Borrowed),
            post: None,
            slug: of.slug.as_deref().map(Cow::Borrowed),
            page: of.page,
            offset: of.offset,
        };
        built(rule, number, &of.url, of.base.clone(), slots)
    })
}

impl Address {
    /// The directory that the forum is installed in.
    pub fn base(&self) -> Url {
        let mut url = self.url.clone();
        place_at(&mut url, &self.base, "");
        url
    }

    /// The number of the page, be it told by an offset.
    pub fn number(&self) -> Option<u32> {
        self.page.or(self.offset.map(|offset| (offset / self.step).saturating_add(1)))
    }

    /// The offset of the page of that number, where this one's address tells an offset.
    pub fn offset_of(&self, number: u32) -> Option<u32> {
        self.offset.map(|_| number.saturating_sub(1).saturating_mul(self.step))
    }

    /// Where a post of this thread is found.
    pub(super) fn permalink(&self, common: &AddressRules, rules: &[UrlRule], post: &str) -> Option<String> {
        let own = rules.get(self.rule).and_then(|rule| rule.permalink.as_ref());
        let slots = Slots {
            board: self.board_id.as_deref().map(Cow::Borrowed),
            thread: self.thread_id.as_deref().map(Cow::Borrowed),
            post: Some(Cow::Borrowed(post)),
            slug: self.slug.as_deref().map(Cow::Borrowed),
            page: self.page,
            offset: self.offset,
        };
        let filled = own.or(common.permalink.as_ref())?.fill(&slots)?;
        let is_plain = |path: &str| path.starts_with('/') && !path.starts_with("//") && stand_as_they_are(path);
        if is_plain(&self.base) && !filled.starts_with(['/', '.']) && stand_as_they_are(&filled) {
            return Some([&self.url[..Position::BeforePath], &self.base, &filled].concat());
        }
        let mut url = self.url.clone();
        place_at(&mut url, &self.base, &filled);
        Some(url.into())
    }

    /// The address below the forum's directory.
    pub(super) fn below(&self, path: &str) -> Option<Url> {
        self.url.join(&self.base).ok()?.join(path).ok()
    }

    /// The address below the forum's directory that a template makes of what is known of this one.
    pub(super) fn filled(&self, template: &Template) -> Option<Url> {
        let (board, thread) = (&self.board_id, &self.thread_id);
        let slots = Slots {
            board: board.as_deref().map(Cow::Borrowed),
            thread: thread.as_deref().map(Cow::Borrowed),
            ..Slots::default()
        };
        self.below(&template.fill(&slots)?)
    }

    /// The address of another page of the same board or thread.
    pub(super) fn moved_to(&self, rules: &[UrlRule], page: Option<u32>, offset: Option<u32>) -> Option<Address> {
        let slots = Slots {
            board: self.board_id.as_deref().map(Cow::Borrowed),
            thread: self.thread_id.as_deref().map(Cow::Borrowed),
            post: self.post_id.as_deref().map(Cow::Borrowed),
            slug: self.slug.as_deref().map(Cow::Borrowed),
            page,
            offset,
        };
        built(rules.get(self.rule)?, self.rule, &self.url, self.base.clone(), slots)
    }
}

fn percent_decoded(text: &str) -> Cow<'_, str> {
    if memchr2(b'%', b'+', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'%' if after.len() >= 2 && after[0].is_ascii_hexdigit() && after[1].is_ascii_hexdigit() => {
                let digit = |b: u8| (b as char).to_digit(16).unwrap_or(0) as u8;
                bytes.push(digit(after[0]) << 4 | digit(after[1]));
                rest = &after[2..];
            }
            other => bytes.push(other),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}
