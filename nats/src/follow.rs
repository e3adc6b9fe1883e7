//! A stream's messages in order, through a short-lived consumer of one reader.
use crate::{
    limits::{FOLLOW_BATCH, FOLLOWER_IDLE},
    pull::Pull,
    shared::{Shared, unavailable},
    topology::Stream,
};
use async_nats::jetstream::{
    self,
    consumer::{AckPolicy, DeliverPolicy, pull},
};
use errand_eventlog::{Seq, port::Result};
use std::sync::Arc;

pub(crate) struct Cursor {
    shared: Arc<Shared>,
    stream: Stream,
    consumer: String,
    pull: Pull,
    /// Number of the last message that the consumer handed out.
    delivered: u64,
    /// Messages that waited when it was opened.
    pub pending: u64,
}

/// A message of a stream.
pub(crate) struct Followed {
    pub seq: Seq,
    /// Messages behind it.
    pub pending: u64,
    pub message: async_nats::Message,
}

impl Cursor {
    /// Begins with the first message after `after`.
    pub async fn open(shared: &Arc<Shared>, stream: Stream, after: Seq) -> Result<Self> {
        let name = format!("reader-{}", uuid::Uuid::new_v4().simple());
        let api = shared
            .subjects
            .consumer_api("CONSUMER.CREATE", stream, &name);
        let config = pull::Config {
            name: Some(name),
            deliver_policy: DeliverPolicy::ByStartSequence {
                start_sequence: after + 1,
            },
            ack_policy: AckPolicy::None,
            memory_storage: true,
            num_replicas: 1,
            inactive_threshold: FOLLOWER_IDLE,
            ..pull::Config::default()
        };
        let handle = shared.stream(stream).await?;
        let created = shared.permitted(&api, handle.create_consumer(config));
        let consumer = created.await?.map_err(unavailable)?;
        let info = consumer.cached_info();
        let api = shared.subjects.pull(stream, &info.name);
        Ok(Self {
            shared: shared.clone(),
            stream,
            consumer: info.name.clone(),
            pending: info.num_pending,
            pull: Pull::open(&shared.client, api, FOLLOW_BATCH).await?,
            delivered: 0,
        })
    }

    /// An error means that a new cursor must be opened after the last message.
    pub async fn next(&mut self) -> Result<Followed> {
        let message = self.pull.next().await?;
        let message = jetstream::Message {
            message,
            context: self.shared.js.clone(),
        };
        let info = message.info().map_err(unavailable)?;
        let (seq, number, pending) = (info.stream_sequence, info.consumer_sequence, info.pending);
        if number != self.delivered + 1 {
            return Err(unavailable(format!(
                "message {} was lost on the way",
                self.delivered + 1
            )));
        }
        self.delivered = number;
        Ok(Followed {
            seq,
            pending,
            message: message.message,
        })
    }
}

impl Drop for Cursor {
    /// The server would remove the consumer by itself, but only after a while, and it takes only so many.
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let (shared, stream) = (self.shared.clone(), self.stream);
        let consumer = std::mem::take(&mut self.consumer);
        runtime.spawn(async move {
            if let Ok(handle) = shared.stream(stream).await {
                let _ = handle.delete_consumer(&consumer).await;
            }
        });
    }
}
