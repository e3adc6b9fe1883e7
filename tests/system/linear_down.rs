//! Linear slow, rate-limited, broken or deaf: the chat answers in time, the link follows, nothing is made twice.
use super::harness::{Errand, text, until};
use futures::future::join_all;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// One second is promised; the rest is for a loaded test machine.
const IN_TIME: Duration = Duration::from_millis(2_500);
/// More than Linear is asked for at once.
const MANY: usize = 80;

#[tokio::test]
async fn a_slow_linear_does_not_hold_up_the_chat() {
    link_follows(json!({"vendor": "linear", "fault": "slow", "delay_ms": 5000})).await;
}

#[tokio::test]
async fn nobody_waits_behind_others_for_a_linear_that_hangs() {
    // The stories wait for approval: no agent takes its time.
    let errand = Errand::up_with(&[], &[("ERRAND_POLICY", "needs_approval")]).await;
    let fault = json!({"vendor": "linear", "fault": "slow", "operation": "issueCreate", "delay_ms": 9000, "count": MANY});
    errand.api.trouble(&fault).await;
    let spawning = (0..MANY).map(async |_| {
        let chat = errand.api.conversation().await;
        errand.api.say(&chat, "build a contact form").await;
    });
    join_all(spawning).await;
    let recorded = async |kind: &str| {
        let events = errand
            .api
            .get(&format!("/api/v1/events?type={kind}&limit={MANY}"))
            .await;
        events["events"].as_array().map_or(0, Vec::len)
    };
    until("all were told", || async {
        (recorded("SpawnAnnounced").await >= MANY).then_some(())
    })
    .await;
    assert_eq!(recorded("LinearIssueLinked").await, 0);
}

#[tokio::test]
async fn every_shape_of_a_rate_limit_is_waited_out() {
    for shape in ["rate_limit_400", "rate_limit_200", "rate_limit_429"] {
        let fault = json!({"vendor": "linear", "fault": shape, "count": 2, "retry_after_s": 1});
        link_follows(fault).await;
    }
}

#[tokio::test]
async fn a_broken_linear_is_tried_again() {
    link_follows(json!({"vendor": "linear", "fault": "error_500", "count": 3})).await;
}

#[tokio::test]
async fn an_answer_that_is_lost_makes_no_second_issue() {
    let fault = json!({"vendor": "linear", "fault": "lost_answer", "operation": "issueCreate"});
    let errand = Errand::up(&[]).await;
    errand.api.trouble(&fault).await;
    let (_, spawned) = spawn(&errand).await;
    errand
        .api
        .hear(text(&spawned, "conversationId"), "Tracking in Linear")
        .await;
    errand.api.story_is("completed").await;
    assert_eq!(errand.api.made().await[0], 1);
}

async fn spawn(errand: &Errand) -> (u16, Value) {
    let wish = json!({"agent": "codegen", "prompt": "add a contact form"});
    errand.api.post("/api/v1/stories", &wish).await
}

async fn link_follows(fault: Value) {
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    api.trouble(&fault).await;
    let began = Instant::now();
    let (_, spawned) = spawn(&errand).await;
    let chat = text(&spawned, "conversationId");
    let first = api.hear(chat, "✅ Spawned Code Generation agent!").await;
    assert!(
        began.elapsed() < IN_TIME,
        "{fault}: told after {:?}",
        began.elapsed()
    );
    assert!(
        text(&first, "text").contains("the link follows"),
        "{fault}: told without the link first: {first}"
    );
    let linked = api.hear(chat, "Tracking in Linear: ").await;
    assert_eq!(
        text(&first, "id"),
        text(&linked, "id"),
        "the same message, now with its link"
    );
    api.story_is("completed").await;
    until("the issue shows the end", || async {
        let story = api.story_is("completed").await;
        let url = text(&story, "linearIssueUrl").to_owned();
        let page = api.page(url.trim_start_matches(api.url.as_str())).await;
        page.contains("Completed.").then_some(())
    })
    .await;
    assert_eq!(api.made().await[0], 1, "{fault}: one issue");
}
