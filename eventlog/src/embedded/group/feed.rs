//! The stream of one reader of a group.
use super::{
    delivery::EmbeddedDelivery,
    registry::Handle,
    state::{Step, Terms},
};
use crate::embedded::{error::closed, read, shared::Shared, soft::Soft};
use crate::{Delivery, Filter, Group, LogError, Recorded, Seq, port::Result};
use futures::stream::{BoxStream, StreamExt};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

struct Feed {
    shared: Arc<Shared>,
    group: Arc<Handle>,
    filter: Filter,
    terms: Terms,
    head: watch::Receiver<Seq>,
}

/// Deliveries for one reader; ends after the error that says that the log was closed.
pub(in crate::embedded) fn feed(
    shared: &Arc<Shared>,
    group: Group,
) -> Result<BoxStream<'static, Result<Box<dyn Delivery>>>> {
    let handle = shared.groups.get_or_create(group.name)?;
    shared.inbox.note_progress();
    let feed = Feed {
        shared: shared.clone(),
        group: handle,
        filter: group.filter,
        terms: Terms {
            ack_wait_us: micros(group.ack_wait),
            max_in_flight: group.max_in_flight,
            max_deliver: group.max_deliver,
        },
        head: shared.head.clone(),
    };
    let deliveries = futures::stream::unfold(Some(feed), |feed| async {
        let mut feed = feed?;
        match feed.next().await {
            Ok(delivery) => Some((Ok(delivery), Some(feed))),
            Err(error) => {
                let open = feed.head.has_changed().is_ok();
                Some((Err(error), open.then_some(feed)))
            }
        }
    });
    Ok(deliveries.boxed())
}

impl Feed {
    async fn next(&mut self) -> Result<Box<dyn Delivery>> {
        let handle = self.group.clone();
        loop {
            let mut changed = std::pin::pin!(handle.changed.notified());
            changed.as_mut().enable();
            let head = *self.head.borrow_and_update();
            let now_us = self.shared.clock.now_us();
            let step = handle.state().next(now_us, head, &self.terms);
            match step {
                Step::Deliver {
                    seq,
                    attempt,
                    event,
                } => return self.deliver(seq, attempt, event).await,
                Step::GiveUp { seq, attempts } => self.give_up(seq, attempts).await?,
                Step::Scan(after) => self.scan(after).await?,
                Step::Wait(until_us) => tokio::select! {
                    () = changed => {}
                    moved = self.head.changed() => moved.map_err(|_| closed())?,
                    () = sleep_until(&self.shared, until_us) => {}
                },
            }
        }
    }

    async fn deliver(
        &self,
        seq: Seq,
        attempt: u32,
        event: Option<Arc<Recorded>>,
    ) -> Result<Box<dyn Delivery>> {
        self.shared.inbox.note_progress();
        let event = match event {
            Some(event) => event,
            None => read::event(&self.shared, seq).await?.ok_or_else(|| {
                LogError::Corrupt(format!("event {seq} of {} is gone", self.group.name))
            })?,
        };
        Ok(Box::new(EmbeddedDelivery {
            shared: self.shared.clone(),
            group: self.group.clone(),
            terms: self.terms,
            event,
            attempt,
        }))
    }

    /// One reader looks for all of them; the others find its result when it has let go.
    async fn scan(&self, after: Seq) -> Result<()> {
        let _scanning = self.group.scanning.lock().await;
        if self.group.state().scanned_through() != after {
            return Ok(());
        }
        let page = read::page(&self.shared, after, &self.filter).await?;
        let found = page.events.len();
        if self.group.state().scanned(after, page) {
            self.shared.inbox.note_progress();
            if found > 1 {
                self.group.changed.notify_waiters();
            }
        }
        Ok(())
    }

    async fn give_up(&self, seq: Seq, attempts: u32) -> Result<()> {
        let reason = format!(
            "delivered {attempts} times without an answer within {} ms",
            self.terms.ack_wait_us / 1000
        );
        let permit = self.shared.inbox.soft().await?;
        let mut state = self.group.state();
        permit.send(Soft::Dead {
            group: self.group.name.clone(),
            seq,
            attempts,
            at_us: self.shared.clock.now_us(),
            reason,
        });
        state.end(seq, &self.terms);
        Ok(())
    }
}

async fn sleep_until(shared: &Shared, until_us: Option<i64>) {
    match until_us {
        Some(at_us) => tokio::time::sleep_until(shared.clock.instant_at(at_us).into()).await,
        None => std::future::pending().await,
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
