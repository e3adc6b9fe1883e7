//! One transaction of the writer, and what follows from it.
use super::{
    append::Appended,
    error::Fault,
    letters::{self, Released},
    request::Request,
    soft::{self, Progress, Soft},
    writer::Writer,
};
use crate::{LogError, Seq, port::Result};
use std::sync::{PoisonError, atomic::Ordering};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// What a caller will be told when the transaction is on disk.
enum Answer {
    Append {
        answer: oneshot::Sender<Result<Vec<Seq>>>,
        outcome: std::result::Result<Appended, LogError>,
        _room: OwnedSemaphorePermit,
    },
    Letter {
        answer: oneshot::Sender<Result<bool>>,
        released: Option<Released>,
    },
    Barrier(oneshot::Sender<Result<()>>),
}

/// The transaction so far.
#[derive(Default)]
struct Batch {
    /// Kept until the commit, to be done again when it fails.
    softs: Vec<Soft>,
    answers: Vec<Answer>,
    fault: Option<Fault>,
}

impl Writer {
    /// Writes all that waits; `false` when it failed: callers were told and the soft writes wait on.
    pub(super) fn commit(&mut self, progress: &[Progress]) -> bool {
        let waiting = std::mem::take(&mut self.waiting);
        let mut batch = Batch::default();
        self.run_sql(&mut batch, "begin immediate", false);
        for request in waiting {
            self.execute(&mut batch, request);
        }
        for progress in progress {
            if batch.fault.is_none() {
                let saved = soft::save(&self.conn, progress);
                self.note(&mut batch, saved, false);
            }
        }
        self.run_sql(&mut batch, "commit", true);
        match batch.fault.take() {
            None => {
                self.held.store(0, Ordering::Relaxed);
                self.publish(batch.answers);
                true
            }
            Some(fault) => {
                self.roll_back(batch, &fault);
                false
            }
        }
    }

    fn run_sql(&self, batch: &mut Batch, sql: &str, committing: bool) {
        if batch.fault.is_none() {
            let done = self
                .conn
                .prepare_cached(sql)
                .and_then(|mut s| s.execute([]));
            self.note(batch, done, committing);
        }
    }

    fn note<T>(&self, batch: &mut Batch, done: rusqlite::Result<T>, committing: bool) -> Option<T> {
        match done {
            Ok(value) => Some(value),
            Err(error) => {
                batch.fault = Some(Fault::of(&self.file, &error, committing));
                None
            }
        }
    }

    /// After a fault the rest is only collected, to be told or kept.
    fn execute(&mut self, batch: &mut Batch, request: Request) {
        let fault = batch.fault.clone();
        match request {
            Request::Soft(soft) => {
                if fault.is_none() {
                    let done = soft::execute(&self.conn, &soft);
                    self.note(batch, done, false);
                }
                batch.softs.push(soft);
            }
            Request::Append {
                writes,
                room,
                answer,
            } => {
                let mut outcome = None;
                if fault.is_none() {
                    let now_us = self.clock.now_us();
                    let done = self.appender.append(&self.conn, writes, now_us);
                    outcome = self.note(batch, done, false);
                }
                let refused = || Err(LogError::Unavailable(String::new()));
                batch.answers.push(Answer::Append {
                    answer,
                    outcome: outcome.unwrap_or_else(refused),
                    _room: room,
                });
            }
            Request::Letter { id, fate, answer } => {
                let mut released = None;
                if fault.is_none() {
                    let done = letters::settle(&self.conn, id, fate, self.clock.now_us());
                    released = self.note(batch, done, false).flatten();
                }
                batch.answers.push(Answer::Letter { answer, released });
            }
            Request::Barrier(answer) => batch.answers.push(Answer::Barrier(answer)),
            Request::Wake | Request::Close(_) => {}
        }
    }

    /// It is on disk: readers see it first, then the callers are told.
    fn publish(&mut self, mut answers: Vec<Answer>) {
        let mut head = *self.head.borrow();
        {
            let mut tail = self.tail.write().unwrap_or_else(PoisonError::into_inner);
            for answer in &mut answers {
                if let Answer::Append {
                    outcome: Ok(appended),
                    ..
                } = answer
                {
                    for (event, before) in appended.events.drain(..) {
                        head = event.seq;
                        tail.push(event, before);
                    }
                }
            }
        }
        self.head.send_if_modified(|current| {
            let moved = *current != head;
            *current = head;
            moved
        });
        for answer in answers {
            self.tell(answer);
        }
    }

    /// Nobody may listen any more, which is their right.
    fn tell(&self, answer: Answer) {
        match answer {
            Answer::Append {
                answer, outcome, ..
            } => drop(answer.send(outcome.map(|appended| appended.seqs))),
            Answer::Letter { answer, released } => {
                if let Some(letter) = released.as_ref().filter(|letter| letter.redriven) {
                    let now_us = self.clock.now_us();
                    self.groups.redeliver(&letter.group, letter.seq, now_us);
                }
                drop(answer.send(Ok(released.is_some())));
            }
            Answer::Barrier(answer) => drop(answer.send(Ok(()))),
        }
    }

    fn roll_back(&mut self, batch: Batch, fault: &Fault) {
        if !self.conn.is_autocommit()
            && let Err(error) = self.conn.execute_batch("rollback")
        {
            tracing::error!(%error, "a failed transaction of the event log could not be rolled back");
        }
        self.appender.roll_back(*self.head.borrow());
        self.held.store(batch.softs.len(), Ordering::Relaxed);
        self.waiting = batch.softs.into_iter().map(Request::Soft).collect();
        tracing::warn!(error = %fault.to_error(), "the event log could not write");
        for answer in batch.answers {
            match answer {
                Answer::Append { answer, .. } => drop(answer.send(Err(fault.to_error()))),
                Answer::Letter { answer, .. } => drop(answer.send(Err(fault.to_error()))),
                Answer::Barrier(answer) => drop(answer.send(Err(fault.to_error()))),
            }
        }
    }
}
