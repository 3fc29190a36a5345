//! Day or month first: what a date proves, what a source's dates prove together, and what is assumed where they do not.
//!
//! The order of the evidence is by strength: an instant attribute beside the date, a part above 12 anywhere in the same
//! source, a weekday, causality; then the engine's stock format; then the language. A configured order stands above all.

use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};

use super::words::base_language;
use crate::model::DateOrder;

/// How a numeric date is written; dates of one shape in one source have one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// `7-11-2024`
    Hyphen,
    /// `7/11/2024`
    Slash,
    /// `7.11.2024`
    Dot,
    /// `7-11-24`
    HyphenShort,
    /// `7/11/24`
    SlashShort,
    /// `7.11.24`
    DotShort,
    /// `7 11 2024`
    Space,
}

/// All shapes, in the order of [`OrderBelief`]'s slots.
const SHAPES: [Shape; 7] =
    [Shape::Hyphen, Shape::Slash, Shape::Dot, Shape::HyphenShort, Shape::SlashShort, Shape::DotShort, Shape::Space];

impl Shape {
    pub(super) fn of(separator: u8, short_year: bool) -> Shape {
        match (separator, short_year) {
            (b'-', false) => Shape::Hyphen,
            (b'-', true) => Shape::HyphenShort,
            (b'/', false) => Shape::Slash,
            (b'/', true) => Shape::SlashShort,
            (b' ', _) => Shape::Space,
            (_, false) => Shape::Dot,
            (_, true) => Shape::DotShort,
        }
    }

    /// A date of this shape, for people.
    pub fn example(self) -> &'static str {
        match self {
            Shape::Hyphen => "7-11-2024",
            Shape::Slash => "7/11/2024",
            Shape::Dot => "7.11.2024",
            Shape::HyphenShort => "7-11-24",
            Shape::SlashShort => "7/11/24",
            Shape::DotShort => "7.11.24",
            Shape::Space => "7 11 2024",
        }
    }

    fn slot(self) -> usize {
        self as usize
    }
}

/// What a date proves about its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderEvidence {
    /// For dates of this shape.
    pub shape: Shape,
    /// They are written so.
    pub order: DateOrder,
    /// Why.
    pub proof: Proof,
    /// The date as printed.
    pub text: String,
}

/// Why a date proves an order, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// An instant stands beside it.
    Instant,
    /// The page's clock, against the response's `Date` header.
    Clock,
    /// A part above 12.
    Above12,
    /// A weekday is printed with it.
    Weekday,
    /// The other reading lies in the future, or an edit before its post.
    Causality,
    /// Posts come in the order of their dates only so.
    Sequence,
}

impl Proof {
    fn weight(self) -> u32 {
        match self {
            Proof::Instant | Proof::Clock => 8,
            Proof::Above12 | Proof::Weekday => 4,
            Proof::Causality => 2,
            Proof::Sequence => 3,
        }
    }

    fn tells(self) -> &'static str {
        match self {
            Proof::Instant => "an instant stands beside it",
            Proof::Clock => "the page's clock tells",
            Proof::Above12 => "a part is above 12",
            Proof::Weekday => "its weekday tells",
            Proof::Causality => "the other reading is impossible",
            Proof::Sequence => "posts come in order only so",
        }
    }
}

/// What a reader of dates believes about the order of numeric dates; small, to be copied along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderBelief {
    configured: Option<DateOrder>,
    learned: [Option<DateOrder>; SHAPES.len()],
}

impl OrderBelief {
    /// A configured order, above all evidence.
    pub fn configured(order: DateOrder) -> OrderBelief {
        OrderBelief { configured: Some(order), ..OrderBelief::default() }
    }

    /// The order configured or learned for dates of `shape`.
    pub fn order(&self, shape: Shape) -> Option<DateOrder> {
        self.configured.or(self.learned[shape.slot()])
    }
}

/// What a source's dates prove together, by shape. Kept in the state as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Orders {
    tallies: BTreeMap<Shape, Tally>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tally {
    dmy: Votes,
    mdy: Votes,
    ymd: Votes,
    /// What dates were last read as while nothing decided, with the first so read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    assumed: Option<(DateOrder, String)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Votes {
    count: u32,
    weight: u32,
    /// The first date of the strongest proof, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    example: Option<(Proof, String)>,
}

/// The order in force for a shape, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Which dates.
    pub shape: Shape,
    /// Read so.
    pub order: DateOrder,
    /// Decided by evidence; else assumed.
    pub certain: bool,
    /// For people: `dmy: 12 dates for, 0 against; "17-11-2024": a part is above 12`.
    pub why: String,
}

impl Tally {
    fn votes(&self, order: DateOrder) -> &Votes {
        match order {
            DateOrder::Dmy => &self.dmy,
            DateOrder::Mdy => &self.mdy,
            DateOrder::Ymd => &self.ymd,
        }
    }

    fn decided(&self) -> Option<DateOrder> {
        // one reading may be a moved post's or a typed date: the winner has four times the weight of all others
        [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd].into_iter().find(|&order| {
            let own = self.votes(order).weight;
            let all = self.dmy.weight.saturating_add(self.mdy.weight).saturating_add(self.ymd.weight);
            own > 0 && own / 4 >= all - own
        })
    }

    /// What dates are read as: decided, else assumed.
    fn in_force(&self) -> Option<DateOrder> {
        self.decided().or(self.assumed.as_ref().map(|(order, _)| *order))
    }
}

impl Orders {
    /// Takes a date's proof in.
    pub fn add(&mut self, evidence: &OrderEvidence) {
        let tally = self.tallies.entry(evidence.shape).or_default();
        let votes = match evidence.order {
            DateOrder::Dmy => &mut tally.dmy,
            DateOrder::Mdy => &mut tally.mdy,
            DateOrder::Ymd => &mut tally.ymd,
        };
        votes.count = votes.count.saturating_add(1);
        votes.weight = votes.weight.saturating_add(evidence.proof.weight());
        if votes.example.as_ref().is_none_or(|(proof, _)| evidence.proof < *proof) {
            votes.example = Some((evidence.proof, evidence.text.clone()));
        }
    }

    /// Remembers that nothing decided how a date was to be read, and what it was read as.
    pub fn assume(&mut self, shape: Shape, order: DateOrder, text: &str) {
        let tally = self.tallies.entry(shape).or_default();
        if tally.assumed.as_ref().is_none_or(|(known, _)| *known != order) {
            tally.assumed = Some((order, text.to_owned()));
        }
    }

    /// The orders that were in force before, decided or assumed, and are not any more: dates that were read with them were
    /// read wrongly.
    pub fn turns_since(&self, before: &Orders) -> Vec<Turn> {
        let turn = |(shape, tally): (&Shape, &Tally)| {
            let from = before.tallies.get(shape)?.in_force()?;
            let to = self.decide(*shape, None, None);
            (tally.in_force() != Some(from)).then_some(Turn { from, to })
        };
        self.tallies.iter().filter_map(turn).collect()
    }

    /// What the dates so far prove, for [`DateContext`](super::DateContext).
    pub fn belief(&self, configured: Option<DateOrder>) -> OrderBelief {
        let mut belief = OrderBelief { configured, ..OrderBelief::default() };
        for (shape, tally) in &self.tallies {
            belief.learned[shape.slot()] = tally.decided();
        }
        belief
    }

    /// The order in force for dates of `shape`, and why. `engine` and `language` tell what is assumed where no date was seen.
    pub fn decide(&self, shape: Shape, engine: Option<&str>, language: Option<&str>) -> Decision {
        let Some(tally) = self.tallies.get(&shape) else {
            let why = "assumed: no date was seen yet".to_owned();
            return Decision { shape, order: prior(shape, engine, language, None), certain: false, why };
        };
        if let Some(order) = tally.decided() {
            let dates = |count: u32| if count == 1 { "1 date".to_owned() } else { format!("{count} dates") };
            let votes = tally.votes(order);
            let against = tally.dmy.count + tally.mdy.count + tally.ymd.count - votes.count;
            let mut why = format!("{} for, {against} against", dates(votes.count));
            if let Some((proof, text)) = &votes.example {
                why.push_str(&format!("; \"{text}\": {}", proof.tells()));
            }
            return Decision { shape, order, certain: true, why };
        }
        let contradict = tally.dmy.count + tally.mdy.count + tally.ymd.count > 0;
        let why = match &tally.assumed {
            _ if contradict => {
                format!("assumed: dates contradict each other ({} dmy, {} mdy)", tally.dmy.count, tally.mdy.count)
            }
            Some((_, text)) => format!("assumed of \"{text}\": no date has decided yet"),
            None => "assumed: no date has decided yet".to_owned(),
        };
        let order = tally.in_force().unwrap_or_else(|| prior(shape, engine, language, None));
        Decision { shape, order, certain: false, why }
    }

    /// The decisions for all shapes that dates were seen of.
    pub fn decisions(&self, engine: Option<&str>, language: Option<&str>) -> Vec<Decision> {
        self.tallies.keys().map(|&shape| self.decide(shape, engine, language)).collect()
    }
}

/// A decision that later evidence turned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// What dates of the shape were read as.
    pub from: DateOrder,
    /// What they are read as from now on, and why.
    pub to: Decision,
}

/// What an engine's stock format is: a row of `config/notices/orders.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stock {
    engine: String,
    order: DateOrder,
    shape: Option<StockShape>,
    #[serde(default)]
    english: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StockShape {
    Hyphen,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stocks {
    stock: Vec<Stock>,
}

#[expect(clippy::expect_used, reason = "the file is embedded; a test reads it")]
static STOCK: LazyLock<Vec<Stock>> = LazyLock::new(|| {
    toml::from_str::<Stocks>(include_str!("../../../config/notices/orders.toml")).expect("an embedded table").stock
});

/// The order assumed where nothing decides: the engine's stock format, then the language's custom.
/// `twelve`: whether the time beside it has a 12-hour clock, where there is a time.
pub(super) fn prior(shape: Shape, engine: Option<&str>, language: Option<&str>, twelve: Option<bool>) -> DateOrder {
    let language = language.map(base_language);
    let language = language.as_deref();
    let hyphen = matches!(shape, Shape::Hyphen | Shape::HyphenShort);
    let short = matches!(shape, Shape::HyphenShort | Shape::SlashShort | Shape::DotShort);
    if short && matches!(language, Some("zh" | "ja" | "ko" | "hu" | "eu" | "lt" | "mn")) {
        return DateOrder::Ymd;
    }
    if matches!(shape, Shape::Dot | Shape::DotShort) {
        return DateOrder::Dmy;
    }
    let english = matches!(language, None | Some("en" | "tl"));
    if let Some(engine) = engine {
        // config/notices/*.toml name engines as people write them
        let engine: Cow<'_, str> = match engine.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
            true => engine.into(),
            false => engine.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect(),
        };
        let stock = STOCK.iter().find(|stock| {
            (hyphen || stock.shape.is_none()) && (english || !stock.english) && engine.contains(&stock.engine)
        });
        if let Some(stock) = stock {
            return stock.order;
        }
    }
    // hyphens and the month first are two engines' habit; slashes and it a country's
    if english && twelve != Some(false) && !hyphen { DateOrder::Mdy } else { DateOrder::Dmy }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(order: DateOrder, proof: Proof, text: &str) -> OrderEvidence {
        OrderEvidence { shape: Shape::Hyphen, order, proof, text: text.into() }
    }

    #[test]
    fn evidence_decides_and_a_flood_of_it_turns() {
        let mut orders = Orders::default();
        assert!(!orders.decide(Shape::Hyphen, Some("discuz"), None).certain);
        orders.add(&evidence(DateOrder::Dmy, Proof::Above12, "17-11-2024"));
        assert_eq!(orders.belief(None).order(Shape::Hyphen), Some(DateOrder::Dmy));
        assert_eq!(orders.belief(None).order(Shape::Slash), None);
        orders.add(&evidence(DateOrder::Mdy, Proof::Above12, "11-17-2024"));
        assert_eq!(orders.belief(None).order(Shape::Hyphen), None);
        for _ in 0..3 {
            orders.add(&evidence(DateOrder::Mdy, Proof::Instant, "11-18-2024"));
        }
        let decision = orders.decide(Shape::Hyphen, None, None);
        assert_eq!(decision.order, DateOrder::Mdy);
        assert_eq!(decision.why, "4 dates for, 1 against; \"11-18-2024\": an instant stands beside it");
        let json = serde_json::to_string(&orders).unwrap();
        assert_eq!(serde_json::from_str::<Orders>(&json).unwrap(), orders);
    }

    #[test]
    fn later_evidence_turns_what_was_decided_or_assumed() {
        let turns = |orders: &Orders, before: &Orders| -> Vec<(DateOrder, DateOrder)> {
            orders.turns_since(before).iter().map(|turn| (turn.from, turn.to.order)).collect()
        };
        let nothing = Orders::default();
        let mut assumed = nothing.clone();
        assumed.assume(Shape::Hyphen, DateOrder::Mdy, "5-6-2024");
        assert_eq!(turns(&assumed, &nothing), []);
        let decision = assumed.decide(Shape::Hyphen, None, None);
        assert_eq!((decision.order, decision.certain), (DateOrder::Mdy, false));
        assert_eq!(decision.why, "assumed of \"5-6-2024\": no date has decided yet");
        let mut confirmed = assumed.clone();
        confirmed.add(&evidence(DateOrder::Mdy, Proof::Above12, "11-17-2024"));
        assert_eq!(turns(&confirmed, &assumed), []);
        let mut decided = assumed.clone();
        decided.add(&evidence(DateOrder::Dmy, Proof::Above12, "17-11-2024"));
        assert_eq!(turns(&decided, &assumed), [(DateOrder::Mdy, DateOrder::Dmy)]);
        let mut again = decided.clone();
        for _ in 0..4 {
            again.add(&evidence(DateOrder::Mdy, Proof::Instant, "11-18-2024"));
        }
        assert_eq!(turns(&again, &decided), [(DateOrder::Dmy, DateOrder::Mdy)]);
        let json = serde_json::to_string(&again).unwrap();
        assert_eq!(serde_json::from_str::<Orders>(&json).unwrap(), again);
    }

    #[test]
    fn a_configured_order_stands_above_evidence() {
        let mut orders = Orders::default();
        orders.add(&evidence(DateOrder::Dmy, Proof::Above12, "17-11-2024"));
        assert_eq!(orders.belief(Some(DateOrder::Mdy)).order(Shape::Hyphen), Some(DateOrder::Mdy));
    }

    #[test]
    fn stock_formats() {
        for (shape, engine, language, twelve, expected) in [
            (Shape::Hyphen, Some("Discuz!"), Some("en"), Some(true), DateOrder::Dmy),
            (Shape::Hyphen, Some("mybb"), Some("en"), Some(true), DateOrder::Mdy),
            (Shape::Hyphen, Some("vBulletin"), Some("en"), Some(true), DateOrder::Mdy),
            (Shape::Hyphen, Some("vBulletin"), Some("nl"), Some(true), DateOrder::Dmy),
            (Shape::Slash, Some("PTT"), Some("zh-Hant"), Some(false), DateOrder::Mdy),
            (Shape::Slash, None, Some("en"), Some(true), DateOrder::Mdy),
            (Shape::Slash, None, Some("en"), Some(false), DateOrder::Dmy),
            (Shape::Slash, None, Some("ms"), Some(true), DateOrder::Dmy),
            (Shape::Dot, Some("mybb"), Some("en"), None, DateOrder::Dmy),
            (Shape::DotShort, None, Some("ko"), None, DateOrder::Ymd),
        ] {
            assert_eq!(prior(shape, engine, language, twelve), expected, "{shape:?} {engine:?} {language:?}");
        }
    }
}
