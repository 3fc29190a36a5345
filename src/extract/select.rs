//! An element held against a plain selector.

use html5ever::{LocalName, local_name, ns};
use scraper::{ElementRef, node::Element};

use crate::engine::plain::{Compound, Inner, Look, More, Plain, Stands};

/// What a look must know beyond the element.
#[derive(Clone, Copy)]
struct Known<'k, 'a> {
    /// The element within which is looked.
    scope: Option<ElementRef<'a>>,
    /// Whether something stands within the element that the selector is held against.
    holds: &'k dyn Fn(&Inner) -> bool,
}

/// Whether a selector matches an element; for selectors that do not ask for what stands within it.
pub(super) fn matches(plain: &Plain, element: ElementRef<'_>) -> bool {
    matches_about(plain, element, &|_| false)
}

/// Whether a selector matches an element; `holds` tells whether something stands within it.
pub(super) fn matches_about(plain: &Plain, element: ElementRef<'_>, holds: &dyn Fn(&Inner) -> bool) -> bool {
    look(plain.compounds(), element, Known { scope: None, holds }) == Look::Found
}

/// Whether what is looked for within an element, the scope, matches there.
pub(super) fn matches_in<'a>(plain: &Plain, element: ElementRef<'a>, scope: ElementRef<'a>) -> bool {
    look(plain.compounds(), element, Known { scope: Some(scope), holds: &|_| false }) == Look::Found
}

fn look<'a>(compounds: &[Compound], element: ElementRef<'a>, known: Known<'_, 'a>) -> Look {
    let Some((first, about)) = compounds.split_first() else { return Look::Found };
    if !fits(first, element, known) {
        return Look::NotHere;
    }
    if about.is_empty() {
        return Look::Found;
    }
    match first.stands {
        Stands::Directly => match element.parent().and_then(ElementRef::wrap) {
            Some(parent) => look(about, parent, known),
            None => Look::Nowhere,
        },
        Stands::Within => {
            let mut above = element;
            while let Some(parent) = above.parent().and_then(ElementRef::wrap) {
                match look(about, parent, known) {
                    Look::NotHere => above = parent,
                    done => return done,
                }
            }
            Look::Nowhere
        }
        Stands::Next => before(element).map_or(Look::NotHere, |before| look(about, before, known)),
        Stands::Behind => {
            let mut here = element;
            while let Some(before) = before(here) {
                match look(about, before, known) {
                    Look::NotHere => here = before,
                    done => return done,
                }
            }
            Look::NotHere
        }
    }
}

fn fits<'a>(compound: &Compound, element: ElementRef<'a>, known: Known<'_, 'a>) -> bool {
    let Compound { tag, id, classes, tests, more, is_scope, stands: _ } = compound;
    if *is_scope {
        return known.scope == Some(element);
    }
    let own = element.value();
    tag.as_ref().is_none_or(|tag| own.name.local == *tag)
        && id.as_ref().is_none_or(|id| named(own, &local_name!("id")).next().is_some_and(|value| *value == **id))
        && classes.iter().all(|class| {
            named(own, &local_name!("class")).any(|value| value.split_ascii_whitespace().any(|one| one == &**class))
        })
        && tests.iter().all(|test| {
            let is_html = own.name.ns == ns!(html);
            let attributes = own.attrs.iter().filter(|(known, _)| known.local == test.local && known.ns == ns!());
            attributes.map(|(_, value)| value).any(|value| test.matches(value, is_html))
        })
        && more.iter().all(|more| holds(more, element, known))
}

fn holds<'a>(more: &More, element: ElementRef<'a>, known: Known<'_, 'a>) -> bool {
    let one_of = |list: &[Plain]| list.iter().any(|plain| look(plain.compounds(), element, known) == Look::Found);
    match more {
        More::Not(list) => !one_of(list),
        More::Is(list) => one_of(list),
        More::Has(list) => list.iter().any(known.holds),
        More::Before(next) => behind(element).is_some_and(|behind| matches(next, behind)),
        More::First => before(element).is_none(),
        More::Last => behind(element).is_none(),
    }
}

/// The element right before one.
fn before(element: ElementRef<'_>) -> Option<ElementRef<'_>> {
    element.prev_siblings().find_map(ElementRef::wrap)
}

/// The element right behind one.
fn behind(element: ElementRef<'_>) -> Option<ElementRef<'_>> {
    element.next_siblings().find_map(ElementRef::wrap)
}

/// The values of its attributes of a name, whatever their namespace.
fn named<'e>(element: &'e Element, name: &'e LocalName) -> impl Iterator<Item = &'e str> {
    element.attrs.iter().filter(move |(known, _)| known.local == *name).map(|(_, value)| &**value)
}

/// Markup and selectors at random, that tests hold against each other.
#[cfg(test)]
pub(super) mod random {
    use proptest::{collection::vec, prelude::*, sample::select};

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
        "[rel=u]",
        "[data-x='']",
        "b[rel^='v' i]",
        "[type*=v]",
        "i:first-child",
        "b:last-child",
        ":only-child",
        "svg *",
    ];
    const TAGS: &[&str] = &[
        "<b>",
        "<b class='p'>",
        "<b class=\"q p\">",
        "<i id=i>",
        "<i class=q data-x=u>",
        "<u href=uv>",
        "<u title='uv' data-x rel=U>",
        "<b id=i class=p>",
        "<b class=q href=v>",
        "<a class=p data-x=u>",
        "<a title=v type=xVx>",
        "<b rel=Vu>",
        "</b>",
        "</i>",
        "</u>",
        "</a>",
        "text",
        "<svg href=u rel=U><a class=p type=V></a><b rel=u></svg>",
    ];

    /// One compound without pseudo-classes that take arguments.
    fn part() -> impl Strategy<Value = String> {
        select(PARTS).prop_map(str::to_owned)
    }

    /// Compounds in and beside one another.
    fn chain(
        part: impl Strategy<Value = String> + Clone,
        then: &'static [&'static str],
    ) -> impl Strategy<Value = String> {
        (part.clone(), vec((select(then), part), 0..3))
            .prop_map(|(first, more)| more.iter().fold(first, |text, (then, next)| format!("{text}{then}{next}")))
    }

    fn compound() -> impl Strategy<Value = String> + Clone {
        let near = || chain(part().boxed(), &[" ", " > ", " + "]);
        let list = vec(near(), 1..3).prop_map(|list| list.join(", ")).boxed();
        let inner = (select(&["", "> "][..]), near()).prop_map(|(begin, chain)| format!("{begin}{chain}"));
        let inner = prop_oneof![4 => vec(inner, 1..3).prop_map(|list| list.join(",")), 1 => part().prop_map(|one| format!("+ {one}"))]
        .boxed();
        prop_oneof![
            6 => part(),
            1 => (part(), list.clone()).prop_map(|(part, list)| format!("{part}:not({list})")),
            1 => (part(), list).prop_map(|(part, list)| format!("{part}:is({list})")),
            2 => (part(), inner.clone()).prop_map(|(part, inner)| format!("{part}:has({inner})")),
            1 => (part(), inner).prop_map(|(part, inner)| format!("{part}:not(.q, :has({inner}))")),
        ]
        .boxed()
    }

    pub(in crate::extract) fn selector() -> impl Strategy<Value = String> {
        vec(chain(compound(), &[" ", " > ", " + ", " ~ "]), 1..3).prop_map(|all| all.join(", "))
    }

    /// A selector that looks neither within nor has alternatives.
    pub(super) fn near() -> impl Strategy<Value = String> {
        let list = chain(part().boxed(), &[" ", " > ", " + "]);
        let compound =
            prop_oneof![3 => part(), 1 => (part(), list).prop_map(|(part, not)| format!("{part}:not({not})"))];
        chain(compound.boxed(), &[" ", " > ", " + ", " ~ "])
    }

    pub(in crate::extract) fn markup() -> impl Strategy<Value = String> {
        vec(select(TAGS), 0..30).prop_map(|tags| tags.concat())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use scraper::{Html, Selector};

    use super::*;

    proptest! {
        #[test]
        fn as_the_selector_itself_does(html in random::markup(), text in random::near()) {
            let plain = Plain::of(&text).unwrap();
            let selector = Selector::parse(&text).unwrap();
            let html = Html::parse_document(&html);
            for element in html.tree.nodes().filter_map(ElementRef::wrap) {
                prop_assert_eq!(matches(&plain, element), selector.matches(&element), "{} on {}", text, element.html());
            }
        }
    }
}
