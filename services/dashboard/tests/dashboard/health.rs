//! How everything is doing, for people and for programs.
use crate::support::{PATIENCE, World, config};
use async_trait::async_trait;
use errand_dashboard::{RoleState, RollCall};
use errand_projections::positions::Position;
use std::sync::Arc;

/// A fleet whose executors are all gone.
struct WithoutExecutor;

#[async_trait]
impl RollCall for WithoutExecutor {
    async fn answers(&self) -> Vec<RoleState> {
        let state = |name: &str, answers| RoleState {
            name: name.to_owned(),
            answers,
            detail: String::new(),
        };
        vec![state("chat", true), state("executor", false)]
    }
}

#[tokio::test]
async fn a_well_errand_says_so_and_tells_everything() {
    let (world, _) = World::with_sample().await;
    let health = world.get("/api/v1/health").await.json();
    assert_eq!(health["status"], "ok", "{health}");
    assert_eq!(health["reasons"], serde_json::json!([]));
    assert_eq!(health["roles"][0]["name"], "chat");
    assert_eq!(health["queue"]["waiting"], 1);
    assert_eq!(health["queue"]["priorities"][1]["waiting"], 1);
    assert!(health["queue"]["longestWaitSeconds"].as_i64().unwrap() > 0);
    let stories = &health["projections"][0];
    assert_eq!(
        (&stories["name"], &stories["generation"]),
        (&"stories".into(), &1.into())
    );
    world.get("/health").await.shows(&[
        "Everything keeps up.",
        "answers",
        "0 running, 1 waiting",
        "P1: 0 running, 1 waiting",
        "in step",
        "generation 1",
        "aria-label=\"Rebuild stories\"",
        "Set SLACK_BOT_TOKEN to be told there",
    ]);
}

#[tokio::test]
async fn a_role_that_is_silent_needs_a_look() {
    let world = World::start_as(config(), Arc::new(WithoutExecutor)).await;
    let health = world.get("/api/v1/health").await.json();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["reasons"][0], "No executor answers");
    let page = world.get("/health").await;
    page.shows(&[
        "Something needs a look.",
        "No executor answers.",
        "badge bad",
    ]);
}

#[tokio::test]
async fn a_read_model_is_rebuilt_by_its_button() {
    let (world, ids) = World::with_sample().await;
    let before = world.get(&format!("/api/v1/stories/{}", ids.failed)).await;
    let pressed = world.form("/health/projections/stories/rebuild", "").await;
    assert_eq!(pressed.header("location"), "/health");
    let mut positions = world.projector.positions().watch();
    let rebuilt = |all: &Vec<Position>| all.iter().any(|p| p.generation == 2 && !p.rebuilding);
    let rebuilt = tokio::time::timeout(PATIENCE, positions.wait_for(rebuilt)).await;
    rebuilt.unwrap().unwrap();
    world.get("/health").await.shows(&["generation 2"]);
    let after = world.get(&format!("/api/v1/stories/{}", ids.failed)).await;
    assert_eq!(after.json(), before.json());
    let unknown = world.form("/health/projections/nothing/rebuild", "").await;
    unknown.shows(&["no projection"]);
}
