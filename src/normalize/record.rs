//! A post of which all is read becomes its record.

use jiff::Timestamp;

use super::{
    Knowledge, Normalizer, PageStamp,
    date::{DateReading, find_date},
    dates::{Dated, PageDates},
    edit::{Noticed, edit, notice_context},
    hash::{Content, EditContent, content_hash},
    identity::Identities,
    language,
    markup::render,
    notice::NoticeContext,
    quote::{Attribution, quotes},
    text::{clean_line, cleaned, cleaned_line},
};
use crate::model::{
    Author, Change, Extracted, RawAuthor, RawPost, RawThread, Record, SCHEMA, Status, Thread, Warning, Zone,
};

/// A post with its dates read and its notices taken out of its text.
pub(super) struct Draft {
    /// The post; its notices are empty.
    pub post: RawPost,
    pub date: Dated,
    pub notices: Vec<Noticed>,
    /// An element that should be a notice could not be read; its text was kept.
    pub notice_unread: bool,
}

/// What all records of a page share.
pub(super) struct PageWords<'a> {
    source: &'a str,
    engine: Option<&'a str>,
    /// The page's own language, a prior for its texts'.
    language: Option<&'a str>,
    zone: Option<&'a Zone>,
    notices: NoticeContext<'a>,
    raw: &'a Extracted,
    thread: Option<Thread>,
    fetched_at: String,
}

impl<'a> PageWords<'a> {
    pub(super) fn new(
        source: &'a str,
        engine: Option<&'a str>,
        dates: &'a PageDates,
        knowledge: &Knowledge,
        stamp: &PageStamp,
        raw: &'a Extracted,
    ) -> PageWords<'a> {
        PageWords {
            source,
            engine,
            language: raw.facts.language.as_deref(),
            zone: dates.zone.as_ref(),
            notices: notice_context(dates, knowledge, None),
            raw,
            thread: raw.thread.as_ref().map(thread),
            fetched_at: rfc3339(stamp.fetched_at),
        }
    }

    /// The place of the page's post of that index, where the posts before the page are known.
    fn position(&self, index: usize) -> Option<u32> {
        let thread = self.raw.thread.as_ref().filter(|thread| !thread.descending)?;
        let base = thread.position_base.or((thread.page == 1).then_some(0))?;
        base.checked_add(u32::try_from(index).ok()?)?.checked_add(1)
    }
}

impl Normalizer {
    /// The record of a draft, the page's post of that index.
    pub(super) fn record(&self, page: &PageWords, identities: &mut Identities, index: usize, draft: Draft) -> Record {
        let Draft { post, date, notices, notice_unread } = draft;
        let body = post.body;
        let text = cleaned(body.text);
        let text = (!text.is_empty()).then_some(text);
        let rendered = body.markup.as_ref().map(render).unwrap_or_default();
        let quotes = quotes(body.quotes, &|line, told| self.attribution(line, told, &page.notices));
        let author = post.author.and_then(author);
        let edit = edit(notices, author.as_ref(), page.zone);
        let identity = identities.of(
            post.id.as_deref(),
            author.as_ref().map(|author| author.name.as_str()),
            date.raw.as_deref(),
            text.as_deref(),
        );
        let content_hash = content_hash(&Content {
            text: text.as_deref(),
            quotes: &quotes,
            attachments: &post.attachments,
            edit: edit.as_ref().map(|(edit, dated)| EditContent {
                editor: edit.editor.as_ref().map(|editor| editor.name.as_str()),
                count: edit.count,
                reason: edit.reason.as_deref(),
                date: dated.reading.as_ref(),
            }),
        });

        let visible = post.status == Status::Visible;
        let empty = text.is_none()
            && quotes.is_empty()
            && body.images.is_empty()
            && body.links.is_empty()
            && post.attachments.is_empty();
        let dates = [Some(&date), edit.as_ref().map(|(_, dated)| dated)];
        let any = |test: &dyn Fn(&Dated) -> bool| dates.into_iter().flatten().any(test);
        let of_reading = |test: &dyn Fn(&DateReading) -> bool| any(&|dated| dated.reading.as_ref().is_some_and(test));
        let warnings = [
            (page.raw.charset_doubtful, Warning::Charset),
            (any(&|dated| dated.raw.is_some() && dated.reading.is_none()), Warning::DateUnread),
            (of_reading(&|reading| reading.other.is_some()), Warning::DateAmbiguous),
            (
                of_reading(&|reading| page.zone.is_none() && reading.time.is_some() && reading.offset.is_none()),
                Warning::ZoneUnknown,
            ),
            (notice_unread, Warning::NoticeUnread),
            (author.is_none() && visible, Warning::AuthorMissing),
            (empty && visible, Warning::BodyMissing),
            (identity.hashed, Warning::IdMissing),
            (page.raw.generic, Warning::Generic),
            (page.raw.depth_cut, Warning::DepthCut),
            (page.raw.truncated, Warning::Truncated),
        ];

        Record {
            schema: SCHEMA.to_owned(),
            seq: None,
            id: identity.id,
            change: Change::New,
            revision: 1,
            source: page.source.to_owned(),
            engine: page.engine.map(str::to_owned),
            url: post.url,
            headline: post.headline.and_then(cleaned_line).or_else(|| page.thread.as_ref()?.title.clone()),
            thread: page.thread.clone(),
            post_id: post.id,
            position: post.position.or_else(|| page.position(index)),
            author,
            date_published: date.reading.as_ref().map(|reading| reading.to_iso(page.zone)),
            date_published_raw: date.raw,
            edit: edit.map(|(edit, _)| edit),
            article: text.as_deref().and_then(|text| self.articles().read(text)),
            in_language: text.as_deref().and_then(|text| language::detect(text, page.language)).map(str::to_owned),
            text,
            quotes,
            links: body.links,
            images: body.images,
            attachments: post.attachments,
            status: post.status,
            content_hash,
            markdown: rendered.markdown,
            html: rendered.html,
            fetched_at: page.fetched_at.clone(),
            warnings: warnings.into_iter().filter(|(when, _)| *when).map(|(_, warning)| warning).collect(),
        }
    }
}

impl Normalizer {
    /// Reads the line that attributes a quote. Where the markup `told` that it is one, a name and a date will do: packs exist
    /// that have pictures in the place of words.
    fn attribution(&self, line: &str, told: bool, context: &NoticeContext) -> Option<Attribution> {
        if let Some(header) = self.notices().read_quote_header(line, context) {
            return Some(Attribution { author: header.user, date_raw: header.date_raw });
        }
        let (range, _) = told.then(|| find_date(line, &context.dates)).flatten()?;
        let name = line[..range.start].trim();
        let alone = !name.is_empty() && name.len() <= MOST_NAME && line[range.end..].trim().is_empty();
        alone.then(|| Attribution { author: Some(name.to_owned()), date_raw: Some(line[range].to_owned()) })
    }
}

/// Bytes of a name; longer ones are sentences.
const MOST_NAME: usize = 80;

fn thread(raw: &RawThread) -> Thread {
    Thread {
        id: raw.id.clone(),
        url: raw.url.as_ref().map(|url| url.as_str().to_owned()),
        title: raw.title.as_deref().and_then(clean_line),
        boards: raw.boards.clone(),
    }
}

fn author(raw: RawAuthor) -> Option<Author> {
    let name = cleaned_line(raw.name)?;
    Some(Author { name, id: raw.id, url: raw.url, role: raw.role.and_then(cleaned_line) })
}

/// RFC 3339 in UTC, whole seconds.
fn rfc3339(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
