//! How long people waited: from the request to the link, and from the story to its end. Told once, by whoever
//! recorded it.
use crate::{Spawner, story::Story};
use errand_eventlog::{
    Seq,
    aggregate::now_us,
    metrics::{LONG, Seconds, USUAL},
    subscriber::Incoming,
};
use errand_proto::{AggregateKind, StoryEvent, Subject};
use std::time::Duration;

static LINK: Seconds = Seconds::new(
    "errand.spawn.link.duration",
    "Time from the request of a spawn to its Linear link",
    USUAL,
);
static STORY: Seconds = Seconds::new(
    "errand.story.duration",
    "Time from a story's first event to its end, by outcome",
    LONG,
);

/// A story is created right after its request; further back in the log the request is not looked for.
const LOOK_BACK: Seq = 500;

/// `created` is the event that began `story`.
pub async fn linked(spawner: &Spawner, created: &Incoming, story: &Story) {
    let requested = requested_us(spawner, created, story).await;
    let began = requested.unwrap_or(created.recorded.envelope.time_us);
    LINK.record(since(began), &[]);
}

async fn requested_us(spawner: &Spawner, created: &Incoming, story: &Story) -> Option<i64> {
    let (kind, id) = (AggregateKind::Conversation, &story.facts.0.conversation_id);
    let conversation = Subject::new(&spawner.workspace, kind, id).ok()?;
    let after = created.seq().saturating_sub(LOOK_BACK);
    let events = spawner.log.load(&conversation, after).await.ok()?;
    let request = created.recorded.envelope.causation_id;
    let request = events.iter().find(|e| e.envelope.id == request)?;
    Some(request.envelope.time_us)
}

/// Does nothing unless `event` ends the story.
pub async fn ended(spawner: &Spawner, id: &str, event: &StoryEvent) {
    let (status, session, story) = match event {
        StoryEvent::StoryCompleted(e) => ("completed", &e.session_id, &e.story),
        StoryEvent::StoryFailed(e) => ("failed", &e.session_id, &e.story),
        StoryEvent::StoryCancelled(e) => ("cancelled", &e.session_id, &e.story),
        _ => return,
    };
    let conversation = story.as_ref().map(|s| s.conversation_id.as_str());
    tracing::info!(story = id, session, conversation, status, "story ended");
    if let Some(began) = began_us(spawner, id).await {
        STORY.record(since(began), &[("outcome", status)]);
    }
}

async fn began_us(spawner: &Spawner, id: &str) -> Option<i64> {
    let subject = Subject::new(&spawner.workspace, AggregateKind::Story, id).ok()?;
    let events = spawner.log.load(&subject, 0).await.ok()?;
    Some(events.first()?.envelope.time_us)
}

fn since(us: i64) -> Duration {
    Duration::from_micros(u64::try_from(now_us() - us).unwrap_or(0))
}
