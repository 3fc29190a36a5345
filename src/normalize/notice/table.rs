//! Tables of templates as written in TOML.

use serde::Deserialize;

/// A file of `config/notices`, or a user's own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    /// Engines and their wording.
    pub(super) engine: Vec<Engine>,
}

/// One engine's wording.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Engine {
    /// As people write it.
    pub(super) name: String,
    /// Other names, and boards that run it.
    #[serde(default)]
    pub(super) names: Vec<String>,
    /// By language and evidence.
    #[serde(default)]
    pub(super) notice: Vec<Wording>,
}

/// The wording of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wording {
    /// BCP 47.
    pub(super) language: String,
    /// Where it is from.
    #[serde(default)]
    pub(super) evidence: Evidence,
    /// Whole edit notices.
    #[serde(default)]
    pub(super) edit: Vec<String>,
    /// What may follow a notice: the reason.
    #[serde(default)]
    pub(super) reason: Vec<String>,
    /// What may follow a notice: how often.
    #[serde(default)]
    pub(super) count: Vec<String>,
    /// Lines that attribute a quote.
    #[serde(default)]
    pub(super) quote: Vec<String>,
}

/// Where a template is from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Evidence {
    /// Read in a language pack, or given by the user.
    #[default]
    Pack,
    /// Seen on real pages.
    Observed,
    /// General knowledge, unverified: matches only where its engine is known.
    Memory,
}

/// The tables that are built in.
pub(super) const BUILTIN: [&str; 20] = [
    include_str!("../../../config/notices/discuz.toml"),
    include_str!("../../../config/notices/phpbb.toml"),
    include_str!("../../../config/notices/smf.toml"),
    include_str!("../../../config/notices/mybb.toml"),
    include_str!("../../../config/notices/vbulletin.toml"),
    include_str!("../../../config/notices/xenforo.toml"),
    include_str!("../../../config/notices/invision.toml"),
    include_str!("../../../config/notices/fluxbb.toml"),
    include_str!("../../../config/notices/nodebb.toml"),
    include_str!("../../../config/notices/flarum.toml"),
    include_str!("../../../config/notices/vanilla.toml"),
    include_str!("../../../config/notices/kunena.toml"),
    include_str!("../../../config/notices/woltlab.toml"),
    include_str!("../../../config/notices/lemmy.toml"),
    include_str!("../../../config/notices/phorum.toml"),
    include_str!("../../../config/notices/xmb.toml"),
    include_str!("../../../config/notices/discourse.toml"),
    include_str!("../../../config/notices/django.toml"),
    include_str!("../../../config/notices/more.toml"),
    include_str!("../../../config/notices/boards.toml"),
];
