//! Drives a command to its end: load, decide, append; on conflict decide again on what is there now.
use super::{CommandMeta, Context, LogStore};
use crate::{EventLog, LogError, Seq};
use cqrs_es::{Aggregate, event_sink::EventSink};
use errand_proto::AggregateEvent;
use std::{fmt::Debug, sync::Arc, time::Duration};

/// Decisions per command before a hot aggregate is reported as contended.
const MAX_DECISIONS: u32 = 16;
/// Longest pause between two decisions on a contended aggregate.
const MAX_CONFLICT_PAUSE: Duration = Duration::from_millis(50);
/// Repeats of an append whose outcome is unknown or that found the log away.
const MAX_APPEND_REPEATS: u32 = 3;
const APPEND_REPEAT_PAUSE: Duration = Duration::from_millis(100);

/// What a command came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Executed<E> {
    /// The aggregate's position after the command; wait for it to read your own write.
    pub seq: Seq,
    /// What was appended now. Empty when nothing was left to do or the same command was carried out before.
    pub events: Vec<E>,
}

impl<E> Executed<E> {
    /// True when the command took effect now; false when it was carried out before or nothing was left to do.
    pub fn is_news(&self) -> bool {
        !self.events.is_empty()
    }
}

/// Why a command had no effect.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<R: std::error::Error> {
    /// A refusal is an answer: the aggregate says no, and why.
    #[error("{0}")]
    Refused(R),
    /// The log failed.
    #[error(transparent)]
    Log(LogError),
}

/// All aggregates of one type in one workspace, ready for commands.
pub struct Aggregates<A: Aggregate>(Arc<LogStore<A>>);

impl<A: Aggregate> Clone for Aggregates<A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<A> Aggregates<A>
where
    A: Aggregate<Services = ()> + Clone + Debug,
    A::Command: Clone,
    A::Event: AggregateEvent,
    A::Error: Send,
{
    pub fn new(log: Arc<dyn EventLog>, workspace: &str, source: &'static str) -> Self {
        Self(Arc::new(LogStore::new(log, workspace, source)))
    }

    /// The aggregate as the log has it now.
    ///
    /// # Errors
    /// The log is away or holds something unreadable.
    pub async fn load(&self, id: &str) -> Result<Context<A>, LogError> {
        self.0.fresh(id).await
    }

    /// The aggregate and all that ever happened to it, for who needs both: one trip to the log.
    ///
    /// # Errors
    /// The log is away or holds something unreadable.
    pub async fn load_whole(&self, id: &str) -> Result<(Context<A>, Vec<A::Event>), LogError> {
        self.0.whole(id).await
    }

    /// # Errors
    /// [`ExecuteError::Refused`] when the aggregate says no; otherwise the log failed.
    pub async fn execute(
        &self,
        id: &str,
        command: A::Command,
        meta: &CommandMeta,
    ) -> Result<Executed<A::Event>, ExecuteError<A::Error>> {
        // What this process saw last is good enough to decide on: the guard of the append catches
        // it when it is stale. Only a "no" or a "nothing to do" must not rest on it.
        let cached = self.0.cached(id);
        let mut stale = cached.is_some();
        let mut context = match cached {
            Some(context) => context,
            None => self.load(id).await.map_err(ExecuteError::Log)?,
        };
        for decision in 1..=MAX_DECISIONS {
            match self.attempt(context, command.clone(), meta).await {
                Err(ExecuteError::Log(LogError::Conflict { .. })) if decision < MAX_DECISIONS => {
                    pause(conflict_pause(decision)).await;
                }
                Err(ExecuteError::Refused(_)) if stale => {}
                Ok(done) if stale && done.events.is_empty() => {}
                end => return end,
            }
            stale = false;
            context = self.load(id).await.map_err(ExecuteError::Log)?;
        }
        let contended = format!("{id} was changed by others {MAX_DECISIONS} times in a row");
        Err(ExecuteError::Log(LogError::Unavailable(contended)))
    }

    async fn attempt(
        &self,
        mut context: Context<A>,
        command: A::Command,
        meta: &CommandMeta,
    ) -> Result<Executed<A::Event>, ExecuteError<A::Error>> {
        let unchanged = |seq| Executed {
            seq,
            events: Vec::new(),
        };
        if let Some(seq) = context.outcome_of(meta.command_id) {
            return Ok(unchanged(seq));
        }
        let sink = EventSink::default();
        context
            .aggregate
            .handle(command, &(), &sink)
            .await
            .map_err(ExecuteError::Refused)?;
        let events = sink.collect().await;
        if events.is_empty() {
            return Ok(unchanged(context.seq));
        }
        let seqs = self.append(&events, context, meta).await?;
        Ok(Executed {
            seq: seqs.last().copied().unwrap_or_default(),
            events,
        })
    }

    /// The very same append again is harmless, so an unknown outcome is simply asked once more.
    async fn append(
        &self,
        events: &[A::Event],
        context: Context<A>,
        meta: &CommandMeta,
    ) -> Result<Vec<Seq>, ExecuteError<A::Error>> {
        let mut repeat = 0;
        loop {
            match self.0.append(events, &context, meta).await {
                Ok(seqs) => {
                    self.0.appended(context, meta, &seqs);
                    return Ok(seqs);
                }
                Err(error) if error.is_transient() && repeat < MAX_APPEND_REPEATS => {
                    repeat += 1;
                    tokio::time::sleep(APPEND_REPEAT_PAUSE * repeat).await;
                }
                Err(error) => return Err(ExecuteError::Log(error)),
            }
        }
    }
}

/// Even a sleep of nothing would last until the timer's next tick.
async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

/// None after the first conflict, which mostly means that a stale copy was decided on. Then it grows with the number
/// of conflicts; the random part keeps two writers from meeting again.
fn conflict_pause(conflicts: u32) -> Duration {
    if conflicts == 1 {
        return Duration::ZERO;
    }
    let random = (uuid::Uuid::new_v4().as_u128() % 1000) as u32;
    let ceiling = Duration::from_millis(1 << conflicts.min(6)).min(MAX_CONFLICT_PAUSE);
    ceiling * random / 1000
}
