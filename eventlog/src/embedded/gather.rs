//! When a commit may wait for those who are about to come.
//!
//! Callers that were answered together come back together, a few microseconds apart. A commit that begins with the
//! first of them leaves the others to wait for a whole sync more: with 64 callers that nearly halves the throughput
//! of a slow disk. So the writer pauses for a small part of what the last sync took, but only when fewer wait than
//! were answered last time: one caller alone never waits.
use std::time::Duration;

/// A pause is at most this part of the last commit.
const SHARE: u32 = 16;
const LONGEST: Duration = Duration::from_micros(200);
/// A shorter pause takes longer than it says.
const SHORTEST: Duration = Duration::from_micros(20);

#[derive(Debug, Default)]
pub(super) struct Gather {
    answered: usize,
    took: Duration,
}

impl Gather {
    /// How long to wait for more when so many callers wait for an answer.
    pub fn pause(&self, waiting: usize) -> Option<Duration> {
        let pause = (self.took / SHARE).min(LONGEST);
        (waiting > 0 && waiting < self.answered && pause >= SHORTEST).then_some(pause)
    }

    pub fn committed(&mut self, answered: usize, took: Duration) {
        self.answered = answered;
        self.took = took;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_caller_alone_never_waits_and_many_wait_a_little() {
        let mut gather = Gather::default();
        assert_eq!(gather.pause(1), None);
        gather.committed(1, Duration::from_millis(4));
        assert_eq!(gather.pause(1), None);
        gather.committed(64, Duration::from_millis(1));
        assert_eq!(gather.pause(3), Some(Duration::from_millis(1) / 16));
        assert_eq!(gather.pause(64), None);
        gather.committed(64, Duration::from_secs(1));
        assert_eq!(gather.pause(3), Some(LONGEST));
        gather.committed(64, Duration::from_micros(100));
        assert_eq!(gather.pause(3), None, "a fast disk is not waited for");
    }
}
