//! The floor: the same rows, ready made, into the same tables with their indexes, and nothing else.
use futures::TryStreamExt as _;
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _, postgres::PgPoolCopyExt as _};
use std::time::Instant;

const TABLES: &str = "SELECT tablename::TEXT FROM pg_tables WHERE schemaname = 'public' \
                      AND tablename NOT LIKE '\\_sqlx%' ORDER BY tablename";

/// What COPY gives out of each table, in its binary form.
pub struct Rows(Vec<(String, Vec<u8>)>);

impl Rows {
    pub async fn of(url: &str) -> Self {
        let pool = sqlx::PgPool::connect(url).await.unwrap();
        let tables = pool.fetch_all(TABLES).await.unwrap();
        let mut rows = Vec::new();
        for table in tables {
            let name: String = table.get(0);
            let sql = format!("COPY {name} TO STDOUT (FORMAT BINARY)");
            let pieces = pool.copy_out_raw(&sql).await.unwrap();
            let bytes = pieces.try_fold(Vec::new(), async |mut all: Vec<u8>, piece| {
                all.extend_from_slice(&piece);
                Ok(all)
            });
            rows.push((name, bytes.await.unwrap()));
        }
        Self(rows)
    }

    pub fn mebibytes(&self) -> f64 {
        let bytes: usize = self.0.iter().map(|(_, bytes)| bytes.len()).sum();
        bytes as f64 / f64::from(1 << 20)
    }

    /// Seconds and rows, in one transaction with one COPY for each table.
    pub async fn copy_into(&self, url: &str) -> (f64, u64) {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let started = Instant::now();
        let mut rows = 0;
        connection.execute("BEGIN").await.unwrap();
        for (table, bytes) in &self.0 {
            let sql = format!("COPY {table} FROM STDIN (FORMAT BINARY)");
            let mut copy = connection.copy_in_raw(&sql).await.unwrap();
            copy.send(bytes.as_slice()).await.unwrap();
            rows += copy.finish().await.unwrap();
        }
        connection.execute("COMMIT").await.unwrap();
        (started.elapsed().as_secs_f64(), rows)
    }
}
