//! Structured data that a page carries beside its markup: JSON-LD of forums and of questions with answers
//! (<https://schema.org/DiscussionForumPosting>).
//!
//! It fills what a profile or the structure of the page leaves open: dates with their zone, authors and their pages. Where the
//! page itself shows no posts, it is read for them.

use serde_json::Value;

use super::{
    flat::{Kind, attribute},
    guard, json,
    markup::Tape,
    view::View,
};
use crate::model::{Markup, RawAuthor, RawBody, RawDate, RawPost};

/// A post as structured data tells it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Told {
    text: String,
    headline: Option<String>,
    author: Option<String>,
    author_url: Option<String>,
    date: Option<String>,
    url: Option<String>,
}

/// Items nested deeper than this are no posts of people.
const DEPTH: usize = 64;

/// All posts that the page's JSON-LD tells, in its order.
pub(super) fn told(view: &View<'_, '_>) -> Vec<Told> {
    let mut all = Vec::new();
    for (at, element) in view.flat.elements() {
        if element.value().name() != "script"
            || !attribute(element, "type").is_some_and(|kind| kind.contains("ld+json"))
        {
            continue;
        }
        let text: String = view
            .flat
            .within(at)
            .filter_map(|at| match view.flat.node(at).kind {
                Kind::Text(text) => Some(text),
                Kind::Element(_) => None,
            })
            .collect();
        if let Some(value) = json::read(text.trim()) {
            walk(&value, &mut all, 0);
        }
    }
    all
}

fn walk(value: &Value, out: &mut Vec<Told>, depth: usize) {
    if depth > DEPTH {
        return;
    }
    match value {
        Value::Array(list) => list.iter().for_each(|value| walk(value, out, depth + 1)),
        Value::Object(item) => {
            if is_post(item.get("@type")) {
                let text =
                    ["text", "articleBody"].iter().find_map(|name| item.get(*name)?.as_str()).unwrap_or_default();
                let string =
                    |name: &str| item.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
                let author =
                    item.get("author").map(|author| author.as_array().and_then(|list| list.first()).unwrap_or(author));
                let of_author =
                    |name: &str| author.and_then(|author| author.get(name)).and_then(Value::as_str).map(str::to_owned);
                out.push(Told {
                    text: text.to_owned(),
                    headline: string("headline").or(string("name")).map(str::to_owned),
                    author: of_author("name").or_else(|| author.and_then(Value::as_str).map(str::to_owned)),
                    author_url: of_author("url").or_else(|| of_author("sameAs")),
                    date: string("datePublished").or(string("dateCreated")).map(str::to_owned),
                    url: string("url").or(string("@id")).map(str::to_owned),
                });
            }
            for name in [
                "@graph",
                "mainEntity",
                "comment",
                "acceptedAnswer",
                "suggestedAnswer",
                "hasPart",
                "itemListElement",
                "item",
            ] {
                if let Some(inner) = item.get(name) {
                    walk(inner, out, depth + 1);
                }
            }
        }
        _ => {}
    }
}

fn is_post(kind: Option<&Value>) -> bool {
    let names = match kind {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(name)) => vec![name.as_str()],
        _ => Vec::new(),
    };
    names.iter().any(|name| ["DiscussionForumPosting", "Comment", "Question", "Answer"].contains(name))
}

/// Fills what posts leave open from what structured data tells of the same posts.
pub(super) fn fill(view: &View<'_, '_>, posts: &mut [RawPost], told: &[Told]) {
    for told in told {
        let Some(post) = posts.iter_mut().find(|post| is_same(post, told)) else { continue };
        let knows_zone = post.date.attributes.iter().any(|date| tells_zone(date));
        if let Some(date) = told.date.as_ref().filter(|date| tells_zone(date) && !knows_zone) {
            post.date.attributes.insert(0, date.clone());
        }
        let url = told.author_url.as_deref().and_then(|url| view.address(url));
        match (&mut post.author, &told.author) {
            (Some(author), Some(name)) if author.url.is_none() && author.name == *name => author.url = url,
            (author @ None, Some(name)) if !name.trim().is_empty() => {
                *author = Some(RawAuthor { name: name.trim().to_owned(), url, ..RawAuthor::default() });
            }
            _ => {}
        }
    }
}

/// Posts made of structured data alone.
pub(super) fn posts(view: &View<'_, '_>, told: &[Told]) -> Vec<RawPost> {
    let has_body =
        told.iter().filter(|told| !told.text.trim().is_empty() && (told.author.is_some() || told.date.is_some()));
    has_body
        .map(|told| RawPost {
            url: told.url.as_deref().and_then(|url| view.address(url)),
            headline: told.headline.clone(),
            author: told.author.as_ref().map(|name| RawAuthor {
                name: name.trim().to_owned(),
                url: told.author_url.as_deref().and_then(|url| view.address(url)),
                ..RawAuthor::default()
            }),
            date: RawDate { text: told.date.clone(), attributes: told.date.iter().cloned().collect() },
            body: body(view, plain(&told.text)),
            ..RawPost::default()
        })
        .collect()
}

/// A body of plain text.
pub(super) fn body(view: &View<'_, '_>, text: String) -> RawBody {
    let markup = Tape::wanted(view.options).map(|tape| Markup::plain(&text, &tape.finish()));
    RawBody { text, markup, ..RawBody::default() }
}

/// Some engines write markup into the text.
fn plain(text: &str) -> String {
    if !text.contains("</") && !text.contains("<br") {
        return text.trim().to_owned();
    }
    let text = text.replace("<br", "\n<br").replace("</p>", "</p>\n\n");
    let (text, _) = guard::capped(&text);
    let html = scraper::Html::parse_fragment(&text);
    let plain: String = html.root_element().text().collect();
    plain.trim().to_owned()
}

/// A date that names its offset.
fn tells_zone(date: &str) -> bool {
    let Some((_, time)) = date.split_once(['T', ' ']) else { return false };
    time.ends_with(['Z', 'z']) || time.contains('+') || time.contains('-')
}

/// Whether structured data speaks of a post: the same beginning, long enough to be no chance, or the same address.
fn is_same(post: &RawPost, told: &Told) -> bool {
    if let (Some(id), Some(url)) = (&post.id, &told.url)
        && id.len() >= 3
        && url.rsplit(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty()) == Some(id.as_str())
    {
        return true;
    }
    let start = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).take(60).collect::<String>();
    let (one, other) = (start(&post.body.text), start(&told.text));
    let least = one.chars().count().min(other.chars().count());
    let same_author = post.author.as_ref().zip(told.author.as_ref()).is_some_and(|(one, other)| one.name == *other);
    (least >= 20 || (least >= 4 && same_author)) && (one.starts_with(&other) || other.starts_with(&one))
}
