//! From pieces to raw posts.

use std::{collections::HashMap, ops::Range};

use super::{
    date,
    layout::Layout,
    opening,
    parts::{self, Parts},
    person,
    series::{self, Marks, Piece},
    text::{self, BodyPlace},
    title,
};
use crate::{
    extract::{body, flat::attribute, view::View},
    model::{RawAuthor, RawDate, RawPost, Status},
};

/// All posts of a page, told by its structure alone; empty where it shows none.
pub(in crate::extract) fn posts(view: &View<'_, '_>) -> Vec<RawPost> {
    let layout = Layout::of(view);
    let dates = date::dates(view, &layout);
    let mut people = person::people(view, &layout);
    people.extend(person::beside_dates(view, &layout, &dates));
    people.sort_by_key(|named| named.at);
    let marks = Marks::new(&dates, &people, &layout);
    let (mut pieces, _) = series::best(view, &layout, &marks);
    match pieces.is_empty() {
        true => pieces.extend(opening::only(view, &layout, &marks)),
        false => {
            if let Some(first) = opening::opening(view, &layout, &marks, &pieces) {
                pieces.insert(0, first);
            }
        }
    }
    let parts = parts::parts(view, &layout, &marks, &pieces);
    let bodies = text::bodies(view, &layout, &marks, &pieces, &parts);
    let ids = ids(view, &pieces);
    let title = title::title(view);
    let mut posts: Vec<RawPost> = Vec::new();
    for (number, (piece, body)) in pieces.iter().zip(bodies).enumerate() {
        let id = ids.as_ref().map(|ids| ids[number].clone());
        let Some(mut post) = post(view, &marks, piece, parts[number], body, id) else { continue };
        without_title(&mut post, title.as_deref());
        posts.push(post);
    }
    if is_listing(&layout, &pieces, &posts) || !look_like_posts(view, &pieces, &posts) { Vec::new() } else { posts }
}

fn post(
    view: &View<'_, '_>,
    marks: &Marks<'_>,
    piece: &Piece,
    parts: Parts,
    body: Option<BodyPlace>,
    id: Option<String>,
) -> Option<RawPost> {
    let named = parts.author.map(|number| &marks.people[number]);
    let dated = parts.date.map(|number| &marks.dates[number]);
    if named.is_none() && dated.is_none() {
        return None;
    }
    let place = body?;
    let mut body = body::body_of(view, place.at, place.range, &place.cuts);
    without_signature(&mut body.text);
    let is_empty = body.text.is_empty() && body.quotes.is_empty() && body.images.is_empty();
    if is_empty && (named.is_none() || dated.is_none()) {
        return None;
    }
    let author = named.map(|named| RawAuthor {
        name: named.name.clone(),
        id: None,
        url: named.href.as_deref().and_then(|href| view.resolve(href)),
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

/// A first line that repeats the thread's title ("Re: …") is the post's subject.
fn without_title(post: &mut RawPost, title: Option<&str>) {
    let Some(title) = title.filter(|title| title.chars().count() >= 6) else { return };
    let text = &post.body.text;
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let bare = line.trim();
    let repeats = bare.len() <= title.len() + 16
        && (bare.ends_with(title) || (bare.len() >= 6 && title.starts_with(bare) && title.len() <= bare.len() + 40));
    if repeats && !rest.trim().is_empty() {
        let cut = text.len() - rest.trim_start().len();
        post.headline = Some(bare.to_owned());
        post.body.text.drain(..cut);
        post.body
            .notice_spans
            .iter_mut()
            .for_each(|span| *span = span.start.saturating_sub(cut)..span.end.saturating_sub(cut));
    }
}

/// Old engines set signatures off by a line of underscores.
fn without_signature(text: &mut String) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if bare.len() >= 8 && bare.bytes().all(|b| b == b'_') {
            text.truncate(at);
            text.truncate(text.trim_end().len());
            return;
        }
        at += line.len();
    }
}

/// Ids of the pieces: an attribute of the same form in each, with a number of its own.
fn ids(view: &View<'_, '_>, pieces: &[Piece]) -> Option<Vec<String>> {
    let mut forms: HashMap<String, HashMap<usize, String>> = HashMap::new();
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
    let is_own = |found: &HashMap<usize, String>| {
        let mut values: Vec<&String> = found.values().collect();
        values.sort_unstable();
        values.dedup();
        found.len() == pieces.len() && values.len() == found.len()
    };
    let longest = |found: &HashMap<usize, String>| found.values().map(String::len).sum::<usize>();
    let best = forms.iter().filter(|(_, found)| is_own(found)).max_by_key(|(form, found)| {
        let said = ["post", "msg", "message", "comment", "pid"].iter().any(|word| form.contains(word));
        (said, longest(found), std::cmp::Reverse((*form).clone()))
    });
    best.map(|(_, found)| (0..pieces.len()).map(|number| found[&number].clone()).collect())
}

/// A link within a piece that names its id.
fn permalink(view: &View<'_, '_>, range: &Range<u32>, id: &str) -> Option<url::Url> {
    let links = range.clone().filter_map(|at| view.flat.element(at)).filter(|element| element.value().name() == "a");
    links
        .filter_map(|element| attribute(element, "href"))
        .find(|href| names(href, id))
        .and_then(|href| view.resolve(href))
}

fn names(href: &str, id: &str) -> bool {
    let bytes = href.as_bytes();
    href.match_indices(id).any(|(at, _)| {
        let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        !digit(at.checked_sub(1)) && !digit(Some(at + id.len()))
    })
}

/// Whether most have what a post has; few blocks must have all of it, for few blocks of any page look alike by chance.
fn look_like_posts(view: &View<'_, '_>, pieces: &[Piece], posts: &[RawPost]) -> bool {
    let is_typed = |piece: &Piece| {
        view.flat
            .element(piece.top)
            .and_then(|element| attribute(element, "itemtype"))
            .is_some_and(series::is_post_type)
    };
    if pieces.iter().any(is_typed) {
        return true;
    }
    let count = |test: &dyn Fn(&RawPost) -> bool| posts.iter().filter(|post| test(post)).count() * 10;
    let dated = count(&|post| post.date != RawDate::default());
    let named = count(&|post| post.author.is_some());
    let share = if posts.len() <= 3 { 10 } else { 6 };
    dated >= posts.len() * share && named >= posts.len() * share.min(7)
}

/// Whether the pieces are rows of a listing: titles in links, and hardly any text of their own.
fn is_listing(layout: &Layout, pieces: &[Piece], posts: &[RawPost]) -> bool {
    if posts.is_empty() {
        return true;
    }
    let (plain, linked) = pieces.iter().fold((0u64, 0u64), |(plain, linked), piece| {
        (plain + u64::from(layout.plain(&piece.range)), linked + u64::from(layout.linked(&piece.range)))
    });
    let mut lengths: Vec<usize> =
        posts.iter().map(|post| post.body.text.chars().filter(|c| c.is_alphanumeric()).count()).collect();
    lengths.sort_unstable();
    linked > plain * 3 / 2 && lengths[lengths.len() / 2] < 40
}
