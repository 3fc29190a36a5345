//! Pages that are not what was asked for, told by what such pages say in all engines: asked only of a page that shows no posts,
//! threads or boards.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    flat::{Kind, attribute},
    text::{Role, is_hidden, role},
    view::View,
};
use crate::model::Outcome;

/// A page with more letters than this says more than that it is bad; then its title and headings alone count.
const SHORT: usize = 2500;

/// What such pages say, in the order in which they are asked: a wall may speak of permission and of a login.
const SAID: &[(Outcome, &str)] = &[
    (
        Outcome::Challenge,
        r"(?i)just a moment|attention required|ddos-guard|checking (?:if the site|your browser)|not a (?:bot|robot)|verify(?:ing)? (?:that )?you are (?:a )?human|security (?:check|verification)|enable javascript and cookies|请完成安全验证|人机验证|验证您是真人|проверка браузера|unusual traffic",
    ),
    (
        Outcome::Maintenance,
        r"(?i)maintenance|temporarily (?:unavailable|closed|offline|down)|(?:be|come) back (?:soon|later|shortly)|(?:board|forum|site) (?:is )?(?:currently )?(?:disabled|closed|offline|unavailable)|wartung|mantenimiento|manutenção|manutenzione|维护|維護|站点(?:已)?关闭|メンテナンス|점검|техническ\p{L}+ работ|обслуживан|fatal error|database error|could not connect to (?:the )?database|error establishing a database|service unavailable|bad gateway",
    ),
    (
        Outcome::LoginRequired,
        r"(?i)(?:must|need to|have to|please) (?:be (?:logged|signed|registered)|(?:first )?(?:log|sign) ?in|register)|(?:log|sign)(?:ged)? ?in to (?:view|see|read|continue|access)|(?:you are )?not (?:logged|signed) in|registered (?:forums? )?members?|login required|members only|(?:bitte )?(?:einloggen|anmelden, um)|connecter pour|identifi[eé]|iniciar sesi[oó]n para|尚未登录|尚未登錄|请(?:先)?登录|請先登[入錄]|需要登录|ログインして|로그인|войдите|авториз|необходимо (?:войти|зарегистр)|zaloguj",
    ),
    (
        Outcome::NoPermission,
        r"(?i)(?:not have|without|insufficient|no) (?:the )?(?:necessary |required )?(?:permission|privilege|access)|not (?:authori[sz]ed|permitted|allowed)|access (?:is )?denied|forbidden|keine (?:ausreichenden )?(?:berechtigung|rechte)|permission refus|no tienes? permiso|没有权限|無權|无权|权限不足|权限的|權限|アクセス権|권한|нет (?:прав|доступа)|доступ (?:запрещ|огранич)|brak uprawnień",
    ),
    (
        Outcome::Missing,
        r"(?i)\b404\b|not (?:be )?found|(?:does|do)(?: not|n[’']t) exist|no (?:such|longer (?:exists?|available))|has been (?:removed|deleted)|invalid (?:thread|topic|post|forum|link|id)|no (?:thread|topic|post) specified|nicht gefunden|existiert nicht|introuvable|n[’']existe pas|no existe|no se (?:ha )?encontr|não (?:existe|encontrad)|non (?:esiste|trovat)|不存在|已被删除|已刪除|已被刪除|找不到|見つかりません|存在しません|찾을 수 없|не (?:найден|существует)|удал[её]н|nie istnieje|nie znaleziono",
    ),
];

static PATTERNS: LazyLock<Vec<(Outcome, Regex)>> =
    LazyLock::new(|| SAID.iter().filter_map(|(outcome, said)| Some((*outcome, Regex::new(said).ok()?))).collect());

/// Marks in the markup of challenges.
const CHALLENGES: &[&str] = &[
    "challenge-form",
    "cf-wrapper",
    "cf-challenge",
    "cf-please-wait",
    "px-captcha",
    "anubis_challenge",
    "ddg-captcha",
];

/// What a sentence says that an engine shows in the place of a page.
pub(super) fn said(text: &str) -> Option<Outcome> {
    PATTERNS.iter().find(|(_, pattern)| pattern.is_match(text)).map(|(outcome, _)| *outcome)
}

/// What the page turned out to be, where it says so.
pub(super) fn told(view: &View<'_, '_>) -> Option<Outcome> {
    let (mut headings, mut whole) = (String::new(), String::new());
    let mut asks_password = false;
    let mut next = 0;
    while next < view.flat.len() {
        let node = view.flat.node(next);
        let mut skip = false;
        match node.kind {
            Kind::Text(text) => {
                if whole.len() <= SHORT * 4 {
                    whole.push_str(text);
                    whole.push(' ');
                }
            }
            Kind::Element(element) => {
                let name = element.value().name();
                asks_password |= name == "input"
                    && attribute(element, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("password"));
                if attribute(element, "id").is_some_and(|id| CHALLENGES.contains(&id)) {
                    return Some(Outcome::Challenge);
                }
                if matches!(name, "title" | "h1" | "h2") && headings.len() < 600 {
                    headings.push_str(&own_text(view, next));
                    headings.push('\n');
                }
                skip = (role(element) == Role::Silent && name != "head" && name != "noscript") || is_hidden(element);
            }
        }
        next = if skip { node.end } else { next + 1 };
    }
    let letters = whole.chars().filter(|c| c.is_alphanumeric()).count();
    let said = if letters <= SHORT { format!("{headings}{whole}") } else { headings };
    match self::said(&said) {
        Some(Outcome::NoPermission | Outcome::Missing) if asks_password && letters <= SHORT => {
            Some(Outcome::LoginRequired)
        }
        None if asks_password && letters <= SHORT => Some(Outcome::LoginRequired),
        told => told,
    }
}

/// All text within an element, be it one that shows none.
fn own_text(view: &View<'_, '_>, at: u32) -> String {
    let texts = view.flat.within(at).filter_map(|at| match view.flat.node(at).kind {
        Kind::Text(text) => Some(text),
        Kind::Element(_) => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}
