//! Flattened text becomes records.

use super::{DateLine, Headers, Place, Segment, Wording, split};
use crate::{
    model::{Extracted, RawAuthor, RawBody, RawDate, RawPost, Record, SourceSettings},
    normalize::{
        Knowledge, Normalizer, PageStamp,
        date::{DateContext, Precision, read_date},
        dates::{Dated, PageDates},
        edit,
        identity::Identities,
        language,
        notice::{Lines, NoticeContext},
        page::not_before,
        record::{Draft, PageWords},
        text::clean,
    },
};

impl Normalizer {
    /// Normalizes text that a scraper flattened: one record a post that it tells apart, without thread, its id a hash. `engine`
    /// is the engine it came from, where that is known.
    pub fn flat(&self, source: &SourceSettings, engine: Option<&str>, stamp: &PageStamp, text: &str) -> Vec<Record> {
        let mut knowledge = Knowledge::default();
        let text = clean(text);
        // notices and dates are worded in the language of the board, most likely that of its posts
        let language = language::detect(&text, None).map(str::to_owned);
        let mut dates = PageDates::new(source, engine, source.time_zone.clone(), language, stamp);
        // a page that was flattened as a whole ends in its clock
        let (text, clock) = {
            let context = dates.context(&knowledge, None);
            Headers::builtin().without_clock(&text, &context)
        };
        if dates.zone.is_none() {
            dates.zone = clock;
        }
        let segments = {
            let context = edit::notice_context(&dates, &knowledge, None);
            let header = |line: &str| Headers::builtin().read(line, &context.dates);
            let wording = |line: &str| self.wording(line, &context);
            let date = |line: &str| date_line(line, &context.dates);
            split(text, &header, &date, &wording)
        };
        let mut drafts: Vec<Draft> = segments
            .into_iter()
            .filter(|segment| segment.lines.iter().any(|line| !line.is_empty()))
            .map(|segment| self.draft_of(segment, &dates, &mut knowledge))
            .collect();
        for draft in &mut drafts {
            dates.settle(&mut draft.date, &draft.post.date, &knowledge, None);
            edit::settle(&mut draft.notices, &dates, &knowledge, not_before(draft.date.reading.as_ref()));
        }
        let raw = Extracted::default();
        let page = PageWords::new(&source.name, engine, &dates, &knowledge, stamp, &raw);
        let mut identities = Identities::new(&source.name, None, false);
        drafts.into_iter().map(|draft| self.record(&page, &mut identities, 0, draft)).collect()
    }

    /// The wording of a line that is a notice, or that begins or ends in one.
    fn wording(&self, line: &str, context: &NoticeContext) -> Option<Wording> {
        let (notice, reading, place) = match self.notices().read(line, context) {
            Some(reading) => (line.to_owned(), reading, Place::Alone),
            None => {
                let taken = self.notices().take(line, &[], Lines::Glued, context);
                let place = if taken.kept.start == 0 { Place::Last } else { Place::First };
                let (notice, reading) = taken.notices.into_iter().next()?;
                (notice, reading, place)
            }
        };
        reading.date_raw.as_ref().or(reading.user.as_ref())?;
        // what is left of it without what changes from post to post
        let mut words = notice;
        if let Some(reason) = &reading.reason
            && let Some(at) = words.rfind(reason.as_str())
        {
            let label = words[..at].rfind(['.', ';', '\n']).map_or(at, |stop| stop + 1);
            words.replace_range(label..at + reason.len(), "");
        }
        for part in [reading.date_raw, reading.user].into_iter().flatten() {
            words = words.replacen(&part, "", 1);
        }
        Some(Wording { words: words.chars().filter(|c| !c.is_ascii_digit()).collect(), place })
    }

    fn draft_of(&self, segment: Segment, dates: &PageDates, knowledge: &mut Knowledge) -> Draft {
        let header = segment.header.unwrap_or_default();
        let printed = RawDate { text: (!header.date.is_empty()).then_some(header.date), attributes: Vec::new() };
        let date = if printed.text.is_some() { dates.read(&printed, knowledge, None) } else { Dated::default() };
        let posted = not_before(date.reading.as_ref());
        let taken = self.notices().take(
            &segment.lines.join("\n"),
            &[],
            Lines::Glued,
            &edit::notice_context(dates, knowledge, posted),
        );
        let notices = edit::taken(taken.notices, dates, knowledge, posted);
        let post = RawPost {
            author: header.author.map(|name| RawAuthor { name, ..RawAuthor::default() }),
            date: printed,
            body: RawBody { text: paragraphs(&taken.rest), ..RawBody::default() },
            ..RawPost::default()
        };
        Draft { post, date, notices, notice_unread: false }
    }
}

/// Reads a line that is a date and nothing else.
fn date_line(line: &str, context: &DateContext) -> Option<DateLine> {
    let line = line.trim();
    if !line.contains(|c: char| c.is_numeric()) {
        return None;
    }
    let reading =
        read_date(line, context).filter(|reading| !reading.relative && reading.precision >= Precision::Day)?;
    let at = reading.date.to_datetime(reading.time.unwrap_or_default());
    Some(DateLine { date: line.to_owned(), at, timed: reading.time.is_some() })
}

/// Where a scraper kept no blank line, every line is a paragraph.
fn paragraphs(text: &str) -> String {
    let text = text.trim_matches('\n');
    if text.contains("\n\n") { text.to_owned() } else { text.replace('\n', "\n\n") }
}
