//! The commands, as a person or a script types them.
use super::harness::{Errand, command};
use serde_json::Value;

async fn run(errand: &Errand, arguments: &[&str]) -> (bool, String, String) {
    let url = ["--url", errand.api.url.as_str()];
    let ended = command(&[&url[..], arguments].concat())
        .output()
        .await
        .unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        ended.status.success(),
        said(&ended.stdout),
        said(&ended.stderr),
    )
}

#[tokio::test]
async fn a_spawn_is_followed_to_its_end_and_found_everywhere() {
    let errand = Errand::up(&[]).await;
    let (ok, said, errors) = run(
        &errand,
        &[
            "spawn",
            "codegen",
            "build email capture for the hero",
            "--wait",
        ],
    )
    .await;
    assert!(ok, "{errors}");
    // Where Linear takes more than a moment, the link follows in the story.
    assert!(
        said.contains("✅ Spawned Code Generation agent! "),
        "{said}"
    );
    assert!(said.contains("🎉 Code Generation complete! PR: "), "{said}");
    assert!(
        errors.contains("✅ Survey the repository"),
        "progress is shown: {errors}"
    );

    let (_, stories, _) = run(&errand, &["--json", "stories"]).await;
    let stories: Value = serde_json::from_str(&stories).unwrap();
    let id = stories["stories"][0]["id"].as_str().unwrap();
    for (arguments, words) in [
        (vec!["stories"], "completed"),
        (vec!["sessions"], "5/5"),
        (vec!["queue"], "Nothing waits"),
        (vec!["show", &id[..8]], "Pull request: http"),
        (vec!["show", &id[..8]], "Linear: http"),
        (vec!["projections", "status"], "following"),
        (vec!["projections", "rebuild", "stories"], "filled again"),
        (vec!["dead-letters", "list"], "no dead letters"),
        (vec!["events", "export", "--story", id], "StoryCompleted"),
        (
            vec!["events", "export", "--format", "cloudevents"],
            "\"specversion\":\"1.0\"",
        ),
        (
            vec!["events", "export", "--type", "StoryCreated"],
            "email capture",
        ),
    ] {
        let (ok, said, errors) = run(&errand, &arguments).await;
        assert!(ok && said.contains(words), "{arguments:?}: {said} {errors}");
    }
    for line in run(&errand, &["events", "export"]).await.1.lines() {
        serde_json::from_str::<Value>(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    }
}

#[tokio::test]
async fn a_failure_has_an_exit_code_and_can_be_retried() {
    let errand = Errand::up(&[]).await;
    let (ok, said, _) = run(
        &errand,
        &["spawn", "codegen", "build it demo:crash", "--wait"],
    )
    .await;
    assert!(!ok && said.contains("❌ Code Generation failed"), "{said}");
    let (_, stories, _) = run(&errand, &["--json", "stories"]).await;
    let stories: Value = serde_json::from_str(&stories).unwrap();
    let id = stories["stories"][0]["id"].as_str().unwrap();
    let (_, nothing, _) = run(&errand, &["dead-letters", "list"]).await;
    assert!(
        nothing.contains("no dead letters"),
        "a failed run is no dead letter: {nothing}"
    );
    let (ok, said, errors) = run(&errand, &["retry", id]).await;
    assert!(ok, "{said} {errors}");
    let (ok, said, _) = run(&errand, &["watch", id]).await;
    assert!(
        !ok && said.contains("failed"),
        "the same prompt crashes again: {said}"
    );
    let (_, sessions, _) = run(&errand, &["--json", "sessions", "--story", id]).await;
    let sessions: Value = serde_json::from_str(&sessions).unwrap();
    assert_eq!(
        sessions["sessions"].as_array().unwrap().len(),
        2,
        "one session per attempt"
    );
}

#[tokio::test]
async fn without_an_errand_the_command_says_how_to_start_one() {
    let ended = command(&["--url", "http://127.0.0.1:9", "stories"])
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        !ended.status.success() && said.contains("errand up"),
        "{said}"
    );
}

#[tokio::test]
async fn the_doctor_says_what_is_there_and_what_is_not() {
    let data = tempfile::TempDir::new().unwrap();
    let ended = command(&["doctor", "--data"])
        .arg(data.path())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{said}");
    assert!(
        said.contains("✅ git") && said.contains("➖ Linear: set LINEAR_API_KEY"),
        "{said}"
    );
}

#[tokio::test]
async fn a_conversation_is_found_by_what_was_said_renamed_and_put_away() {
    let errand = Errand::up(&[]).await;
    let id = uuid::Uuid::now_v7().to_string();
    let start = serde_json::json!({"id": id, "title": "Plans"});
    errand.api.post("/api/v1/conversations", &start).await;
    let path = format!("/api/v1/conversations/{id}/messages");
    let words = serde_json::json!({"text": "What is a zeppelin?"});
    errand.api.post(&path, &words).await;
    for (arguments, words) in [
        (vec!["search", "ZEPPELIN"], "Plans"),
        (vec!["rename", &id[..8], "Airships"], "Renamed: Airships"),
        (
            vec!["move", &id[..8], "sample-site"],
            "Airships (sample-site)",
        ),
        (vec!["archive", &id[..8]], "Archived: Airships"),
        (vec!["list"], "No such conversations."),
        (vec!["list", "--archived"], "Airships"),
        (vec!["restore", &id[..8]], "Restored: Airships"),
        (vec!["list"], "Airships"),
    ] {
        let arguments = [vec!["conversations"], arguments].concat();
        let (ok, said, errors) = run(&errand, &arguments).await;
        assert!(ok && said.contains(words), "{arguments:?}: {said} {errors}");
    }
    let nowhere = ["conversations", "move", &id, "nowhere"];
    let (ok, _, errors) = run(&errand, &nowhere).await;
    assert!(!ok && errors.contains("nowhere"), "{errors}");
}
