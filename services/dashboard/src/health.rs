//! How every part is doing, and what needs a look.
use crate::{
    dashboard::Site,
    problem::Problem,
    records::{Group, Health, PriorityState, Projection, QueueState},
    roles::RoleState,
    when,
};
use errand_eventlog::{GroupStatus, JobState, QueuedJob};
use errand_projections::{positions::ProjectionState, projector::ProjectionStatus};
use std::collections::BTreeMap;

/// Events behind the head that are no reason to worry.
pub const USUAL_LAG_EVENTS: u64 = 1_000;
/// Priorities that a job can have: P0 to P3.
const PRIORITIES: u8 = 4;

pub async fn health(site: &Site) -> Result<Health, Problem> {
    let projections = site.projector.status().await?;
    let groups = site.log.groups().await?;
    let letters = site.dead_letters.counts().await?;
    let queue = site.queue.list(&site.queue_limits).await?;
    let mut health = Health {
        status: "ok",
        reasons: Vec::new(),
        head: site.log.head().await?.seq,
        projections: projections.into_iter().map(projection).collect(),
        groups: with_letters(groups, &letters),
        roles: site.roles.answers().await,
        queue: queue_state(&queue),
        dead_letters: letters.values().sum(),
        vendors: site.config.vendors.clone(),
    };
    health.reasons = reasons(&health);
    if !health.reasons.is_empty() {
        health.status = "degraded";
    }
    Ok(health)
}

/// Each is one short sentence without a full stop.
fn reasons(health: &Health) -> Vec<String> {
    let silent = health.roles.iter().filter(|role| !role.answers);
    let silent = silent.map(|RoleState { name, .. }| format!("No {name} answers"));
    let stopped = health.projections.iter().filter(|p| {
        let well = [ProjectionState::Following, ProjectionState::Starting];
        !well.iter().any(|state| state.as_str() == p.state)
    });
    let stopped = stopped.map(|p| format!("The read model {} is {}", p.name, p.state));
    let followers = health.projections.iter().map(|p| (&p.name, p.lag));
    let followers = followers.chain(health.groups.iter().map(|g| (&g.name, g.lag)));
    let behind = followers.filter(|(_, lag)| *lag > USUAL_LAG_EVENTS);
    let behind = behind.map(|(name, lag)| format!("{name} is {lag} events behind"));
    let letters = match health.dead_letters {
        0 => None,
        1 => Some("One dead letter waits for a decision".to_owned()),
        n => Some(format!("{n} dead letters wait for a decision")),
    };
    silent.chain(stopped).chain(behind).chain(letters).collect()
}

fn projection(status: ProjectionStatus) -> Projection {
    let position = status.position;
    Projection {
        name: position.name.to_owned(),
        seq: position.seq,
        generation: position.generation,
        state: position.state.to_string(),
        rebuilding: position.rebuilding,
        error: position.error,
        head: status.head,
        lag: status.lag,
    }
}

/// A subscriber of another program is no group of the log, but may have letters.
fn with_letters(groups: Vec<GroupStatus>, letters: &BTreeMap<String, u64>) -> Vec<Group> {
    let mut all: Vec<_> = groups
        .into_iter()
        .map(|status| Group {
            dead_letters: letters.get(&status.name).copied().unwrap_or(0),
            lag: status.head.saturating_sub(status.acked_through),
            name: status.name,
            acked_through: status.acked_through,
            head: status.head,
            outstanding: status.outstanding,
        })
        .collect();
    for (name, count) in letters {
        if !all.iter().any(|group| group.name == *name) {
            all.push(Group {
                name: name.clone(),
                dead_letters: *count,
                ..Group::default()
            });
        }
    }
    all
}

fn queue_state(jobs: &[QueuedJob]) -> QueueState {
    let count = |priority: Option<u8>, state| {
        let wanted = jobs.iter().filter(|job| job.state == state);
        wanted
            .filter(|job| priority.is_none_or(|p| p == job.job.priority))
            .count()
    };
    let waiting = jobs.iter().filter(|job| job.state == JobState::Waiting);
    let oldest = waiting.map(|job| job.job.enqueued_us).min();
    QueueState {
        running: count(None, JobState::Claimed),
        waiting: count(None, JobState::Waiting),
        waiting_since: oldest.map(errand_proto::rfc3339),
        longest_wait_seconds: oldest.map(|us| ((when::now_us() - us) / 1_000_000).max(0)),
        priorities: (0..PRIORITIES)
            .map(|priority| PriorityState {
                priority,
                running: count(Some(priority), JobState::Claimed),
                waiting: count(Some(priority), JobState::Waiting),
            })
            .collect(),
    }
}
