//! Which forum software is imitated, and what a forum is grown from.

/// The forum software whose pages and addresses are imitated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// Discuz! X3.5, desktop template, English.
    Discuz,
    /// phpBB 3.3, prosilver.
    Phpbb,
    /// MyBB 1.8, default theme.
    Mybb,
    /// SMF 2.1, default theme.
    Smf,
    /// FluxBB 1.5, Air.
    Fluxbb,
}

impl Engine {
    /// All of them.
    pub const ALL: [Engine; 5] = [Engine::Discuz, Engine::Phpbb, Engine::Mybb, Engine::Smf, Engine::Fluxbb];

    /// The profile's name.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Discuz => "discuz",
            Engine::Phpbb => "phpbb",
            Engine::Mybb => "mybb",
            Engine::Smf => "smf",
            Engine::Fluxbb => "fluxbb",
        }
    }

    /// The engine of that name.
    pub fn from_name(name: &str) -> Option<Engine> {
        Engine::ALL.into_iter().find(|engine| engine.name() == name)
    }

    /// The board's zone: name and offset in seconds; zones without daylight saving.
    pub fn zone(self) -> (&'static str, i64) {
        match self {
            Engine::Discuz | Engine::Mybb => ("Asia/Kuala_Lumpur", 8 * 3600),
            Engine::Phpbb => ("Europe/Moscow", 3 * 3600),
            Engine::Smf | Engine::Fluxbb => ("UTC", 0),
        }
    }

    /// Posts and threads a page, as the engine is delivered.
    pub fn page_sizes(self) -> (usize, usize) {
        match self {
            Engine::Discuz => (10, 20),
            Engine::Phpbb => (10, 25),
            Engine::Mybb => (10, 20),
            Engine::Smf => (15, 20),
            Engine::Fluxbb => (25, 30),
        }
    }

    /// Whether the header of a post shows seconds.
    pub fn prints_seconds(self) -> bool {
        matches!(self, Engine::Discuz | Engine::Phpbb | Engine::Fluxbb)
    }

    /// Whether a notice tells how often a post was edited.
    pub fn prints_edit_count(self) -> bool {
        self == Engine::Phpbb
    }

    /// Whether a notice tells why.
    pub fn prints_edit_reason(self) -> bool {
        matches!(self, Engine::Phpbb | Engine::Mybb | Engine::Smf)
    }

    /// Whether a deleted post may leave a marker that a guest sees.
    pub fn marks_deletions(self) -> bool {
        matches!(self, Engine::Discuz | Engine::Phpbb)
    }
}

/// What a forum is grown from.
#[derive(Clone, Debug)]
pub struct Setup {
    pub engine: Engine,
    /// All else that is not said here comes from this number.
    pub seed: u64,
    pub boards: usize,
    /// Threads a board.
    pub threads: usize,
    /// The longest thread; lengths fall off quickly below it.
    pub longest: usize,
    /// The forum's present time, Unix seconds.
    pub now: i64,
    pub posts_per_page: usize,
    pub threads_per_page: usize,
    /// The last board asks for a login (with status 200).
    pub closed_board: bool,
    /// Pages link to traps: a calendar, sorted listings, redirect loops, growing addresses.
    pub traps: bool,
    /// Pages differ at each fetch: jammer text (Discuz), form tokens, view counts, who is online.
    pub noise: bool,
    /// Links carry a session id until a cookie comes back (phpBB, SMF).
    pub session_ids: bool,
    /// Recent dates are printed relative to now (Discuz, MyBB, SMF, FluxBB).
    pub relative_dates: bool,
    /// Responses have entity tags that noise does not change.
    pub entity_tags: bool,
    /// Responses tell when the forum last changed.
    pub last_modified: bool,
    /// What is missing is told with status 200.
    pub soft_missing: bool,
}

impl Setup {
    /// A small forum: 3 boards of 12 threads; 2026-11-20 12:00 UTC.
    pub fn new(engine: Engine, seed: u64) -> Setup {
        let (posts_per_page, threads_per_page) = engine.page_sizes();
        Setup {
            engine,
            seed,
            boards: 3,
            threads: 12,
            longest: 35,
            now: 1_795_176_000,
            posts_per_page,
            threads_per_page,
            closed_board: false,
            traps: true,
            noise: true,
            session_ids: true,
            relative_dates: true,
            entity_tags: true,
            last_modified: false,
            soft_missing: false,
        }
    }
}
