//! Writes the smaller page: what a profile may look at, with the tags about it.

use std::ops::Range;

use memchr::memchr;

use super::{
    names::{Class, Known, Memory, Name, is},
    open::{End, Open, Start, end, start},
    tags::{Attribute, angle_end, attributes, comment_end, name_end, raw_end},
};
use crate::{
    engine::{
        cut::{Cut, want},
        keys::{self, Above},
    },
    extract::guard,
};

/// The page without what the profile cannot look at; where it must be parsed whole, the place of the tag for which.
pub(in crate::extract) fn thinned(text: &str, cut: &Cut) -> Result<String, usize> {
    // What the parser puts in the place of a null character is not followed.
    if let Some(at) = memchr(0, text.as_bytes()) {
        return Err(at);
    }
    Thin {
        text,
        bytes: text.as_bytes(),
        cut,
        at: 0,
        stack: Vec::with_capacity(64),
        above: Above::default(),
        whole: None,
        posts: 0,
        paragraphs: 0,
        names: Memory::new(),
        had_head: false,
        had_body: false,
        out: String::with_capacity(text.len() / 3),
        left_out: Vec::new(),
        attributes: Vec::new(),
        carried: Vec::new(),
    }
    .run()
}

pub(super) struct Thin<'t, 'c> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) cut: &'c Cut,
    /// What is read next.
    pub(super) at: usize,
    pub(super) stack: Vec<Open>,
    pub(super) above: Above,
    /// The element that is being kept whole, by its place in the stack, and from where on it is not written yet.
    pub(super) whole: Option<(usize, usize)>,
    /// How many elements are open that may be posts.
    pub(super) posts: usize,
    /// How many paragraphs are open.
    pub(super) paragraphs: usize,
    names: Memory,
    pub(super) had_head: bool,
    pub(super) had_body: bool,
    pub(super) out: String,
    /// Of each open element, one after the other, the children that are left out: where they would stand in the smaller page, their
    /// names, and whether they hold nothing.
    pub(super) left_out: Vec<(usize, Range<usize>, bool)>,
    /// Those of the present tag.
    pub(super) attributes: Vec<Seen>,
    /// The keys that its element carries.
    pub(super) carried: Vec<u64>,
}

/// An attribute of the present tag.
pub(super) struct Seen {
    pub(super) written: Attribute,
    /// The key of its name.
    pub(super) key: u64,
}

impl Seen {
    #[inline]
    pub(super) fn of(text: &str, written: Attribute) -> Seen {
        Seen { key: keys::name_key(&text.as_bytes()[written.name.clone()]), written }
    }
}

/// A start tag.
pub(super) struct Tag {
    pub(super) range: Range<usize>,
    pub(super) text: Range<usize>,
    pub(super) name: Name,
    pub(super) traits: u32,
    /// The key that it carries by its name.
    pub(super) key: u64,
    pub(super) closes_itself: bool,
}

impl Thin<'_, '_> {
    fn run(mut self) -> Result<String, usize> {
        while let Some(found) = memchr(b'<', &self.bytes[self.at..]) {
            let start = self.at + found;
            self.step(start).ok_or(start)?;
        }
        let is_whole_page = self.had_body && self.stack.iter().all(|open| open.traits & is::ROOT != 0);
        while is_whole_page && !self.stack.is_empty() {
            self.pop(self.bytes.len(), false);
        }
        if is_whole_page { Ok(self.out) } else { Err(self.bytes.len()) }
    }

    fn step(&mut self, start: usize) -> Option<()> {
        match self.bytes.get(start + 1).copied() {
            Some(b'!') => self.declaration(start)?,
            Some(b'?') => self.at = angle_end(self.bytes, start)?,
            Some(b'/') => self.end_tag(start)?,
            Some(byte) if byte.is_ascii_alphabetic() => self.start_tag(start)?,
            _ => self.at = start + 1,
        }
        Some(())
    }

    fn declaration(&mut self, start: usize) -> Option<()> {
        if self.bytes[start..].starts_with(b"<!--") {
            self.at = comment_end(self.bytes, start)?;
            return Some(());
        }
        self.at = angle_end(self.bytes, start)?;
        let is_doctype = self.bytes[start + 2..].get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"doctype"));
        if is_doctype && self.stack.is_empty() && self.out.is_empty() {
            self.out.push_str(&self.text[start..self.at]);
        }
        Some(())
    }

    fn start_tag(&mut self, start: usize) -> Option<()> {
        let text = start + 1..name_end(self.bytes, start + 1);
        let name = Name::of(&self.bytes[text.clone()]);
        let Known { class, traits, key, .. } = self.names.of(name, &self.text[text.clone()]);
        self.attributes.clear();
        let (page, all) = (self.text, &mut self.attributes);
        let (end, closes_itself) = attributes(self.bytes, text.end, |attribute| all.push(Seen::of(page, attribute)))?;
        if all.len() > guard::ATTRIBUTES {
            return None;
        }
        let tag = Tag { range: start..end, text, name, traits, key, closes_itself };
        self.is_in_place(class, traits)?;
        match class {
            Class::Refused => None,
            Class::Html | Class::Head | Class::Body => self.open(tag),
            Class::Void => self.void(&tag),
            Class::Raw if tag.closes_itself => None,
            Class::Raw => {
                let (_, end) = raw_end(self.bytes, tag.range.end, &self.bytes[tag.text.clone()])?;
                let wants = self.wants(&tag)?;
                self.unit(&tag, end, wants);
                Some(())
            }
            Class::Select | Class::Svg => self.foreign(&tag, class),
            Class::Plain => {
                let Start::Opens { ends } = self::start(&self.stack, name, traits, self.paragraphs > 0) else {
                    return self.empty(&tag);
                };
                self.end_before(ends, &tag);
                self.makes_known_parts(traits)?;
                self.open(tag)
            }
        }
    }

    /// Ends some of the innermost elements before a start tag.
    fn end_before(&mut self, ends: usize, tag: &Tag) {
        (0..ends).for_each(|_| self.pop(tag.range.start, false));
    }

    /// An empty inline element between the rows or cells of a table (an anchor, mostly): the parser moves it before the table, and
    /// nothing else changes.
    fn empty(&mut self, tag: &Tag) -> Option<()> {
        let top = self.stack.last().map_or(0, |open| open.traits);
        let is_between =
            top & (is::TABLE | is::SECTION | is::ROW) != 0 && tag.traits & !(is::ALONE | is::FORMATTING) == 0;
        let is_nested = self.stack.iter().any(|open| open.name == tag.name);
        let rest = &self.bytes[tag.range.end..];
        let name = &self.bytes[tag.text.clone()];
        let is_empty = rest.starts_with(b"</")
            && rest[2..].get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name))
            && rest.get(2 + name.len()) == Some(&b'>');
        if !is_between || is_nested || !is_empty || self.cut.asks_places {
            return None;
        }
        let wants = self.wants(tag)?;
        self.unit(tag, tag.range.end + name.len() + 3, wants);
        Some(())
    }

    /// Whether the profile does not look for what the parser makes of itself in a table: rows and bodies that have no tag.
    fn makes_known_parts(&self, traits: u32) -> Option<()> {
        let top = self.stack.last().map_or(0, |open| open.traits);
        let makes_body = traits & (is::ROW | is::CELL) != 0 && top & is::TABLE != 0;
        let makes_row = traits & is::CELL != 0 && top & is::ROW == 0;
        let is_looked_for = |name: &str| self.whole.is_none() && !self.cut.keys.get(keys::tag_hash(name)).is_empty();
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

    fn open(&mut self, tag: Tag) -> Option<()> {
        let wants = self.wants(&tag)?;
        if wants & want::PLACE != 0
            && let Some(parent) = self.stack.last_mut()
        {
            parent.is_asked = true;
        }
        let mark = self.above.mark();
        if self.whole.is_none() {
            self.carried.iter().for_each(|hash| self.above.enter(*hash));
            if tag.traits & is::TABLE != 0 {
                // They stand in every table, be it without tags.
                ["tbody", "tr"].iter().for_each(|name| self.above.enter(keys::tag_hash(name)));
            }
        }
        self.at = tag.range.end;
        self.posts += usize::from(wants & want::POST != 0);
        self.paragraphs += usize::from(tag.traits & is::P != 0);
        self.stack.push(Open {
            name: tag.name,
            traits: tag.traits,
            tag: tag.range,
            text: tag.text,
            is_written: false,
            mark,
            is_post: wants & want::POST != 0,
            is_asked: false,
            left_out: self.left_out.len(),
        });
        if wants & want::WHOLE == want::WHOLE {
            let place = self.stack.len() - 1;
            self.write_tags(place);
            self.whole = Some((place, self.stack[place].tag.start));
        } else if wants & want::TAG != 0 {
            self.write_tags(self.stack.len());
        }
        self.write_part();
        Some(())
    }

    fn void(&mut self, tag: &Tag) -> Option<()> {
        if tag.traits & is::CAPTION != 0 {
            return None;
        }
        if tag.traits & is::ENDS_P != 0 {
            let Start::Opens { ends } = start(&self.stack, tag.name, tag.traits, self.paragraphs > 0) else {
                return None;
            };
            self.end_before(ends, tag);
        }
        let wants = self.wants(tag)?;
        let end = tag.range.end;
        self.unit(tag, end, wants);
        Some(())
    }

    /// An element that is kept or left out as it stands, up to a place.
    pub(super) fn unit(&mut self, tag: &Tag, end: usize, wants: u8) {
        self.at = end;
        if self.whole.is_some() {
            self.write_part();
            return;
        }
        if wants & want::PLACE != 0
            && let Some(parent) = self.stack.last_mut()
        {
            parent.is_asked = true;
        }
        if wants & want::TAG != 0 {
            self.write_tags(self.stack.len());
            self.write_unit(tag.range.start, end, wants & want::WHOLE == want::WHOLE);
        } else {
            self.leave_out(tag.text.clone(), end == tag.range.end);
        }
    }

    fn end_tag(&mut self, start: usize) -> Option<()> {
        match self.bytes.get(start + 2).copied() {
            Some(byte) if byte.is_ascii_alphabetic() => {}
            _ => {
                self.at = angle_end(self.bytes, start)?;
                return Some(());
            }
        }
        let text = start + 2..name_end(self.bytes, start + 2);
        let word = &self.bytes[text.clone()];
        let name = Name::of(word);
        let Known { class, traits, .. } = self.names.of(name, &self.text[text.clone()]);
        let mut count = 0;
        let (end, _) = attributes(self.bytes, text.end, |_| count += 1)?;
        if count > guard::ATTRIBUTES {
            return None;
        }
        self.at = end;
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
                        (0..ends).for_each(|_| self.pop(start, false));
                        self.pop(end, true);
                        Some(())
                    }
                    End::Ignored if class == Class::Plain => Some(()),
                    End::Paragraph => {
                        let top = self.stack.last().map_or(0, |open| open.traits);
                        let is_moved = top & (is::TABLE | is::SECTION | is::ROW | is::HEAD) != 0;
                        let is_looked_for = self.whole.is_none() && !self.cut.keys.get(keys::tag_hash("p")).is_empty();
                        if is_moved || is_looked_for || self.stack.len() < 2 {
                            return None;
                        }
                        if self.whole.is_none() {
                            self.leave_out(text, false);
                        }
                        Some(())
                    }
                    End::Ignored | End::GivesUp => None,
                }
            }
        }
    }
}
