//! Engines by the many names people give them.

use std::collections::HashMap;

/// Names of engines, each with the index of the engine it means.
#[derive(Debug, Default)]
pub(super) struct Engines {
    /// By normalized name.
    by_name: HashMap<String, usize>,
    /// As written in the tables.
    names: Vec<Box<str>>,
}

impl Engines {
    /// The engine of that name, added where it is new, with further names for it.
    pub(super) fn add(&mut self, name: &str, others: &[String]) -> usize {
        let index = match self.by_name.get(&normalized(name)) {
            Some(&known) => known,
            None => {
                self.names.push(name.into());
                self.names.len() - 1
            }
        };
        for name in std::iter::once(name).chain(others.iter().map(String::as_str)) {
            self.by_name.entry(normalized(name)).or_insert(index);
            for part in name.split('/').filter(|part| *part != name) {
                self.by_name.entry(normalized(part)).or_insert(index);
            }
        }
        index
    }

    /// The engine that `name` means: `discuz`, `Discuz!`, `phpbb3`, `Cari Forum (Discuz!)`, `discuz-archiver` (a view of it).
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        // a profile's name, mostly
        if let Some(found) = self.by_name.get(name) {
            return Some(*found);
        }
        let whole = normalized(name);
        let by = |name: &str| self.by_name.get(name).copied();
        let unversioned = |name: &str| by(name.trim_end_matches(|c: char| c.is_ascii_digit()));
        let found = by(&whole).or_else(|| unversioned(&whole)).or_else(|| {
            // "board (engine)"
            let (board, engine) = name.split_once('(')?;
            let engine = normalized(engine);
            by(&engine).or_else(|| unversioned(&engine)).or_else(|| by(&normalized(board)))
        });
        found.or_else(|| {
            let engine = normalized(name.split_once('-')?.0);
            by(&engine).or_else(|| unversioned(&engine))
        })
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.names.len()
    }

    /// As written in the tables.
    pub(super) fn name(&self, index: usize) -> Option<&str> {
        self.names.get(index).map(|name| &**name)
    }
}

/// Letters and digits in lower case.
fn normalized(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_engine_has_many_names() {
        let mut engines = Engines::default();
        let discuz = engines.add("Discuz!", &["crossday".into()]);
        let invision = engines.add("Invision Community", &["IPB".into()]);
        let khoros = engines.add("Lithium/Khoros", &[]);
        for (name, expected) in [
            ("discuz", Some(discuz)),
            ("Discuz!", Some(discuz)),
            ("Cari Forum (Discuz!)", Some(discuz)),
            ("ipb4", Some(invision)),
            ("Lowyat (IPB 1.3)", Some(invision)),
            ("khoros", Some(khoros)),
            ("discuz-archiver", Some(discuz)),
            ("ipb3-print", Some(invision)),
            ("some-forum", None),
            ("negative", None),
        ] {
            assert_eq!(engines.find(name), expected, "{name}");
        }
    }
}
