//! `forumsift probe`: which engine, boards, posts, zone and date order; ends in a `[[source]]` to paste.

use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use url::Url;

use super::{CliError, ExitKind, configuration};
use crate::{
    clock::Clock,
    engine::Engines,
    extract::{ExtractOptions, draft_profile, extract},
    fetch::{Decoded, Fetch, HttpFetch, HttpSettings, decode},
    model::{Extracted, Fetched, NewRequest, Outcome, Page, Request, SourceSettings, Validators},
    normalize::{Knowledge, Normalized, Normalizer, PageStamp},
    polite::Gate,
};

/// Arguments of `probe`.
#[derive(Args, Debug)]
pub struct ProbeArgs {
    /// An address, a saved page, or `-` for stdin
    #[arg(value_name = "URL|FILE")]
    what: String,
    /// Address of a saved page
    #[arg(long)]
    url: Option<Url>,
    /// Directory of one's own engine profiles
    #[arg(long, value_name = "DIR")]
    engines: Option<PathBuf>,
    /// Print a draft of an engine profile for it, and nothing else
    #[arg(long)]
    profile: bool,
}

/// Reads one page and tells what it is. Asks for robots.txt and that page, nothing else.
pub(super) fn run(args: &ProbeArgs, out: &mut dyn Write) -> Result<ExitKind, CliError> {
    let engines = configuration::engines(args.engines.as_deref().unwrap_or(Path::new("")))?;
    let address = Url::parse(&args.what).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let page = match address {
        Some(url) => match fetch(&url)? {
            Ok(page) => page,
            Err(why) => {
                comment(&format!("{url}: not fetched: {why}"), out)?;
                return Ok(ExitKind::Incomplete);
            }
        },
        None => read(args)?,
    };
    if args.profile {
        let decoded = decode(&page);
        return match draft_profile(&page, &decoded.text, &engines) {
            Some(draft) => Ok(writeln!(out, "{draft}").map(|()| ExitKind::Done)?),
            None => Err(CliError::Usage(format!("{}: no posts that selectors could tell from the rest", page.url))),
        };
    }
    tell(&page, &engines, out)
}

/// One polite request. The inner error tells why there is no page.
fn fetch(url: &Url) -> Result<Result<Page, String>, CliError> {
    let settings = source(url);
    let request = Request {
        id: 0,
        source: settings.name.clone(),
        what: NewRequest::discover(url.clone()),
        validators: Validators::default(),
        attempt: 0,
    };
    let http = HttpFetch::new(HttpSettings::default(), Gate::new(), Clock::System)
        .map_err(|error| CliError::Usage(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(match runtime.block_on(http.fetch(&request, &settings)) {
        Fetched::Page(page) => Ok(*page),
        Fetched::NotModified => Err("not modified".to_owned()),
        Fetched::Refused(refusal) => Err(format!("{refusal:?}")),
        Fetched::Failed(failure) => Err(failure.message),
    })
}

fn read(args: &ProbeArgs) -> Result<Page, CliError> {
    let mut body = Vec::new();
    let unreadable = |error: std::io::Error| CliError::Usage(format!("{}: {error}", args.what));
    if args.what == "-" {
        std::io::stdin().lock().read_to_end(&mut body).map_err(unreadable)?;
    } else {
        body = std::fs::read(&args.what).map_err(unreadable)?;
    }
    let place = std::path::absolute(&args.what).ok().and_then(|path| Url::from_file_path(path).ok());
    let url = match args.url.clone().or(place) {
        Some(url) => url,
        None => return Err(CliError::Usage(format!("`{}` is neither an address nor a file", args.what))),
    };
    Ok(Page::new(url, body, Clock::System.now()))
}

fn source(url: &Url) -> SourceSettings {
    let defaults = crate::config::Config::default().defaults;
    SourceSettings { name: Arc::from(url.host_str().unwrap_or("forum")), url: url.clone(), ..defaults }
}

/// What the page is, as comments, and a `[[source]]`: together they are a piece of a configuration.
fn tell(page: &Page, engines: &Engines, out: &mut dyn Write) -> Result<ExitKind, CliError> {
    let decoded = decode(page);
    let extracted = extract(page, &decoded.text, engines, None, &ExtractOptions::default());
    let (recognised, found, generic) =
        (extracted.engine.clone(), extracted.outcome == Outcome::Read, extracted.generic);
    let mut facts = Vec::new();
    facts_of_page(page, &decoded, &extracted, engines, &mut facts)?;
    let settings = source(&page.url);
    let mut knowledge = Knowledge::default();
    let stamp = PageStamp { date: page.date, fetched_at: page.fetched_at };
    let Normalized { records, .. } = Normalizer::builtin().page(&settings, &mut knowledge, &stamp, extracted);
    if let Some(first) = records.first() {
        let name = first.author.as_ref().map_or("-", |author| author.name.as_str());
        let date = first.date_published.as_deref().unwrap_or("-");
        let raw = first.date_published_raw.as_deref().unwrap_or("-");
        writeln!(facts, "post 1    {name}, {date} (printed: {raw})")?;
        for edit in records.iter().filter_map(|record| record.edit.as_ref()).take(1) {
            writeln!(facts, "notice    {}  ->  {}", edit.notice, edit.date.as_deref().unwrap_or("-"))?;
        }
    }
    writeln!(facts, "zone      {}", knowledge.zone.as_deref().unwrap_or("not told by the page"))?;
    comment(&String::from_utf8_lossy(&facts), out)?;
    writeln!(out)?;
    writeln!(out, "[[source]]")?;
    writeln!(out, "name = {}", toml::Value::from(&*settings.name))?;
    writeln!(out, "url = {}", toml::Value::from(page.url.as_str()))?;
    if let Some(engine) = &recognised {
        writeln!(out, "engine = {}", toml::Value::from(&**engine))?;
    }
    match &knowledge.zone {
        Some(zone) => writeln!(out, "time_zone = {}", toml::Value::from(zone.as_str()))?,
        None => writeln!(out, "# time_zone = \"Asia/Kuala_Lumpur\"   # the page does not tell it")?,
    }
    if generic && let Some(draft) = draft_profile(page, &decoded.text, engines) {
        writeln!(out, "\n# No profile knows it. A draft of one; `--profile` prints it for a file of its own:\n#")?;
        comment(&draft, out)?;
    }
    Ok(if found { ExitKind::Done } else { ExitKind::Incomplete })
}

fn facts_of_page(
    page: &Page,
    decoded: &Decoded<'_>,
    extracted: &Extracted,
    engines: &Engines,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let Extracted { engine, kind, outcome, posts, .. } = extracted;
    let title = engine.as_deref().and_then(|name| engines.get(name)).map(|profile| profile.title.clone());
    writeln!(out, "address   {}", page.url)?;
    writeln!(out, "charset   {}{}", decoded.encoding, if decoded.doubtful { " (doubtful)" } else { "" })?;
    match (engine, title) {
        (Some(name), Some(title)) => writeln!(out, "engine    {name} ({title})")?,
        _ => writeln!(out, "engine    not recognised")?,
    }
    writeln!(out, "page      {}, {outcome:?}", kind.as_str())?;
    if let Some(thread) = &extracted.thread {
        writeln!(out, "thread    {}", thread.title.as_deref().unwrap_or("-"))?;
        let pages = thread.pages.map_or("?".to_owned(), |pages| pages.to_string());
        writeln!(out, "          page {} of {pages}, {} posts on it", thread.page, posts.len())?;
    }
    for board in &extracted.boards {
        writeln!(out, "board     {}  {}", board.name, board.request.url)?;
    }
    writeln!(out, "threads   {} listed", extracted.threads.len())?;
    if let Some(next) = &extracted.next {
        writeln!(out, "next      {}", next.url)?;
    }
    Ok(())
}

/// Lines as comments of TOML, which hold no control characters but tabs.
fn comment(text: &str, out: &mut dyn Write) -> std::io::Result<()> {
    for line in text.lines() {
        let line: String = line.chars().filter(|c| !c.is_control() || *c == '\t').collect();
        writeln!(out, "{}", format!("# {line}").trim_end())?;
    }
    Ok(())
}
