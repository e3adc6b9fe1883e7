//! What those who run the roles apart see: one trace through all of them, and a process that is not ready.
use super::place::{Fleet, Log};
use crate::harness::{Api, Collector, until};
use serde_json::Value;
use std::collections::BTreeSet;

const ROLES: [&str; 6] = [
    "chat",
    "spawner",
    "executor",
    "notifier",
    "projector",
    "dashboard",
];
const STEPS: [&str; 6] = [
    "POST /api/v1/conversations/{id}/messages",
    "answer chat",
    "process spawner-link-issue",
    "pull_request",
    "process chat-announce-completion",
    "process notifier-tell-slack",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spawn_is_one_trace_through_all_processes_and_each_says_when_nats_is_gone() {
    let Some(mut fleet) = Fleet::new(false).await else {
        return;
    };
    let collector = Collector::start().await;
    for (key, value) in collector.environment() {
        fleet.set(key, value);
    }
    for role in ROLES {
        fleet.add(role, 1).await;
    }
    let chat = fleet.api().conversation().await;
    fleet.api().say(&chat, "build a contact form").await;
    fleet
        .api()
        .hear(&chat, "🎉 Code Generation complete! PR: ")
        .await;
    let trace = collector.trace(&STEPS).await;
    let roots: Vec<_> = trace.iter().filter(|s| s.parent.is_empty()).collect();
    assert!(
        matches!(roots[..], [root] if root.name == STEPS[0]),
        "{roots:#?}"
    );
    let services: BTreeSet<_> = trace.iter().map(|s| s.service.as_str()).collect();
    for role in ROLES.into_iter().filter(|role| *role != "projector") {
        let service = format!("errand-{role}");
        assert!(services.contains(service.as_str()), "{services:?}");
    }
    for (name, member) in &fleet.members {
        assert_eq!(readiness(&member.url).await["ready"], true, "{name}");
        let measures = Api::new(&member.url).page("/metrics").await;
        assert!(
            measures.contains("errand_store_up{store=\"log\"} 1"),
            "{name}"
        );
    }
    if let Log::One(server) = &fleet.log {
        server.kill();
    }
    for (name, member) in &fleet.members {
        until(&format!("{name} that is not ready"), || async {
            let readiness = readiness(&member.url).await;
            let is_told = readiness["ready"] == false && readiness["checks"]["log"] != "ok";
            is_told.then_some(())
        })
        .await;
        assert_eq!(Api::new(&member.url).page("/healthz").await, "ok\n");
    }
}

async fn readiness(url: &str) -> Value {
    let told = Api::new(url).page("/readyz").await;
    serde_json::from_str(&told).unwrap_or_else(|_| panic!("no JSON: {told}"))
}
