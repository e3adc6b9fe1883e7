//! A small event log in memory, so that the projections can be tested alone.
use async_trait::async_trait;
use errand_eventlog::{
    Delivery, EventLog, Filter, Group, GroupStatus, Head, LogError, Page, Recorded, Seq, StartAt,
    Write, port::Result,
};
use errand_proto::{Envelope, Event, Subject};
use futures::{StreamExt as _, stream::BoxStream};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};
use tokio::sync::watch;
use uuid::Uuid;

/// Time of the first event; each later one is a millisecond later.
pub const START_US: i64 = 1_763_800_000_000_000;

#[derive(Clone)]
pub struct Feed(Arc<Inner>);

struct Inner {
    log_id: Uuid,
    page: usize,
    events: Mutex<Vec<Arc<Recorded>>>,
    versions: Mutex<HashMap<Subject, u64>>,
    head: watch::Sender<Seq>,
    fault: Mutex<Option<String>>,
}

impl Feed {
    /// Hands out at most `page` events at once.
    pub fn new(page: usize) -> Self {
        Self::with_id(Uuid::new_v4(), page)
    }

    pub fn with_id(log_id: Uuid, page: usize) -> Self {
        Self(Arc::new(Inner {
            log_id,
            page,
            events: Mutex::default(),
            versions: Mutex::default(),
            head: watch::Sender::new(0),
            fault: Mutex::default(),
        }))
    }

    /// The same identity and events up to `seq`, as after a restore from an older copy.
    pub fn restored(&self, seq: Seq, page: usize) -> Self {
        let copy = Self::with_id(self.0.log_id, page);
        for event in self.events().iter().filter(|e| e.seq <= seq) {
            copy.put((**event).clone());
        }
        copy
    }

    pub fn add(&self, subject: &Subject, event: &Event) -> Seq {
        let seq = *self.0.head.borrow() + 1;
        let version = {
            let mut versions = self.0.versions.lock().unwrap();
            let version = versions.entry(subject.clone()).or_default();
            *version += 1;
            *version
        };
        let id = Uuid::from_u128(u128::from(seq));
        self.put(Recorded {
            seq,
            subject: subject.clone(),
            envelope: Envelope {
                id,
                event_type: event.full_name().to_owned(),
                source: "errand/test".into(),
                time_us: START_US + i64::try_from(seq).unwrap() * 1000,
                correlation_id: id,
                causation_id: id,
                command_id: id,
                aggregate_version: version,
                traceparent: None,
            },
            data: event.encode().into(),
        });
        seq
    }

    /// Stores an event whose payload nobody can read.
    pub fn add_broken(&self, subject: &Subject) -> Seq {
        let seq = *self.0.head.borrow() + 1;
        let id = Uuid::from_u128(u128::from(seq));
        self.put(Recorded {
            seq,
            subject: subject.clone(),
            envelope: Envelope {
                id,
                event_type: "errand.v1.StoryPainted".into(),
                source: "errand/test".into(),
                time_us: START_US,
                correlation_id: id,
                causation_id: id,
                command_id: id,
                aggregate_version: 99,
                traceparent: None,
            },
            data: bytes::Bytes::new(),
        });
        seq
    }

    /// Takes the payload that nobody can read out of the log, as an update of the program would make it readable.
    pub fn mend(&self, seq: Seq) {
        self.events().retain(|e| e.seq != seq);
    }

    pub fn len(&self) -> Seq {
        *self.0.head.borrow()
    }

    /// Every read fails so until it is called with `None`.
    pub fn fault(&self, reason: Option<&str>) {
        *self.0.fault.lock().unwrap() = reason.map(str::to_owned);
    }

    /// Stores an event whatever its version and id.
    pub fn put(&self, event: Recorded) {
        let seq = event.seq;
        self.events().push(Arc::new(event));
        self.0.head.send_replace(seq);
    }

    /// The event at this sequence, to be put again in another shape.
    pub fn at(&self, seq: Seq) -> Recorded {
        let events = self.events();
        let found = events.iter().find(|e| e.seq == seq);
        found.unwrap().as_ref().clone()
    }

    fn events(&self) -> MutexGuard<'_, Vec<Arc<Recorded>>> {
        self.0.events.lock().unwrap()
    }

    /// The next page after `after`, `None` when there is nothing new.
    fn page(&self, filter: &Filter, after: Seq) -> Option<Page> {
        let events = self.events();
        let from = events.partition_point(|e| e.seq <= after);
        let slice = &events[from..(from + self.0.page).min(events.len())];
        let through = slice.last()?.seq;
        let wanted = slice.iter().filter(|e| filter.matches(e)).cloned();
        Some(Page {
            events: wanted.collect(),
            through,
        })
    }
}

#[async_trait]
impl EventLog for Feed {
    async fn head(&self) -> Result<Head> {
        Ok(Head {
            log_id: self.0.log_id,
            seq: self.len(),
        })
    }

    async fn append(&self, _: Vec<Write>) -> Result<Vec<Seq>> {
        Err(LogError::Rejected("this feed is filled by `add`".into()))
    }

    async fn load(&self, subject: &Subject, after: Seq) -> Result<Vec<Arc<Recorded>>> {
        let events = self.events();
        let wanted = events
            .iter()
            .filter(|e| e.seq > after && e.subject == *subject);
        Ok(wanted.cloned().collect())
    }

    async fn read(
        &self,
        filter: Filter,
        from: StartAt,
        follow: bool,
    ) -> Result<BoxStream<'static, Result<Page>>> {
        let StartAt::After(after) = from else {
            return Err(LogError::Rejected(
                "this feed begins after a sequence".into(),
            ));
        };
        let heads = self.0.head.subscribe();
        let state = (self.clone(), filter, after, heads);
        let pages =
            futures::stream::unfold(state, move |(feed, filter, after, mut heads)| async move {
                // A page is never there at once, so that the batches are as large as the pages.
                tokio::task::yield_now().await;
                loop {
                    let fault = feed.0.fault.lock().unwrap().clone();
                    if let Some(reason) = fault {
                        let fault = Err(LogError::Unavailable(reason));
                        return Some((fault, (feed, filter, after, heads)));
                    }
                    heads.mark_unchanged();
                    if let Some(page) = feed.page(&filter, after) {
                        let through = page.through;
                        return Some((Ok(page), (feed, filter, through, heads)));
                    }
                    if !follow || heads.changed().await.is_err() {
                        return None;
                    }
                }
            });
        Ok(pages.boxed())
    }

    async fn work(&self, _: Group) -> Result<BoxStream<'static, Result<Box<dyn Delivery>>>> {
        Err(LogError::Rejected("this feed has no groups".into()))
    }

    async fn groups(&self) -> Result<Vec<GroupStatus>> {
        Ok(Vec::new())
    }
}
