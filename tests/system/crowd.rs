//! Many conversations at once, each spawning, and chat killed in the middle: nothing is lost and nothing doubled.
use super::harness::{Api, Errand, text, until_within};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};
use uuid::Uuid;

/// How many conversations, where it shall be more than usual, e.g. 1000.
const CROWD_VARIABLE: &str = "ERRAND_TEST_CROWD";
const USUAL_CROWD: usize = 40;
const AT_ONCE: usize = 1_000;
/// A crowd of a thousand on a small machine.
const PATIENCE: Duration = Duration::from_secs(300);

struct Person {
    conversation: String,
    message: String,
    number: usize,
}

impl Person {
    fn new(number: usize) -> Self {
        Self {
            conversation: Uuid::new_v4().to_string(),
            message: Uuid::new_v4().to_string(),
            number,
        }
    }

    /// As a browser does: the same ids again whenever no answer came. `false` when none came now.
    async fn speak(&self, url: &str) -> bool {
        let http = reqwest::Client::new();
        let conversations = format!("{url}/api/v1/conversations");
        let words = format!("build contact form number {}", self.number);
        let said = json!({"messageId": self.message, "text": words});
        let requests = [
            (conversations.clone(), json!({"id": self.conversation})),
            (
                format!("{conversations}/{}/messages", self.conversation),
                said,
            ),
        ];
        for (url, body) in requests {
            let answer = http.post(url).json(&body).send().await;
            if !answer.is_ok_and(|answer| answer.status().is_success()) {
                return false;
            }
        }
        true
    }
}

#[tokio::test]
async fn a_crowd_spawns_once_each_though_chat_is_killed_in_the_middle() {
    let crowd = std::env::var(CROWD_VARIABLE).ok();
    let crowd = crowd.map_or(USUAL_CROWD, |n| n.parse().expect("a number"));
    // The stories wait for approval: this is about the chat, and no agent takes its time.
    let waiting = [("ERRAND_POLICY", "needs_approval")];
    let mut errand = Errand::up_with(&[], &waiting).await;
    let people: Vec<_> = (0..crowd).map(Person::new).collect();
    let url = errand.api.url.clone();
    let mut speaking = stream::iter(&people)
        .map(|person| person.speak(&url))
        .buffer_unordered(AT_ONCE);
    // Half of them were heard; the others are under way.
    for _ in 0..crowd.div_ceil(2) {
        assert_eq!(speaking.next().await, Some(true));
    }
    errand.kill().await;
    drop(speaking);
    errand.start_again().await;
    let url = errand.api.url.clone();
    let again = stream::iter(&people).map(|person| person.speak(&url));
    let heard: Vec<_> = again.buffer_unordered(AT_ONCE).collect().await;
    assert!(heard.iter().all(|heard| *heard), "all were heard");

    until_within(
        PATIENCE,
        "every conversation has its spawn and reply",
        || async {
            let [spawned, ended] = [
                recorded(&errand.api, "SpawnAnnounced").await.len(),
                whole(&recorded(&errand.api, "AssistantReplied").await).len(),
            ];
            (spawned >= crowd && ended >= crowd).then_some(())
        },
    )
    .await;
    let api = &errand.api;
    let said = recorded(api, "UserMessagePosted").await;
    assert_eq!(
        each(&said, "messageId"),
        once(people.iter().map(|p| &p.message))
    );
    let spawned = recorded(api, "AgentSpawnRequested").await;
    let conversations = || people.iter().map(|p| &p.conversation);
    assert_eq!(each(&spawned, "conversationId"), once(conversations()));
    let stories = recorded(api, "StoryCreated").await;
    assert_eq!(each(&stories, "conversationId"), once(conversations()));
    let replies = whole(&recorded(api, "AssistantReplied").await);
    assert_eq!(
        each(&replies, "inReplyTo"),
        once(people.iter().map(|p| &p.message))
    );
}

/// The messages of all events of a type.
async fn recorded(api: &Api, kind: &str) -> Vec<Value> {
    let (mut found, mut from) = (Vec::new(), 1);
    loop {
        let path = format!("/api/v1/events?type={kind}&limit=1000&from={from}");
        let page = api.get(&path).await;
        let events = page["events"].as_array().expect("events");
        found.extend(events.iter().map(|event| event["data"].clone()));
        match page["next"].as_u64() {
            Some(next) => from = next,
            None => return found,
        }
    }
}

/// Replies to their end, without the parts before a spawn.
fn whole(replies: &[Value]) -> Vec<Value> {
    let ended = replies.iter().filter(|reply| reply["continues"] != true);
    ended.cloned().collect()
}

fn each(events: &[Value], key: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for event in events {
        *counts.entry(text(event, key).to_owned()).or_default() += 1;
    }
    counts
}

fn once<'a>(ids: impl Iterator<Item = &'a String>) -> BTreeMap<String, usize> {
    ids.map(|id| (id.clone(), 1)).collect()
}
