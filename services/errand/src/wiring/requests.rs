//! Orders that go to the process of their owner, as requests over NATS.
use super::commands::{Carrier, Order, Outcome, Owners};
use crate::role::Role;
use async_trait::async_trait;
use bytes::Bytes;
use errand_dashboard::CommandError;
use errand_nats::NatsLog;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// An append may wait for a cluster that is choosing its leader.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// What travels back.
type Answer = Result<Outcome, CommandError>;

/// Sends each order to a process with the role that owns the aggregate.
pub struct Remote(pub Arc<NatsLog>);

#[async_trait]
impl Carrier for Remote {
    async fn carry_out(&self, order: Order) -> Answer {
        let owner = order.owner();
        let request = serde_json::to_vec(&order).map_err(|e| unavailable(owner, &e))?;
        let asked = self
            .0
            .ask(owner.name(), Bytes::from(request), ANSWER_TIMEOUT);
        let answer = asked.await.map_err(|e| unavailable(owner, &e))?;
        serde_json::from_slice(&answer).map_err(|e| unavailable(owner, &e))?
    }
}

fn unavailable(owner: Role, error: &dyn std::fmt::Display) -> CommandError {
    CommandError::Unavailable(format!("the {owner} could not be asked: {error}"))
}

/// Carries out what other processes ask of one role, until `stop`.
pub async fn serve(bus: Arc<NatsLog>, role: Role, owners: Owners, stop: CancellationToken) {
    let owners = Arc::new(owners);
    let handler = move |request: Bytes| {
        let owners = Arc::clone(&owners);
        async move { answer(owners.as_ref(), &request).await }
    };
    if let Err(error) = bus.serve_requests(role.name(), handler, stop).await {
        tracing::error!(%role, %error, "requests from other processes are not answered any more");
    }
}

async fn answer(owners: &Owners, request: &[u8]) -> Bytes {
    let answer: Answer = match serde_json::from_slice::<Order>(request) {
        Ok(order) => owners.carry_out(order).await,
        Err(error) => Err(CommandError::Unavailable(format!(
            "the request cannot be read ({error}): run all roles in one version"
        ))),
    };
    // Our own types of text and numbers always serialise; an empty answer is told as unreadable.
    serde_json::to_vec(&answer).unwrap_or_default().into()
}
