//! `cqrs_es::EventStore` over the port.
use super::{CommandMeta, Context};
use crate::{EventLog, LogError, NewEvent, Recorded, Seq, Write, metrics};
use cqrs_es::{Aggregate, AggregateError, EventEnvelope, EventStore};
use errand_proto::{AggregateEvent, DecodeError, Envelope, Subject};
use lru::LruCache;
use std::{
    collections::HashMap,
    marker::PhantomData,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};
use uuid::Uuid;

/// Aggregates kept folded in memory. The guard of each append catches a stale one.
const CACHED_AGGREGATES: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

/// The events of one aggregate type in one workspace.
pub struct LogStore<A: Aggregate> {
    log: Arc<dyn EventLog>,
    workspace: String,
    source: &'static str,
    cache: Mutex<LruCache<String, Context<A>>>,
    aggregate: PhantomData<fn() -> A>,
}

impl<A> LogStore<A>
where
    A: Aggregate + Clone,
    A::Event: AggregateEvent,
{
    /// `source` is the service that writes, e.g. `errand/spawner`.
    pub fn new(log: Arc<dyn EventLog>, workspace: &str, source: &'static str) -> Self {
        Self {
            log,
            workspace: workspace.to_owned(),
            source,
            cache: Mutex::new(LruCache::new(CACHED_AGGREGATES)),
            aggregate: PhantomData,
        }
    }

    pub(crate) fn subject(&self, id: &str) -> Result<Subject, LogError> {
        Subject::new(&self.workspace, A::Event::KIND, id)
            .map_err(|e| LogError::Rejected(e.to_string()))
    }

    /// The aggregate as last seen by this process, if it is in memory; may be stale.
    pub(crate) fn cached(&self, id: &str) -> Option<Context<A>> {
        self.lock().get(id).cloned()
    }

    /// The aggregate with everything the log has of it now.
    pub(crate) async fn fresh(&self, id: &str) -> Result<Context<A>, LogError> {
        let cached = self.cached(id).unwrap_or_else(|| Context::new(id));
        self.caught_up(cached, |_| ()).await
    }

    /// The aggregate folded from its first event on, and all its events.
    pub(crate) async fn whole(&self, id: &str) -> Result<(Context<A>, Vec<A::Event>), LogError> {
        let mut events = Vec::new();
        let keep = |event: &A::Event| events.push(event.clone());
        let context = self.caught_up(Context::new(id), keep).await?;
        Ok((context, events))
    }

    /// `context` with what the log has after it, each event of which is shown to `seen` first.
    async fn caught_up(
        &self,
        mut context: Context<A>,
        mut seen: impl FnMut(&A::Event) + Send,
    ) -> Result<Context<A>, LogError> {
        let recorded = self
            .log
            .load(&self.subject(&context.id)?, context.seq)
            .await?;
        if recorded.is_empty() {
            return Ok(context);
        }
        for one in &recorded {
            let event = decode::<A>(one).map_err(|e| LogError::Corrupt(e.to_string()))?;
            seen(&event);
            context.apply(one, event);
        }
        self.remember(context.clone());
        Ok(context)
    }

    /// Appends what was decided on `context`; the caller has it remembered on success.
    pub(crate) async fn append(
        &self,
        events: &[A::Event],
        context: &Context<A>,
        meta: &CommandMeta,
    ) -> Result<Vec<Seq>, LogError> {
        let write = Write {
            subject: self.subject(&context.id)?,
            expected: context.seq,
            events: self.envelop(events, context, meta),
        };
        let began = Instant::now();
        let appended = self.log.append(vec![write]).await;
        let labels = [
            ("aggregate", A::Event::KIND.as_str()),
            ("outcome", outcome(&appended)),
        ];
        metrics::APPEND.record(began.elapsed(), &labels);
        appended
    }

    /// Keeps `context`, whose aggregate has taken in what was appended at `seqs`.
    pub(crate) fn appended(&self, mut context: Context<A>, meta: &CommandMeta, seqs: &[Seq]) {
        for seq in seqs {
            context.advance(meta.command_id, *seq);
        }
        self.remember(context);
    }

    fn envelop(
        &self,
        events: &[A::Event],
        context: &Context<A>,
        meta: &CommandMeta,
    ) -> Vec<NewEvent> {
        let new = |(index, event): (usize, &A::Event)| NewEvent {
            envelope: Envelope {
                id: Uuid::new_v5(&meta.command_id, &(index as u64).to_be_bytes()),
                event_type: event.full_name().to_owned(),
                source: self.source.to_owned(),
                time_us: meta.time_us,
                correlation_id: meta.correlation_id,
                causation_id: meta.causation_id,
                command_id: meta.command_id,
                aggregate_version: context.version + 1 + index as u64,
                traceparent: meta.traceparent.clone(),
            },
            data: event.encode().into(),
        };
        events.iter().enumerate().map(new).collect()
    }

    fn remember(&self, context: Context<A>) {
        self.lock().put(context.id.clone(), context);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, LruCache<String, Context<A>>> {
        // A panic while the lock was held can only have lost a cache entry.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn outcome(appended: &Result<Vec<Seq>, LogError>) -> &'static str {
    match appended {
        Ok(_) => "stored",
        Err(LogError::Conflict { .. }) => "conflict",
        Err(_) => "failed",
    }
}

fn decode<A: Aggregate>(recorded: &Recorded) -> Result<A::Event, DecodeError>
where
    A::Event: AggregateEvent,
{
    A::Event::try_from(recorded.decode()?)
        .map_err(|_| DecodeError::UnknownType(recorded.envelope.event_type.clone()))
}

fn technical<E: std::error::Error>(error: LogError) -> AggregateError<E> {
    match error {
        LogError::Conflict { .. } => AggregateError::AggregateConflict,
        LogError::Corrupt(_) => AggregateError::DeserializationError(Box::new(error)),
        LogError::Rejected(_) => AggregateError::UnexpectedError(Box::new(error)),
        LogError::Unknown(_) | LogError::Unavailable(_) => {
            AggregateError::DatabaseConnectionError(Box::new(error))
        }
    }
}

impl<A> EventStore<A> for LogStore<A>
where
    A: Aggregate + Clone,
    A::Event: AggregateEvent,
    A::Error: Send,
{
    type AC = Context<A>;

    async fn load_events(
        &self,
        id: &str,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        let subject = self.subject(id).map_err(technical)?;
        let recorded = self.log.load(&subject, 0).await.map_err(technical)?;
        let envelope = |(index, one): (usize, &Arc<Recorded>)| {
            Ok(EventEnvelope {
                aggregate_id: id.to_owned(),
                sequence: index + 1,
                payload: decode::<A>(one)
                    .map_err(|e| AggregateError::DeserializationError(Box::new(e)))?,
                metadata: one
                    .envelope
                    .to_headers(id)
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect(),
            })
        };
        recorded.iter().enumerate().map(envelope).collect()
    }

    async fn load_aggregate(&self, id: &str) -> Result<Context<A>, AggregateError<A::Error>> {
        self.fresh(id).await.map_err(technical)
    }

    /// `metadata` must come from [`CommandMeta`]; the context's aggregate has already taken the events in.
    async fn commit(
        &self,
        events: Vec<A::Event>,
        context: Context<A>,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        let meta = CommandMeta::from_map(&metadata).ok_or_else(|| {
            let missing = "the metadata carries no command, correlation, causation or time";
            AggregateError::UnexpectedError(missing.into())
        })?;
        let (id, version) = (context.id.clone(), context.version as usize);
        let seqs = self.append(&events, &context, &meta).await;
        self.appended(context, &meta, &seqs.map_err(technical)?);
        let envelope = |(index, payload)| EventEnvelope {
            aggregate_id: id.clone(),
            sequence: version + index + 1,
            payload,
            metadata: metadata.clone(),
        };
        Ok(events.into_iter().enumerate().map(envelope).collect())
    }
}
