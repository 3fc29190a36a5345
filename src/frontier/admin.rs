//! The state, looked at and looked after from outside a crawl.

use std::{io::Write, path::Path};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags, Row, types::ValueRef};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{
    BoardPoll, StateError,
    open::{self, Opened, StatePath},
    outlook, poll,
};

/// What the state knows of a source.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SourceStatus {
    /// Name in the configuration.
    pub name: String,
    /// Start address.
    pub url: String,
    /// Profile that read its pages last.
    pub engine: Option<String>,
    /// Runs so far.
    pub runs: u64,
    /// When the last run began.
    #[serde(serialize_with = "as_text")]
    pub started: Option<Timestamp>,
    /// When the last run ended; before `started` while one is going on, or when it was cut short.
    #[serde(serialize_with = "as_text")]
    pub finished: Option<Timestamp>,
    /// The last run did all its work.
    pub whole: bool,
    /// Requests that wait for the next run.
    pub pending: u64,
    /// When the next recheck falls due.
    #[serde(serialize_with = "as_text")]
    pub next_recheck: Option<Timestamp>,
    /// Threads known.
    pub threads: u64,
    /// Posts known.
    pub posts: u64,
    /// Edits seen, over all runs.
    pub edits: u64,
    /// Deletions seen, over all runs.
    pub deletions: u64,
    /// Pages that failed in the last run.
    pub failures: u64,
    /// The last of them, for people.
    pub last_failure: Option<String>,
    /// What its pages taught the normalizer, as that one writes it.
    #[serde(skip)]
    pub knowledge: Option<String>,
    /// Runs in a row that lost something.
    pub failed_runs: u64,
    /// What has been wrong with the source since then, where something is.
    pub incident: Option<String>,
    /// When that began.
    #[serde(serialize_with = "as_text")]
    pub incident_since: Option<Timestamp>,
    /// How often its boards are read, where it goes by their rates of new posts.
    pub boards: Vec<BoardPoll>,
}

impl SourceStatus {
    /// When a source that adapts wants to be read: at the next board's turn, or at the next recheck.
    pub fn wish(&self) -> Option<Timestamp> {
        outlook::wish(&self.boards, self.next_recheck)
    }
}

#[expect(clippy::ref_option, reason = "serde asks for this signature")]
fn as_text<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.to_string()).serialize(serializer)
}

/// What the state file weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StateSize {
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes in it that are free.
    pub free: u64,
}

/// The sources that a state file knows, by name. Reads beside a running crawl. An absent file knows none.
///
/// # Errors
/// Where the file cannot be read or is no state.
pub fn status(path: &Path) -> Result<Vec<SourceStatus>, StateError> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let fault = |error: rusqlite::Error| StateError::from_sqlite(path, &error);
    if let Some(connection) = look_into(path)? {
        let version = open::check_version(&connection, path)?;
        if version == 0 {
            // its first opening was cut short: nothing has been written yet
            return Ok(Vec::new());
        }
        if version == open::VERSION {
            match read_status(&connection) {
                Err(error) if wants_mending(&error) => {}
                read => return read.map_err(fault),
            }
        }
    }
    // an earlier version of the program wrote it, or it was left in the midst of something: brought up to date first
    read_status(&open::open(&StatePath::File(path.to_owned()))?.connection).map_err(fault)
}

/// Opens a state for reading alone; `None` where that cannot be done before it is mended.
fn look_into(path: &Path) -> Result<Option<Connection>, StateError> {
    let fault = |error: rusqlite::Error| StateError::from_sqlite(path, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let first_look = |connection: &Connection| connection.query_row("PRAGMA schema_version", [], |_| Ok(()));
    let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
    match first_look(&connection) {
        Ok(()) => return Ok(Some(connection)),
        Err(error) if wants_mending(&error) => {}
        Err(error) => return Err(fault(error)),
    }
    // A log beside the file holds what is not in it yet. Without one the file is whole, and in a folder that nobody may write to it
    // can only be read by one who promises that nobody writes.
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let has_log = std::fs::metadata(&log).is_ok_and(|log| log.len() > 0);
    let whole = std::path::absolute(path).ok().and_then(|path| url::Url::from_file_path(path).ok());
    let Some(mut address) = whole.filter(|_| !has_log) else { return Ok(None) };
    address.set_query(Some("immutable=1"));
    let connection =
        Connection::open_with_flags(address.as_str(), flags | OpenFlags::SQLITE_OPEN_URI).map_err(fault)?;
    first_look(&connection).map_err(fault)?;
    Ok(Some(connection))
}

/// After a power cut, or a kill, a file must be mended before it can be read, which who only reads cannot do.
fn wants_mending(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen))
}

fn read_status(connection: &Connection) -> rusqlite::Result<Vec<SourceStatus>> {
    let mut rows = connection.prepare_cached(
        "SELECT name, url, engine, run, started, finished, whole, edits, deletions, failures, last_failure,
                 (SELECT count(*) FROM page WHERE page.source = source.id AND state IN (1, 2, 3)),
                 (SELECT min(recheck_at) FROM page WHERE page.source = source.id),
                 (SELECT count(*) FROM thread WHERE thread.source = source.id AND gone >= 0),
                 (SELECT count(*) FROM post WHERE post.source = source.id AND gone >= 0),
                 failed_runs, incident, incident_since, id, knowledge
             FROM source ORDER BY name",
    )?;
    let found = rows.query_map([], |row| Ok((row.get::<_, i64>(18)?, source_status(row)?)))?;
    let mut all = Vec::new();
    for row in found {
        let (id, mut status) = row?;
        status.boards = poll::all(connection, id)?;
        all.push(status);
    }
    Ok(all)
}

fn source_status(row: &Row<'_>) -> rusqlite::Result<SourceStatus> {
    let time = |at: usize| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row.get::<_, Option<i64>>(at)?.and_then(|millis| Timestamp::from_millisecond(millis).ok()))
    };
    let number = |at: usize| row.get::<_, i64>(at).map(i64::unsigned_abs);
    Ok(SourceStatus {
        name: row.get(0)?,
        url: row.get(1)?,
        engine: row.get(2)?,
        runs: number(3)?,
        started: time(4)?,
        finished: time(5)?,
        whole: row.get(6)?,
        edits: number(7)?,
        deletions: number(8)?,
        failures: number(9)?,
        last_failure: row.get(10)?,
        pending: number(11)?,
        next_recheck: time(12)?,
        threads: number(13)?,
        posts: number(14)?,
        failed_runs: number(15)?,
        incident: row.get(16)?,
        incident_since: time(17)?,
        boards: Vec::new(),
        knowledge: row.get(19)?,
    })
}

fn existing(path: &Path) -> Result<Opened, StateError> {
    if !path.exists() {
        return Err(StateError::Io { path: path.to_owned(), cause: "there is no such file".to_owned() });
    }
    open::open(&StatePath::File(path.to_owned()))
}

/// Reads every page of the file and every index, and compares them; takes longer than the check at each start.
///
/// # Errors
/// [`StateError::Damaged`] with what was found; else why it could not be read.
pub fn check(path: &Path) -> Result<StateSize, StateError> {
    let opened = existing(path)?;
    open::check(&opened.connection, path, "PRAGMA integrity_check(1)")?;
    size(&opened.connection, path)
}

/// Gives the file's free space back to the file system. The sizes before and after.
///
/// # Errors
/// Where the state fails; then it is as it was before.
pub fn vacuum(path: &Path) -> Result<(StateSize, StateSize), StateError> {
    let opened = existing(path)?;
    let fault = |error: rusqlite::Error| StateError::from_sqlite(path, &error);
    let before = size(&opened.connection, path)?;
    opened.connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").map_err(fault)?;
    Ok((before, size(&opened.connection, path)?))
}

/// Gives a source another name, so that a renamed source of the configuration is not a new one. Records from now on carry
/// the new name in their ids.
///
/// # Errors
/// [`StateError::NoSource`], [`StateError::SourceExists`], or where the state fails.
pub fn rename_source(path: &Path, old: &str, new: &str) -> Result<(), StateError> {
    let opened = existing(path)?;
    let fault = |error: rusqlite::Error| StateError::from_sqlite(path, &error);
    let knows = |name: &str| {
        let sql = "SELECT EXISTS (SELECT 1 FROM source WHERE name = ?1)";
        opened.connection.query_row(sql, [name], |row| row.get::<_, bool>(0)).map_err(fault)
    };
    if !knows(old)? {
        return Err(StateError::NoSource(old.to_owned()));
    }
    if knows(new)? {
        return Err(StateError::SourceExists(new.to_owned()));
    }
    opened.connection.execute("UPDATE source SET name = ?2 WHERE name = ?1", [old, new]).map(drop).map_err(fault)
}

/// What [`export`] writes, in this order.
const TABLES: [(&str, &str); 4] = [
    ("source", "SELECT * FROM source ORDER BY name"),
    (
        "thread",
        "SELECT source.name AS source, thread.key AS id, thread.url, title, replies, last_post, settled, thread.gone
         FROM thread JOIN source ON source.id = thread.source ORDER BY thread.id",
    ),
    (
        "page",
        "SELECT source.name AS source, page.url, kind, number, state, due, attempt, read_at, recheck_at, etag, last_modified
         FROM page JOIN source ON source.id = page.source ORDER BY page.id",
    ),
    (
        "post",
        "SELECT source.name || '/' || post.key AS id, thread.key AS thread, (place + 1) / 2 AS position, revision, post.gone,
             lower(hex(hash)) AS hash
         FROM post JOIN source ON source.id = post.source JOIN thread ON thread.id = post.thread
         ORDER BY post.source, post.key",
    ),
];

/// Writes all that the state knows as JSON lines, each with the name of its `table`. Times are milliseconds since 1970.
///
/// # Errors
/// Where the state cannot be read; an error of `out` is told as [`StateError::Io`].
pub fn export(path: &Path, out: &mut dyn Write) -> Result<(), StateError> {
    let opened = existing(path)?;
    let fault = |error: rusqlite::Error| StateError::from_sqlite(path, &error);
    for (table, sql) in TABLES {
        let mut statement = opened.connection.prepare(sql).map_err(fault)?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.query([]).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            let mut line = Map::new();
            line.insert("table".to_owned(), Value::from(table));
            for (at, name) in names.iter().enumerate() {
                line.insert(name.clone(), value(row.get_ref(at).map_err(fault)?));
            }
            writeln!(out, "{}", Value::Object(line))
                .map_err(|error| StateError::from_io(Path::new("output"), &error))?;
        }
    }
    out.flush().map_err(|error| StateError::from_io(Path::new("output"), &error))
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
    }
}

fn size(connection: &Connection, path: &Path) -> Result<StateSize, StateError> {
    let number = |pragma: &str| {
        connection
            .query_row(pragma, [], |row| row.get::<_, i64>(0))
            .map(i64::unsigned_abs)
            .map_err(|error| StateError::from_sqlite(path, &error))
    };
    let page = number("PRAGMA page_size")?;
    Ok(StateSize { bytes: number("PRAGMA page_count")? * page, free: number("PRAGMA freelist_count")? * page })
}
