//! The queue's order on a clock that the test moves.
use crate::harness::{fresh, open};
use errand_eventlog::{
    WallClock,
    contract::{
        Outcome,
        simulation::{BEGIN_US, a_thousand_stories_run_in_the_promised_order},
    },
};
use errand_nats::NatsOptions;
use errand_servers::nats::{Server, skipped};
use std::sync::{Arc, atomic::AtomicI64};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_stories_of_fifty_projects_run_in_the_promised_order() -> Outcome {
    let Some(server) = Server::start_with_default_sync() else {
        skipped();
        return Ok(());
    };
    let clock = Arc::new(AtomicI64::new(BEGIN_US));
    let log = open(&NatsOptions {
        clock: WallClock::Controlled(Arc::clone(&clock)),
        ..fresh(server.url(), 1)
    })
    .await;
    a_thousand_stories_run_in_the_promised_order(&*log, &clock, 1).await
}
