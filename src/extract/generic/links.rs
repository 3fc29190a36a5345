//! Where an unknown forum's links lead: the following page, threads, boards; and what a thread's address says of its id.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use regex::Regex;
use url::Url;

use super::{date, layout::Layout, title};
use crate::{
    extract::{flat::attribute, view::View},
    model::{BoardRow, NewRequest, PageKind, RawDate, RawThread, Reason, ThreadRow},
};

/// Texts of links to the following page.
static NEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\W{0,3}(?:next(?: page)?|older|weiter|nächste(?: seite)?|page suivante|suivante?|siguiente|próxima|próximo|proxima|successiva|avanti|далее|следующая|след\.?|вперёд|вперед|volgende|nästa|neste|næste|seuraava|dalej|następna|další|következő|sonraki|ileri|επόμενη|下一[页頁]|下页|下頁|次へ|次のページ|次|다음|trang sau|tiếp|ถัดไป|التالي)\W{0,3}$|^\s*[>›»→]{1,2}\s*$",
    )
    .ok()
});

static THREAD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)thread|topic|tid=|[?&;/]t[=/]|discussion|question|viewtopic|/d/|/q/|posts?/#|showtopic|read\.php")
        .ok()
});
static BOARD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)forumdisplay|viewforum|showforum|fid=|[?&;/]f[=/]|board|/forums?/[^/]+|categor|/c/|/f/|subforum")
        .ok()
});
static ELSEWHERE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)member|/user|profile|login|logout|register|signup|search|rss|feed|print|mailto|attach|download|reply|action=|do=|report|privacy|terms|contact|help|faq|about|goto=|sort|order=|author|avatar|\.(?:png|jpe?g|gif|css|js|zip|pdf)$").ok()
});

/// What a link is called by the form of its address: numbers and words that vary from thread to thread are folded.
pub(super) fn form(url: &Url) -> String {
    let mut out = String::new();
    for segment in url.path_segments().into_iter().flatten() {
        out.push('/');
        out.push_str(&folded(segment));
    }
    for (name, value) in url.query_pairs() {
        if !is_session(&name) {
            out.push_str(&format!("?{name}={}", if value.bytes().any(|b| b.is_ascii_digit()) { "#" } else { &value }));
        }
    }
    out
}

/// `1234-what-a-day.html` and `5-hello.html` are of one form.
fn folded(segment: &str) -> String {
    let has_digit = segment.bytes().any(|b| b.is_ascii_digit());
    if !has_digit && !segment.contains('-') && !segment.contains('%') {
        return segment.to_owned();
    }
    let (stem, end) = segment
        .rsplit_once('.')
        .filter(|(_, end)| end.len() <= 5 && !end.bytes().any(|b| b.is_ascii_digit()))
        .unwrap_or((segment, ""));
    let mut out = String::new();
    let words = stem.split(['-', '_', '.', ',']).collect::<Vec<_>>();
    let numbers = words.iter().filter(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())).count();
    if numbers == 0 && has_digit {
        // `t123`, `topic5`
        let fixed: String = stem.chars().map_while(|c| (!c.is_ascii_digit()).then_some(c)).collect();
        out.push_str(if fixed.contains('-') { "*" } else { &fixed });
        out.push('#');
    } else if numbers == words.len() {
        out.push('#');
    } else {
        out.push_str(if numbers > 0 { "*#" } else { "*" });
    }
    if !end.is_empty() {
        out.push('.');
        out.push_str(end);
    }
    out
}

fn is_session(name: &str) -> bool {
    matches!(name.to_ascii_lowercase().as_str(), "s" | "sid" | "phpsessid" | "sessionid")
}

/// An address without what carries a session: the parameters that do so in most engines, where their values look it.
pub(super) fn without_session(mut url: Url) -> Url {
    let looks_it = |value: &str| value.len() >= 16 && value.bytes().all(|b| b.is_ascii_alphanumeric());
    let kept: Vec<&str> = match url.query() {
        Some(query) => query
            .split('&')
            .filter(|pair| !pair.split_once('=').is_some_and(|(name, value)| is_session(name) && looks_it(value)))
            .collect(),
        None => return url,
    };
    let kept = Some(kept.join("&")).filter(|query| !query.is_empty());
    url.set_query(kept.as_deref());
    url
}

/// The id that an address tells: the number in its query that names a thread, else the last number of its path, else the path.
pub(super) fn id_of(url: &Url) -> String {
    let by_query = url.query_pairs().find(|(name, value)| {
        matches!(
            name.to_ascii_lowercase().as_str(),
            "t" | "tid"
                | "topic"
                | "thread"
                | "threadid"
                | "topic_id"
                | "id"
                | "p"
                | "pid"
                | "q"
                | "showtopic"
                | "f"
                | "fid"
                | "board"
                | "forum"
                | "item"
        ) && value.bytes().any(|b| b.is_ascii_digit())
    });
    if let Some((_, value)) = by_query {
        return value.into_owned();
    }
    let mut number: Option<&str> = None;
    for segment in url.path_segments().into_iter().flatten() {
        if is_page_segment(segment) {
            continue;
        }
        let longest = segment
            .split(|c: char| !c.is_ascii_digit())
            .filter(|digits| !digits.is_empty())
            .max_by_key(|digits| digits.len());
        number = longest.or(number);
    }
    number.map_or_else(|| url.path().trim_matches('/').to_owned(), str::to_owned)
}

/// `page-3`, `p3`, `page3.html`.
fn is_page_segment(segment: &str) -> bool {
    let segment = segment.to_ascii_lowercase();
    segment
        .strip_prefix("page")
        .or_else(|| segment.strip_prefix('p'))
        .is_some_and(|rest| rest.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit()))
}

/// The page number that an address tells.
pub(super) fn page_of(url: &Url) -> Option<u32> {
    let by_query = url
        .query_pairs()
        .find(|(name, _)| matches!(name.to_ascii_lowercase().as_str(), "page" | "pg" | "pagenum" | "currentpage"));
    if let Some((_, value)) = by_query {
        return value.parse().ok();
    }
    let segment = url.path_segments()?.rfind(|segment| is_page_segment(segment))?;
    segment.trim_matches(|c: char| !c.is_ascii_digit()).parse().ok()
}

/// The following page: as the markup names it, as its link is called, or by the number after this page's.
pub(in crate::extract) fn next(view: &View<'_, '_>, own: &Url, kind: PageKind) -> Option<NewRequest> {
    let by_markup = view.value(&view.profile.pager.next, 0).and_then(|href| view.resolve(&href));
    let url =
        by_markup.filter(|url| is_other(url, own)).or_else(|| by_text(view, own)).or_else(|| by_number(view, own))?;
    let page = page_of(own).unwrap_or(1);
    let id = Some(id_of(own));
    let (board_id, thread_id) = if kind == PageKind::Thread { (None, id) } else { (id, None) };
    Some(NewRequest {
        url,
        kind,
        board_id,
        thread_id,
        page: Some(page + 1),
        position_base: None,
        reason: Reason::Discover,
    })
}

/// A page's thread with what its address and headings tell of it.
pub(in crate::extract) fn thread(view: &View<'_, '_>, own: &Url, thread: RawThread) -> RawThread {
    let is_address = matches!(own.scheme(), "http" | "https");
    RawThread {
        id: is_address.then(|| id_of(own)),
        url: is_address.then(|| own.clone()).filter(|_| page_of(own).unwrap_or(1) == 1),
        title: title::title(view),
        page: page_of(own).unwrap_or(1),
        pages: None,
        position_base: None,
        ..thread
    }
}

fn is_other(url: &Url, own: &Url) -> bool {
    let bare = |url: &Url| {
        let mut url = url.clone();
        url.set_fragment(None);
        url
    };
    url.host_str() == own.host_str() && bare(url) != bare(own)
}

fn links<'v>(view: &'v View<'_, '_>, own: &'v Url) -> impl Iterator<Item = (u32, Url)> + 'v {
    view.flat.elements().filter(|(_, element)| element.value().name() == "a").filter_map(move |(at, element)| {
        let href = attribute(element, "href").filter(|href| !href.starts_with('#'))?;
        let mut url = view.resolve(href)?;
        url.set_fragment(None);
        is_other(&url, own).then_some((at, url))
    })
}

fn by_text(view: &View<'_, '_>, own: &Url) -> Option<Url> {
    let pattern = NEXT.as_ref()?;
    let here = page_of(own).unwrap_or(1);
    links(view, own).find_map(|(at, url)| {
        let element = view.flat.element(at)?;
        let named = attribute(element, "class").is_some_and(|class| {
            class.split_ascii_whitespace().any(|class| matches!(class, "next" | "nxt" | "pagination-next"))
        });
        let text = view.line(at);
        let text = if text.is_empty() {
            attribute(element, "title").or(attribute(element, "aria-label")).unwrap_or_default().to_owned()
        } else {
            text
        };
        // "Next topic" has another id; a page of this thread has the same.
        let same = id_of(&url) == id_of(own);
        ((named || pattern.is_match(&text)) && same && page_of(&url).is_none_or(|page| page > here)).then_some(url)
    })
}

fn by_number(view: &View<'_, '_>, own: &Url) -> Option<Url> {
    let here = page_of(own).unwrap_or(1);
    links(view, own)
        .find(|(at, url)| {
            page_of(url) == Some(here + 1) && id_of(url) == id_of(own) && view.line(*at).parse() == Ok(here + 1)
        })
        .map(|(_, url)| url)
}

/// Threads that a listing shows: links of one form, each with a title, most of them in a row with a date or a number.
pub(in crate::extract) fn threads(view: &View<'_, '_>, own: &Url) -> Vec<ThreadRow> {
    let layout = Layout::of(view);
    let dates = date::dates(view, &layout);
    let rows = rows(view, &layout, own, &THREAD, 3);
    let with_row: Vec<(ThreadRow, bool)> = rows
        .into_iter()
        .map(|(at, url, title, row)| {
            let date = dates.iter().rev().find(|date| row.contains(&date.node));
            let last_post = date
                .map(|date| RawDate { text: Some(date.text.clone()), attributes: date.attributes.clone() })
                .unwrap_or_default();
            let id = id_of(&url);
            let told = date.is_some()
                || row.clone().any(|at| view.flat.element(at).is_none() && layout.visible[at as usize])
                    && row.end > view.flat.node(at).end + 2;
            let request = NewRequest {
                url,
                kind: PageKind::Thread,
                board_id: None,
                thread_id: Some(id.clone()),
                page: Some(1),
                position_base: Some(0),
                reason: Reason::Discover,
            };
            (
                ThreadRow {
                    id,
                    title,
                    request,
                    replies: None,
                    last_post,
                    last_poster: None,
                    sticky: false,
                    moved: false,
                    locked: false,
                },
                told,
            )
        })
        .collect();
    let told = with_row.iter().filter(|(_, told)| *told).count();
    if told * 2 < with_row.len() { Vec::new() } else { with_row.into_iter().map(|(row, _)| row).collect() }
}

/// Boards that an index names.
pub(in crate::extract) fn boards(view: &View<'_, '_>, own: &Url) -> Vec<BoardRow> {
    let layout = Layout::of(view);
    let rows = rows(view, &layout, own, &BOARD, 2).into_iter();
    rows.map(|(_, url, name, _)| {
        let id = Some(id_of(&url));
        let request = NewRequest {
            url,
            kind: PageKind::Board,
            board_id: id.clone(),
            thread_id: None,
            page: Some(1),
            position_base: None,
            reason: Reason::Discover,
        };
        BoardRow { id, name, request, threads: None, posts: None, last_post: RawDate::default() }
    })
    .collect()
}

type Row = (u32, Url, String, std::ops::Range<u32>);

/// Links whose form fits and is the commonest that does, once each, with the row that each stands in.
fn rows(view: &View<'_, '_>, layout: &Layout, own: &Url, pattern: &LazyLock<Option<Regex>>, least: usize) -> Vec<Row> {
    let (Some(pattern), Some(elsewhere)) = (pattern.as_ref(), ELSEWHERE.as_ref()) else { return Vec::new() };
    let mut forms: BTreeMap<String, Vec<(u32, Url, String)>> = BTreeMap::new();
    for (at, url) in links(view, own) {
        let text = view.line(at);
        if !layout.visible[at as usize]
            || text.chars().filter(|c| c.is_alphabetic()).count() < 2
            || NEXT.as_ref().is_some_and(|next| next.is_match(&text))
        {
            continue;
        }
        let form = form(&url);
        if (form.contains('#') || form.contains('*')) && pattern.is_match(&form) && !elsewhere.is_match(&form) {
            forms.entry(form).or_default().push((at, url, text));
        }
    }
    let distinct =
        |links: &[(u32, Url, String)]| links.iter().map(|(_, url, _)| id_of(url)).collect::<BTreeSet<_>>().len();
    let best = forms
        .into_iter()
        .map(|(form, links)| (distinct(&links), form, links))
        .max_by(|one, other| one.0.cmp(&other.0).then(other.1.cmp(&one.1)));
    let Some((count, _, links)) = best else { return Vec::new() };
    if count < least {
        return Vec::new();
    }
    let mut all: Vec<Row> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let places: Vec<u32> = links.iter().map(|(at, ..)| *at).collect();
    let ids: Vec<String> = links.iter().map(|(_, url, _)| id_of(url)).collect();
    for (number, (at, url, text)) in links.into_iter().enumerate() {
        if !seen.insert(ids[number].clone()) {
            continue;
        }
        // The row reaches as far as no link to another thread stands in it.
        let foreign = |range: &std::ops::Range<u32>| {
            let (start, end) = (
                places.partition_point(|place| *place < range.start),
                places.partition_point(|place| *place < range.end),
            );
            ids[start..end].iter().any(|id| *id != ids[number])
        };
        let row = layout.upward(at).map(|up| up..view.flat.node(up).end).take_while(|range| !foreign(range)).last();
        all.push((at, url, text, row.unwrap_or(at..at + 1)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_tell_form_id_and_page() {
        let check = |url: &str, expected: (&str, &str, Option<u32>)| {
            let url = Url::parse(url).unwrap();
            assert_eq!((form(&url).as_str(), id_of(&url).as_str(), page_of(&url)), expected, "{url}");
        };
        check("http://f.example/thread.php?t=5&page=2&sid=ab1", ("/thread.php?t=#?page=#", "5", Some(2)));
        check("http://f.example/threads/what-a-day.123/page-4", ("/threads/*#/*#", "123", Some(4)));
        check("http://f.example/t77-hello", ("/t#", "77", None));
        check("http://f.example/talk/garden/5498613-my-roses", ("/talk/garden/*#", "5498613", None));
        check("http://f.example/board/cooking", ("/board/cooking", "board/cooking", None));
    }
}
