//! What Prometheus gets to see.
use super::exposition::Scrape;
use crate::system::harness::{Api, Errand, text, until};
use serde_json::{Value, json};

const P1_WAITING: &[(&str, &str)] = &[("priority", "P1"), ("state", "waiting")];
const P1_RUNNING: &[(&str, &str)] = &[("priority", "P1"), ("state", "running")];

type Sample = (&'static str, &'static [(&'static str, &'static str)], f64);

const CALLS: &str = "errand_vendor_call_duration_seconds_count";
const ATTEMPTS: &str = "errand_subscriber_attempt_duration_seconds_count";

/// When everybody was told and everything was read.
const AT_REST: &[Sample] = &[
    (
        CALLS,
        &[
            ("operation", "post"),
            ("outcome", "ok"),
            ("vendor", "slack"),
        ],
        1.0,
    ),
    (
        "errand_subscriber_lag_events",
        &[("subscriber", "notifier-tell-slack")],
        0.0,
    ),
    (
        "errand_projection_lag_events",
        &[("projection", "stories")],
        0.0,
    ),
    ("errand_queue_jobs", P1_RUNNING, 0.0),
    ("errand_sessions_running", &[], 0.0),
];
const EXACT: &[Sample] = &[
    (
        ATTEMPTS,
        &[("outcome", "done"), ("subscriber", "spawner-open-story")],
        1.0,
    ),
    ("errand_spawn_link_duration_seconds_count", &[], 1.0),
    (
        "errand_story_duration_seconds_count",
        &[("outcome", "completed")],
        1.0,
    ),
    (
        CALLS,
        &[
            ("operation", "create_issue"),
            ("outcome", "ok"),
            ("vendor", "linear"),
        ],
        1.0,
    ),
    (
        CALLS,
        &[
            ("operation", "ensure_pull_request"),
            ("outcome", "ok"),
            ("vendor", "github"),
        ],
        1.0,
    ),
    (
        "errand_dead_letters",
        &[("subscriber", "spawner-open-story")],
        0.0,
    ),
    (
        "errand_projection_failed",
        &[("projection", "stories")],
        0.0,
    ),
    ("errand_store_up", &[("store", "log")], 1.0),
    ("errand_store_up", &[("store", "queue")], 1.0),
    ("errand_store_up", &[("store", "dead_letters")], 1.0),
    ("errand_store_up", &[("store", "projections")], 1.0),
];
const AT_LEAST: &[Sample] = &[
    (
        "errand_append_duration_seconds_count",
        &[("aggregate", "story"), ("outcome", "stored")],
        5.0,
    ),
    ("errand_llm_first_token_duration_seconds_count", &[], 1.0),
    ("errand_log_last_sequence", &[], 15.0),
    ("process_resident_memory_bytes", &[], 1e6),
    ("process_start_time_seconds", &[], 1.7e9),
];

/// Waits for a scrape that is as wanted.
async fn scraped(api: &Api, what: &str, is_so: impl Fn(&Scrape) -> bool) -> Scrape {
    until(what, || async {
        let scrape = Scrape::read(&api.page("/metrics").await);
        is_so(&scrape).then_some(scrape)
    })
    .await
}

async fn spawn(api: &Api, prompt: &str) -> Value {
    let wish = json!({"agent": "codegen", "prompt": prompt});
    let (status, spawned) = api.post("/api/v1/stories", &wish).await;
    assert_eq!(status, 201, "{spawned}");
    spawned
}

#[tokio::test]
async fn the_measures_tell_of_the_story_that_was_run() {
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    let chat = api.conversation().await;
    api.say(&chat, "build email capture for the hero").await;
    api.hear(&chat, "🎉 Code Generation complete! PR: ").await;
    let scrape = scraped(api, "everything told and read", |s| {
        let all_told = |(name, labels, value): &Sample| s.value(name, labels) == Some(*value);
        AT_REST.iter().all(all_told)
    })
    .await;
    for (name, labels, value) in EXACT {
        assert_eq!(
            scrape.value(name, labels),
            Some(*value),
            "{name} {labels:?}"
        );
    }
    for (name, labels, least) in AT_LEAST {
        assert!(scrape.value(name, labels) >= Some(*least), "{name}");
    }
    is_well_named(&scrape);
}

/// Units are in the names, and no label holds an id.
fn is_well_named(scrape: &Scrape) {
    for (name, kind) in scrape.families() {
        assert_eq!(kind == "counter", name.ends_with("_total"), "{name}");
        if kind == "histogram" {
            assert!(name.ends_with("_seconds"), "{name}");
        }
    }
    for value in scrape.label_values() {
        assert!(uuid::Uuid::parse_str(value).is_err(), "{value} is an id");
    }
}

#[tokio::test]
async fn the_queue_is_seen_while_it_waits() {
    let errand = Errand::up_with(&[], &[("ERRAND_SESSIONS_PER_PROJECT", "1")]).await;
    let api = &errand.api;
    let first = spawn(api, "build it\ndemo:hang").await;
    let second = spawn(api, "build it\ndemo:hang").await;
    scraped(api, "one that runs and one that waits", |s| {
        s.value("errand_queue_jobs", P1_RUNNING) == Some(1.0)
            && s.value("errand_queue_jobs", P1_WAITING) == Some(1.0)
            && s.value("errand_sessions_running", &[]) == Some(1.0)
            && s.value("errand_queue_oldest_wait_seconds", &[("priority", "P1")]) > Some(0.0)
    })
    .await;
    for spawned in [second, first] {
        let cancel = format!("/api/v1/stories/{}/cancel", text(&spawned, "storyId"));
        api.post(&cancel, &json!({"reason": "enough"})).await;
    }
    scraped(api, "both cancelled", |s| {
        let ended = "errand_story_duration_seconds_count";
        s.value(ended, &[("outcome", "cancelled")]) == Some(2.0)
            && s.value("errand_sessions_running", &[]) == Some(0.0)
    })
    .await;
}

#[tokio::test]
async fn a_process_says_that_it_lives_and_is_ready() {
    let errand = Errand::up(&[]).await;
    assert_eq!(errand.api.page("/healthz").await, "ok\n");
    let ready = errand.api.get("/readyz").await;
    let checks = json!({"database": "ok", "log": "ok", "projections": "ok"});
    assert_eq!(ready, json!({"ready": true, "checks": checks}));
}
