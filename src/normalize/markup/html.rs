//! HTML: fixed tags, all text and addresses escaped.

use std::fmt::Write;

use super::{
    inline::{groups, name},
    line::{Atom, Span},
    tree::Block,
};
use crate::model::{Cell, Format};

/// What stands for a box that is shown on demand and does not say what it hides.
const SPOILER: &str = "Spoiler";

pub(super) fn html(blocks: &[Block]) -> String {
    let mut out = String::new();
    write_blocks(blocks, "\n", &mut out);
    out
}

/// Blocks, with something between.
fn write_blocks(blocks: &[Block], between: &str, out: &mut String) {
    for (number, block) in blocks.iter().enumerate() {
        if number > 0 {
            out.push_str(between);
        }
        write_block(block, out);
    }
}

fn write_block(block: &Block, out: &mut String) {
    match block {
        Block::Paragraph(line) => tagged("p", out, |out| write_line(line, out)),
        Block::Heading(level, line) => tagged(&format!("h{level}"), out, |out| write_line(line, out)),
        Block::List(start, items) => {
            let name = if start.is_some() { "ol" } else { "ul" };
            match start {
                Some(start) if *start != 1 => drop(writeln!(out, "<ol start=\"{start}\">")),
                _ => drop(writeln!(out, "<{name}>")),
            }
            let is_tight = is_tight(items);
            for item in items {
                out.push_str("<li>");
                match item.split_first() {
                    Some((Block::Paragraph(line), rest)) if is_tight => {
                        write_line(line, out);
                        if !rest.is_empty() {
                            out.push('\n');
                        }
                        write_blocks(rest, "\n", out);
                    }
                    _ => write_blocks(item, "\n", out),
                }
                out.push_str("</li>\n");
            }
            let _ = write!(out, "</{name}>");
        }
        Block::Quote(blocks) => {
            out.push_str("<blockquote>\n");
            write_blocks(blocks, "\n", out);
            out.push_str("\n</blockquote>");
        }
        Block::Code(language, code) => {
            match language {
                Some(language) => drop(write!(out, "<pre><code class=\"language-{}\">", escaped(language))),
                None => out.push_str("<pre><code>"),
            }
            out.push_str(&escaped(code));
            out.push_str("\n</code></pre>");
        }
        Block::Table(rows) => write_table(rows, out),
        Block::Details(summary, blocks) => {
            write_summary(summary, out);
            write_blocks(blocks, "\n", out);
            out.push_str("\n</details>");
        }
        Block::Rule => out.push_str("<hr>"),
    }
}

/// The beginning of what is shown on demand, up to what is hidden.
pub(super) fn write_summary(summary: &[Span], out: &mut String) {
    out.push_str("<details>\n<summary>");
    match summary {
        [] => out.push_str(SPOILER),
        summary => write_line(summary, out),
    }
    out.push_str("</summary>\n");
}

/// A table, a line a row. It holds no blank line, so that it may stand in CommonMark.
pub(super) fn write_table(rows: &[Vec<(Cell, Vec<Block>)>], out: &mut String) {
    out.push_str("<table>\n");
    for row in rows {
        out.push_str("<tr>");
        for (cell, blocks) in row {
            let name = if cell.heads { "th" } else { "td" };
            let _ = write!(out, "<{name}");
            for (attribute, span) in [("colspan", cell.columns), ("rowspan", cell.rows)] {
                if span > 1 {
                    let _ = write!(out, " {attribute}=\"{span}\"");
                }
            }
            out.push('>');
            let mut inner = String::new();
            match blocks.as_slice() {
                [Block::Paragraph(line)] => write_line(line, &mut inner),
                blocks => write_blocks(blocks, "", &mut inner),
            }
            // What breaks a line outside of code may be left out; within, it is written by its number.
            for (number, part) in inner.split("<pre>").enumerate() {
                let (code, rest) = match part.split_once("</pre>") {
                    Some((code, rest)) if number > 0 => (code, rest),
                    _ => ("", part),
                };
                if number > 0 {
                    let _ = write!(out, "<pre>{}</pre>", code.replace('\n', "&#10;"));
                }
                out.push_str(&rest.replace('\n', ""));
            }
            let _ = write!(out, "</{name}>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>");
}

/// A list without blank lines: its items are lines, with lists below them or not.
pub(super) fn is_tight(items: &[Vec<Block>]) -> bool {
    items.iter().all(|item| {
        let mut rest = item.iter();
        matches!(rest.next(), None | Some(Block::Paragraph(_))) && rest.all(|block| matches!(block, Block::List(..)))
    })
}

pub(super) fn write_line(line: &[Span], out: &mut String) {
    write_spans(line, 0, out);
}

fn write_spans(spans: &[Span], depth: usize, out: &mut String) {
    for (format, group) in groups(spans, depth) {
        let Some(format) = format else {
            group.iter().for_each(|span| write_atom(&span.atom, out));
            continue;
        };
        match format {
            Format::Link(url) => drop(write!(out, "<a href=\"{}\">", escaped(url))),
            format => drop(write!(out, "<{}>", name(format))),
        }
        write_spans(group, depth + 1, out);
        let _ = write!(out, "</{}>", name(format));
    }
}

pub(super) fn write_atom(atom: &Atom, out: &mut String) {
    match atom {
        Atom::Text(text) => out.push_str(&escaped(text)),
        Atom::Break => out.push_str("<br>\n"),
        Atom::Image { source, alternative } => {
            let _ = write!(out, "<img src=\"{}\" alt=\"{}\">", escaped(source), escaped(alternative));
        }
    }
}

fn tagged(name: &str, out: &mut String, write: impl FnOnce(&mut String)) {
    let _ = write!(out, "<{name}>");
    write(out);
    let _ = write!(out, "</{name}>");
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
