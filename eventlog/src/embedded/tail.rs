//! What was committed lately, in memory, so that readers at the tail never touch SQLite.
use super::limits::PAGE_EVENTS;
use crate::{Filter, Page, Recorded, Seq};
use errand_proto::Subject;
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

/// What an event costs beside its payload, roughly, in bytes.
const EVENT_OVERHEAD_BYTES: usize = 512;

/// The last events of the log without a gap, bounded by number and bytes.
#[derive(Debug)]
pub(super) struct Tail {
    /// Sequence of the oldest event held, or of the next one when there is none.
    first: Seq,
    events: VecDeque<Arc<Recorded>>,
    bytes: usize,
    max_events: usize,
    max_bytes: usize,
    streams: HashMap<Subject, Stretch>,
}

/// The part of one stream that is held.
#[derive(Debug)]
struct Stretch {
    /// The stream's last sequence before the part; 0 when the part is all of it.
    before: Seq,
    seqs: VecDeque<Seq>,
}

impl Tail {
    pub fn new(head: Seq, max_events: usize, max_bytes: usize) -> Self {
        Self {
            first: head + 1,
            events: VecDeque::new(),
            bytes: 0,
            max_events: max_events.max(1),
            max_bytes,
            streams: HashMap::new(),
        }
    }

    fn head(&self) -> Seq {
        self.first + self.events.len() as u64 - 1
    }

    /// Adds the next event; `before` is its stream's last sequence before it.
    pub fn push(&mut self, event: Arc<Recorded>, before: Seq) {
        debug_assert_eq!(event.seq, self.head() + 1, "the log has no gaps");
        let stretch = self
            .streams
            .entry(event.subject.clone())
            .or_insert_with(|| Stretch {
                before,
                seqs: VecDeque::with_capacity(4),
            });
        stretch.seqs.push_back(event.seq);
        self.bytes += cost(&event);
        self.events.push_back(event);
        while self.events.len() > self.max_events || self.bytes > self.max_bytes {
            if !self.pop() {
                break;
            }
        }
    }

    fn pop(&mut self) -> bool {
        let Some(event) = self.events.pop_front() else {
            return false;
        };
        self.first = event.seq + 1;
        self.bytes -= cost(&event);
        if let Some(stretch) = self.streams.get_mut(&event.subject) {
            stretch.seqs.pop_front();
            stretch.before = event.seq;
            if stretch.seqs.is_empty() {
                self.streams.remove(&event.subject);
            }
        }
        true
    }

    pub fn get(&self, seq: Seq) -> Option<Arc<Recorded>> {
        let index = usize::try_from(seq.checked_sub(self.first)?).ok()?;
        self.events.get(index).cloned()
    }

    /// The next events after `after`, or `None` when they are not all held.
    pub fn page(&self, after: Seq, filter: &Filter) -> Option<Page> {
        let skip = usize::try_from((after + 1).checked_sub(self.first)?).ok()?;
        let seen = self.events.len().saturating_sub(skip).min(PAGE_EVENTS);
        let events = self.events.iter().skip(skip).take(seen);
        Some(Page {
            events: events.filter(|e| filter.matches(e)).cloned().collect(),
            through: after + seen as u64,
        })
    }

    /// A stream's events after `after`, or `None` when SQLite must be asked.
    pub fn load(&self, subject: &Subject, after: Seq) -> Option<Vec<Arc<Recorded>>> {
        match self.streams.get(subject) {
            Some(stretch) if after >= stretch.before => {
                let seqs = stretch.seqs.iter().filter(|seq| **seq > after);
                seqs.map(|seq| self.get(*seq)).collect()
            }
            // Nothing of the stream is held, so nothing of it happened since the oldest event held.
            None if after + 1 >= self.first => Some(Vec::new()),
            _ => None,
        }
    }
}

fn cost(event: &Recorded) -> usize {
    event.data.len() + EVENT_OVERHEAD_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded::row::test_event;

    fn tail(max_events: usize, subjects: &[&str]) -> Tail {
        let mut tail = Tail::new(0, max_events, usize::MAX);
        let mut last = HashMap::new();
        for (seq, id) in (1..).zip(subjects) {
            let event = test_event(seq, id);
            let before = last.insert(event.subject.clone(), seq).unwrap_or(0);
            tail.push(Arc::new(event), before);
        }
        tail
    }

    fn seqs(events: &[Arc<Recorded>]) -> Vec<Seq> {
        events.iter().map(|e| e.seq).collect()
    }

    #[test]
    fn a_page_begins_after_the_position_and_tells_how_far_it_came() {
        let tail = tail(10, &["a", "b", "a"]);
        let page = tail.page(1, &Filter::all()).unwrap();
        assert_eq!((seqs(&page.events), page.through), (vec![2, 3], 3));
        let end = tail.page(3, &Filter::all()).unwrap();
        assert_eq!((end.events.len(), end.through), (0, 3));
    }

    #[test]
    fn a_reader_that_fell_behind_is_sent_to_the_database() {
        let tail = tail(2, &["a", "b", "a"]);
        assert!(tail.page(0, &Filter::all()).is_none());
        assert!(tail.page(1, &Filter::all()).is_some());
        assert!(tail.get(1).is_none());
        assert_eq!(tail.get(2).unwrap().seq, 2);
    }

    #[test]
    fn a_stream_is_loaded_from_memory_only_when_all_that_is_asked_for_is_there() {
        let tail = tail(2, &["a", "b", "a"]);
        let (a, b) = (test_event(0, "a").subject, test_event(0, "b").subject);
        assert!(tail.load(&a, 0).is_none(), "event 1 has left the memory");
        assert_eq!(seqs(&tail.load(&a, 1).unwrap()), vec![3]);
        assert_eq!(seqs(&tail.load(&b, 0).unwrap()), vec![2]);
        let unknown = test_event(0, "c").subject;
        assert!(tail.load(&unknown, 0).is_none());
        assert_eq!(tail.load(&unknown, 1).unwrap(), Vec::new());
    }
}
