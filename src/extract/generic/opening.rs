//! The opening post, where it is made otherwise than the replies: a question over its answers, an entry over its comments.

use super::{
    judge::says_article,
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
    if let Some(piece) = of_their_shape(view, layout, marks, pieces) {
        return Some(piece);
    }
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
    // Several of one shape, each under a headline of its own, are what is new elsewhere.
    let alike = |at: u32| {
        let fellows = blocks.iter().filter(|(other, _)| layout.shapes[*other as usize] == layout.shapes[at as usize]);
        fellows.map(|(at, _)| Piece { top: *at, range: layout::whole(&view.flat, *at) }).collect::<Vec<Piece>>()
    };
    let elsewhere = |at: u32| {
        let alike = alike(at);
        alike.len() >= 2 && series::lead_elsewhere(view, layout, &alike)
    };
    let blocks: Vec<(u32, u32)> = blocks.iter().copied().filter(|(at, _)| !elsewhere(*at)).collect();
    // Of the frames around a post the closest is taken.
    let Some(most) = blocks.iter().map(|(_, plain)| *plain).max() else {
        return around(view, layout, marks, pieces);
    };
    let (at, _) = blocks
        .into_iter()
        .filter(|(_, plain)| plain * 10 >= most * 8)
        .min_by_key(|(at, _)| view.flat.node(*at).end - at)?;
    Some(Piece { top: at, range: layout::whole(&view.flat, at) })
}

/// A block before the pieces that looks like them, though its mark was another one's: its id is of another form, say.
fn of_their_shape(view: &View<'_, '_>, layout: &Layout, marks: &Marks<'_>, pieces: &[Piece]) -> Option<Piece> {
    let top = pieces.first()?.top;
    let shape = layout.shapes[top as usize];
    let has_class = view.flat.element(top).is_some_and(|element| attribute(element, "class").is_some());
    if !has_class || pieces.iter().any(|piece| layout.shapes[piece.top as usize] != shape) {
        return None;
    }
    let up = layout.parent(top)?;
    let before = (up + 1..top).filter(|at| layout.parent(*at) == Some(up) && layout.shapes[*at as usize] == shape);
    let mut before = before.map(|at| layout::whole(&view.flat, at));
    let range = before.next()?;
    let is_post = marks.dates_in(&range) > 0 && marks.hints_in(&range) > 0 && layout.plain(&range) >= 20;
    (is_post && before.next().is_none()).then_some(Piece { top: range.start, range })
}

/// What stands before the pieces in the frame that holds them all: an entry with a name, a date, and then a body that is called one.
fn around(view: &View<'_, '_>, layout: &Layout, marks: &Marks<'_>, pieces: &[Piece]) -> Option<Piece> {
    let first = pieces.first()?.range.start;
    let frames = layout.upward(first).skip(1).take_while(|up| {
        view.flat.element(*up).is_some_and(|element| !is_frame(element.value().name())) && holds_all(view, *up, pieces)
    });
    let mut ranges = frames.filter(|up| is_named(view, *up, words::POST_CLASSES)).map(|up| up..first);
    let range = ranges.find(|range| marks.dates_in(range) > 0 && marks.people_in(range) > 0)?;
    let is_body = |at: u32| {
        let body = layout::whole(&view.flat, at);
        let head = range.start..at;
        body.end <= first
            && layout.visible[at as usize]
            && is_named(view, at, words::BODY_CLASSES)
            && layout.plain(&body) >= 60
            && layout.plain(&body) > layout.linked(&body)
            && marks.dates_in(&body) + marks.people_in(&body) == 0
            && marks.dates_in(&head) > 0
            && marks.people_in(&head) > 0
    };
    range.clone().any(is_body).then_some(Piece { top: range.start, range })
}

/// Whether an element holds all of the pieces.
fn holds_all(view: &View<'_, '_>, at: u32, pieces: &[Piece]) -> bool {
    pieces.iter().all(|piece| layout::whole(&view.flat, at).contains(&piece.top))
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
/// that says that it is a forum's, the closest block with most of the text will do. A page that says that it is an article holds no
/// such post, unless the block is typed.
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
    let is_article = !is_forum && says_article(view);
    let at = closest(true).filter(|at| !is_article || is_typed(view, *at));
    let at = at.or_else(|| if is_forum { closest(false) } else { None })?;
    Some(Piece { top: at, range: layout::whole(&view.flat, at) })
}
