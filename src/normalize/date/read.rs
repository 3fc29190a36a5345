//! The entrances: from text to a reading.

use std::ops::Range;

use jiff::civil::Time;

use super::{
    context::DateContext,
    fold::{Folded, floor_boundary},
    grammar::{Parts, date_at},
    order::Shape,
    reading::DateReading,
    resolve::{Resolved, hour_of, resolve},
    token::{Kind, MAX_TOKENS, Token, date_tokens, tokens},
    words::{DateWords, Meaning, Tables, Words},
};

/// Longer texts are no dates.
const MAX_LENGTH: usize = 120;

/// Reads a text that is a date and nothing else. `None`: it is none, or one that nobody can tell without more context.
pub fn read_date(text: &str, ctx: &DateContext) -> Option<DateReading> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    let folded = Folded::new(text);
    let read = |language: Option<&str>| read_folded(&folded.text, text, &Words::tables(language, None), language, ctx);
    match read(ctx.language) {
        Some(resolved) => resolved.reading(),
        None => agreed(&folded.text, read),
    }
}

/// Reads folded text that is a date and nothing else, with these words. `Some(Unknown)`: a date that needs the present.
fn read_folded(
    folded: &str,
    printed: &str,
    tables: &Tables,
    language: Option<&str>,
    ctx: &DateContext,
) -> Option<Resolved> {
    resolve(&parts_of(folded, tables)?, printed, language, ctx)
}

/// The parts of folded text that is a date and nothing else.
fn parts_of(folded: &str, tables: &Tables) -> Option<Parts> {
    let buffer = date_tokens(folded, tables)?;
    date_at(folded, &buffer, true).map(|(parts, _)| parts)
}

/// The longest date within a text of labels around it ("Post time: …", "by X » Thu …"), and where it stands.
pub fn find_date(text: &str, ctx: &DateContext) -> Option<(Range<usize>, DateReading)> {
    let folded = Folded::new(text);
    let find = |language: Option<&str>| find_folded(&folded.text, &Words::tables(language, None), language, ctx);
    let Found { range, reading, alone } = match find(ctx.language) {
        Some(found) => found,
        None => {
            let read = |language: Option<&str>| find(language).map(|found| Resolved::Reading(Box::new(found.reading)));
            let reading = agreed(&folded.text, read)?;
            let found = Words::languages().filter_map(|language| find(Some(language)));
            let found = found.filter(|found| found.reading == reading);
            // most of it is read by the language that knows its weekday too
            Found { alone: false, ..found.max_by_key(|found| found.range.len())? }
        }
    };
    let start = folded.origin(text, range.start);
    let cut = folded.cut(text, range);
    let start = match text[start..].starts_with(cut) {
        true => start,
        false => start + text[start..].find(cut).unwrap_or(0),
    };
    let range = start..start + cut.len();
    if alone && cut.len() <= MAX_LENGTH {
        return Some((range, reading));
    }
    // what languages disagree on by itself is not known better for what stands around it
    let alone = read_date(cut, ctx)?;
    (alone.date == reading.date).then_some((range, reading))
}

/// A date among other words.
struct Found {
    range: Range<usize>,
    reading: DateReading,
    /// By itself it is read alike.
    alone: bool,
}

fn find_folded(folded: &str, tables: &Tables, language: Option<&str>, ctx: &DateContext) -> Option<Found> {
    let mut buffer = Vec::with_capacity(32);
    tokens(folded, tables, &mut buffer);
    let mut best: Option<(Range<usize>, DateReading)> = None;
    let mut taken: (&[Token], Parts) = Default::default();
    let last = buffer.last()?.end as usize;
    for at in 0..buffer.len() {
        // nothing that is left is longer
        if best.as_ref().is_some_and(|(known, _)| known.len() >= last - buffer[at].start as usize) {
            break;
        }
        if !may_begin(&buffer[at]) || (at > 0 && continues(&buffer[at - 1], &buffer[at])) {
            continue;
        }
        let Some((parts, length)) = date_at(folded, &buffer[at..], false) else { continue };
        let range = buffer[at].start as usize..buffer[at + length - 1].end as usize;
        if best.as_ref().is_some_and(|(known, _)| known.len() >= range.len()) {
            continue;
        }
        if let Some(Resolved::Reading(reading)) = resolve(&parts, &folded[range.clone()], language, ctx) {
            best = Some((range, *reading));
            taken = (&buffer[at..at + length], parts);
        }
    }
    let (range, reading) = best?;
    let (tokens, parts) = taken;
    let by_itself = || date_at(folded, tokens, true).map(|(parts, _)| parts);
    // where it stands to the end of the text, it was read by itself already
    let alone = tokens.len() < MAX_TOKENS && (range.end == last || by_itself() == Some(parts));
    Some(Found { range, reading, alone })
}

/// The parts of a date in words of a notice's language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DateParts(Parts);

impl DateWords {
    /// Reads folded text that is a date and nothing else. `Some(None)`: a date that needs the present to be known.
    pub(crate) fn whole(&self, folded: &str, ctx: &DateContext) -> Option<Option<DateReading>> {
        self.resolved(&self.parts(folded)?, folded, ctx)
    }

    /// The parts of folded text that is a date and nothing else: they follow from the words alone.
    pub(crate) fn parts(&self, folded: &str) -> Option<DateParts> {
        if folded.len() > MAX_LENGTH {
            return None;
        }
        parts_of(folded, &self.tables).map(DateParts)
    }

    /// The date that the parts of folded text say; `Some(None)`: it needs the present to be known.
    pub(crate) fn resolved(&self, parts: &DateParts, folded: &str, ctx: &DateContext) -> Option<Option<DateReading>> {
        resolve(&parts.0, folded, self.language, ctx).map(Resolved::reading)
    }

    /// The date that folded text from `at` on begins with, as long as possible, and where it ends. `capital` tells whether
    /// the folded byte stands for a capital: text may be glued to "PM".
    pub(crate) fn prefix(
        &self,
        folded: &str,
        at: usize,
        limit: usize,
        ctx: &DateContext,
        capital: &dyn Fn(usize) -> bool,
    ) -> Option<(usize, Option<DateReading>)> {
        let mut buffer = Vec::with_capacity(32);
        let text = &folded[at..floor_boundary(folded, (at + MAX_LENGTH).min(limit))];
        tokens(text, &self.tables, &mut buffer);
        part_glued_number(text, &mut buffer);
        let (mut parts, length): (Parts, usize) = date_at(text, &buffer, false)?;
        // `2-3` in a sentence is no date: what text is glued to has a year
        if parts.pair.is_some() && parts.year.is_none() {
            return None;
        }
        let length = if private_message(text, &buffer, length, &parts) {
            parts.daytime = None;
            length - 1
        } else {
            length
        };
        let mut end = buffer.get(length.checked_sub(1)?)?.end as usize;
        if parts.time.is_some()
            && parts.daytime.is_none()
            && let Some(Token { kind: Kind::Unknown, start, .. }) = buffer.get(length)
        {
            let start = *start as usize;
            let daytime = match text.as_bytes().get(start..start + 2) {
                Some(b"am") => Some(Meaning::AM),
                Some(b"pm") => Some(Meaning::PM),
                _ => None,
            };
            if daytime.is_some() && (start..start + 3).all(|byte| capital(at + byte)) {
                parts.daytime = daytime;
                end = start + 2;
            }
        }
        let resolved = resolve(&parts, &text[..end], self.language, ctx)?;
        Some((at + end, resolved.reading()))
    }
}

/// Whether the "PM" that a date seems to end in is the first word of the text that is glued to it: "13:22 PM sent", "PM me".
fn private_message(text: &str, buffer: &[Token], length: usize, parts: &Parts) -> bool {
    let Some((last, before)) = buffer[..length].split_last() else { return false };
    let Some(next) = buffer.get(length) else { return false };
    let following = &text[next.start as usize..next.end as usize];
    let afternoon = parts.time.is_some_and(|(hour, ..)| hour > 12);
    !before.is_empty()
        && last.spaced
        && &text[last.start as usize..last.end as usize] == "pm"
        && (afternoon && following.starts_with(char::is_alphabetic) || matches!(following, "me" | "sent"))
}

/// Text that begins with a number may be glued to a time: `12:462024` is 12:46 and 2024.
fn part_glued_number(text: &str, buffer: &mut Vec<Token>) {
    let glued = (1..buffer.len()).find(|&at| {
        matches!(buffer[at].kind, Kind::Number(_, digits) if digits > 2)
            && !buffer[at].spaced
            && matches!(buffer[at - 1].kind, Kind::Sign(b':'))
    });
    let Some(at) = glued else { return };
    let Token { start, end, .. } = buffer[at];
    let Ok(value) = text[start as usize..start as usize + 2].parse() else { return };
    buffer[at] = Token { kind: Kind::Number(value, 2), start, end: start + 2, spaced: false };
    buffer.insert(at + 1, Token { kind: Kind::Unknown, start: start + 2, end, spaced: false });
}

/// All dates with a time of day in a text, in order, read with the context's language or, where that reads none, with any one.
pub(super) fn dates_in(text: &str, ctx: &DateContext) -> Vec<DateReading> {
    let mut found = Vec::new();
    let mut from = 0;
    // day, hour and minute are three numbers: "All times are UTC+01:00" need not be looked at in every language
    let may_hold = |rest: &&str| rest.split(|c: char| !c.is_numeric()).filter(|number| !number.is_empty()).count() >= 3;
    while let Some((range, reading)) = text.get(from..).filter(may_hold).and_then(|rest| find_date(rest, ctx)) {
        from += range.end;
        found.push(reading);
    }
    found
}

/// The first time of day in folded text, whatever stands around it.
pub(super) fn time_in(folded: &str, ctx: &DateContext) -> Option<Time> {
    let mut buffer = Vec::new();
    tokens(folded, &Words::tables(ctx.language, None), &mut buffer);
    let number = |at: usize| match buffer.get(at).map(|token| token.kind) {
        Some(Kind::Number(value, 1 | 2)) => Some(value),
        _ => None,
    };
    let daytime = |at: usize| match buffer.get(at).map(|token| token.kind) {
        Some(Kind::Word(meaning)) if meaning.is(Meaning::DAYTIME) => Some(meaning.flags & Meaning::DAYTIME),
        _ => None,
    };
    (0..buffer.len()).find_map(|at| {
        let hour = number(at)?;
        matches!(buffer.get(at + 1)?.kind, Kind::Sign(b':')).then_some(())?;
        let minute = number(at + 2)?;
        let seconds = matches!(buffer.get(at + 3).map(|t| t.kind), Some(Kind::Sign(b':'))) && number(at + 4).is_some();
        let after = at + if seconds { 5 } else { 3 };
        let daytime = daytime(after).or_else(|| daytime(at.checked_sub(1)?));
        Time::new(hour_of(hour.min(24) as u8, daytime) as i8, minute.min(99) as i8, 0, 0).ok()
    })
}

/// Shape and first two numbers of the first numeric date in a text.
pub(super) fn numeric_shape(text: &str) -> Option<(Shape, (u32, u32))> {
    let folded = Folded::new(text).text;
    let mut buffer = Vec::new();
    tokens(&folded, &Words::tables(None, None), &mut buffer);
    (0..buffer.len()).find_map(|at| {
        let (parts, _) = date_at(&folded, &buffer[at..], false)?;
        let triple = parts.triple?;
        let [first, second, third] = triple.numbers;
        Some((Shape::of(triple.separator, third.digits <= 2), (first.value, second.value)))
    })
}

/// Where the given language cannot read it, another may: what all that can say alike is taken.
fn agreed(folded: &str, read: impl Fn(Option<&str>) -> Option<Resolved>) -> Option<DateReading> {
    // without a number or a word in it no language makes it a date
    if folded.len() > MAX_LENGTH || !folded.contains(|c: char| c.is_alphabetic()) {
        return None;
    }
    let mut found: Option<DateReading> = None;
    for language in Words::languages() {
        if let Some(reading) = read(Some(language)).and_then(Resolved::reading) {
            match &found {
                Some(known) if known.date != reading.date || known.time != reading.time => return None,
                Some(_) => {}
                None => found = Some(reading),
            }
        }
    }
    found
}

impl Resolved {
    pub(super) fn reading(self) -> Option<DateReading> {
        match self {
            Resolved::Reading(reading) => Some(*reading),
            Resolved::Unknown => None,
        }
    }
}

fn may_begin(token: &Token) -> bool {
    match token.kind {
        Kind::Number(..) | Kind::Sign(b'\'') => true,
        Kind::Word(meaning) => {
            meaning.month != 0 || meaning.jalali != 0 || meaning.weekday != 0 || meaning.flags & !Meaning::WORD != 0
        }
        _ => false,
    }
}

/// A number within a word ("mp3 2024"), or the later part of one.
fn continues(before: &Token, token: &Token) -> bool {
    !token.spaced && matches!(before.kind, Kind::Unknown | Kind::Sign(b'-' | b'/' | b'.' | b'#' | b'_'))
}
