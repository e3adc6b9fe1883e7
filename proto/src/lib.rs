//! The contract between Errand's services: events, their envelope and their catalogue.
//!
//! # Layout
//! - `errand/v1/*.proto`: every event, defined once.
//! - [`catalogue`]: the list of event types with their owner and meaning, and one enum per aggregate.
//! - [`envelope`]: what travels beside the payload (CloudEvents attributes and ours).
//! - [`json`]: proto3 JSON for people, by reflection.
//! - [`upcast`]: retired shapes to present ones.
//! - [`subject`]: the address of an aggregate's stream.
//! - [`outcome`]: how work can end otherwise than well, and what to do then.
//! - [`severity`]: how bad a finding can be.

mod attempt;
mod batch_id;
pub mod catalogue;
mod envelope;
mod json;
pub mod outcome;
pub mod severity;
mod subject;
pub mod upcast;

/// The generated messages.
pub mod v1 {
    #![allow(missing_docs, reason = "documented in the .proto files")]
    include!(concat!(env!("OUT_DIR"), "/errand.v1.rs"));
}

pub use attempt::session_id;
pub use batch_id::batch_id;
pub use catalogue::{
    BatchEvent, ConversationEvent, Event, NotificationEvent, SessionEvent, StoryEvent,
};
pub use envelope::{Envelope, EnvelopeError, from_rfc3339, header, rfc3339};
pub use json::{Json, descriptor_pool, to_json};
pub use outcome::Outcome;
pub use subject::{AggregateKind, DEFAULT_WORKSPACE, Subject, SubjectError};

/// What every aggregate's event enum can do; implemented by the catalogue.
pub trait AggregateEvent: cqrs_es::DomainEvent + Into<Event> + TryFrom<Event> {
    const KIND: AggregateKind;
    /// Full protobuf name; the `ce-type` header.
    fn full_name(&self) -> &'static str;
    /// The protobuf bytes of the message itself.
    fn encode(&self) -> Vec<u8>;
}

/// Why a recorded payload could not be read. Such a message is dead-lettered, never skipped.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error(
        "event type {0:?} is not in this program's catalogue: update Errand, then redrive the dead letter"
    )]
    UnknownType(String),
    #[error("the payload of {event_type} is not valid protobuf: {source}")]
    Payload {
        event_type: String,
        source: prost::DecodeError,
    },
}
