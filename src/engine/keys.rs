//! What an element must carry to be matched by a selector at all: the key that selectors are looked up by, so that a walk
//! over a page tries few of them on each element.

use std::collections::HashMap;

/// By key, the numbers of the selectors that may match an element which carries it.
pub type Keys = HashMap<Key, Vec<u32>>;

/// What an element must carry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// This id.
    Id(Box<str>),
    /// This class, among others.
    Class(Box<str>),
    /// This name.
    Tag(Box<str>),
    /// Nothing in particular.
    Any,
}

/// The keys of a selector, one for each of its alternatives.
pub(super) fn keys_of(selector: &str) -> Vec<Key> {
    split_outside(selector, |c| c == ',').into_iter().map(key_of).collect()
}

/// The key of one alternative: the best of what its last compound asks for.
fn key_of(alternative: &str) -> Key {
    let compound = split_outside(alternative.trim(), |c| c.is_ascii_whitespace() || matches!(c, '>' | '+' | '~'));
    let compound = compound.into_iter().rev().map(str::trim).find(|part| !part.is_empty()).unwrap_or_default();
    let mut best = Key::Any;
    let mut rest = compound;
    while let Some(first) = rest.chars().next() {
        match first {
            '#' | '.' => {
                let name = name_at(&rest[1..]);
                if first == '#' {
                    return Key::Id(name.into());
                }
                if !matches!(best, Key::Class(_)) {
                    best = Key::Class(name.into());
                }
                rest = &rest[1 + name.len()..];
            }
            '[' => rest = after_closing(rest, '[', ']'),
            '(' => rest = after_closing(rest, '(', ')'),
            ':' => rest = &rest[1 + name_at(&rest[1..]).len()..],
            _ => {
                let name = name_at(rest);
                if name.is_empty() {
                    rest = &rest[first.len_utf8()..];
                } else {
                    if best == Key::Any {
                        best = Key::Tag(name.to_ascii_lowercase().into());
                    }
                    rest = &rest[name.len()..];
                }
            }
        }
    }
    best
}

fn name_at(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')).unwrap_or(text.len());
    &text[..end]
}

fn after_closing(text: &str, open: char, close: char) -> &str {
    let (mut depth, mut quote) = (0usize, None);
    for (at, c) in text.char_indices() {
        match quote {
            Some(mark) if c == mark => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == open => depth += 1,
            None if c == close => {
                depth -= 1;
                if depth == 0 {
                    return &text[at + 1..];
                }
            }
            None => {}
        }
    }
    ""
}

/// Splits where the test holds outside of brackets, parentheses and quotes.
fn split_outside(text: &str, test: impl Fn(char) -> bool) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0i32, None);
    for (at, c) in text.char_indices() {
        match quote {
            Some(mark) if c == mark => quote = None,
            Some(_) => {}
            None => match c {
                '"' | '\'' => quote = Some(c),
                '[' | '(' => depth += 1,
                ']' | ')' => depth -= 1,
                c if depth == 0 && test(c) => {
                    parts.push(&text[start..at]);
                    start = at + c.len_utf8();
                }
                _ => {}
            },
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_compound_decides() {
        let check = |selector: &str, expected: &[Key]| assert_eq!(keys_of(selector), expected, "{selector}");
        check("div.post[id^=p]", &[Key::Class("post".into())]);
        check("#a > b, c.d e", &[Key::Tag("b".into()), Key::Tag("e".into())]);
        check("td#x.y:not(.z)", &[Key::Id("x".into())]);
        check("a[href*=\"x, y > z\"]", &[Key::Tag("a".into())]);
        check("[id^=msg_] *", &[Key::Any]);
        check("div:has(> .q)", &[Key::Tag("div".into())]);
    }
}
