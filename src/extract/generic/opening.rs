//! The opening post, where it is made otherwise than the replies: a question over its answers, an entry over its comments.

use super::{
    layout::{self, Layout},
    series::{Marks, Piece, is_post_type},
    words,
};
use crate::extract::{flat::attribute, view::View};

/// The block before the first piece that is a post too.
pub(super) fn opening(view: &View<'_, '_>, layout: &Layout, marks: &Marks<'_>, pieces: &[Piece]) -> Option<Piece> {
    let first = pieces.first()?.range.start;
    let mut best: Option<(u32, u32)> = None;
    for (at, element) in view.flat.elements() {
        if at >= first {
            break;
        }
        let range = layout::whole(&view.flat, at);
        if !layout.visible[at as usize]
            || range.end > first
            || matches!(element.value().name(), "body" | "head" | "nav" | "form" | "footer" | "select")
        {
            continue;
        }
        let (plain, linked) = (layout.plain(&range), layout.linked(&range));
        if plain < 60 || linked > plain || marks.dates_in(&range) == 0 || marks.people_in(&range) == 0 {
            continue;
        }
        let typed = attribute(element, "itemtype").is_some_and(is_post_type);
        let named = [attribute(element, "class"), attribute(element, "id")].into_iter().flatten().any(|value| {
            let value = value.to_ascii_lowercase();
            words::POST_CLASSES.iter().any(|word| value.contains(word))
        });
        if !typed && !named {
            continue;
        }
        // The widest block wins; one with much more around it than within is a frame.
        if best.is_none_or(|(_, known)| plain > known + known / 5) {
            best = Some((at, plain));
        }
    }
    let (at, _) = best?;
    Some(Piece { top: at, range: layout::whole(&view.flat, at) })
}

/// The only post of a page without replies: a block whose class says that it is a post, with a name, a date and text.
pub(super) fn only(view: &View<'_, '_>, layout: &Layout, marks: &Marks<'_>) -> Option<Piece> {
    let total = layout.plain(&view.whole());
    let mut best: Option<(f64, u32)> = None;
    for (at, element) in view.flat.elements() {
        if !layout.visible[at as usize] || matches!(element.value().name(), "html" | "body" | "head" | "nav" | "form") {
            continue;
        }
        let range = layout::whole(&view.flat, at);
        let (plain, linked) = (layout.plain(&range), layout.linked(&range));
        if plain < 30 || linked > plain || marks.dates_in(&range) == 0 || marks.people_in(&range) == 0 {
            continue;
        }
        let typed = attribute(element, "itemtype").is_some_and(is_post_type);
        let classes = [attribute(element, "class"), attribute(element, "id")];
        let named = classes.into_iter().flatten().any(|value| {
            value.split_ascii_whitespace().any(|token| {
                let token = token.to_ascii_lowercase();
                ["post", "message", "comment", "question", "reply"].iter().any(|word| token.starts_with(word))
            })
        });
        if !typed && !named {
            continue;
        }
        let value =
            f64::from(plain) - 0.3 * f64::from(range.end - range.start) + if typed { f64::from(total) } else { 0.0 };
        if best.is_none_or(|(known, _)| value > known * 1.05) {
            best = Some((value, at));
        }
    }
    let (_, at) = best?;
    Some(Piece { top: at, range: layout::whole(&view.flat, at) })
}
