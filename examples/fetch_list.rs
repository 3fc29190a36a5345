//! The fetcher by itself: a list of addresses, one a line, asked for politely, each origin in its own turn.
//!
//!     cargo run --example fetch_list -- FILE

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use forumsift::{
    clock::Clock,
    fetch::{Fetch, HttpFetch, HttpSettings},
    model::{Fetched, NewRequest, Request, SourceSettings, Validators},
    polite::Gate,
};
use url::Url;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let list = std::env::args().nth(1).ok_or("a file with addresses is needed")?;
    let mut origins: BTreeMap<String, Vec<Url>> = BTreeMap::new();
    for line in std::fs::read_to_string(list)?.lines() {
        let url = Url::parse(line)?;
        origins.entry(url.origin().ascii_serialization()).or_default().push(url);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (pages, bytes, others) = runtime
        .block_on(async {
            let fetch = HttpFetch::new(HttpSettings::default(), Gate::new(), Clock::System)?;
            let mut tasks = tokio::task::JoinSet::new();
            for (origin, urls) in origins {
                tasks.spawn(one_origin(fetch.clone(), origin, urls));
            }
            let mut sum = (0, 0, 0);
            while let Some(done) = tasks.join_next().await {
                let (pages, bytes, others) = done??;
                sum = (sum.0 + pages, sum.1 + bytes, sum.2 + others);
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(sum)
        })
        .map_err(|error| error.to_string())?;
    writeln!(io::stdout(), "{pages} pages of {bytes} bytes; {others} addresses gave none")?;
    Ok(())
}

type Told = Result<(u64, u64, u64), Box<dyn std::error::Error + Send + Sync>>;

/// Pages, their bytes, and what was no page.
async fn one_origin(fetch: HttpFetch, origin: String, urls: Vec<Url>) -> Told {
    let name: Arc<str> = Arc::from(origin.as_str());
    let source =
        SourceSettings { delay: Duration::ZERO, ..SourceSettings::new(Arc::clone(&name), Url::parse(&origin)?) };
    let (mut pages, mut bytes, mut others) = (0, 0, 0);
    for url in urls {
        let what = NewRequest::discover(url);
        let request = Request { id: 0, source: Arc::clone(&name), what, validators: Validators::default(), attempt: 0 };
        match fetch.fetch(&request, &source).await {
            Fetched::Page(page) => {
                pages += 1;
                bytes += page.body.len() as u64;
            }
            _ => others += 1,
        }
    }
    Ok((pages, bytes, others))
}
