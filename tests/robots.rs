//! robots.txt by RFC 9309: our own cases, and the reference's answers where they are at hand.

#![expect(clippy::unwrap_used, reason = "a test may panic where its own data is wrong")]

#[path = "support/shared.rs"]
mod shared;

use forumsift::polite::Robots;
use url::Url;

fn check(robots: &str, agent: &str, url: &str, allowed: bool, line: Option<usize>) {
    let decision = Robots::parse(robots.as_bytes()).decide(agent, &Url::parse(url).unwrap());
    assert_eq!((decision.allowed, decision.line.map(|(number, _)| number)), (allowed, line), "{robots:?} {url}");
}

#[test]
fn the_longest_match_decides() {
    let robots = "User-agent: *\nDisallow: /forum\nAllow: /forum/open\nDisallow: /*.php$\n";
    check(robots, "forumsift", "http://h.example/forum/x", false, Some(2));
    check(robots, "forumsift", "http://h.example/forum/open/x", true, Some(3));
    check(robots, "forumsift", "http://h.example/a.php", false, Some(4));
    check(robots, "forumsift", "http://h.example/a.php?x", true, None);
    check(robots, "forumsift", "http://h.example/", true, None);
}

#[test]
fn groups_are_merged_and_the_own_one_wins() {
    let robots = "User-agent: *\nDisallow: /\n\nUser-agent: ForumSift\nUser-agent: other\nDisallow: /a\n\nuser-agent: forumsift\nDisallow: /b\n";
    check(robots, "forumsift", "http://h.example/x", true, None);
    check(robots, "forumsift", "http://h.example/a", false, Some(6));
    check(robots, "forumsift", "http://h.example/b", false, Some(9));
    check(robots, "somebody", "http://h.example/x", false, Some(2));
}

#[test]
fn bytes_of_any_kind_are_a_file() {
    for bytes in [&b"\xef\xbb\xbfUser-agent: *\rDisallow: /x\r"[..], b"\xff\xfe\x00", b"<html>Disallow: /</html>", b""]
    {
        let _ = Robots::parse(bytes);
    }
    check("\u{feff}User-agent: *\rDisallow: /x\r", "forumsift", "http://h.example/x", false, Some(2));
    let mut long = b"User-agent: *\nDisallow: /first\n".to_vec();
    long.resize(500 << 10, b'#');
    long.extend_from_slice(b"\nDisallow: /late\n");
    let robots = Robots::parse(&long);
    assert!(!robots.decide("forumsift", &Url::parse("http://h.example/first").unwrap()).allowed);
    assert!(robots.decide("forumsift", &Url::parse("http://h.example/late").unwrap()).allowed);
}

#[test]
fn crawl_delay_is_read() {
    let robots = Robots::parse(b"User-agent: *\nCrawl-delay: 2.5\n");
    assert_eq!(robots.crawl_delay("forumsift"), Some(std::time::Duration::from_millis(2500)));
}

/// Every answer of the reference implementation, where the collection is at hand.
#[test]
fn the_reference_agrees() {
    let Some(cases) = shared::shared("robots/cases.jsonl") else { return };
    let (mut read, mut wrong) = (0, Vec::new());
    for line in cases.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| case[name].as_str().unwrap();
        let url = Url::parse(text("url")).unwrap();
        let allowed = Robots::parse(text("robots_txt").as_bytes()).decide(text("user_agent"), &url).allowed;
        read += 1;
        if allowed != case["allowed"].as_bool().unwrap() {
            wrong.push(line.to_owned());
        }
    }
    assert!(read >= 1000, "only {read} cases");
    assert!(wrong.is_empty(), "{} of {read} differ: {:#?}", wrong.len(), &wrong[..wrong.len().min(5)]);
}
