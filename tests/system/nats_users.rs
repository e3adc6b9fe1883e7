//! The NATS users that `errand nats setup` makes.
use super::harness::{Errand, command, text, until};
use std::collections::BTreeSet;

#[tokio::test]
async fn the_setup_knows_every_group_that_runs_and_no_other() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().to_str().unwrap();
    let written = command(&["nats", "setup", path]).output().await.unwrap();
    assert!(written.status.success(), "{written:?}");
    let users = std::fs::read_to_string(folder.path().join("users.conf")).unwrap();
    let errand = Errand::up(&[]).await;
    let running = until("every subscriber at work", || async {
        let health = errand.api.get("/api/v1/health").await;
        let groups: BTreeSet<String> = health["groups"]
            .as_array()?
            .iter()
            .map(|group| text(group, "name").to_owned())
            .collect();
        (groups == letters_allowed(&users)).then_some(groups)
    })
    .await;
    assert!(running.contains("spawner-open-story"), "{running:?}");
}

/// The groups whose dead letters some role may write.
fn letters_allowed(users: &str) -> BTreeSet<String> {
    let lines = users
        .lines()
        .filter_map(|line| line.trim().trim_matches('"').strip_prefix("dlq."));
    lines
        .filter_map(|rest| rest.strip_suffix(".>"))
        .map(str::to_owned)
        .collect()
}
