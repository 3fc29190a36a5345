//! What words of dates mean, a table a language, from `config/notices/dates.toml`.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasherDefault, Hasher},
    sync::{LazyLock, OnceLock},
};

use serde::Deserialize;

use super::fold::{fold, is_letter};

/// What a word can mean; several at once, since `mar` is March and Tuesday in Spanish.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    /// 1-12, or 0.
    pub(super) month: u8,
    /// The Solar Hijri month, 1-12, or 0.
    pub(super) jalali: u8,
    /// Monday is 1; or 0.
    pub(super) weekday: u8,
    /// Of a span.
    pub(super) unit: Option<Unit>,
    /// How many of `unit`, where the word says.
    pub(super) count: u8,
    /// All that needs no number.
    pub(super) flags: u32,
}

/// The units of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Unit {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

impl Meaning {
    /// In `weekday`: one of two, nobody can tell which.
    pub(super) const SOME_WEEKDAY: u8 = 8;

    pub(super) const AM: u32 = 1;
    pub(super) const PM: u32 = 1 << 1;
    pub(super) const NOON: u32 = 1 << 2;
    pub(super) const NIGHT: u32 = 1 << 3;
    /// May stand between the parts, and says nothing.
    pub(super) const WORD: u32 = 1 << 4;
    pub(super) const TODAY: u32 = 1 << 5;
    pub(super) const YESTERDAY: u32 = 1 << 6;
    pub(super) const BEFORE_YESTERDAY: u32 = 1 << 7;
    pub(super) const NOW: u32 = 1 << 8;
    /// Marks a span as past.
    pub(super) const AGO: u32 = 1 << 9;
    pub(super) const ONE: u32 = 1 << 10;
    pub(super) const HALF_HOUR: u32 = 1 << 11;
    /// After a number: the year, the month, the day (年 月 日).
    pub(super) const YEAR_MARK: u32 = 1 << 12;
    pub(super) const MONTH_MARK: u32 = 1 << 13;
    pub(super) const DAY_MARK: u32 = 1 << 14;
    /// After a number: hour, minute, second (时 分 秒, `h`).
    pub(super) const HOUR_MARK: u32 = 1 << 15;
    pub(super) const MINUTE_MARK: u32 = 1 << 16;
    pub(super) const SECOND_MARK: u32 = 1 << 17;
    /// After a number: it is the day (`7th`, `1er`).
    pub(super) const ORDINAL: u32 = 1 << 18;
    /// Before a year: counted from 1911 (民國).
    pub(super) const ROC: u32 = 1 << 19;
    /// Before a year: 令和, 平成, 昭和.
    pub(super) const REIWA: u32 = 1 << 20;
    pub(super) const HEISEI: u32 = 1 << 21;
    pub(super) const SHOWA: u32 = 1 << 22;
    /// `UTC`, `GMT`, `Z`.
    pub(super) const UTC: u32 = 1 << 23;
    /// May stand after a year or time, and even end a date ("г.", "Uhr").
    pub(super) const AFTER: u32 = 1 << 24;
    /// Means something on its own, or ends what means something.
    pub(super) const DAYTIME: u32 = Self::AM | Self::PM | Self::NOON | Self::NIGHT;

    pub(super) fn is(self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// Two weekdays of one language that fold alike (Slovak `st` and `št`) say only that it is a weekday.
    fn or_some_weekday(mut self, one: Meaning, other: Meaning) -> Meaning {
        if one.weekday != 0 && other.weekday != 0 && one.weekday != other.weekday {
            self.weekday = Self::SOME_WEEKDAY;
        }
        self
    }

    /// Both; where they contradict, `self`.
    fn or(self, other: Meaning) -> Meaning {
        let first = |a: u8, b: u8| if a != 0 { a } else { b };
        Meaning {
            month: first(self.month, other.month),
            jalali: first(self.jalali, other.jalali),
            weekday: first(self.weekday, other.weekday),
            unit: self.unit.or(other.unit),
            count: first(self.count, other.count),
            flags: self.flags | other.flags,
        }
    }
}

/// The words of one language, read when they are first asked for: a page needs those of one or two.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// The table, as written.
    written: &'static str,
    phrases: OnceLock<Phrases>,
}

/// Phrases and what they mean.
#[derive(Debug, Default)]
struct Phrases {
    /// By first character where that is ASCII; the longest phrase first. Few begin with a figure or a sign, and most of a date does.
    by_byte: Vec<Vec<Phrase>>,
    /// The same for all others.
    by_first: HashMap<char, Vec<Phrase>, BuildHasherDefault<OneChar>>,
}

/// A phrase and what it means.
#[derive(Debug)]
struct Phrase {
    text: Box<str>,
    /// See [`key_of`].
    key: [u8; 2],
    meaning: Meaning,
}

/// The two bytes after the first character; 0 where there is none.
fn key_of(text: &str, first: char) -> [u8; 2] {
    let rest = text.as_bytes().get(first.len_utf8()..).unwrap_or_default();
    [rest.first().copied().unwrap_or(0), rest.get(1).copied().unwrap_or(0)]
}

/// Hashes one character: the standard hasher costs more than all the rest of a look-up.
#[derive(Default)]
struct OneChar(u64);

impl Hasher for OneChar {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u32(&mut self, code: u32) {
        self.0 = u64::from(code).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(20);
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// Tables that are asked one after the other; the longest phrase wins, and among equals the first table.
pub(super) type Tables = [Option<&'static Words>; 4];

impl Words {
    /// The table of a BCP 47 language: its own or its base language's.
    pub(super) fn of(language: &str) -> Option<&'static Words> {
        // most pages say what a table is called, and perhaps a country
        let base = language.split(['-', '_']).next().unwrap_or_default();
        let known = |name: &str| ALL.by_language.get(name);
        known(language)
            .or_else(|| if is_base_language(base) { known(base) } else { known(base_language(language).as_str()) })
    }

    /// The tables to ask for these languages, English and what all languages share.
    pub(super) fn tables(first: Option<&str>, second: Option<&str>) -> Tables {
        let first = first.and_then(Words::of);
        let second = second.and_then(Words::of);
        let known = |english: &&Words| [first, second].into_iter().flatten().any(|own| std::ptr::eq(own, *english));
        [first, second, ENGLISH.filter(|english| !known(english)), Some(&ALL.shared)]
    }

    /// The language's name in the tables.
    fn name_of(language: &str) -> Option<&'static str> {
        let base = base_language(language);
        ALL.by_language.get_key_value(base.as_str()).map(|(name, _)| name.as_str())
    }

    /// All languages, always in the same order.
    pub(super) fn languages() -> impl Iterator<Item = &'static str> {
        ALL.by_language.keys().map(String::as_str)
    }

    fn phrases(&self) -> &Phrases {
        self.phrases.get_or_init(|| {
            #[expect(clippy::expect_used, reason = "the tables are embedded, and a test reads them all")]
            let language: Language = toml::from_str(self.written).expect("dates.toml is sound");
            let mut phrases = Phrases::default();
            language.put_into(&mut phrases);
            phrases.sort();
            phrases
        })
    }

    fn find(&self, text: &str, first: char) -> Option<(usize, Meaning)> {
        let phrases = self.phrases();
        let phrases = match first.is_ascii() {
            true => phrases.by_byte.get(first as usize)?,
            false => phrases.by_first.get(&first)?,
        };
        if phrases.is_empty() {
            return None;
        }
        let [next, second] = key_of(text, first);
        phrases
            .iter()
            // the next two bytes leave few to compare whole
            .filter(|Phrase { key: [a, b], .. }| *a == 0 || *a == next && (*b == 0 || *b == second))
            .find(|Phrase { text: phrase, .. }| {
                text.starts_with(&**phrase) && ends_there(phrase, &text[phrase.len()..])
            })
            .map(|phrase| (phrase.text.len(), phrase.meaning))
    }
}

impl Phrases {
    fn add(&mut self, phrase: &str, meaning: Meaning) {
        let folded = fold(phrase);
        let folded = folded.trim_matches([' ', '.', ',']);
        let Some(first) = folded.chars().next() else { return };
        if self.by_byte.is_empty() {
            self.by_byte.resize_with(128, Vec::new);
        }
        let phrases = match self.by_byte.get_mut(first as usize) {
            Some(phrases) => phrases,
            None => self.by_first.entry(first).or_default(),
        };
        match phrases.iter_mut().find(|known| *known.text == *folded) {
            Some(Phrase { meaning: known, .. }) => *known = known.or(meaning).or_some_weekday(*known, meaning),
            None => phrases.push(Phrase { text: folded.into(), key: key_of(folded, first), meaning }),
        }
    }

    fn sort(&mut self) {
        for phrases in self.by_byte.iter_mut().chain(self.by_first.values_mut()) {
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.text.len()));
        }
    }
}

/// The words of a notice's dates: its own language's, perhaps the page's, and English.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DateWords {
    pub(super) tables: Tables,
    /// The first language, by its name in the tables.
    pub(super) language: Option<&'static str>,
}

/// The words of the page's language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageWords(&'static Words);

impl DateWords {
    /// Of one language.
    pub(crate) fn of(language: &str) -> DateWords {
        DateWords { tables: Words::tables(Some(language), None), language: Words::name_of(language) }
    }

    /// Its language, by its name in the tables.
    pub(crate) fn language(&self) -> Option<&'static str> {
        self.language
    }

    /// The words of a page's language, for [`DateWords::with`].
    pub(crate) fn page(language: &str) -> Option<PageWords> {
        Words::of(language).map(PageWords)
    }

    /// And those of the page's language, tried after its own.
    pub(crate) fn with(mut self, page: Option<PageWords>) -> DateWords {
        let known = |page: &&Words| {
            [self.tables[0], self.tables[2]].into_iter().flatten().any(|known| std::ptr::eq(known, *page))
        };
        self.tables[1] = page.map(|page| page.0).filter(|page| !known(page));
        self
    }
}

/// The longest phrase that folded `text` begins with.
pub(super) fn longest(tables: &Tables, text: &str) -> Option<(usize, Meaning)> {
    let first = text.chars().next()?;
    let mut best: Option<(usize, Meaning)> = None;
    for table in tables.iter().flatten() {
        if let Some((length, meaning)) = table.find(text, first) {
            best = Some(match best {
                Some((known, found)) if known > length => (known, found),
                Some((known, found)) if known == length => (known, found.or(meaning)),
                _ => (length, meaning),
            });
        }
    }
    best
}

/// Whether a phrase may end where `rest` begins: a word of a script with spaces not within a longer one.
fn ends_there(phrase: &str, rest: &str) -> bool {
    let Some(next) = rest.chars().next() else { return true };
    match phrase.chars().next_back() {
        Some(last) if last.is_ascii_digit() => !next.is_ascii_digit(),
        Some(last) if is_letter(last) && has_spaces(last) => !(is_letter(next) && has_spaces(next)),
        _ => true,
    }
}

/// Whether the letter's script puts spaces between words.
pub(crate) fn has_spaces(c: char) -> bool {
    let c = c as u32;
    // Thai to Myanmar, Khmer, and all of the east but Hangul, whose particles are written together with numbers
    !(matches!(c, 0x0e00..0x1100 | 0x1780..0x1800 | 0x2e80..0xac00 | 0xac00..0xd7b0 | 0xf900..0xfb00 | 0x20000..))
}

/// `pt` of `pt-BR`; names that mean the same language are one.
pub(crate) fn base_language(language: &str) -> String {
    let base = language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    other_name(&base).map_or(base, str::to_owned)
}

/// Whether a primary subtag is what [`base_language`] makes of it.
fn is_base_language(base: &str) -> bool {
    base.bytes().all(|byte| byte.is_ascii_lowercase()) && other_name(base).is_none()
}

/// What a primary subtag is called here, where that is another.
fn other_name(base: &str) -> Option<&'static str> {
    Some(match base {
        "no" | "nn" => "nb",
        "iw" => "he",
        "in" => "id",
        "ckb" => "ku",
        "kz" => "kk",
        "fil" => "tl",
        "yue" | "cmn" => "zh",
        "sh" => "sr",
        _ => return None,
    })
}

#[derive(Debug)]
struct All {
    by_language: BTreeMap<String, Words>,
    shared: Words,
}

/// What begins the table of a language.
const TABLE: &str = "\n[[language]]\n";

static ALL: LazyLock<All> = LazyLock::new(|| {
    let tables = include_str!("../../../config/notices/dates.toml").split(TABLE).skip(1);
    let by_language = tables.filter_map(|written| {
        // its id stands first; a test looks
        let id = written.strip_prefix("id = \"")?.split('"').next()?;
        Some((id.to_owned(), Words { written, phrases: OnceLock::new() }))
    });
    All { by_language: by_language.collect(), shared: Words { written: "", phrases: OnceLock::from(shared()) } }
});

/// What most languages' pages print beside their own words.
static ENGLISH: LazyLock<Option<&'static Words>> = LazyLock::new(|| ALL.by_language.get("en"));

/// What pages print in every language: the signs of the east, ordinals of PHP's `S`, UTC.
fn shared() -> Phrases {
    use Meaning as M;
    let mut words = Phrases::default();
    for (phrases, flags) in [
        (&["年", "년", "يىل", "يىلى"][..], M::YEAR_MARK),
        (&["月", "월", "月份"], M::MONTH_MARK),
        (&["日", "일", "号", "號", "天"], M::DAY_MARK),
        (&["时", "時", "点", "點", "시", "h", "ч", "u"], M::HOUR_MARK | M::AFTER),
        (&["分", "분", "min", "м"], M::MINUTE_MARK),
        (&["秒", "초", "s"], M::SECOND_MARK),
        (&["st", "nd", "rd", "th", "er", "º", "ª", "°", "re", "e"], M::ORDINAL),
        (&["第"], M::WORD),
        (&["民國", "民国"], M::ROC),
        (&["令和"], M::REIWA),
        (&["平成"], M::HEISEI),
        (&["昭和"], M::SHOWA),
        (&["utc", "gmt", "z"], M::UTC),
    ] {
        for phrase in phrases {
            words.add(phrase, M { flags, ..M::default() });
        }
    }
    words.sort();
    words
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Language {
    id: String,
    #[serde(default)]
    months: Vec<Vec<String>>,
    #[serde(default)]
    days: Vec<Vec<String>>,
    #[serde(default)]
    jalali: Vec<String>,
    #[serde(default)]
    am: Vec<String>,
    #[serde(default)]
    pm: Vec<String>,
    #[serde(default)]
    noon: Vec<String>,
    #[serde(default)]
    night: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    after: Vec<String>,
    #[serde(default)]
    today: Vec<String>,
    #[serde(default)]
    yesterday: Vec<String>,
    #[serde(default)]
    before_yesterday: Vec<String>,
    #[serde(default)]
    now: Vec<String>,
    #[serde(default)]
    ago: Vec<String>,
    #[serde(default)]
    one: Vec<String>,
    #[serde(default)]
    half_hour: Vec<String>,
    #[serde(default)]
    units: HashMap<String, Vec<String>>,
    #[serde(default)]
    fixed: Vec<Fixed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixed {
    phrase: String,
    #[serde(default)]
    count: u8,
    unit: Unit,
}

impl Language {
    fn put_into(&self, words: &mut Phrases) {
        use Meaning as M;
        for (number, names) in (1..).zip(&self.months) {
            for name in names {
                words.add(name, M { month: number, ..M::default() });
                if self.id == "he" {
                    // "in March" is one word
                    words.add(&format!("ב{name}"), M { month: number, ..M::default() });
                }
            }
        }
        for (number, names) in (1..).zip(&self.days) {
            for name in names {
                words.add(name, M { weekday: number, ..M::default() });
            }
        }
        for (number, name) in (1..).zip(&self.jalali) {
            words.add(name, M { jalali: number, ..M::default() });
        }
        for (phrases, flags) in [
            (&self.am, M::AM),
            (&self.pm, M::PM),
            (&self.noon, M::NOON),
            (&self.night, M::NIGHT),
            (&self.words, M::WORD),
            (&self.after, M::WORD | M::AFTER),
            (&self.today, M::TODAY),
            (&self.yesterday, M::YESTERDAY),
            (&self.before_yesterday, M::BEFORE_YESTERDAY),
            (&self.now, M::NOW),
            (&self.ago, M::AGO),
            (&self.one, M::ONE),
            (&self.half_hour, M::HALF_HOUR),
        ] {
            for phrase in phrases {
                words.add(phrase, M { flags, ..M::default() });
            }
        }
        for (name, phrases) in &self.units {
            let unit = match name.as_str() {
                "second" => Unit::Second,
                "minute" => Unit::Minute,
                "hour" => Unit::Hour,
                "day" => Unit::Day,
                "week" => Unit::Week,
                "month" => Unit::Month,
                _ => Unit::Year,
            };
            for phrase in phrases {
                // "seconds ago" is one word where no spaces part words
                let past = phrase.ends_with(|c| !has_spaces(c))
                    && self.ago.iter().any(|ago| phrase.len() > ago.len() && phrase.ends_with(ago.as_str()));
                words.add(phrase, M { unit: Some(unit), flags: if past { M::AGO } else { 0 }, ..M::default() });
            }
        }
        for fixed in &self.fixed {
            let meaning = M { unit: Some(fixed.unit), count: fixed.count, flags: M::AGO, ..M::default() };
            words.add(&fixed.phrase, meaning);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_of_neighbours_stay_apart() {
        let month =
            |language: &str, word: &str| longest(&Words::tables(Some(language), None), word).map(|(_, m)| m.month);
        assert_eq!(month("pl", "listopad"), Some(11));
        assert_eq!(month("hr", "listopad"), Some(10));
        assert_eq!(month("de", "märzen"), None);
        let march = fold("März 2024");
        assert_eq!(month("de", &march), Some(3));
        assert_eq!(month("th", "january"), Some(1));
    }

    #[test]
    fn every_language_has_twelve_months_and_seven_days() {
        #[derive(Deserialize)]
        struct File {
            language: Vec<Language>,
        }
        let file: File = toml::from_str(include_str!("../../../config/notices/dates.toml")).unwrap();
        for language in &file.language {
            assert!(matches!(language.months.len(), 0 | 12), "{}", language.id);
            assert!(matches!(language.days.len(), 0 | 7), "{}", language.id);
            let phrases = ALL.by_language[&language.id].phrases();
            let any = phrases.by_byte.iter().any(|phrases| !phrases.is_empty()) || !phrases.by_first.is_empty();
            assert!(any, "{}", language.id);
        }
        assert_eq!(file.language.len(), ALL.by_language.len());
    }
}
