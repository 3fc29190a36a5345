//! What a page costs: bytes to JSON lines, everything on, against the bare parse of the same page, in one run.
//!
//!     cargo bench --bench stages [-- FOLDER]
//!
//! Without a folder the pages of the quick start are read; a folder of captured forums (`<forum>/manifest.jsonl`) is
//! read forum by forum. Times are of this machine; the ratios are what counts.

use std::{
    fs,
    io::{self, Write},
    path::Path,
    time::{Duration, Instant},
};

use forumsift::{
    clock::Clock,
    engine::Engines,
    extract::{ExtractOptions, extract},
    fetch::{decode, read_warc},
    model::{Page, SourceSettings, Validators},
    normalize::{Knowledge, Normalizer, PageStamp},
};
use serde_json::Value;
use url::Url;

/// Rounds over all pages of a forum; the fastest counts.
const ROUNDS: usize = 7;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{:<12} {:>5} {:>10} {:>8} {:>8} {:>9} {:>6} {:>6}",
        "pages of", "n", "parse ms", "decode", "extract", "normalize", "json", "whole"
    )?;
    let Some(folder) = folder else {
        let archive = fs::File::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart.warc.gz"))?;
        let pages: Vec<Page> = read_warc(archive).filter_map(Result::ok).map(|entry| entry.page).collect();
        return measure("quickstart", &pages, &mut out);
    };
    let mut forums: Vec<_> = fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.path()).collect();
    forums.sort();
    for forum in forums.iter().filter(|forum| forum.join("manifest.jsonl").exists()) {
        let pages = captured(forum)?;
        if !pages.is_empty() {
            measure(&forum.file_name().unwrap_or_default().to_string_lossy(), &pages, &mut out)?;
        }
    }
    Ok(())
}

/// The thread pages of a captured forum.
fn captured(forum: &Path) -> Result<Vec<Page>, Failure> {
    let mut pages = Vec::new();
    for line in fs::read_to_string(forum.join("manifest.jsonl"))?.lines() {
        let entry: Value = serde_json::from_str(line)?;
        let (Some("thread"), Some(200), Some(url), Some(file)) =
            (entry["kind"].as_str(), entry["status"].as_u64(), entry["url"].as_str(), entry["file"].as_str())
        else {
            continue;
        };
        let url = Url::parse(url)?;
        pages.push(Page {
            requested: url.clone(),
            url,
            status: 200,
            content_type: entry["content_type"].as_str().map(str::to_owned),
            date: None,
            validators: Validators::default(),
            headers: Vec::new(),
            body: fs::read(forum.join(file))?,
            fetched_at: Clock::System.now(),
        });
    }
    Ok(pages)
}

fn measure(name: &str, pages: &[Page], out: &mut impl Write) -> Result<(), Failure> {
    let (engines, normalizer) = (Engines::builtin(), Normalizer::builtin());
    let source = SourceSettings::new("bench", pages[0].url.clone());
    let mut best = [Duration::MAX; 5];
    for _ in 0..ROUNDS {
        let mut spent = [Duration::ZERO; 5];
        let mut knowledge = Knowledge::default();
        let mut line = Vec::new();
        for page in pages {
            let text = String::from_utf8_lossy(&page.body);
            let began = Instant::now();
            drop(std::hint::black_box(scraper::Html::parse_document(&text)));
            spent[0] += began.elapsed();
            let began = Instant::now();
            let decoded = decode(page);
            spent[1] += began.elapsed();
            let began = Instant::now();
            let extracted = extract(page, &decoded.text, engines, None, &ExtractOptions::default());
            spent[2] += began.elapsed();
            let began = Instant::now();
            let stamp = PageStamp { date: None, fetched_at: page.fetched_at };
            let records = normalizer.page(&source, &mut knowledge, &stamp, extracted).records;
            spent[3] += began.elapsed();
            let began = Instant::now();
            line.clear();
            for record in &records {
                serde_json::to_writer(&mut line, record)?;
                line.push(b'\n');
            }
            std::hint::black_box(&line);
            spent[4] += began.elapsed();
        }
        for (best, spent) in best.iter_mut().zip(spent) {
            *best = (*best).min(spent);
        }
    }
    let parse = best[0].as_secs_f64();
    let ratio = |time: Duration| time.as_secs_f64() / parse;
    let whole: Duration = best[1..].iter().sum();
    let a_page = parse * 1000.0 / pages.len() as f64;
    writeln!(
        out,
        "{name:<12} {:>5} {a_page:>10.3} {:>8.3} {:>8.3} {:>9.3} {:>6.3} {:>6.3}",
        pages.len(),
        ratio(best[1]),
        ratio(best[2]),
        ratio(best[3]),
        ratio(best[4]),
        ratio(whole)
    )?;
    Ok(())
}
