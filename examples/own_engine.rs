//! An engine of one's own: a profile in TOML, read with the library, and a page that it reads.
//!
//!     cargo run --example own_engine

use std::io::{self, Write};

use forumsift::{
    engine::Engines,
    extract::{ExtractOptions, extract},
    model::Page,
};
use url::Url;

/// What is known of the engine: how its pages are told, what its addresses are, and where things stand on them.
const PROFILE: &str = r#"
name = "campfire"
title = "Campfire boards"
post_ids = "forum"

[detect]
marks = [{ text = 'class="campfire"', weight = 10 }]

[[url]]
kind = "thread"
path = 'talk/(?<thread>\d+)'
canonical = "talk/{thread}"

[thread]
title = ["h1"]

[post]
each = "div.say"
id = "@id =~ ^s(\\d+)$"
date = [".when"]
body = [".words"]

[post.author]
name = [".who"]
"#;

const PAGE: &str = r#"<body class="campfire"><h1>Kettles</h1>
<div class="say" id="s1"><b class="who">Ola</b> <i class="when">2024-11-07 14:20</i><div class="words">Which kettle is <em>best</em>?</div></div>
<div class="say" id="s2"><b class="who">Per</b> <i class="when">2024-11-07 14:31</i><div class="words">The black one.</div></div>
</body>"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir().join(format!("forumsift-own-engine-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("campfire.toml"), PROFILE)?;
    // the built-in profiles, and those of the folder; every mistake is told with its line and caret
    let engines = Engines::with_dir(&folder)
        .map_err(|errors| errors.iter().map(|error| error.report()).collect::<Vec<_>>().join("\n"));
    std::fs::remove_dir_all(&folder)?;
    let url = Url::parse("http://campfire.example/talk/7")?;
    let page = Page::new(url, PAGE, "2024-11-07T15:00:00Z".parse()?);
    let extracted = extract(&page, PAGE, &engines?, None, &ExtractOptions::default());
    let mut out = io::stdout().lock();
    writeln!(out, "engine {}", extracted.engine.as_deref().unwrap_or("unknown"))?;
    for post in &extracted.posts {
        let name = post.author.as_ref().map_or("nobody", |author| author.name.as_str());
        let date = post.date.text.as_deref().unwrap_or("-");
        writeln!(out, "{} {name} {date}: {}", post.id.as_deref().unwrap_or("-"), post.body.text)?;
    }
    Ok(())
}
