//! The token of a forge while git uses it: in no argument, in no file.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::forge::{EXPECTED, Forge, Mood, TOKEN};
use crate::repository::{Place, write};

const PATIENCE: Duration = Duration::from_secs(60);

/// The command lines of processes that speak to `address`.
fn command_lines(address: &str) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .filter(|line| line.contains(address))
        .collect()
}

fn files_with(folder: &Path, secret: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            files_with(&entry.path(), secret, found);
        } else if fs::read(entry.path()).is_ok_and(|bytes| {
            bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes())
        }) {
            found.push(entry.path().display().to_string());
        }
    }
}

#[tokio::test]
async fn a_token_is_in_no_command_line_and_no_file_while_git_pushes_with_it() {
    let place = Place::new();
    let forge = Forge::start(place.path()).await;
    let tree = place.worktree("errand/story-1").await;
    write(&tree.path().join("page.html"), "page");
    tree.commit_all("A page").await.unwrap().unwrap();
    forge.set(Mood::Silent);
    let (address, target) = (forge.url(), forge.target());
    let push = tokio::spawn(async move { tree.push(&target).await });

    let deadline = Instant::now() + PATIENCE;
    // The second process is git's own helper for http.
    while command_lines(&address).len() < 2 {
        assert!(Instant::now() < deadline, "git never spoke to the forge");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (encoded, mut found) = (EXPECTED.trim_start_matches("Basic "), Vec::new());
    for secret in [TOKEN, encoded] {
        for line in command_lines(&address) {
            assert!(!line.contains(secret), "{line}");
        }
        files_with(place.path(), secret, &mut found);
    }
    assert_eq!(found, Vec::<String>::new());
    push.abort();
}
