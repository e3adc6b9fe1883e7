//! The log as callers hold it.
use crate::{
    connect::connect,
    error::ConnectError,
    group, letters, migrate,
    options::NatsOptions,
    read,
    shared::{Shared, unavailable},
    subjects::Subjects,
    topology::{LOG_ID, Stream},
};
use async_trait::async_trait;
use errand_eventlog::{
    Delivery, EventLog, Filter, Group, GroupStatus, Head, LogError, Page, Recorded, Seq, StartAt,
    Write, port::Result,
};
use errand_proto::Subject;
use futures::{future::try_join_all, stream::BoxStream};
use std::sync::Arc;
use tokio_util::sync::{CancellationToken, DropGuard};

/// An event log, job queue and dead-letter box on NATS JetStream.
#[derive(Debug)]
pub struct NatsLog {
    shared: Arc<Shared>,
    _stop: DropGuard,
}

impl NatsLog {
    /// Connects, checks the server, and creates or changes the streams as needed.
    ///
    /// # Errors
    /// Each is one line that says what to do.
    pub async fn connect(options: NatsOptions) -> std::result::Result<Arc<Self>, ConnectError> {
        let (client, js, watched) = connect(&options).await?;
        let subjects = Subjects::new(options.prefix.as_deref());
        let ensured =
            Stream::ALL.map(|s| migrate::ensure(&js, &watched, s, &subjects, options.replicas));
        try_join_all(ensured).await?;
        let stop = CancellationToken::new();
        let clock = options.clock.clone();
        let connection = (client, js, watched);
        let shared = Arc::new(Shared::new(connection, subjects, stop.clone(), clock));
        if options.role.keeps_letters() {
            let collecting = letters::collect_advisories(shared.clone());
            tokio::spawn(stop.clone().run_until_cancelled_owned(collecting));
        }
        Ok(Arc::new(Self {
            shared,
            _stop: stop.drop_guard(),
        }))
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

#[async_trait]
impl EventLog for NatsLog {
    async fn head(&self) -> Result<Head> {
        let stream = self.shared.stream(Stream::Events).await?;
        let info = stream.get_info().await.map_err(unavailable)?;
        let log_id = info
            .config
            .metadata
            .get(LOG_ID)
            .and_then(|id| id.parse().ok());
        let log_id = log_id.ok_or_else(|| {
            let name = &info.config.name;
            LogError::Corrupt(format!("stream {name} has no {LOG_ID} in its metadata"))
        })?;
        Ok(Head {
            log_id,
            seq: info.state.last_sequence,
        })
    }

    async fn append(&self, writes: Vec<Write>) -> Result<Vec<Seq>> {
        self.shared.append(&writes).await
    }

    async fn load(&self, subject: &Subject, after: Seq) -> Result<Vec<Arc<Recorded>>> {
        self.shared.load(subject, after).await
    }

    async fn read(
        &self,
        filter: Filter,
        from: StartAt,
        follow: bool,
    ) -> Result<BoxStream<'static, Result<Page>>> {
        let head = self.head().await?.seq;
        read::read(&self.shared, head, filter, from, follow).await
    }

    async fn work(&self, group: Group) -> Result<BoxStream<'static, Result<Box<dyn Delivery>>>> {
        group::work(&self.shared, group).await
    }

    async fn groups(&self) -> Result<Vec<GroupStatus>> {
        let head = self.head().await?.seq;
        group::status(&self.shared, head).await
    }
}
