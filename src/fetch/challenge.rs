//! Anti-bot challenges: recognised so that they can be reported, never evaded.

/// Texts of challenge pages, lower case. Only looked for in answers that refuse (403, 429, 503).
const MARKS: [&str; 10] = [
    "cf-browser-verification",
    "cf_chl_opt",
    "challenge-platform",
    "just a moment...",
    "attention required! | cloudflare",
    "ddos-guard",
    "_incapsula_resource",
    "px-captcha",
    "sucuri website firewall",
    "please enable cookies and reload the page",
];

/// Texts that stand in nothing but a challenge, lower case: looked for in short pages that are said to be found (200).
const CERTAIN: [&str; 9] = [
    "cf-browser-verification",
    "cf_chl_opt",
    "<title>just a moment...</title>",
    "<title>ddos-guard</title>",
    "checking your browser before accessing",
    "/_incapsula_resource?",
    "px-captcha",
    "awswafcookiedomainlist",
    "making sure you&#39;re not a bot",
];
/// A challenge is a short page: a form, a script, a sentence.
const SHORT: usize = 32 * 1024;
/// Links that a challenge may have; a forum's page has more.
const LINKS: usize = 5;

/// Whether an answer is a challenge and not the forum's own.
pub(super) fn is_challenge<'a>(status: u16, mut header: impl FnMut(&str) -> Option<&'a str>, body: &[u8]) -> bool {
    if header("cf-mitigated").is_some_and(|value| value.eq_ignore_ascii_case("challenge")) {
        return true;
    }
    let refuses = matches!(status, 403 | 429 | 503);
    if !refuses && (status != 200 || body.len() > SHORT) {
        return false;
    }
    let head = String::from_utf8_lossy(&body[..body.len().min(SHORT)]).to_lowercase();
    if refuses {
        return MARKS.iter().any(|mark| head.contains(mark));
    }
    head.matches("<a ").count() <= LINKS && CERTAIN.iter().any(|mark| head.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_told_from_a_page_that_speaks_of_one() {
        let script = "<title>Just a moment...</title><script>window._cf_chl_opt={}</script>";
        let links = "<a href=/viewtopic.php?t=1>a thread</a>".repeat(9);
        for (status, header, body, expected) in [
            (200, None, script.to_owned(), true),
            (200, None, format!("{script}{links}"), false),
            (200, None, format!("{script}{}", " ".repeat(SHORT)), false),
            (403, None, format!("{script}{links}"), true),
            (404, None, script.to_owned(), false),
            (200, Some("challenge"), links.clone(), true),
            (200, None, "<script src=/cdn-cgi/challenge-platform/x.js></script>".to_owned(), false),
        ] {
            let told = is_challenge(status, |name| header.filter(|_| name == "cf-mitigated"), body.as_bytes());
            assert_eq!(told, expected, "{status} {:.80}", body);
        }
    }
}
