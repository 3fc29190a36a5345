//! What a page costs: bytes to JSON lines, everything on, against the bare parse of the same page, in one run.
//!
//!     cargo bench --bench stages [-- [FOLDER] [--forum NAME] [--once]]
//!
//! Without a folder the pages of posts among the cases of each profile are read; a folder of captured forums
//! (`<forum>/manifest.jsonl`) is read forum by forum. Times are of this machine; the ratios are what counts: `whole` is read by
//! parsing each page whole, `cut` as pages are read, cut down where their profile allows it, and before it stand its steps.
//!
//! `--once` does all once, in the functions `counted_*`, and prints nothing: for a profiler that counts instructions
//! (`.ci/instructions`).

use std::{
    fs,
    hint::black_box,
    io::{self, Write},
    path::Path,
    time::{Duration, Instant},
};

use forumsift::{
    clock::Clock,
    engine::Engines,
    extract::{ExtractOptions, extract, extract_whole},
    fetch::decode,
    model::{Extracted, Page, PageKind, SourceSettings},
    normalize::{Knowledge, Normalizer, PageStamp},
};
use serde_json::Value;
use url::Url;

/// Rounds over all pages of a forum; the fastest counts.
const ROUNDS: usize = 7;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (mut folder, mut only, mut once) = (None, None, false);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--forum" => only = arguments.next(),
            "--once" => once = true,
            other if other.starts_with('-') => {}
            _ => folder = Some(argument),
        }
    }
    let forums = match &folder {
        Some(folder) => captured_forums(Path::new(folder))?,
        None => own_forums()?,
    };
    let mut out = io::stdout().lock();
    if !once {
        writeln!(
            out,
            "{:<12} {:>5} {:>9} {:>7} {:>7} {:>8} {:>9} {:>6} | {:>6} {:>6}",
            "pages of", "n", "parse ms", "kB", "decode", "extract", "normalize", "json", "cut", "whole"
        )?;
    }
    for (name, pages) in forums.iter().filter(|(name, _)| only.as_ref().is_none_or(|only| only == name)) {
        let bench = Bench::new(name, pages);
        match once {
            true => bench.once(),
            false => bench.measure(&mut out)?,
        }
    }
    Ok(())
}

type Forum = (String, Vec<Page>);

fn page(url: &str, content_type: Option<&str>, body: Vec<u8>) -> Result<Page, Failure> {
    let url = Url::parse(url)?;
    Ok(Page { content_type: content_type.map(str::to_owned), ..Page::new(url, body, Clock::System.now()) })
}

/// The pages of posts among the cases of each profile.
fn own_forums() -> Result<Vec<Forum>, Failure> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let engines = Engines::builtin();
    let mut forums = Vec::new();
    for name in engines.names() {
        let mut pages = Vec::new();
        for case in engines.cases(name)? {
            if let (Some("thread"), Some(file)) = (case.kind.as_deref(), &case.page)
                && file.ends_with(".html")
            {
                pages.push(page(&case.url, Some("text/html; charset=utf-8"), fs::read(folder.join(file))?)?);
            }
        }
        if !pages.is_empty() {
            forums.push((name.to_owned(), pages));
        }
    }
    Ok(forums)
}

/// The thread pages of captured forums.
fn captured_forums(folder: &Path) -> Result<Vec<Forum>, Failure> {
    let mut paths: Vec<_> = fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    let mut forums = Vec::new();
    for path in paths.iter().filter(|path| path.join("manifest.jsonl").exists()) {
        let mut pages = Vec::new();
        for line in fs::read_to_string(path.join("manifest.jsonl"))?.lines() {
            let entry: Value = serde_json::from_str(line)?;
            if let (Some("thread"), Some(200), Some(url), Some(file)) =
                (entry["kind"].as_str(), entry["status"].as_u64(), entry["url"].as_str(), entry["file"].as_str())
            {
                pages.push(page(url, entry["content_type"].as_str(), fs::read(path.join(file))?)?);
            }
        }
        if !pages.is_empty() {
            forums.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), pages));
        }
    }
    Ok(forums)
}

/// How a page is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Cut down where its profile allows it.
    Usual,
    /// Parsed whole.
    Whole,
}

struct Bench<'a> {
    name: &'a str,
    pages: &'a [Page],
    texts: Vec<String>,
    source: SourceSettings,
    normalizer: Normalizer,
}

impl<'a> Bench<'a> {
    fn new(name: &'a str, pages: &'a [Page]) -> Bench<'a> {
        let source = SourceSettings::new("bench", pages[0].url.clone());
        let texts = pages.iter().map(|page| decode(page).text.into_owned()).collect();
        Bench { name, pages, texts, source, normalizer: Normalizer::builtin() }
    }

    fn extracted(&self, page: &Page, text: &str, way: Way) -> Extracted {
        let engines = Engines::builtin();
        let options = ExtractOptions::default();
        let known = || engines.recognise(text, &page.url);
        match if way == Way::Whole { known() } else { None } {
            Some(profile) => extract_whole(page, text, &profile, &options),
            None => extract(page, text, engines, None, &options),
        }
    }

    /// All pages, bytes to JSON lines; how long each step took.
    fn read(&self, way: Way) -> [Duration; 4] {
        let mut spent = [Duration::ZERO; 4];
        let mut knowledge = Knowledge::default();
        let mut lines = Vec::new();
        for page in self.pages {
            let began = Instant::now();
            let decoded = decode(page);
            spent[0] += began.elapsed();
            let began = Instant::now();
            let extracted = self.extracted(page, &decoded.text, way);
            debug_assert_eq!(extracted.kind, PageKind::Thread);
            spent[1] += began.elapsed();
            let began = Instant::now();
            let stamp = PageStamp { date: None, fetched_at: page.fetched_at };
            let records = self.normalizer.page(&self.source, &mut knowledge, &stamp, extracted).records;
            spent[2] += began.elapsed();
            let began = Instant::now();
            lines.clear();
            for record in &records {
                // what cannot be written would be a mistake of the program, which its tests tell
                let _ = serde_json::to_writer(&mut lines, record);
                lines.push(b'\n');
            }
            black_box(&lines);
            drop(records);
            spent[3] += began.elapsed();
        }
        spent
    }

    fn parse(&self) -> Duration {
        let began = Instant::now();
        for text in &self.texts {
            drop(black_box(scraper::Html::parse_document(text)));
        }
        began.elapsed()
    }

    fn measure(&self, out: &mut impl Write) -> io::Result<()> {
        let (mut parse, mut usual, mut whole) = (Duration::MAX, [Duration::MAX; 4], [Duration::MAX; 4]);
        let least = |best: &mut [Duration; 4], spent: [Duration; 4]| {
            if spent.iter().sum::<Duration>() < best.iter().fold(Duration::ZERO, |sum, one| sum.saturating_add(*one)) {
                *best = spent;
            }
        };
        for _ in 0..ROUNDS {
            parse = parse.min(self.parse());
            least(&mut usual, self.read(Way::Usual));
            least(&mut whole, self.read(Way::Whole));
        }
        let ratio = |time: Duration| time.as_secs_f64() / parse.as_secs_f64();
        let pages = self.pages.len();
        let bytes: usize = self.pages.iter().map(|page| page.body.len()).sum();
        writeln!(
            out,
            "{:<12} {pages:>5} {:>9.3} {:>7.1} {:>7.3} {:>8.3} {:>9.3} {:>6.3} | {:>6.3} {:>6.3}",
            self.name,
            parse.as_secs_f64() * 1000.0 / pages as f64,
            bytes as f64 / 1000.0 / pages as f64,
            ratio(usual[0]),
            ratio(usual[1]),
            ratio(usual[2]),
            ratio(usual[3]),
            ratio(usual.iter().sum()),
            ratio(whole.iter().sum()),
        )
    }

    /// Everything once, after a first time in which what is compiled on demand is compiled.
    fn once(&self) {
        self.read(Way::Usual);
        self.read(Way::Whole);
        self.counted_parse();
        self.counted_cut();
        self.counted_whole();
    }

    #[inline(never)]
    fn counted_parse(&self) {
        black_box(self.parse());
    }

    #[inline(never)]
    fn counted_cut(&self) {
        black_box(self.read(Way::Usual));
    }

    #[inline(never)]
    fn counted_whole(&self) {
        black_box(self.read(Way::Whole));
    }
}
