//! A process that is killed loses nothing that it was answered.
use crate::harness::{PATIENCE, append, first_event, open, story};
use errand_eventlog::{EventLog, Filter, Group, Job, JobQueue, QueueLimits};
use futures::StreamExt;
use std::{
    collections::{HashMap, HashSet},
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};
use uuid::Uuid;

const DIR: &str = "ERRAND_TEST_KILL_DIR";
const APPENDERS: usize = 8;

fn group() -> Group {
    Group {
        name: "enqueuer",
        filter: Filter::all(),
        ack_wait: Duration::from_secs(60),
        max_in_flight: 32,
        max_deliver: 100,
    }
}

/// Not a test: what the killed process does. It is this program, started again by the tests below.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by other tests"]
async fn child() {
    let Ok(dir) = std::env::var(DIR) else {
        return;
    };
    let log = open(Path::new(&dir));
    let mut deliveries = log.work(group()).await.unwrap();
    let queue = log.clone();
    tokio::spawn(async move {
        while let Some(delivery) = deliveries.next().await {
            let delivery = delivery.unwrap();
            queue
                .enqueue(job(delivery.event().envelope.id))
                .await
                .unwrap();
            delivery.ack().await.unwrap();
        }
    });
    let appender = |log: Arc<dyn EventLog>| async move {
        loop {
            let (id, seq) = append(&*log, 100).await.unwrap();
            println!("answered {id} {seq}");
        }
    };
    let appenders = (0..APPENDERS).map(|_| appender(log.clone()));
    futures::future::join_all(appenders).await;
}

fn job(id: Uuid) -> Job {
    Job {
        id,
        story_id: id.to_string(),
        project_id: "web".into(),
        priority: 1,
        enqueued_us: 0,
    }
}

fn start_child(dir: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child", "--ignored", "--nocapture"])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Kills the child after so many answers and gives all that it told.
fn kill_after(dir: &Path, answers: usize) -> HashMap<Uuid, u64> {
    let mut child = start_child(dir);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut told = HashMap::new();
    let mut next = || -> Option<Option<(Uuid, u64)>> {
        let line = lines.next()?.unwrap();
        let mut words = line.split_once("answered ")?.1.split(' ');
        let (id, seq) = (words.next()?, words.next()?);
        Some(id.parse().ok().zip(seq.parse().ok()))
    };
    while told.len() < answers {
        // Other lines are the test program's own.
        told.extend(next().flatten());
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had written into the pipe was answered too; its last line may be cut.
    while let Some(answer) = next() {
        told.extend(answer);
    }
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answered_event_is_there_after_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let mut told = HashMap::new();
    for round in 1..=4 {
        told.extend(kill_after(dir.path(), 100 * round));
        let log = open(dir.path());
        for (id, seq) in &told {
            let loaded = log.load(&story(*id), 0).await.unwrap();
            let found: Vec<_> = loaded.iter().map(|e| (e.seq, e.envelope.id)).collect();
            assert_eq!(found, [(*seq, *id)], "round {round}");
        }
        let (id, seq) = told.iter().next().unwrap();
        let again = log.append(vec![first_event(*id, 100)]).await.unwrap();
        assert_eq!(again, [*seq], "the same append after a crash");
        log.close().await;
    }
}

/// What a handler did before it acknowledged is not lost when the acknowledgement is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_kill_9_every_event_either_has_its_job_or_is_delivered_again() {
    let dir = tempfile::tempdir().unwrap();
    for round in 1..=4 {
        let told = kill_after(dir.path(), 150 * round);
        let log = open(dir.path());
        let limits = QueueLimits {
            per_project: 1,
            lease: PATIENCE,
            age_step: PATIENCE,
        };
        let jobs = log.list(&limits).await.unwrap();
        let mut served: HashSet<Uuid> = jobs.into_iter().map(|queued| queued.job.id).collect();
        let mut deliveries = log.work(group()).await.unwrap();
        while !caught_up(&*log).await {
            let next = tokio::time::timeout(PATIENCE, deliveries.next());
            let delivery = next.await.unwrap().unwrap().unwrap();
            served.insert(delivery.event().envelope.id);
            delivery.ack().await.unwrap();
        }
        let lost: Vec<_> = told.keys().filter(|id| !served.contains(id)).collect();
        assert!(lost.is_empty(), "round {round} lost {lost:?}");
        for id in served {
            log.enqueue(job(id)).await.unwrap();
        }
        drop(deliveries);
        log.close().await;
    }
}

async fn caught_up(log: &dyn EventLog) -> bool {
    let groups = log.groups().await.unwrap();
    groups
        .iter()
        .all(|group| group.acked_through == group.head && group.outstanding == 0)
}
