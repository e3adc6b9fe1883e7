//! A limit that is hit is named, with its number.
use crate::harness::{append, first_event, open};
use errand_eventlog::{EventLog, Job, JobQueue, LogError};
use uuid::Uuid;

#[tokio::test]
async fn an_event_of_the_largest_size_is_stored_and_a_larger_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    append(&*log, 1024 * 1024).await.unwrap();
    let error = append(&*log, 1024 * 1024 + 1).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the event log refused: an event of type errand.v1.StoryCreated has 1048577 bytes, the limit is 1048576"
    );
    assert_eq!(log.head().await.unwrap().seq, 1);
}

#[tokio::test]
async fn too_many_events_and_too_many_bytes_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let many = (0..257).map(|_| first_event(Uuid::new_v4(), 10)).collect();
    let large = (0..5)
        .map(|_| first_event(Uuid::new_v4(), 1024 * 1024))
        .collect();
    for (writes, expected) in [
        (many, "the append has 257 events, the limit is 256"),
        (large, "the append has 5242880 bytes, the limit is 4194304"),
    ] {
        let Err(LogError::Rejected(reason)) = log.append(writes).await else {
            panic!("not refused: {expected}");
        };
        assert_eq!(reason, expected);
    }
}

#[tokio::test]
async fn a_job_with_an_unknown_priority_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let job = Job {
        id: Uuid::nil(),
        story_id: "story".into(),
        project_id: "web".into(),
        priority: 4,
        enqueued_us: 0,
    };
    let error = log.enqueue(job).await.unwrap_err().to_string();
    assert!(
        error.contains("priority 4") && error.contains("0 to 3"),
        "{error}"
    );
}
