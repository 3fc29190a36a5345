//! What is kept beside the records: every response (archive), and the pages that could not be read (quarantine).

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::PipelineError;
use crate::{clock::Clock, fetch::WarcWriter, model::Page};

/// The folders, where they are asked for.
pub(super) struct Keep {
    archive: Option<Mutex<WarcWriter>>,
    quarantine: Option<PathBuf>,
}

impl Keep {
    /// Makes the folders and begins an archive file.
    pub(super) fn open(archive: Option<&Path>, quarantine: Option<&Path>, clock: Clock) -> Result<Keep, PipelineError> {
        let archive = archive.map(|folder| WarcWriter::create(folder, clock.now())).transpose()?.map(Mutex::new);
        Ok(Keep { archive, quarantine: quarantine.map(Path::to_owned) })
    }

    /// Keeps a response as fetched. What could not be kept must not be taken for read.
    pub(super) fn archive(&self, page: &Page) -> Result<(), PipelineError> {
        let Some(archive) = &self.archive else { return Ok(()) };
        archive.lock().unwrap_or_else(PoisonError::into_inner).page(page).map_err(PipelineError::Archive)
    }

    /// Keeps a page for inspection: its bytes, and its address as the first part of the name.
    pub(super) fn quarantine(&self, page: &Page) {
        let Some(folder) = &self.quarantine else { return };
        let readable: String =
            page.url.as_str().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(120).collect();
        let hash = blake3::hash(page.url.as_str().as_bytes()).to_hex();
        let path = folder.join(format!("{readable}-{}.html", &hash[..8]));
        let kept = fs::create_dir_all(folder).and_then(|()| fs::write(&path, &page.body));
        match kept {
            Ok(()) => tracing::warn!(url = %page.url, file = %path.display(), "page kept for inspection"),
            Err(error) => tracing::error!(url = %page.url, file = %path.display(), %error, "could not keep a page"),
        }
    }

    /// Ends the archive file.
    pub(super) fn close(&self) -> Result<(), PipelineError> {
        if let Some(archive) = &self.archive {
            archive.lock().unwrap_or_else(PoisonError::into_inner).finish().map_err(PipelineError::Archive)?;
        }
        Ok(())
    }
}
