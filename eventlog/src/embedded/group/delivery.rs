//! One message in the hands of a reader, and its answer.
use super::{registry::Handle, state::Terms};
use crate::embedded::{limits::MAX_ERROR_CHARS, shared::Shared, soft::Soft};
use crate::{Delivery, LogError, Recorded, port::Result};
use async_trait::async_trait;
use std::{sync::Arc, time::Duration};

pub(super) struct EmbeddedDelivery {
    pub shared: Arc<Shared>,
    pub group: Arc<Handle>,
    pub terms: Terms,
    pub event: Arc<Recorded>,
    pub attempt: u32,
}

impl EmbeddedDelivery {
    /// Sends `soft` and changes the state in one step, so that no snapshot comes in between.
    async fn set_aside(&self, gives_up: bool, due_us: i64, error: &str) -> Result<()> {
        let (group, seq) = (self.group.name.clone(), self.event.seq);
        let error: String = error.chars().take(MAX_ERROR_CHARS).collect();
        let permit = self.shared.inbox.soft().await?;
        let mut state = self.group.state();
        if !state.holds(seq, self.attempt) {
            // It is with somebody else, or was handled: a late answer changes nothing.
            return Ok(());
        }
        if gives_up {
            permit.send(Soft::Dead {
                group,
                seq,
                attempts: self.attempt,
                at_us: self.shared.clock.now_us(),
                reason: error,
            });
            state.end(seq, &self.terms);
        } else {
            permit.send(Soft::Retry {
                group,
                seq,
                attempts: self.attempt,
                due_us,
                error,
            });
            state.retry(seq, self.attempt, due_us);
        }
        drop(state);
        self.moved_on();
        Ok(())
    }

    fn moved_on(&self) {
        self.shared.inbox.note_progress();
        self.group.changed.notify_waiters();
    }
}

#[async_trait]
impl Delivery for EmbeddedDelivery {
    fn event(&self) -> &Arc<Recorded> {
        &self.event
    }

    fn attempt(&self) -> u32 {
        self.attempt
    }

    async fn progress(&self) -> Result<()> {
        let now_us = self.shared.clock.now_us();
        let mut state = self.group.state();
        if state.extend(self.event.seq, self.attempt, now_us, &self.terms) {
            return Ok(());
        }
        let (seq, group) = (self.event.seq, &self.group.name);
        Err(LogError::Rejected(format!(
            "event {seq} was not answered in time and is with another reader of group {group}"
        )))
    }

    async fn ack(self: Box<Self>) -> Result<()> {
        let seq = self.event.seq;
        let kept = {
            let mut state = self.group.state();
            let kept = state.is_kept(seq);
            if !kept && state.end(seq, &self.terms) {
                self.group.changed.notify_waiters();
            }
            kept
        };
        if kept {
            let permit = self.shared.inbox.soft().await?;
            let mut state = self.group.state();
            permit.send(Soft::RetryDone {
                group: self.group.name.clone(),
                seq,
            });
            state.end(seq, &self.terms);
            drop(state);
            self.group.changed.notify_waiters();
        }
        self.shared.inbox.note_progress();
        Ok(())
    }

    async fn retry(self: Box<Self>, after: Duration, error: &str) -> Result<()> {
        let after_us = i64::try_from(after.as_micros()).unwrap_or(i64::MAX);
        let due_us = self.shared.clock.now_us().saturating_add(after_us);
        let gives_up = self.attempt >= self.terms.max_deliver.max(1);
        self.set_aside(gives_up, due_us, error).await
    }

    async fn dead(self: Box<Self>, reason: &str) -> Result<()> {
        self.set_aside(true, 0, reason).await
    }
}
