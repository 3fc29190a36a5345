//! The dates of one page: read together, because one of them may prove how another is to be read.

use jiff::civil::Date;

use super::{
    PageStamp,
    date::{DateContext, DateReading, OrderEvidence, Proof, find_date, order_of, read_attribute},
    knowledge::Knowledge,
    text::clean_line,
};
use crate::model::{DateOrder, RawDate, SourceSettings, Zone};

/// What all dates of a page are read with.
pub(super) struct PageDates<'a> {
    /// The zone of the page's clock: configured, told by the page, or by earlier ones.
    pub zone: Option<Zone>,
    /// Language of the page's wording, best guess.
    pub language: Option<String>,
    engine: Option<&'a str>,
    configured: Option<DateOrder>,
    stamp: &'a PageStamp,
}

/// A date that was printed.
#[derive(Debug, Default)]
pub(super) struct Dated {
    /// As printed, without its label where the date was found in it.
    pub raw: Option<String>,
    /// Read; `None` where nothing was printed, or it could not be read.
    pub reading: Option<DateReading>,
}

impl<'a> PageDates<'a> {
    pub(super) fn new(
        source: &SourceSettings,
        engine: Option<&'a str>,
        zone: Option<Zone>,
        language: Option<String>,
        stamp: &'a PageStamp,
    ) -> PageDates<'a> {
        PageDates { zone, language, engine, configured: source.date_order, stamp }
    }

    /// For one date; `not_before`: what it cannot lie before.
    pub(super) fn context<'c>(&'c self, knowledge: &Knowledge, not_before: Option<Date>) -> DateContext<'c> {
        DateContext {
            // nearly all of the world's dates without a language are in figures or in English
            language: self.language.as_deref().or(Some("en")),
            engine: self.engine,
            order: knowledge.belief(self.configured),
            zone: self.zone.as_ref(),
            now: Some(self.stamp.date.unwrap_or(self.stamp.fetched_at)),
            not_before,
        }
    }

    /// Reads a date: attributes before the text, for they are fuller or machine-readable. What it proves goes to `knowledge`.
    pub(super) fn read(&self, raw: &RawDate, knowledge: &mut Knowledge, not_before: Option<Date>) -> Dated {
        let context = self.context(knowledge, not_before);
        let attribute = raw.attributes.iter().find_map(|attribute| read_attribute(attribute, &context));
        let (printed, of_text) = match raw.text.as_deref().and_then(clean_line) {
            Some(text) => match find_date(&text, &context) {
                Some((range, reading)) if range == (0..text.len()) => (Some(text), Some(reading)),
                Some((range, reading)) => (Some(text[range].to_owned()), Some(reading)),
                None => (Some(text), None),
            },
            None => (raw.attributes.first().and_then(|attribute| clean_line(attribute)), None),
        };
        if let (Some(instant), Some(text), Some(printed)) = (&attribute, &of_text, &printed)
            && let Some(evidence) = beside_instant(instant, text, printed)
        {
            knowledge.orders.add(&evidence);
        }
        let reading = attribute.or(of_text);
        if let Some(evidence) = reading.as_ref().and_then(|reading| reading.evidence.as_ref()) {
            knowledge.orders.add(evidence);
        }
        Dated { raw: printed, reading }
    }

    /// Reads a date again that could be read two ways, now that the whole page has told what it knows.
    pub(super) fn settle(&self, dated: &mut Dated, raw: &RawDate, knowledge: &Knowledge, not_before: Option<Date>) {
        self.settle_in(None, dated, raw, knowledge, not_before);
    }

    /// Like [`PageDates::settle`], for a wording of this language.
    pub(super) fn settle_in(
        &self,
        language: Option<&str>,
        dated: &mut Dated,
        raw: &RawDate,
        knowledge: &Knowledge,
        not_before: Option<Date>,
    ) {
        if dated.reading.as_ref().is_some_and(|reading| reading.other.is_some()) {
            let mut context = self.context(knowledge, not_before);
            context.language = language.or(context.language);
            let attribute = raw.attributes.iter().find_map(|attribute| read_attribute(attribute, &context));
            let again = attribute.or_else(|| find_date(dated.raw.as_deref()?, &context).map(|(_, reading)| reading));
            dated.reading = again.or(dated.reading.take());
        }
    }
}

impl Dated {
    /// Remembers how a date was read that nothing decided.
    pub(super) fn remember(&self, knowledge: &mut Knowledge) {
        if let (Some(raw), Some(reading)) = (&self.raw, &self.reading)
            && reading.other.is_some()
            && let Some(read) = order_of(raw, reading.date, Proof::Sequence)
        {
            knowledge.orders.assume(read.shape, read.order, &read.text);
        }
    }
}

/// What an instant beside a date in figures proves: the reading that lies on its day is the right one.
fn beside_instant(instant: &DateReading, text: &DateReading, printed: &str) -> Option<OrderEvidence> {
    let other = text.other?;
    instant.offset?;
    // the printed clock may be up to a day away from the instant's own
    let near = |date: Date| date.duration_until(instant.date).abs().as_hours() <= 24;
    let right = match (near(text.date), near(other)) {
        (true, false) => text.date,
        (false, true) => other,
        _ => return None,
    };
    order_of(printed, right, Proof::Instant)
}

/// What the order of a page's posts proves: they do not go back in time. One post may be a moved one, so two inversions more in
/// one reading than in the other are asked for.
pub(super) fn sequence<'d>(dates: impl Iterator<Item = &'d Dated>) -> Option<OrderEvidence> {
    let mut inversions = [0u32, 0];
    let mut before: Option<[Date; 2]> = None;
    let mut ambiguous = None;
    for dated in dates {
        let Some(reading) = &dated.reading else { continue };
        let both = [reading.date, reading.other.unwrap_or(reading.date)];
        if reading.other.is_some() {
            ambiguous = Some((dated.raw.as_deref()?, both));
        }
        if let Some(before) = before {
            for side in [0, 1] {
                inversions[side] += u32::from(both[side] < before[side]);
            }
        }
        before = Some(both);
    }
    let (text, both) = ambiguous?;
    let right = match inversions {
        [one, other] if one >= other + 2 => both[1],
        [one, other] if other >= one + 2 => both[0],
        _ => return None,
    };
    order_of(text, right, Proof::Sequence)
}
