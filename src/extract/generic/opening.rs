//! The opening post, where it is made otherwise than the replies: a question over its answers, an entry over its comments.

use super::{
    layout::{self, Layout},
    series::{self, Marks, Piece, is_post_type},
    words,
};
use crate::extract::{flat::attribute, view::View};

/// The block before the first piece that is a post too.
pub(super) fn opening(
    view: &View<'_, '_>,
    layout: &Layout,
    marks: &Marks<'_>,
    pieces: &[Piece],
    is_forum: bool,
) -> Option<Piece> {
    let first = pieces.first()?.range.start;
    let mut blocks: Vec<(u32, u32)> = Vec::new();
    for (at, element) in view.flat.elements().take_while(|(at, _)| *at < first) {
        let range = layout::whole(&view.flat, at);
        if !layout.visible[at as usize] || range.end > first || is_frame(element.value().name()) {
            continue;
        }
        let (plain, linked) = (layout.plain(&range), layout.linked(&range));
        if plain < 60 || linked > plain || marks.dates_in(&range) == 0 || marks.people_in(&range) == 0 {
            continue;
        }
        let is_headed =
            || range.clone().any(|at| view.flat.element(at).is_some_and(|element| element.value().name() == "h1"));
        if (is_forum && is_headed()) || is_typed(view, at) || is_named(view, at, words::POST_CLASSES) {
            blocks.push((at, plain));
        }
    }
    // Of the frames around a post the closest is taken.
    let most = blocks.iter().map(|(_, plain)| *plain).max()?;
    let (at, _) = blocks
        .into_iter()
        .filter(|(_, plain)| plain * 10 >= most * 8)
        .min_by_key(|(at, _)| view.flat.node(*at).end - at)?;
    Some(Piece { top: at, range: layout::whole(&view.flat, at) })
}

fn is_frame(name: &str) -> bool {
    matches!(name, "html" | "body" | "head" | "nav" | "form" | "footer" | "select")
}

fn is_typed(view: &View<'_, '_>, at: u32) -> bool {
    view.flat.element(at).and_then(|element| attribute(element, "itemtype")).is_some_and(is_post_type)
}

/// Whether a class or the id of an element begins with one of the words.
fn is_named(view: &View<'_, '_>, at: u32, words: &[&str]) -> bool {
    let Some(element) = view.flat.element(at) else { return false };
    [attribute(element, "class"), attribute(element, "id")].into_iter().flatten().any(|value| {
        value.split_ascii_whitespace().any(|token| {
            let token = token.to_ascii_lowercase();
            words.iter().any(|word| token.contains(word))
        })
    })
}

/// The only post of a page without replies: a block whose class says that it is a post, with a name, a date and text; on a page
/// that says that it is a forum's, the closest block with most of the text will do.
pub(super) fn only(view: &View<'_, '_>, layout: &Layout, marks: &Marks<'_>, is_forum: bool) -> Option<Piece> {
    let mut blocks: Vec<(u32, u32, bool)> = Vec::new();
    let asides = series::asides(view);
    for (at, element) in view.flat.elements() {
        if !layout.visible[at as usize] || is_frame(element.value().name()) {
            continue;
        }
        let range = layout::whole(&view.flat, at);
        if asides.iter().any(|aside| aside.contains(&at)) {
            continue;
        }
        let (plain, linked) = (layout.plain(&range), layout.linked(&range));
        if plain < 30 || linked > plain || marks.dates_in(&range) == 0 || marks.people_in(&range) == 0 {
            continue;
        }
        let named =
            is_typed(view, at) || is_named(view, at, &["post", "message", "comment", "question", "reply", "topic"]);
        blocks.push((at, plain, named));
    }
    let size = |at: u32| view.flat.node(at).end - at;
    let closest = |named: bool| {
        let blocks: Vec<&(u32, u32, bool)> = blocks.iter().filter(|(.., is_named)| !named || *is_named).collect();
        let most = blocks.iter().map(|(_, plain, _)| *plain).max()?;
        blocks.into_iter().filter(|(_, plain, _)| plain * 10 >= most * 7).map(|(at, ..)| *at).min_by_key(|at| size(*at))
    };
    let at = closest(true).or_else(|| if is_forum { closest(false) } else { None })?;
    Some(Piece { top: at, range: layout::whole(&view.flat, at) })
}
