//! Which data directories are taken and which are refused, and what is said then.
use crate::harness::{PATIENCE, append, open};
use errand_eventlog::{
    EventLog, Filter, Job, JobQueue, LogError, QueueLimits, StartAt,
    embedded::{EmbeddedLog, EmbeddedOptions, OpenError},
};
use futures::StreamExt;
use std::{path::Path, process::Command};
use uuid::Uuid;

const DIR: &str = "ERRAND_TEST_OPEN_DIR";

fn refused(dir: &Path) -> OpenError {
    EmbeddedLog::open(dir, EmbeddedOptions::default()).unwrap_err()
}

/// Not a test: opens the directory as a second process would, and tells what it was told.
#[tokio::test]
#[ignore = "started by another test"]
async fn second_process() {
    let Ok(dir) = std::env::var(DIR) else {
        return;
    };
    match EmbeddedLog::open(Path::new(&dir), EmbeddedOptions::default()) {
        Ok(_) => println!("told: opened"),
        Err(error) => println!("told: {error}"),
    }
}

fn told_to_a_second_process(dir: &Path) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "directory::second_process",
            "--ignored",
            "--nocapture",
        ])
        .env(DIR, dir)
        .output()
        .unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let (_, told) = output.split_once("told: ").unwrap();
    told.lines().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_second_process_is_refused_and_told_who_has_the_directory() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let told = told_to_a_second_process(dir.path());
    let expected = format!(
        "the data directory {} is in use by process {}: stop that process or choose another directory",
        dir.path().display(),
        std::process::id()
    );
    assert_eq!(told, expected);
    let (_, seq) = append(&*log, 10).await.unwrap();
    assert_eq!(seq, 1, "the first process goes on");
    log.close().await;
    assert_eq!(told_to_a_second_process(dir.path()), "opened");
}

#[tokio::test]
async fn a_closed_log_says_so_and_frees_its_directory() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    append(&*log, 10).await.unwrap();
    let mut follower = log
        .read(Filter::all(), StartAt::After(1), true)
        .await
        .unwrap();
    log.close().await;
    let told = |error: LogError| error.to_string();
    let closed = "the event log is unavailable: it was closed";
    assert_eq!(told(append(&*log, 10).await.unwrap_err()), closed);
    assert_eq!(told(follower.next().await.unwrap().unwrap_err()), closed);
    assert!(
        follower.next().await.is_none(),
        "the stream ends after that"
    );
    let again = open(dir.path());
    assert_eq!(again.head().await.unwrap().seq, 1);
}

#[tokio::test]
async fn a_log_that_is_only_dropped_is_written_and_frees_its_directory() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let job = Job {
        id: Uuid::new_v4(),
        story_id: "story".into(),
        project_id: "web".into(),
        priority: 1,
        enqueued_us: 0,
    };
    log.enqueue(job.clone()).await.unwrap();
    drop(log);
    let reopened = async {
        loop {
            match EmbeddedLog::open(dir.path(), EmbeddedOptions::default()) {
                Ok(log) => return log,
                Err(OpenError::InUse { .. }) => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        }
    };
    let log = tokio::time::timeout(PATIENCE, reopened).await.unwrap();
    let limits = QueueLimits {
        per_project: 1,
        lease: PATIENCE,
        age_step: PATIENCE,
    };
    assert_eq!(log.list(&limits).await.unwrap()[0].job, job);
}

#[tokio::test]
async fn a_log_of_a_newer_format_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).close().await;
    let file = dir.path().join("eventlog.db");
    let conn = rusqlite::Connection::open(&file).unwrap();
    conn.pragma_update(None, "user_version", 2).unwrap();
    conn.close().unwrap();
    let error = refused(dir.path());
    assert!(matches!(
        error,
        OpenError::NewerFormat {
            found: 2,
            known: 1,
            ..
        }
    ));
    let expected = format!(
        "{} has format 2, this program reads up to format 1: start the newer Errand that wrote it",
        file.display()
    );
    assert_eq!(error.to_string(), expected);
    let conn = rusqlite::Connection::open(&file).unwrap();
    conn.pragma_update(None, "user_version", 1).unwrap();
    conn.close().unwrap();
    open(dir.path()).close().await;
}

#[tokio::test]
async fn a_file_that_is_no_event_log_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("eventlog.db");
    let text = b"not a database, but somebody may need it ".repeat(100);
    std::fs::write(&file, &text).unwrap();
    assert!(matches!(refused(dir.path()), OpenError::Foreign { .. }));
    assert_eq!(std::fs::read(&file).unwrap(), text);
    std::fs::remove_file(&file).unwrap();
    let conn = rusqlite::Connection::open(&file).unwrap();
    conn.execute_batch("create table notes (text)").unwrap();
    conn.close().unwrap();
    assert!(matches!(refused(dir.path()), OpenError::Foreign { .. }));
}

#[tokio::test]
async fn a_path_that_cannot_be_a_directory_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "text").unwrap();
    let error = refused(&file.join("data")).to_string();
    assert!(error.contains(&file.display().to_string()), "{error}");
    assert!(error.contains("check its path and permissions"), "{error}");
}
