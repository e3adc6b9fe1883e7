//! The streams of a log, as data.
use crate::{
    limits::{ADVISORY_AGE, MAX_CONSUMERS, MAX_EVENT_BYTES, MAX_HEADER_BYTES, MAX_LETTERS},
    subjects::Subjects,
};
use async_nats::jetstream::stream::{Compression, Config, DiscardPolicy, RetentionPolicy};
use std::time::Duration;

/// The streams of one log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stream {
    /// The events: kept for ever, neither deleted nor purged.
    Events,
    /// The job queue: the last revision of each job, and who had the last turn.
    Jobs,
    /// Dead letters.
    Letters,
    /// Letters on their way back to their group; each leaves when it is acknowledged.
    Redriven,
    /// What the server tells of messages that consumers gave up.
    Advisories,
}

impl Stream {
    pub const ALL: [Self; 5] = [
        Self::Events,
        Self::Jobs,
        Self::Letters,
        Self::Redriven,
        Self::Advisories,
    ];

    /// The name without the log's prefix.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Events => "EVT",
            Self::Jobs => "JOBS",
            Self::Letters => "DLQ",
            Self::Redriven => "REDRIVE",
            Self::Advisories => "ADV",
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::Events => "Errand: every event, for ever",
            Self::Jobs => "Errand: the queue of sessions to run",
            Self::Letters => "Errand: dead letters",
            Self::Redriven => "Errand: dead letters on their way back",
            Self::Advisories => "Errand: messages that consumers gave up",
        }
    }
}

/// The key in the event stream's metadata under which the log's identity is kept.
pub(crate) const LOG_ID: &str = "errand-log-id";
/// The key in a consumer's metadata that marks it as a group of ours.
pub(crate) const GROUP_MARK: &str = "errand-group";

/// The window that JetStream demands; we send no message ids, so it holds nothing.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(120);

/// How the stream must be.
pub(crate) fn wanted(stream: Stream, subjects: &Subjects, replicas: usize) -> Config {
    let base = Config {
        name: subjects.stream(stream),
        subjects: subjects.stored_by(stream),
        description: Some(stream.description().into()),
        num_replicas: replicas,
        discard: DiscardPolicy::New,
        duplicate_window: DUPLICATE_WINDOW,
        max_consumers: MAX_CONSUMERS,
        max_message_size: i32::try_from(MAX_EVENT_BYTES + MAX_HEADER_BYTES).unwrap_or(i32::MAX),
        max_messages: -1,
        max_bytes: -1,
        max_messages_per_subject: -1,
        compression: Some(Compression::S2),
        ..Config::default()
    };
    match stream {
        Stream::Events => Config {
            deny_delete: true,
            deny_purge: true,
            allow_direct: true,
            allow_atomic_publish: true,
            ..base
        },
        Stream::Jobs => Config {
            max_messages_per_subject: 1,
            discard: DiscardPolicy::Old,
            allow_atomic_publish: true,
            allow_message_ttl: true,
            ..base
        },
        // Read from the leader only: a person who has just redriven a letter must not see it still.
        Stream::Letters => Config {
            max_messages: MAX_LETTERS,
            ..base
        },
        Stream::Redriven => Config {
            retention: RetentionPolicy::WorkQueue,
            ..base
        },
        Stream::Advisories => Config {
            max_age: ADVISORY_AGE,
            discard: DiscardPolicy::Old,
            ..base
        },
    }
}
