//! How often each thing happened in the world.
use crate::system::harness::{Api, text};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// How often, by story.
type Times = BTreeMap<String, usize>;

pub struct Effects {
    /// Stories by how they ended.
    endings: Times,
    issues: usize,
    messages: usize,
    pull_requests: usize,
    completed: Vec<String>,
    told: Told,
}

/// Who was told of an ending, by story.
struct Told {
    chat: Times,
    slack: Times,
    pull_request: Times,
}

impl fmt::Debug for Effects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = |times: &Times| times.values().sum::<usize>();
        f.debug_struct("Effects")
            .field("endings", &self.endings)
            .field("issues", &self.issues)
            .field("pull_requests", &self.pull_requests)
            .field("told_in_chat", &sum(&self.told.chat))
            .field("told_in_slack", &sum(&self.told.slack))
            .finish_non_exhaustive()
    }
}

impl Effects {
    pub async fn of(api: &Api) -> Self {
        let stories = api.get("/api/v1/stories?limit=500").await["stories"].take();
        let stories = stories.as_array().unwrap();
        let mut endings = Times::new();
        for story in stories {
            *endings.entry(text(story, "status").to_owned()).or_default() += 1;
        }
        let completed = stories.iter().filter(|s| text(s, "status") == "completed");
        let completed = completed.map(|s| text(s, "id").to_owned()).collect();
        let [issues, messages, pull_requests] =
            api.made().await.map(|n| usize::try_from(n).unwrap());
        let told = Told {
            chat: times(api, "CompletionAnnounced").await,
            slack: times(api, "NotificationSent").await,
            pull_request: different_pull_requests(api).await,
        };
        Self {
            endings,
            issues,
            messages,
            pull_requests,
            completed,
            told,
        }
    }

    /// `None` while somebody has still to be told.
    pub fn settled(self) -> Option<Self> {
        let stories = self.endings.values().sum::<usize>();
        let all_told = self.told.chat.len() == stories && self.told.slack.len() == stories;
        (all_told && self.issues == stories).then_some(self)
    }

    pub fn happened_once(&self, sessions: usize) {
        let each_once = |what: &str, times: &Times| {
            let twice: Vec<_> = times.iter().filter(|(_, n)| **n > 1).collect();
            assert!(twice.is_empty(), "{what} more than once: {twice:?}");
        };
        assert_eq!(self.issues, sessions, "one issue a story");
        each_once("told in the chat", &self.told.chat);
        each_once("told in Slack", &self.told.slack);
        each_once("a pull request", &self.told.pull_request);
        assert_eq!(
            self.messages,
            self.told.slack.len(),
            "what Slack really shows"
        );
        for story in &self.completed {
            assert_eq!(self.told.pull_request.get(story), Some(&1), "{story}");
        }
        for ending in ["completed", "failed", "cancelled"] {
            assert!(self.endings.contains_key(ending), "{ending}: {self:?}");
        }
        // One may be opened by a run that was cancelled before it could write that down.
        let opened = self.told.pull_request.len();
        let most = opened + self.endings["cancelled"];
        assert!((opened..=most).contains(&self.pull_requests), "{self:?}");
    }
}

/// How often an event of this type names each story.
async fn times(api: &Api, event_type: &str) -> Times {
    let mut times = Times::new();
    for event in events(api, event_type).await {
        *times.entry(text(&event, "storyId").to_owned()).or_default() += 1;
    }
    times
}

/// How many different pull requests each story has. The sandbox has another address after every start, and one that
/// is found again under it is recorded again.
async fn different_pull_requests(api: &Api) -> Times {
    let mut numbers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for event in events(api, "PullRequestOpened").await {
        let of_story = numbers.entry(text(&event, "storyId").to_owned());
        of_story.or_default().insert(event["number"].to_string());
    }
    let count = |(story, numbers): (String, BTreeSet<String>)| (story, numbers.len());
    numbers.into_iter().map(count).collect()
}

async fn events(api: &Api, event_type: &str) -> Vec<Value> {
    let path = format!("/api/v1/events?type={event_type}&limit=1000");
    let mut page = api.get(&path).await;
    let events = page["events"].as_array_mut().expect("events").iter_mut();
    events.map(|event| event["data"].take()).collect()
}
