//! A document as a whole: what it holds, and what follows it.

use url::Url;

use super::{document::Document, listing::Reader};
use crate::{
    engine::{Address, JsonValue, Profile, Take},
    extract::{
        flat::{Kind, attribute},
        listing::request,
        options::ExtractOptions,
        view::View,
    },
    model::{Extracted, NewRequest, Outcome, Page, PageKind, RawThread},
};

/// The document that a page carries.
pub(in crate::extract) fn embedded(view: &View<'_, '_>) -> Option<Document> {
    let rules = &view.profile.json;
    rules.embedded.0.iter().find_map(|step| {
        let found = view.all(step.css.as_ref()?, &view.whole());
        found.iter().find_map(|&at| match &step.take {
            Take::Attribute(name) => Document::carried(attribute(view.flat.element(at)?, name)?, rules),
            _ => {
                let texts = view.flat.within(at).filter_map(|at| match view.flat.node(at).kind {
                    Kind::Text(text) => Some(text),
                    Kind::Element(_) => None,
                });
                Document::carried(&texts.collect::<String>(), rules)
            }
        })
    })
}

/// The document that the script of a page would ask for.
pub(in crate::extract) fn instead(view: &View<'_, '_>, own: Option<&Address>) -> Option<NewRequest> {
    let own = own.filter(|_| view.holds(&view.profile.json.shell, 0))?;
    let document = view.profile.document_of(own).filter(|document| document.url != own.url)?;
    let number = document.number().unwrap_or(1);
    let base = (document.kind == PageKind::Thread && number == 1).then_some(0);
    Some(NewRequest { page: Some(number), position_base: base, ..request(&document) })
}

/// Takes a document apart. `is_page`: it was served as a document of its own, so that links lead to documents.
pub(in crate::extract) fn extract(
    page: &Page,
    document: &Document,
    profile: &Profile,
    own: Option<&Address>,
    is_page: bool,
    options: ExtractOptions,
) -> Extracted {
    let look = document.look(&profile.json);
    let mut extracted = Extracted {
        engine: Some(profile.name.clone()),
        outcome: Outcome::Unrecognised,
        post_ids_unique: profile.post_ids == crate::engine::PostIds::Forum,
        notice_lines: profile.body.notice_lines,
        glued_signatures: profile.body.glued_signatures,
        ..Extracted::default()
    };
    let Some(near) = own.cloned().or_else(|| forum_of(profile, &page.url)) else { return extracted };
    let reader = Reader { look: &look, profile, near: &near, json: is_page, options };
    let rules = &profile.json;
    let (posts, links): (Vec<_>, Vec<_>) = reader.posts(&near.base()).into_iter().unzip();
    extracted.posts = posts;
    if extracted.posts.is_empty() {
        extracted.threads = reader.threads();
        extracted.boards = reader.boards();
    }
    extracted.kind = match own.map(|own| own.kind) {
        _ if !extracted.posts.is_empty() => PageKind::Thread,
        _ if !extracted.threads.is_empty() => PageKind::Board,
        Some(kind) => kind,
        None if !extracted.boards.is_empty() => PageKind::Index,
        None => PageKind::Unknown,
    };
    extracted.outcome = if !extracted.posts.is_empty() || !extracted.threads.is_empty() || !extracted.boards.is_empty()
    {
        Outcome::Read
    } else if look.holds(&rules.no_permission, look.root()) {
        Outcome::NoPermission
    } else if look.holds(&rules.missing, look.root()) {
        Outcome::Missing
    } else if extracted.kind == PageKind::Board && !rules.board.when.0.is_empty() && reader.may_hold(&rules.board.when)
    {
        Outcome::Read
    } else {
        Outcome::Empty
    };
    if extracted.outcome != Outcome::Read {
        return extracted;
    }
    if extracted.kind == PageKind::Thread {
        let id = reader.text(&rules.thread.id, look.root()).or_else(|| near.thread_id.clone());
        let slug = reader.text(&rules.thread.slug, look.root());
        let shown = profile.built(&near, PageKind::Thread, false, id.as_deref(), slug.as_deref());
        let shown = shown.or_else(|| own.and_then(|own| profile.other_page(own, None, None)));
        for (post, link) in extracted.posts.iter_mut().zip(links) {
            // One that has no name of its own in addresses is found where its thread is.
            let name = link.as_deref().or(post.id.as_deref().filter(|_| rules.post.link.0.is_empty()));
            post.url = match name {
                Some(name) => shown.as_ref().and_then(|shown| profile.permalink(shown, name)),
                None => shown.as_ref().filter(|_| post.id.is_some()).map(|shown| shown.url.as_str().to_owned()),
            };
        }
        extracted.thread = Some(RawThread {
            id,
            url: shown.map(|shown| shown.url),
            title: reader.text(&rules.thread.title, look.root()),
            boards: reader.path(),
            locked: look.holds(&rules.thread.locked, look.root()),
            ..RawThread::default()
        });
    }
    place(&reader, own, &mut extracted);
    extracted.url = own.map(|own| own.url.clone());
    extracted
}

/// Reads where the document stands among those of its board or thread, and which one follows.
fn place(reader: &Reader<'_, '_>, own: Option<&Address>, extracted: &mut Extracted) {
    let (rules, root) = (&reader.profile.json, reader.look.root());
    let number = |value| reader.text(value, root).and_then(|text| text.parse::<u32>().ok());
    let page = number(&rules.page).or(own.and_then(Address::number)).unwrap_or(1).max(1);
    let pages = number(&rules.pages);
    let count = u32::try_from(extracted.posts.len().max(extracted.threads.len())).unwrap_or(u32::MAX);
    let by_number = |number: u32| match own?.offset_of(number) {
        Some(offset) => reader.profile.other_page(own?, None, Some(offset)),
        None => reader.profile.other_page(own?, Some(number), None),
    };
    let counts_on = reader.json && rules.then.is_some();
    let is_opening = counts_on && reader.look.holds(&rules.opening, root);
    let last = |pointers| {
        let found = reader.look.each(pointers, &JsonValue::default(), root);
        found.last().copied()
    };
    let has_more = match (last(&rules.these_posts), last(&rules.all_posts)) {
        (Some(this), Some(all)) => this != all,
        _ => false,
    };
    let next = if is_opening {
        own.and_then(|own| reader.profile.behind_opening(own))
    } else if let Some(offset) = number(&rules.next_offset) {
        own.and_then(|own| reader.profile.other_page(own, None, Some(offset)))
    } else if let Some(told) = reader.text(&rules.next, root) {
        match told.parse::<u32>() {
            Ok(number) => (number > page).then(|| by_number(number)).flatten(),
            Err(_) => own.and_then(|own| own.url.join(&told).ok()).and_then(|url| reader.profile.address(&url)),
        }
    } else if has_more || rules.full.is_some_and(|full| count >= full) || pages.is_some_and(|pages| pages > page) {
        by_number(page + 1)
    } else {
        None
    };
    let next = next.filter(|next| own.is_none_or(|own| own.url != next.url && own.kind == next.kind));
    let before = match (&next, page) {
        _ if is_opening => Some(0),
        // What stands before it is a page of its own, so the frontier counts.
        _ if counts_on => None,
        (_, 1) => Some(0),
        (Some(_), _) => Some((page - 1).saturating_mul(count)),
        (None, _) => None,
    };
    let pages = pages.map(|pages| pages.max(page)).or(next.is_none().then_some(page));
    if let Some(thread) = &mut extracted.thread {
        thread.page = page;
        thread.pages = pages;
        thread.position_base = before;
    }
    extracted.next = next.map(|next| NewRequest {
        position_base: before.filter(|_| extracted.thread.is_some()).map(|before| before.saturating_add(count)),
        page: next.number().filter(|_| !counts_on).map(|_| page + 1),
        ..request(&next)
    });
}

/// The forum that a page stands on, where its own address is none of the profile's.
fn forum_of(profile: &Profile, url: &Url) -> Option<Address> {
    let root = url.join("/").ok()?;
    profile.address(&root).or_else(|| profile.address(&url.join("./").ok()?))
}
