//! What the writer is asked to do, and the way to ask it.
use super::{
    error::closed,
    limits::{MAX_HELD_SOFT, QUEUED_KIB, QUEUED_REQUESTS},
    soft::Soft,
};
use crate::{LogError, Seq, Write, port::Result};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

/// Answered after the commit, except `Soft` and `Wake`, which have no answer.
#[derive(Debug)]
pub(super) enum Request {
    Append {
        writes: Vec<Write>,
        /// The caller's share of the memory for waiting payloads.
        room: OwnedSemaphorePermit,
        answer: oneshot::Sender<Result<Vec<Seq>>>,
    },
    Letter {
        id: i64,
        fate: LetterFate,
        answer: oneshot::Sender<Result<bool>>,
    },
    Soft(Soft),
    /// Everything sent before is on disk once this is answered.
    Barrier(oneshot::Sender<Result<()>>),
    /// Some group has progress that is not on disk.
    Wake,
    /// Flush and end.
    Close(oneshot::Sender<()>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LetterFate {
    Redrive,
    Discard,
}

/// The sending end of the writer's queue, which is bounded by number and by bytes.
#[derive(Debug)]
pub(super) struct Inbox {
    requests: mpsc::Sender<Request>,
    room: Arc<Semaphore>,
    /// Soft writes that the disk refused and the writer holds; shared with it.
    pub held: Arc<AtomicUsize>,
    /// Some group has progress that is not on disk; shared with the writer.
    pub progress: Arc<AtomicBool>,
}

/// Room for one soft write: sending it cannot fail or wait, so it can be done under a lock.
pub(super) struct SoftPermit<'a>(mpsc::Permit<'a, Request>);

impl SoftPermit<'_> {
    pub fn send(self, soft: Soft) {
        self.0.send(Request::Soft(soft));
    }
}

impl Inbox {
    pub fn new() -> (Self, mpsc::Receiver<Request>) {
        let (requests, receiver) = mpsc::channel(QUEUED_REQUESTS);
        let inbox = Self {
            requests,
            room: Arc::new(Semaphore::new(QUEUED_KIB)),
            held: Arc::default(),
            progress: Arc::default(),
        };
        (inbox, receiver)
    }

    /// Waits for memory for so many bytes of payload.
    pub async fn room(&self, bytes: usize) -> Result<OwnedSemaphorePermit> {
        let kib = u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX);
        let room = self.room.clone().acquire_many_owned(kib).await;
        room.map_err(|_| closed())
    }

    /// Sends a request and waits for its answer.
    pub async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T>>) -> Request,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let sent = self.requests.send(request(answer)).await;
        sent.map_err(|_| closed())?;
        answered.await.unwrap_or_else(|_| {
            let text = "the event log's writer ended before it answered";
            Err(LogError::Unknown(text.into()))
        })
    }

    pub async fn soft(&self) -> Result<SoftPermit<'_>> {
        if self.held.load(Ordering::Relaxed) >= MAX_HELD_SOFT {
            return Err(LogError::Unavailable(format!(
                "{MAX_HELD_SOFT} notes wait for a disk that refuses them: free some space"
            )));
        }
        let permit = self.requests.reserve().await;
        permit.map(SoftPermit).map_err(|_| closed())
    }

    /// Tells the writer that a group has moved on. Costs nothing while it already knows.
    pub fn note_progress(&self) {
        if !self.progress.swap(true, Ordering::AcqRel) {
            // When the queue is full the writer is awake and looks by itself.
            let _ = self.requests.try_send(Request::Wake);
        }
    }

    pub async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.requests.send(Request::Close(answer)).await.is_ok() {
            let _ = answered.await;
        }
    }
}
