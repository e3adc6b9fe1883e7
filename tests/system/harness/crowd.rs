//! Many people who each ask for an agent at once, and what must be recorded of that in the end.
use super::{Api, api::client, text};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};
use uuid::Uuid;

/// How many people, where it shall be more than usual, e.g. 1000.
const CROWD_VARIABLE: &str = "ERRAND_TEST_CROWD";
/// How many speak at the same time.
pub const AT_ONCE: usize = 1_000;
/// Longer than a dashboard waits for the chat.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(25);

pub struct Person {
    pub conversation: String,
    pub message: String,
    number: usize,
    http: reqwest::Client,
}

/// As many as the environment says, or as usual.
pub fn people(usual: usize) -> Vec<Person> {
    let crowd = std::env::var(CROWD_VARIABLE).ok();
    let crowd = crowd.map_or(usual, |n| n.parse().expect("a number"));
    let http = client().timeout(ANSWER_TIMEOUT).build();
    let http = http.expect("a client");
    (0..crowd).map(|n| Person::new(n, http.clone())).collect()
}

impl Person {
    fn new(number: usize, http: reqwest::Client) -> Self {
        Self {
            conversation: Uuid::new_v4().to_string(),
            message: Uuid::new_v4().to_string(),
            number,
            http,
        }
    }

    /// As a browser does: the same ids again whenever no answer came. `false` when none came now.
    pub async fn speak(&self, url: &str) -> bool {
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
            let answer = self.http.post(url).json(&body).send().await;
            if !answer.is_ok_and(|answer| answer.status().is_success()) {
                return false;
            }
        }
        true
    }
}

/// Each was heard once, spawned once and answered to the end once.
pub async fn spawned_once(api: &Api, people: &[Person]) {
    let messages = || people.iter().map(|p| &p.message);
    let conversations = || people.iter().map(|p| &p.conversation);
    let said = recorded(api, "UserMessagePosted").await;
    assert_eq!(each(&said, "messageId"), once(messages()));
    let spawned = recorded(api, "AgentSpawnRequested").await;
    assert_eq!(each(&spawned, "conversationId"), once(conversations()));
    let stories = recorded(api, "StoryCreated").await;
    assert_eq!(each(&stories, "conversationId"), once(conversations()));
    let replies = whole(&recorded(api, "AssistantReplied").await);
    assert_eq!(each(&replies, "inReplyTo"), once(messages()));
}

/// How many replies came to their end.
pub async fn answered(api: &Api) -> usize {
    whole(&recorded(api, "AssistantReplied").await).len()
}

/// The messages of all events of a type.
pub async fn recorded(api: &Api, kind: &str) -> Vec<Value> {
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
