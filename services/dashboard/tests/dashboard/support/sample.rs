//! A journey as it is recorded: one story running, one completed, one failed, one waiting for a person, one queued.
mod conversation;
mod stories;

use super::World;
use errand_eventlog::{Job, JobQueue as _};
use std::time::{SystemTime, UNIX_EPOCH};
use stories::Outline;
use uuid::Uuid;

const MINUTE_US: i64 = 60_000_000;

/// What the tests look for.
pub struct Ids {
    pub conversation: String,
    pub running: String,
    pub completed: String,
    pub failed: String,
    pub asking: String,
    pub queued: String,
    pub needs_approval: String,
    /// The reply with unpressed buttons.
    pub offer: String,
    pub failed_reply: String,
    pub question: String,
}

pub fn id(name: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
}

pub fn session_of(story: &str) -> String {
    id(&format!("session {story}"))
}

pub fn now_us() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_micros()).unwrap()
}

pub async fn sample(world: &World) -> Ids {
    let ids = Ids {
        conversation: id("conversation"),
        running: id("running"),
        completed: id("completed"),
        failed: id("failed"),
        asking: id("asking"),
        queued: id("queued"),
        needs_approval: id("needs approval"),
        offer: id("offer"),
        failed_reply: id("failed reply"),
        question: id("question"),
    };
    let start = now_us() - 50 * MINUTE_US;
    conversation::begin(world, &ids, start).await;
    stories::completed(world, &ids, start + MINUTE_US).await;
    conversation::completed(world, &ids, start + 6 * MINUTE_US).await;
    stories::failed(world, &ids, start + 10 * MINUTE_US).await;
    conversation::broken(world, &ids, start + 40 * MINUTE_US).await;
    stories::running(world, &ids, start + 46 * MINUTE_US).await;
    stories::asking(world, &ids, start + 47 * MINUTE_US).await;
    stories::needs_approval(world, &ids, start + 48 * MINUTE_US).await;
    let outline = Outline::new(
        &ids.queued,
        &ids.conversation,
        "seo",
        "SEO",
        "Write descriptions and titles for all pages",
    );
    stories::queue(world, &outline, start + 48 * MINUTE_US).await;
    conversation::spawned(world, &ids, start + 48 * MINUTE_US).await;
    enqueue(world, &ids.queued, start + 48 * MINUTE_US).await;
    world.settle().await;
    ids
}

async fn enqueue(world: &World, story: &str, time_us: i64) {
    let job = Job {
        id: session_of(story).parse().unwrap(),
        story_id: story.to_owned(),
        project_id: "sample-site".into(),
        priority: 1,
        enqueued_us: time_us,
    };
    world.log.enqueue(job).await.unwrap();
}
