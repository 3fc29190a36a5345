//! The running text of CommonMark (<https://spec.commonmark.org/0.31.2/#inlines>): emphasis, links, pictures and code, and all else
//! escaped so that it is what it was.

use std::fmt::Write;

use super::line::{Atom, Span};
use crate::model::Format;

/// Neighbours that are shown in the same way at a depth, with that way; `None`: in no further way.
pub(super) fn groups(spans: &[Span], depth: usize) -> impl Iterator<Item = (Option<&Format>, &[Span])> {
    let groups = spans.chunk_by(move |one, other| one.formats.get(depth) == other.formats.get(depth));
    groups.filter_map(move |group| Some((group.first()?.formats.get(depth), group)))
}

/// The element of a way of showing text.
pub(super) fn name(format: &Format) -> &'static str {
    match format {
        Format::Link(_) => "a",
        Format::Strong => "strong",
        Format::Emphasis => "em",
        Format::Strike => "del",
        Format::Underline => "u",
        Format::Sub => "sub",
        Format::Sup => "sup",
        Format::Code => "code",
    }
}

/// A line of CommonMark.
pub(super) fn line(spans: &[Span]) -> String {
    let mut out = String::new();
    let written = write(spans, 0, &mut Vec::new());
    join(&written, &mut out);
    at_line_starts(&out)
}

/// A piece of CommonMark: its text, and the mark around it where it is emphasised.
struct Piece {
    mark: &'static str,
    element: &'static str,
    text: String,
}

fn write(spans: &[Span], depth: usize, inside: &mut Vec<Format>) -> Vec<Piece> {
    let plain = |text: String| Piece { mark: "", element: "", text };
    let mut pieces = Vec::new();
    for (format, group) in groups(spans, depth) {
        let Some(format) = format else {
            pieces.extend(group.iter().map(|span| plain(atom(&span.atom))));
            continue;
        };
        if *format == Format::Code {
            let code = group.iter().filter_map(|span| match &span.atom {
                Atom::Text(text) => Some(text.as_str()),
                _ => None,
            });
            pieces.push(Piece { mark: "`", element: "code", text: code.collect() });
            continue;
        }
        inside.push(format.clone());
        let inner = write(group, depth + 1, inside);
        inside.pop();
        let mut text = String::new();
        join(&inner, &mut text);
        pieces.push(match format {
            Format::Link(url) => plain(link(url, &text, group)),
            Format::Strong => Piece { mark: "**", element: "strong", text },
            Format::Emphasis => Piece { mark: "*", element: "em", text },
            Format::Underline | Format::Code => plain(text),
            format => {
                let name = name(format);
                plain(format!("<{name}>{text}</{name}>"))
            }
        });
    }
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

/// Sets the pieces side by side. Marks of emphasis count as such only where white space and punctuation allow it; elsewhere the
/// element stands itself.
fn join(pieces: &[Piece], out: &mut String) {
    for (number, piece) in pieces.iter().enumerate() {
        if piece.mark.is_empty() {
            // Before a link it would make a picture of it.
            let next = pieces.get(number + 1);
            let makes_image = piece.text.ends_with('!') && next.is_some_and(|next| next.text.starts_with('['));
            if out.ends_with('`') && piece.text.starts_with('`') {
                // Side by side, two spans of code would be one.
                out.push_str("<!-- -->");
            }
            match piece.text.strip_suffix('!').filter(|_| makes_image) {
                Some(text) => drop(write!(out, "{text}\\!")),
                None => out.push_str(&piece.text),
            }
            continue;
        }
        let before = out.chars().next_back();
        if piece.element == "code" {
            // Side by side, two would be one.
            match before {
                Some('`') => drop(write!(out, "<code>{}</code>", escaped(&piece.text))),
                _ => out.push_str(&code_span(&piece.text)),
            }
            continue;
        }
        let (first, last) = (piece.text.chars().next(), piece.text.chars().next_back());
        let after = pieces.get(number + 1).and_then(|next| match next.mark.is_empty() {
            true => next.text.chars().next(),
            false => next.mark.chars().next(),
        });
        let counts = before != Some('*')
            && after != Some('*')
            && first != Some('*')
            && last != Some('*')
            && flanks(first, before)
            && flanks(last, after);
        if counts {
            let _ = write!(out, "{0}{1}{0}", piece.mark, piece.text);
        } else {
            let _ = write!(out, "<{0}>{1}</{0}>", piece.element, piece.text);
        }
    }
}

/// Whether a mark between the text `inner` and what is `outer` belongs to the inner: "left-flanking", and mirrored "right-flanking".
fn flanks(inner: Option<char>, outer: Option<char>) -> bool {
    let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let is_mark = |c: Option<char>| c.is_some_and(|c| !c.is_alphanumeric() && !c.is_whitespace());
    !is_space(inner) && (!is_mark(inner) || is_space(outer) || is_mark(outer))
}

fn atom(atom: &Atom) -> String {
    match atom {
        Atom::Text(text) => escaped(text),
        Atom::Break => "\\\n".to_owned(),
        Atom::Image { source, alternative } => format!("![{}]({})", escaped(alternative), destination(source)),
    }
}

fn link(url: &str, text: &str, spans: &[Span]) -> String {
    let bare: String = spans
        .iter()
        .map(|span| match &span.atom {
            Atom::Text(text) => text.as_str(),
            _ => "",
        })
        .collect();
    if bare == url && !url.contains(['<', '>', ' ']) {
        return format!("<{url}>");
    }
    format!("[{text}]({})", destination(url))
}

/// An address as it stands in brackets. It holds no white space, for it was read as an address.
fn destination(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '(' | ')' | '\\' | '&' => {
                out.extend(['\\', c]);
            }
            '`' => out.push_str("%60"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            c if c.is_whitespace() || c.is_control() => drop(write!(out, "%{:02X}", u32::from(c))),
            c => out.push(c),
        }
    }
    // Only what would be read as an entity needs the mark.
    let mut plain = String::with_capacity(out.len());
    let mut rest = out.as_str();
    while let Some((before, after)) = rest.split_once("\\&") {
        plain.push_str(before);
        plain.push_str(if is_entity(after) { "\\&" } else { "&" });
        rest = after;
    }
    plain + rest
}

/// Whether what follows an `&` makes an entity of it.
fn is_entity(after: &str) -> bool {
    let name = after.split(|c: char| !c.is_ascii_alphanumeric() && c != '#').next().unwrap_or_default();
    !name.is_empty() && after[name.len()..].starts_with(';')
}

fn code_span(code: &str) -> String {
    let code = code.trim_matches('\n').replace('\n', " ");
    if code.trim().is_empty() {
        return code;
    }
    let fence = "`".repeat(longest_run(&code) + 1);
    let pad = if code.starts_with(['`', ' ']) || code.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{code}{pad}{fence}")
}

/// The longest run of backticks.
pub(super) fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// Text with a backslash before all that would be read as markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before: Option<char> = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().map(|(_, next)| *next);
        let means = match c {
            '\\' | '`' | '*' | '[' | ']' => true,
            '_' => !(before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)),
            '<' => after.is_none_or(|next| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?')),
            '&' => is_entity(&text[at + 1..]),
            '~' => after == Some('~') || before == Some('~'),
            _ => false,
        };
        if means {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

/// The lines of a paragraph, each with a backslash where its beginning would make another block of it.
fn at_line_starts(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = line.len() - rest.len();
        let after = line.chars().nth(1);
        let ends = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || c == '\\');
        match line.chars().next() {
            Some('>') => out.push('\\'),
            Some('#') if ends(line.trim_start_matches('#').chars().next()) => out.push('\\'),
            Some('+') if ends(after) => out.push('\\'),
            Some('-') if ends(after) || after == Some('-') => out.push('\\'),
            Some('=') if line.chars().all(|c| matches!(c, '=' | ' ' | '\\')) => out.push('\\'),
            Some('0'..='9') if digits < 10 && rest.starts_with(['.', ')']) && ends(rest.chars().nth(1)) => {
                out.push_str(&line[..digits]);
                out.push('\\');
                out.push_str(rest);
                continue;
            }
            _ => {}
        }
        out.push_str(line);
    }
    out
}
