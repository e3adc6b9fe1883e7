//! A story as it was equals what the live tables said at that point.
use crate::{
    feed::{Feed, START_US},
    histories::{Histories, Variety},
    support::{self, Running},
};
use errand_eventlog::Seq;
use errand_projections::{
    Db,
    as_of::{Point, StoryHistory},
    sessions::SessionFilter,
    stories::StoryFilter,
};
use errand_proto::{BatchEvent, Event, StoryEvent};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};

const STORIES: usize = 4;

/// Everything that a story's page reads; `null` before the story existed.
async fn record(db: &Db, id: &str) -> Value {
    let Some(story) = db.story(id).await.unwrap() else {
        return Value::Null;
    };
    let filter = SessionFilter {
        story: Some(id.to_owned()),
        ..SessionFilter::default()
    };
    let mut details = Vec::new();
    for session in db.sessions(&filter).await.unwrap() {
        details.push(db.session(&session.id).await.unwrap());
    }
    let told = db.notifications(id).await.unwrap();
    json!({"story": story, "sessions": details, "told": told})
}

/// What the live tables said of every story after each event.
struct Lived {
    db: Db,
    stories: Vec<String>,
    said: BTreeMap<Seq, BTreeMap<String, Value>>,
}

async fn live(feed: &Feed, seed: u64) -> Lived {
    let db = Db::in_memory().await.unwrap();
    let running = Running::start(&db, feed);
    let mut said = BTreeMap::new();
    for (subject, event) in Histories::new(seed, Variety::Everything, STORIES) {
        let seq = feed.add(&subject, &event);
        running.reach(seq).await;
        let mut now = BTreeMap::new();
        for story in db.stories(&StoryFilter::default()).await.unwrap() {
            let record = record(&db, &story.id).await;
            now.insert(story.row.id, record);
        }
        said.insert(seq, now);
    }
    running.stop().await;
    let stories = said.values().last().unwrap().keys().cloned().collect();
    Lived { db, stories, said }
}

async fn history(feed: &Feed, db: &Db, story: &str) -> StoryHistory {
    let told = db.notifications(story).await.unwrap();
    let told = told.into_iter().map(|n| n.id);
    StoryHistory::load(feed, "main", story, told).await.unwrap()
}

/// Histories in which a batch is opened before one of its stories begins, or else after.
fn with_a_batch(before: bool) -> u64 {
    let has_one = |seed: &u64| {
        let mut begun = HashSet::new();
        let mut steps = Histories::new(*seed, Variety::Everything, STORIES);
        steps.any(|(_, event)| match event {
            Event::Story(StoryEvent::StoryCreated(e)) => {
                begun.insert(e.id);
                false
            }
            Event::Batch(BatchEvent::BatchOpened(e)) => {
                e.story_ids.iter().any(|id| begun.contains(id) != before)
            }
            _ => false,
        })
    };
    (0..1_000).find(has_one).unwrap()
}

#[tokio::test]
async fn at_every_sequence_a_story_is_what_the_live_tables_said_then() {
    for seed in [7, with_a_batch(true), with_a_batch(false)] {
        was_so_at_every_sequence(seed).await;
    }
}

async fn was_so_at_every_sequence(seed: u64) {
    let feed = Feed::new(1);
    let lived = live(&feed, seed).await;
    assert_eq!(lived.stories.len(), STORIES);
    for id in &lived.stories {
        let history = history(&feed, &lived.db, id).await;
        let mut folded = ((usize::MAX, 0), Value::Null);
        for (seq, said) in &lived.said {
            let point = Point::Seq(*seq);
            // The same events give the same tables; they are folded once.
            let events = (history.until(point).len(), history.openings(point).count());
            if folded.0 != events {
                folded = (
                    events,
                    record(&history.as_of(point).await.unwrap(), id).await,
                );
            }
            let then = said.get(id).unwrap_or(&Value::Null);
            assert_eq!(&folded.1, then, "story {id} at {seq}, seed {seed}");
        }
        assert_eq!(folded.1, record(&lived.db, id).await, "story {id} now");
    }
}

#[tokio::test]
async fn a_moment_is_the_last_event_recorded_by_then() {
    let feed = Feed::new(100);
    support::story(&feed, "s0");
    support::story(&feed, "s1");
    support::story(&feed, "s2");
    let history = StoryHistory::load(&feed, "main", "s1", []).await.unwrap();
    let at = |us: i64| history.until(Point::Time(START_US + us)).len();
    // Each event comes a millisecond after the one before; this story is the second.
    assert_eq!([at(1_999), at(2_000), at(1_000_000)], [0, 1, 1]);
    let before = history.as_of(Point::Seq(1)).await.unwrap();
    assert!(before.story("s1").await.unwrap().is_none());
}

#[tokio::test]
async fn an_unknown_story_has_no_events() {
    let feed = Feed::new(100);
    support::story(&feed, "s1");
    let history = StoryHistory::load(&feed, "main", "s2", []).await.unwrap();
    assert!(history.events().is_empty());
}
