//! The body of a post: its text, what it quotes, and what it links to and shows. One walk.

use std::ops::Range;

use regex::Regex;

use super::{
    flat::{Kind, attribute},
    markup::{Tape, is_pixel},
    text::{Role, TextBuilder, emoji, is_hidden, keeps_space, role},
    view::View,
};
use crate::{
    engine::{Css, QuoteRules, Value},
    model::{Mark, RawBody, RawQuote},
};

/// Reads the body that stands at a place.
pub(super) fn body(view: &View<'_, '_>, at: u32) -> RawBody {
    without_signature(view, at, view.flat.within(at))
}

/// Reads the body that stands behind an element, up to a place.
pub(super) fn behind(view: &View<'_, '_>, at: u32, end: u32) -> RawBody {
    without_signature(view, at, view.flat.within(at).end..end)
}

fn without_signature(view: &View<'_, '_>, at: u32, range: Range<u32>) -> RawBody {
    let (end, cut) = match signature_start(view, at, &range) {
        Some((text, 0)) => (text, None),
        Some((text, start)) => (text + 1, Some(start)),
        None => (range.end, None),
    };
    read(view, Some(at), range.start..end, &[], cut)
}

/// Where the line stands that separates a signature from the text, for engines that write one: the text, and the byte in it.
fn signature_start(view: &View<'_, '_>, at: u32, range: &Range<u32>) -> Option<(u32, usize)> {
    let rules = &view.profile.body;
    let line = rules.signature_line.as_ref()?;
    let by_match = view.is(rules.preformatted.as_ref(), at);
    let quotes = || rules.quote.iter().filter_map(|quote| quote.each.as_ref()).flat_map(|each| view.all(each, range));
    range.clone().rev().find_map(|at| {
        let Kind::Text(text) = view.flat.node(at).kind else { return None };
        let start = match by_match {
            true => line.find(text)?.start(),
            false => line.is_match(text.trim()).then_some(0)?,
        };
        (!quotes().any(|quote| view.flat.within(*quote).contains(&at))).then_some((at, start))
    })
}

/// Reads a body that is a range of the page, without some ranges within it. `at` is the element that it is, where it is one.
pub(super) fn body_of(view: &View<'_, '_>, at: Option<u32>, range: Range<u32>, cuts: &[Range<u32>]) -> RawBody {
    read(view, at, range, cuts, None)
}

/// `last`: how many bytes count of the text that stands last.
fn read(view: &View<'_, '_>, at: Option<u32>, range: Range<u32>, cuts: &[Range<u32>], last: Option<usize>) -> RawBody {
    let mut walk = Walk {
        view,
        last: last.map(|bytes| (range.end.saturating_sub(1), bytes)),
        cuts,
        texts: vec![TextBuilder::of(view, range.clone())],
        quotes: vec![Open::default()],
        tape: Tape::wanted(view.options),
        in_notice: 0,
        out: RawBody::default(),
    };
    walk.run(at, range);
    let mut out = walk.out;
    out.markup = walk.tape.map(Tape::finish);
    out.text = walk.texts.pop().unwrap_or_default().finish();
    out.quotes = walk.quotes.pop().unwrap_or_default().quotes;
    if let Some(lead) = &view.profile.body.lead {
        without_lead(&mut out, lead);
    }
    out
}

/// Takes off what a body begins with that is no part of it.
fn without_lead(body: &mut RawBody, lead: &Regex) {
    let Some(end) = lead.find(&body.text).filter(|found| found.start() == 0).map(|found| found.end()) else { return };
    body.text.drain(..end);
    body.notice_spans.retain_mut(|span| {
        *span = span.start.saturating_sub(end)..span.end.saturating_sub(end);
        span.start < span.end
    });
    let kept = end..end + body.text.len();
    body.markup.iter_mut().for_each(|markup| markup.keep(kept.clone()));
}

/// A quotation that is being read; the outermost is the body itself.
#[derive(Default)]
struct Open {
    attribution: String,
    author: Option<String>,
    post_id: Option<String>,
    date: Option<String>,
    quotes: Vec<RawQuote>,
    /// An attribution that waits for the quotation that follows it: where it stands, its text and its markup.
    waiting: Option<(u32, String, Vec<Mark>)>,
}

/// What must be done where an element ends.
#[derive(Clone, Copy)]
enum Close {
    Block(usize),
    Preformatted,
    Notice,
    Quote,
    Attribution,
    /// The line before a quotation, where it stands, and where its markup begins.
    Before(u32, usize),
    /// An element that has a tag.
    Tag,
}

struct Walk<'v, 'a, 'p> {
    view: &'v View<'a, 'p>,
    /// What does not belong to it.
    cuts: &'v [Range<u32>],
    /// The text of which not all belongs to it, and how many bytes of it do.
    last: Option<(u32, usize)>,
    /// The text of the body, of each open quotation within it, and of an open attribution.
    texts: Vec<TextBuilder>,
    quotes: Vec<Open>,
    /// The markup, where it is wanted.
    tape: Option<Tape>,
    /// Open notices.
    in_notice: usize,
    out: RawBody,
}

impl Walk<'_, '_, '_> {
    fn run(&mut self, at: Option<u32>, range: Range<u32>) {
        let rules = &self.view.profile.body;
        let mut open: Vec<(u32, Close)> = Vec::new();
        let mut preformatted = 0usize;
        if let Some(at) = at
            && let Some(element) = self.view.flat.element(at)
            && (role(element) == Role::Preformatted
                || keeps_space(element)
                || self.view.is(rules.preformatted.as_ref(), at))
        {
            preformatted += 1;
        }
        let mut next = range.start;
        loop {
            while let Some((end, close)) = open.last().copied()
                && end <= next
            {
                open.pop();
                preformatted -= usize::from(matches!(close, Close::Preformatted));
                self.close(close);
            }
            if next >= range.end {
                break;
            }
            if let Some(cut) = self.cuts.iter().find(|cut| cut.contains(&next)) {
                next = cut.end;
                continue;
            }
            let node = self.view.flat.node(next);
            let element = match node.kind {
                Kind::Text(text) => {
                    let text = match self.last {
                        Some((last, bytes)) if last == next => text.get(..bytes).unwrap_or(text),
                        _ => text,
                    };
                    self.add(|out| match preformatted {
                        0 => out.push(text),
                        _ => out.push_preformatted(text),
                    });
                    next += 1;
                    continue;
                }
                Kind::Element(element) => element,
            };
            let is_notice = self.view.is(rules.notice.as_ref(), next);
            if self.view.is(rules.drop.as_ref(), next)
                || (is_hidden(element) && !is_notice && !self.view.is(rules.show.as_ref(), next))
            {
                next = node.end;
                continue;
            }
            let role = role(element);
            if role != Role::Silent
                && let Some(tape) = &mut self.tape
                && tape.open(self.view, next, element)
            {
                open.push((node.end, Close::Tag));
            }
            match role {
                Role::Silent => {
                    if let Some(tape) = &mut self.tape {
                        tape.embedded(self.view, element);
                    }
                    next = node.end;
                    continue;
                }
                Role::Break => {
                    self.add(TextBuilder::newline);
                    self.tape.iter_mut().for_each(Tape::line_break);
                }
                Role::Block => {
                    self.text().block(1);
                    open.push((node.end, Close::Block(1)));
                }
                Role::Paragraph => {
                    self.text().block(2);
                    open.push((node.end, Close::Block(2)));
                }
                Role::Cell => self.text().tab(),
                Role::Preformatted => {
                    self.text().block(1);
                    open.push((node.end, Close::Block(1)));
                }
                Role::Inline => {}
            }
            if role == Role::Preformatted || keeps_space(element) || self.view.is(rules.preformatted.as_ref(), next) {
                preformatted += 1;
                open.push((node.end, Close::Preformatted));
            }
            if is_notice && self.quotes.len() == 1 {
                self.text().mark();
                self.in_notice += 1;
                open.push((node.end, Close::Notice));
            }
            if let Some(quote) = rules.quote.iter().find(|quote| self.view.is(quote.each.as_ref(), next)) {
                self.open_quote(quote, next);
                open.push((node.end, Close::Quote));
            } else if self.quotes.len() > 1
                && rules.quote.iter().any(|quote| self.view.is(quote.attribution.as_ref(), next))
            {
                self.texts.push(TextBuilder::default());
                open.push((node.end, Close::Attribution));
            } else if rules.quote.iter().any(|quote| self.view.is(quote.before.as_ref(), next)) {
                self.texts.push(TextBuilder::default());
                open.push((node.end, Close::Before(next, self.tape.as_ref().map_or(0, Tape::len))));
            }
            match element.value().name() {
                "a" => self.link(element),
                "img" => self.image(element, next),
                "hr" => self.tape.iter_mut().for_each(Tape::rule),
                _ => {}
            }
            next += 1;
        }
    }

    fn text(&mut self) -> &mut TextBuilder {
        if self.texts.is_empty() {
            self.texts.push(TextBuilder::default());
        }
        let last = self.texts.len() - 1;
        &mut self.texts[last]
    }

    /// Adds to the text, and what was added to the markup.
    fn add(&mut self, push: impl FnOnce(&mut TextBuilder)) {
        let at = self.text().as_str().len();
        push(self.text());
        if let (Some(tape), Some(text)) = (&mut self.tape, self.texts.last()) {
            let outside = self.quotes.len() == 1;
            tape.text(outside.then_some(at), &text.as_str()[at..]);
        }
    }

    fn open_quote(&mut self, rules: &QuoteRules, at: u32) {
        self.text().block(2);
        let before = self.quotes.last_mut().and_then(|outer| outer.waiting.take()).filter(|_| rules.before.is_some());
        // Values are looked for in the attribution alone: those of quotes within this one are not its own.
        let head = rules.attribution.as_ref().and_then(|css| self.own_attribution(css, at));
        let find = |value: &Value| match (head, &rules.attribution) {
            _ if before.is_some() => {
                before.as_ref().and_then(|(line, ..)| self.view.value_in_head(value, *line, *line))
            }
            (Some(head), _) => self.view.value_in_head(value, head, at),
            (None, None) => self.view.value(value, at),
            (None, Some(_)) => {
                value.0.iter().filter(|step| step.css.is_none()).find_map(|step| self.view.step(step, at))
            }
        };
        let open = Open {
            author: find(&rules.author),
            post_id: find(&rules.post_id),
            date: find(&rules.date),
            attribution: before.as_ref().map(|(_, line, _)| line.clone()).unwrap_or_default(),
            ..Open::default()
        };
        if let (Some(tape), Some((.., marks))) = (&mut self.tape, before) {
            tape.attribution(marks);
        }
        self.quotes.push(open);
        self.texts.push(TextBuilder::default());
    }

    /// The attribution of the quote at a place: not that of a quote within it.
    fn own_attribution(&self, css: &Css, at: u32) -> Option<u32> {
        let range = self.view.flat.within(at);
        let first = self.view.first(css, &range)?;
        let inner = self.view.profile.body.quote.iter().filter_map(|quote| quote.each.as_ref());
        let inner = inner.filter_map(|each| self.view.first(each, &range)).min();
        inner.is_none_or(|inner| first < inner).then_some(first)
    }

    /// Whether the line before a quotation attributes it: where a rule says how such lines look, it must look so.
    fn is_attribution(&self, at: u32, text: &str) -> bool {
        let rules = self.view.profile.body.quote.iter().filter(|quote| self.view.is(quote.before.as_ref(), at));
        rules.map(|quote| &quote.before_when).any(|when| when.as_ref().is_none_or(|when| when.is_match(text)))
    }

    fn close(&mut self, close: Close) {
        match close {
            Close::Block(breaks) => self.text().block(breaks),
            Close::Preformatted => {}
            Close::Tag => self.tape.iter_mut().for_each(Tape::close),
            Close::Notice => {
                self.in_notice -= 1;
                let span = self.text().since_mark();
                self.out.notice_spans.extend(span);
            }
            Close::Attribution => {
                let text = self.texts.pop().unwrap_or_default().finish();
                if let Some(quote) = self.quotes.last_mut() {
                    if !quote.attribution.is_empty() && !text.is_empty() {
                        quote.attribution.push(' ');
                    }
                    quote.attribution.push_str(&text);
                }
            }
            Close::Before(at, first) => {
                let text = self.texts.pop().unwrap_or_default().finish();
                if self.is_attribution(at, &text) {
                    let marks = self.tape.as_mut().map(|tape| tape.take(first)).unwrap_or_default();
                    if let Some(outer) = self.quotes.last_mut() {
                        outer.waiting = Some((at, text, marks));
                    }
                    return;
                }
                self.text().push_preformatted(&text);
                let place = self.text().as_str().len() - text.len();
                for mark in self.tape.iter_mut().flat_map(|tape| tape.from(first)) {
                    if let Mark::Text { at: Some(at), .. } | Mark::Image { at: Some(at), .. } = mark {
                        *at += place;
                    }
                }
            }
            Close::Quote => {
                let text = self.texts.pop().unwrap_or_default().finish();
                let Open { attribution, author, post_id, date, quotes, .. } = self.quotes.pop().unwrap_or_default();
                let attribution = (!attribution.is_empty()).then_some(attribution);
                let quote = RawQuote { attribution, author, post_id, date, text, quotes };
                if let Some(outer) = self.quotes.last_mut() {
                    outer.quotes.push(quote);
                }
                self.text().block(2);
            }
        }
    }

    fn link(&mut self, element: scraper::ElementRef<'_>) {
        if self.quotes.len() == 1
            && let Some(url) = attribute(element, "href").and_then(|href| self.view.address(href))
            && !self.out.links.contains(&url)
        {
            self.out.links.push(url);
        }
    }

    fn image(&mut self, element: scraper::ElementRef<'_>, at: u32) {
        if let Some(emoji) = emoji(element) {
            self.add(|out| out.push(emoji));
            return;
        }
        let rules = &self.view.profile.body;
        let outside = self.quotes.len() == 1;
        if (!outside && self.tape.is_none()) || self.view.is(rules.smilies.as_ref(), at) || is_pixel(element) {
            return;
        }
        let lazy = ["data-src", "data-original", "data-url"];
        let names = rules.image_attributes.iter().map(|name| name.0.as_str()).chain(lazy).chain(["src"]);
        let source = names.filter_map(|name| attribute(element, name)).find(|source| !source.trim().is_empty());
        if let Some(url) = source.and_then(|source| self.view.address(source)) {
            let place = self.text().as_str().len();
            if let Some(tape) = self.tape.as_mut().filter(|_| self.in_notice == 0) {
                tape.image(outside.then_some(place), &url, element);
            }
            if outside && !self.out.images.contains(&url) {
                self.out.images.push(url);
            }
        }
    }
}
