//! The row of blocks that are posts: each series of like places is tried as a row of marks that stand one in a post.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    date::{Dated, Label},
    layout::{self, Layout, hash},
    person::{Named, leads_to_person},
    words,
};
use crate::extract::{flat::attribute, view::View};

/// A piece of the page that is taken for a post.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// The highest element that holds its mark and no other piece's.
    pub(super) top: u32,
    /// All of it: the element, or a run of neighbours that begins with it.
    pub(super) range: Range<u32>,
}

/// Marks of a page that are counted by range.
pub(super) struct Marks<'m> {
    pub(super) dates: &'m [Dated],
    pub(super) people: &'m [Named],
    dated: Vec<u32>,
    named: Vec<u32>,
    hinted: Vec<u32>,
    others: Vec<u32>,
}

impl<'m> Marks<'m> {
    pub(super) fn new(dates: &'m [Dated], people: &'m [Named], layout: &Layout) -> Marks<'m> {
        let size = layout.parents.len();
        let count = |places: &mut dyn Iterator<Item = u32>| {
            let mut sums = vec![0u32; size + 1];
            places.for_each(|at| sums[at as usize + 1] += 1);
            (0..size).for_each(|at| sums[at + 1] += sums[at]);
            sums
        };
        Marks {
            dated: count(&mut dates.iter().filter(|date| date.label == Label::None).map(|date| date.node)),
            named: count(&mut people.iter().filter(|named| named.strength >= 2).map(|named| named.at)),
            others: count(&mut dates.iter().filter(|date| date.label == Label::Other).map(|date| date.node)),
            hinted: count(&mut people.iter().map(|named| named.at)),
            dates,
            people,
        }
    }

    pub(super) fn dates_in(&self, range: &Range<u32>) -> u32 {
        self.dated[range.end as usize] - self.dated[range.start as usize]
    }

    /// Dates that are no post's: when someone joined, and the like.
    pub(super) fn other_dates_in(&self, range: &Range<u32>) -> u32 {
        self.others[range.end as usize] - self.others[range.start as usize]
    }

    pub(super) fn people_in(&self, range: &Range<u32>) -> u32 {
        self.named[range.end as usize] - self.named[range.start as usize]
    }

    pub(super) fn hints_in(&self, range: &Range<u32>) -> u32 {
        self.hinted[range.end as usize] - self.hinted[range.start as usize]
    }
}

/// More places than this are no marks of posts.
const MOST: usize = 3000;

/// The best row of pieces, with what it is worth; empty where nothing on the page looks like posts.
pub(super) fn best(view: &View<'_, '_>, layout: &Layout, marks: &Marks<'_>) -> (Vec<Piece>, f64) {
    let mut series: BTreeMap<(u8, u64), Vec<u32>> = BTreeMap::new();
    let mut add = |kind: u8, key: u64, at: u32| {
        let places = series.entry((kind, key)).or_default();
        if places.last() != Some(&at) {
            places.push(at);
        }
    };
    let holder_keys = |at: u32| {
        let here = at as usize;
        let above = layout.parent(at).map_or(0, |up| layout.shapes[up as usize]);
        [(1, layout.shapes[here]), (2, layout.paths[here]), (3, hash(&(layout.shapes[here], above)))]
    };
    for date in marks.dates.iter().filter(|date| date.label == Label::None) {
        holder_keys(date.at).into_iter().for_each(|(kind, key)| add(kind, key, date.at));
    }
    for named in marks.people.iter().filter(|named| named.strength >= 2) {
        holder_keys(named.at).into_iter().for_each(|(kind, key)| add(kind + 10, key, named.at));
    }
    for (at, element) in view.flat.elements() {
        if !layout.visible[at as usize] || view.flat.within(at).len() < 3 {
            continue;
        }
        if attribute(element, "class").is_some_and(is_post_class) {
            add(20, layout.shapes[at as usize], at);
        }
        if let Some(id) = attribute(element, "id").filter(|id| id.bytes().any(|b| b.is_ascii_digit())) {
            let stem: String = id.chars().filter(|c| !c.is_ascii_digit()).collect();
            add(21, hash(&(element.value().name(), stem)), at);
        }
        if let Some(kind) = attribute(element, "itemtype").filter(|kind| is_post_type(kind)) {
            add(22, hash(&kind), at);
            add(23, 0, at);
        }
    }
    let asides = asides(view);
    let mut best: (Vec<Piece>, f64) = (Vec::new(), 0.0);
    let mut columns: Option<Piece> = None;
    let mut most = 0.0_f64;
    let mut keys: Vec<(u8, u64)> = series.keys().copied().collect();
    keys.sort_unstable();
    for key in keys {
        let places = outside(&asides, &series[&key]);
        if places.len() < 2 || places.len() > MOST {
            continue;
        }
        // Names and dates stand in quotations as well; what is named a post stands in an answer to a post as well.
        let is_block = key.0 >= 20;
        let pieces = alike(layout, pieces(view, layout, &places), is_block);
        // The author's column and that of the text are one post.
        if let Some(row) = layout.row_of_cells(&view.flat, pieces.iter().map(|piece| piece.top)) {
            columns = Some(Piece { top: row, range: layout::whole(&view.flat, row) });
            continue;
        }
        let sum: f64 = pieces.iter().map(|piece| worth(layout, marks, &piece.range)).sum();
        let mut worth =
            sum * (1.0 - 0.6 * same_neighbours(marks, &pieces)) * uniformity(view, layout, &pieces, is_block);
        if worth > best.1 && lead_elsewhere(view, layout, &pieces) {
            worth *= 0.15;
        }
        if pieces.len() >= 2 && is_better(&pieces, worth, &best, most) {
            best = (pieces, worth);
        }
        most = most.max(best.1);
    }
    if let (true, Some(row)) = (best.0.is_empty(), columns) {
        best.1 = worth(layout, marks, &row.range);
        best.0.push(row);
    }
    (once(view, best.0), best.1)
}

/// Whether a row is better than the best so far: of two of nearly the same worth that of more pieces, for it has those by people whom
/// nothing names; of two that are alike the tighter one.
fn is_better(pieces: &[Piece], worth: f64, best: &(Vec<Piece>, f64), most: f64) -> bool {
    const NEAR: f64 = 0.005;
    if worth <= 0.0 || worth < most * (1.0 - NEAR) {
        return false;
    }
    if best.1 < worth * (1.0 - NEAR) || pieces.len() > best.0.len() {
        return true;
    }
    pieces.len() == best.0.len() && (worth > best.1 + 1e-9 || worth > best.1 - 1e-9 && reach(pieces) < reach(&best.0))
}

/// Whether the pieces are what is new elsewhere: under a headline each, which leads to a page of its own. Subjects of posts lead to
/// places of the same thread, or say the same.
pub(super) fn lead_elsewhere(view: &View<'_, '_>, layout: &Layout, pieces: &[Piece]) -> bool {
    let headline = |piece: &Piece| {
        let headings = piece.range.clone().filter(|at| {
            view.flat.element(*at).is_some_and(|element| {
                matches!(element.value().name(), "h1" | "h2" | "h3" | "h4" | "h5")
                    || attribute(element, "class").is_some_and(|class| class.contains("title"))
            })
        });
        headings.take(2).find_map(|at| {
            let mut around = (at..view.flat.node(at).end).chain(layout.parent(at));
            let link = around.find_map(|at| {
                let element = view.flat.element(at).filter(|element| element.value().name() == "a")?;
                let href =
                    attribute(element, "href").filter(|href| !href.starts_with('#') && !leads_to_person(href))?;
                view.resolve(href)
            })?;
            let says = view.line(at);
            (says.chars().count() >= 12 && link.path() != view.base.path()).then_some((link.path().to_owned(), says))
        })
    };
    let found: Vec<(String, String)> = pieces.iter().filter_map(headline).collect();
    let distinct = |of: &dyn Fn(&(String, String)) -> String| found.iter().map(of).collect::<BTreeSet<_>>().len();
    found.len() * 10 >= pieces.len() * 8
        && distinct(&|(path, _)| path.clone()) * 10 >= found.len() * 8
        && distinct(&|(_, says)| says.clone()) * 10 >= found.len() * 8
}

/// What stands beside a thread: side columns, and lists of what is new or alike elsewhere; the outermost of each.
pub(super) fn asides(view: &View<'_, '_>) -> Vec<Range<u32>> {
    let mut all: Vec<Range<u32>> = Vec::new();
    for (at, element) in view.flat.elements() {
        let range = layout::whole(&view.flat, at);
        let is_inner = all.last().is_some_and(|outer| at < outer.end);
        // What holds most of the page is no column of it, whatever it is called.
        if is_inner || range.end - range.start < 12 || (range.end - at) * 4 > view.flat.len() * 3 {
            continue;
        }
        let names = [attribute(element, "class"), attribute(element, "id")].into_iter().flatten();
        if names.flat_map(str::split_ascii_whitespace).any(words::names_aside) {
            all.push(range);
        }
    }
    all
}

/// The places without those of which several stand in one aside: a column within a post holds that post's alone.
fn outside(asides: &[Range<u32>], places: &[u32]) -> Vec<u32> {
    let of = |place: u32| {
        let number = asides.partition_point(|aside| aside.start <= place).checked_sub(1)?;
        asides[number].contains(&place).then_some(number)
    };
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    places.iter().filter_map(|place| of(*place)).for_each(|number| *counts.entry(number).or_default() += 1);
    places.iter().copied().filter(|place| of(*place).is_none_or(|number| counts[&number] < 2)).collect()
}

/// An id that comes again is the same post again.
fn once(view: &View<'_, '_>, mut pieces: Vec<Piece>) -> Vec<Piece> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    pieces.retain(|piece| {
        let mut ids = (piece.top..piece.range.end).take(12).filter_map(|at| attribute(view.flat.element(at)?, "id"));
        ids.find(|id| id.bytes().filter(u8::is_ascii_digit).count() > 1).is_none_or(|id| seen.insert(id))
    });
    pieces
}

/// Nodes that the pieces cover: of two rows of one worth the tighter one is taken.
fn reach(pieces: &[Piece]) -> u32 {
    pieces.iter().map(|piece| piece.range.end - piece.range.start).sum()
}

fn is_post_class(class: &str) -> bool {
    let class = class.to_ascii_lowercase();
    words::POST_CLASSES.iter().any(|word| class.contains(word))
}

/// Item types of schema.org that are posts.
pub(super) fn is_post_type(kind: &str) -> bool {
    ["DiscussionForumPosting", "Comment", "Answer", "Question", "UserComments"].iter().any(|name| kind.ends_with(name))
}

/// Cuts the page at the marks.
fn pieces(view: &View<'_, '_>, layout: &Layout, places: &[u32]) -> Vec<Piece> {
    let flat = &view.flat;
    let mut tops: Vec<u32> = Vec::with_capacity(places.len());
    for (number, &place) in places.iter().enumerate() {
        let before = number.checked_sub(1).map(|number| places[number]);
        let after = places.get(number + 1).copied();
        let mut top = place;
        for up in layout.upward(place) {
            let range = layout::whole(flat, up);
            if before.is_some_and(|before| range.contains(&before))
                || after.is_some_and(|after| up != place && range.contains(&after))
            {
                break;
            }
            top = up;
        }
        tops.push(top);
    }
    let end = |number: usize| {
        let own = flat.node(tops[number]).end;
        tops.get(number + 1).map_or(own, |next| own.min(*next))
    };
    let inside: u32 = (0..tops.len()).map(|number| layout.plain(&(tops[number]..end(number)))).sum();
    let gaps: u32 =
        (0..tops.len() - 1).map(|number| layout.plain(&(end(number)..tops[number + 1].max(end(number))))).sum();
    let neighbours = tops.windows(2).filter(|pair| layout.parent(pair[0]) == layout.parent(pair[1])).count();
    if gaps * 2 <= inside || neighbours * 10 < (tops.len() - 1) * 7 {
        return (0..tops.len()).map(|number| Piece { top: tops[number], range: tops[number]..end(number) }).collect();
    }
    in_rows(view, layout, &tops)
}

/// Pieces that are runs of neighbours: rows of a table, or headings each followed by text.
fn in_rows(view: &View<'_, '_>, layout: &Layout, tops: &[u32]) -> Vec<Piece> {
    let flat = &view.flat;
    let last = tops[tops.len() - 1];
    let parent_end = layout.parent(last).map_or(flat.len(), |parent| flat.node(parent).end);
    let mut lengths: Vec<usize> = tops.windows(2).map(|pair| siblings(view, pair[0], pair[1])).collect();
    lengths.sort_unstable();
    let typical = lengths[lengths.len() / 2].max(1);
    let mut close = last;
    for _ in 0..typical {
        if close >= parent_end {
            break;
        }
        close = flat.node(close).end;
    }
    let after = layout.plain(&(flat.node(last).end..close.max(flat.node(last).end)));
    let first_in = layout.parent(tops[0]).map_or(0, |parent| parent + 1);
    let before = layout.plain(&(first_in..tops[0]));
    let mean = tops.windows(2).map(|pair| layout.plain(&(flat.node(pair[0]).end.min(pair[1])..pair[1]))).sum::<u32>()
        / tops.len() as u32;
    if after * 4 < mean && before * 3 >= mean {
        // The mark stands at the foot of its post.
        let mut from = first_in;
        return tops
            .iter()
            .map(|&top| {
                let range = from.min(top)..flat.node(top).end;
                from = range.end;
                Piece { top, range }
            })
            .collect();
    }
    let ends = tops.iter().skip(1).copied().chain([close.min(parent_end)]);
    tops.iter().zip(ends).map(|(&top, end)| Piece { top, range: top..end.max(flat.node(top).end) }).collect()
}

/// How many neighbours lie between two places of one parent.
fn siblings(view: &View<'_, '_>, from: u32, to: u32) -> usize {
    let (mut at, mut count) = (from, 0);
    while at < to {
        at = view.flat.node(at).end;
        count += 1;
    }
    count
}

/// The pieces that are of one kind; those that stand elsewhere (a list of newest posts in a side column) are left out. Answers
/// within answers stand deeper: what lies among the others is one of them where the marks are whole blocks.
fn alike(layout: &Layout, pieces: Vec<Piece>, is_block: bool) -> Vec<Piece> {
    let mut votes: BTreeMap<u64, usize> = BTreeMap::new();
    for piece in &pieces {
        *votes.entry(layout.paths[piece.top as usize]).or_default() += 1;
        *votes.entry(layout.shapes[piece.top as usize]).or_default() += 1;
    }
    let most = |keys: &[u64]| pieces.iter().map(|piece| keys[piece.top as usize]).max_by_key(|key| (votes[key], *key));
    let (Some(path), Some(shape)) = (most(&layout.paths), most(&layout.shapes)) else { return pieces };
    let fits = |piece: &Piece| layout.paths[piece.top as usize] == path || layout.shapes[piece.top as usize] == shape;
    let fitting = pieces.iter().filter(|piece| fits(piece)).count();
    if fitting * 10 < pieces.len() * 6 {
        return pieces;
    }
    let (first, last) = (pieces.iter().position(fits), pieces.iter().rposition(fits));
    let among = match (is_block, first, last) {
        (true, Some(first), Some(last)) => first..last,
        _ => 0..0,
    };
    let container = first.filter(|_| is_block).and_then(|first| layout.parent(pieces[first].top));
    let is_within = |piece: &Piece| layout.upward(piece.top).any(|up| Some(up) == container);
    let mut number = 0..;
    pieces
        .into_iter()
        .filter(|piece| number.next().is_some_and(|number| among.contains(&number)) || fits(piece) || is_within(piece))
        .collect()
}

/// What speaks for a row as a whole: pieces of one shape, each with a number of its own. Marks that are blocks are of one kind
/// already, be their frames those of an answer or of an answer within it.
fn uniformity(view: &View<'_, '_>, layout: &Layout, pieces: &[Piece], is_block: bool) -> f64 {
    let total = pieces.len().max(1) as f64;
    let mut shapes: BTreeMap<u64, usize> = BTreeMap::new();
    let mut ids: BTreeSet<&str> = BTreeSet::new();
    for piece in pieces {
        *shapes.entry(layout.shapes[piece.top as usize]).or_default() += 1;
        let Some(element) = view.flat.element(piece.top) else { continue };
        let id = ["id", "data-id", "data-post-id", "data-comment-id"].iter().find_map(|name| attribute(element, name));
        ids.extend(id.filter(|id| id.bytes().any(|b| b.is_ascii_digit())));
    }
    let common = if is_block { 1.0 } else { shapes.values().max().copied().unwrap_or_default() as f64 / total };
    let numbered = if ids.len() as f64 >= 0.9 * total { 1.25 } else { 1.0 };
    (0.6 + 0.4 * common) * numbered
}

/// How many neighbours have the same person first: where that is every second, posts were cut in two.
fn same_neighbours(marks: &Marks<'_>, pieces: &[Piece]) -> f64 {
    let first = |piece: &Piece| {
        let from = marks.people.partition_point(|named| named.at < piece.range.start);
        let inside = marks.people[from..].iter().take_while(|named| named.at < piece.range.end);
        inside.filter(|named| named.strength >= 2).map(|named| named.name.as_str()).next()
    };
    let names: Vec<Option<&str>> = pieces.iter().map(first).collect();
    let same = names.windows(2).filter(|pair| pair[0].is_some() && pair[0] == pair[1]).count();
    same as f64 / pieces.len() as f64
}

/// What a piece is worth as a post: running text, a name, a date.
pub(super) fn worth(layout: &Layout, marks: &Marks<'_>, range: &Range<u32>) -> f64 {
    let plain = layout.plain(range);
    let linked = layout.linked(range);
    let text = f64::from(plain.saturating_sub(25).min(3000));
    let dates = marks.dates_in(range);
    let dated = dates > 0;
    let quality = match (dated, marks.people_in(range) > 0, marks.hints_in(range) > 0) {
        (true, true, _) => 1.0,
        (true, false, true) => 0.7,
        (false, true, _) => 0.4,
        (true, false, false) => 0.3,
        _ => 0.02,
    };
    let listing = if linked > plain * 2 { 0.3 } else { 1.0 };
    let crowd = if dates > 2 { 2.5 / (f64::from(dates) + 0.5) } else { 1.0 };
    let penalty = if quality < 0.2 { 0.4 } else { 0.0 };
    (1.0 + text / 20.0).ln() * quality * listing * crowd - penalty
}
