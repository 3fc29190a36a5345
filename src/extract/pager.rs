//! Where a page stands among the pages of its board or thread.

use std::collections::HashSet;

use super::{flat::attribute, listing::request, text::number, view::View};
use crate::{
    engine::{Address, Unit},
    model::{NewRequest, PageKind},
};

/// Where a page stands.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// 1-based.
    pub(super) page: u32,
    pub(super) pages: Option<u32>,
    /// Posts or threads that stand before this page.
    pub(super) before: Option<u32>,
    pub(super) next: Option<NewRequest>,
}

/// Reads the pager of a page that holds `count` posts or threads.
pub(super) fn place(view: &View<'_, '_>, own: Option<&Address>, kind: PageKind, count: usize) -> Place {
    let rules = &view.profile.pager;
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let whole = view.whole();
    // A pager often stands above and below.
    let mut printed: HashSet<&str> = HashSet::new();
    let mut is_new = |at: &&u32| {
        let link = view.flat.element(**at).filter(|element| element.value().name() == "a");
        link.and_then(|link| attribute(link, "href")).is_none_or(|href| printed.insert(href))
    };
    let others: Vec<Address> = match &rules.links {
        Some(css) => {
            let links = view.all(css, &whole).iter().filter(&mut is_new);
            links.filter_map(|at| view.profile.address(&view.link(*at)?)).collect()
        }
        None => Vec::new(),
    };
    let others: Vec<Address> = others.into_iter().filter(|other| own.is_none_or(|own| same(own, other))).collect();
    let next = view.value(&rules.next, 0).and_then(|href| view.profile.address(&view.resolve(&href)?));
    let next = next.filter(|next| own.is_none_or(|own| same(own, next)));
    let last_offset: Option<u32> = view.value(&rules.last_offset, 0).and_then(|text| number(&text));
    match rules.unit {
        Unit::Page => {
            let printed = view.value(&rules.current, 0).and_then(|text| number(&text));
            let page: u32 = printed.or_else(|| own.and_then(|own| own.page)).unwrap_or(1).max(1);
            let told = view.value(&rules.pages, 0).and_then(|text| number(&text));
            let linked = others.iter().map(|other| other.page.unwrap_or(1)).max();
            let told = told.or(linked);
            let pages = told.map_or(page, |pages: u32| pages.max(page));
            let next = next
                .filter(|next| next.page.unwrap_or(1) > page || next.offset > own.and_then(|own| own.offset))
                .or_else(|| others.iter().find(|other| other.page == Some(page + 1)).cloned())
                .or_else(|| {
                    own.filter(|_| pages > page).and_then(|own| view.profile.other_page(own, Some(page + 1), None))
                });
            let before = match (&next, page) {
                (_, 1) => Some(0),
                (Some(_), _) => Some((page - 1).saturating_mul(count)),
                (None, _) => None,
            };
            let next = next.map(|next| NewRequest {
                position_base: position_base(kind, before, count),
                page: Some(page + 1),
                ..request(&next)
            });
            // A link to the following page alone does not tell how many there are.
            let pages = if told.is_some() || next.is_none() { Some(pages) } else { None };
            Place { page, pages, before, next }
        }
        Unit::Link => {
            let next = next.filter(|next| own.is_none_or(|own| own.url != next.url));
            // Which page of how many this is is not told, so the frontier counts.
            Place { page: 1, next: next.map(|next| NewRequest { page: None, ..request(&next) }), ..Place::default() }
        }
        Unit::Offset => {
            let default = if kind == PageKind::Thread { rules.posts_per_page } else { rules.threads_per_page };
            let before = own.filter(|own| !own.alias).map(|own| own.offset.unwrap_or(0));
            let mut offsets: Vec<u32> = others.iter().chain(&next).map(|other| other.offset.unwrap_or(0)).collect();
            offsets.extend(before);
            offsets.sort_unstable();
            let step = offsets.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > 0).min();
            let size = step.or(default).unwrap_or(count).max(1);
            let last = offsets.iter().copied().chain(last_offset).max();
            let printed = view.value(&rules.current, 0).and_then(|text| number(&text));
            let page = printed.or(before.map(|before| before / size + 1)).unwrap_or(1).max(1);
            let before = before.or_else(|| Some((page - 1) * size));
            let pages = last.map_or(page, |last| (last / size + 1).max(page));
            let here = before.unwrap_or(0);
            let next = next
                .filter(|next| next.offset.unwrap_or(0) > here)
                .or_else(|| {
                    others
                        .iter()
                        .filter(|other| other.offset.unwrap_or(0) > here)
                        .min_by_key(|other| other.offset)
                        .cloned()
                })
                .or_else(|| {
                    own.filter(|_| last.is_some_and(|last| last > here))
                        .and_then(|own| view.profile.other_page(own, None, Some(here + size)))
                });
            let next = next.map(|next| NewRequest {
                position_base: if kind == PageKind::Thread { next.offset } else { None },
                page: Some(page + 1),
                ..request(&next)
            });
            Place { page, pages: Some(pages), before, next }
        }
    }
}

fn position_base(kind: PageKind, before: Option<u32>, count: u32) -> Option<u32> {
    if kind == PageKind::Thread { before.map(|before| before.saturating_add(count)) } else { None }
}

/// Whether two addresses are pages of the same board or thread.
fn same(one: &Address, other: &Address) -> bool {
    one.kind == other.kind
        && match one.kind {
            PageKind::Thread => {
                one.thread_id.is_none() || other.thread_id.is_none() || one.thread_id == other.thread_id
            }
            _ => one.board_id == other.board_id,
        }
}
