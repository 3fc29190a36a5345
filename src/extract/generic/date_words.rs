//! The words of dates of all languages, as one pattern: built of the table by which the normalizer reads dates.

use std::{collections::BTreeSet, sync::LazyLock};

use regex::{Captures, Regex};

/// The table of the words of dates, in all languages; the normalizer reads dates with the same one.
const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/notices/dates.toml"));

pub(super) static WORDS: LazyLock<Option<Words>> = LazyLock::new(|| Words::of_table(TABLE));

/// What the table tells. Months and units stand in the pattern as any word and are looked up: as alternatives they would make it
/// too large.
pub(super) struct Words {
    months: BTreeSet<String>,
    /// Units of time.
    pub(super) units: BTreeSet<String>,
    /// All forms of dates.
    pub(super) pattern: Regex,
}

impl Words {
    fn of_table(table: &str) -> Option<Words> {
        let table: toml::Table = toml::from_str(table).ok()?;
        let languages = table.get("language")?.as_array()?;
        let mut lists: [Vec<String>; 4] = Default::default();
        for language in languages.iter().filter_map(toml::Value::as_table) {
            for (list, keys) in lists.iter_mut().zip([&["months"][..], &["units"], &["ago"], &["today", "yesterday"]]) {
                keys.iter().filter_map(|key| language.get(*key)).for_each(|value| strings(value, list));
            }
        }
        let [months, units, mut ago, days] = lists;
        // "in", "a": too short to go by.
        ago.retain(|word| word.chars().count() > 2 || word == "há" || !word.is_ascii());
        let (ago, days) = (alternatives(ago), alternatives(days));
        let gap = r"[\s\u{a0}]";
        let word = r"[\p{L}\p{M}]+(?:\.[\p{L}\p{M}]+)*";
        let pattern = Regex::new(&format!(
            r"(?ix)
            (?P<full> \b\d{{4}}{gap}?[-/.]{gap}?\d{{1,2}}{gap}?[-/.]{gap}?\d{{1,2}}(?:\b|T)
              | \b\d{{1,2}}{gap}?[-/.]{gap}?\d{{1,2}}{gap}?[-/.]{gap}?(?:\d{{4}}|\d{{2}})\b
              | \b\d{{1,2}}[-/.](?P<m1>{word})\.?[-/.]\d{{2,4}}\b
              | \d{{2,4}}\s*[年년]\s*\d{{1,2}}\s*[月월](?:\s*\d{{1,2}}\s*[日일])?
              | \b\d{{1,2}}(?:st|nd|rd|th|\.|º|er|-го)?{gap}*(?:de{gap}+|of{gap}+)?(?P<m2>{word})\.?,?{gap}+(?:del?{gap}+)?(?:\d{{4}}\b|['’]?\d{{2}}\b)
              | \b(?P<m3>{word})\.?{gap}+\d{{1,2}}(?:st|nd|rd|th|\.)?,?{gap}+(?:\d{{4}}\b|['’]\d{{2}}\b)
              | (?:{ago})\s+(?:\d+|an?|une?|einem?r?|un[oa]?)\s*(?P<u1>{word})
              | \b(?:\d+|an?|one|un[oae]?)\s*(?P<u2>{word})(?:,?\s+\d+\s*{word})*\s+(?:{ago})
              | \d+\s*(?:秒钟?|分钟|分鐘|小时|小時|天|周|週|个月|個月|年|時間|分|日|ヶ月|시간|분|일|개월|년|초|주)\s*(?:之?前|전) )
            | (?P<word> {days} )
            | (?P<partial> \b\d{{1,2}}(?:st|nd|rd|th|\.|º)?{gap}+(?:de{gap}+|of{gap}+)?(?P<m4>{word})
              | \b(?P<m5>{word})\.?{gap}+\d{{1,2}}(?:st|nd|rd|th)?\b | \b\d{{1,2}}\s*[月월]\s*\d{{1,2}}\s*[日일]
              | \b\d{{1,2}}-\d{{1,2}}\b )
            | (?P<month> \b(?P<m6>{word})\.?,?{gap}+(?:\d{{4}}|['’]\d{{2}})\b )"
        ))
        .ok()?;
        let folded = |words: Vec<String>| words.into_iter().map(|word| word.to_lowercase()).collect();
        Some(Words { months: folded(months), units: folded(units), pattern })
    }

    /// Whether the words of a match are what they stand for.
    pub(super) fn accepts(&self, captures: &Captures<'_>) -> bool {
        let word = |name: &str| captures.name(name).map(|found| found.as_str().to_lowercase());
        let month = ["m1", "m2", "m3", "m4", "m5", "m6"].iter().find_map(|name| word(name));
        let unit = ["u1", "u2"].iter().find_map(|name| word(name));
        month.is_none_or(|month| self.months.contains(month.trim_end_matches('.')))
            && unit.is_none_or(|unit| self.units.contains(&unit))
    }
}

fn strings(value: &toml::Value, out: &mut Vec<String>) {
    match value {
        toml::Value::String(text) => out.push(text.clone()),
        toml::Value::Array(list) => list.iter().for_each(|value| strings(value, out)),
        toml::Value::Table(table) => table.iter().for_each(|(_, value)| strings(value, out)),
        _ => {}
    }
}

/// The longest first, so that it wins.
fn alternatives(mut words: Vec<String>) -> String {
    words.sort_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
    words.dedup();
    let spaced = |word: &String| regex::escape(word).replace(' ', r"\s+").replace('#', r"\#");
    let bound = |word: &String| {
        // Scripts without spaces have no edges of words.
        let spaceless =
            word.chars().any(|c| c as u32 >= 0x2E80) || word.chars().any(|c| matches!(c as u32, 0xE00..=0xE7F));
        let escaped = spaced(word);
        if spaceless { escaped } else { format!(r"\b{escaped}\b") }
    };
    words.iter().map(bound).collect::<Vec<_>>().join("|")
}
