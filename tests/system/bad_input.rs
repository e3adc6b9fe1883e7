//! Bad input: each is a clear error that names the cause and the way out, and nothing is left behind.
use super::harness::{Errand, command, text};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

#[tokio::test]
async fn messages_that_cannot_be_are_refused_by_name() {
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    let chat = api.conversation().await;
    let path = format!("/api/v1/conversations/{chat}/messages");
    let message = |words: String| json!({"messageId": Uuid::new_v4(), "text": words});
    for (body, status, words) in [
        (message("   ".into()), 422, "empty"),
        (message("x".repeat(20_000)), 413, "16,000"),
        (message("x".repeat(1 << 20)), 413, "64 KiB"),
        (json!({"text": 7}), 422, "expected a string"),
    ] {
        let (answered, error) = api.post(&path, &body).await;
        assert_eq!(answered, status, "{error}");
        let said = format!(
            "{} {}",
            text(&error["error"], "message"),
            text(&error["error"], "hint")
        );
        assert!(said.contains(words), "{words}: {error}");
    }
    assert_eq!(
        api.messages(&chat).await,
        Vec::<Value>::new(),
        "nothing was said"
    );
}

#[tokio::test]
async fn bytes_that_are_no_json_and_no_text_are_refused() {
    let errand = Errand::up(&[]).await;
    let url = format!("{}/api/v1/stories", errand.api.url);
    let http = reqwest::Client::new();
    for body in [&b"{\"agent\": "[..], &b"\xff\xfe\x00"[..], &b""[..]] {
        let request = http.post(&url).header("content-type", "application/json");
        let answer = request.body(body.to_vec()).send().await.unwrap();
        let status = answer.status().as_u16();
        assert!([400, 422].contains(&status), "{status}");
        let error: Value = answer.json().await.expect("an error in JSON");
        assert!(!text(&error["error"], "message").is_empty(), "{error}");
    }
}

#[tokio::test]
async fn unknown_agents_projects_and_ids_are_named() {
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    for (wish, words) in [
        (json!({"agent": "painter", "prompt": "paint"}), "codegen"),
        (json!({"agent": "codegen", "prompt": " "}), "empty"),
        (
            json!({"agent": "codegen", "prompt": "x", "projectId": "moon"}),
            "sample-site",
        ),
    ] {
        let (status, error) = api.post("/api/v1/stories", &wish).await;
        assert_eq!(status, 422, "{error}");
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
    let nobody = Uuid::new_v4();
    for (path, body) in [
        (
            format!("/api/v1/stories/{nobody}/cancel"),
            json!({"reason": "x"}),
        ),
        (
            format!("/api/v1/conversations/{nobody}/messages"),
            json!({"text": "x"}),
        ),
    ] {
        let (status, error) = api.post(&path, &body).await;
        assert_eq!(status, 404, "{path}: {error}");
    }
    assert!(api.stories().await.is_empty());
}

#[tokio::test]
async fn a_repository_that_is_none_fails_with_the_way_out() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().to_str().unwrap();
    let errand = Errand::up(&["--repo", path]).await;
    let wish = json!({"agent": "codegen", "prompt": "build it"});
    let (_, spawned) = errand.api.post("/api/v1/stories", &wish).await;
    let told = errand
        .api
        .hear(
            text(&spawned, "conversationId"),
            "❌ Code Generation failed",
        )
        .await;
    assert!(
        text(&told, "text").contains("is not a git repository"),
        "{told}"
    );
    assert!(text(&told, "text").contains("git init"), "{told}");
}

#[tokio::test]
async fn a_start_that_cannot_be_says_why_in_one_line() {
    let errand = Errand::up(&[]).await;
    let port = errand.api.url.rsplit(':').next().unwrap().to_owned();
    let other = TempDir::new().unwrap();
    let data = errand.data.path().to_str().unwrap();
    let free = other.path().to_str().unwrap();
    for (arguments, words) in [
        (vec!["up", "--port", "0", "--data", data], "another"),
        (vec!["up", "--port", &port, "--data", free], "in use"),
        (
            vec!["up", "--port", "0", "--data", free, "--repo", "/nowhere"],
            "--repo",
        ),
    ] {
        let ended = command(&arguments).output().await.unwrap();
        assert!(!ended.status.success());
        let said = String::from_utf8_lossy(&ended.stderr);
        let last = said.lines().last().unwrap_or_default();
        assert!(
            last.starts_with("errand: ") && last.contains(words),
            "{words}: {said}"
        );
    }
}

#[tokio::test]
async fn a_mistake_in_the_configuration_names_its_key() {
    let data = TempDir::new().unwrap();
    for (key, value) in [
        ("ERRAND_POLICY", "sometimes"),
        ("ERRAND_SLOTS", "0"),
        ("ERRAND_SLOTS", "many"),
        ("ERRAND_LLM_PROVIDER", "oracle"),
    ] {
        let ended = command(&["up", "--port", "0", "--data"])
            .arg(data.path())
            .env(key, value)
            .output()
            .await
            .unwrap();
        assert!(!ended.status.success());
        let said = String::from_utf8_lossy(&ended.stderr).to_uppercase();
        assert!(said.contains(key), "{key}={value}: {said}");
    }
}
