//! What in the pieces is the body: the element that holds most of the running text and neither name nor date.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    layout::{self, Layout, hash},
    lines::{boilerplate, common_lines, fingerprint},
    parts::Parts,
    series::{Marks, Piece},
    words,
};
use crate::extract::{flat::attribute, view::View};

/// Where a body stands, and what in it is none.
#[derive(Clone, Debug, Default)]
pub(super) struct BodyPlace {
    pub(super) range: Range<u32>,
    /// The element that it is, where it is one.
    pub(super) at: Option<u32>,
    pub(super) cuts: Vec<Range<u32>>,
}

/// An element of a piece that may be the body.
struct Candidate {
    at: u32,
    key: u64,
    value: f64,
    /// Letters in it.
    weight: f64,
    /// Its class says that it is a body.
    is_named: bool,
    /// Its microdata says so.
    is_typed: bool,
}

/// Finds the body of each piece.
pub(super) fn bodies(
    view: &View<'_, '_>,
    layout: &Layout,
    marks: &Marks<'_>,
    pieces: &[Piece],
    parts: &[Parts],
) -> Vec<Option<BodyPlace>> {
    let all: Vec<Vec<Candidate>> =
        pieces.iter().zip(parts).map(|(piece, parts)| candidates(view, layout, marks, &piece.range, *parts)).collect();
    let mut sums: BTreeMap<u64, (f64, usize)> = BTreeMap::new();
    let mut said: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
    for candidates in &all {
        let mut best: BTreeMap<u64, &Candidate> = BTreeMap::new();
        for candidate in candidates {
            let known = best.entry(candidate.key).or_insert(candidate);
            if candidate.value > known.value {
                *known = candidate;
            }
        }
        for (key, candidate) in best {
            // What several pieces say in the same words is a signature or a label.
            let says = fingerprint(view, candidate.at);
            if said.entry(key).or_default().insert(says) {
                let (sum, count) = sums.entry(key).or_default();
                *sum += candidate.value;
                *count += 1;
            }
        }
    }
    // One voice is no vote, however long the post.
    let lone = |count: usize| if count == 1 && pieces.len() >= 3 { 0.3 } else { 1.0 };
    let mut ranking: Vec<(f64, u64)> = sums.iter().map(|(key, (sum, count))| (*sum * lone(*count), *key)).collect();
    ranking.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    let winner = ranking.first().map(|(_, key)| narrowed(view, &all, *key));
    let typed =
        |candidates: &Vec<Candidate>| candidates.iter().find(|candidate| candidate.is_typed).map(|body| body.at);
    let are_typed = all.iter().filter(|candidates| typed(candidates).is_some()).count() * 10 >= pieces.len() * 8;
    let places: Vec<Option<u32>> = all
        .iter()
        .map(|candidates| {
            if let Some(at) = typed(candidates).filter(|_| are_typed) {
                return Some(at);
            }
            let key = winner?;
            let of_key = candidates.iter().filter(|candidate| candidate.key == key);
            let best =
                |one: &&Candidate, other: &&Candidate| one.value.total_cmp(&other.value).then(other.at.cmp(&one.at));
            of_key
                .max_by(best)
                .or_else(|| candidates.iter().max_by(best).filter(|best| best.value > 2.0))
                .map(|candidate| candidate.at)
        })
        .collect();
    let common = common_lines(view, layout, &places);
    places
        .iter()
        .zip(pieces.iter().zip(parts))
        .map(|(place, (piece, parts))| {
            let at = (*place)?;
            // What is said within it in answer to it is a piece of its own.
            let within = view.flat.within(at);
            let range = within.start..within.end.min(piece.range.end);
            if let Some(range) = paragraphs(view, layout, marks, at, &piece.range, *parts) {
                let cuts = boilerplate(view, layout, &range, &common);
                return Some(BodyPlace { range, at: None, cuts });
            }
            let mut cuts = header(view, layout, marks, at, &range, *parts);
            cuts.extend(boilerplate(view, layout, &range, &common));
            Some(BodyPlace { range, at: Some(at), cuts })
        })
        .collect()
}

/// Elements of running text that stand one after another in a body.
const PARAGRAPHS: [&str; 11] = ["p", "pre", "ul", "ol", "dl", "blockquote", "table", "figure", "br", "hr", "img"];

/// A paragraph that was taken for a body has others of its kind beside it: the row of them is the body.
fn paragraphs(
    view: &View<'_, '_>,
    layout: &Layout,
    marks: &Marks<'_>,
    at: u32,
    piece: &Range<u32>,
    parts: Parts,
) -> Option<Range<u32>> {
    let name = |at: u32| view.flat.element(at).map(|element| element.value().name());
    if !matches!(name(at), Some("p" | "pre" | "ul" | "ol")) {
        return None;
    }
    let up = layout.parent(at)?;
    let named = parts.author.map(|number| marks.people[number].at);
    let dated = parts.date.map(|number| marks.dates[number].node);
    let mut children: Vec<Range<u32>> = Vec::new();
    let mut next = up + 1;
    while next < view.flat.node(up).end.min(piece.end) {
        children.push(layout::whole(&view.flat, next));
        next = view.flat.node(next).end;
    }
    let belongs = |child: &&Range<u32>| {
        let holds = |place: Option<u32>| place.is_some_and(|place| child.contains(&place));
        child.start >= piece.start
            && !holds(named)
            && !holds(dated)
            && name(child.start).is_none_or(|name| PARAGRAPHS.contains(&name) && class_factor(view, child.start) >= 1.0)
    };
    let own = children.iter().position(|child| child.start == at)?;
    let before = children[..own].iter().rev().take_while(belongs).count();
    let after = children[own + 1..].iter().take_while(belongs).count();
    let row = children[own - before].start..children[own + after].end.min(piece.end);
    (layout.letters(&row) > layout.letters(&layout::whole(&view.flat, at))).then_some(row)
}

/// A frame around bodies gives way to what within it is called a body and holds most of its text.
fn narrowed(view: &View<'_, '_>, pieces: &[Vec<Candidate>], key: u64) -> u64 {
    let mut key = key;
    for _ in 0..4 {
        let mut frames = 0.0;
        let mut inner: BTreeMap<u64, (f64, usize)> = BTreeMap::new();
        let mut count = 0;
        for candidates in pieces {
            let Some(frame) = candidates.iter().find(|candidate| candidate.key == key) else { continue };
            frames += frame.weight.min(3000.0);
            count += 1;
            let range = view.flat.within(frame.at);
            let mut seen: BTreeSet<u64> = BTreeSet::new();
            for candidate in candidates.iter().filter(|candidate| candidate.is_named && range.contains(&candidate.at)) {
                if seen.insert(candidate.key) {
                    let (sum, pieces) = inner.entry(candidate.key).or_default();
                    *sum += candidate.weight.min(3000.0);
                    *pieces += 1;
                }
            }
        }
        let fits =
            |known: u64, sum: f64, pieces: usize| known != key && sum >= frames * 0.7 && pieces * 10 >= count * 8;
        let inner = inner.into_iter().filter(|(known, (sum, pieces))| fits(*known, *sum, *pieces));
        match inner.max_by(|one, other| one.1.0.total_cmp(&other.1.0).then(one.0.cmp(&other.0))) {
            Some((narrow, _)) => key = narrow,
            None => break,
        }
    }
    key
}

fn candidates(
    view: &View<'_, '_>,
    layout: &Layout,
    marks: &Marks<'_>,
    range: &Range<u32>,
    parts: Parts,
) -> Vec<Candidate> {
    // What repeats them (in a second column, for small screens) is a header as well.
    let first = marks.people.partition_point(|named| named.at < range.start);
    let people = marks.people[first..].iter().take_while(|named| named.at < range.end);
    let author = parts.author.map(|number| &marks.people[number].name);
    let authors: Vec<u32> = people
        .filter(|named| Some(&named.name) == author && named.strength >= 2)
        .map(|named| named.at)
        .chain(parts.author.map(|number| marks.people[number].at))
        .collect();
    let first = marks.dates.partition_point(|date| date.node < range.start);
    let inside = marks.dates[first..].iter().take_while(|date| date.node < range.end);
    let date = parts.date.map(|number| &marks.dates[number].text);
    let dates: Vec<u32> = inside
        .filter(|dated| Some(&dated.text) == date && !dated.text.is_empty())
        .map(|dated| dated.node)
        .chain(parts.date.map(|number| marks.dates[number].node))
        .collect();
    let beside = beside(view, layout, range, &authors, &dates);
    let mut all = Vec::new();
    // Open elements: end, key, elements of a name seen within.
    let mut open: Vec<(u32, u64, BTreeMap<u64, u32>)> = vec![(range.end, 0, BTreeMap::new())];
    let drop = view.profile.body.drop.as_ref();
    let mut at = range.start;
    while at < range.end {
        while open.len() > 1 && open.last().is_some_and(|(end, ..)| *end <= at) {
            open.pop();
        }
        let node_end = view.flat.node(at).end;
        let Some(element) = view.flat.element(at) else {
            at += 1;
            continue;
        };
        let here = at..node_end.min(range.end);
        let holds = |places: &[u32]| places.iter().any(|place| here.contains(place));
        let (named, dated) = (holds(&authors), holds(&dates));
        // A form around the whole post is its frame, and no part of its body; what is code is a part of it.
        if !layout.visible[at as usize] || (view.is(drop, at) && !named && !dated) || is_code(view, at) {
            at = node_end;
            continue;
        }
        let name = element.value().name();
        let Some((_, above, seen)) = open.last_mut() else { break };
        let nth = seen.entry(hash(&name)).or_default();
        *nth += 1;
        let key = match attribute(element, "class").map(str::trim).filter(|class| !class.is_empty()) {
            Some(_) => layout.shapes[at as usize],
            None => hash(&(name, *nth, *above)),
        };
        open.push((node_end, key, BTreeMap::new()));
        let off: f64 = beside.iter().filter(|(off, _)| at < *off && *off < node_end).map(|(_, weight)| weight).sum();
        let weight = weight_of(layout, &here) - off;
        let is_typed = is_typed(view, at);
        // An element of the class of bodies is the body of a post of pictures as well.
        if weight > 0.0 || is_typed || attribute(element, "class").is_some() {
            let factor = class_factor(view, at);
            let mut value = weight.min(4000.0) * factor;
            if named {
                value *= 0.2;
            }
            if dated {
                value *= 0.5;
            }
            // What tells when someone joined is the author's panel, or holds it.
            if marks.other_dates_in(&here) > 0 {
                value *= 0.5;
            }
            // Of a row and its cells a cell is meant.
            if matches!(name, "tr" | "tbody" | "table") {
                value *= 0.7;
            }
            if matches!(name, "a" | "h1" | "h2" | "h3" | "h4" | "label" | "form") {
                value *= 0.3;
            }
            all.push(Candidate { at, key, value, weight, is_named: factor > 1.2, is_typed });
        }
        at += 1;
    }
    all
}

fn weight_of(layout: &Layout, range: &Range<u32>) -> f64 {
    f64::from(layout.plain(range)) + 0.4 * f64::from(layout.linked(range))
}

/// What stands in a piece beside its text, and what each weighs: signatures and tools, and subjects. Frames around bodies are not
/// worth more for them.
fn beside(view: &View<'_, '_>, layout: &Layout, range: &Range<u32>, authors: &[u32], dates: &[u32]) -> Vec<(u32, f64)> {
    let drop = view.profile.body.drop.as_ref();
    let mut all = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let here = at..view.flat.node(at).end;
        let is_heading = || {
            let element = view.flat.element(at);
            element.is_some_and(|element| matches!(element.value().name(), "h1" | "h2" | "h3" | "h4" | "h5"))
        };
        let is_head = authors.iter().chain(dates).any(|place| here.contains(place));
        if view.flat.element(at).is_some() && !is_head && (view.is(drop, at) || is_heading()) {
            all.push((at, weight_of(layout, &here)));
            at = here.end;
        } else {
            at += 1;
        }
    }
    all
}

/// Whether microdata says that an element is a body.
fn is_typed(view: &View<'_, '_>, at: u32) -> bool {
    let told = view.flat.element(at).and_then(|element| attribute(element, "itemprop"));
    matches!(told, Some("text" | "articleBody" | "reviewBody" | "commentText"))
}

/// Whether an element is a block of code, by its class.
fn is_code(view: &View<'_, '_>, at: u32) -> bool {
    let class = view.flat.element(at).and_then(|element| attribute(element, "class")).unwrap_or_default();
    class.split_ascii_whitespace().any(|token| {
        let token = token.to_ascii_lowercase();
        let ends = ["_code", "-code", "codeblock", "codebox", "code-block"].iter().any(|end| token.ends_with(end));
        token == "code" || token.starts_with("codeb") || ends
    })
}

/// What classes tell: names of bodies speak for an element, names of panels and tools against it.
fn class_factor(view: &View<'_, '_>, at: u32) -> f64 {
    let Some(element) = view.flat.element(at) else { return 1.0 };
    if is_typed(view, at) {
        return 2.5;
    }
    let (mut body, mut aside) = (false, false);
    for value in [attribute(element, "class"), attribute(element, "id")].into_iter().flatten() {
        for token in value.split_ascii_whitespace() {
            let lower = token.to_ascii_lowercase();
            body |= words::BODY_CLASSES.iter().any(|word| lower.contains(word));
            let parts = token_parts(token);
            aside |= parts.iter().any(|part| words::ASIDE_CLASSES.contains(&part.as_str()))
                || lower.starts_with("sig")
                || words::ASIDE_CLASSES.iter().any(|word| word.len() >= 4 && lower.ends_with(word));
        }
    }
    match (body, aside) {
        (true, false) => 1.35,
        (true, true) => 0.8,
        (false, true) => 0.3,
        (false, false) => 1.0,
    }
}

/// The words of a class: `message-userContent` has three.
fn token_parts(token: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut before_lower = false;
    for c in token.chars() {
        if !c.is_ascii_alphabetic() || (c.is_ascii_uppercase() && before_lower) {
            parts.push(String::new());
        }
        if c.is_ascii_alphabetic()
            && let Some(part) = parts.last_mut()
        {
            part.push(c.to_ascii_lowercase());
        }
        before_lower = c.is_ascii_lowercase();
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The line of name and date, where it stands within the body itself.
fn header(
    view: &View<'_, '_>,
    layout: &Layout,
    marks: &Marks<'_>,
    at: u32,
    inner: &Range<u32>,
    parts: Parts,
) -> Vec<Range<u32>> {
    let named = parts.author.map(|number| marks.people[number].at);
    let dated = parts.date.map(|number| marks.dates[number].node);
    let mut cuts: Vec<Range<u32>> = Vec::new();
    for place in [named, dated].into_iter().flatten().filter(|place| inner.contains(place)) {
        // As much around it as is no running text.
        let mut wide = place;
        for up in layout.upward(place).take_while(|up| *up != at) {
            if layout.letters(&layout::whole(&view.flat, up)) <= 90 {
                wide = up;
            }
        }
        cuts.push(layout::whole(&view.flat, wide));
    }
    if cuts.is_empty() {
        return cuts;
    }
    cuts.sort_by_key(|cut| (cut.start, cut.end));
    let span = cuts[0].start..cuts.iter().map(|cut| cut.end).max().unwrap_or(cuts[0].end);
    let (lead, trail) = (inner.start..span.start, span.end..inner.end);
    if layout.letters(&span) <= 140 {
        cuts = vec![span];
        if layout.letters(&lead) <= 40 {
            cuts[0].start = lead.start;
        } else if layout.letters(&trail) <= 40 {
            cuts[0].end = trail.end;
        }
    }
    cuts
}
