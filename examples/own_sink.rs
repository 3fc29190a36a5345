//! A sink of one's own: records go where you like, in the order of `seq`, and only what is confirmed is forgotten.
//!
//!     cargo run --example own_sink

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use forumsift::emit::{EmitError, Line, Sink};
use serde_json::Value;

/// Counts posts by author; a database or a queue would stand in its place.
#[derive(Default)]
struct PostsByAuthor {
    counts: BTreeMap<String, u64>,
    last_seq: u64,
}

impl Sink for PostsByAuthor {
    fn write(&mut self, lines: &[Line]) -> Result<(), EmitError> {
        // after a fault the same lines come again: what is there already is skipped
        let there = self.last_seq;
        for line in lines.iter().filter(|line| line.seq > there) {
            let record: Value = serde_json::from_slice(&line.bytes).unwrap_or_default();
            let author = record["author"]["name"].as_str().unwrap_or("nobody").to_owned();
            *self.counts.entry(author).or_default() += 1;
            self.last_seq = line.seq;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<u64, EmitError> {
        Ok(self.last_seq)
    }

    fn reopen(&mut self) -> Result<(), EmitError> {
        Ok(())
    }

    fn position(&self) -> u64 {
        self.last_seq
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let line = |seq: u64, author: &str| Line {
        seq,
        bytes: format!("{{\"seq\":{seq},\"author\":{{\"name\":\"{author}\"}}}}\n").into_bytes(),
    };
    let mut sink = PostsByAuthor::default();
    sink.write(&[line(1, "Ola"), line(2, "Per")])?;
    // the second line comes once more, as it may after a crash
    sink.write(&[line(2, "Per"), line(3, "Ola")])?;
    let confirmed = sink.flush()?;
    let mut out = io::stdout().lock();
    writeln!(out, "confirmed up to {confirmed}")?;
    for (author, posts) in &sink.counts {
        writeln!(out, "{author}: {posts}")?;
    }
    Ok(())
}
