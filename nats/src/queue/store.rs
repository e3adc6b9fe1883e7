//! Guarded writes of one job, and of the turns.
use super::{
    revision::{Revision, Turns},
    view::Plan,
};
use crate::{
    limits::{MAX_JOB_ATTEMPTS, REMOVED_JOB_KEPT},
    publish::{Guarded, Outcome},
    shared::{Shared, pause, unavailable},
    topology::Stream,
};
use async_nats::HeaderMap;
use bytes::Bytes;
use errand_eventlog::{LogError, Pauses, Seq, port::Result};
use serde::Serialize;
use std::time::Instant;
use uuid::Uuid;

const TTL: &str = "Nats-TTL";

/// What a decision about the present revision says.
pub(super) enum Change<T> {
    /// Write this over it.
    To(Revision),
    /// Nothing to write.
    Nothing(T),
}

impl Shared {
    /// The job as the leader has it.
    pub(super) async fn job(&self, id: Uuid) -> Result<Option<(Revision, Seq)>> {
        let Some(found) = self.last(Stream::Jobs, &self.subjects.job(id)).await? else {
            return Ok(None);
        };
        let revision: Revision = serde_json::from_slice(&found.payload)
            .map_err(|error| LogError::Corrupt(format!("job {id}: {error}")))?;
        self.queue
            .view()
            .apply(revision.clone(), found.sequence, Instant::now());
        Ok(Some((revision, found.sequence)))
    }

    /// Decides on the job as it is, and writes the decision unless somebody else was quicker; then decides again.
    /// Answers `None` when the decision was written.
    pub(super) async fn change_job<T>(
        &self,
        id: Uuid,
        mut decide: impl FnMut(Option<(Revision, Seq)>) -> Change<T> + Send,
    ) -> Result<Option<T>> {
        let mut unknown = None;
        for attempt in 0..MAX_JOB_ATTEMPTS {
            let present = self.job(id).await?;
            let expected = present.as_ref().map_or(0, |(_, seq)| *seq);
            let next = match decide(present) {
                Change::Nothing(answer) => return Ok(Some(answer)),
                Change::To(next) => next,
            };
            let message = self.job_message(&next, expected)?;
            if let Some(seq) = self.try_put(message, attempt, &mut unknown).await? {
                self.seen_job(next, seq);
                return Ok(None);
            }
        }
        Err(unknown.unwrap_or_else(|| {
            unavailable(format!(
                "job {id} was changed by others {MAX_JOB_ATTEMPTS} times in a row"
            ))
        }))
    }

    /// The sequence of what was written; `None`, after a pause, when it must be decided anew: somebody else was quicker, or
    /// the answer was lost, which `unknown` then says.
    async fn try_put(
        &self,
        message: Guarded,
        attempt: u32,
        unknown: &mut Option<LogError>,
    ) -> Result<Option<Seq>> {
        match self.put(message).await {
            Ok(Some(seq)) => return Ok(Some(seq)),
            Ok(None) => {}
            Err(error) if error.is_transient() => *unknown = Some(error),
            Err(error) => return Err(error),
        }
        tokio::time::sleep(pause(attempt)).await;
        Ok(None)
    }

    fn seen_job(&self, revision: Revision, seq: Seq) {
        self.queue.view().apply(revision, seq, Instant::now());
        self.queue.changed.notify_waiters();
    }

    fn job_message(&self, revision: &Revision, expected: Seq) -> Result<Guarded> {
        let mut headers = HeaderMap::new();
        if revision.gone {
            headers.insert(TTL, REMOVED_JOB_KEPT.as_secs().to_string().as_str());
        }
        Ok(Guarded {
            subject: self.subjects.job(revision.id),
            headers,
            data: json(revision)?,
            expected: Some(expected),
        })
    }

    /// Whether the plan was carried out. When somebody else was quicker, the view is brought up to date.
    pub(super) async fn try_plan(&self, plan: &Plan) -> Result<bool> {
        let turns = self.turns_message(&plan.turns, plan.turns_seq)?;
        let job = self.job_message(&plan.revision, plan.seq)?;
        match self.publish(vec![job, turns]).await {
            Outcome::Stored(seqs) => {
                if let [job, turns] = seqs[..] {
                    self.queue.view().apply_turns(plan.turns.clone(), turns);
                    self.seen_job(plan.revision.clone(), job);
                }
                Ok(true)
            }
            Outcome::Refused(reason) => Err(LogError::Rejected(reason)),
            Outcome::GuardFailed | Outcome::Unknown(_) => {
                self.turns().await?;
                // The answer may have been lost: the claim's own id tells.
                let present = self.job(plan.revision.id).await?;
                let ours = |revision: &Revision| {
                    revision.held.is_some() && revision.claim == plan.revision.claim
                };
                Ok(present.is_some_and(|(revision, _)| ours(&revision)))
            }
        }
    }
}

impl Shared {
    /// The turns as the leader has them, and takes them over.
    async fn turns(&self) -> Result<(Turns, Seq)> {
        let Some(found) = self.last(Stream::Jobs, &self.subjects.turns()).await? else {
            return Ok((Turns::default(), 0));
        };
        let turns: Turns = serde_json::from_slice(&found.payload)
            .map_err(|error| LogError::Corrupt(format!("the queue's turns: {error}")))?;
        self.queue.view().apply_turns(turns.clone(), found.sequence);
        Ok((turns, found.sequence))
    }

    fn turns_message(&self, turns: &Turns, expected: Seq) -> Result<Guarded> {
        Ok(Guarded {
            subject: self.subjects.turns(),
            headers: HeaderMap::new(),
            data: json(turns)?,
            expected: Some(expected),
        })
    }

    /// Whether `change` changed the pauses as the leader has them; tried again when a claim was quicker.
    pub(super) async fn change_pauses(
        &self,
        change: impl Fn(&mut Pauses) -> Result<bool> + Send,
    ) -> Result<bool> {
        let mut unknown = None;
        for attempt in 0..MAX_JOB_ATTEMPTS {
            let (mut turns, expected) = self.turns().await?;
            if !change(&mut turns.pauses)? {
                // What an earlier attempt with a lost answer did is ours.
                return Ok(unknown.is_some());
            }
            let message = self.turns_message(&turns, expected)?;
            if let Some(seq) = self.try_put(message, attempt, &mut unknown).await? {
                self.queue.view().apply_turns(turns, seq);
                self.queue.changed.notify_waiters();
                return Ok(true);
            }
        }
        Err(unknown.unwrap_or_else(|| {
            unavailable(format!(
                "the queue was claimed from {MAX_JOB_ATTEMPTS} times in a row: try again"
            ))
        }))
    }
}

fn json(value: &impl Serialize) -> Result<Bytes> {
    let bytes = serde_json::to_vec(value);
    let bytes =
        bytes.map_err(|error| LogError::Rejected(format!("a job cannot be written: {error}")))?;
    Ok(bytes.into())
}
