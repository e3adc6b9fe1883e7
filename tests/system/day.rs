//! A day in the life: many sessions with agents that crash and hang, people who cancel, and executors that are killed.
//! In the evening every session is ended, nothing is left on the machine, and every effect happened once.
mod effects;
mod remains;

use super::chance::Chance;
use super::harness::{Errand, text, until_within};
use effects::Effects;
use serde_json::{Value, json};
use std::{fs, time::Duration};
use tempfile::TempDir;
use tokio::time::Instant;

const SESSIONS_VARIABLE: &str = "ERRAND_DAY_SESSIONS";
/// As many as a test run has time for; the full measure is 200.
const USUAL_SESSIONS: usize = 40;
const SEED: u64 = 20_261_127;
/// What the agents do, each as likely as the others; half of them work as they should.
const DEEDS: [&str; 16] = [
    "",
    "",
    "",
    "",
    "",
    "",
    "demo:slow",
    "demo:orphan",
    "demo:crash",
    "demo:crash",
    "demo:hang",
    "demo:hang",
    "demo:garbage",
    "demo:nothing",
    "demo:refuse",
    "demo:error",
];
const ENVIRONMENT: [(&str, &str); 5] = [
    ("ERRAND_SLOTS", "6"),
    ("ERRAND_SESSIONS_PER_PROJECT", "6"),
    ("ERRAND_LEASE_SECONDS", "3"),
    ("ERRAND_STALL_SECONDS", "6"),
    ("ERRAND_DEMO_PACE_MS", "10"),
];
/// A failure that may pass would be tried again minutes later.
const CONFIGURATION: &str = "[agents.codegen]\nretries = 0\n";
/// One in so many spawns is followed by a cancel, and by a kill.
const CANCEL_ONE_IN: u64 = 5;
const KILL_ONE_IN: u64 = 7;
/// The longest life before a kill.
const LONGEST_LIFE_MS: u64 = 800;
/// How long all may take to come to rest, and for each session.
const PATIENCE: Duration = Duration::from_secs(60);
const PATIENCE_EACH: Duration = Duration::from_secs(4);
const POLL: Duration = Duration::from_millis(200);

/// What was done to the sessions.
#[derive(Debug, Default)]
struct Deeds {
    spawns: usize,
    cancels: usize,
    kills: usize,
}

#[tokio::test]
async fn after_a_day_of_crashes_hangs_cancels_and_kills_nothing_is_left_and_all_was_done_once() {
    let sessions = std::env::var(SESSIONS_VARIABLE).map_or(USUAL_SESSIONS, |n| n.parse().unwrap());
    let mut chance = Chance::new(SEED);
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("errand.toml"), CONFIGURATION).unwrap();
    let mut errand = Errand::up_in(folder, &[], &ENVIRONMENT).await;
    let deeds = live(&mut errand, sessions, &mut chance).await;
    let patience = PATIENCE + PATIENCE_EACH * u32::try_from(sessions).unwrap();
    rest(&errand, patience).await;
    let effects = until_within(PATIENCE, "everybody was told", || async {
        Effects::of(&errand.api).await.settled()
    })
    .await;
    println!("seed {}: {deeds:?}, {effects:?}", chance.seed);
    assert!(deeds.cancels > 0 && deeds.kills > 0, "{deeds:?}");
    effects.happened_once(sessions);
    // What ended sessions left is removed from time to time, and at each start.
    errand.interrupt().await;
    errand.start_again().await;
    nothing_is_left(&errand).await;
}

/// Spawns all, and meanwhile cancels some and kills everything at random moments.
async fn live(errand: &mut Errand, sessions: usize, chance: &mut Chance) -> Deeds {
    let mut deeds = Deeds::default();
    let mut stories = Vec::new();
    while deeds.spawns < sessions {
        let prompt = format!(
            "{} add a README section number {}",
            chance.one_of(&DEEDS),
            deeds.spawns
        );
        stories.push(spawn(errand, &prompt).await);
        deeds.spawns += 1;
        if chance.below(CANCEL_ONE_IN) == 0 {
            let story: &String = chance.one_of(&stories);
            deeds.cancels += usize::from(cancel(errand, story).await);
        }
        if chance.below(KILL_ONE_IN) == 0 {
            // This is the fault itself, not a wait for something: the process is killed at this age.
            tokio::time::sleep(Duration::from_millis(chance.below(LONGEST_LIFE_MS))).await;
            errand.kill().await;
            errand.start_again().await;
            deeds.kills += 1;
        }
    }
    deeds
}

async fn spawn(errand: &Errand, prompt: &str) -> String {
    let wish = json!({"agent": "codegen", "prompt": prompt});
    let (status, body) = errand.api.post("/api/v1/stories", &wish).await;
    assert_eq!(status, 201, "{body}");
    text(&body, "storyId").to_owned()
}

/// `false` when the story had ended before.
async fn cancel(errand: &Errand, story: &str) -> bool {
    let path = format!("/api/v1/stories/{story}/cancel");
    let (status, body) = errand
        .api
        .post(&path, &json!({"reason": "not today"}))
        .await;
    assert!(matches!(status, 200 | 404 | 409), "{status} {body}");
    status == 200
}

/// Waits until every story and every session has ended.
async fn rest(errand: &Errand, patience: Duration) {
    let end = Instant::now() + patience;
    loop {
        let open = unfinished(errand).await;
        if Instant::now() >= end {
            println!("{}", errand.api.get("/api/v1/queue").await);
            let log = std::fs::read_to_string(errand.data.path().join("errand.log")).unwrap();
            std::fs::write("/tmp/trace-day.log", log).unwrap();
            std::process::Command::new("cp")
                .args([
                    "-a",
                    errand.data.path().to_str().unwrap(),
                    "/tmp/trace-day-data",
                ])
                .status()
                .unwrap();
            std::fs::write(
                "/tmp/trace-day.ps",
                String::from_utf8_lossy(
                    &std::process::Command::new("ps")
                        .args(["axfww"])
                        .output()
                        .unwrap()
                        .stdout,
                )
                .as_bytes(),
            )
            .unwrap();
        }
        if open.is_empty() {
            return;
        }
        assert!(
            Instant::now() < end,
            "not ended after {patience:?}: {open:#?}"
        );
        tokio::time::sleep(POLL).await;
    }
}

async fn unfinished(errand: &Errand) -> Vec<String> {
    let mut open = Vec::new();
    for list in ["stories", "sessions"] {
        let page = errand.api.get(&format!("/api/v1/{list}?limit=500")).await;
        let records = page[list].as_array().unwrap().iter();
        let is_open =
            |r: &&Value| !["completed", "failed", "cancelled"].contains(&text(r, "status"));
        let word = |r: &Value| {
            format!(
                "{list} {} {}: {}",
                text(r, "id"),
                text(r, "status"),
                text(r, "prompt")
            )
        };
        open.extend(records.filter(is_open).map(word));
    }
    open
}

/// What was killed takes a moment to die, and cleaning begins with the process.
async fn nothing_is_left(errand: &Errand) {
    let end = Instant::now() + PATIENCE;
    loop {
        let left = remains::of(errand.data.path());
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < end, "left after {PATIENCE:?}: {left:#?}");
        tokio::time::sleep(POLL).await;
    }
}
