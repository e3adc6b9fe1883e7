//! When the write-ahead log is copied into the database.
//!
//! The log is written over from its beginning once it is copied, so it stays as large as it once was,
//! and writing over is twice as fast to sync as growing. The writer copies by itself, when it has answered: 4,000 pages
//! take about 10 ms, every 10,000 events or so, which is a fiftieth of the time at full load. SQLite's own automatic
//! checkpoint would do the same inside the commit, before the answer.
use rusqlite::Connection;
use std::time::Duration;

/// Copied when it has so many pages of 4 KiB: 16 MiB.
const COPY_PAGES: i64 = 4096;
/// Looking at its size costs a little, so only every so many commits.
const LOOK_EVERY: u32 = 32;
/// With nothing to do for so long it is copied whatever its size.
pub(super) const IDLE: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
pub(super) struct Checkpoints {
    commits: u32,
    /// Something was written since the last copy.
    pub due: bool,
}

impl Checkpoints {
    /// To be called after each commit, when everybody has their answer.
    pub fn committed(&mut self, conn: &Connection) {
        self.due = true;
        self.commits += 1;
        if self.commits >= LOOK_EVERY {
            self.commits = 0;
            if pages(conn) >= COPY_PAGES {
                self.copy(conn);
            }
        }
    }

    /// A copy that cannot be made now (a full disk, a reader in the way) is made later; nothing depends on it.
    pub fn copy(&mut self, conn: &Connection) {
        self.due = false;
        if let Err(error) = conn.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(())) {
            tracing::debug!(%error, "the write-ahead log was not copied, it will be later");
        }
    }
}

fn pages(conn: &Connection) -> i64 {
    let size = conn.query_row("pragma wal_checkpoint(noop)", [], |row| row.get(1));
    size.unwrap_or(0)
}
