//! Whether a folder is a place for a state: a run that begins there must be able to end there.

use std::path::Path;

use super::StateError;

/// MiB that a run wants to find: more than its outbox (4), the log (4) and what a crawl of some hours adds.
const LEAST: u64 = 16;

/// File systems that lie on another machine, by their magic numbers (statfs(2)).
const REMOTE: [(i64, &str); 7] = [
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB2"),
    (0x7375_7245, "Coda"),
    (0x5346_414f, "AFS"),
    (0x00c3_6400, "Ceph"),
];

/// Refuses a place that is full, and warns of one that lies on another machine. Where the system does not tell, the first
/// write will.
pub(super) fn check(state: &Path) -> Result<(), StateError> {
    // the nearest folder that is there: those below it are made
    let Some(folder) = state.ancestors().skip(1).find(|folder| folder.as_os_str().is_empty() || folder.is_dir()) else {
        return Ok(());
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(told) = rustix::fs::statfs(folder) else { return Ok(()) };
    #[expect(clippy::allow_attributes, reason = "the type of these fields differs by platform")]
    #[allow(
        clippy::unnecessary_cast,
        clippy::useless_conversion,
        reason = "the type of these fields differs by platform"
    )]
    let (kind, left) = (told.f_type as i64, (told.f_bavail as u64).saturating_mul(told.f_bsize as u64) >> 20);
    if let Some(name) = remote(kind) {
        tracing::warn!(folder = %folder.display(), "the state lies on {name}, where locks and power cuts can break it: keep it on a disk of this machine");
    }
    // a file system without blocks has no such limit
    if told.f_blocks > 0 && left < LEAST {
        return Err(StateError::LittleSpace { path: state.to_owned(), left, least: LEAST });
    }
    Ok(())
}

fn remote(kind: i64) -> Option<&'static str> {
    // some systems tell it with a sign
    REMOTE.iter().find(|(magic, _)| *magic == kind & 0xffff_ffff).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_systems_of_other_machines_are_known() {
        for (kind, name) in [
            (0x6969, Some("NFS")),
            (0xff53_4d42, Some("CIFS")),
            (-11_317_950, Some("CIFS")),
            (0xef53, None),
            (0x0102_1994, None),
        ] {
            assert_eq!(remote(kind), name, "{kind:x}");
        }
    }

    #[test]
    fn a_folder_that_is_to_be_made_is_judged_by_the_one_above() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check(&folder.path().join("a/b/state.db")).is_ok());
        assert!(check(Path::new("state.db")).is_ok());
    }
}
