//! The regular expressions of profiles: checked while they are read, compiled when they are first asked.

use std::{ops::Deref, sync::OnceLock};

use regex::Regex;
use serde::{Deserialize, Deserializer, de::Error};

use super::digits::Digits;

/// A regular expression. `\d` is a digit of ASCII there, as it is in addresses and counters of all engines: those
/// of all scripts make a pattern of ten times the size.
///
/// Most pages need a few of a profile's hundred patterns, and compiling one costs a hundred times its check.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: Box<str>,
    /// The same without a regular expression, where it is of such a form.
    digits: Option<Digits>,
    compiled: OnceLock<Regex>,
}

impl Pattern {
    /// Checks a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn new(text: &str) -> Result<Pattern, String> {
        let text = text.replace("\\d", "[0-9]").into_boxed_str();
        let compiled = OnceLock::new();
        // many counted repetitions may outgrow every limit, which only the compiler can tell
        if repetitions(&text) > MANY {
            let _ = compiled.set(Regex::new(&text).map_err(|error| error.to_string())?);
        } else {
            regex_syntax::parse(&text).map_err(|error| error.to_string())?;
        }
        Ok(Pattern { digits: Digits::parse(&text), text, compiled })
    }

    /// The first of its captures that took part, or all that matched where it captures nothing.
    pub fn taken<'t>(&self, text: &'t str) -> Option<&'t str> {
        if let Some(digits) = self.digits.as_ref().filter(|digits| digits.has_number()) {
            return digits.taken(text);
        }
        let captures = self.captures(text)?;
        captures.iter().skip(1).flatten().next().or_else(|| captures.get(0)).map(|found| found.as_str())
    }

    /// The same without a regular expression, where it is of such a form.
    pub(super) fn digits(&self) -> Option<&Digits> {
        self.digits.as_ref()
    }
}

/// So many copies of the largest class of characters are far from any limit.
const MANY: usize = 64;

/// How many copies of a part of a pattern its counted repetitions may make.
fn repetitions(text: &str) -> usize {
    let counts = text.split('{').skip(1).filter_map(|after| after.split_once('}'));
    let most =
        |(counted, _): (&str, &str)| counted.split(',').filter_map(|count| count.trim().parse::<usize>().ok()).max();
    counts.filter_map(most).fold(1, usize::saturating_mul)
}

impl Deref for Pattern {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        #[expect(
            clippy::expect_used,
            reason = "its syntax was checked, and without many counted repetitions none is too large"
        )]
        self.compiled.get_or_init(|| Regex::new(&self.text).expect("a checked pattern compiles"))
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pattern, D::Error> {
        let text = String::deserialize(deserializer)?;
        Pattern::new(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_while_reading() {
        for (text, sound) in [
            (r"^(\d+)$", true),
            ("(", false),
            ("a{1000000}", false),
            (r"\w{1000}{1000}", false),
            ("[z-a]", false),
            (r"(?<page>\d+)", true),
            (r"\p{Nope}", false),
        ] {
            assert_eq!(Pattern::new(text).is_ok(), sound, "{text}");
        }
    }

    #[test]
    fn what_is_taken() {
        for (pattern, text, taken) in [
            (r"(\d+)", "page 12", Some("12")),
            (r"\d+", "page 12", Some("12")),
            ("(a)|(b)", "b", Some("b")),
            ("x", "y", None),
            (r"\d", "٣", None),
        ] {
            assert_eq!(Pattern::new(pattern).unwrap().taken(text), taken, "{pattern}");
        }
    }
}
