//! Opening the state: lock, check, version.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode, config::DbConfig};

use super::StateError;

/// The version that this program writes.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Each step leads from its index to the next version; all that are needed run in one transaction.
const MIGRATIONS: [&str; 4] = [
    include_str!("schema.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
];

/// The database's own cache, negative as SQLite wants it for KiB; the system caches the file besides.
const CACHE_KIB: i64 = -4000;

/// Bytes of a page of a new file. The lines of a commit, some 40 kB, go through the log in pages, and each page costs two calls; larger
/// ones would make small commits write more.
const PAGE_SIZE: i64 = 8192;

/// Marks the file as ours ("FSFT"), so that another program's database is never taken for a state.
const APPLICATION_ID: i64 = 0x4653_4654;

/// Where the state is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatePath {
    /// Nowhere: it ends with the process.
    Memory,
    /// In this file, with `-wal`, `-shm` and `.lock` beside it.
    File(PathBuf),
}

/// An open database and the lock that keeps others out.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    /// Held as long as the database is open; the system frees it when the process dies.
    pub(super) lock: Option<File>,
}

pub(super) fn open(path: &StatePath) -> Result<Opened, StateError> {
    let (connection, path, lock) = match path {
        StatePath::Memory => {
            let path = PathBuf::from(":memory:");
            (Connection::open_in_memory().map_err(|e| StateError::from_sqlite(&path, &e))?, path, None)
        }
        StatePath::File(path) => {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder).map_err(|e| StateError::from_io(folder, &e))?;
            }
            let lock = lock(path)?;
            let connection = Connection::open(path).map_err(|e| StateError::from_sqlite(path, &e))?;
            (connection, path.clone(), Some(lock))
        }
    };
    let mut opened = Opened { connection, path, lock };
    prepare(&mut opened.connection, &opened.path)?;
    Ok(opened)
}

fn lock(path: &Path) -> Result<File, StateError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name)
        .map_err(|e| StateError::from_io(Path::new(&name), &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StateError::Locked { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(StateError::from_io(Path::new(&name), &error)),
    }
}

fn prepare(connection: &mut Connection, path: &Path) -> Result<(), StateError> {
    let fault = |error: rusqlite::Error| StateError::from_sqlite(path, &error);
    // holds for a file that is made now; another one keeps its own
    connection.pragma_update(None, "page_size", PAGE_SIZE).map_err(fault)?;
    connection.pragma_update(None, "journal_mode", "wal").map_err(fault)?;
    connection.pragma_update(None, "synchronous", "full").map_err(fault)?;
    connection.pragma_update(None, "cache_size", CACHE_KIB).map_err(fault)?;
    connection.set_prepared_statement_cache_capacity(128);
    // else a statement whose limits are parameters is compiled anew for each value of them
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(fault)?;
    migrate(connection, path)?;
    check(connection, path, "PRAGMA quick_check(1)")
}

/// Reads the whole file once: a damaged state is found before anything is built upon it.
pub(super) fn check(connection: &Connection, path: &Path, pragma: &str) -> Result<(), StateError> {
    let verdict: String =
        connection.query_row(pragma, [], |row| row.get(0)).map_err(|error| StateError::from_sqlite(path, &error))?;
    if verdict == "ok" { Ok(()) } else { Err(StateError::Damaged { path: path.to_owned(), cause: verdict }) }
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StateError> {
    let fault = |error: rusqlite::Error| StateError::from_sqlite(path, &error);
    let found = check_version(connection, path)?;
    let start = usize::try_from(found).unwrap_or(MIGRATIONS.len());
    if start < MIGRATIONS.len() {
        let transaction = connection.transaction().map_err(fault)?;
        for step in &MIGRATIONS[start..] {
            // what a step asks for and does not find was not made by this program
            transaction.execute_batch(step).map_err(|error| match error.sqlite_error_code() {
                Some(ErrorCode::Unknown) => StateError::Damaged { path: path.to_owned(), cause: error.to_string() },
                _ => fault(error),
            })?;
        }
        transaction.pragma_update(None, "user_version", VERSION).map_err(fault)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(fault)?;
        transaction.commit().map_err(fault)?;
    }
    Ok(())
}

/// The version that was found; an empty file has version 0.
pub(super) fn check_version(connection: &Connection, path: &Path) -> Result<i64, StateError> {
    let number = |sql: &str| {
        connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(|error| StateError::from_sqlite(path, &error))
    };
    let found = number("PRAGMA user_version")?;
    let owner = number("PRAGMA application_id")?;
    if found > VERSION && owner == APPLICATION_ID {
        return Err(StateError::TooNew { path: path.to_owned(), found, known: VERSION });
    }
    let strange =
        owner != APPLICATION_ID && (found != 0 || owner != 0 || number("SELECT count(*) FROM sqlite_schema")? != 0);
    if strange || found < 0 {
        let cause = "it is a database of another program".to_owned();
        return Err(StateError::Damaged { path: path.to_owned(), cause });
    }
    Ok(found)
}
