//! The log of a spawn: one line for each step, and no word that somebody said.
use crate::system::harness::{Errand, command, text, until};
use serde_json::{Value, json};

/// Each step, and whether its line names the session too.
const STEPS: &[(&str, bool)] = &[
    ("spawn requested", true),
    ("story created", true),
    ("Linear issue linked", true),
    ("spawn told in the chat", false),
    ("session opened", true),
    ("session enqueued", true),
    ("session claimed", true),
    ("pull request opened", true),
    ("session ended", true),
    ("story ended", true),
    ("ending told in the chat", true),
    ("ending told in Slack", true),
];

#[tokio::test]
async fn each_step_of_a_spawn_is_one_line_with_its_ids() {
    let errand = Errand::up_with(&["--log-json"], &[]).await;
    let chat = errand.api.conversation().await;
    errand
        .api
        .say(&chat, "build email capture for the hero")
        .await;
    errand
        .api
        .hear(&chat, "🎉 Code Generation complete! PR: ")
        .await;
    let log = errand.data.path().join("errand.log");
    let log = until("the last line", || async {
        let log = std::fs::read_to_string(&log).unwrap();
        log.contains("ending told in Slack").then_some(log)
    })
    .await;
    let story = errand.api.story_is("completed").await;
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    for (step, names_session) in STEPS {
        let mut of_step = lines.iter().filter(|l| text(l, "message") == *step);
        let line = of_step
            .next()
            .unwrap_or_else(|| panic!("no {step:?}:\n{log}"));
        assert_eq!(of_step.next(), None, "{step:?} twice");
        assert_eq!(line["story"], story["id"], "{line}");
        assert_eq!(line["level"], "INFO", "{line}");
        assert_eq!(!line["session"].is_null(), *names_session, "{line}");
    }
    assert!(!log.contains("hero"), "words of a prompt:\n{log}");
    for level in ["WARN", "ERROR"] {
        assert!(!log.contains(level), "all went well:\n{log}");
    }
}

#[tokio::test]
async fn a_failure_that_goes_on_is_said_once() {
    let errand = Errand::up(&[]).await;
    let fault =
        json!({"vendor": "linear", "fault": "error_500", "operation": "issueCreate", "count": 3});
    errand.api.trouble(&fault).await;
    let wish = json!({"agent": "codegen", "prompt": "add a contact form"});
    let (_, spawned) = errand.api.post("/api/v1/stories", &wish).await;
    let chat = text(&spawned, "conversationId");
    errand.api.hear(chat, "Tracking in Linear").await;
    let log = std::fs::read_to_string(errand.data.path().join("errand.log")).unwrap();
    let said = log.matches("failed, will try again").count();
    assert_eq!(said, 1, "{log}");
}

#[tokio::test]
async fn a_variable_that_does_not_fit_is_named_at_the_start() {
    let folder = tempfile::TempDir::new().unwrap();
    let data = folder.path().display().to_string();
    for (variable, value) in [
        ("ERRAND_LOG", "errand=loudly"),
        ("OTEL_TRACES_SAMPLER", "sometimes"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "not an address"),
    ] {
        let output = command(&["up", "--port", "0", "--data", &data])
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
            .env(variable, value)
            .output()
            .await
            .expect("errand runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{variable}: {said}");
        assert!(said.contains(variable), "{variable}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
