//! What must be true after every fault: each spawn ended, and everybody was told exactly once.
use super::place::Fleet;
use crate::harness::{Api, command, text, until};
use serde_json::Value;
use std::{collections::BTreeSet, time::Duration};
use tokio::time::Instant;

/// How long everything may take to come to rest after the last fault, and for each spawn.
const PATIENCE: Duration = Duration::from_secs(240);
const PATIENCE_EACH: Duration = Duration::from_secs(2);
/// Counting asks every process, which have better to do.
const POLL: Duration = Duration::from_secs(1);

/// How often each thing happened.
#[derive(Debug, Default, PartialEq, Eq, Clone)]
pub struct Counts {
    pub stories: usize,
    pub completed: usize,
    pub issues: u64,
    pub pull_requests: u64,
    pub slack_messages: u64,
    pub completions: usize,
    pub stories_told: usize,
    pub queued: usize,
}

impl Counts {
    pub fn expected(spawns: usize) -> Self {
        let each = spawns as u64;
        Self {
            stories: spawns,
            completed: spawns,
            issues: each,
            pull_requests: each,
            slack_messages: each,
            completions: spawns,
            stories_told: spawns,
            queued: 0,
        }
    }

    pub async fn of(fleet: &Fleet) -> Option<Self> {
        let (api, vendors) = (fleet.api(), fleet.vendors());
        let made = vendors.look("/sandbox/requests").await?["made"].take();
        let made = |what: &str| made[what].as_u64().unwrap_or(0);
        let stories = every(&api, "/api/v1/stories", "stories").await?;
        let told = events(&api, "CompletionAnnounced").await?;
        let stories_told: BTreeSet<_> = told.iter().map(|e| text(&e["data"], "storyId")).collect();
        Some(Self {
            stories: stories.len(),
            completed: stories
                .iter()
                .filter(|s| text(s, "status") == "completed")
                .count(),
            issues: made("issues"),
            pull_requests: made("pull_requests"),
            slack_messages: made("messages"),
            completions: told.len(),
            stories_told: stories_told.len(),
            queued: api.look("/api/v1/queue").await?.as_array()?.len(),
        })
    }
}

/// Waits until every group, of so many at least, is through with all that happened: what a dead process had in hand was
/// given to another, and what that does too often is done.
pub async fn caught_up(api: &Api, at_least: usize) {
    let end = Instant::now() + PATIENCE;
    loop {
        let said = match api.look("/api/v1/health").await {
            None => "nobody says how far the groups are".to_owned(),
            Some(health) => match behind(&health, at_least) {
                None => return,
                Some(behind) => behind,
            },
        };
        assert!(Instant::now() < end, "after {PATIENCE:?}: {said}");
        tokio::time::sleep(POLL).await;
    }
}

/// Which groups have not seen everything.
fn behind(health: &Value, at_least: usize) -> Option<String> {
    let groups = health["groups"].as_array().expect("groups");
    let is_behind = |g: &&Value| g["ackedThrough"] != g["head"];
    let behind: Vec<_> = groups.iter().filter(is_behind).collect();
    let is_through = groups.len() >= at_least && behind.is_empty();
    (!is_through).then(|| format!("{} of {at_least} groups, behind: {behind:?}", groups.len()))
}

/// Waits until everything has come to rest, and holds it against what was asked for.
pub async fn settle(fleet: &Fleet, spawns: usize, seed: u64) {
    settle_at(fleet, Counts::expected(spawns), seed).await;
}

/// As [`settle`], where more is made than stories.
pub async fn settle_at(fleet: &Fleet, expected: Counts, seed: u64) {
    let spawned = u32::try_from(expected.stories).expect("a small number");
    let end = Instant::now() + PATIENCE + PATIENCE_EACH * spawned;
    let mut counts = Counts::default();
    while counts != expected && Instant::now() < end {
        if let Some(now) = Counts::of(fleet).await {
            counts = now;
        }
        tokio::time::sleep(POLL).await;
    }
    println!("seed {seed}: {counts:?}");
    if counts != expected {
        let others = unfinished(fleet).await;
        panic!(
            "seed {seed}: {counts:?}, not {expected:?}\n{others}\n{}",
            fleet.logs()
        );
    }
    caught_up(&fleet.api(), 1).await;
    let after = until("the counts", || Counts::of(fleet)).await;
    assert_eq!(
        after, expected,
        "seed {seed}: done again by whoever came later"
    );
    let output = command(&["audit", "verify", "--url", &fleet.api().url])
        .output()
        .await
        .expect("errand runs");
    assert!(
        output.status.success(),
        "the read models differ from a replay: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// What the API says of every story that is not completed, for a test that failed.
async fn unfinished(fleet: &Fleet) -> String {
    let api = fleet.api();
    let mut all = String::new();
    let stories = every(&api, "/api/v1/stories", "stories").await;
    for story in stories.unwrap_or_default() {
        if text(&story, "status") != "completed" {
            let page = api
                .look(&format!("/api/v1/stories/{}", text(&story, "id")))
                .await;
            all += &format!("{}\n", page.unwrap_or(story));
        }
    }
    all
}

/// All pages of a list.
async fn every(api: &Api, path: &str, name: &str) -> Option<Vec<Value>> {
    let mut all = Vec::new();
    let mut before = String::new();
    loop {
        let page = api.look(&format!("{path}?limit=500{before}")).await?;
        all.extend(page[name].as_array()?.iter().cloned());
        match page["next"].as_i64() {
            Some(next) => before = format!("&before={next}"),
            None => return Some(all),
        }
    }
}

async fn events(api: &Api, event_type: &str) -> Option<Vec<Value>> {
    let mut all = Vec::new();
    let mut from = 0;
    loop {
        let path = format!("/api/v1/events?type={event_type}&limit=1000&from={from}");
        let page = api.look(&path).await?;
        all.extend(page["events"].as_array()?.iter().cloned());
        match page["next"].as_u64() {
            Some(next) => from = next,
            None => return Some(all),
        }
    }
}
