//! Where a configuration is looked for.

use std::path::{Path, PathBuf};

use super::ConfigError;

/// The file to read: the one named, else the first of those that are looked for.
///
/// # Errors
/// Where none is named and none is found.
pub fn find(named: Option<&Path>) -> Result<PathBuf, ConfigError> {
    find_in(named, &|name| std::env::var_os(name).map(PathBuf::from), &|path| path.is_file())
}

/// The same, with the environment and the disk handed in.
///
/// # Errors
/// Where none is named and none is found.
pub fn find_in(
    named: Option<&Path>,
    variable: &dyn Fn(&str) -> Option<PathBuf>,
    is_file: &dyn Fn(&Path) -> bool,
) -> Result<PathBuf, ConfigError> {
    let variable = |name: &str| variable(name).filter(|value| !value.as_os_str().is_empty());
    if let Some(file) = named {
        return Ok(file.to_owned());
    }
    // Named is named: a missing file is then an error, and nothing else is taken in its stead.
    if let Some(file) = variable("FORUMSIFT_CONFIG") {
        return Ok(file);
    }
    let mut candidates = vec![PathBuf::from("forumsift.toml"), PathBuf::from("config/forumsift.toml")];
    let home = variable("XDG_CONFIG_HOME").or_else(|| variable("HOME").map(|home| home.join(".config")));
    candidates.extend(home.map(|home| home.join("forumsift/config.toml")));
    match candidates.iter().find(|file| is_file(file)) {
        Some(file) => Ok(file.clone()),
        None => Err(ConfigError::NotFound(
            std::iter::once("$FORUMSIFT_CONFIG".to_owned())
                .chain(candidates.iter().map(|file| file.display().to_string()))
                .collect(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(named: Option<&str>, variables: &[(&str, &str)], files: &[&str], expected: Option<&str>) {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| PathBuf::from(value));
        let found = find_in(named.map(Path::new), &variable, &|path| files.iter().any(|file| path == Path::new(file)));
        assert_eq!(found.ok().as_deref(), expected.map(Path::new), "{named:?} {variables:?} {files:?}");
    }

    #[test]
    fn the_order_of_places() {
        let all =
            ["forumsift.toml", "config/forumsift.toml", "/x/forumsift/config.toml", "/h/.config/forumsift/config.toml"];
        let home = [("HOME", "/h"), ("XDG_CONFIG_HOME", "/x")];
        check(Some("a.toml"), &[("FORUMSIFT_CONFIG", "b.toml")], &all, Some("a.toml"));
        check(None, &[("FORUMSIFT_CONFIG", "b.toml")], &all, Some("b.toml"));
        check(None, &[("FORUMSIFT_CONFIG", "")], &all, Some("forumsift.toml"));
        check(None, &home, &all[1..], Some("config/forumsift.toml"));
        check(None, &home, &all[2..], Some("/x/forumsift/config.toml"));
        check(None, &home[..1], &all[2..], Some("/h/.config/forumsift/config.toml"));
        check(None, &home, &[], None);
        check(None, &[], &all[2..], None);
    }
}
