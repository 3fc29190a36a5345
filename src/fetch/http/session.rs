//! Being logged in: the form is fetched, filled in and sent, its cookies are kept in memory alone, and a session that has
//! ended is renewed, at most once in a while.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use scraper::{ElementRef, Html, Selector};
use tokio::sync::Mutex as AsyncMutex;
use url::{Url, form_urlencoded};

use super::{
    HttpFetch,
    answer::{self, Head},
    client::{Budget, Ended, fail},
    failure, scope,
};
use crate::{
    engine::LoginRules,
    fetch::{Login, coding},
    model::{FailureClass, FetchFailure, Fetched, SourceSettings},
    polite,
};

/// Redirects that a step of a login may take.
const HOPS: usize = 5;

/// The sessions of all sources; clones share them. Nothing of it is ever written down.
#[derive(Clone, Default)]
pub struct Sessions(Arc<Mutex<BySource>>);

/// A session is held by whoever logs in; others wait for it.
type BySource = HashMap<Arc<str>, Arc<AsyncMutex<Session>>>;

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions(…)")
    }
}

/// A source's session.
#[derive(Default)]
pub(super) struct Session {
    cookies: BTreeMap<String, String>,
    /// Logged in, as far as is known.
    inside: bool,
    /// When a login was last tried.
    tried: Option<Instant>,
    /// When the session began: older pages say nothing about it.
    since: Option<Timestamp>,
}

impl Sessions {
    pub(super) fn of(&self, source: &Arc<str>) -> Arc<AsyncMutex<Session>> {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(sessions.entry(source.clone()).or_default())
    }
}

impl Session {
    /// The `Cookie` header, with what the source's owner has given in front.
    pub(super) fn header(&self, given: Option<&str>) -> Option<String> {
        let own = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let all: Vec<String> = given.map(str::to_owned).into_iter().chain(own).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// The values that must not be told.
    pub(super) fn secrets(&self) -> impl Iterator<Item = String> {
        self.cookies.values().cloned()
    }

    /// Takes what a response sets.
    pub(super) fn take(&mut self, head: &Head) {
        for set in head.cookies() {
            let mut parts = set.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
            let is_over = parts.any(|part| {
                part.split_once('=').is_some_and(|(key, age)| {
                    key.eq_ignore_ascii_case("max-age") && age.trim().parse::<i64>().is_ok_and(|age| age <= 0)
                })
            });
            if is_over || value.is_empty() || value == "deleted" {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// What a step of a login brought.
struct Step {
    url: Url,
    text: String,
}

impl HttpFetch {
    /// Sees to it that a source that wants it is logged in.
    pub(super) async fn log_in(&self, source: &SourceSettings, login: &Login) -> Result<(), Ended> {
        let slot = self.sessions.of(&source.name);
        let mut session = slot.lock().await;
        if session.inside {
            return Ok(());
        }
        if let Some(left) = left(&session, login) {
            return Err(not_in("the last login is too short ago", Some(left)));
        }
        session.tried = Some(Instant::now());
        session.cookies.clear();
        tracing::info!(source = %source.name, "logging in");
        let form = self.step(&mut session, source, &login.page, None).await?;
        let Some((action, fields)) = filled_in(&form, login) else {
            return Err(not_in("the page of the login has no such form", Some(login.renew)));
        };
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let after = self.step(&mut session, source, &action, Some(body)).await?;
        if !is_inside(&after.text, &login.rules) {
            // many forums say thanks first, on a page of its own kind
            let start = self.step(&mut session, source, &source.url, None).await?;
            if !is_inside(&start.text, &login.rules) {
                return Err(not_in("the forum did not let the user in", Some(login.renew)));
            }
        }
        session.inside = true;
        session.since = Some(self.clock.now());
        tracing::info!(source = %source.name, "logged in");
        Ok(())
    }

    /// A page of this time was shown to a guest: the session has ended. `None` for a source that does not log in; else the
    /// failure with which the page is to be tried again. Blocks for a moment: not for async code.
    pub(in crate::fetch) fn session_lost(
        &self,
        source: &SourceSettings,
        fetched_at: Timestamp,
    ) -> Option<FetchFailure> {
        let login = self.settings.secrets.get(&source.name)?.login.as_ref()?;
        let slot = self.sessions.of(&source.name);
        let mut session = slot.blocking_lock();
        let is_old = session.since.is_some_and(|since| fetched_at < since);
        if !is_old {
            session.inside = false;
        }
        let retry_after = if is_old { None } else { left(&session, login) };
        let message = format!("{}: the session has ended", source.name);
        let retry_after = retry_after.or(Some(Duration::ZERO));
        Some(FetchFailure { class: FailureClass::Login, status: None, message, retry_after })
    }

    /// One step: a request, and the redirects that follow it, all within the forum.
    async fn step(
        &self,
        session: &mut Session,
        source: &SourceSettings,
        url: &Url,
        mut form: Option<String>,
    ) -> Result<Step, Ended> {
        let mut url = url.clone();
        let mut budget = Budget::new(self.settings.timeout);
        for _ in 0..=HOPS {
            let reach = scope::reach(&url, &source.url).map_err(|refusal| Box::new(Fetched::Refused(refusal)))?;
            if !scope::takes_cookie(&url, &source.url) {
                return Err(not_in("the login leads to another host", None));
            }
            let mut asked = self.ask(&url, reach, source, form.as_deref());
            let given = self.settings.secrets.get(&source.name).and_then(|secrets| secrets.cookie.as_deref());
            if let Some(cookie) = session.header(given) {
                asked = asked.header(reqwest::header::COOKIE, cookie);
            }
            let guard = self.gate.enter(&polite::origin(&url), source.delay).await;
            let answered = budget.spend(async {
                let response = self.send(&url, asked, source).await?;
                let head = Head::of(&response, &url, self.clock.now())?;
                let next = if (300..400).contains(&head.status) { head.location(&url) } else { None };
                let body = match next {
                    Some(_) => Vec::new(),
                    None => answer::whole_body(response, &url, &self.settings, false, self.is_proxied(source)).await?,
                };
                Ok((head, next, body))
            });
            let (head, next, body) = answered.await?;
            drop(guard);
            session.take(&head);
            let Some(next) = next else {
                if head.status >= 500 || head.status == 429 {
                    let message = format!("{}: status {}", failure::shown(&url), head.status);
                    return Err(fail(FailureClass::Server, Some(head.status), message));
                }
                let body = coding::decoded(body, head.content_encoding.as_deref(), self.settings.max_page)
                    .map_err(|error| fail(FailureClass::Broken, Some(head.status), error.to_string()))?;
                return Ok(Step { url, text: String::from_utf8_lossy(&body).into_owned() });
            };
            // as browsers do: after a form comes a page
            (url, form) = (next, None);
        }
        Err(not_in("the login redirects without end", None))
    }
}

/// What is left of the rest between two logins.
fn left(session: &Session, login: &Login) -> Option<Duration> {
    let left = login.renew.saturating_sub(session.tried?.elapsed());
    (!left.is_zero()).then_some(left)
}

fn not_in(why: &str, retry_after: Option<Duration>) -> Ended {
    let message = format!("login: {why}");
    Box::new(Fetched::Failed(FetchFailure { class: FailureClass::Login, status: None, message, retry_after }))
}

/// Whether a page is shown to who is logged in: it has the mark, or where the profile has none, no form to log in.
fn is_inside(text: &str, rules: &LoginRules) -> bool {
    let html = Html::parse_document(text);
    match (&rules.inside, &rules.form) {
        (Some(inside), _) => html.select(inside.selector()).next().is_some(),
        (None, Some(form)) => html.select(form.selector()).next().is_none(),
        (None, None) => true,
    }
}

/// The form's address and all that is sent: what it holds, with name and password in their places.
fn filled_in(page: &Step, login: &Login) -> Option<(Url, Vec<(String, String)>)> {
    let rules = &login.rules;
    let html = Html::parse_document(&page.text);
    // many pages have a second form of the kind, in their head
    let asks_for_user =
        |form: &ElementRef<'_>| form.descendent_elements().any(|inner| inner.attr("name") == Some(rules.user.as_str()));
    let form = html.select(rules.form.as_ref()?.selector()).find(asks_for_user)?;
    let action = page.url.join(form.attr("action").unwrap_or_default()).ok()?;
    let inputs = Selector::parse("input[name], button[name]").ok()?;
    let mut pressed = false;
    let mut fields: Vec<(String, String)> = Vec::new();
    for input in form.select(&inputs) {
        let Some(name) = input.attr("name") else { continue };
        if is_sent(input, &mut pressed) {
            fields.push((name.to_owned(), input.attr("value").unwrap_or_default().to_owned()));
        }
    }
    let own = [(&rules.user, &login.user), (&rules.password, &login.password)];
    for (name, value) in own.into_iter().chain(&rules.fields) {
        fields.retain(|(known, _)| known != name);
        fields.push((name.clone(), value.clone()));
    }
    Some((action, fields))
}

/// Whether a browser would send it: boxes that are ticked, and one button.
fn is_sent(input: ElementRef<'_>, pressed: &mut bool) -> bool {
    let is_button = input.value().name() == "button";
    let kind = input.attr("type").unwrap_or(if is_button { "submit" } else { "text" }).to_ascii_lowercase();
    match kind.as_str() {
        _ if input.attr("disabled").is_some() => false,
        "checkbox" | "radio" => input.attr("checked").is_some(),
        "submit" => !std::mem::replace(pressed, true),
        "button" | "reset" | "image" | "file" => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_sent_as_a_browser_would() {
        let rules: LoginRules = toml::from_str(
            "form = \"form#login\"\nuser = \"username\"\npassword = \"password\"\nfields = { autologin = \"on\" }",
        )
        .unwrap();
        let login = Login {
            page: "http://f.example/ucp.php?mode=login".parse().unwrap(),
            rules: Arc::new(rules),
            user: "anna".to_owned(),
            password: "p&ss".to_owned(),
            renew: Duration::from_secs(60),
        };
        let text = "<form id=search><input name=q value=x></form><form id=login action='./ucp.php?mode=login' method=post>\
            <input name=username><input type=password name=password><input type=checkbox name=autologin>\
            <input type=checkbox name=hide><input type=hidden name=token value='1=2'><input type=submit name=login value=Login>\
            <input type=submit name=cancel value=Cancel></form>";
        let page = Step { url: login.page.clone(), text: text.to_owned() };
        let (action, fields) = filled_in(&page, &login).unwrap();
        assert_eq!(action.as_str(), "http://f.example/ucp.php?mode=login");
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        assert_eq!(body, "token=1%3D2&login=Login&username=anna&password=p%26ss&autologin=on");
        assert!(!is_inside(text, &login.rules) && is_inside("<p>welcome", &login.rules));
        assert!(filled_in(&Step { text: "<p>closed".to_owned(), ..page }, &login).is_none());
    }

    /// The forms as the engines print them, and what is sent.
    const FORMS: [(&str, &str, &str); 9] = [
        (
            "vbulletin3",
            "<form action=login.php?do=login method=post><input name=vb_login_username><input type=password name=vb_login_password>\
             <input type=checkbox name=cookieuser value=1><input type=submit value='Log in'><input type=hidden name=s value=''>\
             <input type=hidden name=do value=login><input type=hidden name=vb_login_md5password></form>",
            "login.php?do=login s=&do=login&vb_login_md5password=&vb_login_username=anna&vb_login_password=secret&cookieuser=1",
        ),
        (
            "vbulletin4",
            "<form id=navbar_loginform action=login.php?do=login method=post><input name=vb_login_username value='User Name'>\
             <input type=password name=vb_login_password><input type=submit value='Log in'><input type=hidden name=securitytoken \
             value=guest><input type=hidden name=do value=login></form>",
            "login.php?do=login securitytoken=guest&do=login&vb_login_username=anna&vb_login_password=secret&cookieuser=1",
        ),
        (
            "phpbb2",
            "<form action=login.php?sid=0 method=post target=_top><input name=username value=''><input type=password name=password>\
             <input type=checkbox name=autologin><input type=hidden name=redirect value=''><input type=submit name=login \
             value='Log in'></form>",
            "login.php?sid=0 redirect=&login=Log+in&username=anna&password=secret&autologin=on",
        ),
        (
            "phorum",
            "<form action=login.php?1 method=post><input type=hidden name=redir value=list.php><input name=username>\
             <input type=password name=password><input type=submit value=Submit></form><form action=login.php?1 method=post>\
             <input name=lostpass><input type=submit value=Submit></form>",
            "login.php?1 redir=list.php&username=anna&password=secret",
        ),
        (
            "xmb",
            "<form method=post action=misc.php?action=login><input type=hidden name=token value=t><input name=username><input \
             type=password name=password><input type=checkbox name=trust value=yes><input type=checkbox name=hide value=1><input \
             type=submit name=loginsubmit value=Login></form>",
            "misc.php?action=login token=t&loginsubmit=Login&username=anna&password=secret&trust=yes",
        ),
        (
            "vanilla",
            "<form id=Form_User_SignIn method=post action=/entry/signin><input type=hidden name=TransientKey value=k><input \
             name=Email><input type=password name=Password><input type=submit name=Sign_In value='Sign In'><input type=checkbox \
             name=RememberMe value=1></form><form id=Form_User_Password method=post><input name=Email></form>",
            "entry/signin TransientKey=k&Sign_In=Sign+In&Email=anna&Password=secret&RememberMe=1",
        ),
        (
            "nodebb",
            "<form id=login-form method=post action=login><input name=username><input type=password name=password><input \
             type=checkbox name=remember checked><input type=hidden name=_csrf value=c><input type=hidden name=noscript \
             value=true><button type=submit>Login</button></form>",
            "login _csrf=c&noscript=true&username=anna&password=secret&remember=on",
        ),
        (
            "ipb3",
            "<form action='index.php?app=core&section=login&do=process' method=post id=login><input type=hidden name=auth_key \
             value=a><input name=ips_username><input type=password name=ips_password><input type=checkbox name=rememberMe value=1 \
             checked></form>",
            "index.php?app=core&section=login&do=process auth_key=a&ips_username=anna&ips_password=secret&rememberMe=1",
        ),
        (
            "ipb4",
            "<form method=post action=http://f.example/login/><input type=hidden name=csrfKey value=c><input name=auth><input \
             type=password name=password><input type=checkbox name=remember_me checked value=1><button type=submit \
             name=_processLogin value=usernamepassword>Sign In</button></form>",
            "login/ csrfKey=c&_processLogin=usernamepassword&auth=anna&password=secret&remember_me=1",
        ),
    ];

    #[test]
    fn the_engines_forms_are_filled_in() {
        for (engine, form, sent) in FORMS {
            let rules = crate::engine::Engines::builtin().get(engine).unwrap().login.clone().unwrap();
            let page: Url = "http://f.example/".parse().unwrap();
            let login = Login {
                page: page.clone(),
                rules,
                user: "anna".to_owned(),
                password: "secret".to_owned(),
                renew: Duration::from_secs(60),
            };
            assert!(!is_inside(form, &login.rules), "{engine}");
            let (action, fields) = filled_in(&Step { url: page, text: form.to_owned() }, &login).unwrap();
            let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            assert_eq!(format!("{} {body}", &action.as_str()["http://f.example/".len()..]), sent, "{engine}");
        }
    }
}
