//! The pull requests of a group in this process. Its readers share them: whoever asks gets the next message, and a
//! reader that stands still holds none.
use super::consumer;
use crate::{pull::Pull, shared::Shared, topology::Stream};
use async_nats::jetstream;
use errand_eventlog::{Group, port::Result};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Instant,
};

#[derive(Debug, Default)]
pub(crate) struct Groups(Mutex<HashMap<&'static str, Weak<tokio::sync::Mutex<Puller>>>>);

impl Groups {
    pub(super) fn puller(&self, name: &'static str) -> Arc<tokio::sync::Mutex<Puller>> {
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        groups.retain(|_, puller| puller.strong_count() > 0);
        if let Some(puller) = groups.get(name).and_then(Weak::upgrade) {
            return puller;
        }
        let puller = Arc::default();
        groups.insert(name, Arc::downgrade(&puller));
        puller
    }
}

#[derive(Default)]
pub(crate) struct Puller(Option<Open>);

impl std::fmt::Debug for Puller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let open = self.0.is_some();
        f.debug_struct("Puller").field("open", &open).finish()
    }
}

struct Open {
    events: Pull,
    redriven: Pull,
}

/// A message as the server handed it out.
pub(super) struct Taken {
    pub message: jetstream::Message,
    pub from: Stream,
    pub at: Instant,
}

impl Puller {
    /// The next message of either consumer. May be dropped at any time without losing one.
    pub async fn next(&mut self, shared: &Shared, group: &Group) -> Result<Taken> {
        if self.0.is_none() {
            consumer::ensure(shared, group).await?;
            let open = |stream| {
                let api = shared.subjects.pull(stream, group.name);
                // One at a time: a message that waits here would be kept from readers elsewhere.
                Pull::open(&shared.client, api, 1)
            };
            self.0 = Some(Open {
                events: open(Stream::Events).await?,
                redriven: open(Stream::Redriven).await?,
            });
        }
        let Some(Open { events, redriven }) = &mut self.0 else {
            return Err(crate::shared::unavailable("the group's consumers are not open"));
        };
        let (taken, from) = tokio::select! {
            taken = events.next() => (taken, Stream::Events),
            taken = redriven.next() => (taken, Stream::Redriven),
        };
        let message = taken.inspect_err(|_| self.0 = None)?;
        Ok(Taken {
            message: jetstream::Message {
                message,
                context: shared.js.clone(),
            },
            from,
            at: Instant::now(),
        })
    }
}
