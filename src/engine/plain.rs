//! Plain selectors: names, ids, classes and attributes, in one another. They are most of what profiles say, and an element is held
//! against them without a selector's machinery.

use html5ever::LocalName;

use super::{
    attribute::AttributeTest,
    keys::{after_closing, compounds, name_at},
};

/// One alternative of a selector, the compound of the element itself first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain(Vec<Compound>);

/// What is asked of one element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compound {
    /// Its name.
    pub tag: Option<LocalName>,
    /// Its id.
    pub id: Option<Box<str>>,
    /// Its classes.
    pub classes: Vec<Box<str>>,
    /// Its attributes.
    pub tests: Vec<AttributeTest>,
    /// It stands directly in the element of the next compound.
    pub is_child: bool,
}

impl Plain {
    /// Reads an alternative; `None` where it asks for anything else.
    pub fn of(alternative: &str) -> Option<Plain> {
        if alternative.starts_with(['>', '+', '~']) {
            return None;
        }
        let (mut all, mut is_child) = (Vec::new(), false);
        for (text, then) in compounds(alternative) {
            all.push(Compound { is_child, ..Compound::of(text)? });
            is_child = match then {
                ' ' => false,
                '>' => true,
                _ => return None,
            };
        }
        all.reverse();
        (!all.is_empty()).then_some(Plain(all))
    }

    /// The compounds, that of the element itself first, then of those about it.
    pub fn compounds(&self) -> &[Compound] {
        &self.0
    }
}

impl Compound {
    fn of(text: &str) -> Option<Compound> {
        let mut compound = Compound::default();
        let mut rest = text;
        let tag = name_at(rest);
        if !tag.is_empty() {
            if !tag.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
                return None;
            }
            compound.tag = Some(LocalName::from(tag));
            rest = &rest[tag.len()..];
        } else if let Some(after) = rest.strip_prefix('*') {
            rest = after;
        }
        while let Some(first) = rest.chars().next() {
            match first {
                '#' | '.' => {
                    let name = name_at(&rest[1..]);
                    if name.is_empty() || first == '#' && compound.id.is_some() {
                        return None;
                    }
                    match first {
                        '#' => compound.id = Some(name.into()),
                        _ => compound.classes.push(name.into()),
                    }
                    rest = &rest[1 + name.len()..];
                }
                '[' => {
                    let after = after_closing(rest, '[', ']');
                    let test = AttributeTest::of(rest[1..rest.len() - after.len()].strip_suffix(']')?)?;
                    if !test.is_precise {
                        return None;
                    }
                    compound.tests.push(test);
                    rest = after;
                }
                _ => return None,
            }
        }
        Some(compound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_ones_are_told_from_others() {
        for (selector, compounds) in [
            ("div.post[id^=p]", Some(1)),
            (".a > b .c", Some(3)),
            ("a[href*='x, y > z'] *", Some(2)),
            ("#a.b.c[data-d]", Some(1)),
            ("a[rel=next]", None),
            ("a:not(.b)", None),
            ("a + b", None),
            ("> a", None),
            ("div:has(> .q)", None),
            ("A", None),
            ("a[b~=c]", None),
            ("a[href^='']", None),
            ("li:first-child a", None),
        ] {
            assert_eq!(Plain::of(selector).map(|plain| plain.compounds().len()), compounds, "{selector}");
        }
        let plain = Plain::of(".a > b .c").unwrap();
        let is_child: Vec<bool> = plain.compounds().iter().map(|compound| compound.is_child).collect();
        assert_eq!(is_child, [false, true, false]);
    }
}
