//! Which message a group delivers next. Pure: the time comes in, nothing is written.
use crate::{Page, Recorded, Seq};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use crate::embedded::limits::MAX_WAITING_RETRIES;

/// What a reader asks of its group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub ack_wait_us: i64,
    pub max_in_flight: usize,
    pub max_deliver: u32,
}

/// What to do next.
#[derive(Debug)]
pub(super) enum Step {
    /// Hand it out. The event is `None` when it must be fetched.
    Deliver {
        seq: Seq,
        attempt: u32,
        event: Option<Arc<Recorded>>,
    },
    /// It was delivered as often as allowed without an answer.
    GiveUp { seq: Seq, attempts: u32 },
    /// Look through more of the log, after this sequence.
    Scan(Seq),
    /// Nothing to do until something changes or this time has come.
    Wait(Option<i64>),
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// The log was looked through up to here.
    scanned: Seq,
    /// Wanted events that nobody was handed yet.
    ready: VecDeque<Arc<Recorded>>,
    in_flight: BTreeMap<Seq, InFlight>,
    retries: BTreeMap<Seq, Retry>,
    /// The retries by time.
    due: BTreeSet<(i64, Seq)>,
    /// No delivery expires before this.
    next_deadline_us: i64,
    /// Something is not on disk.
    pub dirty: bool,
}

#[derive(Debug, Clone, Copy)]
struct InFlight {
    attempt: u32,
    deadline_us: i64,
    /// The disk may know it as a retry.
    kept: bool,
}

#[derive(Debug, Clone, Copy)]
struct Retry {
    attempts: u32,
    due_us: i64,
    kept: bool,
}

impl State {
    /// A group as it was saved; a new one is `(0, &[])`. It is saved again soon, so that a new one is known.
    pub fn restored(through: Seq, outstanding: &[(Seq, u32)]) -> Self {
        let mut state = Self {
            scanned: through,
            dirty: true,
            ..Self::default()
        };
        for (seq, attempts) in outstanding {
            state.wait(*seq, *attempts, 0, false);
        }
        state
    }

    /// A retry that the disk knows.
    pub fn restore_retry(&mut self, seq: Seq, attempts: u32, due_us: i64) {
        let attempts = match self.retries.remove(&seq) {
            // It was under way again: that delivery counts.
            Some(under_way) => {
                self.due.remove(&(under_way.due_us, seq));
                under_way.attempts.max(attempts)
            }
            None => attempts,
        };
        self.wait(seq, attempts, due_us, true);
    }

    pub fn next(&mut self, now_us: i64, head: Seq, terms: &Terms) -> Step {
        if let Some(step) = self.expired(now_us, terms) {
            return step;
        }
        if self.in_flight.len() >= terms.max_in_flight.max(1) {
            // A due retry waits for the answer that makes room.
            return Step::Wait(self.deadline_us());
        }
        if let Some((due_us, seq)) = self.due.first().copied()
            && due_us <= now_us
        {
            return self.redeliver(seq, now_us, terms);
        }
        if self.retries.len() < MAX_WAITING_RETRIES {
            if let Some(event) = self.ready.pop_front() {
                return self.deliver(event.seq, 1, false, Some(event), now_us, terms);
            }
            if self.scanned < head {
                return Step::Scan(self.scanned);
            }
        }
        Step::Wait(self.wake_us())
    }

    fn redeliver(&mut self, seq: Seq, now_us: i64, terms: &Terms) -> Step {
        let Some(retry) = self.take_retry(seq) else {
            return Step::Wait(self.wake_us());
        };
        if retry.attempts >= terms.max_deliver.max(1) {
            return self.give_up(seq, retry.attempts, now_us, terms);
        }
        self.deliver(seq, retry.attempts + 1, retry.kept, None, now_us, terms)
    }

    fn expired(&mut self, now_us: i64, terms: &Terms) -> Option<Step> {
        if now_us < self.next_deadline_us || self.in_flight.is_empty() {
            return None;
        }
        let late = self.in_flight.iter().find(|(_, f)| f.deadline_us <= now_us);
        let Some((seq, found)) = late.map(|(seq, found)| (*seq, *found)) else {
            let deadlines = self.in_flight.values().map(|f| f.deadline_us);
            self.next_deadline_us = deadlines.min().unwrap_or(i64::MAX);
            return None;
        };
        if found.attempt >= terms.max_deliver.max(1) {
            return Some(self.give_up(seq, found.attempt, now_us, terms));
        }
        Some(self.deliver(seq, found.attempt + 1, found.kept, None, now_us, terms))
    }

    /// It stays under way until its dead letter is written, so that it cannot be lost in between.
    fn give_up(&mut self, seq: Seq, attempts: u32, now_us: i64, terms: &Terms) -> Step {
        self.deliver(seq, attempts, true, None, now_us, terms);
        Step::GiveUp { seq, attempts }
    }

    fn deliver(
        &mut self,
        seq: Seq,
        attempt: u32,
        kept: bool,
        event: Option<Arc<Recorded>>,
        now_us: i64,
        terms: &Terms,
    ) -> Step {
        let deadline_us = now_us.saturating_add(terms.ack_wait_us);
        let found = InFlight {
            attempt,
            deadline_us,
            kept,
        };
        if self.in_flight.is_empty() {
            self.next_deadline_us = deadline_us;
        }
        self.next_deadline_us = self.next_deadline_us.min(deadline_us);
        self.in_flight.insert(seq, found);
        self.dirty = true;
        Step::Deliver {
            seq,
            attempt,
            event,
        }
    }

    fn deadline_us(&self) -> Option<i64> {
        (!self.in_flight.is_empty()).then_some(self.next_deadline_us)
    }

    /// The next time at which something happens by itself.
    fn wake_us(&self) -> Option<i64> {
        let due_us = self.due.first().map(|(due_us, _)| *due_us);
        [self.deadline_us(), due_us].into_iter().flatten().min()
    }

    pub fn scanned_through(&self) -> Seq {
        self.scanned
    }

    /// Takes over what was looked through after `after`; `false` when somebody else did before.
    pub fn scanned(&mut self, after: Seq, page: Page) -> bool {
        if self.scanned != after {
            return false;
        }
        self.scanned = page.through;
        self.ready.extend(page.events);
        self.dirty = true;
        true
    }

    /// Whether the disk may know the message as a retry, so that an acknowledgement must be written there.
    pub fn is_kept(&self, seq: Seq) -> bool {
        let in_flight = self.in_flight.get(&seq).map(|f| f.kept);
        in_flight.unwrap_or_else(|| self.retries.contains_key(&seq))
    }

    /// It was handled; whoever says so, however late. `true` when others may go on because of it.
    pub fn end(&mut self, seq: Seq, terms: &Terms) -> bool {
        let was_full = self.in_flight.len() >= terms.max_in_flight;
        if self.in_flight.remove(&seq).is_none() {
            self.take_retry(seq);
        }
        self.dirty = true;
        was_full
    }

    /// Restarts the time to answer; `false` when the message is no longer with this delivery.
    pub fn extend(&mut self, seq: Seq, attempt: u32, now_us: i64, terms: &Terms) -> bool {
        match self.in_flight.get_mut(&seq) {
            Some(found) if found.attempt == attempt => {
                found.deadline_us = now_us.saturating_add(terms.ack_wait_us);
                true
            }
            _ => false,
        }
    }

    pub fn holds(&self, seq: Seq, attempt: u32) -> bool {
        self.in_flight
            .get(&seq)
            .is_some_and(|f| f.attempt == attempt)
    }

    /// Sets a message aside until `due_us`; the caller writes it to disk.
    pub fn retry(&mut self, seq: Seq, attempts: u32, due_us: i64) {
        self.in_flight.remove(&seq);
        self.take_retry(seq);
        self.wait(seq, attempts, due_us, true);
    }

    fn wait(&mut self, seq: Seq, attempts: u32, due_us: i64, kept: bool) {
        let retry = Retry {
            attempts,
            due_us,
            kept,
        };
        self.retries.insert(seq, retry);
        self.due.insert((due_us, seq));
        self.dirty = true;
    }

    fn take_retry(&mut self, seq: Seq) -> Option<Retry> {
        let retry = self.retries.remove(&seq)?;
        self.due.remove(&(retry.due_us, seq));
        Some(retry)
    }

    /// Everything up to here was handed out at least once.
    pub fn through(&self) -> Seq {
        self.ready
            .front()
            .map_or(self.scanned, |event| event.seq - 1)
    }

    /// Everything up to here was handled or set aside for a retry.
    pub fn acked_through(&self) -> Seq {
        let first = self.in_flight.first_key_value().map(|(seq, _)| seq - 1);
        first.unwrap_or(Seq::MAX).min(self.through())
    }

    /// Messages under way or waiting for a retry.
    pub fn outstanding(&self) -> u64 {
        (self.in_flight.len() + self.retries.len()) as u64
    }

    /// Messages handed out that the disk does not know as retries, with their deliveries so far.
    pub fn unsaved(&self) -> Vec<(Seq, u32)> {
        let in_flight = self.in_flight.iter().map(|(seq, f)| (*seq, f.attempt));
        let retries = self.retries.iter().filter(|(_, r)| !r.kept);
        in_flight
            .chain(retries.map(|(seq, r)| (*seq, r.attempts)))
            .collect()
    }
}

#[cfg(test)]
mod tests;
