//! The elements that are open, followed as the parser keeps them: each start and end tag either fits, with the end tags that
//! HTML lets people leave out, or the page is given up.

use std::ops::Range;

use ego_tree::NodeId;

use super::names::{Name, is};
use crate::engine::keys::Above;

/// An element that is open.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) name: Name,
    pub(super) traits: u32,
    /// The number of its start tag among those that were met.
    pub(super) met: usize,
    /// Where what it holds begins.
    pub(super) inside: usize,
    /// Its name, as written.
    pub(super) text: Range<usize>,
    /// Its node, where it is kept.
    pub(super) node: Option<NodeId>,
    /// Of a table: the body that is open in it without a tag.
    pub(super) body: Part,
    /// Of a table or one of its sections: the row that is open in it without a tag.
    pub(super) row: Part,
    /// What is carried above what stands in it.
    pub(super) above: Above,
    /// It may be a post.
    pub(super) is_post: bool,
    /// Something asks for the place of one of its children among the others.
    pub(super) is_asked: bool,
    /// How many children of the elements about it were left out before it.
    pub(super) left_out: usize,
}

/// A part of a table that the parser makes of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Part {
    #[default]
    Closed,
    /// With its node, once something in it is kept.
    Open(Option<NodeId>),
}

impl Open {
    /// What a child of these traits begins and ends of the parts that have no tag.
    pub(super) fn begin_parts(&mut self, child: u32) {
        let is_table = self.traits & is::TABLE != 0;
        if !is_table && self.traits & is::SECTION == 0 {
            return;
        }
        if is_table && child & (is::ROW | is::CELL) != 0 && self.body == Part::Closed {
            self.body = Part::Open(None);
        }
        match child {
            _ if child & is::CELL != 0 && self.row == Part::Closed => self.row = Part::Open(None),
            _ if child & is::ROW != 0 => self.row = Part::Closed,
            _ if child & (is::SECTION | is::CAPTION) != 0 => (self.body, self.row) = (Part::Closed, Part::Closed),
            _ => {}
        }
    }
}

/// Ends a part that has no tag by an end tag that no other element has; `None` where more than that ends.
pub(super) fn end_part(stack: &mut [Open], traits: u32, is_body: bool) -> Option<()> {
    let about = match traits {
        _ if traits & is::ROW != 0 => is::TABLE | is::SECTION,
        _ if traits & is::SECTION != 0 && is_body => is::TABLE,
        _ => return Some(()),
    };
    let Some(at) = stack.iter().rposition(|open| open.traits & about != 0) else { return Some(()) };
    let (is_top, open) = (at + 1 == stack.len(), &mut stack[at]);
    let ends = if traits & is::ROW != 0 { open.row } else { open.body };
    if ends == Part::Closed {
        return Some(());
    }
    open.row = Part::Closed;
    if traits & is::ROW == 0 {
        open.body = Part::Closed;
    }
    is_top.then_some(())
}

/// What a start tag asks for before its element may open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// So many of the innermost elements end here.
    Opens { ends: usize },
    /// The parser would do more than that.
    GivesUp,
}

/// What an end tag does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// So many of the innermost elements end here without a tag, and then the one that it names.
    Closes { ends: usize },
    /// Nothing: there is no such element.
    Ignored,
    /// It makes an empty paragraph.
    Paragraph,
    /// The parser would do more than that.
    GivesUp,
}

/// What must not stand about the elements in the stack from a place on.
fn no_paragraph(stack: &[Open]) -> bool {
    for open in stack.iter().rev() {
        if open.traits & is::P != 0 {
            return false;
        }
        if open.traits & (is::BOUNDARY | is::ROOT) != 0 {
            break;
        }
    }
    true
}

/// Whether an element of these traits may open. `in_paragraph`: one is open somewhere.
pub(super) fn start(stack: &[Open], name: Name, traits: u32, in_paragraph: bool) -> Start {
    let mut left = stack;
    let top = |left: &[Open]| left.last().map_or(0, |open| open.traits);
    if traits & is::ALONE != 0 && stack.iter().any(|open| open.name == name) {
        return Start::GivesUp;
    }
    if traits & (is::CELL | is::ROW | is::SECTION | is::CAPTION) != 0 {
        // What the new part of the table ends: paragraphs and items in a cell, the cell, the row.
        let ends = match traits {
            _ if traits & is::CELL != 0 => is::CELL,
            _ if traits & is::ROW != 0 => is::CELL | is::ROW,
            _ if traits & is::SECTION != 0 => is::CELL | is::ROW | is::SECTION,
            _ => 0,
        };
        while ends != 0 && top(left) & (is::P | is::LI | is::DD) != 0 {
            left = &left[..left.len() - 1];
        }
        for part in [is::CELL, is::ROW, is::SECTION] {
            if ends & part != 0 && top(left) & part != 0 {
                left = &left[..left.len() - 1];
            }
        }
        let parents = match traits {
            _ if traits & is::CELL != 0 => is::ROW | is::SECTION | is::TABLE,
            _ if traits & is::ROW != 0 => is::SECTION | is::TABLE,
            _ => is::TABLE,
        };
        return match top(left) & parents {
            0 => Start::GivesUp,
            _ => Start::Opens { ends: stack.len() - left.len() },
        };
    }
    if traits & is::ENDS_P != 0 && in_paragraph && !no_paragraph(left) {
        // In old pages a table may stand in a paragraph, in others it ends it; and inline elements would open again.
        if traits & is::TABLE != 0 || top(left) & is::P == 0 {
            return Start::GivesUp;
        }
        left = &left[..left.len() - 1];
    }
    let item = traits & (is::LI | is::DD);
    if item != 0 {
        for (number, open) in left.iter().enumerate().rev() {
            if open.traits & item != 0 {
                if number + 1 != left.len() {
                    return Start::GivesUp;
                }
                left = &left[..number];
                break;
            }
            let is_passed = open.traits & is::P != 0 || is_div_or_address(open.name);
            if open.traits & is::SPECIAL != 0 && !is_passed {
                break;
            }
        }
    }
    if traits & is::HEADING != 0 && top(left) & is::HEADING != 0
        || top(left) & (is::TABLE | is::SECTION | is::ROW | is::CAPTION) != 0
            && !(top(left) & is::CAPTION != 0 && left.last().is_some_and(|open| is_caption(open.name)))
    {
        return Start::GivesUp;
    }
    Start::Opens { ends: stack.len() - left.len() }
}

/// What the end tag of an element does.
pub(super) fn end(stack: &[Open], name: Name, traits: u32, is_same: impl Fn(&Open) -> bool) -> End {
    let passed = match traits {
        _ if traits & is::TABLE != 0 => is::P | is::LI | is::DD | is::CELL | is::ROW | is::SECTION,
        _ if traits & is::SECTION != 0 => is::P | is::LI | is::DD | is::CELL | is::ROW,
        _ if traits & is::ROW != 0 => is::P | is::LI | is::DD | is::CELL,
        _ if traits & is::ENDS_ITEMS != 0 => is::P | is::LI | is::DD,
        _ => 0,
    };
    let is_named = |open: &Open| open.name == name && is_same(open);
    // A form is taken out from under what is open in it; anything else ends the inline elements within itself.
    let is_form = traits & FORM == FORM;
    for (ends, open) in stack.iter().rev().enumerate() {
        if is_named(open) {
            return End::Closes { ends };
        }
        if open.traits & passed == 0 && (open.traits != 0 || is_form) {
            break;
        }
    }
    if traits == 0 {
        // The end tag of an inline element is looked for no farther than the next special element.
        for open in stack.iter().rev() {
            if is_named(open) || is_hardly_special(open.name) {
                return End::GivesUp;
            }
            if open.traits & is::SPECIAL != 0 {
                return End::Ignored;
            }
        }
    }
    if traits & is::P != 0 && no_paragraph(stack) {
        return End::Paragraph;
    }
    // A heading's end tag ends headings of all levels.
    let ends_another = traits & is::HEADING != 0 && stack.iter().any(|open| open.traits & is::HEADING != 0);
    if ends_another || stack.iter().any(is_named) { End::GivesUp } else { End::Ignored }
}

/// The traits of a form together.
const FORM: u32 = is::ALONE | is::SPECIAL | is::ENDS_P;

/// Elements that are special to the standard or were once, and not to every parser.
fn is_hardly_special(name: Name) -> bool {
    name == Name::of(b"dialog") || name == Name::of(b"search")
}

fn is_div_or_address(name: Name) -> bool {
    name == Name::of(b"div") || name == Name::of(b"address")
}

fn is_caption(name: Name) -> bool {
    name == Name::of(b"caption")
}
