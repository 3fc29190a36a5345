//! Plain selectors: names, ids, classes and attributes, in and beside one another, with the negations and the looks at what stands
//! within that profiles use. They are nearly all that profiles say, and an element is held against them without a selector's
//! machinery.

use html5ever::LocalName;

use super::{
    attribute::AttributeTest,
    keys::{after_closing, compounds, name_at, split_outside},
};

/// One alternative of a selector, the compound of the element itself first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain {
    compounds: Vec<Compound>,
    /// It asks for what stands within the element.
    pub looks_within: bool,
    /// It looks at more than an element, its neighbours and those above it.
    pub is_far: bool,
}

/// How an element stands to that of the next compound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stands {
    /// Somewhere in it.
    #[default]
    Within,
    /// Directly in it.
    Directly,
    /// Right behind it.
    Next,
    /// Behind it, with the same parent.
    Behind,
}

/// What came of looking for the elements that a selector asks for about one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// All of them stand there.
    Found,
    /// Not from here; perhaps from farther out.
    NotHere,
    /// All that stand about it were looked at: nothing farther out can do.
    Nowhere,
}

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
    /// All else.
    pub more: Vec<More>,
    /// It is the element within which is looked.
    pub is_scope: bool,
    /// How it stands to the element of the next compound.
    pub stands: Stands,
}

/// What pseudo-classes ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum More {
    /// None of these matches.
    Not(Vec<Plain>),
    /// One of these matches.
    Is(Vec<Plain>),
    /// One of these stands within it.
    Has(Vec<Inner>),
    /// The element right behind it is like that.
    Before(Box<Plain>),
    /// No element stands before it.
    First,
    /// No element stands behind it.
    Last,
}

/// What is looked for within an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inner {
    /// Its number among the selectors of the profile, once it has one.
    pub number: u32,
    /// The selector of it, as if it might stand anywhere.
    pub text: Box<str>,
    /// All that it asks for, to the element within which is looked.
    pub plain: Plain,
    /// It may stand anywhere within: a place that the selector matches is enough.
    pub is_anywhere: bool,
}

/// Where a compound stands in a selector, and so what it may ask.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The element itself.
    Itself,
    /// One about it.
    About,
}

impl Plain {
    /// Reads an alternative; `None` where it asks for anything else.
    pub fn of(alternative: &str) -> Option<Plain> {
        Plain::read(alternative, true, true)
    }

    /// `looks_within`, `looks_behind`: that is allowed.
    fn read(alternative: &str, looks_within: bool, looks_behind: bool) -> Option<Plain> {
        if alternative.starts_with(['>', '+', '~']) {
            return None;
        }
        let parts = compounds(alternative);
        let (mut all, mut stands) = (Vec::with_capacity(parts.len()), Stands::Within);
        let last = parts.len().checked_sub(1)?;
        for (number, (text, then)) in parts.into_iter().enumerate() {
            let role = if number == last && looks_within { Role::Itself } else { Role::About };
            all.push(Compound { stands, ..Compound::of(text, role)? });
            stands = match then {
                '>' => Stands::Directly,
                '+' => Stands::Next,
                '~' if looks_behind => Stands::Behind,
                '~' => return None,
                _ => Stands::Within,
            };
        }
        all.reverse();
        let looks_within = all.iter().any(Compound::looks_within);
        let is_far = looks_within || all.iter().any(|compound| compound.stands == Stands::Behind);
        Some(Plain { compounds: all, looks_within, is_far })
    }

    fn list(text: &str, role: Role) -> Option<Vec<Plain>> {
        let parts = split_outside(text, |c| c == ',').into_iter();
        parts.map(|part| Plain::read(part.trim(), role == Role::Itself, false)).collect()
    }

    /// The compounds, that of the element itself first, then of those about it.
    pub fn compounds(&self) -> &[Compound] {
        &self.compounds
    }

    /// All that it looks for within elements.
    pub(super) fn each_inner(&mut self, visit: &mut dyn FnMut(&mut Inner)) {
        for more in self.compounds.iter_mut().flat_map(|compound| &mut compound.more) {
            match more {
                More::Not(list) | More::Is(list) => list.iter_mut().for_each(|plain| plain.each_inner(visit)),
                More::Has(list) => list.iter_mut().for_each(&mut *visit),
                More::Before(_) | More::First | More::Last => {}
            }
        }
    }
}

impl Inner {
    /// Reads what stands in `:has(…)` of what stands within.
    fn of(text: &str) -> Option<Inner> {
        let (stands, text) = match text.strip_prefix('>') {
            Some(rest) => (Stands::Directly, rest.trim()),
            None => (Stands::Within, text),
        };
        let mut plain = Plain::read(text, false, false)?;
        let is_anywhere = stands == Stands::Within && plain.compounds.len() == 1;
        if let Some(outermost) = plain.compounds.last_mut() {
            outermost.stands = stands;
        }
        plain.compounds.push(Compound { is_scope: true, ..Compound::default() });
        Some(Inner { number: u32::MAX, text: text.into(), plain, is_anywhere })
    }
}

impl Compound {
    fn of(text: &str, role: Role) -> Option<Compound> {
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
                ':' => {
                    let name = name_at(&rest[1..]);
                    let after = &rest[1 + name.len()..];
                    let (arguments, after) = match after.starts_with('(') {
                        true => {
                            let behind = after_closing(after, '(', ')');
                            let inside = after[1..after.len() - behind.len()].strip_suffix(')')?;
                            (Some(inside.trim()), behind)
                        }
                        false => (None, after),
                    };
                    compound.ask(name, arguments, role)?;
                    rest = after;
                }
                _ => return None,
            }
        }
        Some(compound)
    }

    /// Takes in a pseudo-class.
    fn ask(&mut self, name: &str, arguments: Option<&str>, role: Role) -> Option<()> {
        match (name, arguments) {
            ("not", Some(list)) => self.more.push(More::Not(Plain::list(list, role)?)),
            ("is" | "where", Some(list)) => self.more.push(More::Is(Plain::list(list, role)?)),
            ("has", Some(next)) if next.starts_with('+') => {
                let next = Plain::read(next[1..].trim(), false, false)?;
                // What stands about the next element may be the element itself.
                if next.compounds.len() > 1 {
                    return None;
                }
                self.more.push(More::Before(Box::new(next)));
            }
            ("has", Some(list)) if role == Role::Itself => {
                let list = split_outside(list, |c| c == ',').into_iter();
                self.more.push(More::Has(list.map(|inner| Inner::of(inner.trim())).collect::<Option<_>>()?));
            }
            ("first-child", None) => self.more.push(More::First),
            ("last-child", None) => self.more.push(More::Last),
            ("only-child", None) => self.more.extend([More::First, More::Last]),
            _ => return None,
        }
        Some(())
    }

    fn looks_within(&self) -> bool {
        self.more.iter().any(|more| match more {
            More::Not(list) | More::Is(list) => list.iter().any(|plain| plain.looks_within),
            More::Has(_) => true,
            More::Before(_) | More::First | More::Last => false,
        })
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
            ("a[rel=next]", Some(1)),
            ("a:not(.b)", Some(1)),
            ("a:not(.b > c, :has(d)):first-child", Some(1)),
            ("a + b ~ c", Some(3)),
            ("> a", None),
            ("div:has(> .q)", Some(1)),
            ("div:has(> .q + b c, d)", Some(1)),
            ("div:has(+ .q)", Some(1)),
            ("div:has(+ .q > b)", None),
            ("div:has(~ .q)", None),
            ("div:has(> .q ~ b)", None),
            ("div:has(.q):has(+ b, + c)", None),
            ("div:has(.q) b", None),
            ("a:not(b:has(c) d)", None),
            ("a:not(b ~ c)", None),
            ("A", None),
            ("a[b~=c]", None),
            ("a[href^='']", None),
            ("a[b=c s]", None),
            ("li:first-child a", Some(2)),
            ("li:nth-child(2)", None),
            ("li::before", None),
            ("a:not()", None),
            ("", None),
        ] {
            assert_eq!(Plain::of(selector).map(|plain| plain.compounds().len()), compounds, "{selector}");
        }
        let plain = Plain::of(".a > b .c").unwrap();
        let stands: Vec<Stands> = plain.compounds().iter().map(|compound| compound.stands).collect();
        assert_eq!(stands, [Stands::Within, Stands::Directly, Stands::Within]);
    }

    #[test]
    fn what_looks_far_is_told() {
        for (selector, looks_within, is_far) in [
            ("a b + c:not(.d)", false, false),
            ("a ~ b c", false, true),
            ("a:has(b)", true, true),
            ("a:not(:has(b))", true, true),
            ("a:has(+ b)", false, false),
        ] {
            let plain = Plain::of(selector).unwrap();
            assert_eq!((plain.looks_within, plain.is_far), (looks_within, is_far), "{selector}");
        }
    }
}
