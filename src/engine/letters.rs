//! Letters that stand in addresses as they are: what is written in them need not be taken apart to be made an address.

/// Whether path, query and fragment stand in the address of a web page as they are here. Says no where it is not sure.
pub(crate) fn stand_as_they_are(rest: &str) -> bool {
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    let mut before = b'/';
    let path = path.bytes().all(|byte| {
        // segments of one or two dots lead upwards
        let stands = is_of_path(byte) && !(byte == b'.' && before == b'/');
        before = byte;
        stands
    });
    let is_of_query = |byte: u8| is_of_path(byte) || matches!(byte, b':' | b'?' | b'%' | b'[' | b']');
    let is_whole = |query: &str| !query.is_empty() && !query.ends_with(['&', ';']);
    path && fragment.bytes().all(is_of_query)
        && query.is_none_or(|query| query.bytes().all(is_of_query) && is_whole(query))
}

fn is_of_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'_'
                | b'.'
                | b'~'
                | b'/'
                | b'='
                | b'&'
                | b'+'
                | b','
                | b';'
                | b'!'
                | b'$'
                | b'('
                | b')'
                | b'*'
                | b'@'
        )
}

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
