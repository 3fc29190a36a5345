//! Attributes beyond any that a page of people has: html5ever compares each one with all others of its tag, so that a tag
//! of a megabyte takes minutes. Where that adds up, tags lose what stands behind their first [`ATTRIBUTES`].

use std::{borrow::Cow, ops::Range};

use memchr::memchr;

use crate::extract::cut::tags::{attributes, name_end};

/// Attributes that a tag keeps.
pub(in crate::extract) const ATTRIBUTES: usize = 512;
/// Comparisons that a page may cost before any tag is cut: a quarter of a second, and a thousand times what pages cost.
const COMPARISONS: usize = 200_000_000;

/// The page, with no tag whose attributes would keep the parser busy.
pub(super) fn capped(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let (mut at, mut comparisons) = (0usize, 0usize);
    let mut beyond: Vec<Range<usize>> = Vec::new();
    // Every place where a tag can begin is looked at, even within what looks like a script: the parser may know better.
    while let Some(start) = memchr(b'<', &bytes[at..]).map(|found| at + found) {
        let name = start + 1 + usize::from(bytes.get(start + 1) == Some(&b'/'));
        at = name;
        if !bytes.get(name).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let (mut count, mut kept) = (0usize, name);
        let end = attributes(bytes, name_end(bytes, name), |attribute| {
            count += 1;
            if count == ATTRIBUTES {
                let quoted = matches!(bytes[attribute.value.start - 1], b'"' | b'\'');
                let bare = attribute.value.is_empty() && !quoted;
                kept = if bare { attribute.name.end } else { attribute.value.end + usize::from(quoted) };
            }
        });
        if count > ATTRIBUTES {
            comparisons = comparisons.saturating_add(count.saturating_mul(count) / 2);
            let end = end.map_or(bytes.len(), |(end, _)| end - 1);
            beyond.push(kept.min(end)..end);
            at = end;
        }
    }
    if comparisons <= COMPARISONS {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for range in beyond {
        out.push_str(&text[from..range.start]);
        from = range.end;
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many(from: usize, to: usize) -> String {
        (from..to).map(|n| format!(" a{n}='{n}>'")).collect()
    }

    #[test]
    fn a_tag_loses_what_no_tag_has() {
        let page = |attributes: &str| format!("<p title=\"x\">é<i{attributes}>x</i {attributes}> a<b and c<p>");
        assert_eq!(capped(&page(&many(0, ATTRIBUTES))), page(&many(0, ATTRIBUTES)));
        assert!(matches!(capped(&page(&many(0, 9_000))), Cow::Borrowed(_)), "dear, but no danger");
        assert_eq!(capped(&page(&many(0, 30_000))), page(&many(0, ATTRIBUTES)));
        let unquoted: String = (0..30_000).map(|n| format!(" a{n}=é")).collect();
        let kept: String = (0..ATTRIBUTES).map(|n| format!(" a{n}=é")).collect();
        assert_eq!(capped(&page(&unquoted)), page(&kept));
        let empty: String = (0..30_000).map(|n| format!(" é{n}")).collect();
        let kept: String = (0..ATTRIBUTES).map(|n| format!(" é{n}")).collect();
        assert_eq!(capped(&page(&empty)), page(&kept));
    }

    #[test]
    fn a_tag_that_does_not_end_is_cut_too() {
        let page = format!("<p>a<i{}", many(0, 60_000));
        assert_eq!(capped(&page), format!("<p>a<i{}", many(0, ATTRIBUTES)));
    }

    #[test]
    fn a_script_does_not_hide_a_tag() {
        for hides in ["<svg><style>", "<script>if (a<b c=\"</script>", "<!-- -- ><b c='-->"] {
            let page = format!("{hides}<i{}>", many(0, 60_000));
            assert_eq!(capped(&page), format!("{hides}<i{}>", many(0, ATTRIBUTES)), "{hides}");
        }
    }
}
