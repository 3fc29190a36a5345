//! Cases that were collected beside the repository. A test of them says nothing where they are not at hand.

use std::{fs, path::Path};

/// The text of such a file; `None` where it is not at hand.
pub(crate) fn shared(name: &str) -> Option<String> {
    fs::read_to_string(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join(name)).ok()
}
