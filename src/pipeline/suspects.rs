//! Pages under whose reading the program died. Which page is being read stands in a file beside the state, so that the next
//! process knows: a page under which two of them ended is tried by a process of its own before it is read again (`super::trial`), for
//! it may have been the page or somebody's kill. Others that were being read in the same moment are suspected too, and cleared
//! when they are read, each alone. That a page was read may stand there a moment later, when the next one begins.
//!
//! The file needs no sync: it is to outlive a process, not a power cut. Where it cannot be written, nothing is suspected.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError, RwLock},
};

use url::Url;

use crate::frontier::StatePath;

/// Deaths after which a page is not read before it was tried.
const DEATHS: u32 = 2;

/// Bytes at which the file is written anew.
const LARGE: usize = 256 * 1024;

/// The file's first line: what one version dies of, another may read.
const HEAD: &str = concat!("forumsift ", env!("CARGO_PKG_VERSION"));

/// Who is suspected, and what is being read.
#[derive(Default)]
pub(super) struct Suspects {
    kept: Mutex<Kept>,
    /// A suspect is read while nothing else is, so that its death is its own.
    alone: RwLock<()>,
}

#[derive(Default)]
struct Kept {
    /// `None`: the state is in memory, or the file cannot be written.
    file: Option<(PathBuf, File)>,
    /// Bytes written since it was written anew.
    written: usize,
    /// What is over and not in the file yet: it goes there with what is told next, which saves a write a page.
    over: String,
    read: HashSet<String>,
    deaths: HashMap<String, u32>,
}

impl Suspects {
    /// Takes up what an earlier process left beside its state.
    pub(super) fn open(state: &StatePath) -> Suspects {
        let StatePath::File(state) = state else { return Suspects::default() };
        let mut name = state.as_os_str().to_owned();
        name.push(".reading");
        let path = PathBuf::from(name);
        let mut kept = Kept::default();
        kept.take_up(&fs::read_to_string(&path).unwrap_or_default());
        if let Err(error) = kept.write_anew(&path) {
            tracing::warn!(file = %path.display(), %error, "pages that end the program will not be found out");
        }
        Suspects { kept: Mutex::new(kept), alone: RwLock::default() }
    }

    /// Whether the program has died so often while it read a page that the page is to be tried first.
    pub(super) fn is_suspect(&self, url: &Url) -> bool {
        let kept = self.kept();
        ["extract", "normalize"]
            .into_iter()
            .any(|stage| kept.deaths.get(&key(stage, url)).is_some_and(|n| *n >= DEATHS))
    }

    /// Does what may be the end of the program, noted down before and crossed out after.
    pub(super) fn watched<T>(&self, stage: &str, url: &Url, work: impl FnOnce() -> T) -> T {
        let key = key(stage, url);
        let is_suspect = self.kept().deaths.contains_key(&key);
        let alone = is_suspect.then(|| self.alone.write());
        let among_others = alone.is_none().then(|| self.alone.read());
        self.kept().began(&key);
        let done = work();
        self.kept().ended(&key);
        drop((alone, among_others));
        done
    }

    /// Nothing is being read by a stage: what is over is told now.
    pub(super) fn idle(&self) {
        self.kept().tell_over();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // plain lists: a holder that panicked cannot have left them half written
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reading by one stage: what one of them survives, the next may not.
fn key(stage: &str, url: &Url) -> String {
    format!("{stage} {url}")
}

impl Kept {
    fn take_up(&mut self, text: &str) {
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return;
        }
        for line in lines {
            match line.split_once(' ') {
                Some(("began", url)) => drop(self.read.insert(url.to_owned())),
                Some(("ended", url)) => {
                    self.read.remove(url);
                    self.deaths.remove(url);
                }
                Some((deaths, url)) => {
                    if let Ok(deaths) = deaths.parse() {
                        self.deaths.insert(url.to_owned(), deaths);
                    }
                }
                None => {}
            }
        }
        for url in self.read.drain() {
            let deaths = self.deaths.entry(url).or_default();
            *deaths += 1;
        }
        for (reading, deaths) in &self.deaths {
            tracing::warn!(reading, deaths, "the program ended while it read this page");
        }
    }

    /// The whole file, as short as it can be.
    fn write_anew(&mut self, path: &Path) -> io::Result<()> {
        let mut text = format!("{HEAD}\n");
        for (url, deaths) in &self.deaths {
            text.push_str(&format!("{deaths} {url}\n"));
        }
        for url in &self.read {
            text.push_str(&format!("began {url}\n"));
        }
        let part = path.with_extension("reading.part");
        let mut file = File::create(&part)?;
        file.write_all(text.as_bytes())?;
        fs::rename(&part, path)?;
        self.file = Some((path.to_owned(), file));
        self.written = 0;
        Ok(())
    }

    fn began(&mut self, reading: &str) {
        self.read.insert(reading.to_owned());
        self.note("began", reading);
        self.tell_over();
    }

    fn ended(&mut self, reading: &str) {
        self.read.remove(reading);
        self.deaths.remove(reading);
        self.note("ended", reading);
        if self.written > LARGE
            && let Some((path, _)) = self.file.take()
        {
            self.over.clear();
            // where it fails there is no file any more, and nothing is noted
            let _ = self.write_anew(&path);
        }
    }

    fn note(&mut self, what: &str, reading: &str) {
        if self.file.is_some() {
            self.over.extend([what, " ", reading, "\n"]);
        }
    }

    fn tell_over(&mut self) {
        let Some((_, file)) = &mut self.file else { return };
        if !self.over.is_empty() {
            self.written += self.over.len();
            // a full disk loses a suspicion, no more
            let _ = file.write_all(self.over.as_bytes());
            self.over.clear();
        }
    }
}

impl Drop for Suspects {
    fn drop(&mut self) {
        self.idle();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &Path) -> Suspects {
        Suspects::open(&StatePath::File(folder.join("state.db")))
    }

    #[test]
    fn a_page_under_which_two_processes_ended_is_suspect() {
        let folder = tempfile::tempdir().unwrap();
        let (bad, good) = (Url::parse("http://a/bad").unwrap(), Url::parse("http://a/good").unwrap());
        for deaths in 0..5 {
            let suspects = open(folder.path());
            assert_eq!(suspects.is_suspect(&bad), deaths >= 2, "{deaths}");
            assert!(!suspects.is_suspect(&good));
            suspects.watched("extract", &good, || ());
            // the process ends within
            suspects.kept().began(&key("normalize", &bad));
        }
        // one reading that comes to an end clears it
        open(folder.path()).watched("normalize", &bad, || ());
        assert!(!open(folder.path()).is_suspect(&bad));
    }

    #[test]
    fn the_file_stays_short_and_another_version_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.db.reading");
        let suspects = open(folder.path());
        let bad = Url::parse("http://a/bad").unwrap();
        suspects.kept().began(&key("normalize", &bad));
        for number in 0..20_000 {
            suspects.watched("extract", &Url::parse(&format!("http://a/{number}")).unwrap(), || ());
        }
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.len() < LARGE + 1000 && text.contains("began normalize http://a/bad"), "{}", text.len());
        for _ in 0..3 {
            open(folder.path()).kept().began(&key("normalize", &bad));
        }
        assert!(open(folder.path()).is_suspect(&bad));
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replacen(HEAD, "forumsift 0.0.0", 1)).unwrap();
        assert!(!open(folder.path()).is_suspect(&bad));
    }
}
