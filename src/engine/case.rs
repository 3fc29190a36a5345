//! The cases that prove a profile: a page, and what must come out of it.

use serde::Deserialize;

/// A page and what must come out of it. What is not named is not compared.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// Address of the page.
    pub url: String,
    /// The page, in the file itself.
    pub html: Option<String>,
    /// The page, in a file beside the profile (or in the directory of pages).
    pub page: Option<String>,
    /// The engine is recognised by the page alone; `false` where the page is too small for that.
    pub recognised: Option<bool>,
    /// Name of the outcome, in snake case.
    pub outcome: Option<String>,
    /// Kind of the page.
    pub kind: Option<String>,
    /// Title of the thread.
    pub title: Option<String>,
    /// Id of the thread.
    pub thread: Option<String>,
    /// Boards that the thread stands in, from the outermost in, as `id name`.
    pub path: Option<Vec<String>>,
    /// It is shown to who is logged in.
    pub logged_in: Option<bool>,
    /// Lines that tell the zone or the present time.
    pub clock: Option<Vec<String>>,
    /// Address of the following page; empty: there is none.
    pub next: Option<String>,
    /// Boards, as `id name`.
    pub boards: Option<Vec<String>>,
    /// Threads, as `id title | replies | last post | last poster | sticky | moved | locked`; what is not there is left out.
    pub threads: Option<Vec<String>>,
    /// Posts, in order.
    pub post: Vec<CasePost>,
}

/// A post that must come out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CasePost {
    /// The engine's id.
    pub id: Option<String>,
    /// Permalink.
    pub url: Option<String>,
    /// Name of its author; empty: nobody.
    pub author: Option<String>,
    /// The engine's id of its author.
    pub author_id: Option<String>,
    /// Address of its author, as the page prints it, absolute.
    pub author_url: Option<String>,
    /// As printed.
    pub role: Option<String>,
    /// As printed, or the best attribute.
    pub date: Option<String>,
    /// As printed.
    pub position: Option<u32>,
    /// The body, notices included.
    pub text: Option<String>,
    /// What may be edit notices, inside and outside the body.
    pub notices: Option<Vec<String>>,
    /// Quotes, as `author: text`, nested ones after their parents.
    pub quotes: Option<Vec<String>>,
    /// File names.
    pub attachments: Option<Vec<String>>,
    /// Where it links to.
    pub links: Option<Vec<String>>,
    /// What it shows.
    pub images: Option<Vec<String>>,
    /// Name of the status, in snake case.
    pub status: Option<String>,
}
