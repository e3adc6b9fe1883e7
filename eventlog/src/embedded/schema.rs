//! The tables, and which files are accepted.
use super::{
    EmbeddedOptions, OpenError, Sync,
    limits::{BUSY_TIMEOUT, READER_CACHE_KIB, WRITER_CACHE_KIB},
};
use rusqlite::{Connection, ErrorCode, OpenFlags, params};
use std::path::{Path, PathBuf};
use uuid::Uuid;

pub(super) const FILE: &str = "eventlog.db";
/// Kept in `user_version`. A file of a later format is refused.
const FORMAT: i64 = 1;
/// Kept in `application_id`, so that a stranger's database is not taken for ours: "ERLG".
const APPLICATION: i64 = 0x4552_4C47;

/// `events_by_stream` ends in the row id, which is the sequence, so it serves `stream = ? and seq > ?` in order.
const TABLES: &str = "
create table meta (one integer primary key check (one = 1), log_id blob not null);
create table streams (id integer primary key, subject text not null unique);
create table events (
    seq integer primary key, stream integer not null, stored_us integer not null,
    id blob not null, type text not null, source text not null, time_us integer not null,
    correlation blob not null, causation blob not null, command blob not null,
    version integer not null, traceparent text, data blob not null);
create index events_by_stream on events (stream);
create table groups (name text primary key, through integer not null, outstanding blob not null) without rowid;
create table retries (
    group_name text not null, seq integer not null, attempts integer not null, due_us integer not null,
    error text not null, primary key (group_name, seq)) without rowid;
create table dead_letters (
    id integer primary key autoincrement, group_name text not null, seq integer not null, reason text not null,
    attempts integer not null, at_us integer not null, unique (group_name, seq));
create table jobs (
    id blob primary key, story_id text not null, project_id text not null, priority integer not null,
    enqueued_us integer not null, not_before_us integer not null, deliveries integer not null) without rowid;
";
/// What came later and an earlier version leaves alone, so that the format is the same.
const ADDED: &str = "
create table if not exists pauses (
    project text primary key, by text not null, since_us integer not null) without rowid;
";

/// What the file says about itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identity {
    pub log_id: Uuid,
    pub head: u64,
    /// When the last event was stored.
    pub stored_us: i64,
}

/// Opens the database for writing, and makes it when there is none.
pub(super) fn open(
    file: &Path,
    options: &EmbeddedOptions,
) -> Result<(Connection, Identity), OpenError> {
    let failed = |source: rusqlite::Error| match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::Foreign { file: file.into() },
        Some(ErrorCode::DatabaseCorrupt) => OpenError::Corrupt {
            file: file.into(),
            detail: source.to_string(),
        },
        _ => OpenError::Database {
            file: file.into(),
            source,
        },
    };
    let conn = Connection::open(file).map_err(failed)?;
    conn.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    check(file, &conn, failed)?;
    tune(&conn, options).map_err(failed)?;
    create(&conn).map_err(failed)?;
    let identity = identity(&conn).map_err(failed)?;
    Ok((conn, identity))
}

/// A connection that can only read.
pub(super) fn open_reader(file: &PathBuf) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(file, flags)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.pragma_update(None, "query_only", true)?;
    conn.pragma_update(None, "cache_size", -to_i64(READER_CACHE_KIB))?;
    Ok(conn)
}

fn check(
    file: &Path,
    conn: &Connection,
    failed: impl Fn(rusqlite::Error) -> OpenError,
) -> Result<(), OpenError> {
    let number = |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let found = number("user_version").map_err(&failed)?;
    let application = number("application_id").map_err(&failed)?;
    let tables: i64 = conn
        .query_row("select count(*) from sqlite_master", [], |row| row.get(0))
        .map_err(&failed)?;
    if tables > 0 && application != APPLICATION {
        return Err(OpenError::Foreign { file: file.into() });
    }
    if found > FORMAT {
        return Err(OpenError::NewerFormat {
            file: file.into(),
            found,
            known: FORMAT,
        });
    }
    Ok(())
}

fn tune(conn: &Connection, options: &EmbeddedOptions) -> rusqlite::Result<()> {
    conn.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    let sync = match options.sync {
        Sync::Full => "full",
        Sync::Off => "off",
    };
    conn.pragma_update(None, "synchronous", sync)?;
    // The writer decides when to checkpoint: after it has answered, see `checkpoint`.
    conn.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    conn.pragma_update(None, "cache_size", -to_i64(WRITER_CACHE_KIB))?;
    if let Some(bytes) = options.max_file_bytes {
        let page: i64 = conn.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let pages = i64::try_from(bytes).unwrap_or(i64::MAX) / page.max(1);
        conn.pragma_update_and_check(None, "max_page_count", pages.max(1), |_| Ok(()))?;
    }
    Ok(())
}

fn create(conn: &Connection) -> rusqlite::Result<()> {
    let format: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if format > 0 {
        return conn.execute_batch(ADDED);
    }
    let transaction = conn.unchecked_transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.execute_batch(ADDED)?;
    transaction.execute(
        "insert into meta (one, log_id) values (1, ?1)",
        params![Uuid::new_v4().as_bytes()],
    )?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}

fn identity(conn: &Connection) -> rusqlite::Result<Identity> {
    let log_id: [u8; 16] = conn.query_row("select log_id from meta", [], |row| row.get(0))?;
    let last = "select coalesce(max(seq), 0), coalesce((select stored_us from events order by seq desc limit 1), 0) \
                from events";
    conn.query_row(last, [], |row| {
        Ok(Identity {
            log_id: Uuid::from_bytes(log_id),
            head: row.get::<_, i64>(0)?.cast_unsigned(),
            stored_us: row.get(1)?,
        })
    })
}

fn to_i64(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
