//! Taking notices out of a body: from its elements, its first and last lines, or text that is glued to them.

use std::ops::Range;

use memchr::{memchr_iter, memrchr_iter};

use super::{
    heads::Heads,
    notices::Notices,
    reading::{NoticeContext, NoticeReading},
    search::{Place, tag},
    template::{Piece, Slot},
};
use crate::normalize::date::{Folded, floor_boundary, is_blank};

/// Which plain lines may be notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lines {
    /// None: elements only.
    None,
    /// First and last lines within brackets or marks: what engines write into a post as plain text.
    #[default]
    Bracketed,
    /// First and last lines.
    Any,
    /// And text that a scraper flattened, where a notice is glued to the first or last sentence.
    Glued,
}

/// What is left of a text, and what was taken out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    /// The text without its notices.
    pub rest: String,
    /// Where that stood in the whole.
    pub kept: Range<usize>,
    /// Verbatim, in the order of the text, and what they say.
    pub notices: Vec<(String, NoticeReading)>,
}

/// Lines that a notice may go over: itself, and its reason.
const MAX_LINES: usize = 3;
/// A notice that text is glued to is looked for within so many bytes of the start or end.
const WINDOW: usize = 500;
/// Ends a notice of an English pack of Discuz!, as it is seen.
const WRITTEN_OUT: &str = "\\n\\n";
/// Bodies do not stack more.
const MAX_NOTICES: usize = 40;

impl Notices {
    /// Takes the notices out of a body. `spans` are ranges of `text` that came from elements the engine's profile calls
    /// notices: one that stands at the start or end and reads as a notice is taken out, else its text stays.
    pub fn take(&self, text: &str, spans: &[Range<usize>], lines: Lines, ctx: &NoticeContext) -> Taken {
        let engine = ctx.engine.filter(|_| lines != Lines::None).and_then(|name| self.engines.find(name));
        let mut body = Body {
            notices: self,
            heads: engine.and_then(|engine| self.heads(engine)),
            text,
            ctx,
            own_ctx: NoticeContext { own_words: true, ..*ctx },
            own_only: engine.is_some(),
            left: 0..text.len(),
            first: Vec::new(),
            last: Vec::new(),
            own_taken: false,
        };
        body.trim();
        // the wording of the page's own engine goes before that of others, wherever it stands
        let is_done = body.own_only && body.take_all(spans, lines) && ctx.own_words;
        if !is_done {
            body.own_only = false;
            body.take_all(spans, lines);
        }
        body.last.reverse();
        let Body { left, first, last, .. } = body;
        Taken { rest: text[left.clone()].to_owned(), kept: left, notices: first.into_iter().chain(last).collect() }
    }
}

struct Body<'b> {
    notices: &'b Notices,
    /// How the notices of the page's engine begin.
    heads: Option<&'b Heads>,
    text: &'b str,
    ctx: &'b NoticeContext<'b>,
    own_ctx: NoticeContext<'b>,
    /// Lines are read by the wording of the page's own engine alone.
    own_only: bool,
    /// What no notice has been taken from.
    left: Range<usize>,
    /// Taken from the start, in order.
    first: Vec<(String, NoticeReading)>,
    /// Taken from the end, the last one first.
    last: Vec<(String, NoticeReading)>,
    /// One of them is of the page's own engine.
    own_taken: bool,
}

impl Body<'_> {
    /// Takes what there is; whether there is no more of it.
    fn take_all(&mut self, spans: &[Range<usize>], lines: Lines) -> bool {
        loop {
            let before = self.left.clone();
            for span in spans {
                self.span(span);
            }
            if lines != Lines::None {
                self.line_at_start(lines);
                self.line_at_end(lines);
            }
            if lines == Lines::Glued && self.left == before && !self.left.is_empty() {
                self.glued();
            }
            if self.left == before {
                return true;
            }
            if self.first.len() + self.last.len() >= MAX_NOTICES {
                return false;
            }
        }
    }

    fn trim(&mut self) {
        let text = &self.text[self.left.clone()];
        let start = self.left.start + (text.len() - text.trim_start_matches(is_blank).len());
        let end = self.left.end - (text.len() - text.trim_end_matches(is_blank).len());
        self.left = start..end.max(start);
    }

    fn span(&mut self, span: &Range<usize>) {
        let Some(text) = self.text.get(span.clone()) else { return };
        let trimmed = text.trim_matches(is_blank);
        if trimmed.is_empty() || self.left.is_empty() {
            return;
        }
        let start = span.start + (text.len() - text.trim_start_matches(is_blank).len());
        let at = start..start + trimmed.len();
        if at.start < self.left.start || at.end > self.left.end {
            return;
        }
        if at.start == self.left.start {
            if let Some((reading, own)) = self.read_element(trimmed) {
                self.own_taken |= own;
                self.put_first(trimmed, reading, at.end);
            }
        } else if at.end == self.left.end
            && let Some((reading, own)) = self.read_element(trimmed)
        {
            self.own_taken |= own;
            self.put_last(trimmed, reading, at.start);
        }
    }

    /// What lines are read with. Beside a notice of the page's own engine, another engine's wording is somebody's text: engines
    /// stack their own only.
    fn line_ctx(&self) -> &NoticeContext<'_> {
        if self.own_only || self.own_taken { &self.own_ctx } else { self.ctx }
    }

    fn read_element(&self, text: &str) -> Option<(NoticeReading, bool)> {
        self.notices.read_element_own(text, if self.own_taken { &self.own_ctx } else { self.ctx })
    }

    fn put_first(&mut self, notice: &str, reading: NoticeReading, end: usize) {
        let mut notice = notice.to_owned();
        self.left.start = end;
        self.trim();
        // an English pack of Discuz! ends its notice in line feeds written out
        if let Some(rest) = self.text[self.left.clone()].strip_prefix(WRITTEN_OUT) {
            notice.push_str(WRITTEN_OUT);
            self.left.start = self.left.end - rest.len();
            self.trim();
        }
        self.first.push((notice, reading));
    }

    fn put_last(&mut self, notice: &str, reading: NoticeReading, start: usize) {
        self.last.push((notice.to_owned(), reading));
        self.left.end = start;
        self.trim();
    }

    fn line_at_start(&mut self, lines: Lines) {
        let text = &self.text[self.left.clone()];
        let mut ends = [0; MAX_LINES];
        let lines_there = ends.iter_mut().zip(memchr_iter(b'\n', text.as_bytes()).chain([text.len()]));
        let count = lines_there.map(|(place, end)| *place = end).count();
        for &end in ends[..count].iter().rev() {
            let line = text[..end].trim_matches(is_blank);
            if let Some((reading, own)) = self.read_line(line, lines)
                // engines print a reason without a label below the post: above it stands the post's first line
                && (end == text.len() || !has_bare_reason(line, &reading))
            {
                self.own_taken |= own;
                self.put_first(line, reading, self.left.start + end);
                return;
            }
        }
    }

    fn line_at_end(&mut self, lines: Lines) {
        let text = &self.text[self.left.clone()];
        let mut starts = [0; MAX_LINES];
        let begin = memrchr_iter(b'\n', text.as_bytes()).map(|at| at + 1).chain([0]);
        let count = starts.iter_mut().zip(begin).map(|(place, start)| *place = start).count();
        for &start in starts[..count].iter().rev() {
            let line = text[start..].trim_matches(is_blank);
            if let Some((reading, own)) = self.read_line(line, lines) {
                self.own_taken |= own;
                self.put_last(line, reading, self.left.start + start);
                return;
            }
        }
    }

    /// A plain line must name who or when, or, on a page of its engine, how often: "Edited" alone is somebody's word.
    fn read_line(&self, line: &str, lines: Lines) -> Option<(NoticeReading, bool)> {
        if !is_candidate(line, lines) {
            return None;
        }
        let ctx = self.line_ctx();
        if ctx.own_words && self.heads.is_some_and(|heads| !heads.may_begin(line)) {
            return None;
        }
        self.notices.read_own(line, ctx).filter(|(reading, own)| {
            reading.user.is_some() || reading.date_raw.is_some() || *own && reading.count.is_some()
        })
    }

    fn glued(&mut self) {
        let text = &self.text[self.left.clone()];
        let first = text.split('\n').next().unwrap_or_default();
        let window = &first[..floor_boundary(first, WINDOW)];
        if let Some((notice, reading, end)) = self.find(window, Place::Start) {
            let end = self.left.start + end;
            self.put_first(&notice, reading, end);
        }
        // a reason may stand on a line of its own
        let text = &self.text[self.left.clone()];
        let starts = text.rmatch_indices('\n').map(|(at, _)| at + 1).chain([0]).take(2);
        for start in starts {
            let start = start.max(floor_boundary(text, text.len().saturating_sub(WINDOW)));
            let window = &text[start..];
            if let Some((notice, reading, start)) = self.find(window, Place::End) {
                self.last.push((notice, reading));
                self.left.end -= window.len() - start;
                self.trim();
                break;
            }
        }
    }

    /// A notice at one end of `window`, verbatim, and the byte of `window` where the rest begins or ends.
    fn find(&mut self, window: &str, place: Place) -> Option<(String, NoticeReading, usize)> {
        let folded = Folded::new(window);
        let found = self.notices.best(&folded, window, place, self.line_ctx())?;
        let reading = self.notices.reading(&found, &folded, window, self.ctx);
        let mut range = folded.origin(window, found.filled.whole.start)..folded.origin(window, found.filled.whole.end);
        widen(window, &mut range);
        // "… on 7 Nov 2024 is when": without a time before it the sentence goes on
        let lower = window[range.end..].trim_start().starts_with(char::is_lowercase);
        let ends_in_date = found.template.pieces.last() == Some(&Piece::Slot(Slot::Date));
        let bare = !found.template.has(Slot::User) || reading.date.as_ref().is_some_and(|date| date.time.is_none());
        // and without a date nothing tells a notice from a sentence
        let told = reading.date_raw.is_some() || place == Place::End && reading.user.is_some();
        if !told || place == Place::Start && ends_in_date && lower && bare {
            return None;
        }
        if place == Place::Start && !window[range.end..].trim_start().is_empty() && goes_on(&window[range.end..]) {
            return None;
        }
        self.own_taken |= found.own;
        let cut = if place == Place::Start { range.end } else { range.start };
        let verbatim = match place {
            Place::Start => &window[..range.end],
            _ => &window[range.start..],
        };
        Some((verbatim.trim_matches(is_blank).to_owned(), reading, cut))
    }
}

/// Brackets around the notice belong to it.
fn widen(window: &str, range: &mut Range<usize>) {
    let before = window[..range.start].trim_end();
    let after = window[range.end..].trim_start();
    for (open, close) in [('[', ']'), ('(', ')')] {
        if before.ends_with(open) && after.starts_with(close) {
            range.start = before.len() - 1;
            range.end = window.len() - after.len() + 1;
        }
    }
    if let Some(length) = tag(&window[range.end..].trim_start().to_ascii_lowercase()) {
        let before = window[..range.start].trim_end();
        if before.ends_with(']') {
            range.end = window.len() - window[range.end..].trim_start().len() + length;
        }
    }
}

/// Whether what follows continues the sentence, so that it was no notice: "… 02:20 PM, which is how".
fn goes_on(rest: &str) -> bool {
    rest.trim_start().starts_with([',', ';', ':', '：', '"', '”', '\''])
}

/// Whether the reason is a line of its own that no label introduces.
fn has_bare_reason(lines: &str, reading: &NoticeReading) -> bool {
    let Some(first) = reading.reason.as_deref().and_then(|reason| reason.lines().next()) else { return false };
    lines.lines().skip(1).any(|line| line.trim_start_matches(is_blank).starts_with(first))
}

fn is_candidate(line: &str, lines: Lines) -> bool {
    if line.is_empty() {
        return false;
    }
    match lines {
        Lines::None => false,
        Lines::Bracketed => {
            line.starts_with(['[', '(', '（', '【', '«', '※']) && line.ends_with([']', ')', '）', '】', '»'])
                || line.starts_with('※')
        }
        Lines::Any | Lines::Glued => true,
    }
}
