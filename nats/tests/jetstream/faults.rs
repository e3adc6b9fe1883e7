//! Servers that crash, processes that share a group or a queue, and a subscriber of somebody else.
use crate::harness::{fresh, open};
use async_nats::jetstream::{
    self,
    consumer::{AckPolicy, pull},
};
use bytes::Bytes;
use errand_eventlog::{
    Claim, DeadLetters, EventLog, Filter, Group, Job, JobQueue, LogError, NewEvent, QueueLimits,
    Seq, StartAt, Write,
};
use errand_nats::NatsLog;
use errand_proto::{AggregateKind, Envelope, Subject};
use errand_servers::{
    insist,
    nats::{Cluster, Server, skipped},
};
use futures::{StreamExt, future::join_all};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(60);

pub fn first_event(id: Uuid) -> Write {
    event_of(AggregateKind::Story, id)
}

/// The first event of a new aggregate.
pub fn write_to(kind: AggregateKind) -> Write {
    event_of(kind, Uuid::new_v4())
}

fn event_of(kind: AggregateKind, id: Uuid) -> Write {
    let envelope = Envelope {
        id,
        event_type: "errand.v1.StoryCreated".into(),
        source: "errand/test".into(),
        time_us: 0,
        correlation_id: id,
        causation_id: id,
        command_id: id,
        aggregate_version: 1,
        traceparent: None,
    };
    Write {
        subject: Subject::new("main", kind, &id.to_string()).unwrap(),
        expected: 0,
        events: vec![NewEvent {
            envelope,
            data: Bytes::from_static(&[7; 300]),
        }],
    }
}

/// Appends until told to stop, and repeats what is unknown; gives what was answered.
async fn append_until(log: Arc<NatsLog>, stop: Arc<AtomicBool>) -> BTreeMap<Seq, Uuid> {
    let mut answered = BTreeMap::new();
    while !stop.load(Ordering::Relaxed) {
        let id = Uuid::new_v4();
        loop {
            match log.append(vec![first_event(id)]).await {
                Ok(seqs) => {
                    answered.insert(seqs[0], id);
                    break;
                }
                Err(LogError::Unknown(_) | LogError::Unavailable(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
    answered
}

/// Everything in the log, by sequence; twice nothing.
async fn everything(log: &NatsLog) -> BTreeMap<Seq, Uuid> {
    let mut pages = log
        .read(Filter::all(), StartAt::After(0), false)
        .await
        .unwrap();
    let mut all = BTreeMap::new();
    while let Some(page) = tokio::time::timeout(PATIENCE, pages.next()).await.unwrap() {
        for event in page.unwrap().events {
            assert!(
                all.insert(event.seq, event.envelope.id).is_none(),
                "read twice"
            );
        }
    }
    let ids: BTreeSet<_> = all.values().collect();
    assert_eq!(ids.len(), all.len(), "an event is stored twice");
    all
}

/// Waits until that many more appends were answered, seen from the log's head.
async fn grown(log: &NatsLog, by: Seq) {
    let from = insist("the head", || log.head()).await.seq;
    let grown = async {
        loop {
            if log.head().await.is_ok_and(|head| head.seq >= from + by) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, grown).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_and_started_again_loses_nothing_that_was_answered() {
    let Some(server) = Server::start("") else {
        return skipped();
    };
    let log = open(&fresh(server.url(), 1)).await;
    let mut follower = log
        .read(Filter::all(), StartAt::After(0), true)
        .await
        .unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..4)
        .map(|_| tokio::spawn(append_until(log.clone(), stop.clone())))
        .collect();
    for _ in 0..2 {
        grown(&log, 50).await;
        server.start_again();
    }
    grown(&log, 50).await;
    stop.store(true, Ordering::Relaxed);
    let mut answered = BTreeMap::new();
    for writer in join_all(writers).await {
        answered.extend(writer.unwrap());
    }
    let stored = everything(&log).await;
    assert_eq!(stored, answered, "stored and answered differ");
    let mut followed = BTreeMap::new();
    while followed.len() < stored.len() {
        let page = tokio::time::timeout(PATIENCE, follower.next())
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        followed.extend(
            page.events
                .iter()
                .map(|event| (event.seq, event.envelope.id)),
        );
    }
    assert_eq!(followed, stored, "a follower lost events over the restarts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_whose_leader_is_killed_goes_on_and_loses_nothing() {
    let Some(cluster) = Cluster::start() else {
        return skipped();
    };
    let options = fresh(cluster.url(), 3);
    let log = open(&options).await;
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..4)
        .map(|_| tokio::spawn(append_until(log.clone(), stop.clone())))
        .collect();
    for _ in 0..2 {
        grown(&log, 50).await;
        let leader = insist("finding the leader", || leader(&options)).await;
        let leader = cluster
            .0
            .iter()
            .find(|server| server.is_named(&leader))
            .unwrap();
        leader.kill();
        grown(&log, 50).await;
        leader.start_again();
    }
    grown(&log, 50).await;
    stop.store(true, Ordering::Relaxed);
    let mut answered = BTreeMap::new();
    for writer in join_all(writers).await {
        answered.extend(writer.unwrap());
    }
    assert_eq!(
        everything(&log).await,
        answered,
        "stored and answered differ"
    );
}

async fn leader(options: &errand_nats::NatsOptions) -> Result<String, String> {
    let servers: Vec<&str> = options.url.split(',').collect();
    let client = async_nats::connect(servers)
        .await
        .map_err(|error| error.to_string())?;
    let name = format!("{}_EVT", options.prefix.clone().unwrap());
    let stream = jetstream::new(client)
        .get_stream(name)
        .await
        .map_err(|error| error.to_string())?;
    let cluster = stream.cached_info().cluster.clone();
    cluster
        .and_then(|cluster| cluster.leader)
        .ok_or_else(|| "no leader".into())
}

fn limits() -> QueueLimits {
    QueueLimits {
        per_project: 2,
        lease: Duration::from_secs(60),
        age_step: Duration::from_secs(3600),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_in_several_processes_never_hold_one_job_twice_nor_exceed_a_cap() {
    const JOBS: usize = 24;
    const WORKERS: usize = 6;
    let Some(server) = Server::start("") else {
        return skipped();
    };
    let options = fresh(server.url(), 1);
    let queue = open(&options).await;
    for n in 0..JOBS {
        let job = Job {
            id: Uuid::new_v4(),
            story_id: n.to_string(),
            project_id: format!("project-{}", n % 2),
            priority: 1,
            enqueued_us: i64::try_from(n).unwrap(),
        };
        queue.enqueue(job).await.unwrap();
    }
    let running: Arc<[AtomicUsize; 2]> = Arc::default();
    let work = || async {
        // Each worker has a connection and a view of its own, as in a process of its own.
        let queue = open(&options).await;
        let mut done = Vec::new();
        while let Ok(claim) =
            tokio::time::timeout(Duration::from_secs(3), queue.claim("w", &limits())).await
        {
            let claim: Box<dyn Claim> = claim.unwrap();
            let project = usize::from(claim.job().project_id.ends_with('1'));
            let now = running[project].fetch_add(1, Ordering::SeqCst) + 1;
            assert!(now <= 2, "{now} sessions of a project with cap 2");
            claim.heartbeat().await.unwrap();
            assert_eq!(claim.delivery(), 1, "a job was handed out again");
            done.push(claim.job().id);
            running[project].fetch_sub(1, Ordering::SeqCst);
            claim.done().await.unwrap();
        }
        done
    };
    let done: Vec<Uuid> = join_all((0..WORKERS).map(|_| work())).await.concat();
    let distinct: BTreeSet<_> = done.iter().collect();
    assert_eq!(
        (done.len(), distinct.len()),
        (JOBS, JOBS),
        "jobs lost or run twice"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_in_several_processes_share_a_group() {
    const EVENTS: usize = 60;
    let Some(server) = Server::start("") else {
        return skipped();
    };
    let options = fresh(server.url(), 1);
    let (one, two) = (open(&options).await, open(&options).await);
    for _ in 0..EVENTS {
        one.append(vec![first_event(Uuid::new_v4())]).await.unwrap();
    }
    let group = || Group {
        name: "shared",
        filter: Filter::all(),
        ack_wait: Duration::from_secs(60),
        max_in_flight: 8,
        max_deliver: 3,
    };
    let seen = AtomicUsize::new(0);
    let read = async |log: Arc<NatsLog>| {
        let mut deliveries = log.work(group()).await.unwrap();
        let mut seqs = Vec::new();
        while seen.load(Ordering::SeqCst) < EVENTS {
            let next = tokio::time::timeout(Duration::from_millis(200), deliveries.next()).await;
            let Ok(Some(delivery)) = next else { continue };
            let delivery = delivery.unwrap();
            seqs.push(delivery.event().seq);
            delivery.ack().await.unwrap();
            seen.fetch_add(1, Ordering::SeqCst);
        }
        seqs
    };
    let (first, second) = tokio::join!(read(one), read(two));
    assert!(
        !first.is_empty() && !second.is_empty(),
        "one process got everything"
    );
    let all: BTreeSet<Seq> = first.iter().chain(&second).copied().collect();
    assert_eq!((all.len(), first.len() + second.len()), (EVENTS, EVENTS));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_foreign_subscriber_gives_up_becomes_a_dead_letter() {
    let Some(server) = Server::start("") else {
        return skipped();
    };
    let options = fresh(server.url(), 1);
    let log = open(&options).await;
    let js = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let stream = js
        .get_stream(format!("{}_EVT", options.prefix.unwrap()))
        .await
        .unwrap();
    let config = pull::Config {
        durable_name: Some("foreign".into()),
        ack_policy: AckPolicy::Explicit,
        ack_wait: Duration::from_millis(200),
        max_deliver: 1,
        ..pull::Config::default()
    };
    let consumer = stream.create_consumer(config).await.unwrap();
    log.append(vec![first_event(Uuid::new_v4())]).await.unwrap();
    log.append(vec![first_event(Uuid::new_v4())]).await.unwrap();
    let mut messages = consumer.messages().await.unwrap();
    // The first is never answered, the second is terminated.
    let _unanswered = messages.next().await.unwrap().unwrap();
    let second = messages.next().await.unwrap().unwrap();
    second.ack_with(jetstream::AckKind::Term).await.unwrap();
    let letters = async {
        loop {
            let letters = DeadLetters::list(&*log, 10).await.unwrap();
            if letters.len() == 2 {
                return letters;
            }
            // The server notices a delivery that ran out when it is asked for more.
            let _ = tokio::time::timeout(Duration::from_millis(50), messages.next()).await;
        }
    };
    let letters = tokio::time::timeout(PATIENCE, letters).await.unwrap();
    let reasons: Vec<_> = letters
        .iter()
        .map(|letter| letter.reason.as_str())
        .collect();
    assert!(
        letters.iter().all(|letter| letter.group == "foreign"),
        "{letters:?}"
    );
    assert!(
        reasons
            .iter()
            .any(|reason| reason.contains("given up by the server")),
        "{reasons:?}"
    );
    assert!(
        reasons.iter().any(|reason| reason.contains("terminated")),
        "{reasons:?}"
    );
}
