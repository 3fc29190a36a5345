//! The invariants of ARCHITECTURE.md, held against the source: storeys, purity, engines as data, bounded channels, size.

#![expect(clippy::unwrap_used, reason = "a tree that cannot be read has failed the test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The storey of each room. A room imports rooms of lower storeys only.
const STOREYS: [(&str, u8); 15] = [
    ("model", 1),
    ("clock", 1),
    ("engine", 2),
    ("polite", 2),
    ("frontier", 2),
    ("fetch", 3),
    ("extract", 3),
    ("normalize", 3),
    ("emit", 3),
    ("config", 4),
    ("schedule", 4),
    ("pipeline", 4),
    ("report", 4),
    ("watch", 4),
    ("cli", 5),
];

/// Rooms that are plain functions: no clock, network, lock or await.
const PURE: [&str; 3] = ["model", "extract", "normalize"];

/// What plain functions do without.
const IMPURE: [&str; 12] = [
    "Timestamp::now",
    "SystemTime",
    "Instant::now",
    "tokio",
    "reqwest",
    "std::net",
    "std::fs",
    "Mutex",
    "RwLock",
    "async fn",
    ".await",
    "async_channel",
];

/// Files over 400 lines (tests apart) that are nevertheless one idea, with the reason.
const LONG: [(&str, &str); 6] = [
    ("extract/generic/words.rs", "a table of words"),
    ("engine/rules.rs", "the tables of a profile, one struct each: read as a table"),
    ("normalize/date/grammar.rs", "one grammar: its rules lean on each other"),
    ("normalize/date/resolve.rs", "the readings of one date, in their order"),
    ("normalize/date/words.rs", "the table of words, its reader and its look-ups"),
    ("normalize/notice/notices.rs", "the compiler of the templates beside what it makes"),
];

/// Files that may name an engine: the closed list of hooks, and the lists of the embedded files.
const NAMES_ENGINES: [&str; 3] = ["extract/hooks.rs", "engine/builtin.rs", "normalize/notice/table.rs"];

#[test]
fn rooms_import_lower_storeys_only() {
    let storeys = BTreeMap::from(STOREYS);
    let mut wrong = Vec::new();
    for file in sources() {
        let Some(room) = file.room() else { continue };
        let own = storeys.get(room.as_str()).unwrap_or_else(|| panic!("{} is a room without a storey", file.name));
        for other in file.imported_rooms() {
            if other != room && storeys.get(other.as_str()).is_none_or(|storey| storey >= own) {
                wrong.push(format!("{}: {room} (storey {own}) imports {other}", file.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_imports_reads_them_all() {
    let file = Source {
        name: "fetch/http.rs".to_owned(),
        code: "use crate::model::Page;\nuse crate::{clock::Clock, polite::{self, Gate},\n  emit};\nlet x = crate::report::class_name(c);\nuse super::super::engine::Profile;\nuse super::decode;\n"
            .to_owned(),
    };
    let expected: BTreeSet<String> = ["model", "clock", "polite", "emit", "report", "engine"].map(str::to_owned).into();
    assert_eq!(file.imported_rooms(), expected);
    let code = strip(
        "let a = 1; // crate::cli\n/// crate::cli\n/* crate::cli */ let b = \"// no comment\"; b\n#[cfg(test)]\nmod tests {\n    use crate::cli;\n}\n",
    );
    assert_eq!(code, "let a = 1; \n\n let b = \"// no comment\"; b\n");
}

#[test]
fn plain_functions_know_no_clock_network_lock_or_await() {
    each(|file| file.room().is_some_and(|room| PURE.contains(&room.as_str())), &IMPURE);
}

#[test]
fn one_place_asks_what_time_it_is() {
    each(|file| file.name != "clock.rs", &["Timestamp::now", "ZonedDateTime::now", "SystemTime::now"]);
}

#[test]
fn every_channel_is_bounded() {
    each(|_| true, &["unbounded", "std::sync::mpsc"]);
}

#[test]
fn only_hooks_name_an_engine() {
    let names: BTreeSet<String> = files(Path::new("config/engines"), "toml")
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok()?.parse::<toml::Table>().ok())
        .filter_map(|profile| Some(profile.get("name")?.as_str()?.to_lowercase()))
        // The fallback for unknown engines is no engine, and its name is a plain word.
        .filter(|name| name != "generic")
        .collect();
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| !NAMES_ENGINES.contains(&file.name.as_str())) {
        let code = file.code.to_lowercase();
        for word in code.split(|c: char| !c.is_alphanumeric()) {
            if names.contains(word) {
                wrong.push(format!("{} names the engine {word}", file.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_file_is_one_idea() {
    let long: BTreeMap<&str, &str> = LONG.into();
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for path in files(Path::new("src"), "rs") {
        let text = fs::read_to_string(&path).unwrap();
        let name = name_of(&path);
        let lines = without_tests(&text).lines().count();
        if lines > 400 && !long.contains_key(name.as_str()) {
            wrong.push(format!("{name} has {lines} lines: look for the second idea"));
        }
        seen.insert(name);
    }
    wrong.extend(LONG.iter().filter(|(name, _)| !seen.contains(*name)).map(|(name, _)| format!("{name} is no more")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// ARCHITECTURE.md and README.md name files that are there.
#[test]
fn the_code_map_names_what_is_there() {
    for document in ["ARCHITECTURE.md", "README.md"] {
        let text = fs::read_to_string(document).unwrap();
        for path in text.split('`').skip(1).step_by(2).filter(|word| {
            let top = word.split('/').next().unwrap_or_default();
            word.contains('/')
                && ["src", "config", "tests", "examples"].contains(&top)
                && !word.contains(['*', ' ', '<'])
        }) {
            let path = path.split("::").next().unwrap_or(path);
            assert!(Path::new(path).exists(), "{document} names {path}, which is not there");
        }
    }
    let map = fs::read_to_string("ARCHITECTURE.md").unwrap();
    for (room, _) in STOREYS {
        assert!(map.contains(&format!("`{room}")), "ARCHITECTURE.md does not name {room}");
    }
}

/// A file of `src`, comments and tests removed.
struct Source {
    /// Path below `src`.
    name: String,
    code: String,
}

impl Source {
    /// The room it stands in; none for the crate's roots.
    fn room(&self) -> Option<String> {
        let first = self.name.split('/').next()?;
        let room = first.trim_end_matches(".rs");
        (!["lib", "main"].contains(&room)).then(|| room.to_owned())
    }

    /// Modules between this file and the crate's root.
    fn depth(&self) -> usize {
        self.name.split('/').filter(|part| *part != "mod.rs").count()
    }

    /// Every room that a path in it begins with.
    fn imported_rooms(&self) -> BTreeSet<String> {
        let to_root = "super::".repeat(self.depth());
        let mut rooms = BTreeSet::new();
        for prefix in ["crate::", to_root.as_str()] {
            for (at, _) in self.code.match_indices(prefix) {
                let before = self.code[..at].chars().next_back();
                if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '$') {
                    continue;
                }
                rooms.extend(first_names(&self.code[at + prefix.len()..]));
            }
        }
        rooms
    }
}

/// The first names of a path, or of every path of a group in braces.
fn first_names(rest: &str) -> Vec<String> {
    let word =
        |text: &str| text.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("").to_owned();
    let Some(group) = rest.strip_prefix('{') else { return vec![word(rest)] };
    let (mut depth, mut names, mut start) = (1, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            names.push(word(&group[start..at]));
            start = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    names.retain(|name| !name.is_empty() && name != "self");
    names
}

fn sources() -> Vec<Source> {
    let read = |path: &PathBuf| Source { name: name_of(path), code: strip(&fs::read_to_string(path).unwrap()) };
    let is_tests = |path: &&PathBuf| !path.ends_with("tests.rs");
    let sources: Vec<Source> = files(Path::new("src"), "rs").iter().filter(is_tests).map(read).collect();
    assert!(sources.len() > 20, "the source was not found");
    sources
}

fn name_of(path: &Path) -> String {
    path.strip_prefix("src").unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Fails where a file that is meant holds a word that it must not.
fn each(is_meant: impl Fn(&Source) -> bool, words: &[&str]) {
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| is_meant(file)) {
        for word in words.iter().filter(|word| file.code.contains(**word)) {
            wrong.push(format!("{} has {word}", file.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The text up to its unit tests, which stand last.
fn without_tests(text: &str) -> &str {
    let tests = text.match_indices("\n#[cfg(test)]\nmod ").find(|(at, head)| {
        let line = text[at + head.len()..].lines().next().unwrap_or_default();
        line.ends_with('{')
    });
    tests.map_or(text, |(at, _)| &text[..=at])
}

/// Code without comments and unit tests; string literals stay.
fn strip(text: &str) -> String {
    let text = without_tests(text);
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |at| &rest[at..]);
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |at| &rest[at + 2..]);
        } else if let Some(end) = raw_string_end(rest, &code).or_else(|| (c == '"').then(|| string_end(rest))) {
            code.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if let Some(quoted) = char_literal(rest) {
            code.push_str(quoted);
            rest = &rest[quoted.len()..];
        } else {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    code
}

/// Length of the raw string literal that a text begins with, if it begins with one.
fn raw_string_end(text: &str, before: &str) -> Option<usize> {
    let marks = text.strip_prefix('r')?;
    let hashes = marks.len() - marks.trim_start_matches('#').len();
    let inside = marks[hashes..].strip_prefix('"')?;
    if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    Some(inside.find(&end).map_or(text.len(), |at| 1 + hashes + 1 + at + end.len()))
}

/// Length of the string literal that a text begins with.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `'"'` and `'\''`, which would otherwise begin a string.
fn char_literal(text: &str) -> Option<&str> {
    ["'\"'", "'\\''", "'\\\"'"]
        .into_iter()
        .find(|literal| text.starts_with(literal))
        .map(|literal| &text[..literal.len()])
}
