//! The tokens of a page.

use std::{cell::RefCell, ops::Range};

use html5ever::{
    Attribute, LocalName, QualName, TokenizerResult,
    buffer_queue::BufferQueue,
    ns,
    tendril::StrTendril,
    tokenizer::{
        CharacterTokens, CommentToken, EOFToken, Tag, TagKind, TagToken, Token, TokenSink, TokenSinkResult, Tokenizer,
        TokenizerOpts,
        states::{RawKind, State},
    },
};
use memchr::{memchr, memchr2};

use super::{names::Names, references};
use crate::extract::cut::tags::{self, comment_end, name_end, raw_end};

/// Hands all tokens of a page to a sink, which is given back.
pub(super) fn feed<S: TokenSink>(text: &str, sink: S) -> S {
    let feed = Feed {
        text,
        bytes: text.as_bytes(),
        shared: StrTendril::from_slice(text),
        sink,
        names: Names::new(),
        attributes: Vec::new(),
    };
    feed.run()
}

struct Feed<'t, S> {
    text: &'t str,
    bytes: &'t [u8],
    /// The same text: tokens are pieces of it.
    shared: StrTendril,
    sink: S,
    names: Names,
    /// Those of the present tag.
    attributes: Vec<tags::Attribute>,
}

/// From where on html5ever's tokenizer must read, and how.
struct Rest {
    at: usize,
    state: State,
    /// The element whose raw text stands there.
    within: Option<LocalName>,
}

impl Rest {
    fn markup(at: usize) -> Rest {
        Rest { at, state: State::Data, within: None }
    }
}

impl<S: TokenSink> Feed<'_, S> {
    fn run(mut self) -> S {
        // a byte order mark is no text
        let mut at = if self.text.starts_with('\u{feff}') { 3 } else { 0 };
        if memchr(0, self.bytes).is_some() {
            return self.leave(Rest::markup(at));
        }
        while at < self.bytes.len() {
            match self.step(at) {
                Ok(next) => at = next,
                Err(rest) => return self.leave(rest),
            }
        }
        let _ = self.tell(EOFToken);
        self.sink.end();
        self.sink
    }

    /// Lets html5ever's tokenizer read the rest of the page.
    fn leave(self, Rest { at, state, within }: Rest) -> S {
        let options = TokenizerOpts {
            discard_bom: false,
            initial_state: Some(state),
            last_start_tag_name: within.map(|name| name.to_string()),
            ..TokenizerOpts::default()
        };
        let tokenizer = Tokenizer::new(self.sink, options);
        let input = BufferQueue::default();
        input.push_back(piece(&self.shared, &(at..self.bytes.len())));
        while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
        tokenizer.end();
        tokenizer.sink
    }

    fn tell(&self, token: Token) -> TokenSinkResult<S::Handle> {
        self.sink.process_token(token, 1)
    }

    /// Reads what stands at a place: text, or one piece of markup. Gives what follows it.
    fn step(&mut self, at: usize) -> Result<usize, Rest> {
        let end = self.text_end(at);
        if end > at {
            self.tell_text(at..end)?;
            return Ok(end);
        }
        match self.bytes.get(at + 1) {
            Some(b'!') if self.bytes[at..].starts_with(b"<!--") => self.comment(at),
            Some(b'!' | b'?') => self.odd(at),
            Some(b'/') if self.bytes.get(at + 2).is_some_and(u8::is_ascii_alphabetic) => self.end_tag(at),
            Some(b'/') => self.odd(at),
            _ => self.start_tag(at),
        }
    }

    /// Where the text that begins at a place ends: where markup begins.
    fn text_end(&self, at: usize) -> usize {
        let mut from = at;
        while let Some(found) = memchr(b'<', &self.bytes[from..]) {
            from += found;
            let begins = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'!' | b'/' | b'?');
            if self.bytes.get(from + 1).is_some_and(begins) {
                return from;
            }
            from += 1;
        }
        self.bytes.len()
    }

    fn tell_text(&mut self, range: Range<usize>) -> Result<(), Rest> {
        let text = &self.text[range.clone()];
        let token = match memchr2(b'&', b'\r', text.as_bytes()) {
            None => piece(&self.shared, &range),
            Some(first) => {
                let resolved = references::resolved(text, false);
                // A line feed is no text at the start of some elements, but one written as a faulty reference is.
                if first == 0 && text.starts_with('&') && resolved.starts_with('\n') {
                    return Err(Rest::markup(range.start));
                }
                resolved
            }
        };
        if !token.is_empty() {
            let _ = self.tell(CharacterTokens(token));
        }
        Ok(())
    }

    fn comment(&mut self, at: usize) -> Result<usize, Rest> {
        let end = comment_end(self.bytes, at).ok_or(Rest::markup(at))?;
        let closes = if self.bytes[..end].ends_with(b"--!>") { 4 } else { 3 };
        let inside = at + 4..(end - closes).max(at + 4);
        let text = &self.text[inside.clone()];
        let comment = match references::line_ends(text) {
            Some(text) => StrTendril::from(text),
            None => piece(&self.shared, &inside),
        };
        let _ = self.tell(CommentToken(comment));
        Ok(end)
    }

    /// Anything else that ends at the next `>`: html5ever's tokenizer reads it alone.
    fn odd(&mut self, at: usize) -> Result<usize, Rest> {
        let end = tags::angle_end(self.bytes, at).ok_or(Rest::markup(at))?;
        let is_data = self.bytes[at..].starts_with(b"<![CDATA[");
        if is_data && self.sink.adjusted_current_node_present_but_not_in_html_namespace() {
            return Err(Rest::markup(at));
        }
        let tokenizer = Tokenizer::new(Collected::default(), TokenizerOpts::default());
        let input = BufferQueue::default();
        input.push_back(piece(&self.shared, &(at..end)));
        let _ = tokenizer.feed(&input);
        for token in tokenizer.sink.0.into_inner() {
            let _ = self.tell(token);
        }
        Ok(end)
    }

    fn end_tag(&mut self, at: usize) -> Result<usize, Rest> {
        let word = at + 2..name_end(self.bytes, at + 2);
        let (tag, end) = self.tag(TagKind::EndTag, word).ok_or(Rest::markup(at))?;
        let _ = self.tell(TagToken(tag));
        Ok(end)
    }

    fn start_tag(&mut self, at: usize) -> Result<usize, Rest> {
        let word = at + 1..name_end(self.bytes, at + 1);
        let (tag, end) = self.tag(TagKind::StartTag, word.clone()).ok_or(Rest::markup(at))?;
        let name = tag.name.clone();
        match self.tell(TagToken(tag)) {
            TokenSinkResult::RawData(kind) => self.raw(word, name, kind, end),
            TokenSinkResult::Plaintext => Err(Rest { at: end, state: State::Plaintext, within: Some(name) }),
            _ => Ok(end),
        }
    }

    /// Reads the raw text that begins at a place, with the end tag behind it.
    fn raw(&mut self, word: Range<usize>, name: LocalName, kind: RawKind, at: usize) -> Result<usize, Rest> {
        let Some((tag, end)) = raw_end(self.bytes, at, &self.bytes[word.clone()]) else {
            return Err(Rest { at, state: State::RawData(kind), within: Some(name) });
        };
        if tag > at {
            let text = &self.text[at..tag];
            let token = match kind {
                RawKind::Rcdata if references::has_any(text) => {
                    let resolved = references::resolved(text, false);
                    if text.starts_with('&') && resolved.starts_with('\n') {
                        return Err(Rest { at, state: State::RawData(kind), within: Some(name) });
                    }
                    resolved
                }
                _ => match references::line_ends(text) {
                    Some(text) => StrTendril::from(text),
                    None => piece(&self.shared, &(at..tag)),
                },
            };
            let _ = self.tell(CharacterTokens(token));
        }
        let closing = tag + 2..tag + 2 + word.len();
        if let Some((tag, _)) = self.tag(TagKind::EndTag, closing) {
            let _ = self.tell(TagToken(tag));
        }
        Ok(end)
    }

    /// A tag whose name stands at a place, and what follows it; `None` where the page ends first.
    fn tag(&mut self, kind: TagKind, word: Range<usize>) -> Option<(Tag, usize)> {
        self.attributes.clear();
        let found = &mut self.attributes;
        let (end, self_closing) = tags::attributes(self.bytes, word.end, |attribute| found.push(attribute))?;
        let mut attrs: Vec<Attribute> = Vec::with_capacity(self.attributes.len());
        let mut had_duplicate_attributes = false;
        for tags::Attribute { name, value, .. } in &self.attributes {
            let local = self.names.of(&self.text[name.clone()]);
            if attrs.iter().any(|known| known.name.local == local) {
                had_duplicate_attributes = true;
                continue;
            }
            let text = &self.text[value.clone()];
            let value = match references::has_any(text) {
                true => references::resolved(text, true),
                false => piece(&self.shared, value),
            };
            attrs.push(Attribute { name: QualName::new(None, ns!(), local), value });
        }
        let name = self.names.of(&self.text[word]);
        Some((Tag { kind, name, self_closing, attrs, had_duplicate_attributes }, end))
    }
}

/// A piece of the page.
#[inline]
fn piece(shared: &StrTendril, range: &Range<usize>) -> StrTendril {
    // a tendril is shorter than 4 GiB
    shared.subtendril(range.start as u32, range.len() as u32)
}

/// Tokens of a piece that is read alone.
#[derive(Default)]
struct Collected(RefCell<Vec<Token>>);

impl TokenSink for Collected {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        self.0.borrow_mut().push(token);
        TokenSinkResult::Continue
    }
}
