//! Tests of attributes, as they stand in brackets in selectors. A test may let too much through and never too little.

use html5ever::LocalName;
use memchr::memmem::Finder;

use super::keys::{name_at, name_key};

/// What an attribute must be.
#[derive(Clone, Debug)]
pub struct AttributeTest {
    /// The attribute's name.
    pub name: String,
    /// The same, interned.
    pub local: LocalName,
    /// The key of its name.
    pub key: u64,
    operator: Operator,
    value: String,
    finder: Finder<'static>,
    case: Case,
    /// It can be held against an element exactly as the selector does: [`AttributeTest::matches`].
    pub(super) is_precise: bool,
}

impl PartialEq for AttributeTest {
    fn eq(&self, other: &AttributeTest) -> bool {
        let all = |test: &AttributeTest| (test.operator, test.case, test.is_precise);
        self.name == other.name && self.value == other.value && all(self) == all(other)
    }
}

impl Eq for AttributeTest {}

/// Where the case of ASCII letters counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Counts,
    /// Not in elements of HTML.
    OutsideHtml,
    Never,
}

/// Attributes of HTML whose values are compared without regard to case: the list of the HTML standard, "Case-sensitivity of
/// selectors".
const WITHOUT_CASE: [&str; 46] = [
    "accept",
    "accept-charset",
    "align",
    "alink",
    "axis",
    "bgcolor",
    "charset",
    "checked",
    "clear",
    "codetype",
    "color",
    "compact",
    "declare",
    "defer",
    "dir",
    "direction",
    "disabled",
    "enctype",
    "face",
    "frame",
    "hreflang",
    "http-equiv",
    "lang",
    "language",
    "link",
    "media",
    "method",
    "multiple",
    "nohref",
    "noresize",
    "noshade",
    "nowrap",
    "readonly",
    "rel",
    "rev",
    "rules",
    "scope",
    "scrolling",
    "selected",
    "shape",
    "target",
    "text",
    "type",
    "valign",
    "valuetype",
    "vlink",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Is,
    Begins,
    Ends,
    Contains,
    Exists,
}

impl AttributeTest {
    /// The test within `[…]`; `None` where it is of a kind that is left to the selector.
    pub(super) fn of(inside: &str) -> Option<AttributeTest> {
        let (left, operator, right, is_loose) = match inside.split_once('=') {
            None => (inside, Operator::Exists, "", false),
            Some((left, right)) => match left.chars().last()? {
                '^' => (&left[..left.len() - 1], Operator::Begins, right, false),
                '$' => (&left[..left.len() - 1], Operator::Ends, right, false),
                '*' => (&left[..left.len() - 1], Operator::Contains, right, false),
                '~' | '|' => (&left[..left.len() - 1], Operator::Contains, right, true),
                _ => (left, Operator::Is, right, false),
            },
        };
        let (name, right) = (left.trim(), right.trim());
        let (value, flag) = match right.chars().next() {
            Some(quote @ ('"' | '\'')) => right[1..].split_once(quote)?,
            _ => right.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((right, "")),
        };
        if value.contains('\\') || name_at(name) != name {
            return None;
        }
        let flag = flag.trim();
        let case = match flag {
            "" if !WITHOUT_CASE.contains(&name) && !name.bytes().any(|byte| byte.is_ascii_uppercase()) => Case::Counts,
            "" => Case::OutsideHtml,
            _ => Case::Never,
        };
        let is_known = !name.bytes().any(|byte| byte.is_ascii_uppercase()) && (flag.is_empty() || flag == "i");
        let is_precise =
            is_known && !is_loose && (!value.is_empty() || operator == Operator::Exists || operator == Operator::Is);
        let finder = Finder::new(value).into_owned();
        let key = name_key(name.as_bytes());
        Some(AttributeTest {
            name: name.to_owned(),
            local: LocalName::from(name),
            key,
            operator,
            value: value.to_owned(),
            finder,
            case,
            is_precise,
        })
    }

    /// Whether it asks for an ampersand.
    pub fn asks_for_ampersand(&self) -> bool {
        self.value.contains('&')
    }

    /// Whether the value may do.
    pub fn holds(&self, value: &str) -> bool {
        self.compares(value, self.case == Case::Counts)
    }

    /// Whether the selector lets the value through, on an element of HTML or on another; for tests that are precise.
    pub fn matches(&self, value: &str, is_html: bool) -> bool {
        self.compares(value, self.case == Case::Counts || self.case == Case::OutsideHtml && !is_html)
    }

    fn compares(&self, value: &str, exactly: bool) -> bool {
        if exactly {
            return match self.operator {
                Operator::Exists => true,
                Operator::Is => value == self.value,
                Operator::Begins => value.starts_with(&self.value),
                Operator::Ends => value.ends_with(&self.value),
                Operator::Contains => self.finder.find(value.as_bytes()).is_some(),
            };
        }
        let (value, want) = (value.as_bytes(), self.value.as_bytes());
        let Some(spare) = value.len().checked_sub(want.len()) else { return false };
        match self.operator {
            Operator::Exists => true,
            Operator::Is => spare == 0 && value.eq_ignore_ascii_case(want),
            Operator::Begins => value[..want.len()].eq_ignore_ascii_case(want),
            Operator::Ends => value[spare..].eq_ignore_ascii_case(want),
            Operator::Contains => {
                want.is_empty() || value.windows(want.len()).any(|part| part.eq_ignore_ascii_case(want))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_of_attributes() {
        let holds = |test: &str, value: &str| AttributeTest::of(test).unwrap().holds(value);
        assert!(holds("id^=p", "p5") && !holds("id^=p", "xp"));
        assert!(holds("id$='_x'", "a_x") && !holds("id$='_x'", "x"));
        assert!(holds("href*=\"a=b\"", "?a=b&") && !holds("href*=\"a=b\"", "a"));
        assert!(holds("rel=next", "NEXT") && !holds("rel=next", "prev"));
        assert!(holds("name=\"a\"", "a") && !holds("name=a", "A") && holds("name=\"a\"i", "A"));
        assert!(holds("c~=d", "a d") && holds("hidden", "") && holds("href^='A' i", "a"));
        assert!(AttributeTest::of("a=\"\\22\"").is_none(), "escapes are left to the selector");
    }
}
