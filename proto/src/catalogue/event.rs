//! Any event of any aggregate, as subscribers see it.
use crate::{
    AggregateKind, BatchEvent, ConversationEvent, DecodeError, NotificationEvent, SessionEvent,
    StoryEvent, upcast,
};

/// Any event of any aggregate.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "events are moved rarely and boxed nowhere"
)]
pub enum Event {
    Conversation(ConversationEvent),
    Story(StoryEvent),
    Batch(BatchEvent),
    Session(SessionEvent),
    Notification(NotificationEvent),
}

macro_rules! each {
    ($self:expr, $e:ident => $body:expr) => {
        match $self {
            Event::Conversation($e) => $body,
            Event::Story($e) => $body,
            Event::Batch($e) => $body,
            Event::Session($e) => $body,
            Event::Notification($e) => $body,
        }
    };
}

impl Event {
    /// Reads a recorded payload; a retired type is upcast first.
    ///
    /// # Errors
    /// The type is unknown or the bytes do not fit it. Such a message belongs among the dead letters.
    pub fn decode(
        kind: AggregateKind,
        event_type: &str,
        bytes: &[u8],
    ) -> Result<Self, DecodeError> {
        if let Some(upcaster) = upcast::find(event_type) {
            let converted = (upcaster.convert)(bytes).map_err(|source| DecodeError::Payload {
                event_type: event_type.to_owned(),
                source,
            })?;
            return Self::decode(kind, upcaster.to, &converted);
        }
        Ok(match kind {
            AggregateKind::Conversation => {
                Self::Conversation(ConversationEvent::decode(event_type, bytes)?)
            }
            AggregateKind::Story => Self::Story(StoryEvent::decode(event_type, bytes)?),
            AggregateKind::Batch => Self::Batch(BatchEvent::decode(event_type, bytes)?),
            AggregateKind::Session => Self::Session(SessionEvent::decode(event_type, bytes)?),
            AggregateKind::Notification => {
                Self::Notification(NotificationEvent::decode(event_type, bytes)?)
            }
        })
    }

    /// Short name, e.g. `StoryCreated`.
    pub fn name(&self) -> &'static str {
        each!(self, e => e.name())
    }

    pub fn full_name(&self) -> &'static str {
        each!(self, e => e.full_name())
    }

    pub fn encode(&self) -> Vec<u8> {
        each!(self, e => e.encode())
    }

    /// Proto3 JSON of the message, for people.
    pub fn to_json(&self) -> serde_json::Value {
        each!(self, e => e.to_json())
    }

    pub fn kind(&self) -> AggregateKind {
        match self {
            Self::Conversation(_) => AggregateKind::Conversation,
            Self::Story(_) => AggregateKind::Story,
            Self::Batch(_) => AggregateKind::Batch,
            Self::Session(_) => AggregateKind::Session,
            Self::Notification(_) => AggregateKind::Notification,
        }
    }
}
