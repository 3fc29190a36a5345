//! Posts: from the element that holds one to a [`RawPost`].

use std::collections::HashMap;

use super::{body, text, view::View};
use crate::{
    engine::{Address, PostIds, PostRules},
    model::{Attachment, RawAuthor, RawDate, RawNotice, RawPost, Status},
};

/// All posts of a page, in page order.
pub(super) fn posts(view: &mut View<'_, '_>, own: Option<&Address>) -> Vec<RawPost> {
    let rules = &view.profile.post;
    let Some(each) = &rules.each else { return Vec::new() };
    let mut places: Vec<(u32, Option<String>)> = Vec::new();
    // Where a post was made longer or shorter, its id may be another one.
    let mut is_changed = rules.goes_on;
    for at in view.all(each, &view.whole()).to_vec() {
        if view.is(rules.skip.as_ref(), at) {
            continue;
        }
        let id = view.value(&rules.id, at);
        if let Some((outer, outer_id)) = places.last().filter(|(outer, _)| at < view.flat.within(*outer).end) {
            // What lies within a post is part of it, unless it is another post: then end tags were forgotten.
            if id.is_none() || id == *outer_id {
                continue;
            }
            view.flat.end_before(*outer, at);
            is_changed = true;
        }
        if rules.goes_on && id.is_some() && places.last().is_some_and(|(_, before)| *before == id) {
            continue;
        }
        let is_post = id.is_some() || {
            let range = at..view.flat.within(at).end;
            rules.goes_on && (rules.id.0.is_empty() || rules.behind.is_some())
                || rules.body.0.iter().chain(&rules.behind).any(|css| view.first(css, &range).is_some())
        };
        if is_post {
            places.push((at, id));
        }
    }
    if rules.goes_on {
        for (number, (at, _)) in places.iter().enumerate() {
            view.flat.go_on(*at, places.get(number + 1).map(|(next, _)| *next));
        }
    }
    let of = |(at, id)| post(view, rules, own, at, if is_changed { view.value(&rules.id, at) } else { id });
    once(places.into_iter().filter_map(of).collect())
}

/// A post that a page shows twice (as the answer on top, or an advertisement in its clothes) counts once: the last that has
/// text, in its own place.
fn once(posts: Vec<RawPost>) -> Vec<RawPost> {
    let mut ids: Vec<&str> = posts.iter().filter_map(|post| post.id.as_deref()).collect();
    ids.sort_unstable();
    if ids.windows(2).all(|two| two[0] != two[1]) {
        return posts;
    }
    let mut last: HashMap<String, (usize, bool)> = HashMap::new();
    for (number, post) in posts.iter().enumerate() {
        let has_text = !post.body.text.is_empty();
        if let Some(id) = &post.id
            && last.get(id).is_none_or(|(_, before)| has_text || !before)
        {
            last.insert(id.clone(), (number, has_text));
        }
    }
    let mut number = 0..;
    let mut posts = posts;
    posts.retain(|post| {
        let number = number.next();
        post.id.as_ref().is_none_or(|id| last.get(id).map(|(kept, _)| *kept) == number)
    });
    posts
}

/// A post; `None` where there is neither an id nor a body: it only looked like one.
fn post(view: &View<'_, '_>, rules: &PostRules, own: Option<&Address>, at: u32, id: Option<String>) -> Option<RawPost> {
    let range = view.flat.within(at);
    let place =
        rules.body.0.iter().find_map(|css| if view.is(Some(css), at) { Some(at) } else { view.first(css, &range) });
    let mut status = rules.status.iter().find(|rule| view.holds(&rule.when, at)).map(|rule| rule.status);
    let body = place.map(|place| body::body(view, place)).or_else(|| {
        let behind = view.all(rules.behind.as_ref()?, &(at..range.end)).last()?;
        Some(body::behind(view, *behind, range.end))
    });
    if id.is_none() && body.is_none() {
        return None;
    }
    if body.is_none() && status.is_none() {
        status = Some(Status::Hidden);
    }
    Some(RawPost {
        url: own.and_then(|own| address_of(view, own, rules, at, id.as_deref())),
        position: view.value(&rules.position, at).and_then(|printed| text::number(&printed)),
        headline: view.value(&rules.headline, at),
        author: author(view, rules, at),
        date: RawDate {
            text: view.value(&rules.date, at),
            attributes: each_once(view.values(&rules.date_attributes, at)),
        },
        notices: notices(view, rules, at),
        attachments: attachments(view, at),
        status: status.unwrap_or_default(),
        body: body.unwrap_or_default(),
        id,
    })
}

/// Where a post is found. One that has no name of its own in addresses (the opening one) is found where its thread is.
fn address_of(view: &View<'_, '_>, own: &Address, rules: &PostRules, at: u32, id: Option<&str>) -> Option<String> {
    if rules.link.0.is_empty() {
        return view.profile.permalink(own, id?);
    }
    match view.value(&rules.link, at) {
        Some(link) => view.profile.permalink(own, &link),
        None => view.profile.other_page(own, None, None).map(|first| first.url.into()),
    }
}

/// Whether ids of posts are unique in the whole forum.
pub(super) fn ids_are_unique(view: &View<'_, '_>) -> bool {
    view.profile.post_ids == PostIds::Forum
}

/// Themes print the same instant in several places.
fn each_once(values: Vec<String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for value in values {
        if !once.contains(&value) {
            once.push(value);
        }
    }
    once
}

fn author(view: &View<'_, '_>, rules: &PostRules, at: u32) -> Option<RawAuthor> {
    let rules = &rules.author;
    let name = view.value(&rules.name, at)?;
    if rules.nobody.as_ref().is_some_and(|nobody| nobody.is_match(&name)) || name == "[deleted]" {
        return None;
    }
    let url = view.value(&rules.url, at).and_then(|href| view.author_address(&href));
    Some(RawAuthor { name, id: view.value(&rules.id, at), url, role: view.value(&rules.role, at) })
}

fn notices(view: &View<'_, '_>, rules: &PostRules, at: u32) -> Vec<RawNotice> {
    let Some(css) = &rules.notices else { return Vec::new() };
    let mut all = Vec::new();
    let modified = view.value(&rules.notice.modified, at);
    for &place in view.all(css, &view.flat.within(at)) {
        let text = text::block_of(view, place);
        if text.is_empty() {
            continue;
        }
        let rules = &rules.notice;
        let editor = view.value(&rules.editor, place).map(|name| RawAuthor {
            name,
            id: view.value(&rules.editor_id, place),
            url: view.value(&rules.editor_url, place).and_then(|href| view.address(&href)),
            role: None,
        });
        all.push(RawNotice {
            text,
            date_attributes: modified.iter().cloned().chain(view.values(&rules.date_attributes, place)).collect(),
            editor,
            reason: view.value(&rules.reason, place),
            is_data: view.is(rules.wordless.as_ref(), place),
            ..RawNotice::default()
        });
    }
    all
}

pub(super) fn attachments(view: &View<'_, '_>, at: u32) -> Vec<Attachment> {
    let mut all: Vec<(u32, Attachment)> = Vec::new();
    for rules in view.profile.attachments() {
        let Some(each) = &rules.each else { continue };
        for &place in view.all(each, &view.flat.within(at)) {
            let Some(name) = view.value(&rules.name, place) else { continue };
            let url = view.value(&rules.url, place).and_then(|href| view.address(&href));
            if all.iter().all(|(known, _)| *known != place) {
                all.push((place, Attachment { name, url, size: view.value(&rules.size, place) }));
            }
        }
    }
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, attachment)| attachment).collect()
}
