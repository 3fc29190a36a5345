//! What a post says: blocks, either written down or grown from a number each time they are asked for, so that a forum
//! of a million posts fits into memory.

use super::{
    rng::{Rng, mix},
    words,
};

/// A part of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Lines, broken by hand.
    Paragraph(Vec<String>),
    /// Code, line by line.
    Code(Vec<String>),
    /// A bare link on a line of its own.
    Link(String),
}

/// A body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Grown from this number.
    Grown(u64),
    /// As written.
    Written(Vec<Block>),
}

impl Body {
    /// One paragraph of one line.
    pub fn line(text: &str) -> Body {
        Body::Written(vec![Block::Paragraph(vec![text.to_owned()])])
    }

    /// The blocks in order; never empty for a grown body.
    pub fn blocks(&self) -> Vec<Block> {
        match self {
            Body::Grown(seed) => grown(*seed),
            Body::Written(blocks) => blocks.clone(),
        }
    }

    /// What a reader reads: lines, a blank one between blocks.
    pub fn text(&self) -> String {
        let blocks = self.blocks();
        let mut text = String::new();
        for (n, block) in blocks.iter().enumerate() {
            if n > 0 {
                text.push_str("\n\n");
            }
            match block {
                Block::Paragraph(lines) | Block::Code(lines) => text.push_str(&lines.join("\n")),
                Block::Link(url) => text.push_str(url),
            }
        }
        text
    }

    /// Addresses of the links, in order.
    pub fn links(&self) -> Vec<String> {
        let link = |block| if let Block::Link(url) = block { Some(url) } else { None };
        self.blocks().into_iter().filter_map(link).collect()
    }

    /// The first line: what a quote of it shows.
    pub fn first_line(&self) -> String {
        self.text().lines().next().unwrap_or_default().to_owned()
    }
}

fn grown(seed: u64) -> Vec<Block> {
    let mut rng = Rng::new(mix(seed));
    let mut blocks = Vec::new();
    // Unlike all others: a number of the seed, not of the place in the forum.
    let mut number = mix(seed) % 1_000_000;
    let mut sentences = |rng: &mut Rng, most: u64| {
        let count = 1 + rng.below(most);
        let all: Vec<String> = (0..count).map(|_| (words::sentence(rng, number), number += 1).0).collect();
        all.join(" ")
    };
    for _ in 0..1 + rng.below(3) {
        let mut lines = vec![sentences(&mut rng, 3)];
        if rng.chance(15) {
            lines.push(sentences(&mut rng, 1));
        }
        blocks.push(Block::Paragraph(lines));
    }
    match rng.below(40) {
        0 => blocks.push(Block::Code(vec![format!("let lemons = {};", seed % 97), "if lemons < 7 { buy(); }".into()])),
        1 | 2 => blocks.push(Block::Link(format!("https://news.example.org/{}", seed % 9973))),
        // Typed by hand, hence text: not the engine's notice, whatever it looks like.
        3 => blocks.push(Block::Paragraph(vec!["Edited by Halyard at 3-3-2023 10:10 AM".into()])),
        _ => {}
    }
    blocks
}
