use super::{Delivery, Group, GroupStatus, error::Result};
use async_trait::async_trait;
use bytes::Bytes;
use errand_proto::{AggregateKind, DecodeError, Envelope, Event, Subject};
use futures::stream::BoxStream;
use std::sync::Arc;
use uuid::Uuid;

/// A position in the log's total order; 0 is before the first event. Gaps may occur.
pub type Seq = u64;

/// An event about to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    pub envelope: Envelope,
    /// The protobuf message named by `envelope.event_type`.
    pub data: Bytes,
}

/// Events for one aggregate, guarded by the last sequence that the writer knows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    pub subject: Subject,
    /// The aggregate's last sequence; 0 when it must not exist yet.
    pub expected: Seq,
    pub events: Vec<NewEvent>,
}

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub seq: Seq,
    pub subject: Subject,
    pub envelope: Envelope,
    pub data: Bytes,
}

impl Recorded {
    /// # Errors
    /// The type is unknown or the payload does not fit it.
    pub fn decode(&self) -> std::result::Result<Event, DecodeError> {
        Event::decode(self.subject.kind(), &self.envelope.event_type, &self.data)
    }
}

/// The identity of a log and its last sequence. A checkpoint made on another identity is void.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub log_id: Uuid,
    pub seq: Seq,
}

/// Which events a reader wants. Empty lists mean "all".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub kinds: Vec<AggregateKind>,
    /// Full type names, e.g. `errand.v1.StoryCreated`.
    pub types: Vec<&'static str>,
}

impl Filter {
    pub fn all() -> Self {
        Self::default()
    }

    pub fn kinds(kinds: &[AggregateKind]) -> Self {
        Self {
            kinds: kinds.to_vec(),
            types: Vec::new(),
        }
    }

    pub fn types(types: &[&'static str]) -> Self {
        Self {
            kinds: Vec::new(),
            types: types.to_vec(),
        }
    }

    pub fn matches(&self, event: &Recorded) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&event.subject.kind()))
            && (self.types.is_empty() || self.types.contains(&event.envelope.event_type.as_str()))
    }
}

/// Where a reader begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartAt {
    /// With the first event whose sequence is greater.
    After(Seq),
    /// With the first event stored at or after this time, in microseconds since the Unix epoch.
    Time(i64),
}

/// Some events in log order. `through` tells how far the reader has come, also past filtered events.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub events: Vec<Arc<Recorded>>,
    pub through: Seq,
}

/// The event log. See `contract` for its promises, each a test.
#[async_trait]
pub trait EventLog: Send + Sync + 'static {
    async fn head(&self) -> Result<Head>;

    /// Stores all of it or nothing; durable once answered. Answers the sequence of every event, in order.
    /// The very same writes again (same event ids) give the same answer, for ever.
    ///
    /// # Errors
    /// [`super::LogError::Conflict`] when a guard does not hold; see the other variants for what to do.
    async fn append(&self, writes: Vec<Write>) -> Result<Vec<Seq>>;

    /// One aggregate's events after `after`, ascending. May lag the last append; `append` detects that.
    async fn load(&self, subject: &Subject, after: Seq) -> Result<Vec<Arc<Recorded>>>;

    /// Total order, one reader, no acknowledgements: projections and audits.
    /// With `follow` the stream goes on for ever, without it it ends at the present head.
    async fn read(
        &self,
        filter: Filter,
        from: StartAt,
        follow: bool,
    ) -> Result<BoxStream<'static, Result<Page>>>;

    /// Competing readers of one durable group, at least once, order not promised: reactors.
    async fn work(&self, group: Group) -> Result<BoxStream<'static, Result<Box<dyn Delivery>>>>;

    /// Every group that ever worked on this log, with its lag.
    async fn groups(&self) -> Result<Vec<GroupStatus>>;
}
