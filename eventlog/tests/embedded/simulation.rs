//! The queue's order on a clock that the test moves.
use errand_eventlog::{
    WallClock,
    contract::{
        Outcome,
        simulation::{BEGIN_US, a_thousand_stories_run_in_the_promised_order},
    },
    embedded::{EmbeddedLog, EmbeddedOptions, Sync},
};
use std::sync::{Arc, atomic::AtomicI64};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_stories_of_fifty_projects_run_in_the_promised_order() -> Outcome {
    for seed in 1..=2 {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(BEGIN_US));
        let options = EmbeddedOptions {
            sync: Sync::Off,
            clock: WallClock::Controlled(Arc::clone(&clock)),
            ..EmbeddedOptions::default()
        };
        let log = EmbeddedLog::open(dir.path(), options).unwrap();
        a_thousand_stories_run_in_the_promised_order(&*log, &clock, seed).await?;
    }
    Ok(())
}
