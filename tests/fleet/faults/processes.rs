//! Roles that are killed, and an executor that is frozen and comes back.
use crate::fleet::{chance::Chance, counts, load, place::Fleet};
use crate::harness::until;
use serde_json::json;
use std::time::Duration;

const SPAWNS_VARIABLE: &str = "ERRAND_FAULT_SPAWNS";
/// As many as a test run has time for; the full measure is 500.
const USUAL_SPAWNS: usize = 60;
const AT_ONCE: usize = 8;
const SEED: u64 = 20_261_125;
/// The time between two kills.
const SHORTEST_LIFE_MS: u64 = 200;
const LONGEST_LIFE_MS: u64 = 1_500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_killed_at_random_moments_lose_nothing_and_do_nothing_twice() {
    let Some(mut fleet) = Fleet::with_roles(false, 2).await else {
        return;
    };
    let spawns = std::env::var(SPAWNS_VARIABLE).map_or(USUAL_SPAWNS, |n| n.parse().unwrap());
    let mut chance = Chance::new(SEED);
    let api = fleet.api();
    let load = tokio::spawn(async move { load::spawn_many(&api, spawns, AT_ONCE).await });
    let names: Vec<_> = fleet.members.keys().cloned().collect();
    let mut kills = 0;
    // Every role at least once, in an order that the seed chooses, for as long as spawns come in.
    while !load.is_finished() || kills < names.len() {
        let life = SHORTEST_LIFE_MS + chance.below(LONGEST_LIFE_MS - SHORTEST_LIFE_MS);
        // This is the fault itself, not a wait for something: a process is killed at this age.
        tokio::time::sleep(Duration::from_millis(life)).await;
        let name = if kills < names.len() {
            &names[kills]
        } else {
            chance.one_of(&names)
        };
        fleet.kill_and_start(name).await;
        kills += 1;
    }
    load.await.expect("every spawn is answered");
    println!("{kills} kills during {spawns} spawns");
    counts::settle(&fleet, spawns, chance.seed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_executors_that_believe_they_own_one_session_do_its_work_once() {
    let Some(mut fleet) = Fleet::with_roles(false, 1).await else {
        return;
    };
    let api = fleet.api();
    let wish = json!({"agent": "codegen", "prompt": "demo:slow add a README section"});
    let (status, body) = api.post("/api/v1/stories", &wish).await;
    assert_eq!(status, 201, "{body}");
    api.story_is("in_progress").await;
    fleet.member("executor-1").signal("-STOP").await;
    fleet.add("executor", 2).await;
    until("the second executor took the session over", || async {
        let page = api.look("/api/v1/events?type=LeaseExpired").await?;
        (!page["events"].as_array()?.is_empty()).then_some(())
    })
    .await;
    // The first one wakes while the second works, and does not know what it has missed.
    fleet.member("executor-1").signal("-CONT").await;
    counts::settle(&fleet, 1, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_that_was_committed_but_never_pushed_is_done_again_elsewhere() {
    let Some(mut fleet) = Fleet::with_roles(false, 1).await else {
        return;
    };
    let (api, vendors) = (fleet.api(), fleet.vendors());
    let hang =
        json!({"vendor": "git", "operation": "push", "fault": "timeout", "delay_ms": 20_000});
    vendors.trouble(&hang).await;
    let wish = json!({"agent": "codegen", "prompt": "add a README section"});
    let (status, body) = api.post("/api/v1/stories", &wish).await;
    assert_eq!(status, 201, "{body}");
    until("the work is committed", || async {
        let page = api.look("/api/v1/events?type=ChangesCommitted").await?;
        (!page["events"].as_array()?.is_empty()).then_some(())
    })
    .await;
    // The machine is gone, and with it the commit.
    fleet.member("executor-1").kill().await;
    fleet.add("executor", 2).await;
    counts::settle(&fleet, 1, 0).await;
}
