//! What looks like the name of a person: a short text in a link to a person's page, or in an element whose class says so.

use std::sync::LazyLock;

use regex::Regex;

use super::{date, layout::Layout, person_words, words};
use crate::extract::{
    flat::{Kind, attribute},
    view::View,
};

/// A name on a page.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// The element that holds it.
    pub(super) at: u32,
    pub(super) name: String,
    /// Where it leads.
    pub(super) href: Option<String>,
    /// How much speaks for a person: 1 (a bold word) to 6.
    pub(super) strength: u8,
}

static PERSON: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(person_words::PERSON_ADDRESSES).ok());
static NO_PERSON: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(person_words::NO_PERSON_ADDRESSES).ok());

/// All that may be names of people, in page order.
pub(super) fn people(view: &View<'_, '_>, layout: &Layout) -> Vec<Named> {
    let mut all: Vec<Named> = Vec::new();
    for (at, element) in view.flat.elements() {
        if element.value().name() == "meta" {
            all.extend(told_by_meta(view, layout, at));
        }
        if !layout.visible[at as usize] {
            continue;
        }
        let range = view.flat.within(at);
        let letters = layout.letters(&range);
        if letters == 0 || letters > 80 {
            continue;
        }
        let tag = element.value().name();
        let mut strength = 0u8;
        let mut href = None;
        if tag == "a" {
            let target = attribute(element, "href").unwrap_or_default();
            if !target.is_empty() && leads_to_person(target) {
                strength += 3;
            }
            href = (!target.is_empty() && !target.starts_with("javascript") && !target.starts_with('#'))
                .then(|| target.to_owned());
        }
        if matches!(attribute(element, "itemprop"), Some("author" | "name" | "creator")) {
            strength += if within_author(view, layout, at) { 4 } else { 0 };
        }
        if attribute(element, "rel").is_some_and(|rel| rel.contains("author")) {
            strength += 2;
        }
        let classes = [attribute(element, "class"), attribute(element, "id"), attribute(element, "rel")];
        let classes = classes.into_iter().flatten().collect::<Vec<_>>().join(" ").to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| classes.contains(word));
        if says(person_words::PERSON_CLASSES) && !says(&["usertitle", "authortitle", "author-title", "rank"]) {
            strength += 2;
        } else if says(person_words::NO_PERSON_CLASSES) {
            strength = strength.saturating_sub(1);
            if strength == 0 {
                continue;
            }
        } else {
            let within_person = || {
                let up = layout.parent(at).and_then(|up| view.flat.element(up));
                up.and_then(|up| attribute(up, "class")).is_some_and(is_person_class)
            };
            let named = matches!(tag, "a" | "b" | "strong" | "span") && within_person();
            strength += u8::from(says(person_words::MAYBE_PERSON_CLASSES) || named);
        }
        if strength == 0
            && matches!(tag, "b" | "strong" | "cite" | "h3" | "h4" | "h5" | "h6" | "dt" | "td" | "em" | "i")
            && (tag != "td" || letters < 24)
        {
            strength = 1;
        }
        // Icons for what someone is stand in the link of his name.
        if strength == 0 || range.len() > if strength >= 3 { 48 } else { 14 } {
            continue;
        }
        let name = name_of(view, at);
        if is_name(&name) {
            all.push(Named { at, name, href, strength: strength.min(6) });
        }
    }
    all
}

/// The author's name where only microdata tells it: `<meta itemprop="name" content="Ann">` within an author.
fn told_by_meta(view: &View<'_, '_>, layout: &Layout, at: u32) -> Option<Named> {
    let element = view.flat.element(at).filter(|meta| attribute(*meta, "itemprop") == Some("name"))?;
    let name = attribute(element, "content").map(str::trim).filter(|name| is_name(name))?;
    within_author(view, layout, at).then(|| Named { at, name: name.to_owned(), href: None, strength: 6 })
}

/// The name within an element: its text; labels before a colon and what stands in brackets after it are no part of it.
fn name_of(view: &View<'_, '_>, at: u32) -> String {
    let line = view.line(at);
    let line = line.trim().trim_start_matches('@');
    let line = line.strip_suffix(':').unwrap_or(line).trim();
    let lower = line.to_lowercase();
    for label in [
        "posted by ",
        "by ",
        "posted by: ",
        "author: ",
        "von ",
        "par ",
        "por ",
        "от ",
        "автор: ",
        "作者：",
        "作者:",
        "楼主：",
        "user: ",
        "username: ",
        "name: ",
        "from: ",
    ] {
        if lower.starts_with(label) && lower.len() == line.len() {
            return line[label.len()..].trim().to_owned();
        }
    }
    // "Ann 1,204", in elements of their own: the number of her posts.
    let mut texts = view.flat.within(at).filter_map(|at| match view.flat.node(at).kind {
        Kind::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
        Kind::Element(_) => None,
    });
    let is_number = |text: &&str| text.chars().all(|c| c.is_ascii_digit() || c == ',' || c == '.');
    let number = texts.next_back().filter(is_number).unwrap_or_default();
    match line.strip_suffix(number) {
        Some(bare) if !number.is_empty() && bare.chars().any(char::is_alphabetic) => bare.trim().to_owned(),
        _ => line.to_owned(),
    }
}

fn within_author(view: &View<'_, '_>, layout: &Layout, at: u32) -> bool {
    layout.upward(at).take(5).filter_map(|at| view.flat.element(at)).any(|element| {
        attribute(element, "itemprop").is_some_and(|prop| prop.contains("author") || prop.contains("creator"))
            || attribute(element, "itemtype").is_some_and(|kind| kind.ends_with("/Person"))
    })
}

/// Whether an address is that of a person's page.
pub(super) fn leads_to_person(href: &str) -> bool {
    PERSON.as_ref().is_some_and(|person| person.is_match(href))
        && !NO_PERSON.as_ref().is_some_and(|no| no.is_match(href))
}

fn is_person_class(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    person_words::PERSON_CLASSES.iter().any(|word| value.contains(word))
}

/// Names that stand in plain text beside a date: "Ann · 2 hours ago", "posted by Ann on …".
pub(super) fn beside_dates(view: &View<'_, '_>, layout: &Layout, dates: &[date::Dated]) -> Vec<Named> {
    let mut all: Vec<Named> = Vec::new();
    let plain = |at: u32, text: &str| {
        let name = trimmed(text);
        // "Posted: Fri", before a date, is nobody.
        let is_person = is_name(name) && !name.contains(':');
        is_person.then(|| Named { at, name: name.to_owned(), href: None, strength: 1 })
    };
    for dated in dates.iter().filter(|dated| dated.label == date::Label::None) {
        if let Kind::Text(text) = view.flat.node(dated.node).kind
            && let Some((before, after)) = text.split_once(dated.text.as_str())
            && !(before.trim().is_empty() && after.trim().is_empty())
        {
            if let Some(name) = after_by(after) {
                all.push(Named { at: dated.node, name: name.to_owned(), href: None, strength: 2 });
                continue;
            }
            if before.trim().is_empty() {
                continue;
            }
            all.extend(plain(dated.node, before));
            continue;
        }
        if let Some(named) = linked_before(view, layout, dated.node) {
            all.push(named);
            continue;
        }
        let before = (dated.node.saturating_sub(5)..dated.node).rev().find_map(|at| match view.flat.node(at).kind {
            Kind::Text(text) if layout.visible[at as usize] && text.chars().any(char::is_alphanumeric) => {
                Some((at, text))
            }
            _ => None,
        });
        if let Some((at, text)) = before
            && layout.parent(at).is_some_and(|up| layout.letters(&view.flat.within(up)) < 120)
        {
            all.extend(plain(at, text));
        }
    }
    all.dedup_by_key(|named| named.at);
    all
}

/// The name after a word for "by": "written 13-06-2026 16:41 by Ann".
fn after_by(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '-' | '–' | '|' | '·'));
    let name = person_words::BY.iter().find_map(|word| text.strip_prefix(word)?.strip_prefix(char::is_whitespace))?;
    Some(name.trim()).filter(|name| is_name(name))
}

/// The link right before a date that leads to an address made of its own text: `<a href="/ann-b">Ann B</a>`. So do links of tags.
fn linked_before(view: &View<'_, '_>, layout: &Layout, dated: u32) -> Option<Named> {
    const FAR: u32 = 12;
    let near = (dated.saturating_sub(FAR)..dated).rev().filter(|at| layout.visible[*at as usize]);
    let mut links = near.filter_map(|at| Some((at, view.flat.element(at).filter(|link| link.value().name() == "a")?)));
    links.next().and_then(|(at, element)| {
        let href = attribute(element, "href").filter(|href| !href.contains("tag"))?;
        let is_near = layout.letters(&(view.flat.node(at).end.min(dated)..dated)) <= 12;
        let name = Some(view.line(at)).filter(|_| is_near)?;
        let slug = href.split(['?', '#']).next()?.rsplit('/').find(|part| !part.is_empty())?;
        let plain =
            |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
        (is_name(&name) && plain(&name).chars().count() > 2 && plain(&name) == plain(slug)).then(|| Named {
            at,
            name,
            href: Some(href.to_owned()),
            strength: 3,
        })
    })
}

/// "1,204 posts", "81 months": a number of something that forums count.
fn is_count(lower: &str) -> bool {
    let Some((number, counted)) = lower.split_once(char::is_whitespace) else { return false };
    let is_number = number.starts_with(|c: char| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | 'k' | 'm' | '+'));
    let ends = [" posts", " comments"].iter().any(|word| lower.ends_with(word));
    ends || is_number && words::COUNTED.contains(&counted.trim())
}

/// A time of day, or a name of a day of the week.
fn is_time(lower: &str) -> bool {
    let clock = lower.trim_end_matches(['a', 'p', 'm', '.', ' ']);
    let days = [
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    days.contains(&lower)
        || (!clock.is_empty() && clock.contains(':') && clock.chars().all(|c| c.is_ascii_digit() || c == ':'))
}

fn trimmed(text: &str) -> &str {
    let edge = |c: char| {
        c.is_whitespace() || matches!(c, '·' | '•' | '-' | '–' | '—' | '|' | ',' | '»' | '«' | '(' | '[' | ':')
    };
    let mut name = text.trim_matches(edge);
    for word in ["Posted by", "posted by", "Written by", "By", "by", "von", "Von", "par", "Par", "por", "Por", "от"] {
        if let Some(rest) =
            name.strip_prefix(word).filter(|rest| rest.starts_with(|c: char| c.is_whitespace() || c == ':'))
        {
            name = rest.trim_matches(edge);
        }
    }
    for word in ["on", "am", "le", "wrote", "said", "posted", "at", "el"] {
        if let Some(rest) = name.strip_suffix(word).filter(|rest| rest.ends_with(char::is_whitespace)) {
            name = rest.trim_matches(edge);
        }
    }
    name
}

/// Whether a text can be a name: short, not a label, not a number, not a date.
fn is_name(text: &str) -> bool {
    let count = text.chars().count();
    if !(1..=48).contains(&count) || !text.chars().any(char::is_alphanumeric) || text.split_whitespace().count() > 5 {
        return false;
    }
    let lower = text.to_lowercase();
    let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
    if person_words::NO_NAMES.contains(&bare) || lower.starts_with("http") || text.starts_with('#') {
        return false;
    }
    if text.contains('|') || text.ends_with(['?', '!', ':', '。', '，', ',']) || (text.contains(": ") && count > 20) {
        return false;
    }
    // A count ("123", "1,204 posts") is nobody; a name may be all digits where a link says so, which is rare enough.
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_first = text.starts_with(|c: char| !c.is_alphabetic());
    if is_first && digits * 2 > count && count < 6 || text.chars().all(|c| !c.is_alphabetic()) {
        return false;
    }
    if is_count(&lower) || is_time(&lower) {
        return false;
    }
    date::find(text).is_none_or(|(range, has_time)| !has_time && range.len() * 2 < text.len())
}
