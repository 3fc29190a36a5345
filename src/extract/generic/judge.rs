//! Whether what was found is a forum's: what the page says of itself, and whether the pieces have what posts have.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    layout::Layout,
    post::Reading,
    series::{self, Piece},
    title,
};
use crate::{
    extract::{flat::attribute, view::View},
    model::{RawDate, RawPost},
};

/// Whether the pieces are posts of a forum: most have what a post has. Few blocks must have all of it, for few blocks of any page look
/// alike by chance; and what readers say below an article is no thread.
pub(super) fn are_posts(view: &View<'_, '_>, reading: &Reading, posts: &[RawPost]) -> bool {
    let Reading { layout, pieces, .. } = reading;
    if is_listing(layout, pieces, posts) {
        return false;
    }
    let is_typed = |piece: &Piece| {
        view.flat
            .element(piece.top)
            .and_then(|element| attribute(element, "itemtype"))
            .is_some_and(series::is_post_type)
    };
    if pieces.iter().any(is_typed) {
        return true;
    }
    let is_forum = is_forum(view);
    if !is_forum
        && (posts.len() <= 3 && (is_article(view, posts) || !are_people(reading)) || are_comments(view, layout, pieces))
    {
        return false;
    }
    let count = |test: &dyn Fn(&RawPost) -> bool| posts.iter().filter(|post| test(post)).count() * 10;
    let dated = count(&|post| post.date != RawDate::default());
    let named = count(&|post| post.author.is_some());
    let share = match (is_forum, posts.len()) {
        (true, _) => 5,
        (false, 0..=3) => 10,
        (false, _) => 7,
    };
    // Some forums print no dates; then every block must be called a post.
    let all_named = posts.len() >= 2 && named == posts.len() * 10 && are_called(view, pieces);
    (is_forum && all_named) || (dated >= posts.len() * share && named >= posts.len() * share.min(7))
}

fn are_called(view: &View<'_, '_>, pieces: &[Piece]) -> bool {
    pieces.iter().all(|piece| {
        let element = view.flat.element(piece.top);
        let class = element.and_then(|element| attribute(element, "class")).unwrap_or_default().to_ascii_lowercase();
        ["post", "comment", "message", "answer", "reply"].iter().any(|word| class.contains(word))
    })
}

/// Whether more than bold type says of most names that they are people's.
fn are_people(reading: &Reading) -> bool {
    let named = reading.parts.iter().filter_map(|parts| parts.author);
    let sure = named.filter(|number| reading.people[*number].strength >= 2).count();
    sure * 2 >= reading.pieces.len()
}

/// Whether a page that calls itself an article begins with a text of the length of one.
fn is_article(view: &View<'_, '_>, posts: &[RawPost]) -> bool {
    const LONG: usize = 2500;
    posts.first().is_some_and(|first| first.body.text.chars().count() >= LONG) && says_article(view)
}

/// Whether all, an opening apart, stand in what is called the comments of a page, below an article.
fn are_comments(view: &View<'_, '_>, layout: &Layout, pieces: &[Piece]) -> bool {
    const ARTICLE: u32 = 500;
    let comments = |piece: &Piece| {
        layout.upward(piece.top).find(|at| {
            let id = view.flat.element(*at).and_then(|element| attribute(element, "id"));
            id.is_some_and(|id| id.eq_ignore_ascii_case("comments"))
        })
    };
    let Some(frame) = pieces.last().and_then(comments) else { return false };
    layout.plain(&(0..frame)) >= ARTICLE && pieces.iter().skip(1).all(|piece| comments(piece) == Some(frame))
}

static FORUM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)forum|viewtopic|showthread|threads?[/.=]|[-/]threads?/|/threads?-\d|\bview (?:topic|thread)\b|topics?[/.=]|\bboards?[./]|\bbbs\b|discussions?\b|/questions?/|\bcommunity\.|/community/|/t/|/talk/|answers|\bforo|foren|форум|论坛|論壇|掲示板|フォーラム|포럼|diễn đàn")
    .ok()
});

/// Whether the address or the title of a page says that it is a forum's.
pub(super) fn is_forum(view: &View<'_, '_>) -> bool {
    let Some(pattern) = FORUM.as_ref() else { return false };
    let told = |name: &str, key: &str, value: &str, take: &str| {
        let mut elements = view.flat.elements().filter(|(_, element)| element.value().name() == name);
        elements.any(|(_, element)| {
            attribute(element, key).is_some_and(|found| value.is_empty() || found == value)
                && attribute(element, take).is_some_and(|text| pattern.is_match(text))
        })
    };
    pattern.is_match(view.base.as_str())
        || title::page_title(view).is_some_and(|title| pattern.is_match(&title))
        || told("link", "rel", "canonical", "href")
        || told("body", "class", "", "class")
        || told("meta", "name", "generator", "content")
}

/// Whether a page says of itself that it is an article (<https://ogp.me/#type_article>).
pub(super) fn says_article(view: &View<'_, '_>) -> bool {
    view.flat.elements().any(|(_, element)| {
        element.value().name() == "meta"
            && attribute(element, "property") == Some("og:type")
            && attribute(element, "content") == Some("article")
    })
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
