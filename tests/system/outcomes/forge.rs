//! A forge that is down, says no, or holds what others did meanwhile: each is told apart, and the work is kept.
use super::{ended, is_told_everywhere, partial_work_is_linked, spawn, up};
use crate::system::harness::{Errand, text, until};
use serde_json::{Value, json};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// The repository at the sandbox's forge.
fn forge(errand: &Errand) -> PathBuf {
    let owners = errand.data.path().join("sandbox/git");
    let owner = fs::read_dir(owners).unwrap().next().unwrap().unwrap();
    let repository = fs::read_dir(owner.path()).unwrap().next().unwrap();
    repository.unwrap().path()
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Ann", "-c", "user.email=ann@localhost"])
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
}

/// Somebody else puts another page onto `branch` at the forge.
fn somebody_pushes(errand: &Errand, branch: &str) {
    let folder = TempDir::new().unwrap();
    let site = errand.data.path().join("sample-site");
    git(folder.path(), &["clone", "-q", site.to_str().unwrap(), "."]);
    fs::write(folder.path().join("index.html"), "<h1>Another page</h1>\n").unwrap();
    git(folder.path(), &["commit", "-q", "-a", "-m", "Another page"]);
    let head = format!("HEAD:refs/heads/{branch}");
    let forge = forge(errand);
    git(
        folder.path(),
        &["push", "-q", forge.to_str().unwrap(), &head],
    );
}

/// The forge refuses every push with these words.
fn refuses(errand: &Errand, words: &str) {
    let hooks = forge(errand).join("hooks");
    fs::create_dir_all(&hooks).unwrap();
    let hook = hooks.join("pre-receive");
    fs::write(&hook, format!("#!/bin/sh\necho '{words}'\nexit 1\n")).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A story whose agent waits for an answer, and its branch.
async fn waits(errand: &Errand) -> (Value, String) {
    let spawned = spawn(
        errand,
        "codegen",
        "build email capture for the hero demo:ask",
    )
    .await;
    let session = until("an agent that asks", || async {
        let sessions = errand.api.get("/api/v1/sessions").await["sessions"].take();
        let mut sessions = sessions.as_array()?.iter();
        let its = sessions.find(|it| it["storyId"] == spawned["storyId"])?;
        (text(its, "status") == "waiting_for_input").then(|| its.clone())
    })
    .await;
    let branch = text(&session, "branch").to_owned();
    (spawned, branch)
}

async fn goes_on(errand: &Errand, spawned: &Value) {
    let (ok, said) = errand
        .typed(&["answer", text(spawned, "storyId"), "Allow"])
        .await;
    assert!(ok, "{said}");
}

#[tokio::test]
async fn a_forge_that_is_down_is_tried_again_and_the_finished_work_is_published() {
    let errand = up("[agents.codegen]\nretries = 1\nretry_seconds = 2\n").await;
    let busy = json!({
        "vendor": "github", "fault": "rate_limit_429", "operation": "pulls.create",
        "retry_after_s": 0, "count": 7
    });
    errand.api.trouble(&busy).await;
    let spawned = spawn(&errand, "codegen", "build email capture for the hero").await;
    let chat = text(&spawned, "conversationId");
    let words = "is tried again: retry 1 of 1";
    let told = errand.api.hear(chat, words).await;
    assert!(text(&told, "text").contains("forge_down"), "{told}");
    let story = ended(&errand, &spawned).await;
    assert_eq!(text(&story, "status"), "completed", "{story}");
    assert_eq!(story["attempt"], json!(2), "{story}");
    assert!(!text(&story, "prUrl").is_empty(), "{story}");
}

#[tokio::test]
async fn a_forge_that_stays_down_ends_the_story_with_its_branch() {
    let errand = up("[agents.codegen]\nretries = 0\n").await;
    let busy = json!({
        "vendor": "github", "fault": "rate_limit_429", "operation": "pulls.create",
        "retry_after_s": 0, "count": 50
    });
    errand.api.trouble(&busy).await;
    let spawned = spawn(&errand, "codegen", "build email capture for the hero").await;
    let advice = "Wait until it answers; the work is kept.";
    is_told_everywhere(&errand, &spawned, "forge_down", advice).await;
    partial_work_is_linked(&errand, &spawned).await;
}

#[tokio::test]
async fn a_forge_that_says_no_is_told_apart_from_one_that_is_down() {
    let errand = up("").await;
    let refuse = json!({"vendor": "git", "fault": "refuse", "count": 50});
    errand.api.trouble(&refuse).await;
    let spawned = spawn(&errand, "codegen", "add a contact form").await;
    let advice = "Check the token and its permissions";
    is_told_everywhere(&errand, &spawned, "forge_refused", advice).await;
}

#[tokio::test]
async fn a_push_that_the_forge_refuses_says_why_and_keeps_the_work_here() {
    let errand = up("").await;
    for (words, code, advice) in [
        (
            "no pushes on Fridays",
            "push_refused",
            "Read what the forge said",
        ),
        (
            "GH006: Protected branch update failed",
            "branch_protected",
            "Let Errand push to branches that begin with errand/",
        ),
    ] {
        let (spawned, branch) = waits(&errand).await;
        refuses(&errand, words);
        goes_on(&errand, &spawned).await;
        is_told_everywhere(&errand, &spawned, code, advice).await;
        let chat = text(&spawned, "conversationId");
        errand.api.hear(chat, words).await;
        let story = ended(&errand, &spawned).await;
        assert_eq!(text(&story, "branch"), branch, "{story}");
        assert_eq!(text(&story, "branchUrl"), "", "it is not at the forge");
        fs::remove_file(forge(&errand).join("hooks/pre-receive")).unwrap();
    }
}

#[tokio::test]
async fn a_base_branch_that_changed_at_the_same_lines_is_a_conflict_and_the_work_is_linked() {
    let errand = up("").await;
    let (spawned, _) = waits(&errand).await;
    somebody_pushes(&errand, "main");
    goes_on(&errand, &spawned).await;
    let advice = "Merge the base branch";
    is_told_everywhere(&errand, &spawned, "conflict", advice).await;
    partial_work_is_linked(&errand, &spawned).await;
    let chat = text(&spawned, "conversationId");
    errand.api.hear(chat, "index.html").await;
}

#[tokio::test]
async fn a_branch_that_somebody_else_changed_is_never_overwritten() {
    let errand = up("").await;
    let (spawned, branch) = waits(&errand).await;
    somebody_pushes(&errand, &branch);
    goes_on(&errand, &spawned).await;
    let advice = "Keep or remove their commits on that branch";
    is_told_everywhere(&errand, &spawned, "branch_moved", advice).await;
    let log = Command::new("git")
        .current_dir(forge(&errand))
        .args(["log", "-1", "--format=%s", &branch])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&log.stdout), "Another page\n");
}
