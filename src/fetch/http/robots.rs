//! Asking for robots.txt (RFC 9309 section 2.3).

use std::sync::Arc;

use url::Url;

use super::{
    HttpFetch,
    answer::{self, Head},
    client::{Budget, Ended},
    scope,
};
use crate::{
    fetch::{coding, robots_cache::Answer},
    model::{FailureClass, FetchFailure, Fetched, Refusal, SourceSettings},
    polite::{self, Robots},
};

/// Redirects that robots.txt may take (section 2.3.1.2).
const HOPS: usize = 5;
/// Bytes of robots.txt that are read (section 2.5), and one more that tells whether it goes on.
const BYTES: usize = (500 << 10) + 1;

enum Hop {
    Answer(Answer),
    Redirect(Url),
}

impl HttpFetch {
    /// The robots.txt of an address's origin: its rules apply to that origin wherever redirects lead.
    pub(super) async fn ask_robots(&self, url: &Url, source: &SourceSettings) -> Answer {
        let Ok(mut at) = url.join("/robots.txt") else {
            return Answer::Refused(Refusal::Scheme(url.scheme().to_owned()));
        };
        let mut budget = Budget::new(self.settings.timeout);
        for _ in 0..=HOPS {
            let reach = match scope::reach(&at, &source.url) {
                Ok(reach) => reach,
                Err(refusal) => return ended(Fetched::Refused(refusal)),
            };
            let guard = self.gate.enter(&polite::origin(&at), source.delay).await;
            let answered = budget.spend(self.robots_hop(&at, reach, source)).await;
            drop(guard);
            match answered {
                Ok(Hop::Answer(answer)) => return answer,
                Ok(Hop::Redirect(next)) => at = next,
                Err(what) => return ended(*what),
            }
        }
        // more redirects than are followed: as if there were no file
        Answer::Rules(Arc::new(Robots::allow_all()))
    }

    async fn robots_hop(&self, at: &Url, reach: scope::Reach, source: &SourceSettings) -> Result<Hop, Ended> {
        let response = self.send(at, self.ask(at, reach, source, None), source).await?;
        let head = Head::of(&response, at, self.clock.now())?;
        let unreachable = |class, cause: String| {
            let retry_after = head.retry_after(self.settings.retry_after_cap, self.clock.now());
            Answer::Unreachable(FetchFailure { class, status: Some(head.status), message: cause, retry_after })
        };
        Ok(Hop::Answer(match head.status {
            300..400 if let Some(next) = head.location(at) => return Ok(Hop::Redirect(next)),
            200..300 => {
                let raw = answer::first_bytes(response, at, BYTES, self.is_proxied(source)).await?;
                match coding::beginning(raw, head.content_encoding.as_deref(), BYTES) {
                    Ok((text, whole)) => Answer::Rules(Arc::new(Robots::parse(whole_lines(&text, whole)))),
                    Err(error) => unreachable(FailureClass::Broken, error.to_string()),
                }
            }
            status @ (429 | 503) => unreachable(FailureClass::Busy, format!("status {status}")),
            407 => unreachable(FailureClass::Proxy, "the proxy wants to know who asks (status 407)".to_owned()),
            status @ 500.. => unreachable(FailureClass::Server, format!("status {status}")),
            _ => Answer::Rules(Arc::new(Robots::allow_all())),
        }))
    }
}

/// Half a line says something else than the whole one: `Disallow: /private` must not become `Disallow: /`.
fn whole_lines(text: &[u8], whole: bool) -> &[u8] {
    if whole {
        return text;
    }
    let end = text.iter().rposition(|b| matches!(b, b'\n' | b'\r')).map_or(0, |at| at + 1);
    &text[..end]
}

/// What a request for robots.txt that brought no file means.
fn ended(what: Fetched) -> Answer {
    match what {
        Fetched::Failed(failure) => Answer::Unreachable(failure),
        // another place of this site's is out of bounds: nobody said that anything is allowed
        Fetched::Refused(refusal) => Answer::Refused(refusal),
        Fetched::Page(_) | Fetched::NotModified => Answer::Rules(Arc::new(Robots::allow_all())),
    }
}
