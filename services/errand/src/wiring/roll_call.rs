//! Which roles answer, asked over NATS.
use super::commands::{Order, Request};
use crate::role::Role;
use async_trait::async_trait;
use bytes::Bytes;
use errand_dashboard::{RoleState, RollCall};
use errand_nats::{AskError, NatsLog};
use futures::future::join_all;
use std::{sync::Arc, time::Duration};

/// The Health page waits for it.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// Those that take requests. A notifier takes none: whether it keeps up is seen at its subscriber.
const ASKED: [Role; 4] = [Role::Chat, Role::Spawner, Role::Executor, Role::Projector];

pub struct RemoteRoles(pub Arc<NatsLog>);

#[async_trait]
impl RollCall for RemoteRoles {
    async fn answers(&self) -> Vec<RoleState> {
        join_all(ASKED.map(|role| self.ask(role))).await
    }
}

impl RemoteRoles {
    async fn ask(&self, role: Role) -> RoleState {
        let order = Order::new(Request::RollCall { role });
        // Our own types of text and numbers always serialise, and an empty request is answered too.
        let request = Bytes::from(serde_json::to_vec(&order).unwrap_or_default());
        let (answers, detail) = match self.0.ask(role.name(), request, ANSWER_TIMEOUT).await {
            Ok(_) => (true, "at least one process".to_owned()),
            Err(AskError::Busy(_)) => (true, "every process is busy".to_owned()),
            Err(error) => (false, error.to_string()),
        };
        RoleState {
            name: role.name().to_owned(),
            answers,
            detail,
        }
    }
}
