//! Cookies as a source's owner gives them: a header's value, or a `cookies.txt` as browsers and curl write it.

use jiff::Timestamp;
use url::Url;

/// The `Cookie` header for a forum: the text itself, or what a Netscape cookie file holds for its host and path and has not
/// expired. `None` where such a file holds nothing for it.
pub fn cookie_header(text: &str, url: &Url, now: Timestamp) -> Option<String> {
    let lines: Vec<Line<'_>> = text.lines().filter_map(Line::read).collect();
    if lines.is_empty() {
        let is_file = text.trim_start().starts_with("# ");
        return (!is_file).then(|| text.trim().to_owned());
    }
    let held: Vec<String> = lines
        .iter()
        .filter(|line| line.is_for(url, now))
        .map(|line| if line.name.is_empty() { line.value.to_owned() } else { format!("{}={}", line.name, line.value) })
        .collect();
    (!held.is_empty()).then(|| held.join("; "))
}

/// A line: domain, whether subdomains count, path, whether it must be encrypted, expiry, name, value.
struct Line<'a> {
    domain: &'a str,
    subdomains: bool,
    path: &'a str,
    secure: bool,
    expires: i64,
    name: &'a str,
    value: &'a str,
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Option<Line<'a>> {
        // what scripts may not see is marked by a comment that is none
        let line = line.strip_prefix("#HttpOnly_").unwrap_or(line).trim_end_matches(['\r', '\n']);
        if line.starts_with('#') {
            return None;
        }
        let mut fields = line.split('\t');
        let mut next = || fields.next();
        let (domain, subdomains, path, secure, expires, name) = (next()?, next()?, next()?, next()?, next()?, next()?);
        let is = |flag: &str| flag.eq_ignore_ascii_case("true");
        Some(Line {
            domain,
            subdomains: is(subdomains) || domain.starts_with('.'),
            path,
            secure: is(secure),
            expires: expires.split('.').next()?.parse().ok()?,
            name,
            value: next().unwrap_or_default(),
        })
    }

    fn is_for(&self, url: &Url, now: Timestamp) -> bool {
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let domain = self.domain.trim_start_matches('.').to_ascii_lowercase();
        let below = host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'));
        let path = self.path.trim_end_matches('/');
        let within = url.path().strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        (host == domain || (self.subdomains && below))
            && within
            && (!self.secure || url.scheme() == "https")
            && (self.expires == 0 || self.expires > now.as_second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# Netscape HTTP Cookie File\n\
        forum.example\tFALSE\t/\tFALSE\t0\tsid\tabc=1\n\
        #HttpOnly_.example\tTRUE\t/board\tFALSE\t4102444800.5\tauth\txyz\n\
        forum.example\tFALSE\t/\tTRUE\t0\tsecure\ts\n\
        forum.example\tFALSE\t/\tFALSE\t1000\told\to\n\
        other.example\tFALSE\t/\tFALSE\t0\tother\tt\n\
        # a comment\n";

    #[test]
    fn a_header_or_what_a_file_holds_for_the_forum() {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        for (text, url, expected) in [
            (" a=1; b=2\n", "http://forum.example/", Some("a=1; b=2")),
            (FILE, "http://forum.example/", Some("sid=abc=1")),
            (FILE, "https://forum.example/x", Some("sid=abc=1; secure=s")),
            (FILE, "http://forum.example/board/index.php", Some("sid=abc=1; auth=xyz")),
            (FILE, "http://forum.example/boards", Some("sid=abc=1")),
            (FILE, "http://www.forum.example/", None),
            (FILE, "http://notexample/board", None),
            ("# Netscape HTTP Cookie File\n", "http://forum.example/", None),
        ] {
            assert_eq!(cookie_header(text, &Url::parse(url).unwrap(), now).as_deref(), expected, "{url} {text}");
        }
    }
}
