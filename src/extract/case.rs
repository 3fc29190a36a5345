//! Runs the cases of a profile: a page in, what came out held against what must.

use std::fmt::Debug;

use jiff::Timestamp;
use url::Url;

use super::{ExtractOptions, extract};
use crate::{
    engine::{Case, CasePost, Engines},
    model::{Extracted, Page, RawPost, RawQuote},
};

/// Reads the page of a case by the profile of that name. Gives one line for each difference; none: the case holds.
pub fn run_case(engines: &Engines, name: &str, case: &Case, html: &str) -> Vec<String> {
    let mut wrong = Wrong(Vec::new());
    let url = match Url::parse(&case.url) {
        Ok(url) => url,
        Err(error) => return vec![format!("url: `{}`: {error}", case.url)],
    };
    if case.recognised != Some(false) {
        let recognised = engines.recognise(html, &url).map(|profile| profile.name.to_string());
        wrong.compare("recognised", &Some(Some(name.to_owned())), &recognised);
    }
    let page = Page::new(url, Vec::new(), Timestamp::UNIX_EPOCH);
    let got = extract(&page, html, engines, Some(name), &ExtractOptions::default());
    wrong.page(case, &got);
    if !case.post.is_empty() {
        wrong.compare("number of posts", &Some(case.post.len()), &got.posts.len());
    }
    for (number, (want, got)) in case.post.iter().zip(&got.posts).enumerate() {
        wrong.post(&format!("post {}: ", number + 1), want, got);
    }
    wrong.0
}

struct Wrong(Vec<String>);

impl Wrong {
    /// What is not named is not compared.
    fn compare<T: PartialEq + Debug>(&mut self, what: &str, want: &Option<T>, got: &T) {
        if let Some(want) = want.as_ref().filter(|want| *want != got) {
            self.0.push(format!("{what}: expected {want:?}, got {got:?}"));
        }
    }

    /// An empty string stands for nothing.
    fn compare_text(&mut self, what: &str, want: &Option<String>, got: Option<&str>) {
        self.compare(what, want, &got.unwrap_or_default().to_owned());
    }

    fn page(&mut self, want: &Case, got: &Extracted) {
        self.compare("outcome", &want.outcome, &snake_case(&got.outcome));
        self.compare_text("kind", &want.kind, Some(got.kind.as_str()));
        let thread = got.thread.clone().unwrap_or_default();
        self.compare_text("title", &want.title, thread.title.as_deref());
        self.compare_text("thread", &want.thread, thread.id.as_deref());
        let path = thread.boards.iter().map(|board| named(board.id.as_deref(), &board.name)).collect();
        self.compare("path", &want.path, &path);
        self.compare_text("next", &want.next, got.next.as_ref().map(|next| next.url.as_str()));
        if want.logged_in.is_some() {
            self.compare("logged_in", &Some(want.logged_in), &got.logged_in);
        }
        self.compare("clock", &want.clock, &got.facts.clock_lines);
        let boards = got.boards.iter().map(|board| named(board.id.as_deref(), &board.name)).collect();
        self.compare("boards", &want.boards, &boards);
        let threads = got.threads.iter().map(|row| {
            let mut line = named(Some(&row.id), &row.title);
            row.replies.inspect(|replies| line += &format!(" | {replies}"));
            let date = row.last_post.attributes.first().or(row.last_post.text.as_ref());
            date.into_iter().chain(&row.last_poster).for_each(|part| line += &format!(" | {part}"));
            let flags = [(row.sticky, "sticky"), (row.moved, "moved"), (row.locked, "locked")];
            flags.iter().filter(|(set, _)| *set).for_each(|(_, flag)| line += &format!(" | {flag}"));
            line
        });
        self.compare("threads", &want.threads, &threads.collect());
    }

    fn post(&mut self, place: &str, want: &CasePost, got: &RawPost) {
        let author = got.author.clone().unwrap_or_default();
        self.compare_text(&format!("{place}id"), &want.id, got.id.as_deref());
        self.compare_text(&format!("{place}url"), &want.url, got.url.as_deref());
        self.compare_text(&format!("{place}author"), &want.author, Some(&author.name));
        self.compare_text(&format!("{place}author_id"), &want.author_id, author.id.as_deref());
        self.compare_text(&format!("{place}author_url"), &want.author_url, author.url.as_deref());
        self.compare_text(&format!("{place}role"), &want.role, author.role.as_deref());
        let date = got.date.attributes.first().or(got.date.text.as_ref());
        self.compare_text(&format!("{place}date"), &want.date, date.map(String::as_str));
        if want.position.is_some() {
            self.compare(&format!("{place}position"), &Some(want.position), &got.position);
        }
        self.compare_text(&format!("{place}text"), &want.text, Some(&got.body.text));
        let notices = got.body.notice_spans.iter().map(|span| got.body.text[span.clone()].to_owned());
        let notices = notices.chain(got.notices.iter().map(|notice| notice.text.clone())).collect();
        self.compare(&format!("{place}notices"), &want.notices, &notices);
        let mut quotes = Vec::new();
        flatten(&got.body.quotes, &mut quotes);
        self.compare(&format!("{place}quotes"), &want.quotes, &quotes);
        let attachments = got.attachments.iter().map(|attachment| attachment.name.clone()).collect();
        self.compare(&format!("{place}attachments"), &want.attachments, &attachments);
        self.compare(&format!("{place}links"), &want.links, &got.body.links);
        self.compare(&format!("{place}images"), &want.images, &got.body.images);
        self.compare(&format!("{place}status"), &want.status, &snake_case(&got.status));
    }
}

fn named(id: Option<&str>, name: &str) -> String {
    match id {
        Some(id) => format!("{id} {name}"),
        None => format!("- {name}"),
    }
}

fn flatten(quotes: &[RawQuote], out: &mut Vec<String>) {
    for quote in quotes {
        let who = quote.author.as_ref().or(quote.attribution.as_ref());
        out.push(format!("{}: {}", who.map_or("", String::as_str), quote.text));
        flatten(&quote.quotes, out);
    }
}

/// The name of a variant as it is written in data.
fn snake_case(variant: &impl Debug) -> String {
    let mut out = String::new();
    for c in format!("{variant:?}").chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
