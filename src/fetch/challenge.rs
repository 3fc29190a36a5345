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

/// Whether an answer is a challenge and not the forum's own.
pub(super) fn is_challenge<'a>(status: u16, mut header: impl FnMut(&str) -> Option<&'a str>, body: &[u8]) -> bool {
    if header("cf-mitigated").is_some_and(|value| value.eq_ignore_ascii_case("challenge")) {
        return true;
    }
    if !matches!(status, 403 | 429 | 503) {
        return false;
    }
    let head = String::from_utf8_lossy(&body[..body.len().min(32 * 1024)]).to_lowercase();
    MARKS.iter().any(|mark| head.contains(mark))
}
