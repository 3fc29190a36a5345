//! From pieces to raw posts.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    date::{self, Dated},
    judge,
    layout::{Layout, hash},
    links, opening,
    parts::{self, Parts},
    person::{self, Named},
    series::{self, Marks, Piece},
    text::{self, BodyPlace},
    title,
};
use crate::{
    extract::{body, flat::attribute, view::View},
    model::{RawAuthor, RawBody, RawDate, RawPost, Status},
};

/// A page as its structure tells it.
pub(super) struct Reading {
    pub(super) layout: Layout,
    pub(super) dates: Vec<Dated>,
    pub(super) people: Vec<Named>,
    pub(super) pieces: Vec<Piece>,
    pub(super) parts: Vec<Parts>,
    pub(super) bodies: Vec<Option<BodyPlace>>,
    pub(super) ids: Option<Ids>,
}

impl Reading {
    pub(super) fn of(view: &View<'_, '_>) -> Reading {
        let layout = Layout::of(view);
        let dates = date::dates(view, &layout);
        let mut people = person::people(view, &layout);
        people.extend(person::beside_dates(view, &layout, &dates));
        people.sort_by_key(|named| named.at);
        let marks = Marks::new(&dates, &people, &layout);
        let is_forum = judge::is_forum(view);
        let (mut pieces, worth) = series::best(view, &layout, &marks);
        // Two places of one post are a row as well, but a poor one.
        if worth < 0.6 {
            pieces.clear();
        }
        match pieces.is_empty() {
            true => pieces.extend(opening::only(view, &layout, &marks, is_forum)),
            false => {
                if let Some(first) = opening::opening(view, &layout, &marks, &pieces, is_forum) {
                    pieces.insert(0, first);
                }
            }
        }
        let parts = parts::parts(view, &layout, &marks, &pieces);
        let bodies = text::bodies(view, &layout, &marks, &pieces, &parts);
        let ids = ids(view, &pieces);
        Reading { layout, dates, people, pieces, parts, bodies, ids }
    }
}

/// All posts of a page, told by its structure alone; empty where it shows none.
pub(in crate::extract) fn posts(view: &View<'_, '_>) -> Vec<RawPost> {
    let reading = Reading::of(view);
    let title = title::title(view);
    let mut posts: Vec<RawPost> = Vec::new();
    let mut seen: BTreeSet<u64> = BTreeSet::new();
    let abridged = abridged(view, &reading);
    let strays = if judge::is_forum(view) { strays(&reading) } else { BTreeSet::new() };
    let is_one = |number: &usize| !abridged.contains(number) && !strays.contains(number);
    for number in (0..reading.pieces.len()).filter(is_one) {
        let Some(mut post) = post(view, &reading, number) else { continue };
        without_title(&mut post, title.as_deref());
        // The same in another dress (for small screens, or quoted on top) is the same post.
        let says = hash(&(post.author.as_ref().map(|author| &author.name), &post.date.text, &post.body.text));
        let is_imprint = post.date == RawDate::default() && is_imprint(&post.body.text);
        if !is_imprint && (post.body.text.len() < 30 || seen.insert(says)) {
            posts.push(post);
        }
    }
    if judge::are_posts(view, &reading, &posts) { posts } else { Vec::new() }
}

/// Pieces that show the beginning of a post alone: of another class than the others, and without the date that those have.
fn abridged(view: &View<'_, '_>, reading: &Reading) -> BTreeSet<usize> {
    const LEAST: usize = 5;
    let shape = |number: usize| {
        let author = reading.people[reading.parts[number].author?].at;
        let called = reading.layout.upward(author).find(|at| {
            let class = view.flat.element(*at).and_then(|element| attribute(element, "class")).unwrap_or_default();
            class
                .split_ascii_whitespace()
                .any(|token| ["post", "comment", "message", "reply", "answer"].contains(&token))
        });
        called.map(|at| reading.layout.shapes[at as usize])
    };
    let (dated, undated): (Vec<usize>, Vec<usize>) =
        (0..reading.pieces.len()).partition(|number| reading.parts[*number].date.is_some());
    if dated.len() < LEAST || undated.len() < LEAST {
        return BTreeSet::new();
    }
    let shapes: BTreeSet<Option<u64>> = dated.into_iter().map(shape).collect();
    undated.into_iter().filter(|number| shape(*number).is_some_and(|shape| !shapes.contains(&Some(shape)))).collect()
}

/// Pieces without a date and of another shape than all that have one, where most have: what stands above and below a thread.
fn strays(reading: &Reading) -> BTreeSet<usize> {
    let shape = |number: &usize| reading.layout.shapes[reading.pieces[*number].top as usize];
    let (dated, undated): (Vec<usize>, Vec<usize>) =
        (0..reading.pieces.len()).partition(|number| reading.parts[*number].date.is_some());
    if dated.len() < undated.len() {
        return BTreeSet::new();
    }
    let shapes: BTreeSet<u64> = dated.iter().map(shape).collect();
    undated.into_iter().filter(|number| !shapes.contains(&shape(number))).collect()
}

fn post(view: &View<'_, '_>, reading: &Reading, number: usize) -> Option<RawPost> {
    let (piece, parts) = (&reading.pieces[number], reading.parts[number]);
    let id = reading.ids.as_ref().map(|ids| ids.values[number].clone());
    let place = reading.bodies[number].clone();
    let named = parts.author.map(|number| &reading.people[number]);
    let dated = parts.date.map(|number| &reading.dates[number]);
    if named.is_none() && dated.is_none() {
        return None;
    }
    let place = place?;
    let mut body = body::body_of(view, place.at, place.range, &place.cuts);
    without_signature(&mut body);
    let is_empty = body.text.is_empty() && body.quotes.is_empty() && body.images.is_empty();
    if is_empty && (named.is_none() || dated.is_none()) {
        return None;
    }
    // no rule of this profile knows what carries a session
    let address = |href: &str| match view.options.crawled {
        true => view.resolve(href).map(|url| links::without_session(url).into()),
        false => view.author_address(href),
    };
    let author = named.map(|named| RawAuthor {
        name: named.name.clone(),
        id: None,
        url: named.href.as_deref().and_then(address),
        role: None,
    });
    let date = dated
        .map(|date| RawDate {
            text: Some(date.text.clone()).filter(|text| !text.is_empty()),
            attributes: date.attributes.clone(),
        })
        .unwrap_or_default();
    let url = id.as_deref().and_then(|id| permalink(view, &piece.range, id));
    Some(RawPost { id, url, author, date, body, status: Status::Visible, ..RawPost::default() })
}

/// What stands at the foot of a page: whose it all is.
fn is_imprint(text: &str) -> bool {
    text.contains('©') && text.chars().count() <= 400
}

/// A first line that repeats the thread's title ("Re: …") is the post's subject.
fn without_title(post: &mut RawPost, title: Option<&str>) {
    let Some(title) = title.filter(|title| title.chars().count() >= 6) else { return };
    let text = &post.body.text;
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let bare = line.trim();
    let repeats = bare.len() <= title.len() + 16
        && (bare.ends_with(title) || (bare.len() >= 6 && title.starts_with(bare) && title.len() <= bare.len() + 40));
    // A post of pictures or of nothing has its subject alone; one that only says the title says it.
    let is_reply = bare.strip_suffix(title).is_some_and(|before| before.trim_end().ends_with(':'));
    if repeats && (!rest.trim().is_empty() || is_reply) {
        let cut = text.len() - rest.trim_start().len();
        post.headline = Some(bare.to_owned());
        let whole = post.body.text.len();
        post.body.text.drain(..cut);
        post.body.markup.iter_mut().for_each(|markup| markup.keep(cut..whole));
        post.body
            .notice_spans
            .iter_mut()
            .for_each(|span| *span = span.start.saturating_sub(cut)..span.end.saturating_sub(cut));
    }
}

/// Old engines set signatures off by a line of underscores: the last one, with no more below it than people sign with.
fn without_signature(body: &mut RawBody) {
    const LONGEST: usize = 500;
    let mut at = 0;
    let mut line_at = None;
    for line in body.text.split_inclusive('\n') {
        let bare = line.trim();
        if bare.len() >= 8 && bare.bytes().all(|b| b == b'_') {
            line_at = Some(at);
        }
        at += line.len();
    }
    if let Some(at) = line_at.filter(|at| body.text[*at..].chars().count() <= LONGEST) {
        body.text.truncate(at);
        body.text.truncate(body.text.trim_end().len());
        body.markup.iter_mut().for_each(|markup| markup.truncate(at));
    }
}

/// Ids of the pieces, and the attribute that tells them.
pub(super) struct Ids {
    pub(super) attribute: String,
    /// What stands before the number.
    pub(super) stem: String,
    pub(super) values: Vec<String>,
}

/// Ids of the pieces: an attribute of the same form in each, with a number of its own.
fn ids(view: &View<'_, '_>, pieces: &[Piece]) -> Option<Ids> {
    let mut forms: BTreeMap<String, BTreeMap<usize, String>> = BTreeMap::new();
    for (number, piece) in pieces.iter().enumerate() {
        let mut parent = view.flat.element(piece.top);
        let range = piece.range.clone();
        let elements = range.filter_map(|at| view.flat.element(at)).take(120);
        let elements = elements.chain(parent.take());
        for element in elements {
            for name in [
                "id",
                "name",
                "data-id",
                "data-post-id",
                "data-postid",
                "data-comment-id",
                "data-message-id",
                "data-content",
            ] {
                let Some(value) = attribute(element, name) else { continue };
                let digits: String = value.chars().filter(char::is_ascii_digit).collect();
                if digits.is_empty() || digits.len() > 18 || value.len() > 60 {
                    continue;
                }
                let stem: String = value.chars().filter(|c| !c.is_ascii_digit()).collect();
                forms.entry(format!("{name} {stem}")).or_default().entry(number).or_insert(digits);
            }
        }
    }
    let is_own = |found: &BTreeMap<usize, String>| {
        let mut values: Vec<&String> = found.values().collect();
        values.sort_unstable();
        values.dedup();
        found.len() == pieces.len() && values.len() == found.len()
    };
    let longest = |found: &BTreeMap<usize, String>| found.values().map(String::len).sum::<usize>();
    let best = forms.iter().filter(|(_, found)| is_own(found)).max_by_key(|(form, found)| {
        let said = ["post", "msg", "message", "comment", "pid"].iter().any(|word| form.contains(word));
        (said, longest(found), std::cmp::Reverse((*form).clone()))
    });
    best.map(|(form, found)| {
        let (attribute, stem) = form.split_once(' ').unwrap_or((form, ""));
        let values = (0..pieces.len()).map(|number| found[&number].clone()).collect();
        Ids { attribute: attribute.to_owned(), stem: stem.to_owned(), values }
    })
}

/// A link within a piece that names its id.
fn permalink(view: &View<'_, '_>, range: &Range<u32>, id: &str) -> Option<String> {
    let links = range.clone().filter_map(|at| view.flat.element(at)).filter(|element| element.value().name() == "a");
    links
        .filter_map(|element| attribute(element, "href"))
        .find(|href| names(href, id))
        .and_then(|href| view.resolve(href))
        .map(|url| links::without_session(url).into())
}

fn names(href: &str, id: &str) -> bool {
    let bytes = href.as_bytes();
    href.match_indices(id).any(|(at, _)| {
        let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        !digit(at.checked_sub(1)) && !digit(Some(at + id.len()))
    })
}
