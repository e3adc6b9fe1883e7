//! Which batch a story is in. Stories and batches begin independently of each other, in either order.
use super::StoryRow;
use crate::{batches::MAX_BATCH_STORIES, db::RowSet, projection::Fact};
use errand_proto::{BatchEvent, Event, StoryEvent, v1};
use std::collections::HashSet;

table! {
    /// A story that its batch names before it exists.
    pub struct EarlyRow in "story_batches" key (id) {
        pub id: String,
        pub batch_id: String,
    }
}

/// The stories that an event of a batch names.
pub(super) fn named(fact: &Fact) -> impl Iterator<Item = &str> {
    let ids = match &fact.event {
        Ok(Event::Batch(BatchEvent::BatchOpened(e))) => e.story_ids.as_slice(),
        _ => &[],
    };
    ids.iter().take(MAX_BATCH_STORIES).map(String::as_str)
}

/// The stories that begin here, of which a batch may have told already.
pub(super) fn created(facts: &[Fact]) -> HashSet<&str> {
    let begins = |fact: &&Fact| matches!(fact.event, Ok(Event::Story(StoryEvent::StoryCreated(_))));
    let created = facts.iter().filter(begins);
    created.map(|fact| fact.subject.id()).collect()
}

/// Those that exist learn their batch, the others when they begin. It is no event of the stories: when they changed last
/// stays as it was.
pub(super) fn open(e: &v1::BatchOpened, rows: &mut RowSet<StoryRow>, early: &mut RowSet<EarlyRow>) {
    for id in e.story_ids.iter().take(MAX_BATCH_STORIES) {
        match rows.find(id) {
            Some(row) => row.batch_id.clone_from(&e.id),
            None => early.put(
                id,
                EarlyRow {
                    id: id.clone(),
                    batch_id: e.id.clone(),
                },
            ),
        }
    }
}
