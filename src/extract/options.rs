//! What is wanted of a page.

/// What is wanted beyond text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExtractOptions {
    /// The body as sanitized HTML.
    pub html: bool,
    /// The body as CommonMark.
    pub markdown: bool,
}
