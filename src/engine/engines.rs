//! All engines that are known: those built in and those of the user.

use std::{
    borrow::Cow,
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, OnceLock},
};

use url::Url;

use super::{Case, Detect, EngineError, Head, Profile, builtin, marks, rules::Written};

/// What an address of an engine's shape adds to what the marks of a page say for it.
const FOR_ADDRESS: i32 = Detect::ENOUGH / 5;

/// All engines that are known. Profiles compile when they are first asked for.
pub struct Engines {
    entries: Vec<Entry>,
    by_name: HashMap<String, usize>,
    marks: OnceLock<Marks>,
}

struct Entry {
    file: String,
    text: Cow<'static, str>,
    head: Head,
    profile: OnceLock<Option<Arc<Profile>>>,
}

struct Marks {
    search: marks::Marks,
    /// By mark, the entries that it speaks for or against.
    meaning: Vec<Vec<(usize, i32)>>,
    /// By stage of the search and entry, what the later ones may take from it and give it.
    left: Vec<Vec<(i32, i32)>>,
}

impl Engines {
    /// The engines that are built in.
    pub fn builtin() -> &'static Engines {
        static BUILTIN: LazyLock<Engines> = LazyLock::new(|| {
            // A test compiles every built-in profile, so no mistake is left to report here.
            Engines::of(builtin_files()).0
        });
        &BUILTIN
    }

    /// The built-in engines and those that a directory holds (`*.toml`); a profile of the same name replaces the built-in one.
    ///
    /// # Errors
    /// All mistakes in all its profiles.
    pub fn with_dir(dir: &Path) -> Result<Engines, Vec<EngineError>> {
        let mut paths: Vec<PathBuf> = match std::fs::read_dir(dir) {
            Ok(list) => list.flatten().map(|entry| entry.path()).collect(),
            // A directory that is not there holds no profiles.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(vec![unreadable(dir, &error)]),
        };
        paths.retain(|path| path.extension().is_some_and(|end| end == "toml"));
        paths.sort();
        Engines::with_files(&paths)
    }

    /// The built-in engines and those of some files, in this order.
    ///
    /// # Errors
    /// All mistakes in all the files.
    pub fn with_files(paths: &[PathBuf]) -> Result<Engines, Vec<EngineError>> {
        let (mut files, mut errors) = (Vec::new(), Vec::new());
        for path in paths {
            match std::fs::read_to_string(path) {
                Ok(text) => files.push((path.display().to_string(), text)),
                Err(error) => errors.push(unreadable(path, &error)),
            }
        }
        let files = files.into_iter().map(|(file, text)| (file, Cow::Owned(text)));
        let (engines, wrong) = Engines::of(builtin_files().chain(files));
        errors.extend(wrong);
        for at in builtin::PROFILES.len()..engines.entries.len() {
            errors.extend(engines.compile(at).err());
        }
        if errors.is_empty() { Ok(engines) } else { Err(errors) }
    }

    fn of(files: impl Iterator<Item = (String, Cow<'static, str>)>) -> (Engines, Vec<EngineError>) {
        let (mut engines, mut errors) =
            (Engines { entries: Vec::new(), by_name: HashMap::new(), marks: OnceLock::new() }, Vec::new());
        for (file, text) in files {
            match toml::from_str::<Head>(head_of(&text)).or_else(|_| head_of_whole(&text)) {
                Ok(head) => {
                    let at = engines.entries.len();
                    for name in head.aliases.iter().chain([&head.name]) {
                        engines.by_name.insert(name.to_ascii_lowercase(), at);
                    }
                    engines.entries.push(Entry { file, text, head, profile: OnceLock::new() });
                }
                Err(error) => errors.push(EngineError::at(&file, &text, &error)),
            }
        }
        (engines, errors)
    }

    /// The profile of that name or alias; case does not matter.
    pub fn get(&self, name_or_alias: &str) -> Option<Arc<Profile>> {
        let at = *self.by_name.get(&name_or_alias.to_ascii_lowercase())?;
        self.profile(at)
    }

    /// The profile for pages that no other knows.
    pub fn fallback(&self) -> Option<Arc<Profile>> {
        self.heads().find(|head| head.structure).and_then(|head| self.get(&head.name))
    }

    /// Names of all profiles, in the order of worth.
    pub fn names(&self) -> Vec<&str> {
        self.heads().map(|head| head.name.as_str()).collect()
    }

    /// Heads of all profiles, in the order of worth; a replaced one is left out.
    pub fn heads(&self) -> impl Iterator<Item = &Head> {
        self.entries
            .iter()
            .enumerate()
            .filter(|(at, entry)| self.by_name.get(&entry.head.name.to_ascii_lowercase()) == Some(at))
            .map(|(_, entry)| &entry.head)
    }

    /// The text of a profile, as written, and where it stands.
    pub fn source(&self, name_or_alias: &str) -> Option<(&str, &str)> {
        let entry = &self.entries[*self.by_name.get(&name_or_alias.to_ascii_lowercase())?];
        Some((&entry.file, &entry.text))
    }

    /// The cases of a profile.
    ///
    /// # Errors
    /// Where there is no such profile, or it cannot be read.
    pub fn cases(&self, name_or_alias: &str) -> Result<Vec<Case>, EngineError> {
        let Some(at) = self.by_name.get(&name_or_alias.to_ascii_lowercase()) else {
            let cause = format!("no engine has the name `{name_or_alias}`");
            return Err(EngineError::Incomplete { file: String::new(), cause });
        };
        let Entry { file, text, .. } = &self.entries[*at];
        toml::from_str::<Written>(text).map(|written| written.case).map_err(|error| EngineError::at(file, text, &error))
    }

    /// Compiles every profile.
    ///
    /// # Errors
    /// All mistakes in all of them.
    pub fn check(&self) -> Result<(), Vec<EngineError>> {
        let errors: Vec<EngineError> = (0..self.entries.len()).filter_map(|at| self.compile(at).err()).collect();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// The engine that made a page, by the marks in its text; the address decides where marks leave two.
    pub fn recognise(&self, text: &str, url: &Url) -> Option<Arc<Profile>> {
        let marks = self.marks.get_or_init(|| self.build_marks());
        let mut score = vec![0; self.entries.len()];
        for stage in 0..marks::Marks::STAGES {
            marks.search.in_text(stage, text.as_bytes(), |mark| {
                for (at, weight) in &marks.meaning[mark] {
                    score[*at] += weight;
                }
            });
            if let Some(profile) = settled(&score, &marks.left[stage]).and_then(|at| self.profile(at)) {
                return Some(profile);
            }
        }
        let mut best: Option<(i32, Arc<Profile>)> = None;
        for (at, score) in score.into_iter().enumerate().filter(|(_, score)| *score >= Detect::ENOUGH / 2) {
            let Some(profile) = self.profile(at) else { continue };
            let score = score + if profile.address(url).is_some() { FOR_ADDRESS } else { 0 };
            if score >= Detect::ENOUGH && best.as_ref().is_none_or(|(high, _)| score > *high) {
                best = Some((score, profile));
            }
        }
        best.map(|(_, profile)| profile)
    }

    fn build_marks(&self) -> Marks {
        let mut patterns: Vec<String> = Vec::new();
        let mut meaning: Vec<Vec<(usize, i32)>> = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            if self.by_name.get(&entry.head.name.to_ascii_lowercase()) != Some(&at) {
                continue;
            }
            for mark in &entry.head.detect.marks {
                let text = mark.text.to_ascii_lowercase();
                match patterns.iter().position(|known| *known == text) {
                    Some(known) => meaning[known].push((at, mark.weight)),
                    None => {
                        patterns.push(text);
                        meaning.push(vec![(at, mark.weight)]);
                    }
                }
            }
        }
        let search = marks::Marks::new(patterns.iter().map(String::as_str));
        let mut left = vec![vec![(0, 0); self.entries.len()]; marks::Marks::STAGES];
        for (stage, left) in left.iter_mut().enumerate() {
            for &mark in (stage + 1..marks::Marks::STAGES).flat_map(|later| search.of_stage(later)) {
                for (at, weight) in &meaning[mark] {
                    left[*at].0 += (*weight).min(0);
                    left[*at].1 += (*weight).max(0);
                }
            }
        }
        Marks { search, meaning, left }
    }

    fn profile(&self, at: usize) -> Option<Arc<Profile>> {
        self.entries[at].profile.get_or_init(|| self.compile(at).ok().map(Arc::new)).clone()
    }

    fn compile(&self, at: usize) -> Result<Profile, EngineError> {
        let entry = &self.entries[at];
        let mut bases: Vec<&str> = Vec::new();
        let built_in = at < builtin::PROFILES.len();
        let (mut extends, mut before) = (entry.head.extends.as_deref(), at);
        while let Some(name) = extends {
            // Only earlier ones are looked at: a profile may build on the one of its own name that it replaces, and no
            // profile on itself.
            let Some(found) = (0..before).rev().find(|at| self.entries[*at].head.name.eq_ignore_ascii_case(name))
            else {
                let cause = format!("`extends = \"{name}\"`: no profile of that name was read before this one");
                return Err(EngineError::Incomplete { file: entry.file.clone(), cause });
            };
            bases.insert(0, without_cases(&self.entries[found].text));
            (extends, before) = (self.entries[found].head.extends.as_deref(), found);
        }
        // The cases of a built-in profile are its larger part, stand last (a test looks), and are no matter of a crawl.
        let text = if built_in { without_cases(&entry.text) } else { &entry.text };
        Profile::read(&entry.file, text, &bases)
    }
}

/// The entry that will have most, whatever is still found and whatever the address adds.
fn settled(score: &[i32], left: &[(i32, i32)]) -> Option<usize> {
    let least = |at: &usize| score[*at] + left[*at].0;
    let best = (0..score.len()).max_by_key(least)?;
    let high = least(&best);
    let beats = |at: usize| at == best || score[at] + left[at].1 + FOR_ADDRESS < high;
    (high >= Detect::ENOUGH && (0..score.len()).all(beats)).then_some(best)
}

fn builtin_files() -> impl Iterator<Item = (String, Cow<'static, str>)> {
    builtin::PROFILES.iter().map(|(file, text)| ((*file).to_owned(), Cow::Borrowed(*text)))
}

fn without_cases(text: &str) -> &str {
    text.find("\n[[case]]").map_or(text, |at| &text[..=at])
}

fn unreadable(file: &Path, error: &std::io::Error) -> EngineError {
    EngineError::Unreadable { file: file.display().to_string(), cause: error.to_string() }
}

/// What stands before the first table that is no part of a head.
fn head_of(text: &str) -> &str {
    let mut tables = text.match_indices("\n[").map(|(at, _)| at + 1);
    let head =
        |at: &usize| ["[detect", "[[detect", "[address", "[[address"].iter().any(|own| text[*at..].starts_with(own));
    tables.find(|at| !head(at)).map_or(text, |end| &text[..end])
}

/// The head of a profile whose tables stand in another order.
fn head_of_whole(text: &str) -> Result<Head, toml::de::Error> {
    let whole: Written = toml::from_str(text)?;
    Ok(Head {
        name: whole.name,
        title: whole.title,
        extends: whole.extends,
        aliases: whole.aliases,
        proven: whole.proven,
        post_ids: whole.post_ids,
        structure: whole.structure,
        detect: whole.detect,
        address: whole.address,
    })
}
