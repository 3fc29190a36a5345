//! A post as a page shows it: cut out of its page, nothing interpreted.

use std::ops::Range;

use super::{Attachment, Markup, Status};

/// A post, raw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawPost {
    /// The engine's id.
    pub id: Option<String>,
    /// Permalink, absolute, session ids removed.
    pub url: Option<String>,
    /// Place in the thread as the page prints it ("#12").
    pub position: Option<u32>,
    /// The post's own subject.
    pub headline: Option<String>,
    /// Who wrote it; `None` where the page names nobody.
    pub author: Option<RawAuthor>,
    /// When it was published.
    pub date: RawDate,
    /// What it says.
    pub body: RawBody,
    /// Elements outside the body that may be edit notices; what is none is dropped by the normalizer.
    pub notices: Vec<RawNotice>,
    /// Attached files, in order.
    pub attachments: Vec<Attachment>,
    /// Why a body may be missing.
    pub status: Status,
}

/// A person as a page names one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawAuthor {
    /// As printed.
    pub name: String,
    /// The engine's id.
    pub id: Option<String>,
    /// Profile page as the page links to it, absolute: a page that was fetched without cookies may carry a session in it.
    pub url: Option<String>,
    /// As printed (Member, Moderator, Guest …).
    pub role: Option<String>,
}

/// A date as a page prints it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawDate {
    /// As printed, labels included ("Post time: 1-6-2024 18:00:29").
    pub text: Option<String>,
    /// Machine-readable or fuller forms from attributes (`datetime`, epoch, `title`), best first; they win over the text.
    pub attributes: Vec<String>,
}

/// The body of a post, rendered to text by the rules of the HTML standard's innerText, chrome and quotes left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawBody {
    /// Lines separated by `\n`; paragraphs by a blank line. Notice elements are still in it: see `notice_spans`.
    pub text: String,
    /// Byte ranges of `text` that came from elements the profile calls notices, in order.
    pub notice_spans: Vec<Range<usize>>,
    /// What the post quotes, nested as on the page.
    pub quotes: Vec<RawQuote>,
    /// Absolute, in order.
    pub links: Vec<String>,
    /// Absolute, in order, lazy-loading attributes resolved.
    pub images: Vec<String>,
    /// Its markup, where asked for.
    pub markup: Option<Markup>,
}

/// A quotation inside a post.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawQuote {
    /// The line that attributes it ("X wrote: ↑ Thu Feb 01, 2024 12:14 pm"), as printed.
    pub attribution: Option<String>,
    /// Who is quoted, where the markup tells; else the normalizer reads the attribution.
    pub author: Option<String>,
    /// The quoted post, where the markup tells.
    pub post_id: Option<String>,
    /// The quoted post's date as printed, where the markup tells.
    pub date: Option<String>,
    /// The quoted text, without nested quotes and attribution.
    pub text: String,
    /// Quotes within the quote.
    pub quotes: Vec<RawQuote>,
}

/// An element that may be an edit notice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawNotice {
    /// Its text as innerText gives it.
    pub text: String,
    /// Instants from attributes within it (`datetime`, epoch, `title`), best first.
    pub date_attributes: Vec<String>,
    /// The editor, where a link within it names one.
    pub editor: Option<RawAuthor>,
    /// The reason, where an element of its own holds it.
    pub reason: Option<String>,
    /// How often in all, where that is told in data.
    pub count: Option<u32>,
    /// The edit is told in data, which `text` repeats: there is no wording to be recognised.
    pub is_data: bool,
}
