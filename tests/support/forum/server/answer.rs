//! What a request is answered, before anything goes wrong with it.

use std::{io, sync::atomic::Ordering};

use super::{
    super::{
        calendar::http_date,
        fault::Wall,
        http::{Request, Response},
        play,
        render::{self, Message, Visit},
        rng::{hash, mix},
        setup::Engine,
        trap,
    },
    Robots, Shared, lock,
};

impl Shared {
    pub(super) fn page(&self, request: &Request, nonce: u64, faulty: bool) -> io::Result<Response> {
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return Ok(Response::new(405, "text/plain", b"read only\n".to_vec()));
        }
        let forum = lock(&self.forum);
        let date = http_date(forum.now);
        if request.target.split('?').next() == Some("/robots.txt") {
            return Ok(match &*lock(&self.robots) {
                Robots::Text(text) => Response::new(200, "text/plain; charset=utf-8", text.clone().into_bytes()),
                Robots::Status(status) => Response::new(*status, "text/plain; charset=utf-8", vec![]),
            }
            .with("Date", date));
        }
        let engine = forum.setup.engine;
        let cookie = match engine {
            Engine::Phpbb => "phpbb3_harbour_sid",
            Engine::Smf => "PHPSESSID",
            Engine::Discuz => "harbour_2132_saltkey",
            Engine::Mybb => "mybb[lastvisit]",
            Engine::Fluxbb => "fluxbb_cookie",
        };
        let known = request.header("cookie").is_some_and(|cookies| cookies.contains(cookie));
        let session = format!("{:016x}{:016x}", mix(nonce), mix(!nonce));
        let in_links = forum.setup.session_ids && !known && matches!(engine, Engine::Phpbb | Engine::Smf);
        let visit = Visit { origin: self.origin.clone(), session: in_links.then(|| session.clone()), nonce };
        if render::route(engine, &forum, &request.target) == render::Route::Trap {
            let trap = trap::answer(&self.origin, &request.target);
            let response =
                Response::new(trap.status, "text/html; charset=utf-8", trap.html.into_bytes()).with("Date", date);
            return Ok(match trap.location {
                Some(location) => response.with("Location", location),
                None => response,
            });
        }
        let answer = render::answer(&forum, &request.target, &visit);
        let mut response =
            Response::new(answer.status, "text/html; charset=utf-8", answer.html.into_bytes()).with("Date", date);
        if !known {
            response = response.with("Set-Cookie", format!("{cookie}={session}; path=/; HttpOnly"));
        }
        if let Some(location) = answer.location {
            return Ok(response.with("Location", location));
        }
        if response.status == 200 {
            let mut same = false;
            if forum.setup.last_modified {
                let date = http_date(forum.changed);
                same = request.header("if-modified-since") == Some(date.as_str());
                response = response.with("Last-Modified", date);
            }
            if forum.setup.entity_tags {
                let still = Visit { session: None, nonce: 0, ..visit };
                let tag = format!("\"{:016x}\"", hash(render::answer(&forum, &request.target, &still).html.as_bytes()));
                // Where both are there, the tag decides (RFC 9110, 13.2.2).
                if let Some(tags) = request.header("if-none-match") {
                    same = tags.split(',').any(|known| known.trim() == tag);
                }
                response = response.with("ETag", tag);
            }
            // A fault is about a page, so the page comes.
            if same && !faulty {
                return Ok(Response { status: 304, body: vec![], ..response });
            }
        }
        drop(forum);
        let accepted = request.header("accept-encoding").is_some_and(|codings| codings.contains("gzip"));
        if self.gzip.load(Ordering::Relaxed) && accepted && !faulty {
            let body = play::gzip(&response.body)?;
            response = Response { body, ..response }.with("Content-Encoding", "gzip").with("Vary", "Accept-Encoding");
        }
        Ok(response)
    }

    pub(super) fn wall(&self, wall: Wall, nonce: u64, now: i64) -> Response {
        let message = match wall {
            Wall::Login => Message::Login,
            Wall::SoftMissing => Message::Missing,
            Wall::NoPermission => Message::NoPermission,
            Wall::Maintenance => Message::Maintenance,
            Wall::Challenge => {
                let html = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><noscript>Enable \
                            JavaScript and cookies to continue</noscript><script src=\"/cdn-cgi/challenge-platform/h/b/\
                            orchestrate/chl_page/v1\"></script></body></html>";
                return Response::new(403, "text/html; charset=UTF-8", html.into())
                    .with("Date", http_date(now))
                    .with("cf-mitigated", "challenge");
            }
        };
        let visit = Visit { origin: self.origin.clone(), session: None, nonce };
        let html = render::message(&lock(&self.forum), &visit, message);
        Response::new(200, "text/html; charset=utf-8", html.into_bytes()).with("Date", http_date(now))
    }
}
