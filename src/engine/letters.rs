//! Letters that stand in addresses as they are: what is written in them need not be taken apart to be made an address.

/// Whether path, query and fragment stand in the address of a web page as they are here. Says no where it is not sure.
pub(crate) fn stand_as_they_are(rest: &str) -> bool {
    let bytes = rest.as_bytes();
    let mut before = b'/';
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied().filter(|byte| KINDS[usize::from(*byte)] == OF_PATH) {
        // segments of one or two dots lead upwards
        if byte == b'.' && before == b'/' {
            return false;
        }
        before = byte;
        at += 1;
    }
    let of_query = |from: usize| from + bytes[from..].iter().take_while(|byte| KINDS[usize::from(**byte)] > 0).count();
    if bytes.get(at) == Some(&b'?') {
        let end = of_query(at + 1);
        // what is empty, or ends in nothing, is written in more than one way
        if end == at + 1 || matches!(bytes[end - 1], b'&' | b';') {
            return false;
        }
        at = end;
    }
    if bytes.get(at) == Some(&b'#') {
        at = of_query(at + 1);
    }
    at == bytes.len()
}

/// In [`KINDS`]: of paths, queries and fragments.
const OF_PATH: u8 = 2;
/// In [`KINDS`]: of queries and fragments alone.
const OF_QUERY: u8 = 1;

/// What each byte stands in as it is; 0: in nothing.
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' | b'=' | b'&' | b'+' => OF_PATH,
            b',' | b';' | b'!' | b'$' | b'(' | b')' | b'*' | b'@' => OF_PATH,
            b':' | b'?' | b'%' | b'[' | b']' => OF_QUERY,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::{Position, Url};

    use super::*;
    use crate::engine::url_rule::place_at;

    proptest! {
        #[test]
        fn what_stands_as_it_is_needs_no_url(
            path in "(/[a-z%]{0,2}){0,2}/",
            end in "([a-zA-Z0-9./?#&;=_~!$()*+,@:%\\[\\]'\"<> \\\\^|`{}é-]|\\.\\./|p=1){0,12}",
        ) {
            let mut url = Url::parse("http://u:p@forum.example:81/a/b?c#d").unwrap();
            let is_plain = !end.starts_with('/') && !path.starts_with("//");
            if is_plain && stand_as_they_are(&path) && stand_as_they_are(&end) {
                let written = [&url[..Position::BeforePath], &path, &end].concat();
                place_at(&mut url, &path, &end);
                prop_assert_eq!(written, url.as_str());
            }
        }
    }
}
