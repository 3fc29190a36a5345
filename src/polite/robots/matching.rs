//! Patterns of robots.txt against the path of an address.

use url::Url;

use super::parse::normalise;

/// Path and query, without the fragment: what patterns match against.
pub(super) fn path_of(url: &Url) -> Vec<u8> {
    let path = if url.path().starts_with('/') { url.path().to_owned() } else { format!("/{}", url.path()) };
    normalise(
        match url.query() {
            Some(query) => format!("{path}?{query}").into_bytes(),
            None => path.into_bytes(),
        }
        .as_slice(),
    )
}

/// Whether `pattern` matches a beginning of `path`; `*` is any run of bytes, `$` at the end is the path's end.
///
/// Runs in pattern × path steps at worst, without backtracking: the set of places that the pattern read so far can
/// end at is carried along.
pub(super) fn matches(pattern: &[u8], path: &[u8]) -> bool {
    let mut ends = vec![0];
    for (index, byte) in pattern.iter().enumerate() {
        match byte {
            b'$' if index + 1 == pattern.len() => return ends.last() == Some(&path.len()),
            b'*' => {
                let first = ends[0];
                ends.clear();
                ends.extend(first..=path.len());
            }
            _ => {
                ends.retain_mut(|end| {
                    let hit = path.get(*end) == Some(byte);
                    *end += 1;
                    hit
                });
                if ends.is_empty() {
                    return false;
                }
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_dollars() {
        for (pattern, path, expected) in [
            ("", "/a", true),
            ("/", "/a", true),
            ("/a", "/A", false),
            ("/a$", "/a", true),
            ("/a$", "/ab", false),
            ("/a$b", "/a$b", true),
            ("/*.html$", "/a.html.html", true),
            ("/*.html$", "/a.html?x", false),
            ("/a*b*c", "/axxbxxc/d", true),
            ("*b", "/ab", true),
            ("/*/*/*", "/a/b", false),
            ("a", "/a", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), path.as_bytes()), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn a_hostile_pattern_costs_little() {
        let (pattern, path) = ("*a".repeat(1000), "/".to_owned() + &"a".repeat(2000) + "b");
        assert!(!matches((pattern + "$").as_bytes(), path.as_bytes()));
    }

    #[test]
    fn percent_encoding_is_compared_in_one_form() {
        let path = path_of(&Url::parse("http://h/%e3%83%84/ツ?ö#x").unwrap());
        assert_eq!(path, b"/%E3%83%84/%E3%83%84?%C3%B6");
    }
}
