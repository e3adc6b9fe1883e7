//! Several agents asked for at once on NATS, while the roles that tell of them die.
use super::{
    counts::{self, Counts},
    place::Fleet,
};
use crate::harness::{
    Api,
    batch::{parents, reports, slack_reports},
    text, until,
};
use serde_json::json;

/// Slow enough that the agents are met at their work.
const PACE_MS: &str = "300";
/// Whoever waits so long for an answer is dead before it comes.
const NO_ANSWER_MS: u64 = 60_000;
/// Who else is killed when so many of the four have ended.
const DEATHS: [(usize, &str); 4] = [
    (1, "chat-1"),
    (2, "spawner-1"),
    (3, "chat-1"),
    (3, "notifier-1"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_reported_once_though_all_who_tell_of_it_are_killed() {
    let Some(mut fleet) = Fleet::new(false).await else {
        return;
    };
    fleet.set("ERRAND_DEMO_PACE_MS", PACE_MS);
    fleet.fill(1).await;
    let (api, vendors) = (fleet.api(), fleet.vendors());
    // The first issue and the first message are made, and whoever made them does not live to know it.
    for (vendor, operation) in [("linear", "issueCreate"), ("slack", "chat.postMessage")] {
        let lost = json!({"vendor": vendor, "operation": operation, "fault": "lost_answer", "delay_ms": NO_ANSWER_MS});
        vendors.trouble(&lost).await;
    }
    let chat = api.conversation().await;
    api.say(&chat, "full audit on the site").await;
    for (what, name) in [("issues", "spawner-1"), ("messages", "notifier-1")] {
        until(what, || async {
            let made = vendors.look("/sandbox/requests").await?["made"].take();
            (made[what].as_u64()? > 0).then_some(())
        })
        .await;
        fleet.kill_and_start(name).await;
    }
    for (wanted, name) in DEATHS {
        until("so many have ended", || async {
            (ended(&api, &chat).await? >= wanted).then_some(())
        })
        .await;
        fleet.kill_and_start(name).await;
    }
    // Beside what the stories are: their batch is an issue, and a report in Slack.
    let mut expected = Counts::expected(4);
    expected.issues += 1;
    expected.slack_messages += 1;
    counts::settle_at(&fleet, expected, 0).await;
    until("the batch is told everywhere", || async {
        let parents = parents(&vendors).await;
        let is_done = parents.len() == 1 && parents[0].0 == "completed" && parents[0].2.len() == 4;
        let told = (
            reports(&api, &chat).await.len(),
            slack_reports(&vendors).await,
        );
        assert!(told.0 <= 1 && told.1 <= 1, "told more than once: {told:?}");
        (is_done && told == (1, 1)).then_some(())
    })
    .await;
    let report = reports(&api, &chat).await.remove(0);
    let report = text(&report, "text");
    assert!(report.contains("**4 of 4 agents completed, "), "{report}");
}

/// How many stories of the only batch have ended, as the batch knows.
async fn ended(api: &Api, chat: &str) -> Option<usize> {
    let found = api
        .look(&format!("/api/v1/batches?conversation={chat}"))
        .await?;
    let found = found["batches"].as_array()?;
    assert!(found.len() <= 1, "{found:?}");
    let stories = found.first()?["stories"].as_array()?;
    assert_eq!(stories.len(), 4, "{found:?}");
    let ended = stories.iter().filter(|it| !text(it, "status").is_empty());
    Some(ended.count())
}
