//! A page as a whole: which engine made it, what it turned out to be, and what it holds.

use std::sync::Arc;

use scraper::Html;

use super::{
    bad, cut,
    flat::{Flat, attribute},
    generic, guard, json, listing,
    options::ExtractOptions,
    pager::{self, Place},
    parse, post,
    prepared::prepared,
    structured, truncated,
    view::View,
    wayback, xml,
};
use crate::{
    engine::{Address, Engines, Profile},
    model::{
        Board, Extracted, NewRequest, Outcome, Page, PageFacts, PageKind, RawBody, RawDate, RawPost, RawThread, Status,
        Validators,
    },
};

/// Takes a page apart. `text` is the page's body, decoded; `engine` names the profile where it is known.
pub fn extract(
    page: &Page,
    text: &str,
    engines: &Engines,
    engine: Option<&str>,
    options: &ExtractOptions,
) -> Extracted {
    if let Some((url, plain)) = wayback::unwrapped(&page.url, text) {
        let original = Page { requested: url.clone(), url, ..shell(page) };
        return recognised(&original, &plain, engines, engine, options);
    }
    recognised(page, text, engines, engine, options)
}

/// All of a page but what it came with.
fn shell(page: &Page) -> Page {
    Page {
        url: page.url.clone(),
        requested: page.requested.clone(),
        status: page.status,
        content_type: page.content_type.clone(),
        date: page.date,
        validators: Validators::default(),
        headers: Vec::new(),
        body: Vec::new(),
        fetched_at: page.fetched_at,
    }
}

fn recognised(page: &Page, text: &str, engines: &Engines, engine: Option<&str>, options: &ExtractOptions) -> Extracted {
    let profile = match engine {
        Some(name) => engines.get(name),
        None => engines.recognise(text, &page.url),
    };
    match (profile, engine) {
        (Some(profile), _) => extract_with(page, text, &profile, options),
        (None, None) => unknown(page, text, engines, options),
        (None, Some(_)) => Extracted { outcome: Outcome::Unrecognised, ..Extracted::default() },
    }
}

/// A page that no profile knows is read by its structure; one that shows none stays unknown.
fn unknown(page: &Page, text: &str, engines: &Engines, options: &ExtractOptions) -> Extracted {
    let Some(profile) = engines.fallback() else {
        return Extracted { outcome: Outcome::Unrecognised, ..Extracted::default() };
    };
    let read = extract_with(page, text, &profile, options);
    match read.outcome {
        Outcome::Read => read,
        outcome => Extracted { engine: None, outcome, ..Extracted::default() },
    }
}

/// Takes a page of a known engine apart.
pub fn extract_with(page: &Page, text: &str, profile: &Arc<Profile>, options: &ExtractOptions) -> Extracted {
    if let Some(document) = json::Document::read(text) {
        return json::extract(page, &document, profile, profile.address(&page.url).as_ref(), true, *options);
    }
    let markup = prepared(text, profile);
    read_cut(page, text, &markup, profile, options).unwrap_or_else(|| read_whole(page, text, &markup, profile, options))
}

/// Reads a page of posts by what of it its profile can look at; `None` where the whole page must be parsed. What it gives is what
/// [`extract_whole`] gives.
pub fn extract_cut(page: &Page, text: &str, profile: &Arc<Profile>, options: &ExtractOptions) -> Option<Extracted> {
    read_cut(page, text, &prepared(text, profile), profile, options)
}

fn read_cut(
    page: &Page,
    text: &str,
    markup: &str,
    profile: &Arc<Profile>,
    options: &ExtractOptions,
) -> Option<Extracted> {
    let cut = profile.cut()?;
    let posts = cut.posts_in(text);
    if posts == 0 {
        return None;
    }
    let thin = cut::thinned(markup, cut).ok()?;
    let truncated = truncated::is_truncated(text);
    let flat = Flat::with_tags(&thin.html, &thin.tags);
    let read = Extracted { truncated, ..parsed(page, flat, profile, options, truncated) };
    (read.kind == PageKind::Thread && read.posts.len() >= posts).then_some(read)
}

/// What of a page its profile can look at, as a smaller tree.
///
/// # Errors
/// Where the page must be parsed whole: the place of the tag for which, or `None` where the profile does not allow to cut.
pub fn thinned(text: &str, profile: &Profile) -> Result<Html, Option<usize>> {
    let cut = profile.cut().ok_or(None)?;
    cut::thinned(&prepared(text, profile), cut).map(|thin| thin.html).map_err(Some)
}

/// Reads a page that is parsed whole.
pub fn extract_whole(page: &Page, text: &str, profile: &Arc<Profile>, options: &ExtractOptions) -> Extracted {
    read_whole(page, text, &prepared(text, profile), profile, options)
}

fn read_whole(page: &Page, text: &str, markup: &str, profile: &Arc<Profile>, options: &ExtractOptions) -> Extracted {
    let truncated = truncated::is_truncated(text);
    let text = xml::closed(markup);
    let (text, depth_cut) = guard::capped(&text);
    let html = parse::document(&text);
    let read = parsed(page, Flat::of(&html), profile, options, truncated);
    Extracted { depth_cut, truncated: truncated || read.truncated, ..read }
}

/// Reads a page that is parsed.
fn parsed(page: &Page, flat: Flat<'_>, profile: &Arc<Profile>, options: &ExtractOptions, truncated: bool) -> Extracted {
    let base = base_of(&flat).and_then(|href| page.url.join(href).ok()).unwrap_or_else(|| page.url.clone());
    let mut view = View::new(flat, profile, base, *options);
    let own = own_address(&view, page);
    let promised = own.as_ref().map(|own| own.kind);
    if view.is_too_dear {
        return too_dear(profile, promised);
    }
    let mut posts = if profile.structure { generic::posts(&view) } else { post::posts(&mut view, own.as_ref()) };
    // The page broke off before the last post had a body.
    if truncated {
        posts.pop_if(|post| post.status == Status::Hidden && post.body == RawBody::default());
    }
    if let Some(carried) = carried(page, &view, own.as_ref(), posts.len()) {
        return carried;
    }
    let told = structured::told(&view);
    structured::fill(&view, &mut posts, &told);
    if posts.is_empty() && profile.structure {
        posts = structured::posts(&view, &told);
    }
    if let Some(own) = own.as_ref().filter(|_| profile.structure) {
        for post in &mut posts {
            post.url = post.id.as_deref().and_then(|id| profile.permalink(own, id));
        }
    }
    if posts.is_empty() {
        view.ask_on();
        if view.is_too_dear {
            return too_dear(profile, promised);
        }
    }
    let (mut threads, mut boards) = (Vec::new(), Vec::new());
    if posts.is_empty() && profile.structure {
        threads = generic::threads(&view, &page.url);
        boards = generic::boards(&view, &page.url);
    } else if posts.is_empty() {
        threads = listing::threads(&mut view);
        boards = listing::boards(&view);
    }
    let kind = match promised {
        _ if !posts.is_empty() => PageKind::Thread,
        _ if !threads.is_empty() => PageKind::Board,
        Some(kind) => kind,
        None if !boards.is_empty() => PageKind::Index,
        None => PageKind::Unknown,
    };
    let found_nothing = posts.is_empty() && threads.is_empty() && boards.is_empty();
    let outcome = match found_nothing {
        true => bad(&view).unwrap_or_else(|| match kind {
            PageKind::Board if view.has(view.profile.board.list.as_ref(), 0) => Outcome::Read,
            PageKind::Unknown => bad::told(&view).unwrap_or(Outcome::Unrecognised),
            _ => bad::told(&view).unwrap_or(Outcome::Empty),
        }),
        false => Outcome::Read,
    };
    let mut extracted = Extracted {
        engine: Some(profile.name.clone()),
        kind,
        outcome,
        post_ids_unique: post::ids_are_unique(&view),
        notice_lines: profile.body.notice_lines,
        glued_signatures: profile.body.glued_signatures,
        logged_in: profile.login.as_ref().and_then(|login| login.inside.as_ref()).map(|css| view.has(Some(css), 0)),
        facts: facts(&view),
        generic: profile.structure,
        ..Extracted::default()
    };
    if outcome == Outcome::Empty {
        extracted.instead = json::instead(&view, own.as_ref());
    }
    if outcome == Outcome::Empty && kind == PageKind::Thread {
        extracted.posts.extend(excerpt(&view, own.as_ref()));
        extracted.truncated = !extracted.posts.is_empty();
        let place = pager::place(&view, own.as_ref(), kind, 0);
        extracted.thread = extracted.truncated.then(|| thread(&view, own.as_ref(), &place));
    }
    if outcome != Outcome::Read {
        return extracted;
    }
    let count = posts.len().max(threads.len());
    let place = pager::place(&view, own.as_ref(), kind, count);
    if kind == PageKind::Thread {
        extracted.thread = Some(thread(&view, own.as_ref(), &place));
    }
    if profile.structure {
        extracted.thread = extracted.thread.map(|thread| generic::thread(&view, &page.url, thread));
    }
    extracted.url = own.map(|own| own.url);
    extracted.next = if profile.structure { generic::next(&view, &page.url, kind) } else { place.next };
    extracted.posts = posts;
    extracted.threads = threads;
    extracted.boards = boards;
    extracted
}

/// A page that keeps selectors busy: half of what it says would be worse than nothing, so it is kept to be looked at.
fn too_dear(profile: &Profile, promised: Option<PageKind>) -> Extracted {
    let (engine, outcome) = (Some(profile.name.clone()), Outcome::Empty);
    Extracted { engine, kind: promised.unwrap_or_default(), outcome, ..Extracted::default() }
}

/// A first profile for a page that no profile knows, as TOML for a person to correct; `None` where the page shows no posts that
/// selectors could tell from the rest.
pub fn draft_profile(page: &Page, text: &str, engines: &Engines) -> Option<String> {
    let profile = engines.fallback()?;
    let text = generic::prepared(text);
    let (text, _) = guard::capped(&text);
    let html = parse::document(&text);
    let view = View::new(Flat::of(&html), &profile, page.url.clone(), ExtractOptions::default());
    generic::draft(&view, &page.url)
}

/// What the document that a page carries holds, where that is no less than the markup shows.
fn carried(page: &Page, view: &View<'_, '_>, own: Option<&Address>, posts: usize) -> Option<Extracted> {
    let document = json::embedded(view)?;
    let mut carried = json::extract(page, &document, view.profile, own, false, view.options);
    if carried.outcome != Outcome::Read || carried.posts.len() < posts {
        return None;
    }
    let place = pager::place(view, own, carried.kind, carried.posts.len().max(carried.threads.len()));
    if let Some(told) = &mut carried.thread {
        if told.boards.is_empty() {
            told.boards = thread(view, own, &place).boards;
        }
        if carried.next.is_none() {
            told.pages = place.pages;
        }
    }
    // Its pages are not all of the same length, so the frontier counts.
    carried.next = carried.next.or(place.next.map(|next| NewRequest { position_base: None, ..next }));
    carried.facts = facts(view);
    Some(carried)
}

/// The page's own address: as asked for, else as the page itself links to it.
fn own_address(view: &View<'_, '_>, page: &Page) -> Option<Address> {
    let asked = view.profile.address(&page.url);
    if let Some(asked) = asked.as_ref().filter(|asked| !asked.alias && asked.kind != PageKind::Index) {
        return Some(asked.clone());
    }
    let linked = view.values(&view.profile.thread.link, 0).into_iter();
    let linked = linked.filter_map(|href| view.profile.address(&view.resolve(&href)?));
    let (aliases, own): (Vec<Address>, Vec<Address>) =
        linked.filter(|linked| linked.kind != PageKind::Index).partition(|linked| linked.alias);
    own.into_iter().next().or(aliases.into_iter().find(|alias| alias.thread_id.is_some())).or(asked)
}

fn thread(view: &View<'_, '_>, own: Option<&Address>, place: &Place) -> RawThread {
    let rules = &view.profile.thread;
    let mut boards: Vec<Board> = Vec::new();
    let mut is_board: Vec<bool> = Vec::new();
    if let Some(css) = &rules.boards {
        for &at in view.all(css, &view.whole()) {
            let link = view.link(at);
            let address = link.as_ref().and_then(|url| view.profile.address(url));
            // A category's link has a query where that of the index has none.
            let leads_home = link.as_ref().is_none_or(|url| url.query().is_none());
            let counts = address.as_ref().is_some_and(|address| address.kind == PageKind::Board || !leads_home);
            let (id, url) = match address {
                Some(address) => (address.board_id, Some(String::from(address.url))),
                None => (None, link.map(String::from)),
            };
            let board = Board { id, name: view.line(at), url };
            if !board.name.is_empty() && boards.iter().all(|known| known.url != board.url) {
                boards.push(board);
                is_board.push(counts);
            }
        }
    }
    // Where some links lead to what is known as a board, the others lead home or to a portal.
    if is_board.contains(&true) {
        let mut is_board = is_board.into_iter();
        boards.retain(|_| is_board.next() == Some(true));
    }
    let descending = view.has(rules.descending.as_ref(), 0);
    RawThread {
        id: own.and_then(|own| own.thread_id.clone()),
        url: own.and_then(|own| view.profile.other_page(own, None, None)).map(|first| first.url),
        title: view.value(&rules.title, 0),
        boards,
        page: place.page,
        pages: place.pages,
        position_base: place.before.filter(|_| !descending),
        descending,
        locked: view.has(rules.locked.as_ref(), 0),
    }
}

/// The beginning of the opening post, where the page carries no more of it. It has no id: it is not yet the post.
fn excerpt(view: &View<'_, '_>, own: Option<&Address>) -> Option<RawPost> {
    let rules = &view.profile.thread;
    own.filter(|own| own.page.is_none_or(|page| page == 1))?;
    let date = view.value(&rules.excerpt_date, 0);
    Some(RawPost {
        url: own.map(|own| own.url.as_str().to_owned()),
        position: Some(1),
        date: RawDate { attributes: date.into_iter().collect(), ..RawDate::default() },
        body: structured::body(view, view.value(&rules.excerpt, 0)?),
        ..RawPost::default()
    })
}

fn facts(view: &View<'_, '_>) -> PageFacts {
    let language = view.flat.elements().find(|(_, element)| element.value().name() == "html");
    let language = language.and_then(|(_, element)| attribute(element, "lang").or(attribute(element, "xml:lang")));
    let mut clock_lines: Vec<String> = Vec::new();
    for line in view.values(&view.profile.page.clock, 0) {
        if !clock_lines.contains(&line) {
            clock_lines.push(line);
        }
    }
    PageFacts {
        language: language.map(str::trim).filter(|language| !language.is_empty()).map(str::to_owned),
        clock_lines,
    }
}

/// What a profile's marks say. Engines tell all that went wrong in the same box: what is in it tells more than the box.
fn bad(view: &View<'_, '_>) -> Option<Outcome> {
    let rule = view.profile.bad.iter().find(|rule| view.holds(&rule.when, 0))?;
    let told = view.value(&rule.when, 0).and_then(|text| bad::said(&text));
    Some(match (rule.outcome.into(), told) {
        (Outcome::Missing, Some(told @ (Outcome::Maintenance | Outcome::LoginRequired | Outcome::NoPermission))) => {
            told
        }
        (outcome, _) => outcome,
    })
}

fn base_of<'a>(flat: &Flat<'a>) -> Option<&'a str> {
    flat.elements()
        .find(|(_, element)| element.value().name() == "base")
        .and_then(|(_, element)| attribute(element, "href"))
}
