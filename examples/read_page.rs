//! Reads a saved page and prints what it holds: `read_page FILE URL [ENGINE]`.

use std::{
    error::Error,
    io::{self, Write},
};

use forumsift::{
    engine::Engines,
    extract::{ExtractOptions, extract},
    model::{Page, Validators},
};
use jiff::Timestamp;
use url::Url;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(url)) = (arguments.next(), arguments.next()) else {
        return Err("usage: read_page FILE URL [ENGINE]".into());
    };
    let engine = arguments.next();
    let url = Url::parse(&url)?;
    let page = Page {
        url: url.clone(),
        requested: url,
        status: 200,
        content_type: None,
        date: None,
        validators: Validators::default(),
        headers: Vec::new(),
        body: std::fs::read(file)?,
        fetched_at: Timestamp::now(),
    };
    let text = String::from_utf8_lossy(&page.body);
    let extracted = extract(&page, &text, Engines::builtin(), engine.as_deref(), &ExtractOptions::default());
    writeln!(io::stdout().lock(), "{extracted:#?}")?;
    Ok(())
}
