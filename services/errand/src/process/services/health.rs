//! What a process tells of the stores it uses. A role asks only what its NATS user may ask.
use super::executor::queue_limits;
use crate::{
    config::Config,
    process::{plan::Plan, stores::Stores},
    role::Role,
    telemetry::Health,
};
use std::sync::Arc;

pub fn health(plan: &Plan, config: &Config, stores: &Stores) -> Health {
    let any_of = |roles: &[Role]| plan.roles.has_any(roles);
    Health {
        log: Arc::clone(&stores.log),
        queue: any_of(&[Role::Executor, Role::Dashboard])
            .then(|| (Arc::clone(&stores.queue), queue_limits(config))),
        dead_letters: any_of(&[Role::Projector, Role::Dashboard])
            .then(|| Arc::clone(&stores.dead_letters)),
        projector: stores.projector.clone(),
    }
}
