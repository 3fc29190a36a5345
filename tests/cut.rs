//! A page of posts that is cut down before it is parsed yields what it yields when it is parsed whole, to the byte: on pages of our
//! own, on what is left of them after random damage, and on real forums where those are at hand.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::{fs, io::Read, path::Path, sync::Arc};

use forumsift::{
    engine::{Case, Engines, Profile, cut::READ},
    extract::{ExtractOptions, extract_cut, extract_whole, thinned},
    model::Page,
};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;
use url::Url;

/// Engines whose profiles allow to cut.
const ENGINES: &[&str] = &[
    "discuz",
    "phpbb",
    "smf",
    "mybb",
    "fluxbb",
    "xenforo2",
    "xenforo1",
    "nodebb",
    "vbulletin3",
    "vbulletin4",
    "vbulletin5",
    "ipb4",
    "ipb3",
    "woltlab",
    "phorum",
    "discuz7",
];

/// Everything that can be asked for.
const OPTIONS: ExtractOptions = ExtractOptions { html: true, markdown: true, crawled: false };

fn page(url: &str) -> Option<Page> {
    let url = Url::parse(url).ok()?;
    Some(Page::new(url, Vec::new(), Timestamp::UNIX_EPOCH))
}

/// The pages of posts among the cases of an engine's profile, with their addresses.
fn own_pages(engine: &str) -> Vec<(Page, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let cases = Engines::builtin().cases(engine).unwrap().into_iter();
    let cases = cases.filter(|case| case.kind.as_deref() == Some("thread"));
    let text = |case: &Case| match (&case.html, &case.page) {
        (Some(html), _) => html.clone(),
        (None, page) => fs::read_to_string(folder.join(page.as_deref().unwrap())).unwrap(),
    };
    cases.map(|case| (page(&case.url).unwrap(), text(&case))).collect()
}

fn profile(engine: &str) -> Arc<Profile> {
    Engines::builtin().get(engine).unwrap()
}

/// Whether the page was cut down; then both ways must agree.
fn agrees(page: &Page, text: &str, profile: &Arc<Profile>) -> Result<bool, String> {
    let Some(cut) = extract_cut(page, text, profile, &OPTIONS) else { return Ok(false) };
    let (cut, whole) = (format!("{cut:#?}"), format!("{:#?}", extract_whole(page, text, profile, &OPTIONS)));
    let differs = cut.lines().zip(whole.lines()).enumerate().find(|(_, (cut, whole))| cut != whole);
    match differs {
        Some((line, (cut, whole))) => Err(format!("{}: line {line}: cut {cut}, whole {whole}", page.url)),
        None if cut.len() != whole.len() => Err(format!("{}: one holds more", page.url)),
        None => Ok(true),
    }
}

/// Why a page is not cut: what stands where the pass over its tags gave up, or how much it kept.
fn why(text: &str, profile: &Profile) -> String {
    match thinned(text, profile) {
        Ok(thin) => format!("kept {} of {} bytes", thin.html().len(), text.len()),
        Err(at) => String::from_utf8_lossy(
            text.as_bytes()
                .get(at.unwrap_or(0).saturating_sub(80)..(at.unwrap_or(0) + 60).min(text.len()))
                .unwrap_or_default(),
        )
        .into_owned(),
    }
}

/// Whether a page shows posts in the markup that `[cut]` names.
fn has_posts(page: &Page, text: &str, profile: &Arc<Profile>) -> bool {
    profile.cut().is_some_and(|cut| cut.posts_in(text) > 0)
        && !extract_whole(page, text, profile, &OPTIONS).posts.is_empty()
}

#[test]
fn every_engine_that_allows_it_is_cut() {
    let allow: Vec<&str> =
        Engines::builtin().names().into_iter().filter(|name| profile(name).cut().is_some()).collect();
    let mut named = ENGINES.to_vec();
    named.sort_unstable_by_key(|name| allow.iter().position(|allowed| allowed == name));
    assert_eq!(allow, named, "a profile with `[cut]` whose selectors do not allow it, or one that is not named here");
    for engine in ENGINES {
        let (profile, mut cut) = (profile(engine), 0);
        for (page, text) in own_pages(engine) {
            // the markup of another version, which `[cut]` does not name, is read whole
            let is_named = has_posts(&page, &text, &profile);
            assert_eq!(agrees(&page, &text, &profile), Ok(is_named), "{engine}: {}", why(&text, &profile));
            cut += u32::from(is_named);
        }
        assert!(cut > 0, "{engine}: no page of its own is cut");
    }
}

/// What damage puts into a page.
const PIECES: &[&str] = &[
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<b>",
    "</b>",
    "<a href='x'>",
    "</a>",
    "<table>",
    "</table>",
    "<tr><td>",
    "</td></tr>",
    "<li>",
    "</li>",
    "<ul>",
    "</ul>",
    "<span class=\"x\">",
    "</span>",
    "<br>",
    "</br>",
    "<script>'<div>'</script>",
    "<script>",
    "<!-- a > b -->",
    "<!--",
    "-->",
    "<select><option>a<option>b</select>",
    "<form>",
    "</form>",
    "<svg><title>t</title><path/></svg>",
    "<div/>",
    "<hr>",
    "<textarea><p></textarea>",
    "<h2>",
    "</h2>",
    "<body class=y>",
    "</body>",
    "<dl><dt>a<dd>b</dl>",
    "<noscript><p></noscript>",
    "text",
    "&amp;",
    "<",
    ">",
    "\"",
    "'",
    "\0",
    "<template><p></template>",
    "<img src=a>",
    "<i>",
    "</i>",
    "<iframe/>",
    "<base href=/z/>",
];

/// One place of damage: where, how much is taken out, and what is put there.
type Damage = (f64, usize, Option<usize>);

fn damaged(text: &str, all: &[Damage]) -> String {
    let mut text = text.to_owned();
    for (place, length, piece) in all {
        // Mostly at tags, for there the structure is.
        let tags: Vec<usize> = text.match_indices('<').map(|(at, _)| at).collect();
        let Some(start) = tags.get((place * tags.len() as f64) as usize).copied() else { continue };
        let end = match length {
            0 => start,
            // Tag by tag, or a few bytes of one.
            1..4 => text[start..].match_indices('>').nth(length - 1).map_or(start, |(at, _)| start + at + 1),
            more => (start + more).min(text.len()),
        };
        let end = (end..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
        text.replace_range(start..end, piece.map_or("", |piece| PIECES[piece]));
    }
    text
}

fn damage() -> impl Strategy<Value = Vec<Damage>> {
    prop::collection::vec(
        (0.0..1.0, prop_oneof![Just(0), 1usize..4, 4usize..30], prop::option::of(0..PIECES.len())),
        1..6,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn damaged_pages_yield_the_same_both_ways(engine in 0..ENGINES.len(), number in 0usize..4, all in damage()) {
        let pages = own_pages(ENGINES[engine]);
        let (page, text) = &pages[number % pages.len()];
        let text = damaged(text, &all);
        prop_assert_eq!(agrees(page, &text, &profile(ENGINES[engine])).err(), None);
    }
}

/// Real forums: every page yields the same both ways, and most pages of posts are cut.
#[test]
fn real_pages_yield_the_same_both_ways() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let (mut all_threads, mut all_cut) = (0, 0);
    for engine in ENGINES {
        let Ok(manifest) = fs::read_to_string(corpus.join(engine).join("manifest.jsonl")) else { continue };
        let (mut threads, mut cut, mut wrong, mut reasons) = (0, 0, Vec::new(), Vec::new());
        let (mut kept, mut all) = (0, 0);
        // of forums with large pages a part is enough
        let every = if ["nodebb", "phorum"].contains(engine) { 8 } else { 1 };
        for line in manifest.lines().step_by(every) {
            let entry: Value = serde_json::from_str(line).unwrap();
            let is_page = entry["content_type"].as_str().is_some_and(|kind| kind.contains("html"));
            let (Some(url), Some(file), true) = (entry["url"].as_str(), entry["file"].as_str(), is_page) else {
                continue;
            };
            let (Some(page), Ok(bytes)) = (page(url), fs::read(corpus.join(engine).join(file))) else { continue };
            let text = String::from_utf8_lossy(&bytes);
            let is_thread = has_posts(&page, &text, &profile(engine));
            match agrees(&page, &text, &profile(engine)) {
                Ok(was_cut) => {
                    cut += usize::from(was_cut && is_thread);
                    if was_cut {
                        kept += thinned(&text, &profile(engine)).map_or(0, |thin| thin.html().len());
                        all += text.len();
                    } else if is_thread {
                        reasons.push(why(&text, &profile(engine)));
                    }
                }
                Err(difference) => wrong.push(difference),
            }
            threads += usize::from(is_thread);
        }
        assert!(wrong.is_empty(), "{engine}: {} pages differ: {:#?}", wrong.len(), &wrong[..wrong.len().min(3)]);
        let reason = reasons.first();
        eprintln!("{engine}: {cut} of {threads} pages of posts were cut, {kept} of {all} bytes kept; {reason:?}");
        (all_threads, all_cut) = (all_threads + threads, all_cut + cut);
    }
    assert!(all_cut * 2 >= all_threads, "{all_cut} of {all_threads} pages of posts were cut");
}

/// Saved pages of real boards: all that are cut yield the same, and some are.
#[test]
fn saved_pages_yield_the_same_both_ways() {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/found");
    let Ok(manifest) = fs::read_to_string(found.join("manifest.jsonl")) else { return };
    let (mut threads, mut cut, mut wrong) = (0, 0, Vec::new());
    for line in manifest.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let Ok(packed) = fs::read(found.join(entry["file"].as_str().unwrap())) else { continue };
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let Some(page) = page(entry["url"].as_str().unwrap_or("https://forum.example/")) else { continue };
        let Some(profile) = Engines::builtin().recognise(&text, &page.url).filter(|profile| profile.cut().is_some())
        else {
            continue;
        };
        threads += usize::from(has_posts(&page, &text, &profile));
        match agrees(&page, &text, &profile) {
            Ok(was_cut) => cut += usize::from(was_cut),
            Err(difference) => wrong.push(difference),
        }
    }
    assert!(wrong.is_empty(), "{} pages differ: {:#?}", wrong.len(), &wrong[..wrong.len().min(5)]);
    assert!(cut > 0 || threads == 0, "{cut} of {threads} pages of posts were cut");
}

/// What the readers look at of themselves stays in a page that is cut down.
#[test]
fn attributes_that_are_read_stay() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/extract");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.extend(fs::read_dir(folder.join("json")).unwrap().map(|entry| entry.unwrap().path()));
    let (mut looked_at, mut missing) = (0, Vec::new());
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "rs")) {
        let text = fs::read_to_string(file).unwrap();
        for call in text.split("attribute(").skip(1) {
            let arguments = &call[..call.find(')').unwrap_or(call.len())];
            let Some(name) = arguments.split('"').nth(1) else { continue };
            looked_at += 1;
            if !READ.contains(&name) {
                missing.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert!(looked_at > 10 && missing.is_empty(), "{missing:?}");
}
