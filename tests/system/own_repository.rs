//! A person's own repository: worked on, and never touched except for the branch of the story.
use super::harness::{Errand, text};
use serde_json::json;
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Ann", "-c", "user.email=ann@localhost"])
        .args(arguments)
        .output()
        .expect("git runs");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .expect("text")
        .trim()
        .to_owned()
}

/// A page with a hero, one commit, and work that Ann has not committed yet.
fn repository() -> TempDir {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    git(path, &["init", "-q", "-b", "trunk"]);
    fs::write(
        path.join("index.html"),
        "<main><section class=\"hero\"><h1>Hi</h1></section></main>\n",
    )
    .unwrap();
    git(path, &["add", "."]);
    git(path, &["commit", "-q", "-m", "A page"]);
    fs::write(path.join("notes.txt"), "not committed\n").unwrap();
    folder
}

#[tokio::test]
async fn only_the_storys_branch_is_added() {
    let folder = repository();
    let path = folder.path();
    let hook = path.join(".git/hooks/post-receive");
    fs::write(&hook, "#!/bin/sh\ntouch \"$(dirname \"$0\")/ran\"\n").unwrap();
    let look = |arguments: &[&str]| git(path, arguments);
    let before = (
        look(&["rev-parse", "HEAD"]),
        look(&["status", "--porcelain"]),
        fs::read(path.join(".git/config")).unwrap(),
    );

    let errand = Errand::up(&["--repo", path.to_str().unwrap()]).await;
    let wish = json!({"agent": "codegen", "prompt": "build email capture for the hero"});
    let (_, spawned) = errand.api.post("/api/v1/stories", &wish).await;
    let chat = text(&spawned, "conversationId");
    errand
        .api
        .hear(chat, "🎉 Code Generation complete! PR: ")
        .await;

    let after = (
        look(&["rev-parse", "HEAD"]),
        look(&["status", "--porcelain"]),
        fs::read(path.join(".git/config")).unwrap(),
    );
    assert_eq!(
        before, after,
        "HEAD, work tree and configuration are as they were"
    );
    assert!(!path.join(".git/hooks/ran").exists(), "no hook was run");
    let branches = look(&["for-each-ref", "--format=%(refname)", "refs"]);
    let branches: Vec<_> = branches.lines().collect();
    assert_eq!(branches.len(), 2, "{branches:?}");
    assert!(
        branches[0].starts_with("refs/heads/errand/"),
        "{branches:?}"
    );
    let changed = look(&["diff", "--stat", "trunk", branches[0]]);
    assert!(changed.contains("email-capture"), "{changed}");
    let author = look(&["log", "-1", "--format=%an", branches[0]]);
    assert_eq!(author, "Errand");
}
