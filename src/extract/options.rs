//! How a page is read.

/// What is wanted beyond text, and whose page it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExtractOptions {
    /// The body as sanitized HTML.
    pub html: bool,
    /// The body as CommonMark.
    pub markdown: bool,
    /// The page answered a crawl: a session that its links carry is the crawl's own, and is taken out of authors' addresses
    /// too. Those of a page that somebody saved stay as printed.
    pub crawled: bool,
}
