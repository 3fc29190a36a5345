//! What a source sends along and whom it tells: secrets, logins, headers, notices. What can be wrong with them is told here.

use super::{
    Complaint,
    raw::{RawSecret, RawSource},
    value::Told,
};

/// Headers that this program writes itself.
const OWN: [&str; 9] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "accept-encoding",
    "if-none-match",
    "if-modified-since",
    "cookie",
    "user-agent",
];

/// All that is wrong.
pub(super) fn complaints(raw: &RawSource) -> Vec<Complaint> {
    let mut all = Vec::new();
    secret(&mut all, "cookie", "FORUM_COOKIE", raw.cookie.as_ref());
    secret(&mut all, "proxy_login", "PROXY_LOGIN", raw.proxy_login.as_ref());
    if let Some(Told { span, value: login }) = &raw.login {
        secret(&mut all, "user", "FORUM_USER", login.user.as_ref());
        secret(&mut all, "password", "FORUM_PASSWORD", login.password.as_ref());
        if login.user.is_none() || login.password.is_none() {
            let hint = "login = { user = { env = \"FORUM_USER\" }, password = { env = \"FORUM_PASSWORD\" } }";
            all.push(Complaint::new(span.clone(), "a login has `user` and `password`").hint(hint));
        }
    }
    if let Some(Told { span, value: notify }) = &raw.notify {
        secret(&mut all, "webhook", "FORUM_WEBHOOK", notify.webhook.as_ref());
        if let Some(after) = notify.after.as_ref().filter(|after| after.value == 0) {
            all.push(Complaint::new(after.span.clone(), "`after` must be more than nothing"));
        }
        if notify.webhook.is_none() && notify.command.as_ref().is_none_or(|told| told.value.is_empty()) {
            let hint = "notify = { command = [\"/usr/local/bin/tell-me\"] }";
            all.push(Complaint::new(span.clone(), "nobody is told: `command` or `webhook`").hint(hint));
        }
    }
    let plain = raw.headers.iter().flat_map(|told| told.value.iter().map(|(name, told)| (name, &told.span)));
    let hidden = raw.secret_headers.iter().flat_map(|t| t.value.iter().map(|(name, told)| (name, &told.span)));
    for (name, span) in plain.chain(hidden) {
        if let Err(message) = header_name(name) {
            all.push(Complaint::new(span.clone(), message));
        }
    }
    for (name, told) in raw.secret_headers.iter().flat_map(|told| &told.value) {
        secret(&mut all, name, "FORUM_TOKEN", Some(told));
    }
    all
}

/// A secret has one place.
fn secret(all: &mut Vec<Complaint>, key: &str, env_name: &str, told: Option<&Told<RawSecret>>) {
    if let Some(Told { span, value: RawSecret { env, file } }) = told
        && env.is_some() == file.is_some()
    {
        let complaint = Complaint::new(span.clone(), "a secret has exactly one place: `env` or `file`");
        all.push(complaint.hint(format!("{key} = {{ env = \"{env_name}\" }}")));
    }
}

/// The name of a header that a source may add; those that this program writes itself are its own.
fn header_name(name: &str) -> Result<(), String> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(format!("`{}` is no name of a header", name.escape_debug()));
    }
    match OWN.iter().find(|own| own.eq_ignore_ascii_case(name)) {
        Some(own) => Err(format!("the header `{own}` is written by forumsift itself")),
        None => Ok(()),
    }
}
