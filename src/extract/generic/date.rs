//! What looks like a date, in any language: digits in the order of dates, beside names of months or units of time.
//!
//! Nothing is read here: the place and the printed form are found, the normalizer reads them.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{date_words::WORDS, layout::Layout, words};
use crate::extract::{
    flat::{Kind, attribute},
    view::View,
};

/// A date on a page.
#[derive(Clone, Debug)]
pub(super) struct Dated {
    /// The element that holds it.
    pub(super) at: u32,
    /// The node to leave out of a body that it stands in.
    pub(super) node: u32,
    /// As printed.
    pub(super) text: String,
    /// Fuller forms from attributes, best first.
    pub(super) attributes: Vec<String>,
    /// It tells the time of day.
    pub(super) has_time: bool,
    pub(super) label: Label,
}

/// What stands before a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// Nothing that speaks against a post's date.
    None,
    /// An edit, or the date of something quoted.
    Edit,
    /// When someone joined, and the like.
    Other,
}

/// Texts longer than this hold no date of a post: they are running text.
const LONGEST: usize = 240;

/// An element of more nodes than this is a block, not a date.
const WIDE: u32 = 40;

/// A date in a text.
struct Found {
    range: Range<usize>,
    has_time: bool,
    /// How much of it is a date.
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Full,
    /// Day and month.
    Partial,
    /// Month and year.
    Month,
    /// "Yesterday".
    Word,
}

static TIME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\b\d{1,2}[:.h]\d{2}(?::\d{2})?(?:[\s\u{a0}]?[ap]\.?m\b\.?)?").ok());
static SHORT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)^\s*\d+\s?(?:s|m|min|h|d|w|mo|mth|y|yr)\.?\s*$").ok());

/// Where in a text a date stands, and whether it tells the time of day.
pub(super) fn find(text: &str) -> Option<(Range<usize>, bool)> {
    found(text).map(|found| (found.range, found.has_time))
}

fn found(text: &str) -> Option<Found> {
    if text.len() > LONGEST * 4 || !may_hold(text) {
        return None;
    }
    let words = WORDS.as_ref()?;
    let mut best: Option<Found> = None;
    let mut from = 0;
    for _ in 0..12 {
        let Some(captures) = words.pattern.captures_at(text, from) else { break };
        let whole = captures.get(0)?;
        if !words.accepts(&captures) {
            // Another date may begin within what only looked like one.
            from = whole.start() + text[whole.start()..].chars().next().map_or(1, char::len_utf8);
            let inside = |c: char| c.is_alphanumeric();
            from += text[from..].chars().take_while(|c| inside(*c)).map(char::len_utf8).sum::<usize>();
            continue;
        }
        from = whole.end();
        let form = match () {
            () if captures.name("full").is_some() => Form::Full,
            () if captures.name("partial").is_some() => Form::Partial,
            () if captures.name("month").is_some() => Form::Month,
            () => Form::Word,
        };
        let (mut start, mut end, mut has_time) = (whole.start(), whole.end(), false);
        let after = &text[end..];
        if let Some(time) = TIME.as_ref()?.find(after)
            && after[..time.start()].chars().count() <= 14
            && !after[..time.start()].contains('\n')
        {
            end += time.end();
            has_time = true;
        } else if let Some(time) = TIME.as_ref()?.find_iter(&text[..start]).last()
            && text[time.end()..start].chars().count() <= 12
        {
            start = time.start();
            has_time = true;
        }
        let beside = text.len() - (end - start);
        let counts = match form {
            Form::Full => true,
            Form::Month => beside <= 30,
            // "5 set", "Yesterday" and "3-4" are dates only where hardly anything else is said, or a time stands by.
            Form::Partial => (has_time && beside <= 60) || (beside <= 16 && !text[start..end].contains('-')),
            Form::Word => (has_time && beside <= 60) || beside <= 12,
        };
        let rank = |form: Form, has_time: bool| (form == Form::Full, has_time, form != Form::Month);
        if counts && best.as_ref().is_none_or(|best| rank(form, has_time) > rank(best.form, best.has_time)) {
            best = Some(Found { range: start..end, has_time, form });
        }
    }
    best
}

/// Every date has a digit, or is a word for a day.
fn may_hold(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit()) || text.chars().count() <= 40
}

/// All dates of a page, in page order.
pub(super) fn dates(view: &View<'_, '_>, layout: &Layout) -> Vec<Dated> {
    let mut all: Vec<Dated> = Vec::new();
    let mut lead = String::new();
    let mut skip_till = 0;
    for at in 0..view.flat.len() {
        let node = view.flat.node(at);
        match node.kind {
            Kind::Element(element) => {
                let attributes: Vec<String> =
                    ["datetime", "data-time", "data-timestamp", "title", "content", "data-date", "data-time-string"]
                        .iter()
                        .filter_map(|name| attribute(element, name))
                        .filter(|value| value.len() < 60 && is_instant(value))
                        .map(|value| value.trim().to_owned())
                        .collect();
                let name = element.value().name();
                if attributes.is_empty() || name == "meta" && attribute(element, "itemprop").is_none() || at < skip_till
                {
                    continue;
                }
                // A block that tells its instant in an attribute: what it says beside is no date.
                if node.end - at > WIDE {
                    if layout.visible[at as usize] && attribute(element, "title").is_none() {
                        let text = String::new();
                        all.push(Dated { at, node: at, text, attributes, has_time: true, label: Label::None });
                    }
                    continue;
                }
                let line = view.line(at);
                if line.chars().count() > 80
                    || (name == "a" && line.is_empty())
                    || !(layout.visible[at as usize] || name == "meta")
                {
                    continue;
                }
                let label = if name == "time" || name == "meta" { weak_label(&lead) } else { label_of(&lead) };
                let label = match attribute(element, "itemprop") {
                    Some("dateModified") => Label::Edit,
                    Some("datePublished" | "dateCreated") => Label::None,
                    _ => label,
                };
                let has_time = attributes.iter().any(|value| value.contains(':') || value.len() >= 10);
                all.push(Dated { at, node: at, text: line, attributes, has_time, label });
                skip_till = node.end;
            }
            Kind::Text(text) => {
                if !layout.visible[at as usize] || text.trim().is_empty() {
                    continue;
                }
                let holder = layout.parent(at).unwrap_or(0);
                if at >= skip_till && text.len() <= LONGEST * 4 {
                    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    if line.chars().count() <= LONGEST
                        && let Some(Found { range, has_time, form }) =
                            found(&line).or_else(|| short(view, layout, holder, &line))
                    {
                        // Words beside it make it running text, in which dates are mentioned.
                        let beside = line.len() - range.len();
                        let is_mentioned = form == Form::Partial && !has_time && within_sentence(view, layout, holder);
                        if beside <= 90 && !is_mentioned {
                            let before = format!("{lead} {}", &line[..range.start]);
                            let label = if form == Form::Month { Label::Other } else { label_of(&before) };
                            let printed = line[range.clone()].to_owned();
                            let printed = match time_beside(view, layout, at, &printed, has_time) {
                                Some(time) => format!("{printed} {time}"),
                                None => printed,
                            };
                            all.push(Dated {
                                at: holder,
                                node: at,
                                has_time: has_time || printed.contains(':'),
                                text: printed,
                                attributes: Vec::new(),
                                label,
                            });
                        }
                    }
                }
                lead.clear();
                lead.push_str(tail(text.trim(), 40));
            }
        }
    }
    // A block whose date stands in it as well has one date, not two.
    let is_block = |dated: &Dated| dated.text.is_empty() && view.flat.node(dated.node).end - dated.node > WIDE;
    let told: Vec<u32> = all
        .iter()
        .filter(|dated| !is_block(dated) && dated.label == Label::None && !dated.attributes.is_empty())
        .map(|dated| dated.node)
        .collect();
    all.retain(|dated| {
        let within = told.partition_point(|at| *at < dated.node)
            ..told.partition_point(|at| *at < view.flat.node(dated.node).end);
        !is_block(dated) || within.is_empty()
    });
    if all.iter().all(|dated| dated.label != Label::None) {
        all.extend(bare_ages(view, layout));
        all.sort_by_key(|dated| dated.node);
    }
    all
}

/// Whether an element stands out in a sentence: "closed from <strong>April 28th</strong> to …".
fn within_sentence(view: &View<'_, '_>, layout: &Layout, at: u32) -> bool {
    let stands_out = |at: u32| {
        view.flat
            .element(at)
            .is_some_and(|element| matches!(element.value().name(), "strong" | "b" | "em" | "i" | "u" | "mark"))
    };
    let around = layout.upward(at).find(|at| !stands_out(*at)).filter(|_| stands_out(at));
    around.is_some_and(|around| {
        layout.letters(&view.flat.within(around)) > layout.letters(&view.flat.within(at)) + 60
            && view.flat.element(around).is_some_and(|element| matches!(element.value().name(), "p" | "li" | "td"))
    })
}

/// Ages without a word that says so ("2 years"), where a page shows no other dates of posts.
fn bare_ages(view: &View<'_, '_>, layout: &Layout) -> Vec<Dated> {
    let Some(words) = WORDS.as_ref() else { return Vec::new() };
    let texts = (0..view.flat.len()).filter(|at| layout.visible[*at as usize]);
    let ages = texts.filter_map(|at| match view.flat.node(at).kind {
        Kind::Text(text) => {
            let (number, unit) = text.trim().split_once(char::is_whitespace)?;
            let is_age = number.len() <= 3
                && number.bytes().all(|b| b.is_ascii_digit())
                && words.units.contains(&unit.trim().to_lowercase());
            is_age.then(|| (at, text.trim().to_owned()))
        }
        Kind::Element(_) => None,
    });
    ages.map(|(node, text)| Dated {
        at: layout.parent(node).unwrap_or(0),
        node,
        text,
        attributes: Vec::new(),
        has_time: false,
        label: Label::None,
    })
    .collect()
}

/// The time of day where an element of its own holds it, right after the date.
fn time_beside<'a>(view: &View<'a, '_>, layout: &Layout, at: u32, printed: &str, has_time: bool) -> Option<&'a str> {
    if has_time || !printed.ends_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    let next = (at + 1..view.flat.len().min(at + 6)).find_map(|at| match view.flat.node(at).kind {
        Kind::Text(text) if layout.visible[at as usize] && !text.trim().is_empty() => Some(text),
        _ => None,
    })?;
    let next = next.trim().trim_start_matches([',', '-', '–', ' ']).trim();
    let time = TIME.as_ref()?.find(next)?;
    (time.start() == 0 && next.len() - time.end() < 4).then_some(time.as_str())
}

fn short(view: &View<'_, '_>, layout: &Layout, holder: u32, line: &str) -> Option<Found> {
    if !SHORT.as_ref()?.is_match(line) {
        return None;
    }
    let named = layout.upward(holder).take(2).filter_map(|at| view.flat.element(at)).any(|element| {
        element.value().name() == "time"
            || attribute(element, "class").is_some_and(|class| {
                let class = class.to_ascii_lowercase();
                ["date", "time", "age"].iter().any(|word| class.contains(word))
            })
    });
    named.then_some(Found { range: 0..line.len(), has_time: false, form: Form::Full })
}

/// Whether an attribute's value is an instant: a date, or seconds since 1970.
fn is_instant(value: &str) -> bool {
    let value = value.trim();
    if value.bytes().all(|b| b.is_ascii_digit()) {
        return matches!(value.len(), 9 | 10 | 13);
    }
    value.len() >= 6
        && value.bytes().any(|b| b.is_ascii_digit())
        && find(value).is_some_and(|(range, _)| range.len() * 3 >= value.len())
}

fn label_of(before: &str) -> Label {
    let before = tail(before, 36).to_lowercase();
    if words::OTHER_DATES.iter().any(|word| says(&before, word)) {
        return Label::Other;
    }
    weak_label(&before)
}

fn weak_label(before: &str) -> Label {
    let before = tail(before, 30).to_lowercase();
    if words::EDIT_DATES.iter().any(|word| says(&before, word)) {
        return Label::Edit;
    }
    if words::OTHER_DATES.iter().take(8).any(|word| says(&before, word)) { Label::Other } else { Label::None }
}

/// Whether a label says a word, at the beginning of one of its own: not as "NuffSaidSam" does.
fn says(label: &str, word: &str) -> bool {
    let is_spaced = word.starts_with(|c: char| (c as u32) < 0x2E80);
    label.match_indices(word).any(|(at, _)| !is_spaced || !label[..at].ends_with(char::is_alphabetic))
}

/// The last characters of a text.
fn tail(text: &str, count: usize) -> &str {
    let start = text.char_indices().rev().nth(count.saturating_sub(1)).map_or(0, |(at, _)| at);
    &text[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_found_whole() {
        let check = |text: &str, expected: Option<(&str, bool)>| {
            assert_eq!(find(text).map(|(range, time)| (&text[range], time)), expected, "{text}");
        };
        check("Posted: Tue Nov 07, 2006 10:22 pm    Post subject: x", Some(("Nov 07, 2006 10:22 pm", true)));
        check("发表于 2010-5-12 20:45", Some(("2010-5-12 20:45", true)));
        check("2 июня 2014, 13:45", Some(("2 июня 2014, 13:45", true)));
        check("12:05, 7 Nov 2009", Some(("12:05, 7 Nov 2009", true)));
        check("vor 3 Tagen", Some(("vor 3 Tagen", false)));
        check("3 hours, 2 minutes ago", Some(("3 hours, 2 minutes ago", false)));
        check("2015年3月7日 09:10", Some(("2015年3月7日 09:10", true)));
        check("Yesterday, 08:13 PM", Some(("Yesterday, 08:13 PM", true)));
        check("17小时前", Some(("17小时前", false)));
        check("answered Mar 13 '12 at 15:15", Some(("Mar 13 '12 at 15:15", true)));
        check("3 de enero de 2011", Some(("3 de enero de 2011", false)));
        check("version 1.2 of the market", None);
        check("I may go", None);
        check("2021-04-02T09:30:00Z", Some(("2021-04-02T09:30:00", true)));
        check("Listing 2", None);
        check("Join Date: Dec 2008", Some(("Dec 2008", false)));
        check("3-4 of them", None);
        check("Today 17:13:03", Some(("Today 17:13:03", true)));
        check("Gestern 7:05", Some(("Gestern 7:05", true)));
    }
}
