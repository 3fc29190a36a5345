//! What in the pieces is the author and the date: the pieces vote, for what stands in the same place in most of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    date::Label,
    layout::{Layout, hash},
    series::{Marks, Piece},
};
use crate::extract::{flat::attribute, view::View};

/// Author and date of a piece, by number among the page's people and dates.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    pub(super) author: Option<usize>,
    pub(super) date: Option<usize>,
}

/// A candidate within a piece.
struct Candidate {
    number: usize,
    key: u64,
    value: f64,
    /// What it says: what is the same everywhere tells nothing of one post.
    says: u64,
}

/// Finds author and date of each piece.
pub(super) fn parts(view: &View<'_, '_>, layout: &Layout, marks: &Marks<'_>, pieces: &[Piece]) -> Vec<Parts> {
    let quoted = quoted(view, layout, marks);
    let key_of = |at: u32| {
        let above = layout.parent(at).map_or(0, |up| layout.shapes[up as usize]);
        hash(&(layout.shapes[at as usize], above))
    };
    let people: Vec<Vec<Candidate>> = pieces
        .iter()
        .map(|piece| {
            let size = (piece.range.end - piece.range.start).max(1);
            let first = marks.people.partition_point(|named| named.at < piece.range.start);
            let inside =
                marks.people.iter().enumerate().skip(first).take_while(|(_, named)| named.at < piece.range.end);
            let inside = inside.filter(|(_, named)| !within(&quoted, named.at));
            let inside: Vec<_> = inside.collect();
            // Of a name and what stands around it ("Ann", "Ann Moderator") the name is meant.
            let is_frame = |number: usize| {
                let (_, outer) = inside[number];
                let frame = view.flat.node(outer.at).end;
                let mut within = inside[number + 1..].iter().take_while(|(_, inner)| inner.at < frame);
                within.any(|(_, inner)| inner.name.len() < outer.name.len() && outer.name.starts_with(&inner.name))
            };
            let inside = inside.iter().enumerate().filter(|(number, _)| !is_frame(*number)).map(|(_, named)| *named);
            inside
                .map(|(number, named)| {
                    let late = f64::from(named.at - piece.range.start) / f64::from(size);
                    let value = f64::from(named.strength) + if named.href.is_some() { 0.5 } else { 0.0 } - late;
                    Candidate { number, key: key_of(named.at), value, says: hash(&named.name) }
                })
                .collect()
        })
        .collect();
    let dates: Vec<Vec<Candidate>> = pieces
        .iter()
        .map(|piece| {
            let size = (piece.range.end - piece.range.start).max(1);
            let first = marks.dates.partition_point(|date| date.node < piece.range.start);
            let inside = marks.dates.iter().enumerate().skip(first).take_while(|(_, date)| date.node < piece.range.end);
            let inside = inside.filter(|(_, date)| !within(&quoted, date.node));
            inside
                .map(|(number, date)| {
                    let late = f64::from(date.node - piece.range.start) / f64::from(size);
                    let is_time = view.flat.element(date.at).is_some_and(|element| {
                        element.value().name() == "time"
                            || attribute(element, "class")
                                .is_some_and(|class| class.contains("date") || class.contains("time"))
                    });
                    let mut value = 1.5 + f64::from(u8::from(date.has_time)) * 1.5 - late;
                    value += f64::from(u8::from(!date.attributes.is_empty())) + f64::from(u8::from(is_time));
                    value *= match date.label {
                        Label::None => 1.0,
                        Label::Edit => 0.15,
                        Label::Other => 0.05,
                    };
                    Candidate {
                        number,
                        key: key_of(date.at),
                        value,
                        says: hash(&(&date.text, date.attributes.first())),
                    }
                })
                .collect()
        })
        .collect();
    let authors = elect(&people, 1.6);
    let dates = elect(&dates, 0.2);
    // Of several places of one name that is meant which leads to the person.
    let linked = |number: usize, candidates: &[Candidate]| {
        let name = &marks.people[number].name;
        let fellows = candidates.iter().map(|candidate| candidate.number);
        let mut fellows = fellows.filter(|other| marks.people[*other].name == *name);
        match marks.people[number].href {
            Some(_) => number,
            None => fellows.find(|other| marks.people[*other].href.is_some()).unwrap_or(number),
        }
    };
    let authors = authors.into_iter().zip(&people).map(|(author, people)| author.map(|number| linked(number, people)));
    authors.zip(dates).map(|(author, date)| Parts { author, date }).collect()
}

/// The winner in each piece: what stands where the winner of most pieces stands, else the piece's own best that is worth at
/// least `least`.
fn elect(pieces: &[Vec<Candidate>], least: f64) -> Vec<Option<usize>> {
    #[derive(Default)]
    struct Votes {
        pieces: usize,
        value: f64,
        says: BTreeSet<u64>,
    }
    let mut votes: BTreeMap<u64, Votes> = BTreeMap::new();
    for candidates in pieces {
        let mut seen: BTreeSet<u64> = BTreeSet::new();
        for candidate in candidates {
            if seen.insert(candidate.key) {
                let votes = votes.entry(candidate.key).or_default();
                votes.pieces += 1;
                votes.value += candidate.value;
                votes.says.insert(candidate.says);
            }
        }
    }
    let total = pieces.len();
    let score = |votes: &Votes| {
        let same = votes.says.len() == 1 && votes.pieces >= 4;
        let few = votes.pieces >= 6 && votes.says.len() * 6 < votes.pieces;
        votes.value
            * if same {
                0.2
            } else if few {
                0.6
            } else {
                1.0
            }
    };
    let mut ranking: Vec<(f64, u64)> = votes.iter().map(|(key, votes)| (score(votes), *key)).collect();
    ranking.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    pieces
        .iter()
        .map(|candidates| {
            let elected = ranking.iter().find_map(|(_, key)| {
                let common = votes[key].pieces * 4 >= total;
                let of_key = candidates.iter().filter(|candidate| candidate.key == *key);
                let of_key = of_key.filter(|candidate| common || candidate.value >= least);
                // When someone joined may stand in the same kind of place as when he wrote.
                of_key.reduce(|best, other| if other.value > best.value { other } else { best })
            });
            elected.map(|candidate| candidate.number)
        })
        .collect()
}

/// Quotations: names and dates within them are not the post's.
fn quoted(view: &View<'_, '_>, layout: &Layout, marks: &Marks<'_>) -> Vec<Range<u32>> {
    let mut all: Vec<Range<u32>> = Vec::new();
    for quote in &view.profile.body.quote {
        let Some(each) = &quote.each else { continue };
        all.extend(
            view.all(each, &view.whole())
                .iter()
                .filter(|at| layout.visible[**at as usize])
                .map(|at| *at..view.flat.node(*at).end),
        );
    }
    // What someone signs with is no author of the post; but what is dated is its head, whatever it is called.
    if let Some(drop) = &view.profile.body.drop {
        let signatures = view.all(drop, &view.whole()).iter().filter(|at| is_signature(view, **at));
        let signatures = signatures.map(|at| *at..view.flat.node(*at).end);
        all.extend(signatures.filter(|range| marks.dates_in(range) == 0));
    }
    // vBulletin 4 and others hold bodies in block quotes: what holds much of the page is no quotation.
    all.sort_by_key(|range| (range.start, range.end));
    all
}

fn is_signature(view: &View<'_, '_>, at: u32) -> bool {
    let Some(element) = view.flat.element(at) else { return false };
    [attribute(element, "class"), attribute(element, "id")].into_iter().flatten().any(|value| {
        let value = value.to_ascii_lowercase();
        value.contains("signature") || value.split_ascii_whitespace().any(|token| token.starts_with("sig"))
    })
}

fn within(ranges: &[Range<u32>], at: u32) -> bool {
    let end = ranges.partition_point(|range| range.start <= at);
    ranges[..end].iter().rev().take(12).any(|range| range.contains(&at))
}
