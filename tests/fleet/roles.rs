//! The roles apart: the journey, a role that is missing, and a rolling restart.
use super::{counts, load, place::Fleet};
use crate::harness::text;
use serde_json::json;

const SPAWNS: usize = 40;
const AT_ONCE: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journey_goes_through_separate_processes() {
    let Some(fleet) = Fleet::with_roles(false, 1).await else {
        return;
    };
    let api = fleet.api();
    let chat = api.conversation().await;
    api.say(&chat, "build email capture for the hero").await;
    let spawned = api.hear(&chat, "✅ Spawned Code Generation agent!").await;
    assert!(
        text(&spawned, "text").contains("/sandbox/linear/"),
        "{spawned}"
    );
    api.hear(&chat, "🎉 Code Generation complete! PR: ").await;
    counts::settle(&fleet, 1, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_does_not_run_is_named() {
    let Some(mut fleet) = Fleet::new(false).await else {
        return;
    };
    fleet.add("projector", 1).await;
    fleet.add("dashboard", 1).await;
    let wish = json!({"agent": "codegen", "prompt": "add a README section"});
    let (status, body) = fleet.api().post("/api/v1/stories", &wish).await;
    assert_eq!(status, 503, "{body}");
    let message = text(&body["error"], "message");
    assert!(
        message.contains("no process of the role chat is running"),
        "{body}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_of_every_role_under_load_loses_nothing() {
    let Some(mut fleet) = Fleet::with_roles(false, 2).await else {
        return;
    };
    let api = fleet.api();
    let load = tokio::spawn(async move { load::spawn_many(&api, SPAWNS, AT_ONCE).await });
    let names: Vec<_> = fleet.members.keys().cloned().collect();
    for name in names {
        fleet.member(&name).terminate().await;
        fleet.member(&name).start_again().await;
    }
    load.await.expect("every spawn is answered");
    counts::settle(&fleet, SPAWNS, 0).await;
}
