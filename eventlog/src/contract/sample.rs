//! Events, groups and jobs for the promises.
use super::{Broken, Outcome, within};
use crate::{
    Delivery, EventLog, Filter, Group, Job, NewEvent, Page, QueueLimits, Recorded, Seq, Write,
    port::Result,
};
use bytes::Bytes;
use errand_proto::{AggregateKind, DEFAULT_WORKSPACE, Envelope, Event, Subject, SubjectError};
use errand_proto::{ConversationEvent, StoryEvent, v1};
use futures::{StreamExt, stream::BoxStream};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

pub(super) type Deliveries = BoxStream<'static, Result<Box<dyn Delivery>>>;
pub(super) type Pages = BoxStream<'static, Result<Page>>;

/// Long enough not to pass by accident on a busy machine.
pub(super) const LONG: Duration = Duration::from_secs(60);
/// Short enough to wait for in a test.
pub(super) const SHORT: Duration = Duration::from_millis(600);
/// To be extended again and again: a busy machine may stand still for most of it.
pub(super) const EXTENDED: Duration = Duration::from_secs(2);
/// How often it is extended, and the time in between; together longer than one.
pub(super) const EXTENSIONS: u32 = 6;
pub(super) const EXTEND_EVERY: Duration = Duration::from_millis(500);
/// Timers may fire a little early against another clock.
pub(super) const TIMER_SLACK: Duration = Duration::from_millis(50);

const SAMPLE_TIME_US: i64 = 1_790_000_000_000_000;

impl From<SubjectError> for Broken {
    fn from(error: SubjectError) -> Self {
        Self(format!("the suite made a bad subject: {error}"))
    }
}

/// The address of an aggregate that nobody has used.
pub(super) fn new_subject(kind: AggregateKind) -> Outcome<Subject> {
    let id = Uuid::new_v4().to_string();
    Ok(Subject::new(DEFAULT_WORKSPACE, kind, &id)?)
}

pub(super) fn new_story() -> Outcome<Subject> {
    new_subject(AggregateKind::Story)
}

/// So many events that fit the aggregate, each with ids of its own.
pub(super) fn new_events(subject: &Subject, count: usize) -> Vec<NewEvent> {
    (1..).take(count).map(|n| new_event(subject, n)).collect()
}

fn new_event(subject: &Subject, version: u64) -> NewEvent {
    let event = match subject.kind() {
        AggregateKind::Conversation => Event::Conversation(ConversationEvent::UserMessagePosted(
            v1::UserMessagePosted {
                text: format!("message {version}"),
                ..v1::UserMessagePosted::default()
            },
        )),
        _ => Event::Story(StoryEvent::StoryCreated(v1::StoryCreated {
            id: subject.id().into(),
            title: format!("story {version}"),
            ..v1::StoryCreated::default()
        })),
    };
    NewEvent {
        envelope: Envelope {
            id: Uuid::new_v4(),
            event_type: event.full_name().into(),
            source: "errand/contract".into(),
            time_us: SAMPLE_TIME_US,
            correlation_id: Uuid::new_v4(),
            causation_id: Uuid::new_v4(),
            command_id: Uuid::new_v4(),
            aggregate_version: version,
            traceparent: version
                .is_multiple_of(2)
                .then(|| "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()),
        },
        data: Bytes::from(event.encode()),
    }
}

pub(super) fn write(subject: &Subject, expected: Seq, events: Vec<NewEvent>) -> Write {
    Write {
        subject: subject.clone(),
        expected,
        events,
    }
}

/// Appends so many events to a new story each, and gives their sequences.
pub(super) async fn append_stories(log: &dyn EventLog, count: usize) -> Outcome<Vec<Seq>> {
    let mut seqs = Vec::new();
    for _ in 0..count {
        let subject = new_story()?;
        let events = new_events(&subject, 1);
        seqs.extend(log.append(vec![write(&subject, 0, events)]).await?);
    }
    Ok(seqs)
}

pub(super) fn seqs(events: &[Arc<Recorded>]) -> Vec<Seq> {
    events.iter().map(|event| event.seq).collect()
}

/// A group that waits long for answers and takes everything.
pub(super) fn group(name: &'static str) -> Group {
    Group {
        name,
        filter: Filter::all(),
        ack_wait: LONG,
        max_in_flight: 64,
        max_deliver: 5,
    }
}

/// The next delivery of a reader.
pub(super) async fn next(reader: &mut Deliveries) -> Outcome<Box<dyn Delivery>> {
    match within("a delivery", reader.next()).await? {
        Some(delivery) => Ok(delivery?),
        None => Err(Broken("the deliveries ended".into())),
    }
}

/// Whether a delivery comes within the time.
pub(super) async fn comes_within(
    reader: &mut Deliveries,
    time: Duration,
) -> Outcome<Option<Box<dyn Delivery>>> {
    match tokio::time::timeout(time, reader.next()).await {
        Ok(Some(delivery)) => Ok(Some(delivery?)),
        Ok(None) => Err(Broken("the deliveries ended".into())),
        Err(_) => Ok(None),
    }
}

/// Pages until so many events were read.
pub(super) async fn read_events(pages: &mut Pages, count: usize) -> Outcome<Vec<Arc<Recorded>>> {
    let mut events = Vec::new();
    while events.len() < count {
        match within("a page", pages.next()).await? {
            Some(page) => events.extend(page?.events),
            None => break,
        }
    }
    Ok(events)
}

pub(super) fn job(project: &str, priority: u8, enqueued_us: i64) -> Job {
    Job {
        id: Uuid::new_v4(),
        story_id: Uuid::new_v4().to_string(),
        project_id: project.into(),
        priority,
        enqueued_us,
    }
}

/// Microseconds since the Unix epoch.
pub(super) fn now_us() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| i64::try_from(now.as_micros()).unwrap_or(i64::MAX))
}

pub(super) fn limits(per_project: usize) -> QueueLimits {
    QueueLimits {
        per_project,
        lease: LONG,
        age_step: Duration::from_secs(3600),
    }
}
