//! What all parts of one log share.
use crate::{
    contention::Contention,
    group::Groups,
    known::Known,
    limits::{FIRST_PAUSE, LAST_PAUSE, MAX_BATCHES},
    queue::Queue,
    subjects::Subjects,
    topology::Stream,
    watched::Watched,
};
use async_nats::{
    Client,
    jetstream::{
        Context,
        message::StreamMessage,
        stream::{LastRawMessageError, LastRawMessageErrorKind, Stream as Handle},
    },
};
use errand_eventlog::{LogError, Seq, WallClock, port::Result};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

#[derive(Debug)]
pub(crate) struct Shared {
    pub client: Client,
    pub js: Context,
    pub watched: Watched,
    pub subjects: Subjects,
    pub known: Known,
    pub contention: Contention,
    pub groups: Groups,
    pub queue: Queue,
    /// Room for atomic batches, of which the server takes only so many.
    pub batches: Semaphore,
    /// Ends the tasks behind the log.
    pub stop: CancellationToken,
    pub clock: WallClock,
}

impl Shared {
    pub fn new(
        (client, js, watched): (Client, Context, Watched),
        subjects: Subjects,
        stop: CancellationToken,
        clock: WallClock,
    ) -> Self {
        Self {
            client,
            js,
            watched,
            subjects,
            known: Known::default(),
            contention: Contention::default(),
            groups: Groups::default(),
            queue: Queue::default(),
            batches: Semaphore::new(MAX_BATCHES),
            stop,
            clock,
        }
    }

    /// The stream, without asking the server.
    pub async fn stream(&self, stream: Stream) -> Result<Handle<()>> {
        let name = self.subjects.stream(stream);
        self.js.get_stream_no_info(name).await.map_err(unavailable)
    }

    /// The last message of a subject, as the leader has it.
    pub async fn last(&self, stream: Stream, subject: &str) -> Result<Option<StreamMessage>> {
        let handle = self.stream(stream).await?;
        let found = handle.get_last_raw_message_by_subject(subject);
        self.found(stream, found).await
    }

    /// The first message of a subject at or after `seq`, as the leader has it.
    pub async fn next(
        &self,
        stream: Stream,
        subject: &str,
        seq: Seq,
    ) -> Result<Option<StreamMessage>> {
        let handle = self.stream(stream).await?;
        let found = handle.get_first_raw_message_by_subject(subject, seq);
        self.found(stream, found).await
    }

    /// The message of that sequence, as the leader has it.
    pub async fn at(&self, stream: Stream, seq: Seq) -> Result<Option<StreamMessage>> {
        let handle = self.stream(stream).await?;
        self.found(stream, handle.get_raw_message(seq)).await
    }

    async fn found(
        &self,
        stream: Stream,
        request: impl Future<Output = std::result::Result<StreamMessage, LastRawMessageError>>,
    ) -> Result<Option<StreamMessage>> {
        let api = self.subjects.api("STREAM.MSG.GET", stream);
        match self.permitted(&api, request).await? {
            Ok(message) => Ok(Some(message)),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// The outcome of a request to `subject`, unless this user may not make it.
    pub async fn permitted<T>(&self, subject: &str, request: impl Future<Output = T>) -> Result<T> {
        let answered = self.watched.answered(subject, request).await;
        answered.map_err(|refusal| LogError::Rejected(not_permitted(&refusal)))
    }
}

/// What is said to one whom the server refused in these words.
pub(crate) fn not_permitted(refusal: &str) -> String {
    format!("this NATS user may not do that ({refusal}): only the role that owns it may")
}

pub(crate) fn unavailable(error: impl std::fmt::Display) -> LogError {
    LogError::Unavailable(format!("NATS: {error}"))
}

/// The pause before attempt number `attempt`, counted from 0: doubled each time, with jitter of half of it.
pub(crate) fn pause(attempt: u32) -> Duration {
    let doubled = FIRST_PAUSE
        .saturating_mul(2u32.saturating_pow(attempt.min(16)))
        .min(LAST_PAUSE);
    let jitter = (uuid::Uuid::new_v4().as_u128() % 1000) as f64 / 2000.0;
    doubled.mul_f64(0.5 + jitter)
}
