use super::Answer;
use crate::{
    dashboard::Site,
    records::{Group, Health, Projection},
};
use axum::{Json, extract::State};
use errand_eventlog::GroupStatus;
use errand_projections::{positions::ProjectionState, projector::ProjectionStatus};

const LETTERS_COUNTED: u32 = 1_000;

/// The state of everything. The status is 200 as long as Errand answers at all.
#[utoipa::path(get, path = "/api/v1/health", tag = "system", operation_id = "getHealth",
    responses((status = 200, body = Health)))]
pub async fn show(State(site): State<Site>) -> Answer<Health> {
    let projections = site.projector.status().await?;
    let dead_letters = site.dead_letters.list(LETTERS_COUNTED).await?.len();
    let failed = projections
        .iter()
        .any(|p| p.position.state == ProjectionState::Failed);
    let well = !failed && dead_letters == 0;
    Ok(Json(Health {
        status: if well { "ok" } else { "degraded" },
        head: site.log.head().await?.seq,
        projections: projections.into_iter().map(projection).collect(),
        groups: site.log.groups().await?.into_iter().map(group).collect(),
        dead_letters,
        vendors: site.config.vendors.clone(),
    }))
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

fn group(status: GroupStatus) -> Group {
    Group {
        name: status.name,
        acked_through: status.acked_through,
        head: status.head,
        outstanding: status.outstanding,
    }
}
