//! A full disk is told as such, loses nothing, and is over when there is room again.
use crate::harness::{PATIENCE, append, open, story};
use errand_eventlog::{
    EventLog, Job, JobQueue, LogError, QueueLimits,
    embedded::{EmbeddedLog, EmbeddedOptions},
};
use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};
use uuid::Uuid;

const LIMITS: QueueLimits = QueueLimits {
    per_project: 1,
    lease: PATIENCE,
    age_step: PATIENCE,
};

/// A disk of 4 MB, where the system lets us have one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"])
            .arg(dir.path())
            .output();
        mounted
            .is_ok_and(|m| m.status.success())
            .then_some(Self(dir))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

/// Appends until it is refused; gives what was answered and the refusal.
async fn fill(log: &EmbeddedLog) -> (Vec<(Uuid, u64)>, LogError) {
    let mut answered = Vec::new();
    loop {
        match append(log, 20_000).await {
            Ok(event) => answered.push(event),
            Err(error) => return (answered, error),
        }
    }
}

async fn assert_all_there(log: &EmbeddedLog, answered: &[(Uuid, u64)]) {
    for (id, seq) in answered {
        let loaded = log.load(&story(*id), 0).await.unwrap();
        assert_eq!(loaded.iter().map(|e| e.seq).collect::<Vec<_>>(), [*seq]);
    }
    let last = answered.iter().map(|(_, seq)| *seq).max().unwrap();
    assert_eq!(log.head().await.unwrap().seq, last, "and nothing else");
}

fn assert_clear(error: &LogError, dir: &Path) {
    let text = error.to_string();
    assert!(matches!(error, LogError::Unavailable(_)), "{text}");
    for part in [
        "the disk is full",
        "free some space",
        &dir.display().to_string(),
    ] {
        assert!(text.contains(part), "{part:?} is missing: {text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_named_and_writing_goes_on_by_itself_when_there_is_room() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("skipped: mounting a small disk needs root");
        return;
    };
    let dir = disk.0.path();
    let filler = dir.join("filler");
    std::fs::write(&filler, vec![0; 2_000_000]).unwrap();
    let log = open(dir);
    let (mut answered, error) = fill(&log).await;
    assert!(answered.len() > 10, "{} events on 2 MB", answered.len());
    assert_clear(&error, dir);
    assert_all_there(&log, &answered).await;
    let job = Job {
        id: Uuid::new_v4(),
        story_id: "story".into(),
        project_id: "web".into(),
        priority: 1,
        enqueued_us: 0,
    };
    log.enqueue(job.clone()).await.unwrap();

    std::fs::remove_file(filler).unwrap();
    answered.push(append(&*log, 20_000).await.unwrap());
    assert_all_there(&log, &answered).await;
    log.close().await;
    let log = open(dir);
    assert_all_there(&log, &answered).await;
    let queued = log.list(&LIMITS).await.unwrap();
    assert_eq!(queued[0].job, job, "what was noted meanwhile is not lost");
    log.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notes_that_a_full_disk_refused_are_written_without_being_asked() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("skipped: mounting a small disk needs root");
        return;
    };
    let dir = disk.0.path();
    let filler = dir.join("filler");
    std::fs::write(&filler, vec![0; 2_000_000]).unwrap();
    let log = open(dir);
    fill(&log).await;
    // Enough of them that they do not fit into what is left.
    for number in 0..2000_u128 {
        let job = Job {
            id: Uuid::from_u128(number),
            story_id: "story".repeat(20),
            project_id: "web".into(),
            priority: 1,
            enqueued_us: 0,
        };
        log.enqueue(job).await.unwrap();
    }
    std::fs::remove_file(filler).unwrap();
    let written = || {
        let conn = rusqlite::Connection::open(dir.join("eventlog.db")).unwrap();
        let count = "select count(*) from jobs";
        conn.query_row(count, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    let since = Instant::now();
    while written() < 2000 {
        assert!(
            since.elapsed() < PATIENCE,
            "{} of 2000 were written",
            written()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    log.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_at_its_size_limit_refuses_and_a_higher_limit_lets_it_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let limited = |bytes| {
        let options = EmbeddedOptions {
            max_file_bytes: Some(bytes),
            ..EmbeddedOptions::default()
        };
        EmbeddedLog::open(dir.path(), options).unwrap()
    };
    let log = limited(1_000_000);
    let (mut answered, error) = fill(&log).await;
    assert_clear(&error, dir.path());
    assert_all_there(&log, &answered).await;
    log.close().await;
    let log = limited(2_000_000);
    answered.push(append(&*log, 20_000).await.unwrap());
    assert_all_there(&log, &answered).await;
}
