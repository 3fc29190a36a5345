//! The status page: one document, nothing loaded from elsewhere, readable without its script. Every word that came from a
//! forum is escaped where it is put in, and a policy of its own forbids what escaping might have missed.

use std::{
    fmt::{self, Display, Write},
    hash::{BuildHasher, RandomState},
};

use jiff::{SignedDuration, Timestamp};

use super::{Answer, Status, board::Minute, status::SourceStatus};
use crate::model::Change;

/// Boards of a source that are shown with their intervals.
const BOARDS: usize = 8;

const FRAME: &str = include_str!("page.html");

/// The page of a status.
pub fn page(status: &Status) -> Answer {
    // differs at each answer and cannot be foretold
    let nonce = format!("{:016x}{:016x}", RandomState::new().hash_one(0), RandomState::new().hash_one(1));
    let failing = status.sources.iter().filter(|source| source.failure.is_some()).count();
    let title = match failing {
        0 => format!("{} sources", status.sources.len()),
        _ => format!("{failing} of {} sources fail", status.sources.len()),
    };
    let mut main = String::new();
    // writing to a string cannot fail
    let _ = write_main(status, &mut main);
    let mut body = String::with_capacity(FRAME.len() + main.len());
    // one pass, so that nothing that was put in is taken for a place to put something
    let mut rest = FRAME;
    while let Some(at) = rest.find('{') {
        body.push_str(&rest[..at]);
        rest = &rest[at..];
        let filled = [("{title}", title.as_str()), ("{nonce}", &nonce), ("{main}", &main)];
        match filled.iter().find(|(mark, _)| rest.starts_with(mark)) {
            Some((mark, text)) => {
                body.push_str(text);
                rest = &rest[mark.len()..];
            }
            None => {
                body.push('{');
                rest = &rest[1..];
            }
        }
    }
    body.push_str(rest);
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; img-src data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    Answer { policy: Some(policy), ..Answer::ok("text/html; charset=utf-8", body) }
}

fn write_main(status: &Status, out: &mut String) -> fmt::Result {
    let Status { now, started, version, last_seq, .. } = status;
    writeln!(
        out,
        "<p class=\"dim\">Version {version}, watching for {}; {}; as of {}</p>",
        span(now.duration_since(*started)),
        if *last_seq == 0 { "no record yet".to_owned() } else { format!("last record {last_seq}") },
        time(*now)
    )?;
    if let Some(error) = &status.reload_error {
        writeln!(
            out,
            "<p class=\"alert\" role=\"alert\">The new configuration was not taken:\n{}</p>",
            Escaped(error)
        )?;
    }
    write_sources(status, out)?;
    write_minutes(&status.minutes, out)?;
    write_newest(status, out)
}

fn write_sources(status: &Status, out: &mut String) -> fmt::Result {
    out.push_str("<h2 id=\"sources\">Sources</h2>\n<div class=\"wide\" role=\"region\" aria-labelledby=\"sources\" tabindex=\"0\">\n<table><thead><tr>");
    for (head, class) in [("Source", ""), ("State", ""), ("Last run", ""), ("Next run", "")] {
        write!(out, "<th scope=\"col\"{class}>{head}</th>")?;
    }
    for head in ["Pages", "New", "Edited", "Deleted", "Failed"] {
        write!(out, "<th scope=\"col\" class=\"n\">{head}</th>")?;
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for source in &status.sources {
        write_source(source, status.now, out)?;
    }
    if status.sources.is_empty() {
        out.push_str("<tr><td colspan=\"9\">The configuration names no source.</td></tr>\n");
    }
    out.push_str("</tbody></table>\n</div>\n");
    Ok(())
}

fn write_source(source: &SourceStatus, now: Timestamp, out: &mut String) -> fmt::Result {
    let (state, class) = match source {
        SourceStatus { running: true, .. } => ("reading", "run"),
        SourceStatus { failure: Some(_), .. } => ("failing", "bad"),
        SourceStatus { runs: 0, .. } => ("waiting", ""),
        _ => ("well", "ok"),
    };
    write!(out, "<tr><th scope=\"row\">{}", Escaped(&source.name))?;
    if let Some(failure) = &source.failure {
        write!(out, "<div class=\"why\">{}</div>", Escaped(failure))?;
    }
    for board in source.boards.iter().take(BOARDS) {
        let every = span(SignedDuration::from_secs(board.every_seconds as i64));
        let rate = board.posts_per_hour;
        write!(out, "<div class=\"dim\">{}: every {every}, {rate:.1} posts/h</div>", Escaped(&board.name))?;
    }
    if source.boards.len() > BOARDS {
        write!(out, "<div class=\"dim\">and {} more boards</div>", source.boards.len() - BOARDS)?;
    }
    write!(out, "</th><td class=\"state {class}\">{state}</td><td data-label=\"last run\">")?;
    match source.began {
        Some(began) => write!(out, "{} ago", span(now.duration_since(began)))?,
        None => out.push_str("never"),
    }
    out.push_str("</td><td data-label=\"next run\">");
    match (source.running, source.next) {
        (true, _) => write!(out, "{} pages in flight", source.in_flight)?,
        (false, Some(next)) if next <= now => out.push_str("now"),
        (false, Some(next)) => write!(out, "in {}", span(next.duration_since(now)))?,
        (false, None) => out.push_str("never"),
    }
    out.push_str("</td>");
    let pages = &source.pages;
    for (label, count) in [
        ("pages", pages.read + pages.unchanged + pages.noticed),
        ("new", source.posts.new),
        ("edited", source.posts.edited),
        ("deleted", source.posts.deleted),
        ("failed", pages.failed + pages.unrecognised),
    ] {
        write!(out, "<td class=\"n\" data-label=\"{label}\">{count}</td>")?;
    }
    out.push_str("</tr>\n");
    Ok(())
}

/// A bar a minute: new posts, and edits and deletions on top of them.
fn write_minutes(minutes: &[Minute], out: &mut String) -> fmt::Result {
    let new: u64 = minutes.iter().map(|minute| minute.new).sum();
    let changed: u64 = minutes.iter().map(|minute| minute.changed).sum();
    let most = minutes.iter().map(|minute| minute.new + minute.changed).max().unwrap_or(0);
    let told =
        format!("{new} new posts and {changed} edits and deletions in the last hour, {most} at most in a minute");
    write!(
        out,
        "<h2>Throughput</h2>\n<svg viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{told}\">",
        minutes.len() * 10
    )?;
    let height = |count: u64| if most == 0 { 0.0 } else { count as f64 * 96.0 / most as f64 };
    for (at, minute) in minutes.iter().enumerate() {
        let (low, high) = (height(minute.new), height(minute.changed));
        let left = at * 10 + 1;
        for (class, top, tall) in [("b-new", 100.0 - low, low), ("b-changed", 100.0 - low - high, high)] {
            if tall > 0.0 {
                write!(out, "<rect class=\"{class}\" x=\"{left}\" y=\"{top:.1}\" width=\"8\" height=\"{tall:.1}\"/>")?;
            }
        }
    }
    writeln!(
        out,
        "</svg>\n<p class=\"dim\"><span class=\"key\">new</span><span class=\"key changed\">edited or deleted</span>{told}</p>"
    )
}

fn write_newest(status: &Status, out: &mut String) -> fmt::Result {
    out.push_str("<h2>Newest records</h2>\n");
    if status.newest.is_empty() {
        out.push_str("<p class=\"dim\">None yet.</p>\n");
        return Ok(());
    }
    out.push_str("<ol>\n");
    for post in &status.newest {
        let what = match post.change {
            Change::New => "new",
            Change::Edited => "edited",
            Change::Deleted => "deleted",
        };
        let headline = post.headline.as_deref().unwrap_or(&post.id);
        out.push_str("<li>");
        // only an address of the web is a link: a script's would run
        let url = post.url.as_deref().filter(|url| url.starts_with("http://") || url.starts_with("https://"));
        if let Some(url) = url {
            write!(out, "<a href=\"{}\" rel=\"noreferrer nofollow\">{}</a>", Escaped(url), Escaped(headline))?;
        } else {
            write!(out, "{}", Escaped(headline))?;
        }
        let author = post.author.as_deref().unwrap_or("unknown");
        writeln!(
            out,
            "<p class=\"dim\">{what}, by {}, {}, record {}</p><p>{}</p></li>",
            Escaped(author),
            Escaped(&post.source),
            post.seq,
            Escaped(&post.excerpt)
        )?;
    }
    out.push_str("</ol>\n");
    Ok(())
}

fn time(at: Timestamp) -> String {
    let text = at.strftime("%Y-%m-%d %H:%M:%S UTC");
    format!("<time datetime=\"{at}\">{text}</time>")
}

/// A span of time in its largest unit.
fn span(time: SignedDuration) -> String {
    match time.as_secs().max(0) {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min", seconds / 60),
        seconds @ 3600..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

/// Text in a document: nothing of it is markup, and nothing turns the writing direction of what follows.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
                c if c.is_control() && c != '\n' => f.write_char(' ')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}
