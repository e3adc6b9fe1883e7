//! The process that writes tells the others where the projections stand.
use super::{Projector, notice::Notice};
use crate::db::Postgres;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Something is said at least this often, as a sign of life.
const SIGN_OF_LIFE_INTERVAL: Duration = Duration::from_secs(1);
/// Positions are told this often at most.
const PACE: Duration = Duration::from_millis(5);

impl Projector {
    /// Tells moves as they happen, also those past events that a projection has no row for, until `stop`.
    pub(super) async fn tell(&self, postgres: &Postgres, stop: &CancellationToken) {
        let telling = async {
            let mut moves = self.positions().watch();
            loop {
                moves.borrow_and_update();
                self.tell_once(postgres).await;
                let _ = tokio::time::timeout(SIGN_OF_LIFE_INTERVAL, moves.changed()).await;
                tokio::time::sleep(PACE).await;
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = telling => {}
        }
    }

    async fn tell_once(&self, postgres: &Postgres) {
        let all = self.positions().now();
        // One that has not read its checkpoint yet knows less than the others.
        let ours = self.slots.iter().zip(all).filter(|(slot, position)| {
            let has_begun = position.generation > 0;
            has_begun && slot.is_seated()
        });
        let positions: Vec<_> = ours.map(|(_, position)| position.into()).collect();
        if positions.is_empty() {
            return;
        }
        let from = postgres.id();
        let text = Notice::Standing { from, positions }.text();
        if let Err(error) = postgres.notify(text).await {
            tracing::debug!(%error, "nobody could be told");
        }
    }
}
