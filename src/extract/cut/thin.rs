//! Goes through a page and keeps what a profile may look at, with the elements about it.

use std::ops::Range;

use ego_tree::NodeId;
use memchr::memchr;
use scraper::Html;

use super::{
    met::{Met, Tags},
    names::{Class, Known, Name, is},
    open::{End, Open, Part, Start, end, end_part, start},
    tags::{angle_end, attributes, comment_end, name_end, next_angle, raw_end},
    tree::Tree,
};
use crate::{
    engine::{
        cut::{Cut, want},
        keys::{self, Above},
    },
    extract::guard,
};

/// A page without what a profile cannot look at.
pub(in crate::extract) struct Thinned {
    pub(in crate::extract) html: Html,
    /// Elements by the numbers of their start tags, in the order of their ids: those of one number have the same name and
    /// attributes, as far as anything looks at them.
    pub(in crate::extract) tags: Vec<(NodeId, u32)>,
}

/// The tree of the page without what the profile cannot look at; where it must be parsed whole, the place of the tag for which.
pub(in crate::extract) fn thinned(text: &str, cut: &Cut) -> Result<Thinned, usize> {
    // What the parser puts in the place of a null character is not followed.
    if let Some(at) = memchr(0, text.as_bytes()) {
        return Err(at);
    }
    if u32::try_from(text.len()).is_err() {
        return Err(0);
    }
    let tags = Tags::new();
    // a page of a thread mostly has about as many as the last
    let tree = Tree::new(tags.nodes + tags.nodes / 8 + text.len() / 128);
    let mut thin = Thin {
        text,
        bytes: text.as_bytes(),
        cut,
        at: 0,
        stack: Vec::with_capacity(64),
        over: None,
        whole: None,
        posts: 0,
        paragraphs: 0,
        tags,
        had_type: false,
        had_head: false,
        had_body: false,
        tree,
        head: None,
        text_from: 0,
        is_apart: false,
        is_ended: false,
        left_out: Vec::new(),
    };
    let run = thin.run();
    thin.tags.finish(thin.tree.nodes());
    run.map(|()| thin.tree.finish())
}

pub(super) struct Thin<'t, 'c> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) cut: &'c Cut,
    /// What is read next.
    pub(super) at: usize,
    pub(super) stack: Vec<Open>,
    /// What is carried above what stands in a choice or a drawing, where that is at hand.
    pub(super) over: Option<Above>,
    /// The element that is being kept whole, by its place in the stack.
    pub(super) whole: Option<usize>,
    /// How many elements are open that may be posts.
    pub(super) posts: usize,
    /// How many paragraphs are open.
    pub(super) paragraphs: usize,
    /// The start tags that were met.
    pub(super) tags: Tags,
    had_type: bool,
    had_head: bool,
    had_body: bool,
    pub(super) tree: Tree,
    /// The node of the page's head.
    pub(super) head: Option<NodeId>,
    /// Where the text begins that is not kept yet.
    pub(super) text_from: usize,
    /// A comment stands before that text.
    pub(super) is_apart: bool,
    /// The body's end tag was the last thing but space and comments.
    pub(super) is_ended: bool,
    /// Of each open element, one after the other, the children that are left out: behind which child that is kept, and their names.
    pub(super) left_out: Vec<(Option<NodeId>, Range<usize>)>,
}

/// A start tag.
pub(super) struct Tag {
    /// Its number among those that were met.
    pub(super) met: usize,
    pub(super) start: usize,
    /// What follows it.
    pub(super) end: usize,
    /// Its name, as it was written first.
    pub(super) text: Range<usize>,
    pub(super) name: Name,
    pub(super) traits: u32,
}

impl Thin<'_, '_> {
    fn run(&mut self) -> Result<(), usize> {
        while let Some(found) = next_angle(&self.bytes[self.at..]) {
            let start = self.at + found;
            self.step(start).ok_or(start)?;
        }
        let end = self.bytes.len();
        let is_whole_page = self.had_body && self.stack.iter().all(|open| open.traits & is::ROOT != 0);
        self.text_up_to(end).filter(|()| is_whole_page).ok_or(end)?;
        self.write_tags(self.stack.len()).ok_or(end)?;
        while !self.stack.is_empty() {
            self.pop();
        }
        Ok(())
    }

    fn step(&mut self, start: usize) -> Option<()> {
        let next = self.bytes.get(start + 1).copied().unwrap_or_default();
        if !next.is_ascii_alphabetic() && !matches!(next, b'!' | b'?' | b'/') {
            self.at = start + 1;
            return Some(());
        }
        self.text_up_to(start)?;
        match next {
            b'!' => self.declaration(start)?,
            b'?' => self.comment(angle_end(self.bytes, start)?),
            b'/' => self.end_tag(start)?,
            _ => {
                self.is_ended = false;
                self.start_tag(start)?;
            }
        }
        self.text_from = self.at;
        Some(())
    }

    /// What stands up to a place is no text and no element.
    fn comment(&mut self, end: usize) {
        self.at = end;
        // behind the body it goes elsewhere
        self.is_apart |= !self.is_ended;
    }

    fn declaration(&mut self, start: usize) -> Option<()> {
        if self.bytes[start..].starts_with(b"<!--") {
            self.comment(comment_end(self.bytes, start)?);
            return Some(());
        }
        let end = angle_end(self.bytes, start)?;
        if !self.bytes[start + 2..].get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"doctype")) {
            self.comment(end);
            return Some(());
        }
        self.at = end;
        if self.stack.is_empty() && !std::mem::replace(&mut self.had_type, true) {
            self.tree.document_type(&self.text[start..end]);
        }
        Some(())
    }

    /// Reads the start tag at a place.
    pub(super) fn tag(&mut self, start: usize) -> Option<(Tag, Class)> {
        let (met, end) = self.tags.meet(self.text, start)?;
        let Met { known: Known { name, class, traits, .. }, text, .. } = self.tags.get(met);
        Some((Tag { met, start, end, text: text.range(), name: *name, traits: *traits }, *class))
    }

    fn start_tag(&mut self, start: usize) -> Option<()> {
        let (tag, class) = self.tag(start)?;
        let Tag { name, traits, .. } = tag;
        self.is_in_place(class, traits)?;
        match class {
            Class::Refused => None,
            Class::Html | Class::Head | Class::Body => self.open(tag),
            Class::Void => self.void(&tag),
            Class::Raw if self.tags.get(tag.met).closes_itself => None,
            Class::Raw => {
                let (text_end, end) = raw_end(self.bytes, tag.end, &self.bytes[tag.text.clone()])?;
                let wants = self.wants(tag.met)?;
                self.unit(&tag, tag.end..text_end, end, wants)
            }
            Class::Select | Class::Svg => self.foreign(&tag, class),
            Class::Plain => {
                let Start::Opens { ends } = self::start(&self.stack, name, traits, self.paragraphs > 0) else {
                    return self.empty(&tag);
                };
                (0..ends).for_each(|_| self.pop());
                self.makes_known_parts(traits)?;
                self.open(tag)
            }
        }
    }

    /// An empty inline element between the rows or cells of a table (an anchor, mostly): the parser moves it before the table, and
    /// nothing else changes.
    fn empty(&mut self, tag: &Tag) -> Option<()> {
        let top = self.stack.last().map_or(0, |open| open.traits);
        let is_between =
            top & (is::TABLE | is::SECTION | is::ROW) != 0 && tag.traits & !(is::ALONE | is::FORMATTING) == 0;
        let is_nested = self.stack.iter().any(|open| open.name == tag.name);
        let rest = &self.bytes[tag.end..];
        let name = &self.bytes[tag.text.clone()];
        let is_empty = rest.starts_with(b"</")
            && rest[2..].get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name))
            && rest.get(2 + name.len()) == Some(&b'>');
        if !is_between || is_nested || !is_empty || self.cut.asks_places {
            return None;
        }
        self.at = tag.end + name.len() + 3;
        let wants = self.wants(tag.met)?;
        let Some(is_whole) = self.keeps(wants)? else { return Some(()) };
        let node = self.element(tag.met, is_whole);
        let table = self.stack.iter().rfind(|open| open.traits & is::TABLE != 0)?;
        let node = self.tree.insert_before(table.node?, node)?;
        self.is_of(node, tag.met, is_whole);
        Some(())
    }

    /// Whether the profile does not look for what the parser makes of itself in a table: rows and bodies that have no tag.
    fn makes_known_parts(&self, traits: u32) -> Option<()> {
        let top = self.stack.last().map_or(0, |open| open.traits);
        let makes_body = traits & (is::ROW | is::CELL) != 0 && top & is::TABLE != 0;
        let makes_row = traits & is::CELL != 0 && top & is::ROW == 0;
        let is_looked_for = |name: &str| self.whole.is_none() && self.cut.keys.get(keys::tag_hash(name)).is_some();
        let is_known = !(makes_body && is_looked_for("tbody") || makes_row && is_looked_for("tr"));
        is_known.then_some(())
    }

    /// Whether an element stands where its kind stands in a page that has a head and a body.
    fn is_in_place(&mut self, class: Class, traits: u32) -> Option<()> {
        let top = self.stack.last().map_or(0, |open| open.traits);
        let fits = match class {
            Class::Html => self.stack.is_empty(),
            Class::Head => self.stack.len() == 1 && !std::mem::replace(&mut self.had_head, true) && !self.had_body,
            Class::Body => self.stack.len() == 1 && !std::mem::replace(&mut self.had_body, true),
            _ if top & is::HEAD != 0 || self.stack.len() < 2 => !self.stack.is_empty() && traits & is::OF_HEAD != 0,
            _ => self.stack.len() + 8 < guard::DEPTH,
        };
        fits.then_some(())
    }

    /// What is carried above what stands in the innermost element.
    #[inline]
    pub(super) fn above(&self) -> Above {
        self.over.unwrap_or_else(|| self.stack.last().map_or(Above::default(), |open| open.above))
    }

    fn open(&mut self, tag: Tag) -> Option<()> {
        let wants = self.wants(tag.met)?;
        let is_within = self.whole.is_some();
        if let Some(parent) = self.stack.last_mut() {
            parent.begin_parts(tag.traits);
        }
        if wants & want::PLACE != 0 {
            self.ask_place()?;
        }
        let mut above = self.above();
        if !is_within {
            above = above.with(self.tags.get(tag.met).above);
            if tag.traits & is::TABLE != 0 {
                // They stand in every table, be it without tags.
                let parts = ["tbody", "tr"].map(keys::tag_hash);
                above = above.with(self.cut.asked_above(&parts));
            }
        }
        self.at = tag.end;
        self.posts += usize::from(wants & want::POST != 0);
        self.paragraphs += usize::from(tag.traits & is::P != 0);
        let place = self.stack.len();
        self.stack.push(Open {
            name: tag.name,
            traits: tag.traits,
            met: tag.met,
            inside: tag.end,
            text: tag.text,
            node: None,
            body: Part::Closed,
            row: Part::Closed,
            above,
            is_post: wants & want::POST != 0,
            is_asked: false,
            left_out: self.left_out.len(),
        });
        let is_whole = wants & want::WHOLE == want::WHOLE;
        if is_whole && !is_within {
            // what may stand directly in a page or in its head is not followed
            if place == 0 || tag.traits & is::HEAD != 0 {
                return None;
            }
            self.whole = Some(place);
        }
        if is_within || wants & want::TAG != 0 { self.write_tag(is_within || is_whole) } else { Some(()) }
    }

    fn void(&mut self, tag: &Tag) -> Option<()> {
        if tag.traits & is::CAPTION != 0 {
            return None;
        }
        if tag.traits & is::ENDS_P != 0 {
            let Start::Opens { ends } = start(&self.stack, tag.name, tag.traits, self.paragraphs > 0) else {
                return None;
            };
            (0..ends).for_each(|_| self.pop());
        }
        let wants = self.wants(tag.met)?;
        let end = tag.end;
        self.unit(tag, end..end, end, wants)
    }

    /// What follows an end tag whose name ends at a place; `None` where the page ends first, or it holds too much.
    pub(super) fn end_tag_end(&self, name_end: usize) -> Option<usize> {
        let mut count = 0;
        let (end, _) = attributes(self.bytes, name_end, |_| count += 1)?;
        (count <= guard::ATTRIBUTES).then_some(end)
    }

    fn end_tag(&mut self, start: usize) -> Option<()> {
        match self.bytes.get(start + 2).copied() {
            Some(byte) if byte.is_ascii_alphabetic() => {}
            Some(b'>') => {
                self.at = start + 3;
                return Some(());
            }
            _ => {
                self.comment(angle_end(self.bytes, start)?);
                return Some(());
            }
        }
        // Mostly it is the end of what was opened last, as it was written there.
        if let Some(open) = self.stack.last().filter(|open| open.traits & is::ROOT == 0) {
            let (end, rest) = (open.text.len(), &self.bytes[start + 2..]);
            if rest.get(end) == Some(&b'>') && rest[..end] == self.bytes[open.text.clone()] {
                self.at = start + 3 + end;
                self.is_ended = false;
                self.pop();
                return Some(());
            }
        }
        let text = start + 2..name_end(self.bytes, start + 2);
        let word = &self.bytes[text.clone()];
        let name = Name::of(word);
        let Known { class, traits, .. } = self.tags.known(name, &self.text[text.clone()]);
        let end = self.end_tag_end(text.end)?;
        self.at = end;
        self.is_ended = matches!(class, Class::Html | Class::Body);
        match class {
            // What follows the body's end still goes into what is open.
            Class::Html | Class::Body => Some(()),
            Class::Void if word.eq_ignore_ascii_case(b"br") => None,
            Class::Void => Some(()),
            Class::Refused | Class::Raw | Class::Select | Class::Svg => None,
            Class::Head | Class::Plain => {
                let is_same = |open: &Open| self.bytes[open.text.clone()].eq_ignore_ascii_case(word);
                match self::end(&self.stack, name, traits, is_same) {
                    End::Closes { ends } => {
                        (0..ends + 1).for_each(|_| self.pop());
                        Some(())
                    }
                    End::Ignored if class == Class::Plain => {
                        end_part(&mut self.stack, traits, word.eq_ignore_ascii_case(b"tbody"))
                    }
                    End::Paragraph => {
                        let top = self.stack.last().map_or(0, |open| open.traits);
                        let is_moved = top & (is::TABLE | is::SECTION | is::ROW | is::HEAD) != 0;
                        let is_looked_for = self.whole.is_none() && self.cut.keys.get(keys::tag_hash("p")).is_some();
                        if is_moved || is_looked_for || self.stack.len() < 2 {
                            return None;
                        }
                        if self.whole.is_none() {
                            self.leave_out(text);
                            return Some(());
                        }
                        self.empty_paragraph()
                    }
                    End::Ignored | End::GivesUp => None,
                }
            }
        }
    }
}
