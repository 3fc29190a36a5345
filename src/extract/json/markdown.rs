//! Markdown becomes markup, as far as people write it in posts: paragraphs, quotations, lists, code, headings, emphasis, links and
//! pictures. What it does not know stays text.

use std::fmt::Write;

/// The markup of a post that is written in Markdown.
pub(super) fn html(text: &str) -> String {
    let mut out = String::new();
    blocks(&text.lines().collect::<Vec<_>>(), &mut out, 0);
    out
}

/// How deep quotations may nest.
const DEPTH: usize = 20;

fn blocks(lines: &[&str], out: &mut String, depth: usize) {
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim_start();
        if line.is_empty() {
            at += 1;
        } else if let Some(fence) = fence(line) {
            let end =
                lines[at + 1..].iter().position(|line| line.trim() == fence).map_or(lines.len(), |end| at + 1 + end);
            let code = lines[at + 1..end].join("\n");
            let _ = write!(out, "<pre><code>{}</code></pre>", escaped(&code));
            at = end + 1;
        } else if line.starts_with('>') && depth < DEPTH {
            let end = until(lines, at, |line| line.trim().is_empty());
            let inner: Vec<&str> = lines[at..end].iter().map(|line| unquoted(line)).collect();
            out.push_str("<blockquote>");
            blocks(&inner, out, depth + 1);
            out.push_str("</blockquote>");
            at = end;
        } else if let Some((level, title)) = heading(line) {
            let _ = write!(out, "<h{level}>{}</h{level}>", inline(title));
            at += 1;
        } else if item(line).is_some() {
            let end = until(lines, at, |line| line.trim().is_empty());
            out.push_str("<ul>");
            for line in &lines[at..end] {
                match item(line.trim_start()) {
                    Some(text) => {
                        let _ = write!(out, "<li>{}", inline(text));
                    }
                    None => {
                        let _ = write!(out, " {}", inline(line.trim()));
                    }
                }
            }
            out.push_str("</ul>");
            at = end;
        } else {
            let begins = |line: &str| {
                let line = line.trim_start();
                line.is_empty()
                    || fence(line).is_some()
                    || line.starts_with('>')
                    || heading(line).is_some()
                    || item(line).is_some()
            };
            let end = until(lines, at + 1, begins);
            // Two blanks or a backslash at the end break the line.
            let text: Vec<String> = lines[at..end]
                .iter()
                .map(|line| match line.strip_suffix('\\').or_else(|| line.strip_suffix("  ")) {
                    Some(line) => inline(line.trim()) + "<br>",
                    None => inline(line.trim()),
                })
                .collect();
            let _ = write!(out, "<p>{}</p>", text.join("\n"));
            at = end;
        }
    }
}

fn until(lines: &[&str], from: usize, stop: impl Fn(&str) -> bool) -> usize {
    lines[from..].iter().position(|line| stop(line)).map_or(lines.len(), |end| from + end)
}

fn fence(line: &str) -> Option<&'static str> {
    ["```", "~~~"].into_iter().find(|fence| line.starts_with(fence))
}

fn unquoted(line: &str) -> &str {
    let line = line.trim_start();
    let line = line.strip_prefix('>').unwrap_or(line);
    line.strip_prefix(' ').unwrap_or(line)
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.len() - line.trim_start_matches('#').len();
    let title = line[level..].strip_prefix(' ')?;
    (1..=6).contains(&level).then_some((level, title.trim()))
}

fn item(line: &str) -> Option<&str> {
    if let Some(text) = ["- ", "* ", "+ "].into_iter().find_map(|mark| line.strip_prefix(mark)) {
        return Some(text);
    }
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if (1..=3).contains(&digits) {
        line[digits..].strip_prefix(". ").or_else(|| line[digits..].strip_prefix(") "))
    } else {
        None
    }
}

/// A line: code, emphasis, links and pictures.
fn inline(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if let Some(after) =
            rest.strip_prefix('\\').filter(|after| after.starts_with(|c: char| c.is_ascii_punctuation()))
        {
            out.push_str(&escaped(&after[..1]));
            rest = &after[1..];
        } else if let Some((code, after)) = rest.strip_prefix('`').and_then(|after| after.split_once('`')) {
            let _ = write!(out, "<code>{}</code>", escaped(code));
            rest = after;
        } else if let Some((text, url, after)) = rest.strip_prefix('!').and_then(link) {
            let _ = write!(out, "<img alt=\"{}\" src=\"{}\">", escaped(text), escaped(url));
            rest = after;
        } else if let Some((text, url, after)) = link(rest) {
            let _ = write!(out, "<a href=\"{}\">{}</a>", escaped(url), inline(text));
            rest = after;
        } else if let Some((mark, text, after)) = emphasis(rest) {
            let tag = match mark {
                "**" | "__" => "strong",
                "~~" => "s",
                _ => "em",
            };
            let _ = write!(out, "<{tag}>{}</{tag}>", inline(text));
            rest = after;
        } else {
            let word = if first.is_alphanumeric() {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            } else {
                first.len_utf8()
            };
            out.push_str(&escaped(&rest[..word]));
            rest = &rest[word..];
        }
    }
    out
}

/// `[text](url)` at the start.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let inner = text.strip_prefix('[')?;
    let (label, after) = inner.split_once("](")?;
    if label.contains('\n') {
        return None;
    }
    let (url, after) = after.split_once(')')?;
    let url = url.split_whitespace().next()?;
    Some((label, url, after))
}

/// Emphasised text at the start: its mark, itself, and what follows.
fn emphasis(text: &str) -> Option<(&'static str, &str, &str)> {
    let mark = ["**", "__", "~~", "*", "_"].into_iter().find(|mark| text.starts_with(mark))?;
    let inner = &text[mark.len()..];
    let (inside, after) = inner.split_once(mark)?;
    let touches =
        !inside.is_empty() && !inside.starts_with(char::is_whitespace) && !inside.ends_with(char::is_whitespace);
    touches.then_some((mark, inside, after))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_markup() {
        let check = |text: &str, expected: &str| assert_eq!(html(text), expected, "{text}");
        check("one\ntwo  \nthree\n\nfour", "<p>one\ntwo<br>\nthree</p><p>four</p>");
        check(
            "> said\n> > before\n\nI say",
            "<blockquote><p>said</p><blockquote><p>before</p></blockquote></blockquote><p>I say</p>",
        );
        check("```rust\na  <b>\n```", "<pre><code>a  &lt;b&gt;</code></pre>");
        check("- a\n- b\n  c", "<ul><li>a<li>b c</ul>");
        check("## T", "<h2>T</h2>");
        check(
            "#tag **b** *i* `c` snake_case_name 2 * 3 * 4",
            "<p>#tag <strong>b</strong> <em>i</em> <code>c</code> snake_case_name 2 * 3 * 4</p>",
        );
        check(
            "[a](https://a.example/b) ![p](/p.png)",
            "<p><a href=\"https://a.example/b\">a</a> <img alt=\"p\" src=\"/p.png\"></p>",
        );
        check("\\*no\\*", "<p>*no*</p>");
    }
}
