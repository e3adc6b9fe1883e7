//! One message in the hands of a reader, and its answer.
use super::{hub::Taken, latest::Latest};
use crate::{
    letters::Buried,
    shared::{Shared, unavailable},
    topology::Stream,
};
use async_nats::jetstream::{self, AckKind};
use async_trait::async_trait;
use errand_eventlog::{Delivery, Group, LogError, Recorded, Seq, port::Result};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The server's clock for a delivery started when it sent it: this part of the `ack_wait` is left for the way.
const ON_THE_WAY_SHARE: u32 = 8;

pub(super) struct NatsDelivery {
    shared: Arc<Shared>,
    group: &'static str,
    ack_wait: Duration,
    max_deliver: u32,
    message: jetstream::Message,
    /// Where it was pulled from, and its sequence there.
    origin: (Stream, Seq),
    event: Arc<Recorded>,
    attempt: u32,
    /// When the `ack_wait` began. After it the message may be with another reader. The server does not tell, and
    /// takes an answer from anybody, so this side keeps the time.
    since: Mutex<Instant>,
    latest: Latest,
}

impl NatsDelivery {
    pub fn new(
        shared: Arc<Shared>,
        group: &Group,
        taken: Taken,
        (event, seq): (Arc<Recorded>, Seq),
        attempt: u32,
        latest: Latest,
    ) -> Self {
        Self {
            shared,
            group: group.name,
            ack_wait: group.ack_wait,
            max_deliver: group.max_deliver.max(1),
            origin: (taken.from, seq),
            message: taken.message,
            event,
            attempt,
            since: Mutex::new(taken.at),
            latest,
        }
    }

    fn is_ours(&self) -> bool {
        let since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        since.elapsed() < self.ack_wait - self.ack_wait / ON_THE_WAY_SHARE
            && !self.latest.is_over(self.origin, self.attempt)
    }

    async fn answer(&self, kind: AckKind) -> Result<()> {
        self.message
            .double_ack_with(kind)
            .await
            .map_err(unavailable)
    }

    /// Writes the letter before the message is let go: a crash in between makes a second, equal letter impossible
    /// and a lost message too. Acknowledged rather than terminated, which would raise an advisory for a letter
    /// that exists.
    async fn bury(&self, reason: &str) -> Result<()> {
        let buried = Buried {
            group: self.group,
            origin: self.origin,
            reason,
            attempts: self.attempt,
        };
        self.shared.bury(buried, &self.message.message).await?;
        self.answer(AckKind::Ack).await
    }
}

#[async_trait]
impl Delivery for NatsDelivery {
    fn event(&self) -> &Arc<Recorded> {
        &self.event
    }

    fn attempt(&self) -> u32 {
        self.attempt
    }

    async fn progress(&self) -> Result<()> {
        if !self.is_ours() {
            let (seq, group) = (self.event.seq, self.group);
            return Err(LogError::Rejected(format!(
                "event {seq} was not answered in time and may be with another reader of group {group}"
            )));
        }
        let began = Instant::now();
        self.answer(AckKind::Progress).await?;
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = began;
        Ok(())
    }

    async fn ack(self: Box<Self>) -> Result<()> {
        self.answer(AckKind::Ack).await
    }

    async fn retry(self: Box<Self>, after: Duration, error: &str) -> Result<()> {
        if !self.is_ours() {
            // It is with somebody else by now: a late answer changes nothing.
            return Ok(());
        }
        if self.attempt >= self.max_deliver {
            return self.bury(error).await;
        }
        let delay = (!after.is_zero()).then_some(after);
        self.answer(AckKind::Nak(delay)).await
    }

    async fn dead(self: Box<Self>, reason: &str) -> Result<()> {
        if !self.is_ours() {
            return Ok(());
        }
        self.bury(reason).await
    }
}
