//! The grammar of dates: tokens in, the parts of one date out. It decides nothing that depends on context.
//!
//! Forums print parts in every order, so there is no list of formats: a machine takes token after token, gives each its
//! place, and stops at the first that has none. What it took so far is a date where a day or a month of a year is
//! complete; a reader of whole texts asks that nothing is left.

use super::{
    token::{Kind, Token},
    words::{Meaning, Unit},
};

/// The parts of a date as printed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Parts {
    /// The numbers of `7-11-2024`, and what stands between them.
    pub(super) triple: Option<Triple>,
    /// The numbers of `12/25`.
    pub(super) pair: Option<(Number, Number, u8)>,
    /// Year, where it is certain which number that is.
    pub(super) year: Option<Number>,
    /// Era of `year`.
    pub(super) era: Era,
    /// 1-12.
    pub(super) month: Option<u8>,
    /// 1-12, of the Solar Hijri calendar.
    pub(super) jalali: Option<u8>,
    /// 1-31.
    pub(super) day: Option<u8>,
    /// Numbers that are day, month or year, in order.
    pub(super) bare: [Option<Number>; 2],
    /// A comma stands between them and the year: `6 20, 2014` has the month first.
    pub(super) comma: bool,
    /// Monday is 1.
    pub(super) weekday: Option<u8>,
    /// As printed.
    pub(super) time: Option<(u8, u8, Option<u8>)>,
    /// Which half of the day.
    pub(super) daytime: Option<u32>,
    /// Offset of the time in minutes.
    pub(super) offset: Option<i32>,
    /// Today, yesterday, a span.
    pub(super) relative: Option<Relative>,
}

/// A number as printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) value: u32,
    pub(super) digits: u8,
}

/// Three numbers with the same sign between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Triple {
    pub(super) numbers: [Number; 3],
    pub(super) separator: u8,
}

/// What a year is counted from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Era {
    #[default]
    Common,
    Roc,
    Reiwa,
    Heisei,
    Showa,
}

/// Printed against the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relative {
    /// Days before today.
    DaysAgo(u8),
    /// Months and seconds ago, and the smallest unit printed.
    Span { months: i64, seconds: i64, smallest: Unit },
}

/// The longest date that begins at `tokens[0]`, and how many tokens it takes. `text` is the folded text.
/// `whole`: all tokens must belong to it.
pub(super) fn date_at(text: &str, tokens: &[Token], whole: bool) -> Option<(Parts, usize)> {
    let span = span_at(tokens);
    if let Some((relative, length)) = span
        && (if whole { only_stops(&tokens[length..]) } else { !time_follows(&tokens[length..]) })
    {
        return Some((
            Parts { relative: Some(relative), ..Parts::default() },
            if whole { tokens.len() } else { length },
        ));
    }
    let mut machine = Machine { text, tokens, parts: Parts::default(), open: false };
    let mut at = 0;
    // "1 Day Ago, 14:20": the day, and a time of its own
    if let Some((Relative::Span { months: 0, seconds, smallest: Unit::Day }, length)) = span
        && let Ok(days) = u8::try_from(seconds / 86400)
    {
        machine.parts.relative = Some(Relative::DaysAgo(days));
        at = length;
    }
    let mut best = None;
    while at < tokens.len() {
        let Some((length, says)) = machine.take(at) else { break };
        at += length;
        if says && !machine.open && machine.parts.is_complete() {
            best = Some((machine.parts, at));
        }
    }
    if !whole {
        return best;
    }
    // `11 2006`: packs whose names of months are numbers
    if best.is_none()
        && tokens.len() == 2
        && at == 2
        && let ([Some(month @ Number { value: 1..=12, .. }), None], Some(Number { digits: 4, .. })) =
            (machine.parts.bare, machine.parts.year)
    {
        return Some((Parts { month: Some(month.value as u8), bare: [None; 2], ..machine.parts }, 2));
    }
    let (parts, length) = best?;
    let left = &tokens[length..];
    (length == tokens.len() || only_stops(left) || at == tokens.len() && only_words(left))
        .then_some((parts, tokens.len()))
}

/// Whether a time of day comes next.
fn time_follows(tokens: &[Token]) -> bool {
    let skip = tokens.iter().take_while(|token| matches!(token.kind, Kind::Sign(b',' | b'.'))).count();
    matches!(tokens[skip..], [Token { kind: Kind::Number(..), .. }, Token { kind: Kind::Sign(b':'), .. }, ..])
}

fn only_stops(tokens: &[Token]) -> bool {
    tokens.iter().all(|token| matches!(token.kind, Kind::Sign(b'.' | b',')))
}

fn only_words(tokens: &[Token]) -> bool {
    tokens.iter().all(|token| match token.kind {
        Kind::Sign(b'.' | b',') => true,
        Kind::Word(meaning) => meaning.is(Meaning::AFTER),
        _ => false,
    })
}

impl Parts {
    fn has_day(&self) -> bool {
        self.triple.is_some() || self.day.is_some() || self.bare[0].is_some() || self.pair.is_some()
    }

    fn has_month(&self) -> bool {
        self.month.is_some() || self.jalali.is_some()
    }

    fn has_date(&self) -> bool {
        self.triple.is_some()
            || self.pair.is_some()
            || (self.has_month() && (self.day.is_some() || self.bare[0].is_some()))
            || matches!(self.relative, Some(Relative::DaysAgo(_)))
    }

    fn is_complete(&self) -> bool {
        if self.relative.is_some() || self.triple.is_some() {
            return true;
        }
        if self.pair.is_some() {
            return self.year.is_some() || self.time.is_some();
        }
        if self.has_month() {
            return self.year.is_some() || self.day.is_some() || self.bare[0].is_some();
        }
        if self.bare[1].is_some() && self.year.is_some() {
            return true;
        }
        // `10 18th '17`, and `18日` with a bare month
        if self.day.is_some() && self.bare[0].is_some() && self.year.is_some() {
            return true;
        }
        self.weekday.is_some() && self.time.is_some() && !self.has_day() && self.year.is_none()
    }
}

struct Machine<'t> {
    text: &'t str,
    tokens: &'t [Token],
    parts: Parts,
    /// A bracket is open.
    open: bool,
}

impl Machine<'_> {
    fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    fn number(&self, at: usize) -> Option<Number> {
        match self.token(at)?.kind {
            Kind::Number(value, digits) => Some(Number { value, digits }),
            _ => None,
        }
    }

    fn sign(&self, at: usize) -> Option<u8> {
        match self.token(at)?.kind {
            Kind::Sign(sign) => Some(sign),
            _ => None,
        }
    }

    fn word(&self, at: usize) -> Option<Meaning> {
        match self.token(at)?.kind {
            Kind::Word(meaning) => Some(meaning),
            _ => None,
        }
    }

    fn spaced(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| token.spaced)
    }

    /// Gives the token at `at` its place; how many tokens that took, and whether they say something. `None`: no place.
    fn take(&mut self, at: usize) -> Option<(usize, bool)> {
        match self.token(at)?.kind {
            Kind::Number(..) => self.take_number(at).map(|length| (length, true)),
            Kind::Word(meaning) => self.take_word(at, meaning),
            Kind::Sign(sign) => self.take_sign(at, sign),
            Kind::Unknown => self.take_unknown(at),
        }
    }

    fn take_sign(&mut self, at: usize, sign: u8) -> Option<(usize, bool)> {
        match sign {
            b'(' | b'[' if self.parts.has_date() && !self.open => {
                self.open = true;
                Some((1, false))
            }
            b')' | b']' if self.open => {
                self.open = false;
                Some((1, true))
            }
            b'\'' => {
                // '24
                let year = self.number(at + 1).filter(|year| year.digits == 2 && !self.spaced(at + 1))?;
                if self.parts.year.is_some() || self.parts.triple.is_some() {
                    return None;
                }
                self.parts.year = Some(year);
                let mark = self.word(at + 2).is_some_and(|mark| mark.is(Meaning::YEAR_MARK));
                Some((2 + usize::from(mark), true))
            }
            b'+' | b'-'
                if self.parts.time.is_some() && self.parts.offset.is_none() && self.number(at + 1).is_some() =>
            {
                self.take_offset(at)
            }
            b',' | b'.' | b'@' | b'-' | b'|' | b';' if at > 0 => Some((1, false)),
            _ => None,
        }
    }

    /// `+08:00`, `-0500`, `+8`.
    fn take_offset(&mut self, at: usize) -> Option<(usize, bool)> {
        let sign = if self.sign(at)? == b'-' { -1 } else { 1 };
        let hours = self.number(at + 1).filter(|_| !self.spaced(at + 1))?;
        let (minutes, length) = if hours.digits == 4 {
            (hours.value / 100 * 60 + hours.value % 100, 2)
        } else if hours.digits <= 2 && self.sign(at + 2) == Some(b':') {
            (hours.value * 60 + self.number(at + 3).filter(|n| n.digits == 2)?.value, 4)
        } else if hours.digits <= 2 {
            (hours.value * 60, 2)
        } else {
            return None;
        };
        if minutes > 14 * 60 {
            return None;
        }
        self.parts.offset = Some(sign * minutes as i32);
        Some((length, true))
    }

    /// The `T` of ISO 8601, and nothing else.
    fn take_unknown(&mut self, at: usize) -> Option<(usize, bool)> {
        let token = self.token(at)?;
        let is_t = &self.text[token.start as usize..token.end as usize] == "t" && !token.spaced;
        (is_t && self.parts.triple.is_some() && self.parts.time.is_none() && self.number(at + 1).is_some())
            .then_some((1, false))
    }

    fn take_number(&mut self, at: usize) -> Option<usize> {
        let number = self.number(at)?;
        if self.parts.time.is_none()
            && let Some(length) = self.take_time(at, number)
        {
            return Some(length);
        }
        if !self.parts.has_date()
            && self.parts.year.is_none()
            && let Some(length) = self.take_numeric_date(at, number)
        {
            return Some(length);
        }
        if self.parts.triple.is_some() || matches!(self.parts.relative, Some(Relative::DaysAgo(_))) {
            return None;
        }
        if let Some(mark) = self.word(at + 1) {
            if mark.is(Meaning::YEAR_MARK) && self.parts.year.is_none() && number.digits <= 4 {
                self.parts.year = Some(number);
                return Some(2);
            }
            if mark.is(Meaning::MONTH_MARK) && !self.parts.has_month() && (1..=12).contains(&number.value) {
                self.parts.month = Some(number.value as u8);
                return Some(2);
            }
            let day = (1..=31).contains(&number.value) && self.parts.day.is_none();
            if day && mark.is(Meaning::DAY_MARK) {
                self.parts.day = Some(number.value as u8);
                return Some(2);
            }
            if day && mark.is(Meaning::ORDINAL) && !self.spaced(at + 1) {
                self.parts.day = Some(number.value as u8);
                return Some(2);
            }
        }
        if self.parts.pair.is_some() {
            if number.digits == 4 && self.parts.year.is_none() {
                self.parts.year = Some(number);
                return Some(1);
            }
            return None;
        }
        match number.digits {
            4 if self.parts.year.is_none() => self.parts.year = Some(number),
            1 | 2 => {
                let room = if self.parts.year.is_some() || self.parts.day.is_some() { 1 } else { 2 };
                let place = self.parts.bare.iter().position(Option::is_none).filter(|&place| place < room)?;
                // a year of two digits follows day and month; day and month, both in numbers, a year of four
                if place == 1 && !(self.parts.has_month() && number.digits == 2) && !self.year_follows(at + 1) {
                    return None;
                }
                if place == 0 && self.parts.day.is_some() && self.parts.has_month() {
                    // day and month are there: this can be the year only
                    if self.parts.year.is_some() || number.digits != 2 {
                        return None;
                    }
                    self.parts.year = Some(number);
                    return Some(1);
                }
                self.parts.bare[place] = Some(number);
                self.parts.comma |= place == 1 && self.sign(at + 1) == Some(b',');
            }
            _ => return None,
        }
        Some(1)
    }

    /// `20 6 2014`: packs whose short month names are numbers.
    fn year_follows(&self, at: usize) -> bool {
        let at = at + usize::from(self.sign(at) == Some(b','));
        !self.parts.has_month() && self.number(at).is_some_and(|year| year.digits == 4 && year.value / 100 == 20)
    }

    /// `14:20:33`, `14.20` after a date, `19h52`, `2時20分`, `3 pm`.
    fn take_time(&mut self, at: usize, hour: Number) -> Option<usize> {
        if hour.digits > 2 || hour.value > 24 {
            return None;
        }
        let minute_at = |at: usize| self.number(at).filter(|n| n.digits == 2 && n.value < 60);
        let dotted = self.parts.has_date() && self.sign(at + 1) == Some(b'.') && !self.spaced(at + 1);
        let colon = self.sign(at + 1) == Some(b':');
        if colon || dotted && !self.spaced(at + 2) {
            let sign = self.sign(at + 1);
            let minute = minute_at(at + 2)?;
            let second =
                minute_at(at + 4).filter(|_| self.sign(at + 3) == sign && !self.spaced(at + 4) && !self.spaced(at + 3));
            self.parts.time = Some((hour.value as u8, minute.value as u8, second.map(|s| s.value as u8)));
            let mut length = if second.is_some() { 5 } else { 3 };
            // a fraction says nothing that is kept
            if second.is_some()
                && self.sign(at + length) == Some(b'.')
                && !self.spaced(at + length + 1)
                && self.number(at + length + 1).is_some_and(|n| n.digits >= 3)
            {
                length += 2;
            }
            return Some(length);
        }
        if let Some(mark) = self.word(at + 1) {
            if mark.is(Meaning::HOUR_MARK) {
                let Some(minute) = minute_at(at + 2) else {
                    // "14 h" after a date
                    if self.parts.has_date() && self.number(at + 2).is_none() {
                        self.parts.time = Some((hour.value as u8, 0, None));
                        return Some(2);
                    }
                    return None;
                };
                let mut length = 3;
                let mut second = None;
                if self.word(at + 3).is_some_and(|m| m.is(Meaning::MINUTE_MARK)) {
                    length = 4;
                    if let Some(s) = minute_at(at + 4)
                        && self.word(at + 5).is_some_and(|m| m.is(Meaning::SECOND_MARK))
                    {
                        second = Some(s.value as u8);
                        length = 6;
                    }
                }
                self.parts.time = Some((hour.value as u8, minute.value as u8, second));
                return Some(length);
            }
            if self.parts.has_date() && mark.is(Meaning::AM | Meaning::PM) && (1..=12).contains(&hour.value) {
                self.parts.time = Some((hour.value as u8, 0, None));
                return Some(1);
            }
        }
        None
    }

    /// `7-11-2024`, `2024. 7. 11.`, `05/Apr/2005`, `12/25`.
    fn take_numeric_date(&mut self, at: usize, first: Number) -> Option<usize> {
        if self.parts.day.is_some() || self.parts.bare[0].is_some() {
            return None;
        }
        let separator = self.sign(at + 1).filter(|sign| matches!(sign, b'-' | b'/' | b'.'))?;
        let tight = |at: usize| !self.spaced(at);
        if !tight(at + 1) || !(tight(at + 2) || separator == b'.') {
            return None;
        }
        if let Some(second) = self.number(at + 2).filter(|n| n.digits <= 2) {
            // `17/2月/2007`
            if self.word(at + 3).is_some_and(|mark| mark.is(Meaning::MONTH_MARK))
                && separator != b'.'
                && self.sign(at + 4) == Some(separator)
                && let Some(year) = self.number(at + 5).filter(|n| n.digits == 4)
                && !self.parts.has_month()
                && (1..=12).contains(&second.value)
                && (1..=31).contains(&first.value)
            {
                self.parts.month = Some(second.value as u8);
                self.parts.day = Some(first.value as u8);
                self.parts.year = Some(year);
                return Some(6);
            }
            let third = self.number(at + 4).filter(|_| {
                self.sign(at + 3) == Some(separator) && tight(at + 3) && (tight(at + 4) || separator == b'.')
            });
            if let Some(third) = third
                && !self.parts.has_month()
                && first.digits <= 4
                && third.digits <= 4
            {
                self.parts.triple = Some(Triple { numbers: [first, second, third], separator });
                return Some(5);
            }
            if separator != b'.' && first.digits <= 2 && third.is_none() && !self.parts.has_month() {
                self.parts.pair = Some((first, second, separator));
                return Some(3);
            }
            return None;
        }
        // a month's name between two signs
        let month = self.word(at + 2).filter(|m| m.month != 0)?;
        let dot = usize::from(separator != b'.' && self.sign(at + 3) == Some(b'.'));
        let third = self.number(at + dot + 4).filter(|_| self.sign(at + dot + 3) == Some(separator))?;
        if separator == b'.' || self.parts.has_month() {
            return None;
        }
        let (day, year) = if first.digits == 4 { (third, first) } else { (first, third) };
        if day.digits > 2 || !(1..=31).contains(&day.value) {
            return None;
        }
        self.parts.month = Some(month.month);
        self.parts.day = Some(day.value as u8);
        self.parts.year = Some(year);
        Some(dot + 5)
    }

    fn take_word(&mut self, at: usize, meaning: Meaning) -> Option<(usize, bool)> {
        use Meaning as M;
        let parts = &mut self.parts;
        let is_month = meaning.month != 0 || meaning.jalali != 0;
        let wants_month =
            !parts.has_month() && parts.triple.is_none() && parts.pair.is_none() && parts.relative.is_none();
        let as_weekday = meaning.weekday != 0 && parts.weekday.is_none() && parts.relative.is_none();
        if is_month && wants_month && !(as_weekday && self.month_follows(at + 1)) {
            let parts = &mut self.parts;
            parts.month = (meaning.month != 0).then_some(meaning.month);
            parts.jalali = (meaning.month == 0).then_some(meaning.jalali);
            return Some((1, true));
        }
        let parts = &mut self.parts;
        if as_weekday {
            parts.weekday = Some(meaning.weekday);
            return Some((1, true));
        }
        if meaning.is(M::DAYTIME) && parts.daytime.is_none() {
            parts.daytime = Some(meaning.flags & M::DAYTIME);
            return Some((1, true));
        }
        if meaning.is(M::TODAY | M::YESTERDAY | M::BEFORE_YESTERDAY) && parts.relative.is_none() && !parts.has_day() {
            if parts.has_month() || parts.year.is_some() {
                return None;
            }
            let days = if meaning.is(M::TODAY) {
                0
            } else if meaning.is(M::YESTERDAY) {
                1
            } else {
                2
            };
            parts.relative = Some(Relative::DaysAgo(days));
            return Some((1, true));
        }
        for (flag, era) in
            [(M::ROC, Era::Roc), (M::REIWA, Era::Reiwa), (M::HEISEI, Era::Heisei), (M::SHOWA, Era::Showa)]
        {
            if meaning.is(flag) && parts.era == Era::Common {
                parts.era = era;
                return Some((1, false));
            }
        }
        if meaning.is(M::UTC) && parts.time.is_some() && parts.offset.is_none() {
            parts.offset = Some(0);
            return match self.sign(at + 1) {
                Some(b'+' | b'-') if self.number(at + 2).is_some() => {
                    self.parts.offset = None;
                    self.take_offset(at + 1).map(|(length, says)| (length + 1, says))
                }
                _ => Some((1, true)),
            };
        }
        let ends = meaning.is(M::AFTER) && (parts.time.is_some() || parts.year.is_some() || parts.triple.is_some());
        (meaning.is(M::WORD) && at > 0 || ends).then_some((1, ends))
    }

    /// Whether a month's name or a date in numbers still comes, so that `mar` is Tuesday.
    fn month_follows(&self, mut at: usize) -> bool {
        while let Some(token) = self.token(at) {
            match token.kind {
                Kind::Word(meaning) if meaning.month != 0 || meaning.is(Meaning::MONTH_MARK) => return true,
                Kind::Unknown => return false,
                Kind::Number(_, digits) if digits <= 4 => {
                    if let Some(sign @ (b'/' | b'-' | b'.')) = self.sign(at + 1)
                        && self.number(at + 2).is_some()
                        && self.sign(at + 3) == Some(sign)
                        && self.number(at + 4).is_some()
                    {
                        return true;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        false
    }
}

/// `3 years 2 months ago`, `vor 3 Stunden`, `半小时前`, `just now`.
fn span_at(tokens: &[Token]) -> Option<(Relative, usize)> {
    use Meaning as M;
    let word = |at: usize| match tokens.get(at).map(|token| token.kind) {
        Some(Kind::Word(meaning)) => Some(meaning),
        _ => None,
    };
    let first = word(0);
    if let Some(meaning) = first {
        if meaning.is(M::NOW) && !word(1).is_some_and(|m| m.is(M::AGO)) {
            return Some((Relative::Span { months: 0, seconds: 0, smallest: Unit::Minute }, 1));
        }
        if meaning.is(M::HALF_HOUR) {
            return Some((Relative::Span { months: 0, seconds: 1800, smallest: Unit::Minute }, 1));
        }
        if meaning.is(M::AGO)
            && meaning.count != 0
            && let Some(unit) = meaning.unit
        {
            let (months, seconds) = amount(unit, i64::from(meaning.count));
            return Some((Relative::Span { months, seconds, smallest: unit }, 1));
        }
    }
    let mut at = 0;
    let mut past = false;
    if first.is_some_and(|m| m.is(M::AGO) && m.unit.is_none()) {
        past = true;
        at = 1;
    }
    let (mut months, mut seconds, mut smallest) = (0, 0, None::<Unit>);
    loop {
        let count = match tokens.get(at).map(|token| token.kind) {
            // "il y a 1 jour 12:42": the time is not the span's
            Some(Kind::Number(..)) if smallest.is_some() && word(at + 1).is_none_or(|m| m.unit.is_none()) => break,
            Some(Kind::Number(value, digits)) if digits <= 4 => {
                at += 1;
                i64::from(value)
            }
            Some(Kind::Word(meaning)) if meaning.is(M::ONE) && word(at + 1).is_some_and(|m| m.unit.is_some()) => {
                at += 1;
                1
            }
            // "godzinę temu"
            Some(Kind::Word(meaning)) if meaning.unit.is_some() && smallest.is_none() => 1,
            _ => break,
        };
        if matches!(tokens.get(at).map(|token| token.kind), Some(Kind::Sign(b'.'))) {
            return None;
        }
        let meaning = word(at)?;
        let unit = meaning.unit?;
        if smallest.is_some_and(|known| known <= unit) {
            return None;
        }
        at += 1;
        let (m, s) = amount(unit, count);
        months += m;
        seconds += s;
        smallest = Some(unit);
        if meaning.is(M::AGO) {
            past = true;
            break;
        }
        // "min. ago", "1 day, 3 hours", "saat ve"
        loop {
            let next_counts = |at: usize| {
                matches!(tokens.get(at).map(|token| token.kind), Some(Kind::Number(..)))
                    && word(at + 1).is_some_and(|m| m.unit.is_some())
            };
            match tokens.get(at).map(|token| token.kind) {
                Some(Kind::Sign(b'.')) if word(at + 1).is_some_and(|m| m.is(M::AGO)) || next_counts(at + 1) => at += 1,
                Some(Kind::Sign(b',')) if next_counts(at + 1) => at += 1,
                Some(Kind::Word(meaning)) if meaning.is(M::WORD) && next_counts(at + 1) => at += 1,
                _ => break,
            }
        }
        if word(at).is_some_and(|m| m.is(M::AGO)) {
            past = true;
            at += 1;
            break;
        }
    }
    let smallest = smallest.filter(|_| past)?;
    // "vor 3 Stunden her" does not occur, but a second mark may follow ("тому назад" is one phrase)
    Some((Relative::Span { months, seconds, smallest }, at))
}

/// Months and seconds of `count` units.
fn amount(unit: Unit, count: i64) -> (i64, i64) {
    match unit {
        Unit::Second => (0, count),
        Unit::Minute => (0, 60 * count),
        Unit::Hour => (0, 3600 * count),
        Unit::Day => (0, 86400 * count),
        Unit::Week => (0, 7 * 86400 * count),
        Unit::Month => (count, 0),
        Unit::Year => (12 * count, 0),
    }
}
