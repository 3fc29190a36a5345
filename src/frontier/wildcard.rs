//! Names with `*` and `?`, as configuration writes them.

/// Whether `name` matches `pattern`: `*` is any run of characters, `?` any one; case does not count.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.trim().chars().flat_map(char::to_lowercase).collect();
    let name: Vec<char> = name.trim().chars().flat_map(char::to_lowercase).collect();
    let (mut p, mut n) = (0, 0);
    // where the last star stands, and how much of the name it has taken
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(&c) if c == '?' || c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    n = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, name, expected) in [
            ("News*", "News and politics", true),
            ("news*", "NEWS", true),
            ("*news", "World news", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "abab", true),
            ("?ew", "new", true),
            ("?ew", "ew", false),
            ("News", "News and politics", false),
            ("", "", true),
            ("", "x", false),
            ("*", "", true),
            ("時*", "時事", true),
            ("a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} / {name}");
        }
    }
}
