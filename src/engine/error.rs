//! What can be wrong with a profile.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// A profile that cannot be used, with the place and the cause.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EngineError {
    /// The file could not be read.
    #[error("{file}: {cause}")]
    Unreadable {
        /// Where it stands.
        file: String,
        /// What the system said.
        cause: String,
    },
    /// The file was read and something in it is wrong.
    #[error("{file}:{line}:{column}: {cause}")]
    Wrong {
        /// Where it stands.
        file: String,
        /// 1-based.
        line: usize,
        /// 1-based, in characters.
        column: usize,
        /// What is wrong.
        cause: String,
        /// The lines of the file with a caret, for people.
        snippet: String,
    },
    /// The file is sound by itself but not with what it extends, or lacks something that it cannot do without.
    #[error("{file}: {cause}")]
    Incomplete {
        /// Where it stands.
        file: String,
        /// What is missing.
        cause: String,
    },
}

impl EngineError {
    /// A mistake at a place in the text of a profile.
    pub(super) fn at(file: &str, text: &str, error: &toml::de::Error) -> EngineError {
        let cause = error.message().to_owned();
        let Some(span) = error.span() else {
            return EngineError::Incomplete { file: file.to_owned(), cause };
        };
        let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let start = boundary(span.start);
        let end = boundary(span.end).max(start);
        let line = text[..start].matches('\n').count() + 1;
        let column = text[..start].rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let report = [Level::ERROR
            .primary_title(cause.as_str())
            .element(Snippet::source(text).path(file).annotation(AnnotationKind::Primary.span(start..end)))];
        let snippet = Renderer::plain().render(&report);
        EngineError::Wrong { file: file.to_owned(), line, column, cause, snippet }
    }

    /// For people: the sentence, and the lines it is about where there are any.
    pub fn report(&self) -> String {
        match self {
            EngineError::Wrong { snippet, .. } => snippet.clone(),
            other => format!("error: {other}"),
        }
    }
}
