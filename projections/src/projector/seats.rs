//! Who may write: of all processes on one database only the one that holds a projection's lock. The others wait, and one of
//! them takes over when the lock is free. A writer that lost it without knowing is fenced by the checkpoint.
use super::Projector;
use crate::{
    Result,
    db::{Locks, Postgres},
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often free seats are looked for, and lost ones noticed.
const INTERVAL: Duration = Duration::from_secs(1);

impl Projector {
    /// Takes every seat that is free or becomes free until `stop`, then gives all back.
    pub(super) async fn keep_seats(
        &self,
        postgres: &Postgres,
        mut locks: Option<Locks>,
        stop: &CancellationToken,
    ) {
        while tokio::time::timeout(INTERVAL, stop.cancelled())
            .await
            .is_err()
        {
            locks = self.look_for_seats(postgres, locks).await;
        }
        self.leave_seats();
        if let Some(locks) = locks {
            locks.close().await;
        }
    }

    /// Takes every seat that is free; without its session a process has none.
    pub(super) async fn look_for_seats(
        &self,
        postgres: &Postgres,
        locks: Option<Locks>,
    ) -> Option<Locks> {
        match self.take_seats(postgres, locks).await {
            Ok(locks) => Some(locks),
            Err(error) => {
                tracing::debug!(%error, "the right to write is lost until the database answers");
                self.leave_seats();
                None
            }
        }
    }

    async fn take_seats(&self, postgres: &Postgres, locks: Option<Locks>) -> Result<Locks> {
        let mut locks = match locks {
            Some(locks) => locks,
            None => postgres.locks().await?,
        };
        locks.check().await?;
        for slot in self.slots.iter().filter(|slot| !slot.is_seated()) {
            if locks.take(&format!("write.{}", slot.name())).await? {
                tracing::info!(projection = slot.name(), "this process writes it now");
                slot.seat(true);
            }
        }
        Ok(locks)
    }

    fn leave_seats(&self) {
        for slot in self.slots.iter() {
            slot.seat(false);
        }
    }
}
