//! Who is credited and from where: the lists of `config/articles.toml`, folded for looking up.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use serde::Deserialize;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A list of one's own that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("articles: {0}")]
pub struct ArticlesError(#[from] toml::de::Error);

/// The file as written; every key may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawArticles {
    names: Vec<String>,
    weak: Vec<String>,
    alone: Vec<String>,
    generic: Vec<String>,
    media: Vec<String>,
    reporters: Vec<String>,
    places: Vec<String>,
    months: Vec<String>,
    weekdays: Vec<String>,
}

/// What is known of credits and datelines.
#[derive(Clone, Debug)]
pub struct Articles {
    names: HashMap<String, Strength>,
    /// What they begin with, sorted: see [`beginning`].
    beginnings: Vec<u64>,
    alone: HashSet<String>,
    generic: HashSet<String>,
    media: HashSet<String>,
    reporters: HashSet<String>,
    places: HashSet<String>,
    /// Sorted, for looking up beginnings.
    months: Vec<String>,
    weekdays: HashSet<String>,
}

/// How far a name is to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// Unmistakable.
    Strong,
    /// Only behind a place that is known, or a date.
    Weak,
    /// Not known at all, but of such a shape: like a weak one, and a mark must follow.
    Shaped,
}

static BUILTIN: LazyLock<Articles> = LazyLock::new(|| {
    // the file is part of the program and a test reads it: what cannot be read here is an empty list, never a panic
    let mut articles = Articles::empty();
    if let Ok(raw) = toml::from_str(include_str!("../../../config/articles.toml")) {
        articles.add(raw);
    }
    articles
});

impl Articles {
    /// The lists that come with the program.
    pub fn builtin() -> &'static Articles {
        &BUILTIN
    }

    /// The lists that come with the program, and those of a file of one's own (TOML, same keys, each optional).
    ///
    /// # Errors
    /// Where the file is not of that form; the message tells the line.
    pub fn with(user: &str) -> Result<Articles, ArticlesError> {
        let mut articles = Articles::builtin().clone();
        articles.extend(user)?;
        Ok(articles)
    }

    /// Adds the lists of a file of one's own.
    pub(in crate::normalize) fn extend(&mut self, user: &str) -> Result<(), ArticlesError> {
        self.add(toml::from_str(user)?);
        Ok(())
    }

    fn empty() -> Articles {
        Articles {
            names: HashMap::new(),
            beginnings: Vec::new(),
            alone: HashSet::new(),
            generic: HashSet::new(),
            media: HashSet::new(),
            reporters: HashSet::new(),
            places: HashSet::new(),
            months: Vec::new(),
            weekdays: HashSet::new(),
        }
    }

    fn add(&mut self, raw: RawArticles) {
        let folded = |words: Vec<String>| words.into_iter().map(|word| fold(&word));
        self.names.extend(folded(raw.names).map(|name| (name, Strength::Strong)));
        self.names.extend(folded(raw.weak).map(|name| (name, Strength::Weak)));
        for name in folded(raw.alone) {
            self.names.entry(name.clone()).or_insert(Strength::Strong);
            self.alone.insert(name);
        }
        self.beginnings = self.names.keys().filter_map(|name| beginning(name)).collect();
        self.beginnings.sort_unstable();
        self.generic.extend(folded(raw.generic));
        self.media.extend(folded(raw.media));
        self.reporters.extend(folded(raw.reporters));
        self.places.extend(folded(raw.places));
        self.weekdays.extend(folded(raw.weekdays));
        self.months.extend(folded(raw.months));
        self.months.sort_unstable();
        self.months.dedup();
    }

    /// How far a name in this place is known; a name may carry a generic word ("Reuters Health"), or be several
    /// ("AFP/Reuters", "dpa/lno").
    pub(super) fn name(&self, name: &str) -> Option<Strength> {
        let name = name.trim_matches(['"', '“', '”', '«', '»', '\'', '’', ' ']);
        if name.is_empty() || name.len() > MOST_BYTES {
            return None;
        }
        if beginning(name).is_some_and(|letters| self.beginnings.binary_search(&letters).is_err()) {
            return None;
        }
        let folded = fold(name);
        if let Some(strength) = self.names.get(folded.as_str()) {
            return Some(*strength);
        }
        if let Some((first, last)) = folded.rsplit_once(' ')
            && self.generic.contains(last)
            && self.names.get(first) == Some(&Strength::Strong)
        {
            return Some(Strength::Strong);
        }
        let (first, rest) = name.split_once(['/', '&', '、', ';'])?;
        let strength = self.name(first)?;
        // what follows is another name, or a short mark of the agency's own service
        let rest = rest.trim();
        let service = rest.len() <= 4 && !rest.is_empty() && rest.chars().all(char::is_lowercase);
        (service || self.name(rest).is_some()).then_some(strength)
    }

    /// Whether a name stands before a dash without brackets and place.
    pub(super) fn stands_alone(&self, name: &str) -> bool {
        self.alone.contains(fold(name).as_str())
    }

    /// How far an unknown name in brackets is to be believed by its shape.
    pub(super) fn shape(&self, name: &str) -> Option<Strength> {
        if is_domain(name) || is_call_sign(name) {
            return Some(Strength::Shaped);
        }
        let mut media = false;
        for (index, word) in name.split(' ').enumerate() {
            let capital = word.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase());
            if !(capital || index > 0 && matches!(word, "of" | "and" | "the" | "de" | "del" | "di" | "&")) {
                return None;
            }
            media |= self.media.contains(fold(word).as_str());
        }
        media.then(|| if name.starts_with("The ") { Strength::Strong } else { Strength::Shaped })
    }

    /// The name that stands behind a word for a reporter, and in front of the reporter's own: `Корр. ТАСС Иван Иванов`.
    pub(super) fn reporters_name<'t>(&self, text: &'t str) -> Option<(&'t str, Strength)> {
        let (first, rest) = text.split_once(' ')?;
        if !self.reporters.contains(fold(first).as_str()) {
            return None;
        }
        let ends = rest.match_indices(' ').map(|(at, _)| at).chain([rest.len()]);
        ends.filter_map(|end| self.name(&rest[..end]).map(|strength| (&rest[..end], strength))).next_back()
    }

    pub(super) fn is_place(&self, place: &str) -> bool {
        place.len() <= MOST_BYTES && self.places.contains(fold(place).as_str())
    }

    /// Whether a word is the name of a month, the beginning of one of three letters or more, or an inflected form.
    pub(super) fn is_month(&self, word: &str) -> bool {
        if word.len() > MOST_BYTES {
            return false;
        }
        let word = fold(word);
        let letters = word.chars().count();
        let at = self.months.partition_point(|month| month.as_str() < word.as_str());
        let begins =
            self.months.get(at).is_some_and(|month| *month == word || letters >= 3 && month.starts_with(word.as_str()));
        // "listopadu" beside "listopada": all but the ending is the same
        let inflected = |month: &String| {
            let same = month.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
            same >= 5 && same + 2 >= letters
        };
        begins || letters > 5 && self.months[at.saturating_sub(1)..self.months.len().min(at + 1)].iter().any(inflected)
    }

    pub(super) fn is_weekday(&self, word: &str) -> bool {
        word.len() <= MOST_BYTES && self.weekdays.contains(fold(word).as_str())
    }
}

/// The first eight letters and digits that a name begins with, where they are ASCII: names that are alike when folded begin alike.
fn beginning(name: &str) -> Option<u64> {
    let bytes = name.as_bytes();
    let length = bytes.iter().take(8).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    // a mark on the last letter is folded away, and what folds to a letter goes on
    (length > 0 && bytes.get(length).is_none_or(u8::is_ascii)).then(|| {
        let mut letters = [0; 8];
        letters[..length].copy_from_slice(&bytes[..length]);
        u64::from_le_bytes(letters.map(|byte| byte.to_ascii_lowercase()))
    })
}

/// No name or place is longer.
const MOST_BYTES: usize = 80;

/// An internet address as papers print it: `sindonews.com`, `TEMPO.CO`.
pub(super) fn is_domain(name: &str) -> bool {
    let Some((host, top)) = name.rsplit_once('.') else { return false };
    (2..=4).contains(&top.len())
        && top.bytes().all(|b| b.is_ascii_alphabetic())
        && host.len() >= 2
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
        && host.bytes().any(|b| b.is_ascii_alphabetic())
}

/// A North American station: `WIVB`, `KTLA`, `WGN-TV`.
fn is_call_sign(name: &str) -> bool {
    let name = name.strip_suffix("-TV").unwrap_or(name);
    // Canada's have four letters
    (name.len() == 3 && name.starts_with(['K', 'W']) || name.len() == 4 && name.starts_with(['K', 'W', 'C']))
        && name.bytes().all(|b| b.is_ascii_uppercase())
}

/// Without case, accents and doubled blanks.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if text.is_ascii() {
        out.push_str(text);
        out.make_ascii_lowercase();
        return out;
    }
    let accent = |c: &char| matches!(c, '\u{300}'..='\u{36f}') && is_combining_mark(*c);
    out.extend(text.chars().flat_map(char::to_lowercase).nfd().filter(|c| !accent(c)).map(|c| match c {
        'ς' => 'σ',
        'ı' => 'i',
        '’' => '\'',
        other => other,
    }));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_lists_are_read() {
        assert!(toml::from_str::<RawArticles>(include_str!("../../../config/articles.toml")).is_ok());
        let articles = Articles::builtin();
        assert_eq!(articles.name("REUTERS"), Some(Strength::Strong));
        assert_eq!(articles.name("Reuters Health"), Some(Strength::Strong));
        assert_eq!(articles.name("AFP/Reuters"), Some(Strength::Strong));
        assert_eq!(articles.name("AA"), Some(Strength::Weak));
        assert_eq!(articles.name("used"), None);
        assert!(articles.is_place("SÃO PAULO") && articles.is_place("ΑΘΗΝΑ") && articles.is_place("DİYARBAKIR"));
        assert!(
            articles.is_month("Nov")
                && articles.is_month("нояб")
                && articles.is_month("NOVEMBRE")
                && !articles.is_month("no")
        );
    }

    #[test]
    fn a_list_of_ones_own_adds() {
        let articles = Articles::with("names = [\"Valley Wire\"]\nplaces = [\"Smallville\"]").unwrap();
        assert_eq!(articles.name("valley wire"), Some(Strength::Strong));
        assert!(articles.is_place("SMALLVILLE") && articles.is_place("London"));
        let error = Articles::with("nmes = []").unwrap_err().to_string();
        assert!(error.contains("nmes"), "{error}");
    }
}
