//! A body's markup becomes CommonMark and HTML. Both are written from one tree of blocks and lines, so they say the same; all that
//! they hold is of a closed list of tags, escaped, with absolute addresses.

mod html;
mod inline;
mod line;
mod markdown;
mod tree;

use crate::model::Markup;

/// A body, rendered as far as it is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// HTML.
    pub html: Option<String>,
    /// CommonMark.
    pub markdown: Option<String>,
}

/// Renders the markup of a body. What is empty is `None`.
pub fn render(markup: &Markup) -> Rendered {
    let blocks = tree::blocks(markup);
    let wanted = |is_wanted: bool, write: &dyn Fn() -> String| is_wanted.then(write).filter(|text| !text.is_empty());
    Rendered {
        html: wanted(markup.html, &|| html::html(&blocks)),
        markdown: wanted(markup.markdown, &|| markdown::markdown(&blocks)),
    }
}
