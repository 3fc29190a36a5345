//! The room's one worker: a page, taken apart, becomes records.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    article::{Articles, ArticlesError},
    date::DateReading,
    dates::{Dated, PageDates, sequence},
    hash::{Content, EditContent, content_hash},
    identity::Identities,
    knowledge::Knowledge,
    language,
    quote::quotes,
    text::{clean, clean_line},
};
use crate::model::{
    Author, Change, Extracted, RawAuthor, RawPost, RawThread, Record, SCHEMA, SourceSettings, Status, Thread, Warning,
    Zone,
};

/// What could not be read of a user's own templates or lists.
#[derive(Debug, thiserror::Error)]
pub enum NormalizeError {
    /// The lists of agencies, papers and places.
    #[error(transparent)]
    Articles(#[from] ArticlesError),
}

/// When a page was answered and when it was fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageStamp {
    /// The forum's clock: the response's `Date` header.
    pub date: Option<Timestamp>,
    /// When the fetch ended; the program's clock.
    pub fetched_at: Timestamp,
}

/// What a page became.
#[derive(Clone, Debug)]
pub struct Normalized {
    /// One a post, in page order. `change` is `New`, `revision` 1 and `seq` absent: only the state can tell more.
    pub records: Vec<Record>,
    /// The last post's instant of each of the page's thread rows, in their order.
    pub listed: Vec<Option<Timestamp>>,
    /// The rest of what was extracted: all but the posts.
    pub news: Extracted,
}

/// Turns raw posts into records. Cheap to clone, shared by the normalizing threads.
#[derive(Clone, Debug)]
pub struct Normalizer {
    articles: Arc<Articles>,
}

impl Normalizer {
    /// With the notice templates and the lists that come with the program.
    pub fn builtin() -> Normalizer {
        Normalizer { articles: Arc::new(Articles::builtin().clone()) }
    }

    /// With a user's own in addition, each a TOML text.
    ///
    /// # Errors
    /// Where one of them is not of its form.
    pub fn with(articles: Option<&str>) -> Result<Normalizer, NormalizeError> {
        let builtin = Normalizer::builtin();
        Ok(Normalizer {
            articles: match articles {
                Some(articles) => Arc::new(Articles::with(articles)?),
                None => builtin.articles,
            },
        })
    }

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
        let zone = source.time_zone.clone().or_else(|| knowledge.zone());
        let dates = PageDates::new(source, engine.as_deref(), zone, language, stamp);
        let posts = std::mem::take(&mut extracted.posts);

        // all dates are read once before any is settled: one on the page's last line may decide its first
        let mut published: Vec<Dated> = posts.iter().map(|post| dates.read(&post.date, knowledge, None)).collect();
        let mut listed: Vec<Dated> =
            extracted.threads.iter().map(|row| dates.read(&row.last_post, knowledge, None)).collect();
        if let Some(evidence) = sequence(published.iter()) {
            knowledge.orders.add(&evidence);
        }
        for (dated, post) in published.iter_mut().zip(&posts) {
            dates.settle(dated, &post.date, knowledge, None);
        }
        for (dated, row) in listed.iter_mut().zip(&extracted.threads) {
            dates.settle(dated, &row.last_post, knowledge, None);
        }

        let page = PageWords {
            source: &source.name,
            engine: engine.as_deref(),
            prior: extracted.facts.language.as_deref(),
            zone: dates.zone.as_ref(),
            thread: extracted.thread.as_ref(),
            fetched_at: rfc3339(stamp.fetched_at),
            charset_doubtful: extracted.charset_doubtful,
        };
        let mut identities = Identities::new(
            &source.name,
            extracted.thread.as_ref().and_then(|thread| thread.id.as_deref()),
            extracted.post_ids_unique,
        );
        let records = posts
            .into_iter()
            .zip(published)
            .enumerate()
            .map(|(index, (post, date))| self.record(&page, &mut identities, index, post, date))
            .collect();
        let listed = listed
            .iter()
            .map(|dated| dated.reading.as_ref()?.instant(Some(dates.zone.as_ref().unwrap_or(&UTC))))
            .collect();
        Normalized { records, listed, news: extracted }
    }

    fn record(
        &self,
        page: &PageWords,
        identities: &mut Identities,
        index: usize,
        post: RawPost,
        date: Dated,
    ) -> Record {
        let mut warnings = Vec::new();
        let mut warn = |when: bool, warning: Warning| {
            if when {
                warnings.push(warning);
            }
        };
        let body = post.body;
        let text = clean(&body.text).into_owned();
        let text = (!text.is_empty()).then_some(text);
        let quotes = quotes(body.quotes, &|_| None);
        let author = post.author.and_then(author);
        let empty = text.is_none()
            && quotes.is_empty()
            && body.images.is_empty()
            && post.attachments.is_empty()
            && body.links.is_empty();
        let identity = identities.of(
            post.id.as_deref(),
            author.as_ref().map(|author| author.name.as_str()),
            date.raw.as_deref(),
            text.as_deref(),
        );

        warn(page.charset_doubtful, Warning::Charset);
        warn(date.raw.is_some() && date.reading.is_none(), Warning::DateUnread);
        warn(date.reading.as_ref().is_some_and(|reading| reading.other.is_some()), Warning::DateAmbiguous);
        warn(date.reading.as_ref().is_some_and(|reading| needs_zone(reading, page.zone)), Warning::ZoneUnknown);
        warn(author.is_none() && post.status == Status::Visible, Warning::AuthorMissing);
        warn(empty && post.status == Status::Visible, Warning::BodyMissing);
        warn(identity.hashed, Warning::IdMissing);

        let content_hash = content_hash(&Content {
            text: text.as_deref(),
            quotes: &quotes,
            attachments: &post.attachments,
            edit: None::<EditContent>,
        });
        Record {
            schema: SCHEMA.to_owned(),
            seq: None,
            id: identity.id,
            change: Change::New,
            revision: 1,
            source: page.source.to_owned(),
            engine: page.engine.map(str::to_owned),
            url: post.url.map(String::from),
            thread: page.thread.map(thread),
            post_id: post.id,
            position: post.position.or_else(|| page.position(index)),
            headline: post
                .headline
                .as_deref()
                .and_then(clean_line)
                .or_else(|| clean_line(page.thread?.title.as_deref()?)),
            author,
            date_published: date.reading.as_ref().map(|reading| reading.to_iso(page.zone)),
            date_published_raw: date.raw,
            edit: None,
            article: text.as_deref().and_then(|text| self.articles.read(text)),
            in_language: text.as_deref().and_then(|text| language::detect(text, page.prior)).map(str::to_owned),
            text,
            quotes,
            links: body.links,
            images: body.images,
            attachments: post.attachments,
            status: post.status,
            content_hash,
            markdown: body.markdown,
            html: body.html,
            fetched_at: page.fetched_at.clone(),
            warnings,
        }
    }
}

/// For instants that only order and compare listing rows: an unknown zone is as good as any other as long as it stays the same.
static UTC: Zone = Zone::Fixed(jiff::tz::Offset::UTC);

/// What all records of a page share.
struct PageWords<'a> {
    source: &'a str,
    engine: Option<&'a str>,
    prior: Option<&'a str>,
    zone: Option<&'a Zone>,
    thread: Option<&'a RawThread>,
    fetched_at: String,
    charset_doubtful: bool,
}

impl PageWords<'_> {
    /// The place of the page's post of that index, where the posts before the page are known.
    fn position(&self, index: usize) -> Option<u32> {
        let thread = self.thread.filter(|thread| !thread.descending)?;
        let base = thread.position_base.or((thread.page == 1).then_some(0))?;
        base.checked_add(u32::try_from(index).ok()?)?.checked_add(1)
    }
}

/// Whether a date has a time of day and nothing tells its offset.
fn needs_zone(reading: &DateReading, zone: Option<&Zone>) -> bool {
    reading.time.is_some() && reading.offset.is_none() && zone.is_none()
}

fn thread(raw: &RawThread) -> Thread {
    Thread {
        id: raw.id.clone(),
        url: raw.url.as_ref().map(|url| url.as_str().to_owned()),
        title: raw.title.as_deref().and_then(clean_line),
        boards: raw.boards.clone(),
    }
}

fn author(raw: RawAuthor) -> Option<Author> {
    Some(Author {
        name: clean_line(&raw.name)?,
        id: raw.id,
        url: raw.url.map(String::from),
        role: raw.role.as_deref().and_then(clean_line),
    })
}

/// RFC 3339 in UTC, whole seconds.
fn rfc3339(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
