//! A story as it was at any point of the log: its streams, folded up to there by the projections that keep the live
//! tables, into a small database of their own.
use crate::{
    Db, Result,
    checkpoint::Checkpoint,
    notifications::Notifications,
    projection::Projection,
    projector::batch::{Cursor, take},
    sessions::Sessions,
    stories::Stories,
};
use errand_eventlog::{EventLog, LogError, Recorded, Seq};
use errand_proto::{AggregateKind, BatchEvent, Event, StoryEvent, Subject, batch_id};
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

/// A point of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// After the event of this sequence.
    Seq(Seq),
    /// At this moment, in microseconds since the Unix epoch.
    Time(i64),
}

/// Every event of a story, of its sessions and of what people outside were told, in log order.
#[derive(Debug, Clone)]
pub struct StoryHistory {
    events: Vec<Arc<Recorded>>,
    /// Where a batch names this story. They are the batch's own events, but only they tell that the story is in it.
    openings: Vec<Arc<Recorded>>,
}

impl StoryHistory {
    /// Reads the log alone: the story's own events name its sessions. Nothing tells which notifications are about it
    /// but the read model, so the caller gives their ids. Without events there is no such story.
    ///
    /// # Errors
    /// The log fails, or an event of the story cannot be read.
    pub async fn load(
        log: &dyn EventLog,
        workspace: &str,
        story_id: &str,
        notifications: impl IntoIterator<Item = String>,
    ) -> Result<Self> {
        let stream = |kind, id: &str| {
            Subject::new(workspace, kind, id).map_err(|e| LogError::Rejected(e.to_string()))
        };
        let story = stream(AggregateKind::Story, story_id)?;
        let mut events = log.load(&story, 0).await?;
        let mut streams = Vec::new();
        for id in sessions(&events)? {
            streams.push(stream(AggregateKind::Session, &id)?);
        }
        for id in notifications {
            streams.push(stream(AggregateKind::Notification, &id)?);
        }
        for stream in &streams {
            events.extend(log.load(stream, 0).await?);
        }
        let mut openings = match possible_batch(&events)? {
            Some(id) => log.load(&stream(AggregateKind::Batch, &id)?, 0).await?,
            None => Vec::new(),
        };
        openings.retain(|event| opens_with(event, story_id));
        events.sort_by_key(|event| event.seq);
        Ok(Self { events, openings })
    }

    pub fn events(&self) -> &[Arc<Recorded>] {
        &self.events
    }

    /// The events up to a point. The clocks of several machines may differ a little: a moment means everything up to
    /// the last event that was recorded by then.
    pub fn until(&self, point: Point) -> &[Arc<Recorded>] {
        let end = match point {
            Point::Seq(seq) => self.events.partition_point(|e| e.seq <= seq),
            Point::Time(time) => {
                let last = self.events.iter().rposition(|e| e.envelope.time_us <= time);
                last.map_or(0, |last| last + 1)
            }
        };
        &self.events[..end]
    }

    /// Where a batch had named this story by then.
    pub fn openings(&self, point: Point) -> impl Iterator<Item = &Arc<Recorded>> {
        let last = self.until(point).last().map_or(0, |event| event.seq);
        let by_then = move |event: &&Arc<Recorded>| match point {
            Point::Seq(seq) => event.seq <= seq,
            Point::Time(time) => event.envelope.time_us <= time || event.seq <= last,
        };
        self.openings.iter().filter(by_then)
    }

    /// The tables with this story alone, as they were at a point.
    ///
    /// # Errors
    /// An event cannot be read.
    pub async fn as_of(&self, point: Point) -> Result<Db> {
        let db = Db::in_memory().await?;
        let events = self.until(point);
        let mut with_openings: Vec<_> = self.openings(point).chain(events).cloned().collect();
        with_openings.sort_by_key(|event| event.seq);
        fold(&db, &Stories, &with_openings).await?;
        fold(&db, &Sessions, events).await?;
        fold(&db, &Notifications, events).await?;
        Ok(db)
    }
}

async fn fold(db: &Db, projection: &dyn Projection, events: &[Arc<Recorded>]) -> Result<()> {
    let filter = projection.filter();
    let wanted = events.iter().filter(|e| filter.matches(e)).cloned();
    let wanted: Vec<_> = wanted.collect();
    // The checkpoint of a scratch table is never written down.
    let zero = Checkpoint::zero(projection, Uuid::nil(), 1);
    let through = wanted.last().map_or(0, |e| e.seq);
    let mut cursor = Cursor::scratch(zero, String::new());
    take(db, projection, &mut cursor, &wanted, through)
        .await
        .map(drop)
}

/// The batch that a story would be in, if it is in one.
fn possible_batch(events: &[Arc<Recorded>]) -> Result<Option<String>> {
    for event in events {
        if let Event::Story(StoryEvent::StoryCreated(e)) = decoded(event)? {
            let id = batch_id(&e.conversation_id, &e.message_id);
            return Ok(Some(id.to_string()));
        }
    }
    Ok(None)
}

/// It opens a batch that has this story. What became of the batch and of its other stories is not the story's.
fn opens_with(event: &Recorded, story_id: &str) -> bool {
    match event.decode() {
        Ok(Event::Batch(BatchEvent::BatchOpened(e))) => e.story_ids.iter().any(|id| id == story_id),
        _ => false,
    }
}

fn decoded(event: &Recorded) -> Result<Event> {
    event.decode().map_err(|source| crate::Error::Undecodable {
        projection: Stories.name(),
        seq: event.seq,
        subject: event.subject.to_string(),
        source,
    })
}

/// The sessions that a story's events name.
fn sessions(events: &[Arc<Recorded>]) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for event in events {
        let Event::Story(event) = decoded(event)? else {
            continue;
        };
        let session = match event {
            StoryEvent::StoryCreated(e) => e.session_id,
            StoryEvent::ExecutionQueued(e) => e.session_id,
            StoryEvent::StoryStarted(e) => e.session_id,
            StoryEvent::StoryRetried(e) => e.session_id,
            _ => String::new(),
        };
        if !session.is_empty() {
            found.insert(session);
        }
    }
    Ok(found)
}
