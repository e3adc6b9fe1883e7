//! The thread that writes: decides when a transaction is due. What is in it is `commit`'s.
use super::{
    append::Appender,
    checkpoint::{self, Checkpoints},
    clock::Clock,
    gather::Gather,
    group::Groups,
    limits::{COMMIT_REQUESTS, SOFT_FLUSH_AFTER, SOFT_RETRY_AFTER},
    lock::DirectoryLock,
    request::Request,
    tail::Tail,
};
use crate::Seq;
use rusqlite::Connection;
use std::{
    path::PathBuf,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, timeout_at},
};

pub(super) struct Writer {
    pub conn: Connection,
    pub file: PathBuf,
    pub clock: Clock,
    pub requests: mpsc::Receiver<Request>,
    pub tail: Arc<RwLock<Tail>>,
    pub head: watch::Sender<Seq>,
    pub groups: Arc<Groups>,
    /// Some group has moved on since its progress was last taken.
    pub progress: Arc<AtomicBool>,
    /// Soft writes that the disk refused; callers are refused when they become too many.
    pub held: Arc<AtomicUsize>,
    pub appender: Appender,
    pub checkpoints: Checkpoints,
    /// Received and not committed, in order.
    pub waiting: Vec<Request>,
    /// When soft writes and progress must be on disk; `None` when there are none.
    pub flush_at: Option<Instant>,
    pub gather: Gather,
    pub closing: Option<oneshot::Sender<()>>,
    /// Released when the writer ends.
    pub lock: DirectoryLock,
}

impl Writer {
    /// Runs until the log is closed or everybody has dropped it.
    pub fn run(mut self, runtime: &tokio::runtime::Runtime) {
        runtime.block_on(self.serve());
        let Self {
            conn,
            closing,
            head,
            lock,
            ..
        } = self;
        // In this order: who waits for the end finds the database closed and the directory free.
        let _ = conn.close();
        drop(lock);
        drop(head);
        if let Some(closed) = closing {
            let _ = closed.send(());
        }
    }

    async fn serve(&mut self) {
        while self.receive().await {
            let mut callers = self.accept();
            if let Some(pause) = self.gather.pause(callers) {
                std::thread::sleep(pause);
                callers += self.drain();
            }
            let now = Instant::now();
            if !self.waiting.is_empty() || self.progress.load(Ordering::Acquire) {
                self.flush_at.get_or_insert(now + SOFT_FLUSH_AFTER);
            }
            let flush = self.flush_at.is_some_and(|at| at <= now);
            if callers > 0 || flush {
                self.write(flush);
            }
            if callers > 0 {
                self.gather.committed(callers, now.elapsed());
            }
        }
        self.write(true);
        self.checkpoints.copy(&self.conn);
    }

    /// Waits for something to do; `false` when nothing can come any more.
    async fn receive(&mut self) -> bool {
        let idle = || {
            self.checkpoints
                .due
                .then(|| Instant::now() + checkpoint::IDLE)
        };
        let until = self.flush_at.or_else(idle);
        let receiving = self.requests.recv_many(&mut self.waiting, COMMIT_REQUESTS);
        let Some(until) = until else {
            return receiving.await > 0;
        };
        match timeout_at(until, receiving).await {
            Ok(received) => received > 0,
            Err(_) => {
                if self.flush_at.is_none() {
                    self.checkpoints.copy(&self.conn);
                }
                true
            }
        }
    }

    /// Takes out what only concerns the loop and gives how many callers wait for an answer.
    fn accept(&mut self) -> usize {
        let mut callers = 0;
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.retain_mut(|request| match request {
            Request::Wake => false,
            Request::Close(answer) => {
                let (unused, _) = oneshot::channel();
                self.closing = Some(std::mem::replace(answer, unused));
                self.requests.close();
                false
            }
            Request::Soft(_) => true,
            Request::Append { .. } | Request::Letter { .. } | Request::Barrier(_) => {
                callers += 1;
                true
            }
        });
        self.waiting = waiting;
        callers
    }

    /// Takes what is in the queue now, and gives how many more callers wait for an answer.
    fn drain(&mut self) -> usize {
        let earlier = std::mem::take(&mut self.waiting);
        for _ in 0..self.requests.len() {
            self.waiting.extend(self.requests.try_recv().ok());
        }
        let callers = self.accept();
        let later = std::mem::replace(&mut self.waiting, earlier);
        self.waiting.extend(later);
        callers
    }

    /// One transaction. Progress is taken before the queue is drained and written after what was in it,
    /// so that an acknowledgement never reaches the disk before the soft writes that preceded it.
    fn write(&mut self, flush: bool) {
        let mut progress = Vec::new();
        if flush {
            self.flush_at = None;
            self.progress.store(false, Ordering::Release);
            progress = self.groups.take_progress();
            self.drain();
        }
        if self.waiting.is_empty() && progress.is_empty() {
            return;
        }
        if self.commit(&progress) {
            self.checkpoints.committed(&self.conn);
            if self.progress.load(Ordering::Acquire) {
                let soon = Instant::now() + SOFT_FLUSH_AFTER;
                self.flush_at.get_or_insert(soon);
            } else {
                self.flush_at = None;
            }
        } else {
            self.groups.give_back(&progress);
            if !progress.is_empty() {
                self.progress.store(true, Ordering::Release);
            }
            let unwritten = !self.waiting.is_empty() || !progress.is_empty();
            self.flush_at = unwritten.then(|| Instant::now() + SOFT_RETRY_AFTER);
        }
    }
}
