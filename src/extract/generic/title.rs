//! The thread's title: the heading that the page's title repeats; that alone names the forum too.

use crate::extract::{
    flat::{Kind, attribute},
    view::View,
};

/// The title of the thread.
pub(in crate::extract) fn title(view: &View<'_, '_>) -> Option<String> {
    let (mut page_title, mut shared, mut headings) = (None, None, Vec::new());
    for (at, element) in view.flat.elements() {
        match element.value().name() {
            "title" if page_title.is_none() => {
                let text = view.flat.within(at).filter_map(|at| match view.flat.node(at).kind {
                    Kind::Text(text) => Some(text),
                    Kind::Element(_) => None,
                });
                page_title = Some(collapsed(&text.collect::<String>()));
            }
            "meta" if attribute(element, "property") == Some("og:title") => {
                shared = attribute(element, "content").map(collapsed);
            }
            "h1" | "h2" | "h3" | "h4" | "strong" | "b" | "a" | "span" | "td" | "div"
                if view.flat.within(at).len() <= 8 =>
            {
                headings.push(at);
            }
            _ => {}
        }
    }
    let page_title = page_title.filter(|title| !title.is_empty());
    let whole = page_title.clone().or(shared.clone())?;
    let folded = whole.to_lowercase();
    let mut best: Option<(usize, String)> = None;
    for at in headings {
        let Some(element) = view.flat.element(at) else { continue };
        let weight = match element.value().name() {
            "h1" => 6,
            "h2" => 5,
            "h3" | "h4" => 3,
            _ => 1,
        };
        let text = view.line(at);
        let count = text.chars().count();
        // What stands in the title second names the board or the forum.
        let Some(place) = (count >= 4).then(|| folded.find(&text.to_lowercase())).flatten() else { continue };
        let value = weight * count.min(40) / if place == 0 { 1 } else { 2 };
        if best.as_ref().is_none_or(|(known, _)| value > *known) {
            best = Some((value, text));
        }
    }
    best.map(|(_, text)| text).or(shared.filter(|title| !title.is_empty())).or(page_title)
}

fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
