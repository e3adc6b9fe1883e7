//! Several agents asked for in one message: one card, one parent issue, one report.
use super::harness::{
    Api, Errand,
    batch::{parents, reports, slack_reports},
    text, until,
};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

/// One agent fails, and one never ends by itself.
const TROUBLE: &str = r#"
[agents.seo]
runner = "command"
command = ["sh", "-c", "exit 3"]
retries = 0

[agents.performance]
runner = "command"
command = ["sleep", "3600"]
"#;

async fn up_with_trouble(environment: &[(&str, &str)]) -> Errand {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("errand.toml"), TROUBLE).unwrap();
    Errand::up_in(folder, &[], environment).await
}

/// The only batch of a conversation, once it satisfies `wanted`.
async fn batch(api: &Api, chat: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    until("the batch", || async {
        let path = format!("/api/v1/batches?conversation={chat}");
        let found = api.get(&path).await["batches"].take();
        let found = found.as_array().unwrap();
        assert!(found.len() <= 1, "{found:?}");
        found.first().filter(|it| wanted(it)).cloned()
    })
    .await
}

#[tokio::test]
async fn a_full_audit_ends_in_one_report_that_says_what_failed_and_what_was_cancelled() {
    let errand = up_with_trouble(&[]).await;
    let api = &errand.api;
    let chat = api.conversation().await;
    api.say(&chat, "full audit on the site").await;
    let ended = |count: usize| {
        move |batch: &Value| {
            let stories = batch["stories"].as_array().unwrap();
            let ended = stories.iter().filter(|it| !text(it, "status").is_empty());
            ended.count() == count
        }
    };
    let open = batch(api, &chat, ended(3)).await;
    assert_eq!(open["stories"].as_array().unwrap().len(), 4);
    let page = api.page(&format!("/chat/{chat}")).await;
    assert!(page.contains("3 of 4 ended"), "one card shows all four");
    assert!(page.contains("Stop all agents"));
    assert!(reports(api, &chat).await.is_empty());

    until("its parent names the agent that goes on", || async {
        let parents = parents(api).await;
        let mut lines = parents.first()?.1.lines();
        lines.any(|it| it == "- [ ] Performance").then_some(())
    })
    .await;

    let id = &text(&open, "id")[..8];
    for (arguments, words) in [
        (vec!["batches"], "3/4"),
        (vec!["batches", "--conversation", &chat[..8]], "4 agents: "),
        (vec!["show", id], "open, 3 of 4 ended"),
        (vec!["--json", "show", id], "\"status\": \"open\""),
        (vec!["show", id], "in_progress  Performance"),
        (vec!["cancel", id], "1 of 4 agents are being stopped"),
    ] {
        let (ok, said) = errand.typed(&arguments).await;
        assert!(ok && said.contains(words), "{arguments:?}: {said}");
    }
    let report = api.hear(&chat, "**2 of 4 agents completed, ").await;
    let report = text(&report, "text");
    for words in [
        "✅ **Security**",
        "❌ **SEO** failed:",
        "⏹ **Performance** was cancelled",
        "✅ **Accessibility**",
        "[pull request](",
        "### High (",
    ] {
        assert!(report.contains(words), "{words}: {report}");
    }
    until("a parent with four parts that is done", || async {
        let parents = parents(api).await;
        let [(state, description, parts)] = parents.as_slice() else {
            return None;
        };
        let is_done = state == "completed" && description.contains("2 of 4 agents completed");
        (is_done && parts.len() == 4).then_some(())
    })
    .await;
    until("the report in Slack", || async {
        (slack_reports(api).await > 0).then_some(())
    })
    .await;
    assert_eq!(
        (reports(api, &chat).await.len(), slack_reports(api).await),
        (1, 1)
    );
    // Four stories and their batch.
    assert_eq!(api.made().await[0], 5);
    let (_, said) = errand.typed(&["show", id]).await;
    assert!(said.contains("consolidated, 4 of 4 ended"), "{said}");
    assert!(said.contains("## Report: 4 agents"), "{said}");
}

#[tokio::test]
async fn a_linear_that_is_away_does_not_hold_up_a_batch_and_its_parent_follows() {
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    let away = json!({"vendor": "linear", "fault": "error_500", "count": 100_000});
    api.trouble(&away).await;
    let chat = api.conversation().await;
    api.say(&chat, "full audit on the site").await;
    api.hear(&chat, "**4 of 4 agents completed, ").await;
    assert_eq!(api.made().await[0], 0, "Linear knows of nothing");
    api.heal().await;
    until("a parent with four parts that is done", || async {
        let parents = parents(api).await;
        let [(state, description, parts)] = parents.as_slice() else {
            return None;
        };
        let is_done = state == "completed" && description.contains("4 of 4 agents completed");
        (is_done && parts.len() == 4).then_some(())
    })
    .await;
    assert_eq!(api.made().await[0], 5);
    assert_eq!(reports(api, &chat).await.len(), 1);
}

#[tokio::test]
async fn a_batch_survives_kills_and_is_reported_once() {
    let mut errand = Errand::up(&[]).await;
    let chat = errand.api.conversation().await;
    errand.api.say(&chat, "full audit on the site").await;
    for life in [30, 150, 400, 900] {
        // This is the fault itself, not a wait for something: the process is killed at this age.
        tokio::time::sleep(std::time::Duration::from_millis(life)).await;
        errand.kill().await;
        errand.start_again().await;
    }
    let api = &errand.api;
    api.hear(&chat, "**4 of 4 agents completed, ").await;
    until("everybody was told once", || async {
        let parents = parents(api).await;
        let is_done = parents.len() == 1 && parents[0].0 == "completed" && parents[0].2.len() == 4;
        let told = (reports(api, &chat).await.len(), slack_reports(api).await);
        (is_done && told == (1, 1) && api.made().await == [5, 5, 4]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_batch_whose_time_is_over_is_reported_without_the_others() {
    let errand = up_with_trouble(&[("ERRAND_BATCH_SECONDS", "20")]).await;
    let chat = errand.api.conversation().await;
    errand.api.say(&chat, "full audit on the site").await;
    let report = errand
        .api
        .hear(&chat, "**Performance** had not ended when the time limit")
        .await;
    let report = text(&report, "text");
    assert!(report.contains("✅ **Security**"), "{report}");
}
