//! Listings: boards of an index, threads of a board.

use super::{text::number, view::View};
use crate::{
    engine::{Address, Value},
    model::{BoardRow, NewRequest, PageKind, RawDate, Reason, ThreadRow},
};

/// A request for an address that a listing named.
pub(super) fn request(address: &Address) -> NewRequest {
    NewRequest {
        url: address.url.clone(),
        kind: address.kind,
        board_id: address.board_id.clone(),
        thread_id: address.thread_id.clone(),
        page: address.page,
        position_base: None,
        reason: Reason::Discover,
    }
}

/// The boards of a page, in page order.
pub(super) fn boards(view: &View<'_, '_>) -> Vec<BoardRow> {
    let rules = &view.profile.index;
    let (Some(each), Some(link)) = (&rules.each, &rules.link) else { return Vec::new() };
    let mut rows: Vec<BoardRow> = Vec::new();
    for &at in view.all(each, &view.whole()) {
        if view.has(rules.skip.as_ref(), at) {
            continue;
        }
        let range = at..view.flat.within(at).end;
        let found = view.all(link, &range).iter().find_map(|place| {
            let address = view.profile.address(&view.link(*place)?)?;
            (address.kind == PageKind::Board).then_some((*place, address))
        });
        let Some((place, address)) = found else { continue };
        let name = view.value(&rules.name, at).unwrap_or_else(|| view.line(place));
        if name.is_empty() || rows.iter().any(|row| row.request.url == address.url) {
            continue;
        }
        rows.push(BoardRow {
            id: address.board_id.clone(),
            name,
            request: NewRequest { page: Some(1), ..request(&address) },
            threads: view.value(&rules.threads, at).and_then(|text| number(&text)),
            posts: view.value(&rules.posts, at).and_then(|text| number(&text)),
            last_post: date(view, &rules.last_post, &rules.last_post_attributes, at),
        });
    }
    rows
}

/// The threads of a page, in page order.
pub(super) fn threads(view: &mut View<'_, '_>) -> Vec<ThreadRow> {
    let rules = &view.profile.board;
    let (Some(each), Some(link)) = (&rules.each, &rules.link) else { return Vec::new() };
    let mut rows: Vec<ThreadRow> = Vec::new();
    let mut places = view.all(each, &view.whole()).to_vec();
    places.retain(|at| !view.has(rules.skip.as_ref(), *at));
    if rules.goes_on {
        for (number, at) in places.iter().enumerate() {
            view.flat.go_on(*at, places.get(number + 1).copied());
        }
    }
    for at in places {
        let range = at..view.flat.within(at).end;
        let found = view.all(link, &range).iter().find_map(|place| {
            let address = view.profile.address(&view.link(*place)?)?;
            (address.kind == PageKind::Thread && !address.alias).then_some((*place, address))
        });
        let Some((place, address)) = found else { continue };
        let own = view.value(&rules.id, at);
        let Some(id) = address.thread_id.clone().or_else(|| own.clone()) else { continue };
        let posts: Option<u64> = view.value(&rules.posts, at).and_then(|text| number(&text));
        rows.push(ThreadRow {
            title: view.value(&rules.title, at).unwrap_or_else(|| view.line(place)),
            request: NewRequest { page: Some(1), position_base: Some(0), ..request(&address) },
            replies: view
                .value(&rules.replies, at)
                .and_then(|text| number(&text))
                .or_else(|| posts.map(|posts| posts.saturating_sub(1))),
            last_post: date(view, &rules.last_post, &rules.last_post_attributes, at),
            last_poster: view.value(&rules.last_poster, at),
            sticky: view.has(rules.sticky.as_ref(), at),
            // A row that leads to another thread than its own is a stub.
            moved: view.has(rules.moved.as_ref(), at) || own.is_some_and(|own| own != id),
            id,
            locked: view.has(rules.locked.as_ref(), at),
        });
    }
    rows
}

fn date(view: &View<'_, '_>, printed: &Value, attributes: &Value, at: u32) -> RawDate {
    RawDate { text: view.value(printed, at), attributes: view.values(attributes, at) }
}
