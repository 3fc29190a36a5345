//! The visible edit of a post: its notices, wherever they stand, and the one that counts.

use jiff::civil::{Date, Time};

use super::{
    dates::{Dated, PageDates},
    knowledge::Knowledge,
    notice::{NoticeContext, NoticeReading, Notices},
    text::{clean, clean_line},
};
use crate::model::{Author, Edit, Editor, RawAuthor, RawDate, RawNotice, Zone};

/// A notice, read.
#[derive(Debug)]
pub(super) struct Noticed {
    /// As it stands on the page, without the blanks around it.
    verbatim: String,
    /// Named by a link.
    linked: Option<RawAuthor>,
    /// Named by the text.
    user: Option<String>,
    printed: RawDate,
    dated: Dated,
    count: Option<u32>,
    reason: Option<String>,
    language: Option<String>,
}

impl Noticed {
    /// Its date.
    pub(super) fn dated(&self) -> &Dated {
        &self.dated
    }
}

/// Reads what stands in elements outside the body. What is no edit notice ("last bumped by", "deleted by") is dropped.
pub(super) fn outside(
    notices: &Notices,
    raw: Vec<RawNotice>,
    dates: &PageDates,
    knowledge: &mut Knowledge,
    posted: Option<Date>,
) -> Vec<Noticed> {
    let mut found = Vec::new();
    for raw in raw {
        let text = clean(&raw.text).into_owned();
        if text.is_empty() {
            continue;
        }
        let context = notice_context(dates, knowledge, posted);
        let told = || NoticeReading { count: raw.count, ..NoticeReading::default() };
        if let Some(reading) = if raw.is_data { Some(told()) } else { notices.read_element(&text, &context) } {
            let verbatim = raw.text.trim().to_owned();
            found.push(noticed(verbatim, reading, Some(raw), dates, knowledge, posted));
        }
    }
    found
}

/// Turns what was taken out of a body into notices.
pub(super) fn taken(
    found: Vec<(String, NoticeReading)>,
    dates: &PageDates,
    knowledge: &mut Knowledge,
    posted: Option<Date>,
) -> Vec<Noticed> {
    found
        .into_iter()
        .map(|(verbatim, reading)| noticed(verbatim.trim().to_owned(), reading, None, dates, knowledge, posted))
        .collect()
}

/// What notices are read with. An edit does not lie before its post.
pub(super) fn notice_context<'c>(
    dates: &'c PageDates,
    knowledge: &Knowledge,
    posted: Option<Date>,
) -> NoticeContext<'c> {
    let context = dates.context(knowledge, posted);
    NoticeContext { engine: context.engine, language: dates.language.as_deref(), dates: context, own_words: false }
}

fn noticed(
    verbatim: String,
    reading: NoticeReading,
    raw: Option<RawNotice>,
    dates: &PageDates,
    knowledge: &mut Knowledge,
    posted: Option<Date>,
) -> Noticed {
    if let Some(language) = &reading.language {
        knowledge.learn_language(language);
    }
    let raw = raw.unwrap_or_default();
    let printed = RawDate { text: reading.date_raw.clone(), attributes: raw.date_attributes };
    let dated = if printed.attributes.is_empty() {
        // the notice's own words have read it; nothing here knows better
        if let Some(evidence) = reading.date.as_ref().and_then(|date| date.evidence.as_ref()) {
            knowledge.orders.add(evidence);
        }
        Dated { raw: reading.date_raw, reading: reading.date }
    } else {
        let mut dated = dates.read(&printed, knowledge, posted);
        dated.reading = dated.reading.or(reading.date);
        dated
    };
    Noticed {
        verbatim,
        linked: raw.editor,
        user: reading.user,
        printed,
        dated,
        count: reading.count,
        reason: raw.reason.as_deref().and_then(clean_line).or(reading.reason),
        language: reading.language,
    }
}

/// Reads dates again that could be read two ways, now that the whole page has told what it knows.
pub(super) fn settle(notices: &mut [Noticed], dates: &PageDates, knowledge: &Knowledge, posted: Option<Date>) {
    for notice in notices {
        let language = notice.language.as_deref();
        dates.settle_in(language, &mut notice.dated, &notice.printed, knowledge, posted);
    }
}

/// The visible edit: the latest of the notices that stand on a post, all of their wording.
pub(super) fn edit(notices: Vec<Noticed>, author: Option<&Author>, zone: Option<&Zone>) -> Option<(Edit, Dated)> {
    if notices.is_empty() {
        return None;
    }
    let notice = notices.iter().map(|notice| notice.verbatim.as_str()).collect::<Vec<_>>().join("\n");
    // where no date tells, what stands last was written last
    let moment = |notice: &Noticed| {
        notice.dated.reading.as_ref().map(|reading| (reading.date, reading.time.unwrap_or(Time::midnight())))
    };
    let latest = notices.into_iter().reduce(|best, next| if moment(&next) >= moment(&best) { next } else { best })?;
    let editor = match latest.linked {
        Some(linked) => clean_line(&linked.name).map(|name| Editor { name, id: linked.id, url: linked.url }),
        None => None,
    };
    let editor =
        editor.or_else(|| latest.user.as_deref().and_then(clean_line).map(|name| Editor { name, id: None, url: None }));
    let by_author = match (&editor, author) {
        (Some(editor), Some(author)) => Some(is_same(editor, author)),
        _ => None,
    };
    let edit = Edit {
        date: latest.dated.reading.as_ref().map(|reading| reading.to_iso(zone)),
        ambiguous_date: latest.dated.reading.as_ref().and_then(|reading| reading.other_iso(zone)),
        date_raw: latest.dated.raw.clone(),
        count: latest.count,
        reason: latest.reason.as_deref().and_then(clean_line),
        by_author,
        notice,
        language: latest.language,
        editor,
    };
    Some((edit, latest.dated))
}

/// By id where both have one, else by name.
fn is_same(editor: &Editor, author: &Author) -> bool {
    match (&editor.id, &author.id) {
        (Some(editor), Some(author)) => editor == author,
        _ => editor.name == author.name,
    }
}
