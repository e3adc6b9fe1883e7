//! Short messages between the processes that use one database.
use super::Postgres;
use crate::Result;
use sqlx::{
    PgConnection,
    postgres::{PgListener, PgPoolOptions},
};

/// Bytes of one message; the server takes a few more.
pub const MAX_NOTICE_BYTES: usize = 7_900;
const SEND: &str = "SELECT pg_notify('errand.' || current_schema(), $1)";
const CHANNEL: &str = "SELECT 'errand.' || current_schema()";

/// Hears every message that is sent after it was made.
pub struct Notices(PgListener);

impl Postgres {
    pub async fn notices(&self) -> Result<Notices> {
        let options = self.read.connect_options();
        // A pool of its own: what broke here must not come back to those who ask.
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(self.timeout)
            .connect_lazy_with((*options).clone());
        let listener = PgListener::connect_with(&pool).await;
        let mut listener = listener.map_err(|e| self.away(e))?;
        let channel: String = sqlx::query_scalar(CHANNEL).fetch_one(&mut listener).await?;
        listener.ignore_pool_close_event(true);
        listener.eager_reconnect(false);
        listener.listen(&channel).await?;
        Ok(Notices(listener))
    }

    pub async fn notify(&self, text: String) -> Result<()> {
        let mut connection = self.write.acquire().await.map_err(|e| self.away(e))?;
        notify(&mut connection, text).await
    }
}

/// Sent when the transaction commits, in the order of the commits.
pub async fn notify(connection: &mut PgConnection, text: String) -> Result<()> {
    debug_assert!(text.len() <= MAX_NOTICE_BYTES);
    sqlx::query(SEND).bind(text).execute(connection).await?;
    Ok(())
}

impl Notices {
    /// The next message; `None` when the connection was lost, and messages with it.
    pub async fn next(&mut self) -> Result<Option<String>> {
        let notice = self.0.try_recv().await?;
        Ok(notice.map(|n| n.payload().to_owned()))
    }
}
