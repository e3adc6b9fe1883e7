//! The stream of one reader of a group.
use super::{
    consumer,
    delivery::NatsDelivery,
    hub::{Hub, Taken},
};
use crate::{
    letters::{Buried, REDRIVEN_SEQ, REDRIVEN_SUBJECT},
    shared::{Shared, unavailable},
    topology::Stream,
    wire,
};
use errand_eventlog::{Delivery, Group, LogError, Recorded, port::Result};
use futures::stream::{BoxStream, StreamExt};
use std::sync::Arc;

struct Reader {
    shared: Arc<Shared>,
    group: Group,
    hub: Arc<Hub>,
}

/// Deliveries for one reader; goes on after an error.
pub(crate) async fn work(
    shared: &Arc<Shared>,
    group: Group,
) -> Result<BoxStream<'static, Result<Box<dyn Delivery>>>> {
    consumer::ensure(shared, &group).await?;
    let reader = Reader {
        shared: shared.clone(),
        hub: shared.groups.hub(shared, &group),
        group,
    };
    let deliveries = futures::stream::unfold(reader, |reader| async {
        let delivery = reader.next().await;
        Some((delivery, reader))
    });
    Ok(deliveries.boxed())
}

impl Reader {
    async fn next(&self) -> Result<Box<dyn Delivery>> {
        loop {
            let taken = self.hub.next().await?;
            // Too long on the way: it is about to be delivered again, or was already.
            if taken.at.elapsed() < self.group.ack_wait
                && let Some(delivery) = self.judge(taken).await?
            {
                return Ok(delivery);
            }
        }
    }

    /// A delivery, or `None` when the message needs no handler.
    async fn judge(&self, taken: Taken) -> Result<Option<Box<dyn Delivery>>> {
        let (seq, attempt, pulled_from) = {
            let info = taken.message.info().map_err(unavailable)?;
            (
                info.stream_sequence,
                u32::try_from(info.delivered).unwrap_or(u32::MAX),
                taken.from,
            )
        };
        let event = self.event(&taken, seq);
        let max_deliver = self.group.max_deliver.max(1);
        let reason = match &event {
            Ok(event) if pulled_from == Stream::Events && !self.group.filter.matches(event) => {
                taken.message.ack().await.map_err(unavailable)?;
                return Ok(None);
            }
            Ok(_) if attempt > max_deliver => {
                let wait = self.group.ack_wait;
                format!("delivered {max_deliver} times without an answer within {wait:?}")
            }
            Ok(event) => {
                return Ok(Some(Box::new(NatsDelivery::new(
                    self.shared.clone(),
                    &self.group,
                    taken,
                    (event.clone(), seq),
                    attempt,
                    self.hub.latest(),
                ))));
            }
            Err(unreadable) => unreadable.to_string(),
        };
        let buried = Buried {
            group: self.group.name,
            origin: (pulled_from, seq),
            reason: &reason,
            attempts: attempt.min(max_deliver),
        };
        self.shared.bury(buried, &taken.message.message).await?;
        taken.message.double_ack().await.map_err(unavailable)?;
        Ok(None)
    }

    fn event(&self, taken: &Taken, seq: u64) -> Result<Arc<Recorded>> {
        let message = &taken.message.message;
        let headers = message.headers.clone().unwrap_or_default();
        let (seq, subject) = match taken.from {
            Stream::Redriven => {
                let seq = wire::header(&headers, REDRIVEN_SEQ).and_then(|seq| seq.parse().ok());
                let subject = wire::header(&headers, REDRIVEN_SUBJECT);
                let lost = || LogError::Corrupt(format!("redriven message {seq:?} has no origin"));
                (seq.ok_or_else(lost)?, subject.ok_or_else(lost)?.to_owned())
            }
            _ => (seq, message.subject.to_string()),
        };
        let payload = message.payload.clone();
        wire::recorded(&self.shared.subjects, seq, &subject, &headers, payload).map(Arc::new)
    }
}
