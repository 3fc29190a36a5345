//! Heads in Chinese, Japanese and Korean, where no blanks part the items: `新华社北京11月7日电`, `（吉隆坡7日讯）`,
//! `【ロンドン共同】`, `(서울=연합뉴스)`.

use super::{Head, names::Articles};

/// What ends a Chinese head: "wired", "reported", "news".
const WIRED: &[&str] = &[
    "综合外电报道",
    "綜合外電報導",
    "綜合報導",
    "综合报道",
    "外電報導",
    "外电报道",
    "综合电",
    "專電",
    "专电",
    "特讯",
    "特訊",
    "专讯",
    "專訊",
    "讯",
    "訊",
    "电",
    "電",
    "消息",
    "报道",
    "報道",
    "報導",
    "报导",
];

/// Characters in which such a head ends.
const MOST: usize = 48;

pub(super) fn head<'a>(articles: &Articles, paragraph: &'a str) -> Option<Head<'a>> {
    let first = paragraph.chars().next()?;
    if first.is_ascii_alphanumeric()
        || !(is_eastern(first) || matches!(first, '(' | '[' | '（' | '【' | '［' | '〔' | '「'))
    {
        return None;
    }
    match closing(first) {
        Some(close) => {
            let inner = &paragraph[first.len_utf8()..];
            let end = inner.char_indices().take(MOST).find(|(_, c)| *c == close)?.0;
            let body = inner[end + close.len_utf8()..].trim_start_matches([' ', '　', '-', '—', '–', '＝', '=']);
            let inner = &inner[..end];
            if body.is_empty() || !inner.chars().any(is_eastern) {
                return None;
            }
            wired(articles, inner, true).or_else(|| by_side(articles, inner))
        }
        None => wired(articles, paragraph, false),
    }
}

/// The Chinese manner: credit, reporter, place, date, and a word that says "wired". Whole in brackets, or at the start of the
/// paragraph with a blank or bracket behind.
fn wired<'a>(articles: &Articles, text: &'a str, whole: bool) -> Option<Head<'a>> {
    let (head, _) = if whole {
        WIRED.iter().find_map(|word| text.strip_suffix(word).map(|head| (head, "")))?
    } else {
        let limit = text.char_indices().nth(MOST).map_or(text.len(), |(at, _)| at);
        // the earliest such word that something other than text follows
        text[..limit].char_indices().find_map(|(at, first)| {
            if !matches!(
                first,
                '综' | '綜' | '外' | '專' | '专' | '特' | '讯' | '訊' | '电' | '電' | '消' | '报' | '報'
            ) {
                return None;
            }
            let word = WIRED.iter().find(|word| text[at..].starts_with(**word))?;
            let rest = &text[at + word.len()..];
            let apart =
                rest.starts_with([' ', '　', '（', '(', '，', '：', ':', '【', '—', '-']) && !rest.trim().is_empty();
            apart.then(|| (&text[..at], rest))
        })?
    };
    let (credit, rest) = split_prefix(articles, head);
    let rest = rest.trim_matches([' ', '　', '，', '／', '/']);
    let dateline = without_reporter(articles, rest);
    let fits =
        |line: &str| line.chars().count() <= 20 && !line.contains(['。', '，', '、', '！', '？', '：', '“', '”']);
    match credit {
        Some(credit) if dateline.is_empty() => Some(Head { credit: Some(credit), dateline: None }),
        Some(credit) if fits(dateline) && (date_start(dateline).is_some() || articles.is_place(dateline)) => {
            Some(Head { credit: Some(credit), dateline: Some(dateline) })
        }
        // "（吉隆坡7日讯）": the paper's own correspondent
        None if whole
            && fits(dateline)
            && date_start(dateline).is_some_and(|at| articles.is_place(dateline[..at].trim())) =>
        {
            Some(Head { credit: None, dateline: Some(dateline) })
        }
        _ => None,
    }
}

/// The Japanese and Korean manner: place and credit side by side in brackets, parted by `=`, a blank, or nothing.
fn by_side<'a>(articles: &Articles, inner: &'a str) -> Option<Head<'a>> {
    let trim = |side: &'a str| side.trim_matches(['=', '＝', ' ', '　', '・']);
    let (credit, rest) = match split_suffix(articles, inner) {
        Some((rest, credit)) => (credit, rest),
        None => {
            let (credit, rest) = split_prefix(articles, inner);
            let credit = credit?;
            // a name with something of its own behind it is another name
            let parted = rest.is_empty() || rest.starts_with(['=', '＝', ' ', '　']);
            parted.then_some((credit, rest))?
        }
    };
    let rest = trim(rest);
    let reporter = ["기자", "특파원", "記者", "记者", "通信員", "특약"]
        .iter()
        .any(|word| rest.ends_with(word) || rest.starts_with(word));
    let dateline = (!rest.is_empty() && !reporter).then_some(rest);
    let parted = inner.contains(['=', '＝', ' ', '　']);
    let fits = match dateline {
        None => rest.is_empty() || reporter,
        Some(line) => {
            articles.is_place(line)
                || date_start(line).is_some()
                || places_in(articles, line)
                || parted && line.chars().count() <= 8 && inner.contains(['=', '＝'])
        }
    };
    fits.then_some(Head { credit: Some(credit), dateline })
}

/// Several known places, or a known place and more, parted by blanks or `=`.
fn places_in(articles: &Articles, line: &str) -> bool {
    line.split([' ', '　', '=', '＝', '・']).next().is_some_and(|first| articles.is_place(first))
}

/// The longest known name that `text` starts with, and what follows.
fn split_prefix<'a>(articles: &Articles, text: &'a str) -> (Option<&'a str>, &'a str) {
    let mut found = (None, text);
    for (at, _) in text.char_indices().skip(1).take(14).chain([(text.len(), ' ')]) {
        let name = &text[..at];
        if at >= 2 && !name.ends_with([' ', '　']) && articles.name(name).is_some() {
            found = (Some(&text[..at]), &text[at..]);
        }
    }
    found
}

/// The longest known name that `text` ends in, and what precedes it.
fn split_suffix<'a>(articles: &Articles, text: &'a str) -> Option<(&'a str, &'a str)> {
    let starts = text.char_indices().rev().take(14).map(|(at, _)| at);
    // a Latin name must be parted from what precedes it
    let parts = |at: usize| {
        let first = text[at..].chars().next();
        let before = text[..at].chars().next_back();
        !first.is_some_and(|c| c.is_ascii_alphanumeric()) || !before.is_some_and(|c| c.is_ascii_alphanumeric())
    };
    starts
        .filter(|at| parts(*at) && text[*at..].chars().count() >= 2 && articles.name(&text[*at..]).is_some())
        .last()
        .map(|at| (&text[..at], text[at..].trim()))
}

/// Cuts a reporter's name off: "記者王小明台北7日" → "台北7日". The name's end is told by the place that follows.
fn without_reporter<'a>(articles: &Articles, text: &'a str) -> &'a str {
    let Some(rest) = text.strip_prefix("记者").or_else(|| text.strip_prefix("記者")) else { return text };
    let date = date_start(rest).unwrap_or(rest.len());
    let place = rest[..date].char_indices().map(|(at, _)| at).find(|at| articles.is_place(rest[*at..date].trim()));
    &rest[place.unwrap_or(date)..]
}

/// Where a date begins that `text` ends in: `11月7日`, `2024年11月07日`, `7日`.
fn date_start(text: &str) -> Option<usize> {
    let digit = |c: char| c.is_ascii_digit() || matches!(c, '０'..='９');
    let mut rest = text.trim_end().strip_suffix('日')?;
    let mut start = None;
    for mark in ['月', '年', ' '] {
        let digits = rest.trim_end_matches(digit);
        if digits.len() == rest.len() {
            break;
        }
        start = Some(digits.len());
        match digits.trim_end_matches([' ', '　']).strip_suffix(mark) {
            Some(shorter) => rest = shorter,
            None => break,
        }
    }
    start
}

fn closing(open: char) -> Option<char> {
    Some(match open {
        '(' => ')',
        '[' => ']',
        '（' => '）',
        '【' => '】',
        '［' => '］',
        '〔' => '〕',
        '「' => '」',
        _ => return None,
    })
}

fn is_eastern(character: char) -> bool {
    matches!(character, '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}
