//! An element held against a plain selector.

use html5ever::{LocalName, local_name, ns};
use scraper::{ElementRef, node::Element};

use crate::engine::plain::{Compound, Plain};

/// What came of looking for the elements that a selector asks for about one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Found,
    /// Not from here; perhaps from farther out.
    NotHere,
    /// All that stand about it were looked at: nothing farther out can do.
    Nowhere,
}

/// Whether a selector matches an element.
pub(super) fn matches(plain: &Plain, element: ElementRef<'_>) -> bool {
    look(plain.compounds(), element) == Look::Found
}

fn look(compounds: &[Compound], element: ElementRef<'_>) -> Look {
    let Some((first, about)) = compounds.split_first() else { return Look::Found };
    if !fits(first, element) {
        return Look::NotHere;
    }
    if about.is_empty() {
        return Look::Found;
    }
    let mut at = element;
    while let Some(parent) = at.parent().and_then(ElementRef::wrap) {
        match look(about, parent) {
            Look::NotHere if first.is_child => return Look::NotHere,
            Look::NotHere => at = parent,
            done => return done,
        }
    }
    Look::Nowhere
}

fn fits(compound: &Compound, element: ElementRef<'_>) -> bool {
    let Compound { tag, id, classes, tests, is_child: _ } = compound;
    let element = element.value();
    tag.as_ref().is_none_or(|tag| element.name.local == *tag)
        && id.as_ref().is_none_or(|id| named(element, &local_name!("id")).next().is_some_and(|value| *value == **id))
        && classes.iter().all(|class| {
            named(element, &local_name!("class")).any(|value| value.split_ascii_whitespace().any(|one| one == &**class))
        })
        && tests.iter().all(|test| {
            let own = element.attrs.iter().filter(|(known, _)| known.local == test.local && known.ns == ns!());
            own.map(|(_, value)| value).any(|value| test.holds(value))
        })
}

/// The values of its attributes of a name, whatever their namespace.
fn named<'e>(element: &'e Element, name: &'e LocalName) -> impl Iterator<Item = &'e str> {
    element.attrs.iter().filter(move |(known, _)| known.local == *name).map(|(_, value)| &**value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use scraper::{Html, Selector};

    use super::*;
    use crate::engine::plain::Plain;

    fn compound() -> impl Strategy<Value = String> {
        const PARTS: &[&str] = &[
            "a",
            "b",
            ".p",
            ".q",
            ".p.q",
            "#i",
            "a.p",
            "b#i",
            "[data-x]",
            "a[data-x=u]",
            "[href^=u]",
            "[title$='v']",
            ".q[href*=v]",
            "*",
        ];
        prop::sample::select(PARTS).prop_map(str::to_owned)
    }

    fn markup() -> impl Strategy<Value = String> {
        const TAGS: &[&str] = &[
            "<b>",
            "<b class='p'>",
            "<b class=\"q p\">",
            "<i id=i>",
            "<i class=q data-x=u>",
            "<u href=uv>",
            "<u title='uv' data-x>",
            "<b id=i class=p>",
            "<b class=q href=v>",
            "<a class=p data-x=u>",
            "<a title=v>",
            "</b>",
            "</i>",
            "</u>",
            "</a>",
            "<svg href=u><a class=p></a></svg>",
        ];
        prop::collection::vec(prop::sample::select(TAGS), 0..30).prop_map(|tags| tags.concat())
    }

    proptest! {
        #[test]
        fn as_the_selector_itself_does(
            html in markup(),
            first in compound(),
            more in prop::collection::vec((prop::sample::select(&[" ", " > "][..]), compound()), 0..4),
        ) {
            let text = more.iter().fold(first, |text, (then, next)| format!("{text}{then}{next}"));
            let plain = Plain::of(&text).unwrap();
            let selector = Selector::parse(&text).unwrap();
            let html = Html::parse_document(&html);
            for element in html.tree.nodes().filter_map(ElementRef::wrap) {
                prop_assert_eq!(matches(&plain, element), selector.matches(&element), "{} on {}", text, element.html());
            }
        }
    }
}
