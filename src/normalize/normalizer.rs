//! The room's worker, what it is given and what it gives.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    article::{Articles, ArticlesError},
    notice::{NoticeError, Notices},
};
use crate::model::{Extracted, Record};

/// A user's own templates or lists that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum NormalizeError {
    /// Templates of edit notices.
    #[error("{file}: {cause}")]
    Notices {
        /// The file's name.
        file: String,
        /// What is wrong in it.
        cause: NoticeError,
    },
    /// Lists of agencies, papers and places.
    #[error("{file}: {cause}")]
    Articles {
        /// The file's name.
        file: String,
        /// What is wrong in it.
        cause: ArticlesError,
    },
}

/// A file of a user's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnFile {
    /// As the user calls it.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

/// When a page was answered and when it was fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageStamp {
    /// The forum's clock: the response's `Date` header.
    pub date: Option<Timestamp>,
    /// When the fetch ended; the program's clock.
    pub fetched_at: Timestamp,
}

/// What a page became.
#[derive(Clone, Debug)]
pub struct Normalized {
    /// One a post, in page order. `change` is `New`, `revision` 1 and `seq` absent: only the state can tell more.
    pub records: Vec<Record>,
    /// The last post's instant of each of the page's thread rows, in their order. Where no zone is known it is reckoned in UTC:
    /// good for comparing rows of one source, not for telling the time.
    pub listed: Vec<Option<Timestamp>>,
    /// The rest of what was extracted: all but the posts.
    pub news: Extracted,
}

/// Turns raw posts into records. Cheap to clone, shared by the normalizing threads.
#[derive(Clone, Debug)]
pub struct Normalizer {
    /// The user's own; `None`: those that come with the program.
    notices: Option<Arc<Notices>>,
    articles: Option<Arc<Articles>>,
}

impl Normalizer {
    /// With the notice templates and the lists that come with the program.
    pub fn builtin() -> Normalizer {
        Normalizer { notices: None, articles: None }
    }

    /// With a user's own in addition, each a TOML file like those in `config/notices`, or like `config/articles.toml`.
    ///
    /// # Errors
    /// The first file that is not of its form.
    pub fn with(notices: &[OwnFile], articles: &[OwnFile]) -> Result<Normalizer, NormalizeError> {
        let mut own = Normalizer::builtin();
        if !notices.is_empty() {
            let texts: Vec<&str> = notices.iter().map(|file| file.text.as_str()).collect();
            let compiled = Notices::with_all(&texts).map_err(|(at, cause)| {
                let file = notices.get(at).map(|file| file.name.clone()).unwrap_or_default();
                NormalizeError::Notices { file, cause }
            })?;
            own.notices = Some(Arc::new(compiled));
        }
        if !articles.is_empty() {
            let mut lists = Articles::builtin().clone();
            for file in articles {
                let fault = |cause| NormalizeError::Articles { file: file.name.clone(), cause };
                lists.extend(&file.text).map_err(fault)?;
            }
            own.articles = Some(Arc::new(lists));
        }
        Ok(own)
    }

    /// The notice templates in force.
    pub fn notices(&self) -> &Notices {
        self.notices.as_deref().unwrap_or_else(|| Notices::builtin())
    }

    pub(super) fn articles(&self) -> &Articles {
        self.articles.as_deref().unwrap_or_else(|| Articles::builtin())
    }
}
