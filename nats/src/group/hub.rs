//! What a group pulls for its readers in this process. They share it: a message goes to whichever of them asks, and
//! none is asked for before somebody does, so that a reader that stands still takes no work from the others.
use super::{consumer, latest::Latest};
use crate::{
    limits::MAX_REOPENINGS,
    pull::Pull,
    shared::{Shared, pause},
    topology::Stream,
};
use async_nats::jetstream::{self, AckKind};
use errand_eventlog::{Group, port::Result};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Instant,
};
use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, DropGuard};

#[derive(Debug, Default)]
pub(crate) struct Groups(Mutex<HashMap<&'static str, Weak<Hub>>>);

impl Groups {
    /// The hub of that group; the first reader starts it, and it ends with the last.
    pub(super) fn hub(&self, shared: &Arc<Shared>, group: &Group) -> Arc<Hub> {
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        groups.retain(|_, hub| hub.strong_count() > 0);
        if let Some(hub) = groups.get(group.name).and_then(Weak::upgrade) {
            return hub;
        }
        let hub = Arc::new(Hub::start(shared, group.clone()));
        groups.insert(group.name, Arc::downgrade(&hub));
        hub
    }
}

/// A message as the server handed it out.
pub(super) struct Taken {
    pub message: jetstream::Message,
    pub from: Stream,
    /// When it arrived; its `ack_wait` runs from then.
    pub at: Instant,
}

#[derive(Debug)]
pub(crate) struct Hub {
    shelf: Arc<Shelf>,
    _stop: DropGuard,
}

/// Where a message lies between its arrival and the reader that takes it.
#[derive(Default)]
struct Shelf {
    messages: Mutex<VecDeque<Result<Taken>>>,
    arrived: Notify,
    wanted: Notify,
    deliveries: Latest,
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let messages = self.messages().len();
        f.debug_struct("Shelf")
            .field("messages", &messages)
            .finish()
    }
}

impl Shelf {
    fn messages(&self) -> MutexGuard<'_, VecDeque<Result<Taken>>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, message: Result<Taken>) {
        if let Ok(taken) = &message {
            self.deliveries.note(taken);
        }
        self.messages().push_back(message);
        self.arrived.notify_waiters();
    }
}

impl Hub {
    fn start(shared: &Arc<Shared>, group: Group) -> Self {
        let (shelf, stop) = (Arc::new(Shelf::default()), CancellationToken::new());
        let (shared, kept, ended) = (shared.clone(), shelf.clone(), stop.clone());
        tokio::spawn(async move {
            let closed = shared.stop.clone();
            tokio::select! {
                () = pull_on_demand(&shared, &group, &kept) => {}
                () = ended.cancelled() => {}
                () = closed.cancelled() => {}
            }
            give_back(&kept).await;
        });
        Self {
            shelf,
            _stop: stop.drop_guard(),
        }
    }

    pub fn latest(&self) -> Latest {
        self.shelf.deliveries.clone()
    }

    /// The next message for whoever asks. May be dropped at any time without losing one.
    pub async fn next(&self) -> Result<Taken> {
        loop {
            let mut arrived = std::pin::pin!(self.shelf.arrived.notified());
            arrived.as_mut().enable();
            let first = self.shelf.messages().pop_front();
            if let Some(message) = first {
                return message;
            }
            self.shelf.wanted.notify_one();
            arrived.await;
        }
    }
}

/// Ends never. One message per request of a reader, and none while another lies there.
async fn pull_on_demand(shared: &Shared, group: &Group, shelf: &Shelf) {
    let mut pulls = None;
    loop {
        shelf.wanted.notified().await;
        // What lies there is for the one who asked; who comes away empty asks again.
        if shelf.messages().is_empty() {
            shelf.put(insist(shared, group, &mut pulls).await);
        }
    }
}

/// A message; what fails is tried again, and after a while told.
async fn insist(shared: &Shared, group: &Group, pulls: &mut Option<Pulls>) -> Result<Taken> {
    let mut failures = 0;
    loop {
        match pull(shared, group, pulls).await {
            Ok(taken) => return Ok(taken),
            Err(error) => {
                *pulls = None;
                failures += 1;
                if failures > MAX_REOPENINGS {
                    return Err(error);
                }
                tracing::debug!(%error, group = group.name, "pulling again");
                tokio::time::sleep(pause(failures)).await;
            }
        }
    }
}

struct Pulls {
    events: Pull,
    redriven: Pull,
}

async fn pull(shared: &Shared, group: &Group, pulls: &mut Option<Pulls>) -> Result<Taken> {
    let pulls = match pulls {
        Some(pulls) => pulls,
        None => pulls.insert(open(shared, group).await?),
    };
    let (taken, from) = tokio::select! {
        taken = pulls.events.next() => (taken, Stream::Events),
        taken = pulls.redriven.next() => (taken, Stream::Redriven),
    };
    Ok(Taken {
        message: jetstream::Message {
            message: taken?,
            context: shared.js.clone(),
        },
        from,
        at: Instant::now(),
    })
}

async fn open(shared: &Shared, group: &Group) -> Result<Pulls> {
    consumer::ensure(shared, group).await?;
    let open = |stream| {
        let api = shared.subjects.pull(stream, group.name);
        // One at a time: a message that waits here is kept from readers elsewhere.
        Pull::open(&shared.client, api, 1)
    };
    Ok(Pulls {
        events: open(Stream::Events).await?,
        redriven: open(Stream::Redriven).await?,
    })
}

/// A message that no reader took goes to another process at once.
async fn give_back(shelf: &Shelf) {
    let left: Vec<_> = shelf.messages().drain(..).flatten().collect();
    for taken in left {
        // Without an answer it comes again by itself, only later.
        let _ = taken.message.ack_with(AckKind::Nak(None)).await;
    }
}
