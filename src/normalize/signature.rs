//! Signatures that an engine writes below the text of a post with nothing between that tells them apart (Phorum). They show in one
//! way only: the posts of an author end alike.
//!
//! An author's first post says nothing yet, so its signature stays where no other post of the author stands on the same page.

use std::collections::BTreeMap;

use memchr::memmem;
use serde::{Deserialize, Serialize};

/// How many paragraphs a signature may have.
const PARAGRAPHS: usize = 8;
/// Bytes from which on two posts that end alike are proof; shorter ends need three.
const TELLING: usize = 12;
/// How many authors are remembered.
const AUTHORS: usize = 20_000;

/// What is known of the ends of posts, by author.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Signatures(BTreeMap<String, Known>);

/// What the posts of an author have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Known {
    /// Hashes of the last paragraph, the last two, and so on, as far as the posts agree.
    ends: Vec<u32>,
    /// How many posts agree.
    agree: u32,
    /// How many in a row since then did not.
    differ: u32,
    /// A post was longer than what all have in common.
    has_longer: bool,
}

/// A text and its ends.
struct Ends {
    /// Where the last paragraph begins, the last two, and so on; the first is nearest to the end.
    starts: Vec<usize>,
    hashes: Vec<u32>,
    /// The outermost of them is the whole text.
    is_whole: bool,
}

impl Signatures {
    /// Nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the signatures off the texts of an author's posts on one page.
    pub(super) fn take(&mut self, author: &str, texts: &mut [&mut String]) {
        if self.0.len() >= AUTHORS && !self.0.contains_key(author) {
            self.0.pop_first();
        }
        let known = self.0.entry(author.to_owned()).or_default();
        let ends: Vec<Ends> = texts.iter().map(|text| Ends::of(text)).collect();
        known.learn(&ends);
        for (text, ends) in texts.iter_mut().zip(&ends) {
            if let Some(start) = known.start_in(text, ends) {
                text.truncate(start);
                text.truncate(text.trim_end().len());
            }
        }
    }
}

impl Known {
    fn learn(&mut self, posts: &[Ends]) {
        for ends in posts.iter().filter(|ends| !ends.hashes.is_empty()) {
            let common = common(&self.ends, &ends.hashes);
            if common > 0 {
                self.has_longer |= self.ends.len() > common;
                self.ends.truncate(common);
                self.agree += 1;
                self.differ = 0;
                self.has_longer |= !ends.is_whole || ends.hashes.len() > common;
                continue;
            }
            self.differ += 1;
            // The signature is another signature now, or was never there: what this post has and most of the page shares counts.
            if self.differ > self.agree.min(3) || self.ends.is_empty() {
                let has_longer = !ends.is_whole;
                *self = Known { ends: ends.hashes.clone(), agree: 1, differ: 0, has_longer };
            }
        }
    }

    /// Where the signature begins in a text that has it.
    fn start_in(&self, text: &str, ends: &Ends) -> Option<usize> {
        let mut length = self.ends.len();
        if !self.has_longer {
            // Nothing but the same words every time: all but the first paragraph may be the signature.
            length = length.saturating_sub(1);
        }
        if length == 0 || self.agree < 2 || common(&self.ends[..length], &ends.hashes) < length {
            return None;
        }
        let start = ends.starts[length - 1];
        (self.agree > 2 || text.len() - start >= TELLING).then_some(start)
    }
}

impl Ends {
    fn of(text: &str) -> Ends {
        let whole = text.trim_end();
        let mut starts = Vec::with_capacity(PARAGRAPHS);
        let mut end = whole.len();
        while end > 0 && starts.len() < PARAGRAPHS {
            let start = memmem::rfind(&whole.as_bytes()[..end], b"\n\n").map_or(0, |at| at + 2);
            if !whole[start..end].trim().is_empty() {
                starts.push(start);
            }
            end = start.saturating_sub(2);
        }
        // The words of all of them stand behind one another, so that each end is a part of that.
        let mut words = Vec::with_capacity(whole.len() + 1);
        let mut hashes = vec![0; starts.len()];
        let mut places = Vec::with_capacity(starts.len());
        for (number, start) in starts.iter().enumerate().rev() {
            places.push(words.len());
            let next = number.checked_sub(1).map_or(whole.len(), |next| starts[next]);
            for word in whole[*start..next].split_whitespace() {
                words.extend_from_slice(word.as_bytes());
                words.push(b' ');
            }
        }
        for (hash, place) in hashes.iter_mut().zip(places.iter().rev()) {
            *hash = hash_of(&words[*place..]);
        }
        Ends { starts, hashes, is_whole: end == 0 }
    }
}

fn common(one: &[u32], other: &[u32]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// Of words with a blank behind each.
fn hash_of(words: &[u8]) -> u32 {
    let [a, b, c, d, ..] = *blake3::hash(words).as_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pages: &[&[&str]], expected: &[&[&str]]) {
        let mut signatures = Signatures::default();
        let mut got = Vec::new();
        for page in pages {
            let mut texts: Vec<String> = page.iter().map(|text| (*text).to_owned()).collect();
            signatures.take("7", &mut texts.iter_mut().collect::<Vec<_>>());
            got.push(texts);
        }
        assert_eq!(got, expected, "{pages:?}");
    }

    #[test]
    fn posts_that_end_alike_have_a_signature() {
        check(&[&["a\n\nthe signature", "b\n\nc\n\nthe signature"]], &[&["a", "b\n\nc"]]);
        check(&[&["a\n\n--\n\nof two parts", "b\n\n--\n\nof two parts"]], &[&["a", "b"]]);
        check(&[&["a\n\nthe signature", "the signature"]], &[&["a", ""]]);
    }

    #[test]
    fn it_is_known_on_later_pages() {
        check(
            &[&["a\n\nthe signature"], &["b\n\nthe signature"], &["c\n\nthe signature"]],
            &[&["a\n\nthe signature"], &["b"], &["c"]],
        );
    }

    #[test]
    fn what_is_said_twice_is_no_signature() {
        check(&[&["lol", "lol", "lol"]], &[&["lol", "lol", "lol"]]);
        check(&[&["a\n\nThanks", "b\n\nThanks"]], &[&["a\n\nThanks", "b\n\nThanks"]]);
        check(&[&["a", "b", "c"]], &[&["a", "b", "c"]]);
        check(&[&["lol\n\nthe signature", "lol\n\nthe signature"]], &[&["lol", "lol"]]);
    }

    #[test]
    fn a_post_without_it_stays_whole_and_a_new_one_is_learnt() {
        check(
            &[&["a\n\nthe signature", "b\n\nthe signature", "c\n\nd", "e\n\nthe signature"]],
            &[&["a", "b", "c\n\nd", "e"]],
        );
        check(
            &[
                &["a\n\nthe signature", "b\n\nthe signature"],
                &["c\n\nanother signature", "d\n\nanother signature", "e\n\nanother signature"],
                &["f\n\nanother signature"],
                &["g\n\nanother signature"],
            ],
            &[
                &["a", "b"],
                &["c\n\nanother signature", "d\n\nanother signature", "e\n\nanother signature"],
                &["f"],
                &["g"],
            ],
        );
    }
}
