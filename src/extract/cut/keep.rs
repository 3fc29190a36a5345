//! What is kept becomes nodes: elements once something within is wanted, texts within what is wanted whole, and empty elements
//! where something asks how many stand beside it. Attributes that nobody looks at are left out.

use std::ops::Range;

use ego_tree::NodeId;
use html5ever::tendril::StrTendril;
use scraper::Node;

use super::{
    met::Seen,
    names::{Name, is},
    open::{Open, Part},
    thin::{Tag, Thin},
};
use crate::{engine::cut::want, extract::parse::references};

/// Elements in which text may not stand, and most elements neither.
const TABLE_PARTS: u32 = is::TABLE | is::SECTION | is::ROW;

impl Thin<'_, '_> {
    /// Ends the innermost element.
    pub(super) fn pop(&mut self) {
        let Some(open) = self.stack.pop() else { return };
        self.posts -= usize::from(open.is_post);
        self.paragraphs -= usize::from(open.traits & is::P != 0);
        match (self.whole, open.node) {
            (Some(place), _) => {
                if place == self.stack.len() {
                    self.whole = None;
                }
            }
            (None, Some(node)) => {
                if open.is_asked {
                    for (after, name) in self.left_out[open.left_out..].iter().rev() {
                        let shell = self.tree.bare(&self.text[name.clone()]);
                        self.tree.insert_after(node, *after, shell);
                    }
                }
                self.left_out.truncate(open.left_out);
            }
            (None, None) => {
                self.left_out.truncate(open.left_out);
                self.leave_out(open.text);
            }
        }
    }

    /// Remembers a child of the innermost element that is left out, should its place be asked for.
    pub(super) fn leave_out(&mut self, name: Range<usize>) {
        if self.cut.asks_places {
            let parent = self.stack.last().and_then(|open| open.node);
            self.left_out.push((parent.and_then(|parent| self.tree.last_child(parent)), name));
        }
    }

    /// Makes nodes of the outermost elements, so many, where they are none yet.
    pub(super) fn write_tags(&mut self, depth: usize) -> Option<()> {
        let known = self.stack[..depth].iter().rposition(|open| open.node.is_some()).map_or(0, |at| at + 1);
        for place in known..depth {
            let node = self.element(self.stack[place].met, false);
            self.place(place, node, false)?;
        }
        Some(())
    }

    /// Makes a node of the innermost element, whose tag is the present one.
    pub(super) fn write_tag(&mut self, is_whole: bool) -> Option<()> {
        let place = self.stack.len().checked_sub(1)?;
        self.write_tags(place)?;
        let node = self.element(self.stack[place].met, is_whole);
        self.place(place, node, is_whole)
    }

    /// The element of a tag, with the attributes that are looked at where it is kept whole, or else alone.
    pub(super) fn element(&mut self, met: usize, is_whole: bool) -> Node {
        if let Some(same) = self.tags.get(met).nodes[usize::from(is_whole)].and_then(|known| self.tree.like(known)) {
            return same;
        }
        let looked_at = if is_whole { &self.cut.inside } else { &self.cut.outside };
        self.tree.element(self.text, self.tags.get(met).text, self.tags.attributes(met), looked_at)
    }

    /// A node of the tree was made as the element of a tag.
    pub(super) fn is_of(&mut self, node: NodeId, met: usize, is_whole: bool) {
        self.tree.is_of(node, met);
        self.tags.get_mut(met).nodes[usize::from(is_whole)].get_or_insert(node);
    }

    /// Puts the node of an open element where it belongs.
    fn place(&mut self, place: usize, node: Node, is_whole: bool) -> Option<()> {
        let is_head = self.stack[place].traits & is::HEAD != 0;
        let known = if place == 1 { self.head.filter(|_| is_head) } else { None };
        if place == 1 && !is_head {
            self.head()?;
        }
        let node = match known {
            // something that belongs into the head stood before it
            Some(head) => head,
            None => {
                let parent = self.holder(place)?;
                let node = self.tree.append(parent, node)?;
                self.is_of(node, self.stack[place].met, is_whole);
                node
            }
        };
        if is_head {
            self.head = Some(node);
        }
        self.stack[place].node = Some(node);
        Some(())
    }

    /// The head of the page, which is there with a tag or without.
    fn head(&mut self) -> Option<NodeId> {
        if self.head.is_none() {
            self.write_tags(1)?;
            let head = self.tree.bare("head");
            let page = self.holder(1)?;
            self.head = Some(self.tree.append(page, head)?);
        }
        self.head
    }

    /// The node that takes the children of the element above a place; the parts of a table that have no tag are made.
    fn holder(&mut self, place: usize) -> Option<NodeId> {
        let Some(above) = place.checked_sub(1) else { return Some(self.tree.document()) };
        let Open { node, body, row, .. } = &mut self.stack[above];
        let mut holder = (*node)?;
        for (part, name) in [(body, "tbody"), (row, "tr")] {
            let Part::Open(made) = part else { continue };
            holder = match *made {
                Some(made) => made,
                None => {
                    let node = self.tree.bare(name);
                    *made.insert(self.tree.append(holder, node)?)
                }
            };
        }
        Some(holder)
    }

    /// Keeps the text up to a place, where what stands about it is kept whole.
    #[inline]
    pub(super) fn text_up_to(&mut self, end: usize) -> Option<()> {
        let start = std::mem::replace(&mut self.text_from, end);
        if self.whole.is_none() || start >= end { Some(()) } else { self.keep_text(start, end) }
    }

    fn keep_text(&mut self, start: usize, end: usize) -> Option<()> {
        let top = self.stack.last()?;
        let text = &self.text[start..end];
        let is_caption = top.name == Name::of(b"caption");
        let is_of_table = top.traits & (TABLE_PARTS | is::CAPTION) != 0 && !is_caption;
        if (is_of_table || self.is_ended) && !text.bytes().all(|byte| byte.is_ascii_whitespace()) {
            if is_of_table {
                // the parser moves it before the table
                return None;
            }
            self.is_ended = false;
        }
        let is_first_line = start == top.inside && (top.name == Name::of(b"pre") || top.name == Name::of(b"listing"));
        let kept = self.resolved(start, end, is_first_line)?;
        if !kept.is_empty() {
            let parent = self.holder(self.stack.len())?;
            let is_apart = std::mem::take(&mut self.is_apart);
            self.tree.append_text(parent, kept, is_apart)?;
        }
        Some(())
    }

    /// A text of the page with its references resolved. `is_first_line`: a line end at its start is none.
    fn resolved(&mut self, start: usize, end: usize, is_first_line: bool) -> Option<StrTendril> {
        let text = &self.text[start..end];
        let mut resolved = match self.tags.sign_places.stand_in(self.bytes, &(start..end)) {
            true => references::resolved(text, false),
            false => self.tree.piece(self.text, start, end),
        };
        if is_first_line && resolved.starts_with('\n') {
            // one that is written as a reference may be text
            if text.starts_with('&') {
                return None;
            }
            resolved.pop_front(1);
        }
        Some(resolved)
    }

    /// An element that is kept or left out as it stands, up to a place; `inner` is the text that it holds.
    pub(super) fn unit(&mut self, tag: &Tag, inner: Range<usize>, end: usize, wants: u8) -> Option<()> {
        self.at = end;
        let Some(is_whole) = self.keeps(wants)? else {
            self.leave_out(tag.text.clone());
            return Some(());
        };
        let word = &self.text[tag.text.clone()];
        let named = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name));
        let parent = match self.stack.last() {
            _ if self.stack.len() == 1 => self.head()?,
            Some(top)
                if top.traits & TABLE_PARTS != 0 && !named(&["script", "style"]) && !self.is_hidden(tag.met, word) =>
            {
                return None;
            }
            Some(top) if top.traits & is::CAPTION != 0 && top.name != Name::of(b"caption") => return None,
            _ => self.holder(self.stack.len())?,
        };
        let node = self.element(tag.met, is_whole);
        let node = self.tree.append(parent, node)?;
        self.is_of(node, tag.met, is_whole);
        if !inner.is_empty() {
            let has_references = named(&["title", "textarea"]);
            let text = &self.text[inner.clone()];
            let text = match has_references {
                true => self.resolved(inner.start, inner.end, named(&["textarea"]))?,
                false => match references::line_ends(text) {
                    Some(text) => StrTendril::from(text),
                    None => self.tree.piece(self.text, inner.start, inner.end),
                },
            };
            if !text.is_empty() {
                self.tree.append_text(node, text, true)?;
            }
        }
        Some(())
    }

    /// An empty paragraph, which an end tag without a start makes.
    pub(super) fn empty_paragraph(&mut self) -> Option<()> {
        let parent = self.holder(self.stack.len())?;
        let paragraph = self.tree.bare("p");
        self.tree.append(parent, paragraph).map(drop)
    }

    /// Whether something of which that is wanted is kept, and then, whether it is kept whole. What it stands in is then in the tree.
    pub(super) fn keeps(&mut self, wants: u8) -> Option<Option<bool>> {
        let is_within = self.whole.is_some();
        if !is_within && wants & want::PLACE != 0 {
            self.ask_place()?;
        }
        if !is_within && wants & want::TAG == 0 {
            return Some(None);
        }
        self.write_tags(self.stack.len())?;
        Some(Some(is_within || wants & want::WHOLE == want::WHOLE))
    }

    /// Something asks for the place of a child of the innermost element among the others.
    pub(super) fn ask_place(&mut self) -> Option<()> {
        if let Some(parent) = self.stack.last_mut() {
            // the children of a part that has no tag are not counted
            if parent.body != Part::Closed || parent.row != Part::Closed {
                return None;
            }
            parent.is_asked = true;
        }
        Some(())
    }

    /// Whether a tag is that of a field that nobody sees, which may stand anywhere in a table.
    fn is_hidden(&self, met: usize, word: &str) -> bool {
        let attributes = self.tags.attributes(met);
        let is_type = |seen: &&Seen| self.text[seen.name.range()].eq_ignore_ascii_case("type");
        let kind = attributes.iter().find(is_type).map(|seen| &self.text[seen.value.range()]);
        word.eq_ignore_ascii_case("input") && kind.is_some_and(|kind| kind.eq_ignore_ascii_case("hidden"))
    }
}
