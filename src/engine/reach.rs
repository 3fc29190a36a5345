//! How far a selector looks beyond the element that it is asked about. What looks at an element and those above it is cheap;
//! what counts siblings or searches what stands within takes longer the larger the page is, and on a page that was made for it
//! for ever. Told from the selector's text, so that whoever walks a page can say beforehand what a look may cost.

use super::keys::split_outside;

/// Levels above an element that a selector may look at without end.
const ALL: u8 = u8::MAX;

/// How far one of a selector's alternatives looks at most. Levels: 0 is the element itself, 1 what it stands in, and so on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// It counts or walks siblings up to that level (`~`, `:nth-…`).
    pub siblings: Option<u8>,
    /// It searches what stands within, up to that level (`:has(…)`).
    pub within: Option<u8>,
    /// And for what it finds there it walks siblings again.
    pub siblings_within: bool,
}

impl Reach {
    /// The reach of a selector.
    pub(super) fn of(selector: &str) -> Reach {
        split_outside(selector, |c| c == ',').into_iter().fold(Reach::default(), |reach, part| reach.with(part.trim()))
    }

    /// Whether it looks at an element, its neighbours and those above it alone.
    #[inline]
    pub fn is_near(&self) -> bool {
        self.siblings.is_none() && self.within.is_none()
    }

    fn with(mut self, alternative: &str) -> Reach {
        let mut level = 0u8;
        let parts = split_outside(alternative, |c| c.is_whitespace() || matches!(c, '>' | '+' | '~'));
        let mut end = alternative.len();
        let mut gap = String::new();
        for part in parts.into_iter().rev() {
            let start = end - part.len();
            if !part.is_empty() && end < alternative.len() {
                // what stands between this compound and the one behind it
                match gap.trim() {
                    "~" => self.siblings = self.siblings.max(Some(level)),
                    ">" => level = level.saturating_add(1),
                    "+" => {}
                    _ => level = ALL,
                }
            }
            if !part.is_empty() {
                gap.clear();
                self.compound(part, level);
            }
            if start > 0 {
                let before = alternative[..start].chars().next_back().unwrap_or(' ');
                gap.insert(0, before);
                end = start - before.len_utf8();
            }
        }
        self
    }

    fn compound(&mut self, text: &str, level: u8) {
        let counts = |text: &str| text.contains(":nth-") || text.contains("-of-type");
        if let Some((outside, inside)) = text.split_once(":has(") {
            self.within = self.within.max(Some(level));
            self.siblings_within |= counts(inside) || inside.replace("~=", "").contains('~');
            if counts(outside) {
                self.siblings = self.siblings.max(Some(level));
            }
        } else if counts(text) {
            self.siblings = self.siblings.max(Some(level));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_look_as_far_as_they_say() {
        let check = |selector: &str, siblings: Option<u8>, within: Option<u8>, siblings_within: bool| {
            assert_eq!(Reach::of(selector), Reach { siblings, within, siblings_within }, "{selector}");
        };
        check("div.post[id^=p] > a", None, None, false);
        check("a + b, [class~=x]:not([id~='a ~ b'])", None, None, false);
        check("a ~ b", Some(0), None, false);
        check("a~b", Some(0), None, false);
        check("h1.ts ~ span a[href*=x]", Some(ALL), None, false);
        check("td > .a ~ .b > i", Some(1), None, false);
        check("tr:nth-child(4) > td:nth-child(2)", Some(1), None, false);
        check("i:first-of-type, div p", Some(0), None, false);
        check("div.post:has(> .st-anchor)", None, Some(0), false);
        check("tr:has(> td > a[name] ~ .name)", None, Some(0), true);
        check("tr:has([class~=x]) td", None, Some(ALL), false);
        check("a:not(:has(img))", None, Some(0), false);
    }
}
