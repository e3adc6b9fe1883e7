//! The floor: the same rows, ready made in files that the server reads itself, into the same tables with their indexes.
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, time::Instant};

const TABLES: &str = "SELECT tablename::TEXT FROM pg_tables WHERE schemaname = 'public' \
                      AND tablename NOT LIKE '\\_sqlx%' ORDER BY tablename";

/// What COPY gives out of each table, in its binary form.
pub struct Rows {
    folder: tempfile::TempDir,
    tables: Vec<String>,
}

impl Rows {
    pub async fn of(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The server runs as another user.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let mut connection = PgConnection::connect(url).await.unwrap();
        let tables = connection.fetch_all(TABLES).await.unwrap();
        let tables = tables.iter().map(|row| row.get(0)).collect();
        let rows = Self { folder, tables };
        for table in &rows.tables {
            let sql = format!(
                "COPY {table} TO '{}' (FORMAT BINARY)",
                rows.file(table).display()
            );
            connection.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        rows
    }

    pub fn mebibytes(&self) -> f64 {
        let bytes = |table: &String| fs::metadata(self.file(table)).unwrap().len();
        self.tables.iter().map(bytes).sum::<u64>() as f64 / f64::from(1 << 20)
    }

    /// Seconds and rows, in one transaction with one COPY for each table.
    pub async fn copy_into(&self, url: &str) -> (f64, u64) {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let started = Instant::now();
        let mut rows = 0;
        connection.execute("BEGIN").await.unwrap();
        for table in &self.tables {
            let sql = format!(
                "COPY {table} FROM '{}' (FORMAT BINARY)",
                self.file(table).display()
            );
            let copied = connection.execute(AssertSqlSafe(sql)).await.unwrap();
            rows += copied.rows_affected();
        }
        connection.execute("COMMIT").await.unwrap();
        (started.elapsed().as_secs_f64(), rows)
    }

    fn file(&self, table: &str) -> PathBuf {
        self.folder.path().join(table)
    }
}
