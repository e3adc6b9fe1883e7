//! What a handler did before it acknowledged is on disk whenever the acknowledgement is: at every moment,
//! so at whichever moment the power fails.
use crate::harness::{PATIENCE, append, open};
use errand_eventlog::{EventLog, Filter, Group, Job, JobQueue, embedded::EmbeddedLog};
use futures::StreamExt;
use std::{
    collections::HashSet,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

const EVENTS: usize = 3000;
const APPENDERS: usize = 4;

/// Enqueues a job for every event and acknowledges it after that.
async fn handle(log: Arc<EmbeddedLog>) {
    let group = Group {
        name: "enqueuer",
        filter: Filter::all(),
        ack_wait: PATIENCE,
        max_in_flight: 16,
        max_deliver: 5,
    };
    let mut deliveries = log.work(group).await.unwrap();
    for _ in 0..EVENTS {
        let delivery = deliveries.next().await.unwrap().unwrap();
        let job = Job {
            id: delivery.event().envelope.id,
            story_id: "story".into(),
            project_id: "web".into(),
            priority: 1,
            enqueued_us: 0,
        };
        log.enqueue(job).await.unwrap();
        delivery.ack().await.unwrap();
    }
}

/// One look at the disk: how far the group is there, and the events up to there that have no job and are not listed
/// as under way.
fn look(dir: &Path) -> (i64, Vec<i64>) {
    let mut conn = rusqlite::Connection::open(dir.join("eventlog.db")).unwrap();
    let one_moment = conn.transaction().unwrap();
    let group = "select through, outstanding from groups";
    let (through, outstanding) = one_moment
        .query_row(group, [], |row| {
            Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?))
        })
        .unwrap_or_default();
    // Each entry is a sequence in 8 bytes and the number of deliveries in 4.
    let under_way: HashSet<i64> = outstanding
        .chunks(12)
        .map(|entry| i64::from_be_bytes(entry[..8].try_into().unwrap()))
        .collect();
    let mut jobless = one_moment
        .prepare("select seq from events where seq <= ?1 and id not in (select id from jobs)")
        .unwrap();
    let jobless = jobless.query_map([through], |row| row.get(0)).unwrap();
    let jobless = jobless.map(Result::unwrap);
    (
        through,
        jobless.filter(|seq| !under_way.contains(seq)).collect(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_no_moment_is_an_acknowledgement_on_disk_without_what_preceded_it() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let handler = tokio::spawn(handle(log.clone()));
    let appenders = (0..APPENDERS).map(|_| {
        let log = log.clone();
        tokio::spawn(async move {
            for _ in 0..EVENTS / APPENDERS {
                append(&*log, 10).await.unwrap();
            }
        })
    });
    let appenders: Vec<_> = appenders.collect();
    let (since, mut looks) = (Instant::now(), 0);
    loop {
        let (through, lost) = look(dir.path());
        assert!(
            lost.is_empty(),
            "on disk through {through}, without jobs for {lost:?}"
        );
        looks += 1;
        if through == EVENTS as i64 && lost.is_empty() && handler.is_finished() {
            break;
        }
        assert!(
            since.elapsed() < 2 * PATIENCE,
            "only {through} of {EVENTS} were handled"
        );
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    assert!(looks > 10, "{looks} looks say little");
    for appender in appenders {
        appender.await.unwrap();
    }
    log.close().await;
}
