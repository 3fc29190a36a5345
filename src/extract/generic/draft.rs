//! A first profile for an unknown forum: selectors for what the structure told, for a person to correct.

use std::{collections::BTreeSet, fmt::Write};

use scraper::Selector;
use url::Url;

use super::{links, post::Reading};
use crate::extract::{flat::attribute, view::View};

/// The profile as TOML; `None` where posts were not found, or no selector tells them from the rest.
pub(in crate::extract) fn draft(view: &View<'_, '_>, own: &Url) -> Option<String> {
    let reading = Reading::of(view);
    let tops: Vec<u32> = reading.pieces.iter().map(|piece| piece.top).collect();
    let is_whole =
        |at: &u32| reading.pieces.iter().any(|piece| piece.top == *at && piece.range.end == view.flat.node(*at).end);
    if tops.len() < 2 || !tops.iter().all(is_whole) {
        return None;
    }
    let each = own_selectors(view, &tops).into_iter().find(|selector| selects(view, selector, &tops))?;
    let part = |places: Vec<Option<u32>>| within(view, &reading, &places);
    let body = part(reading.bodies.iter().map(|body| body.as_ref().and_then(|body| body.at)).collect())?;
    let author = part(reading.parts.iter().map(|parts| parts.author.map(|number| reading.people[number].at)).collect());
    let date = part(reading.parts.iter().map(|parts| parts.date.map(|number| reading.dates[number].at)).collect());
    let host = own.host_str().unwrap_or("forum").trim_start_matches("www.");
    let mut out = String::new();
    let text = |text: &str| toml::Value::from(text).to_string();
    let mut line = |line: String| {
        let _ = writeln!(out, "{line}");
    };
    line(format!(
        "# A draft, found by the structure of one page of {host}. Correct it, add cases, and keep it in your engines' directory."
    ));
    line(format!("name = {}", text(&host.replace('.', "-").to_ascii_lowercase())));
    line(format!("title = {}", text(host)));
    line("extends = \"generic\"".to_owned());
    line("structure = false".to_owned());
    if let Some((path, name)) = address(own) {
        line("\n[[url]]\nkind = \"thread\"".to_owned());
        line(format!("path = {}", text(&regex::escape(&path))));
        line(format!("query = [{}, {}]", text(&format!("{name}=(?<thread>\\d+)")), text("page?=(?<page>\\d+)")));
        line(format!("canonical = {}", text(&format!("{path}?{name}={{thread}}[&page={{page}}]"))));
    }
    line("\n[post]".to_owned());
    line(format!("each = {}", text(&each)));
    if let Some(ids) = &reading.ids {
        let pattern = format!("^{}(\\d+)$", regex::escape(&ids.stem));
        let form = format!("[{}^={}] @{} =~ {pattern}", ids.attribute, quoted(&ids.stem), ids.attribute);
        let own = format!("@{} =~ {pattern}", ids.attribute);
        line(format!("id = [{}, {}]", text(&own), text(&form)));
    }
    if let Some(date) = &date {
        line(format!("date = {}", text(date)));
        let names: Vec<String> =
            ["datetime", "data-time", "title"].iter().map(|name| text(&format!("{date} @{name}"))).collect();
        line(format!("date_attributes = [{}]", names.join(", ")));
    }
    line(format!("body = {}", text(&body)));
    if let Some(author) = &author {
        line("\n[post.author]".to_owned());
        line(format!("name = {}", text(author)));
        line(format!("url = {}", text(&format!("{author} @href"))));
    }
    Some(out)
}

/// Path and the parameter that names the thread, where the address has such.
fn address(own: &Url) -> Option<(String, String)> {
    let id = links::id_of(own);
    let (name, _) = own.query_pairs().find(|(_, value)| *value == id && value.bytes().all(|b| b.is_ascii_digit()))?;
    let path = own.path().rsplit('/').next()?.to_owned();
    Some((path, name.into_owned()))
}

/// Selectors that an element and its fellows have in common, the plainest first.
fn own_selectors(view: &View<'_, '_>, places: &[u32]) -> Vec<String> {
    let elements: Vec<_> = places.iter().filter_map(|at| view.flat.element(*at)).collect();
    let Some(first) = elements.first() else { return Vec::new() };
    let tag = first.value().name();
    if elements.iter().any(|element| element.value().name() != tag) {
        return Vec::new();
    }
    let mut common: Vec<&str> = attribute(*first, "class").into_iter().flat_map(str::split_ascii_whitespace).collect();
    for element in &elements {
        let own: BTreeSet<&str> =
            attribute(*element, "class").into_iter().flat_map(str::split_ascii_whitespace).collect();
        common.retain(|class| own.contains(class));
    }
    common.retain(|class| {
        class.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !class.starts_with(|c: char| c.is_ascii_digit())
    });
    let mut all: Vec<String> = common.iter().map(|class| format!("{tag}.{class}")).collect();
    if common.len() > 1 {
        all.push(format!("{tag}.{}", common.join(".")));
    }
    for name in ["id", "itemprop", "itemtype", "rel"] {
        let stem = |value: &str| value.chars().take_while(|c| !c.is_ascii_digit()).collect::<String>();
        let stems: BTreeSet<String> =
            elements.iter().map(|element| stem(attribute(*element, name).unwrap_or_default())).collect();
        if let [stem] = stems.into_iter().collect::<Vec<_>>().as_slice()
            && !stem.is_empty()
        {
            all.push(format!("{tag}[{name}^={}]", quoted(stem)));
            all.extend(common.iter().map(|class| format!("{tag}.{class}[{name}^={}]", quoted(stem))));
        }
    }
    all.push(tag.to_owned());
    all
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace(['\'', '\\'], ""))
}

/// Whether a selector finds these places, and nothing else that is not within them.
fn selects(view: &View<'_, '_>, selector: &str, places: &[u32]) -> bool {
    let Ok(selector) = Selector::parse(selector) else { return false };
    let (mut found, mut end) = (Vec::new(), 0);
    for (at, element) in view.flat.elements() {
        if at >= end && selector.matches(&element) {
            found.push(at);
            end = view.flat.node(at).end;
        }
    }
    found == places
}

/// A selector whose first match in most pieces is the place sought in it.
fn within(view: &View<'_, '_>, reading: &Reading, places: &[Option<u32>]) -> Option<String> {
    let known: Vec<u32> = places.iter().flatten().copied().filter(|at| view.flat.element(*at).is_some()).collect();
    if known.is_empty() {
        return None;
    }
    // Those of the commonest form are described; the others are for the person who corrects the draft.
    let form = |at: &u32| reading.layout.shapes[*at as usize];
    let most = known.iter().map(form).max_by_key(|shape| known.iter().filter(|at| form(at) == *shape).count())?;
    let alike: Vec<u32> = known.iter().copied().filter(|at| form(at) == most).collect();
    let parents: Vec<u32> = alike.iter().filter_map(|at| reading.layout.parent(*at)).collect();
    let own = own_selectors(view, &alike);
    let under = own_selectors(view, &parents)
        .into_iter()
        .flat_map(|parent| own.iter().map(move |own| format!("{parent} > {own}")));
    let hits = |selector: &str| {
        let Ok(selector) = Selector::parse(selector) else { return 0 };
        let pieces = reading.pieces.iter().zip(places).filter(|(piece, place)| {
            let mut elements = piece.range.clone().filter_map(|at| Some((at, view.flat.element(at)?)));
            place.is_some()
                && elements.find(|(at, element)| *at != piece.top && selector.matches(element)).map(|(at, _)| at)
                    == **place
        });
        pieces.count()
    };
    own.iter().cloned().chain(under).find(|selector| hits(selector) * 10 >= known.len() * 8)
}
