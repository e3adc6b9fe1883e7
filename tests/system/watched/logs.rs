//! The log of a spawn: one line for each step, and no word that somebody said.
use crate::system::harness::{Errand, text, until};
use serde_json::Value;

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
