//! Pages that were saved as XML: there `<iframe src="…"/>` is a whole element, in HTML it opens one that swallows the page.

use std::borrow::Cow;

use memchr::{memchr, memmem};

/// Elements whose content is no markup.
const RAW: [&str; 8] = ["iframe", "script", "style", "textarea", "title", "noframes", "noembed", "xmp"];

/// The page with an end tag for each such element that closes itself, where none of its own follows.
pub(super) fn closed(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let (mut out, mut copied, mut at) = (String::new(), 0, 0);
    // By element, the end tag that was found last: none is looked for twice.
    let mut ends: [Option<Option<usize>>; RAW.len()] = [None; RAW.len()];
    while let Some(start) = memchr(b'<', &bytes[at..]).map(|found| at + found) {
        let rest = &bytes[start + 1..];
        if rest.starts_with(b"!--") {
            let Some(end) = memmem::find(rest, b"-->") else { break };
            at = start + 1 + end + 3;
            continue;
        }
        at = start + 1;
        // Most tags are told from these by their first letter.
        if !rest.first().is_some_and(|first| matches!(first | 0x20, b'i' | b's' | b't' | b'n' | b'x')) {
            continue;
        }
        let Some(number) = RAW.iter().position(|name| is_tag(rest, name)) else { continue };
        let name = RAW[number];
        let Some(end) = memchr(b'>', rest).map(|found| start + 1 + found + 1) else { break };
        let closing = match ends[number] {
            Some(known) if known.is_none_or(|known| known >= end) => known,
            _ => next(bytes, end, b"</", name),
        };
        ends[number] = Some(closing);
        if bytes[end - 2] == b'/' && closing.is_none_or(|closing| next(&bytes[..closing], end, b"<", name).is_some()) {
            out.push_str(&text[copied..end]);
            out.push_str("</");
            out.push_str(name);
            out.push('>');
            copied = end;
            at = end;
        } else {
            at = closing.unwrap_or(end);
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// Whether a tag of that name stands here, after its `<`.
fn is_tag(rest: &[u8], name: &str) -> bool {
    rest.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
        && rest.get(name.len()).is_some_and(|after| after.is_ascii_whitespace() || matches!(after, b'/' | b'>'))
}

/// Where the next tag of that name begins.
fn next(bytes: &[u8], from: usize, opening: &[u8], name: &str) -> Option<usize> {
    let mut at = from;
    while let Some(found) = memmem::find(&bytes[at..], opening).map(|found| at + found) {
        at = found + opening.len();
        if is_tag(&bytes[at..], name) {
            return Some(found);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_that_closes_itself_is_closed() {
        let check = |page: &str, expected: &str| assert_eq!(closed(page), expected);
        check("<p><iframe src='a'/>b", "<p><iframe src='a'/></iframe>b");
        check("<iframe src='a'/>b<iframe src='c'></iframe>", "<iframe src='a'/></iframe>b<iframe src='c'></iframe>");
        check("<script src='a'/><b/><script>c</script>", "<script src='a'/></script><b/><script>c</script>");
    }

    #[test]
    fn what_is_well_formed_stays() {
        let check = |page: &str| assert!(matches!(closed(page), Cow::Borrowed(same) if same == page), "{page}");
        check("<br/><iframe src='a'></iframe><div/>");
        check("<iframe src='a' /></iframe>");
        check("<script>'<iframe/>'</script>");
        check("<!-- <iframe/> -->");
        check("<title/");
    }
}
