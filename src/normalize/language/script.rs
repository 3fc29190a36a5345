//! Which script a text is written in.

/// A script, as far as it matters for telling languages apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// Written by one language of weight; its tag.
    Only(&'static str),
    Han,
    Latin,
    Cyrillic,
    Arabic,
    Devanagari,
    Hebrew,
}

/// Letters counted by script.
#[derive(Debug, Default)]
pub(super) struct Count {
    latin: usize,
    cyrillic: usize,
    arabic: usize,
    devanagari: usize,
    hebrew: usize,
    han: usize,
    /// Hiragana and katakana.
    pub(super) kana: usize,
    /// The commonest of the other scripts; a text that mixes several of them is not of interest.
    only: Option<&'static str>,
    only_count: usize,
    /// Latin letters beyond ASCII: their presence spares the look for such letters.
    pub(super) beyond_ascii: usize,
}

impl Count {
    /// The script that most of the text is written in, with its letters. A Han character weighs as much as a short word.
    pub(super) fn main(&self) -> Option<(Script, usize)> {
        let only = self.only.unwrap_or("");
        let candidates = [
            (Script::Latin, self.latin, 1),
            (Script::Cyrillic, self.cyrillic, 1),
            (Script::Arabic, self.arabic, 1),
            (Script::Devanagari, self.devanagari, 1),
            (Script::Hebrew, self.hebrew, 1),
            (Script::Han, self.han + self.kana, 3),
            (Script::Only(only), self.only_count, if only == "ko" { 2 } else { 1 }),
        ];
        let (script, count, _) = candidates.into_iter().max_by_key(|(_, count, weight)| count * weight)?;
        (count > 0).then_some((script, count))
    }
}

pub(super) fn count(sample: &str) -> Count {
    let mut count = Count::default();
    for character in sample.chars() {
        if ('\u{4e00}'..='\u{9fff}').contains(&character) {
            count.han += 1;
            continue;
        }
        match character {
            'a'..='z' | 'A'..='Z' => count.latin += 1,
            '\0'..='\u{bf}' => {}
            '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => {
                count.latin += 1;
                count.beyond_ascii += 1;
            }
            '\u{400}'..='\u{52f}' => count.cyrillic += 1,
            '\u{590}'..='\u{5ff}' => count.hebrew += 1,
            '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => count.arabic += 1,
            '\u{900}'..='\u{97f}' => count.devanagari += 1,
            '\u{3041}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}' => count.kana += 1,
            '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{3ffff}' => count.han += 1,
            _ => {
                if let Some(language) = only(character) {
                    if count.only.is_none() {
                        count.only = Some(language);
                    }
                    if count.only == Some(language) {
                        count.only_count += 1;
                    }
                }
            }
        }
    }
    count
}

fn only(character: char) -> Option<&'static str> {
    Some(match character {
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => "el",
        '\u{531}'..='\u{58f}' => "hy",
        '\u{780}'..='\u{7bf}' => "dv",
        '\u{980}'..='\u{9ff}' => "bn",
        '\u{a00}'..='\u{a7f}' => "pa",
        '\u{a80}'..='\u{aff}' => "gu",
        '\u{b00}'..='\u{b7f}' => "or",
        '\u{b80}'..='\u{bff}' => "ta",
        '\u{c00}'..='\u{c7f}' => "te",
        '\u{c80}'..='\u{cff}' => "kn",
        '\u{d00}'..='\u{d7f}' => "ml",
        '\u{d80}'..='\u{dff}' => "si",
        '\u{e00}'..='\u{e7f}' => "th",
        '\u{e80}'..='\u{eff}' => "lo",
        '\u{f00}'..='\u{fff}' => "bo",
        '\u{1000}'..='\u{109f}' => "my",
        '\u{10a0}'..='\u{10ff}' | '\u{1c90}'..='\u{1cbf}' => "ka",
        '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7a3}' => "ko",
        '\u{1200}'..='\u{139f}' => "am",
        '\u{1780}'..='\u{17ff}' => "km",
        '\u{1800}'..='\u{18af}' => "mn",
        _ => return None,
    })
}
