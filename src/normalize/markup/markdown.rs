//! CommonMark. What it has no signs for (tables, what is shown on demand, struck-out text) stands as HTML, as it allows.

use super::{html, inline, tree::Block};

pub(super) fn markdown(blocks: &[Block]) -> String {
    lines(blocks).join("\n")
}

/// The lines of blocks, blank ones between.
fn lines(blocks: &[Block]) -> Vec<String> {
    parts(blocks).collect::<Vec<_>>().join(&[String::new()][..])
}

/// The lines of each block.
fn parts(blocks: &[Block]) -> impl Iterator<Item = Vec<String>> {
    // Lists side by side would be one, were their signs the same.
    let mut lists = 0;
    blocks.iter().enumerate().map(move |(number, block)| {
        let follows = match (number.checked_sub(1).and_then(|before| blocks.get(before)), block) {
            (Some(Block::List(before, _)), Block::List(start, _)) => before.is_some() == start.is_some(),
            _ => false,
        };
        lists = if follows { lists + 1 } else { 0 };
        of_block(block, lists % 2 == 1)
    })
}

fn of_block(block: &Block, other_sign: bool) -> Vec<String> {
    match block {
        Block::Paragraph(line) => split(&inline::line(line)),
        Block::Heading(level, line) => {
            let title = inline::line(line);
            // Signs at the end would close it.
            let title = match title.strip_suffix('#') {
                Some(rest) if !rest.ends_with('\\') => format!("{rest}\\#"),
                _ => title,
            };
            vec![format!("{} {title}", "#".repeat(usize::from(*level)))]
        }
        Block::List(start, items) => list(*start, items, other_sign),
        Block::Quote(blocks) => lines(blocks).into_iter().map(|line| marked(">", &line)).collect(),
        Block::Code(language, code) => {
            let fence = "`".repeat(inline::longest_run(code).max(2) + 1);
            let mut all = vec![format!("{fence}{}", language.as_deref().unwrap_or_default())];
            all.extend(split(code));
            all.push(fence);
            all
        }
        Block::Table(rows) => {
            let mut out = String::new();
            html::write_table(rows, &mut out);
            split(&out)
        }
        Block::Details(summary, blocks) => {
            let mut out = String::new();
            html::write_summary(summary, &mut out);
            let mut all = split(&out);
            all.extend(lines(blocks));
            all.extend([String::new(), "</details>".to_owned()]);
            all
        }
        // Neither of the signs of lists, beside which it may stand.
        Block::Rule => vec!["___".to_owned()],
    }
}

fn list(start: Option<u32>, items: &[Vec<Block>], other_sign: bool) -> Vec<String> {
    let is_tight = html::is_tight(items);
    let mut all: Vec<String> = Vec::new();
    for (number, item) in items.iter().enumerate() {
        let sign = match (start, other_sign) {
            (Some(start), other) => {
                // No more than nine digits.
                let number = u64::from(start % 1_000_000).saturating_add(number as u64);
                format!("{number}{}", if other { ')' } else { '.' })
            }
            (None, false) => "-".to_owned(),
            (None, true) => "*".to_owned(),
        };
        let inner = if is_tight { parts(item).flatten().collect() } else { lines(item) };
        if !is_tight && number > 0 {
            all.push(String::new());
        }
        let margin = " ".repeat(sign.len());
        for (number, line) in inner.into_iter().enumerate() {
            all.push(marked(if number == 0 { &sign } else { &margin }, &line));
        }
    }
    all
}

/// A line behind a sign; nothing stands at the end of a line.
fn marked(sign: &str, line: &str) -> String {
    match line.is_empty() {
        true => sign.trim_end().to_owned(),
        false => format!("{sign} {line}"),
    }
}

fn split(text: &str) -> Vec<String> {
    text.split('\n').map(str::to_owned).collect()
}
