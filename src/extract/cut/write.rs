//! What stands in the smaller page: start tags once something within is wanted, end tags for them, and empty elements where
//! something asks how many stand beside it.

use std::ops::Range;

use super::thin::Thin;

impl Thin<'_, '_> {
    /// Ends the innermost element at a place, by a tag of its own or without.
    pub(super) fn pop(&mut self, end: usize, by_tag: bool) {
        let Some(open) = self.stack.pop() else { return };
        self.above.leave(open.mark);
        match self.whole {
            Some((place, start)) if place == self.stack.len() => {
                self.whole = None;
                self.out.push_str(&self.text[start..end]);
                if !by_tag {
                    self.write_end(&open.text);
                }
            }
            Some(_) => {}
            None if open.is_written => {
                if open.is_asked {
                    for (at, name, is_void) in open.left_out.into_iter().rev() {
                        let name = &self.text[name];
                        let shell = if is_void { format!("<{name}>") } else { format!("<{name}></{name}>") };
                        self.out.insert_str(at, &shell);
                    }
                }
                self.write_end(&open.text);
            }
            None => self.leave_out(open.text, false),
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
            self.out.push_str(&self.text[open.tag.clone()]);
            open.is_written = true;
            open.left_out.iter_mut().for_each(|(at, ..)| *at = self.out.len());
        }
    }

    /// Remembers a child of the innermost element that is left out, should its place be asked for.
    pub(super) fn leave_out(&mut self, name: Range<usize>, is_void: bool) {
        if self.cut.asks_places
            && let Some(parent) = self.stack.last_mut()
        {
            parent.left_out.push((self.out.len(), name, is_void));
        }
    }
}
