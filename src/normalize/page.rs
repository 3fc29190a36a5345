//! A page becomes records: all of its dates are read before any is settled, for one on its last line may decide its first.

use std::{collections::BTreeMap, ops::Range};

use jiff::civil::Date;

use super::{
    Knowledge, Normalized, Normalizer, PageStamp,
    date::{DateContext, DateReading, read_clock},
    dates::{Dated, PageDates, sequence},
    edit::{self, Noticed},
    identity::Identities,
    notice::{Lines, NoticeContext},
    record::{Draft, PageWords},
    text::clean_line,
};
use crate::model::{Extracted, NoticeLines, PageFacts, RawBody, RawDate, RawPost, SourceSettings, Zone};

impl Normalizer {
    /// Normalizes a page. `knowledge` is what is known of its source so far; what the page tells is added to it.
    pub fn page(
        &self,
        source: &SourceSettings,
        knowledge: &mut Knowledge,
        stamp: &PageStamp,
        mut extracted: Extracted,
    ) -> Normalized {
        let engine = extracted.engine.clone();
        let language = extracted
            .facts
            .language
            .as_deref()
            .and_then(clean_line)
            .or_else(|| knowledge.language().map(str::to_owned));
        let zone = page_zone(source, knowledge, stamp, engine.as_deref(), &extracted.facts);
        let dates = PageDates::new(source, engine.as_deref(), zone, language, stamp);
        let lines = extracted.notice_lines;

        let posts = std::mem::take(&mut extracted.posts);
        let descending = extracted.thread.as_ref().is_some_and(|thread| thread.descending);
        let (mut drafts, mut before): (Vec<Draft>, Option<Date>) = (Vec::with_capacity(posts.len()), None);
        for post in posts {
            // One that tells no year is the next such day behind the post before it.
            let follows = before.filter(|_| !descending && tells_no_year(&post.date));
            let draft = self.draft(post, lines, &dates, knowledge, follows);
            before = draft.date.reading.as_ref().map(|reading| reading.date).or(before);
            drafts.push(draft);
        }
        if extracted.glued_signatures {
            without_signatures(&mut drafts, knowledge);
        }
        let mut listed: Vec<Dated> =
            extracted.threads.iter().map(|row| dates.read(&row.last_post, knowledge, None)).collect();
        if let Some(evidence) = sequence(drafts.iter().map(|draft| &draft.date)) {
            knowledge.orders.add(&evidence);
        }
        for draft in &mut drafts {
            dates.settle(&mut draft.date, &draft.post.date, knowledge, None);
            edit::settle(&mut draft.notices, &dates, knowledge, not_before(draft.date.reading.as_ref()));
        }
        for (dated, row) in listed.iter_mut().zip(&extracted.threads) {
            dates.settle(dated, &row.last_post, knowledge, None);
        }
        let in_posts = drafts
            .iter()
            .flat_map(|draft| std::iter::once(&draft.date).chain(draft.notices.iter().map(Noticed::dated)));
        in_posts.chain(&listed).for_each(|dated| dated.remember(knowledge));

        let page = PageWords::new(&source.name, engine.as_deref(), &dates, knowledge, stamp, &extracted);
        let thread = extracted.thread.as_ref().and_then(|thread| thread.id.as_deref());
        let mut identities = Identities::new(&source.name, thread, extracted.post_ids_unique);
        let records = drafts
            .into_iter()
            .enumerate()
            .map(|(index, draft)| self.record(&page, &mut identities, index, draft))
            .collect();
        let zone = dates.zone.as_ref().unwrap_or(&UTC);
        let listed = listed.iter().map(|dated| dated.reading.as_ref()?.instant(Some(zone))).collect();
        Normalized { records, listed, news: extracted }
    }

    /// Reads a post's dates and takes its notices out of its text.
    fn draft(
        &self,
        mut post: RawPost,
        lines: NoticeLines,
        dates: &PageDates,
        knowledge: &mut Knowledge,
        follows: Option<Date>,
    ) -> Draft {
        let date = dates.read(&post.date, knowledge, follows);
        let posted = not_before(date.reading.as_ref());
        let (mut notices, notice_unread) = self.take(&mut post.body, lines, dates, knowledge, posted);
        let outside = std::mem::take(&mut post.notices);
        notices.extend(edit::outside(self.notices(), outside, dates, knowledge, posted));
        Draft { post, date, notices, notice_unread }
    }

    /// Takes the notices out of a body; tells whether an element that should be one could not be read.
    fn take(
        &self,
        body: &mut RawBody,
        lines: NoticeLines,
        dates: &PageDates,
        knowledge: &mut Knowledge,
        posted: Option<Date>,
    ) -> (Vec<Noticed>, bool) {
        let is_filled =
            |span: &&Range<usize>| body.text.get((*span).clone()).is_some_and(|text| !text.trim().is_empty());
        let elements = body.notice_spans.iter().filter(is_filled).count();
        let mut spans = std::mem::take(&mut body.notice_spans);
        if lines == NoticeLines::Bracketed {
            spans.extend(bracketed_ends(&body.text));
        }
        if spans.is_empty() && !matches!(lines, NoticeLines::Any | NoticeLines::Own) {
            return (Vec::new(), false);
        }
        let own_words = lines == NoticeLines::Own;
        let plain = if own_words || lines == NoticeLines::Any { Lines::Any } else { Lines::None };
        let context = NoticeContext { own_words, ..edit::notice_context(dates, knowledge, posted) };
        let taken = self.notices().take(&body.text, &spans, plain, &context);
        let unread = elements > taken.notices.len();
        body.text = taken.rest;
        body.markup.iter_mut().for_each(|markup| markup.keep(taken.kept.clone()));
        (edit::taken(taken.notices, dates, knowledge, posted), unread)
    }
}

/// Takes off the signatures that only repetition tells from the text, author by author. Guests have none.
fn without_signatures(drafts: &mut [Draft], knowledge: &mut Knowledge) {
    let lengths: Vec<usize> = drafts.iter().map(|draft| draft.post.body.text.len()).collect();
    let mut by_author: BTreeMap<String, Vec<&mut String>> = BTreeMap::new();
    for Draft { post, .. } in drafts.iter_mut() {
        if let Some(id) = post.author.as_ref().and_then(|author| author.id.clone()) {
            by_author.entry(id).or_default().push(&mut post.body.text);
        }
    }
    for (author, mut texts) in by_author {
        knowledge.signatures.take(&author, &mut texts);
    }
    for (Draft { post, .. }, before) in drafts.iter_mut().zip(lengths) {
        let place = post.body.text.len();
        post.body.markup.iter_mut().filter(|_| place < before).for_each(|markup| markup.truncate(place));
    }
}

/// What stands in square brackets at the start or end of a text, on a line of its own: where a post has no BBCode, Discuz!
/// writes its notice so, and one of its packs writes the line feeds after it as `\\n`.
fn bracketed_ends(text: &str) -> impl Iterator<Item = Range<usize>> {
    let start = text.len() - text.trim_start().len();
    let end = text.trim_end().len();
    let body = &text[start..end.max(start)];
    let first = body.starts_with('[').then(|| body.lines().next()).flatten().and_then(|line| {
        let close = line.find(']')? + 1;
        let rest = line[close..].trim_start();
        (rest.is_empty() || rest.starts_with("\\n")).then_some(start..start + close)
    });
    let last = body.ends_with(']').then(|| body.lines().next_back()).flatten().and_then(|line| {
        let line = line.trim_start();
        line.starts_with('[').then_some(end - line.len()..end)
    });
    first.into_iter().chain(last)
}

/// Whether a date is a day and a month in figures, and no more: `09/18 12:30`.
fn tells_no_year(date: &RawDate) -> bool {
    let day =
        date.text.as_deref().and_then(|text| text.split_whitespace().next()).filter(|_| date.attributes.is_empty());
    day.is_some_and(|day| {
        let is_figure = |part: &str| matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit());
        let mut parts = day.split(['/', '-', '.']);
        parts.by_ref().take(2).filter(|part| is_figure(part)).count() == 2 && parts.next().is_none()
    })
}

/// What an edit cannot lie before: the day before its post, for the notice may be in the editor's zone and the post in the
/// reader's.
pub(super) fn not_before(posted: Option<&DateReading>) -> Option<Date> {
    let posted = posted?;
    let earliest = posted.other.map_or(posted.date, |other| other.min(posted.date));
    earliest.yesterday().ok()
}

/// The zone of a page's dates: configured, else told by the page, else told by earlier pages of the source.
fn page_zone(
    source: &SourceSettings,
    knowledge: &mut Knowledge,
    stamp: &PageStamp,
    engine: Option<&str>,
    facts: &PageFacts,
) -> Option<Zone> {
    let told = (!facts.clock_lines.is_empty())
        .then(|| {
            let context = DateContext {
                language: facts.language.as_deref().or(Some("en")),
                engine,
                order: knowledge.belief(source.date_order),
                now: Some(stamp.date.unwrap_or(stamp.fetched_at)),
                ..DateContext::default()
            };
            read_clock(&facts.clock_lines, stamp.date, &context)
        })
        .flatten();
    if let Some(told) = told {
        if let Some(evidence) = &told.evidence {
            knowledge.orders.add(evidence);
        }
        if let Some(zone) = &told.zone {
            knowledge.learn_zone(zone);
        }
    }
    source.time_zone.clone().or_else(|| knowledge.zone())
}

/// For instants that only order and compare listing rows.
static UTC: Zone = Zone::Fixed(jiff::tz::Offset::UTC);
