//! What stands in the smaller page: start tags once something within is wanted, end tags for them, and empty elements where
//! something asks how many stand beside it. Attributes that nobody looks at are left out.

use std::ops::Range;

use super::{
    names::is,
    tags::attributes,
    thin::{Seen, Thin},
};
use crate::engine::cut::Names;

impl Thin<'_, '_> {
    /// Ends the innermost element at a place, by a tag of its own or without.
    pub(super) fn pop(&mut self, end: usize, by_tag: bool) {
        let Some(open) = self.stack.pop() else { return };
        self.above.leave(open.mark);
        self.posts -= usize::from(open.is_post);
        self.paragraphs -= usize::from(open.traits & is::P != 0);
        match self.whole {
            Some((place, from)) if place == self.stack.len() => {
                self.whole = None;
                self.out.push_str(&self.text[from..end]);
                if !by_tag {
                    self.write_end(&open.text);
                }
            }
            Some(_) => {}
            None if open.is_written => {
                if open.is_asked {
                    for (at, name, is_void) in self.left_out[open.left_out..].iter().rev() {
                        let name = &self.text[name.clone()];
                        let shell = if *is_void { format!("<{name}>") } else { format!("<{name}></{name}>") };
                        self.out.insert_str(*at, &shell);
                    }
                }
                self.left_out.truncate(open.left_out);
                self.write_end(&open.text);
            }
            None => {
                self.left_out.truncate(open.left_out);
                self.leave_out(open.text, false);
            }
        }
    }

    pub(super) fn write_end(&mut self, name: &Range<usize>) {
        self.out.push_str("</");
        self.out.push_str(&self.text[name.clone()]);
        self.out.push('>');
    }

    /// Writes the start tags of the outermost elements, so many, where they are not written yet.
    pub(super) fn write_tags(&mut self, depth: usize) {
        let known = self.stack[..depth].iter().rposition(|open| open.is_written).map_or(0, |at| at + 1);
        for open in &mut self.stack[known..depth] {
            let mut from = open.tag.start;
            let (text, out) = (self.text, &mut self.out);
            // It was read before, to its end.
            let _ = attributes(self.bytes, open.text.end, |attribute| {
                let seen = Seen::of(text, attribute);
                if is_left_out(text, &seen, &self.cut.outside) {
                    let attribute = seen.written;
                    out.push_str(&text[from..attribute.name.start]);
                    from = attribute.end;
                }
            });
            out.push_str(&text[from..open.tag.end]);
            open.is_written = true;
            // What is left out of it and of those within it would stand behind its tag.
            self.left_out[open.left_out..].iter_mut().for_each(|(at, ..)| *at = self.out.len());
        }
    }

    /// Remembers a child of the innermost element that is left out, should its place be asked for.
    pub(super) fn leave_out(&mut self, name: Range<usize>, is_void: bool) {
        if self.cut.asks_places {
            self.left_out.push((self.out.len(), name, is_void));
        }
    }

    /// Writes what is kept whole up to each attribute of the present tag that nobody looks at.
    pub(super) fn write_part(&mut self) {
        let Some((_, from)) = &mut self.whole else { return };
        for seen in &self.attributes {
            if is_left_out(self.text, seen, &self.cut.inside) {
                self.out.push_str(&self.text[*from..seen.written.name.start]);
                *from = seen.written.end;
            }
        }
    }

    /// Writes an element as it stands, but for what nobody looks at of its tag; `is_whole`: what is in it is wanted too.
    pub(super) fn write_unit(&mut self, mut from: usize, end: usize, is_whole: bool) {
        let names = if is_whole { &self.cut.inside } else { &self.cut.outside };
        for seen in &self.attributes {
            if is_left_out(self.text, seen, names) {
                self.out.push_str(&self.text[from..seen.written.name.start]);
                from = seen.written.end;
            }
        }
        self.out.push_str(&self.text[from..end]);
    }
}

/// Whether an attribute can go: nobody looks at it, and what stands about it makes no other tag without it.
fn is_left_out(text: &str, Seen { written, key }: &Seen, looked_at: &Names) -> bool {
    text.as_bytes()[written.name.start - 1].is_ascii_whitespace() && !looked_at.have(*key, &text[written.name.clone()])
}
