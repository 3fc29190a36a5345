//! Two texts compared word by word.

/// Words in a row, with the blanks after each, that became of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// In both texts.
    Same(String),
    /// In the first alone.
    Gone(String),
    /// In the second alone.
    Come(String),
}

/// Words that are compared each with each; beyond it a stretch is told as replaced.
const MOST: usize = 2_000;

/// How the second text came from the first: a longest common row of words stays.
pub(super) fn compare(before: &str, after: &str) -> Vec<Part> {
    let (before, after) = (words(before), words(after));
    let head = before.iter().zip(&after).take_while(|(a, b)| alike(a, b)).count();
    let most = before.len().min(after.len()) - head;
    let tail = before.iter().rev().zip(after.iter().rev()).take(most).take_while(|(a, b)| alike(a, b)).count();
    let mut parts = Parts::default();
    after[..head].iter().for_each(|word| parts.same(word));
    middle(&before[head..before.len() - tail], &after[head..after.len() - tail], &mut parts);
    after[after.len() - tail..].iter().for_each(|word| parts.same(word));
    parts.done()
}

fn middle(before: &[&str], after: &[&str], parts: &mut Parts) {
    if before.len() > MOST || after.len() > MOST {
        before.iter().for_each(|word| parts.gone.push_str(word));
        after.iter().for_each(|word| parts.come.push_str(word));
        return;
    }
    // longest[i][j]: the longest common row of before[i..] and after[j..]
    let width = after.len() + 1;
    let mut longest = vec![0_u16; (before.len() + 1) * width];
    for i in (0..before.len()).rev() {
        for j in (0..after.len()).rev() {
            longest[i * width + j] = if alike(before[i], after[j]) {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < before.len() && j < after.len() {
        if alike(before[i], after[j]) {
            parts.same(after[j]);
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            parts.gone.push_str(before[i]);
            i += 1;
        } else {
            parts.come.push_str(after[j]);
            j += 1;
        }
    }
    before[i..].iter().for_each(|word| parts.gone.push_str(word));
    after[j..].iter().for_each(|word| parts.come.push_str(word));
}

/// Parts as they are gathered.
#[derive(Default)]
struct Parts {
    done: Vec<Part>,
    gone: String,
    come: String,
}

impl Parts {
    fn same(&mut self, word: &str) {
        self.close();
        match self.done.last_mut() {
            Some(Part::Same(words)) => words.push_str(word),
            _ => self.done.push(Part::Same(word.to_owned())),
        }
    }

    fn close(&mut self) {
        if !self.gone.is_empty() {
            self.done.push(Part::Gone(std::mem::take(&mut self.gone)));
        }
        if !self.come.is_empty() {
            self.done.push(Part::Come(std::mem::take(&mut self.come)));
        }
    }

    fn done(mut self) -> Vec<Part> {
        self.close();
        self.done
    }
}

/// Whether two words are the same, whatever blanks follow them.
fn alike(a: &str, b: &str) -> bool {
    a.trim_end() == b.trim_end()
}

/// The words of a text, each with the blanks that follow it.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut blank = false;
    for (at, c) in text.char_indices() {
        if blank && !c.is_whitespace() {
            words.push(&text[start..at]);
            start = at;
        }
        blank = c.is_whitespace();
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}
