//! Opening and closing, and the port itself.
use super::{
    EmbeddedOptions, OpenError,
    append::Appender,
    checkpoint::Checkpoints,
    clock::Clock,
    gather::Gather,
    group::{self, Groups},
    limits::{MAX_APPEND_BYTES, MAX_EVENT_BYTES, MAX_EVENTS_PER_APPEND, MAX_TEXT_BYTES},
    load,
    lock::DirectoryLock,
    queue::Jobs,
    read,
    readers::Readers,
    request::{Inbox, Request},
    schema,
    shared::Shared,
    tail::Tail,
    writer::Writer,
};
use crate::{
    Delivery, EventLog, Filter, Group, GroupStatus, Head, LogError, Page, Recorded, Seq, StartAt,
    Write, port::Result,
};
use async_trait::async_trait;
use errand_proto::Subject;
use futures::stream::BoxStream;
use std::{
    collections::HashSet,
    path::Path,
    sync::{Arc, RwLock},
};
use tokio::sync::watch;

const WRITER_THREAD: &str = "errand-log";

/// An event log, dead-letter box and job queue in one data directory. Needs a tokio runtime with time.
#[derive(Debug)]
pub struct EmbeddedLog(Arc<Shared>);

impl EmbeddedLog {
    /// Opens the log in `dir`, and makes both when they are not there. No other process can have it meanwhile.
    ///
    /// # Errors
    /// See [`OpenError`]; each says what to do.
    pub fn open(dir: &Path, options: EmbeddedOptions) -> std::result::Result<Arc<Self>, OpenError> {
        let lock = DirectoryLock::take(dir)?;
        let file = dir.join(schema::FILE);
        let (conn, identity) = schema::open(&file, &options)?;
        let unreadable = |source| OpenError::Database {
            file: file.clone(),
            source,
        };
        let groups = Arc::new(Groups::restore(&conn).map_err(unreadable)?);
        let jobs = Jobs::restore(&conn).map_err(unreadable)?;
        let clock = Clock::start(options.clock, identity.stored_us);
        let tail = Tail::new(identity.head, options.tail_events, options.tail_bytes);
        let tail = Arc::new(RwLock::new(tail));
        let (head, follow_head) = watch::channel(identity.head);
        let (inbox, requests) = Inbox::new();
        let writer = Writer {
            conn,
            file: file.clone(),
            clock: clock.clone(),
            requests,
            tail: tail.clone(),
            head,
            groups: groups.clone(),
            progress: inbox.progress.clone(),
            held: inbox.held.clone(),
            appender: Appender::new(identity.head),
            checkpoints: Checkpoints::default(),
            waiting: Vec::new(),
            flush_at: None,
            gather: Gather::default(),
            closing: None,
            lock,
        };
        start(writer)?;
        Ok(Arc::new(Self(Arc::new(Shared {
            log_id: identity.log_id,
            clock,
            tail,
            head: follow_head,
            readers: Readers::new(file),
            inbox,
            groups,
            jobs,
        }))))
    }

    /// Writes what is still in memory and frees the data directory. Later calls answer that the log is closed,
    /// and streams end with that answer.
    pub async fn close(&self) {
        self.0.inbox.close().await;
        self.0.readers.close();
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.0
    }
}

fn start(writer: Writer) -> std::result::Result<(), OpenError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(OpenError::Thread)?;
    std::thread::Builder::new()
        .name(WRITER_THREAD.into())
        .spawn(move || writer.run(&runtime))
        .map_err(OpenError::Thread)?;
    Ok(())
}

#[async_trait]
impl EventLog for EmbeddedLog {
    async fn head(&self) -> Result<Head> {
        Ok(Head {
            log_id: self.0.log_id,
            seq: *self.0.head.borrow(),
        })
    }

    async fn append(&self, writes: Vec<Write>) -> Result<Vec<Seq>> {
        let bytes = check(&writes)?;
        let room = self.0.inbox.room(bytes).await?;
        let request = |answer| Request::Append {
            writes,
            room,
            answer,
        };
        self.0.inbox.ask(request).await
    }

    async fn load(&self, subject: &Subject, after: Seq) -> Result<Vec<Arc<Recorded>>> {
        load::load(&self.0, subject, after).await
    }

    async fn read(
        &self,
        filter: Filter,
        from: StartAt,
        follow: bool,
    ) -> Result<BoxStream<'static, Result<Page>>> {
        read::read(&self.0, filter, from, follow).await
    }

    async fn work(&self, group: Group) -> Result<BoxStream<'static, Result<Box<dyn Delivery>>>> {
        group::feed(&self.0, group)
    }

    async fn groups(&self) -> Result<Vec<GroupStatus>> {
        Ok(self.0.groups.status(*self.0.head.borrow()))
    }
}

/// The bytes of an append that is within all limits.
fn check(writes: &[Write]) -> Result<usize> {
    let refuse = |what: String| Err(LogError::Rejected(what));
    let events = || writes.iter().flat_map(|write| &write.events);
    let count = events().count();
    if writes.iter().any(|write| write.events.is_empty()) || writes.is_empty() {
        return refuse("an append needs at least one event in every write".into());
    }
    if count > MAX_EVENTS_PER_APPEND {
        return refuse(format!(
            "the append has {count} events, the limit is {MAX_EVENTS_PER_APPEND}"
        ));
    }
    let mut subjects = HashSet::new();
    if let Some(twice) = writes.iter().find(|w| !subjects.insert(&w.subject)) {
        return refuse(format!("{} is written twice in one append", twice.subject));
    }
    for event in events() {
        let (bytes, kind) = (event.data.len(), &event.envelope.event_type);
        if bytes > MAX_EVENT_BYTES {
            return refuse(format!(
                "an event of type {kind} has {bytes} bytes, the limit is {MAX_EVENT_BYTES}"
            ));
        }
        let trace = event.envelope.traceparent.as_ref().map_or(0, String::len);
        let text = kind.len().max(event.envelope.source.len()).max(trace);
        if text > MAX_TEXT_BYTES {
            return refuse(format!(
                "an event's type, source or traceparent has {text} bytes, the limit is {MAX_TEXT_BYTES}"
            ));
        }
    }
    let bytes = events().map(|event| event.data.len()).sum();
    if bytes > MAX_APPEND_BYTES {
        return refuse(format!(
            "the append has {bytes} bytes, the limit is {MAX_APPEND_BYTES}"
        ));
    }
    Ok(bytes)
}
