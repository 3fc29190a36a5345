//! The configuration as written: one struct a table, every key optional, every value with its place.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::value::{
    CronText, DurationText, Filled, PathText, ProxyAddress, ScheduleZone, SizeText, SocketText, SourceName, Told,
    WebAddress, ZoneText,
};
use crate::model::Posts;

/// Declares a table: every key optional, unknown ones refused.
macro_rules! table {
    ($(#[$about:meta])* $name:ident { $($(#[$key_about:meta])* $key:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub(super) struct $name { $($(#[$key_about])* pub(super) $key: Option<Told<$type>>,)* }
    };
}

/// Declares a table that can lie over another of its kind, key by key.
macro_rules! layered_table {
    ($(#[$about:meta])* $name:ident { $($(#[$key_about:meta])* $key:ident: $type:ty,)* }) => {
        table! { $(#[$about])* $name { $($(#[$key_about])* $key: $type,)* } }

        impl $name {
            /// This layer's keys, and those of `below` where this one says nothing.
            pub(super) fn over(self, below: &$name) -> $name {
                $name { $($key: self.$key.or_else(|| below.$key.clone()),)* }
            }
        }
    };
}

/// A whole file. `config/default.toml` tells what each key is for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "forumsift configuration")]
pub(super) struct RawConfig {
    /// Where records go.
    pub(super) output: RawOutput,
    /// What is known between runs.
    pub(super) state: RawState,
    /// How pages are fetched.
    pub(super) fetch: RawFetch,
    /// What is kept of the responses.
    pub(super) archive: RawArchive,
    /// The resident crawler.
    pub(super) watch: RawWatch,
    /// Engine profiles of one's own.
    pub(super) engines: RawEngines,
    /// Edit notices of one's own.
    pub(super) notices: RawFiles,
    /// News credits of one's own.
    pub(super) articles: RawFiles,
    /// What a source does not say itself.
    pub(super) defaults: RawSource,
    /// The forums, boards and threads to read.
    pub(super) source: Vec<Told<RawSource>>,
}

layered_table! {
    /// Where records go.
    RawOutput {
        /// A directory, or `-` for stdout.
        to: PathText,
        /// Size at which the live file is put aside and compressed.
        rotate_size: SizeText,
        /// How long a full disk is waited for.
        wait_for_space: DurationText,
        /// Whether a record carries its body as CommonMark too.
        markdown: bool,
        /// Whether a record carries its body as sanitized HTML too.
        html: bool,
    }
}

layered_table! {
    /// What is known between runs.
    RawState {
        /// The state file, or `:memory:`.
        path: PathText,
    }
}

layered_table! {
    /// How pages are fetched.
    RawFetch {
        /// Where a forum's operator reaches whoever runs the crawl.
        contact: Filled,
        /// Connections in all.
        connections: u32,
        /// Time for a whole request.
        timeout: DurationText,
        /// Time for a connection to stand.
        connect_timeout: DurationText,
        /// Cap on a page's decoded bytes.
        max_page: SizeText,
        /// Further tries of a request that failed for a passing cause.
        retries: u32,
        /// Cap on the wait that a server may ask for.
        retry_after_cap: DurationText,
        /// Proxy for all requests.
        proxy: ProxyAddress,
    }
}

layered_table! {
    /// What is kept of the responses.
    RawArchive {
        /// A directory of WARC files.
        to: PathText,
        /// A directory for pages that promised posts and gave none.
        quarantine: PathText,
    }
}

layered_table! {
    /// The resident crawler.
    RawWatch {
        /// Address of the metrics and the status page.
        listen: SocketText,
    }
}

table! {
    /// Engine profiles of one's own.
    RawEngines {
        /// A directory of TOML files.
        dir: PathText,
    }
}

layered_table! {
    /// Templates of one's own.
    RawFiles {
        /// TOML files, added to the built-in ones.
        files: Vec<Told<PathText>>,
    }
}

layered_table! {
    /// One forum, board or thread to read, and how.
    RawSource {
        /// Unique name; first part of every record's id.
        name: SourceName,
        /// Start address: an index, a board or a thread.
        url: WebAddress,
        /// `auto`, or an engine profile's name or alias.
        engine: Filled,
        /// Which boards, by name.
        boards: RawBoards,
        /// A captured crawl (WARC) instead of the network.
        replay: PathText,
        /// The forum's zone.
        time_zone: ZoneText,
        /// Which part of `7-11-2024` is the day.
        date_order: RawDateOrder,
        /// Cron expression.
        schedule: CronText,
        /// Zone of `schedule`: `local`, or a name.
        schedule_zone: ScheduleZone,
        /// Interval instead of a cron expression.
        every: DurationText,
        /// Whether each board's interval goes by its own rate of new posts.
        adaptive: bool,
        /// The shortest interval of a board, where it adapts.
        every_min: DurationText,
        /// The longest interval of a board, where it adapts.
        every_max: DurationText,
        /// Least time between two requests to one origin.
        delay: DurationText,
        /// Which posts.
        posts: Posts,
        /// Where to stop early.
        limit: RawLimit,
        /// Ages at which a page is visited again for edits and deletions.
        recheck: Vec<Told<DurationText>>,
        /// Where the `Cookie` header comes from.
        cookie: RawSecret,
        /// Who logs in, by the form that the engine's profile describes.
        login: RawLogin,
        /// Proxy for this source's requests.
        proxy: ProxyAddress,
        /// User and password of the proxy.
        proxy_login: RawSecret,
        /// Further request headers.
        headers: BTreeMap<String, Told<Filled>>,
        /// Further request headers whose values are secret.
        secret_headers: BTreeMap<String, Told<RawSecret>>,
        /// Who is told when the source no longer does what it used to.
        notify: RawNotify,
    }
}

table! {
    /// Who logs in.
    RawLogin {
        /// The user's name.
        user: RawSecret,
        /// The password.
        password: RawSecret,
        /// Least time between two logins.
        renew: DurationText,
    }
}

table! {
    /// Who is told of an incident, once when it begins and once when it is over.
    RawNotify {
        /// A program and its arguments; it reads a JSON object on stdin.
        command: Vec<Told<Filled>>,
        /// Where the address comes from that the same object is posted to.
        webhook: RawSecret,
        /// Failed runs in a row that make an incident.
        after: u64,
    }
}

table! {
    /// Which boards, by name; `*` and `?` are wildcards.
    RawBoards {
        /// Boards to read; empty: all.
        include: Vec<Told<Filled>>,
        /// Boards to leave out.
        exclude: Vec<Told<Filled>>,
    }
}

table! {
    /// Where to stop early.
    RawLimit {
        /// Threads a run.
        threads: u64,
        /// Pages a thread.
        pages: u64,
        /// Only threads whose last post is younger.
        since: DurationText,
    }
}

table! {
    /// Where a secret comes from: exactly one of the two.
    RawSecret {
        /// An environment variable.
        env: Filled,
        /// A file.
        file: PathText,
    }
}

/// Which part of `7-11-2024` is the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawDateOrder {
    /// Told by the forum's own dates.
    Auto,
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day.
    Ymd,
}
