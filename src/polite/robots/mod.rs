//! robots.txt by RFC 9309, with the readings of Google's reference parser where the RFC leaves room: a file is never
//! an error, whatever it holds.

mod matching;
mod parse;

use std::time::Duration;

use url::Url;

use matching::{matches, path_of};
use parse::{Entry, Group, Line, product_token};

/// A robots.txt, parsed.
#[derive(Clone, Debug, Default)]
pub struct Robots {
    lines: Vec<Line>,
    sitemaps: Vec<String>,
    /// Why everything is disallowed, where the file itself could not be had.
    closed: Option<String>,
}

/// Whether an address may be fetched, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may.
    pub allowed: bool,
    /// The line that decided: its 1-based number (0 where no file was read and the text tells why) and its text.
    /// `None`: nothing matched.
    pub line: Option<(usize, String)>,
}

impl Robots {
    /// Reads the first 500 KiB (RFC 9309 section 2.5). Anything is a robots.txt: what is not understood is ignored.
    pub fn parse(bytes: &[u8]) -> Robots {
        let (lines, sitemaps) = parse::parse(bytes);
        Robots { lines, sitemaps, closed: None }
    }

    /// No rules: what a missing file means (RFC 9309 section 2.3.1.3).
    pub fn allow_all() -> Robots {
        Robots::default()
    }

    /// Nothing is allowed: what an unreachable file means (RFC 9309 section 2.3.1.4). The reason stands in each decision.
    pub fn disallow_all(reason: &str) -> Robots {
        Robots { closed: Some(reason.to_owned()), ..Robots::default() }
    }

    /// Whether `agent` (a product token, or a User-Agent that begins with one) may fetch `url`.
    ///
    /// The longest matching pattern decides, `Allow` wins a tie; groups that name the agent are merged and, where there
    /// is one, the groups for `*` do not count.
    pub fn decide(&self, agent: &str, url: &Url) -> Decision {
        if let Some(reason) = &self.closed {
            return Decision { allowed: false, line: Some((0, reason.clone())) };
        }
        let (path, agent) = (path_of(url), product_token(agent));
        let mut named = Verdict::default();
        let mut any = Verdict::default();
        let mut ever_named = false;
        self.walk(agent, |group, line| {
            ever_named |= group.named;
            let verdict = if group.named { &mut named } else { &mut any };
            match &line.entry {
                Entry::Allow(pattern) => verdict.allow.offer(allow_length(pattern, &path), line),
                Entry::Disallow(pattern) => {
                    verdict.disallow.offer(matches(pattern, &path).then_some(pattern.len()), line);
                }
                Entry::Agent(_) | Entry::CrawlDelay(_) => {}
            }
        });
        if ever_named { named.decision() } else { any.decision() }
    }

    /// The `Crawl-delay` for `agent`, not in the RFC but widely written: seconds between two requests, at most a day.
    /// Where several stand in its groups, the longest.
    pub fn crawl_delay(&self, agent: &str) -> Option<Duration> {
        let (mut named, mut any, mut ever_named) = (None, None, false);
        self.walk(product_token(agent), |group, line| {
            ever_named |= group.named;
            if let Entry::CrawlDelay(delay) = line.entry {
                let slot = if group.named { &mut named } else { &mut any };
                *slot = (*slot).max(Some(delay));
            }
        });
        if ever_named { named } else { any }
    }

    /// The addresses of the `Sitemap` lines, as written, in order.
    pub fn sitemaps(&self) -> &[String] {
        &self.sitemaps
    }

    /// Calls `visit` for each line that stands in a group for `agent` or for all agents.
    fn walk<'a>(&'a self, agent: &str, mut visit: impl FnMut(Group, &'a Line)) {
        let mut group = Group::default();
        let mut rules_seen = false;
        for line in &self.lines {
            match &line.entry {
                Entry::Agent(name) => {
                    if rules_seen {
                        (group, rules_seen) = (Group::default(), false);
                    }
                    group.join(name, agent);
                }
                // Only rules close the list of agents above them; a Crawl-delay or an unknown line between does not.
                Entry::Allow(_) | Entry::Disallow(_) => rules_seen |= group.named || group.any,
                Entry::CrawlDelay(_) => {}
            }
            if group.named || group.any {
                visit(group, line);
            }
        }
    }
}

/// The best matches so far.
#[derive(Default)]
struct Verdict<'a> {
    allow: Best<'a>,
    disallow: Best<'a>,
}

impl Verdict<'_> {
    fn decision(&self) -> Decision {
        // An empty pattern matches with length 0, which is no rule: "Disallow:" allows everything.
        let allowed = self.allow.length >= self.disallow.length;
        let best = if allowed { &self.allow } else { &self.disallow };
        let line = best.line.filter(|_| best.length > 0).map(|line| (line.number, line.text.clone()));
        Decision { allowed, line }
    }
}

#[derive(Default)]
struct Best<'a> {
    length: usize,
    line: Option<&'a Line>,
}

impl<'a> Best<'a> {
    fn offer(&mut self, length: Option<usize>, line: &'a Line) {
        if let Some(length) = length
            && length > self.length
        {
            (self.length, self.line) = (length, Some(line));
        }
    }
}

/// Length of the match of an `Allow`. The reference reads `/dir/index.html` as `/dir/` too.
fn allow_length(pattern: &[u8], path: &[u8]) -> Option<usize> {
    if matches(pattern, path) {
        return Some(pattern.len());
    }
    let slash = pattern.iter().rposition(|b| *b == b'/')?;
    if !pattern[slash..].starts_with(b"/index.htm") {
        return None;
    }
    let directory = [&pattern[..=slash], b"$"].concat();
    matches(&directory, path).then_some(directory.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(robots: &str, path: &str, expected: &str) {
        let url = Url::parse("http://forum.example").unwrap().join(path).unwrap();
        let decision = Robots::parse(robots.as_bytes()).decide("forumsift", &url);
        let line = decision.line.map_or("-".to_owned(), |(number, text)| format!("{number} {text}"));
        let got = format!("{} {line}", if decision.allowed { "allow" } else { "disallow" });
        assert_eq!(got, expected, "{robots:?} {path}");
    }

    #[test]
    fn the_line_that_decides_is_told() {
        let file = "# all\nUser-agent: *\nDisallow: /admin # staff\nAllow: /admin/faq\n";
        check(file, "/", "allow -");
        check(file, "/admin/x", "disallow 3 Disallow: /admin # staff");
        check(file, "/admin/faq", "allow 4 Allow: /admin/faq");
    }

    #[test]
    fn allow_wins_a_tie_and_a_named_group_wins_over_all() {
        check("user-agent: *\ndisallow: /a\nallow: /a", "/a", "allow 3 allow: /a");
        check("user-agent: *\ndisallow: /\nuser-agent: ForumSift\ndisallow: /x", "/a", "allow -");
        check(
            "user-agent: forumsift\ndisallow: /x\nuser-agent: o\nallow: /\nuser-agent: forumsift\ndisallow: /y",
            "/y",
            "disallow 6 disallow: /y",
        );
        check("user-agent: *\ndisallow: /\nuser-agent: forumsift\ncrawl-delay: 3", "/a", "allow -");
    }

    #[test]
    fn agents_above_one_another_share_the_rules_whatever_stands_between() {
        check(
            "user-agent: a\nsitemap: /s\nfoo: bar\nuser-agent: forumsift\ndisallow: /",
            "/a",
            "disallow 5 disallow: /",
        );
    }

    #[test]
    fn an_agent_may_be_given_with_its_version() {
        let robots = Robots::parse(b"user-agent: forumsift\ndisallow: /");
        assert!(!robots.decide("forumsift/0.1.0 (+https://x)", &Url::parse("http://h/").unwrap()).allowed);
    }

    #[test]
    fn crawl_delay_is_that_of_the_agents_own_groups() {
        for (text, expected) in [
            ("user-agent: *\ncrawl-delay: 2.5\ndisallow: /x", Some(2.5)),
            (
                "user-agent: *\ncrawl-delay: 2\nuser-agent: q\ndisallow: /\nuser-agent: forumsift\ncrawl-delay: 7",
                Some(7.0),
            ),
            ("user-agent: *\ncrawl-delay: 2\ndisallow: /x\nuser-agent: forumsift\ndisallow: /x", None),
            ("crawl-delay: 2\nuser-agent: *\ncrawl-delay: -1\ncrawl-delay: soon\ncrawl-delay: nan", None),
            ("user-agent: *\ncrawl-delay: 1e300", Some(86400.0)),
        ] {
            let got = Robots::parse(text.as_bytes()).crawl_delay("forumsift");
            assert_eq!(got.map(|d| d.as_secs_f64()), expected, "{text:?}");
        }
    }

    #[test]
    fn a_file_that_could_not_be_had_closes_the_site_and_says_why() {
        let decision = Robots::disallow_all("robots.txt answered 503").decide("a", &Url::parse("http://h/").unwrap());
        assert_eq!(decision, Decision { allowed: false, line: Some((0, "robots.txt answered 503".to_owned())) });
        assert!(Robots::allow_all().decide("a", &Url::parse("http://h/").unwrap()).allowed);
    }
}
