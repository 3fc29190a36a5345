//! The patterns that profiles are full of, matched without a regular expression: words and signs with a number behind them
//! (`^p(\d+)$`, `[?&;]u=(\d+)`), or words alone.

use memchr::memchr_iter;

/// Words and signs of ASCII, and perhaps a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    /// It begins where the text does.
    at_start: bool,
    /// It ends where the text does.
    at_end: bool,
    /// What stands before the number: at each place one of these bytes.
    before: Vec<Box<[u8]>>,
    /// Which of them is one and the same byte, a sign if there is one: it is looked for first.
    sure: Option<usize>,
    number: Number,
}

/// The number of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Number {
    /// There is none.
    Absent,
    /// Captured, perhaps under a name.
    Captured(Option<Box<str>>),
}

impl Digits {
    /// The pattern in this form; `None` where it is of another.
    pub(super) fn parse(pattern: &str) -> Option<Digits> {
        let (at_start, rest) = match pattern.strip_prefix('^') {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        let (at_end, rest) = match rest.strip_suffix('$') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let rest = rest.strip_prefix("(?:").and_then(|rest| rest.strip_suffix(')')).unwrap_or(rest);
        let (rest, number) = match rest.strip_suffix("[0-9]+)") {
            Some(rest) => match (rest.strip_suffix('('), rest.rsplit_once("(?<")) {
                (Some(rest), _) => (rest, Number::Captured(None)),
                (None, Some((rest, name))) => {
                    let name = name.strip_suffix('>')?;
                    name.bytes().all(|byte| byte.is_ascii_alphabetic()).then_some(())?;
                    (rest, Number::Captured(Some(name.into())))
                }
                (None, None) => return None,
            },
            None => (rest, Number::Absent),
        };
        let mut before: Vec<Box<[u8]>> = Vec::new();
        let mut bytes = rest.as_bytes().iter().copied();
        while let Some(byte) = bytes.next() {
            before.push(match byte {
                b'[' => {
                    let end = bytes.clone().position(|byte| byte == b']').filter(|end| *end > 0)?;
                    let set = bytes.by_ref().take(end).collect::<Box<[u8]>>();
                    bytes.next();
                    let last = set.len() - 1;
                    let is_plain = |(at, byte): (usize, &u8)| match byte {
                        b'-' => at == 0 || at == last,
                        b'\\' | b'^' | b'[' | b'&' | b'~' => *byte == b'&' && !set.windows(2).any(|two| two == b"&&"),
                        byte => byte.is_ascii_graphic() || *byte == b' ',
                    };
                    set.iter().enumerate().all(is_plain).then_some(set)?
                }
                b'\\' => Box::new([bytes.next().filter(u8::is_ascii_punctuation)?]),
                b'.' | b'*' | b'+' | b'?' | b'(' | b')' | b'|' | b']' | b'{' | b'}' | b'^' | b'$' => return None,
                byte if byte.is_ascii_graphic() || byte == b' ' => Box::new([byte]),
                _ => return None,
            });
        }
        let is_one = |at: &usize| before[*at].len() == 1;
        let sure = (0..before.len()).filter(is_one).max_by_key(|at| before[*at][0].is_ascii_punctuation());
        Some(Digits { at_start, at_end, before, sure, number })
    }

    /// Whether a number is captured.
    pub(super) fn has_number(&self) -> bool {
        self.number != Number::Absent
    }

    /// The name of its number.
    pub(super) fn name(&self) -> Option<&str> {
        match &self.number {
            Number::Captured(name) => name.as_deref(),
            Number::Absent => None,
        }
    }

    /// The number, in the first place where all of it stands; empty where there is none to be taken.
    pub(super) fn taken<'t>(&self, text: &'t str) -> Option<&'t str> {
        let bytes = text.as_bytes();
        let last = if self.at_start { 0 } else { bytes.len().checked_sub(self.before.len())? };
        let taken_at = |start: usize| {
            let from = start + self.before.len();
            let here = bytes.get(start..from)?;
            here.iter().zip(&self.before).all(|(byte, set)| set.contains(byte)).then_some(())?;
            let digits = match self.number {
                Number::Absent => 0,
                Number::Captured(_) => {
                    let digits = bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                    (digits > 0).then_some(digits)?
                }
            };
            (!self.at_end || from + digits == bytes.len()).then(|| &text[from..from + digits])
        };
        match self.sure.filter(|_| last > 0) {
            Some(at) => memchr_iter(self.before[at][0], &bytes[at..=last + at]).find_map(taken_at),
            None => (0..=last).find_map(taken_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    const PATTERNS: [&str; 14] = [
        "#msg-([0-9]+)",
        "^p([0-9]+)$",
        "[?&;]u=([0-9]+)",
        "uid[=-]([0-9]+)",
        r"profile\.php\?u,([0-9]+)",
        "([0-9]+)",
        "([0-9]+)$",
        "^(?:viewthread)$",
        "^(?:(?<thread>[0-9]+))$",
        "^(?:p(?<page>[0-9]+))$",
        "^(?:)$",
        "u=",
        "1([0-9]+)$",
        "[ab-][?]([0-9]+)",
    ];

    fn check(pattern: &str, text: &str) {
        let digits = Digits::parse(pattern).unwrap();
        let regex = Regex::new(pattern).unwrap();
        let expected = regex.captures(text).map(|found| found.get(1).map_or("", |found| found.as_str()));
        assert_eq!(digits.taken(text), expected, "{pattern} in {text:?}");
        assert_eq!(digits.name(), regex.capture_names().flatten().next(), "{pattern}");
        assert_eq!(digits.has_number(), regex.captures_len() > 1, "{pattern}");
    }

    #[test]
    fn what_is_of_another_form_is_left_to_regular_expressions() {
        for pattern in [
            "([0-9]+),([0-9]+)",
            "([^>]+)$",
            "a|b",
            "(?:uid=|user-)([0-9]+)",
            "[0-9]+",
            "a.b",
            "a?",
            r"\bdeleted\b",
            "[a-z]([0-9]+)",
            "[^a]([0-9]+)",
            "é([0-9]+)",
            "^(?:a)|(?:b)$",
            r"\s([0-9]+)",
            "(?<page>-?[0-9]+)",
            "(?<a>b(?<c>[0-9]+)",
            "[]a]",
            "(?i)a",
            "(?:a)(?:b)",
        ] {
            assert_eq!(Digits::parse(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn it_takes_what_a_regular_expression_takes() {
        for pattern in PATTERNS {
            for text in [
                "",
                "viewthread",
                "p12",
                "p12 ",
                "xp12",
                "#msg-12",
                "#msg-#msg-7",
                "?u=5&u=6",
                "a&u=;u=33",
                "uid-1uid=2",
                "12a34",
                "٣4",
                "profile.php?u,9",
                "profilexphp?u,9",
                "u=",
                "é12",
                "1",
                "11",
                "111a1112",
                "b?1",
            ] {
                check(pattern, text);
            }
        }
    }

    proptest! {
        #[test]
        fn it_takes_what_a_regular_expression_takes_of_any_text(at in 0..PATTERNS.len(), text in "[up=?&;0-9é#msg-]{0,24}|\\PC{0,12}") {
            check(PATTERNS[at], &text);
        }
    }
}
