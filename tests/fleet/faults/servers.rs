//! Servers that are killed, restarted, or gone for a while.
use crate::fleet::{
    counts, load,
    place::{Fleet, Log},
};
use std::time::Duration;

const SPAWNS: usize = 40;
const AT_ONCE: usize = 4;
/// Into the load before the fault.
const RUN_UP: Duration = Duration::from_secs(1);
const GONE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_leader_of_three_nats_servers_is_killed_and_comes_back() {
    let Some(fleet) = Fleet::with_roles(true, 1).await else {
        return;
    };
    let api = fleet.api();
    let load = tokio::spawn(async move { load::spawn_many(&api, SPAWNS, AT_ONCE).await });
    tokio::time::sleep(RUN_UP).await;
    let Log::Three(cluster) = &fleet.log else {
        panic!("three servers");
    };
    let leader = leader(&fleet).await;
    let leader = cluster.0.iter().find(|server| server.is_named(&leader));
    let leader = leader.expect("the leader is one of ours");
    leader.kill();
    tokio::time::sleep(RUN_UP).await;
    leader.start_again();
    load.await.expect("every spawn is answered");
    counts::settle(&fleet, SPAWNS, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_killed_and_nats_is_gone_for_half_a_minute() {
    let Some(fleet) = Fleet::with_roles(false, 1).await else {
        return;
    };
    let api = fleet.api();
    let load = tokio::spawn(async move { load::spawn_many(&api, SPAWNS, AT_ONCE).await });
    tokio::time::sleep(RUN_UP).await;
    fleet.database.kill();
    let page = reqwest::get(format!("{}/api/v1/stories", fleet.api().url)).await;
    assert_eq!(page.expect("an answer").status(), 503);
    tokio::time::sleep(RUN_UP).await;
    fleet.database.start_again();
    let Log::One(server) = &fleet.log else {
        panic!("one server");
    };
    server.kill();
    // The fault itself: so long nobody can append, read or claim.
    tokio::time::sleep(GONE).await;
    server.start_again();
    load.await.expect("every spawn is answered");
    counts::settle(&fleet, SPAWNS, 0).await;
}

/// The server that leads the stream of events.
async fn leader(fleet: &Fleet) -> String {
    let js = async_nats::jetstream::new(fleet.nats().await);
    let stream = js.get_stream("EVT").await.expect("the event stream");
    let cluster = stream.cached_info().cluster.clone().expect("a cluster");
    cluster.leader.expect("a leader")
}
