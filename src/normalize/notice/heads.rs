//! The templates of each engine, and how its notices begin. A page's own engine wrote nearly all of its notices, so those are
//! held against its few templates before any other's; and where its own words alone count, the beginning spares nearly all lines
//! the reading.

use std::sync::Arc;

use super::{
    search::{MOST_TAG, marks},
    template::{Piece, Template},
};
use crate::normalize::date::{Folded, floor_boundary};

/// So many bytes of a line are looked at.
const LOOK: usize = 96;

/// An engine's templates and their first words.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// Numbers of its templates.
    pub(super) numbers: Vec<u32>,
    /// Each once, folded.
    all: Vec<Arc<str>>,
    /// The longest of them.
    longest: usize,
    /// Their first bytes, as far as those are ASCII.
    firsts: u128,
    /// A template begins with a name or a date: any line may.
    any: bool,
}

impl Heads {
    /// Of all engines, by their number.
    pub(super) fn of(templates: &[Template], engines: usize) -> Vec<Heads> {
        let mut all: Vec<Heads> = Vec::new();
        all.resize_with(engines, Heads::default);
        for (number, template) in (0..).zip(templates) {
            for owner in &template.owners {
                let Some(heads) = all.get_mut(owner.engine) else { continue };
                if heads.numbers.last() == Some(&number) {
                    continue;
                }
                heads.numbers.push(number);
                match template.pieces.first() {
                    Some(Piece::Literal(first)) if !first.core.is_empty() => heads.add(&first.core),
                    _ => heads.any = true,
                }
            }
        }
        all
    }

    fn add(&mut self, core: &Arc<str>) {
        if self.all.contains(core) {
            return;
        }
        self.longest = self.longest.max(core.len());
        self.firsts |= core.bytes().next().filter(u8::is_ascii).map_or(0, |first| 1 << first);
        self.all.push(Arc::clone(core));
    }

    /// Whether a notice of the engine, and nothing else, may stand in a text. Says yes where it is not sure.
    pub(super) fn may_begin(&self, text: &str) -> bool {
        if self.any {
            return true;
        }
        // a letter or figure of ASCII stands for itself, and no mark stands before it
        let first = text.bytes().next().map(|first| first.to_ascii_lowercase());
        if first.is_some_and(|first| first.is_ascii_alphanumeric() && self.firsts & 1 << first == 0) {
            return false;
        }
        let beginning = &text[..floor_boundary(text, LOOK)];
        let is_all = beginning.len() == text.len();
        let folded = Folded::new(beginning);
        // blanks at its end may become others by what follows
        let folded = if is_all { &*folded.text } else { folded.text.trim_end_matches([' ', '\n']) };
        let (outer, inner) = marks(folded);
        if !is_all && inner.is_none() && !folded[outer.start..].starts_with(char::is_alphanumeric) {
            // marks as far as is looked
            return true;
        }
        [Some(outer), inner].into_iter().flatten().any(|place| {
            let rest = &folded[place.start..];
            !is_all && rest.len() <= self.longest + MOST_TAG || self.all.iter().any(|head| rest.starts_with(&**head))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::normalize::notice::{Lines, NoticeContext, Notices};

    #[test]
    fn no_notice_is_passed_over() {
        let own = |text: &str, engine| {
            let ctx = NoticeContext { engine: Some(engine), own_words: true, ..NoticeContext::default() };
            let taken = Notices::builtin().take(text, &[], Lines::Any, &ctx);
            (taken.rest, taken.notices.len())
        };
        let notice = "Edited 2 time(s). Last edit at 11/07/2024 02:20PM by anna.";
        let rest =
            "Text that goes on for longer than anyone would look for the beginning of a notice, and for longer still.";
        for notice in [
            notice.to_owned(),
            notice.to_uppercase(),
            format!("[{notice}]"),
            format!("[b]{notice}[/b]"),
            format!("| {notice}"),
            format!("{}{notice}", "-".repeat(150)),
            format!("{}{notice}", "[ ".repeat(50)),
            format!("\u{200b}\u{200b}Ｅdited{}", &notice[6..]),
        ] {
            assert_eq!(own(&format!("{rest}\n\n{notice}"), "phorum"), (rest.to_owned(), 1), "{notice}");
            assert_eq!(own(&format!("{notice}\n\n{rest}"), "phorum"), (rest.to_owned(), 1), "{notice}");
            assert_eq!(own(&notice, "phorum"), (String::new(), 1), "{notice}");
        }
        for text in [rest, "Editor", "edi", "Et\nEdited", "-", "[", &"-".repeat(150), "图书馆"] {
            assert_eq!(own(text, "phorum"), (text.to_owned(), 0), "{text}");
        }
    }
}
