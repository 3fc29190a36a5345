//! Heads in scripts with spaces between words: a row of places, dates and a credit, up to a dash or another mark.

use super::{
    Head, dateline,
    names::{Articles, Strength, is_domain},
};

/// Reads the head of a paragraph.
pub(super) fn head<'a>(articles: &Articles, paragraph: &'a str) -> Option<Head<'a>> {
    if !may_be_head(paragraph) {
        return None;
    }
    Reader { articles, text: paragraph, at: 0, start: None, end: 0, place: None, dated: false, credit: None }
        .read(MOST_ITEMS)
}

/// A look that spares nearly all paragraphs the reading: a head begins with a capital (or in a script without them), a figure
/// or a bracket, and holds a dash, bracket, slash, colon, a comma and a full stop, or a full stop and a figure.
fn may_be_head(paragraph: &str) -> bool {
    if paragraph.chars().next().is_none_or(char::is_lowercase) {
        return false;
    }
    let head = &paragraph.as_bytes()[..paragraph.len().min(LOOK)];
    let mut comma = false;
    let mut of_marks = head.iter().enumerate().filter(|(_, byte)| IN_MARKS[usize::from(**byte)]);
    of_marks.any(|(at, _)| match head[at..] {
        [b'(' | b'[' | b'/', _, ..] | [b':', b' ', ..] | [b'-', b'-' | b' ', ..] => true,
        [b'-', ..] => at > 0 && head[at - 1] == b' ',
        // the dashes of Unicode; fullwidth brackets and colon
        [0xe2, 0x80 | 0x88, ..] | [0xef, 0xbc, ..] => true,
        [b',', _, ..] | [0xd8, 0x8c, ..] => {
            comma = true;
            false
        }
        [b'.', b' ', b'0'..=b'9', ..] => true,
        [b'.', b' ', ..] => comma,
        _ => false,
    })
}

/// Whether a mark of a head may begin with a byte.
const IN_MARKS: [bool; 256] = {
    let mut marks = [false; 256];
    let mut at = 0;
    let all = b"([/:-,.\xe2\xef\xd8";
    while at < all.len() {
        marks[all[at] as usize] = true;
        at += 1;
    }
    marks
};

/// Bytes in which the first such mark of a head stands.
const LOOK: usize = 120;

/// Items of a head: city, state, weekday, date, credit and one to spare.
const MOST_ITEMS: usize = 6;
/// Bytes in which a head ends.
const MOST_BYTES: usize = 200;

#[derive(Clone)]
struct Reader<'a, 'n> {
    articles: &'n Articles,
    text: &'a str,
    at: usize,
    /// Where the dateline starts and ends.
    start: Option<usize>,
    end: usize,
    /// The first place, or what has the shape of one.
    place: Option<&'a str>,
    dated: bool,
    credit: Option<Credit<'a>>,
}

#[derive(Clone, Copy)]
struct Credit<'a> {
    name: &'a str,
    strength: Strength,
    bracketed: bool,
}

/// What follows an item.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Dash,
    Colon,
    Stop,
    Comma,
    /// Nothing, or blanks.
    None,
}

impl<'a> Reader<'a, '_> {
    fn read(mut self, items: usize) -> Option<Head<'a>> {
        if items == 0 || self.at > MOST_BYTES || !self.item() {
            return None;
        }
        let mark = self.mark();
        let next = self.text[self.at..].chars().next()?;
        if mark == Mark::None
            && next.is_lowercase()
            && self.credit.is_none()
            && !dateline::date_word(self.articles, &self.text[self.at..])
        {
            return None;
        }
        match mark {
            Mark::Comma => self.read(items - 1),
            Mark::None
                if matches!(next, '(' | '[' | '/' | '（' | '［') || next.is_ascii_digit() && self.place.is_some() =>
            {
                if self.credit.is_some_and(|credit| credit.bracketed) {
                    self.finish(mark)
                } else {
                    self.read(items - 1)
                }
            }
            Mark::None
                if self.credit.is_none()
                    && self.place.is_some()
                    && (dateline::date(self.articles, &self.text[self.at..]).is_some()
                        // "CANBERRA, Nov 7 AAP - "
                        || self.dated && self.bare_credit(&self.text[self.at..]).is_some()) =>
            {
                self.read(items - 1)
            }
            Mark::None => self.finish(mark),
            Mark::Dash | Mark::Colon | Mark::Stop => {
                let further =
                    (mark != Mark::Colon && self.may_go_on(mark)).then(|| self.clone().read(items - 1)).flatten();
                further.or_else(|| self.finish(mark))
            }
        }
    }

    /// Whether after a dash or full stop the head may go on: with the credit that is missing, or with the dateline that is
    /// missing. What follows must be known, for it may as well be the article's first words.
    fn may_go_on(&self, mark: Mark) -> bool {
        let rest = &self.text[self.at..];
        if self.credit.is_none() {
            let dated = mark == Mark::Stop && dateline::date(self.articles, rest).is_some();
            return dated || rest.starts_with(['(', '[', '/']) || self.bare_credit(rest).is_some();
        }
        self.start.is_none()
            && dateline::place(self.articles, rest).is_some_and(|end| self.articles.is_place(&rest[..end]))
    }

    /// Takes one item.
    fn item(&mut self) -> bool {
        let rest = &self.text[self.at..];
        if let Some((name, length)) = bracketed(rest) {
            // "New Delhi [India]"
            if rest.starts_with('[')
                && self.place.is_some()
                && !self.dated
                && self.credit.is_none()
                && dateline::place(self.articles, name) == Some(name.len())
                && self.articles.name(name).is_none()
            {
                self.at += length;
                self.end = self.at;
                return true;
            }
            let (name, strength) = match self.articles.reporters_name(name) {
                Some((name, strength)) => (name, Some(strength)),
                None => (name, self.articles.name(name).or_else(|| self.articles.shape(name))),
            };
            let Some(strength) = strength.filter(|_| self.credit.is_none()) else { return false };
            self.credit = Some(Credit { name, strength, bracketed: true });
            self.at += length;
            return true;
        }
        if self.credit.is_none()
            && let Some((name, strength)) = self.bare_credit(rest)
            // "ST. LOUIS" is a place, "ST" a paper
            && !dateline::place(self.articles, rest)
                .is_some_and(|end| end > name.len() && self.articles.is_place(&rest[..end]))
        {
            self.credit = Some(Credit { name: trim_quotes(name), strength, bracketed: false });
            self.at += name.len();
            return true;
        }
        // a head begins with a date in figures only
        let dated = self.at > 0 || rest.starts_with(|c: char| c.is_ascii_digit());
        let (end, is_date) = match dated.then(|| dateline::date(self.articles, rest)).flatten() {
            Some(end) => (end, true),
            None => match dateline::place(self.articles, rest) {
                Some(end) => (end, false),
                None => return false,
            },
        };
        // a dateline is one piece: a credit may stand before or behind it, not within
        if self.start.is_some() && self.credit.is_some() && self.end + 3 < self.at {
            return false;
        }
        if is_date {
            self.dated = true;
        } else if self.place.is_none() {
            self.place = Some(&rest[..end]);
        }
        self.start.get_or_insert(self.at);
        self.at += end;
        self.end = self.at;
        true
    }

    /// A known name without brackets at the start of `rest`, up to a mark; the longest.
    fn bare_credit(&self, rest: &'a str) -> Option<(&'a str, Strength)> {
        let mut found = None;
        for (at, character) in rest.char_indices().take_while(|(at, _)| *at <= 60) {
            if character.is_ascii_alphanumeric() {
                continue;
            }
            if !matches!(character, ',' | '.' | ':' | ' ' | '-' | '—' | '–' | '،' | '(' | '/') || at == 0 {
                continue;
            }
            if !ends_name(&rest[at..]) {
                continue;
            }
            let name = &rest[..at];
            if name.ends_with(BLANKS) {
                continue;
            }
            if let Some(strength) = self.articles.name(name).or_else(|| is_domain(name).then_some(Strength::Weak)) {
                found = Some((name, strength));
            } else if character != '.' && character != ' ' && character != '-' {
                break;
            }
        }
        found
    }

    /// Takes the mark after an item, and the blanks around it.
    fn mark(&mut self) -> Mark {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start_matches(BLANKS);
        let blanks = rest.len() - trimmed.len();
        let (mark, length) = match trimmed.chars().next() {
            Some('—' | '–' | '―' | '−' | '=' | '－') => (Mark::Dash, dashes(trimmed)),
            Some('-') if trimmed.starts_with("--") => (Mark::Dash, dashes(trimmed)),
            Some('-') if blanks > 0 || self.ends_bracket() || trimmed[1..].starts_with(BLANKS) => {
                (Mark::Dash, dashes(trimmed))
            }
            Some('.') => match dashes(trimmed[1..].trim_start_matches(BLANKS)) {
                0 => (Mark::Stop, 1),
                length => (Mark::Dash, trimmed.len() - trimmed[1..].trim_start_matches(BLANKS).len() + length),
            },
            Some(':' | '：') => (Mark::Colon, trimmed.chars().next().map_or(0, char::len_utf8)),
            Some(',' | '،' | '、') => (Mark::Comma, trimmed.chars().next().map_or(0, char::len_utf8)),
            _ => (Mark::None, 0),
        };
        let after = &trimmed[length..];
        let after = after.trim_start_matches(BLANKS);
        self.at = self.text.len() - after.len();
        mark
    }

    fn ends_bracket(&self) -> bool {
        self.text[..self.at].ends_with([')', ']', '/'])
    }

    /// Whether what was taken makes a head.
    fn finish(&self, mark: Mark) -> Option<Head<'a>> {
        let strong_mark = matches!(mark, Mark::Dash | Mark::Colon);
        // most paragraphs begin with what looks like a place, and go on
        if self.credit.is_none() && !strong_mark {
            return None;
        }
        let opening = self.text[self.at..].chars().find(|c| c.is_alphanumeric())?;
        let capital = !opening.is_lowercase();
        let known = || self.place.is_some_and(|place| self.articles.is_place(place));
        let capitals = || {
            self.place.is_some_and(|place| {
                !place.chars().any(char::is_lowercase) && place.chars().filter(|c| c.is_uppercase()).count() > 1
            })
        };
        let believed = match self.credit {
            Some(Credit { strength: Strength::Strong, bracketed: true, .. }) => {
                if self.start.is_none() {
                    strong_mark && capital
                } else {
                    mark == Mark::Dash && (capital || capitals()) || known() || self.dated && self.place.is_some()
                }
            }
            Some(Credit { strength, bracketed: true, .. }) => {
                (known() || self.dated && self.place.is_some())
                    && (mark != Mark::None || strength == Strength::Weak && capital && (self.dated || capitals()))
            }
            Some(Credit { name, .. }) if self.start.is_none() => {
                mark == Mark::Dash && capital && self.articles.stands_alone(name)
            }
            Some(Credit { strength: Strength::Strong, .. }) => {
                mark != Mark::None
                    && capital
                    && (known() || self.place.is_some() && (self.dated || capitals() && mark == Mark::Dash))
            }
            Some(_) => mark != Mark::None && capital && known(),
            None => capital && known() && (self.dated || capitals()) && self.tells_of_it(),
        };
        believed.then(|| Head {
            credit: self.credit.map(|credit| credit.name),
            dateline: self.start.map(|start| &self.text[start..self.end]),
        })
    }

    /// Whether what stands behind a bare place is a sentence, and not the other end of a way: "LONDON - Paris by train".
    fn tells_of_it(&self) -> bool {
        let rest = &self.text[self.at..];
        let hyphen = self.text[..self.at].trim_end_matches(BLANKS).ends_with(" -");
        let way = hyphen
            && dateline::place(self.articles, rest).is_some_and(|end| {
                let name = &rest[..end];
                let first = name.split(' ').next().unwrap_or(name);
                self.articles.is_place(name) || self.articles.is_place(first)
            });
        !way && (rest.len() > LONG || rest.ends_with(['.', '"', '”', '»', '’', ':', '…', '。', '!', ')', ';']))
    }
}

/// Bytes of a paragraph that need not end like a sentence.
const LONG: usize = 80;

const BLANKS: [char; 3] = [' ', '\u{a0}', '\u{3000}'];

/// Bytes of a run of dashes.
fn dashes(text: &str) -> usize {
    text.len() - text.trim_start_matches(['-', '—', '–', '―', '−', '=', '－']).len()
}

/// Whether a name may end before `rest`.
fn ends_name(rest: &str) -> bool {
    let mut chars = rest.chars();
    match chars.next() {
        // "KOMPAS.com", "al-Jazeera": a stop or hyphen within a name is followed by a letter
        Some('.' | '-') => chars.next().is_none_or(|next| !next.is_alphanumeric()),
        Some(' ') => rest.trim_start().starts_with(['-', '—', '–', '(', ':', '/']),
        _ => true,
    }
}

fn trim_quotes(name: &str) -> &str {
    name.trim_matches(['"', '“', '”', '«', '»'])
}

/// What stands in brackets or between slashes at the start of `text`, and the length of the whole.
fn bracketed(text: &str) -> Option<(&str, usize)> {
    let open = text.chars().next()?;
    let close = match open {
        '(' => ')',
        '[' => ']',
        '（' => '）',
        '［' => '］',
        '/' => '/',
        _ => return None,
    };
    let inner = &text[open.len_utf8()..];
    let end = inner.char_indices().take_while(|(at, _)| *at <= 60).find(|(_, c)| *c == close)?.0;
    let name = inner[..end].trim();
    (!name.is_empty()).then_some((name, open.len_utf8() + end + close.len_utf8()))
}
