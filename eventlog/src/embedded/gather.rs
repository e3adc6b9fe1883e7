//! When a commit may wait for those who are about to come.
//!
//! Callers that were answered together come back together, a few microseconds apart. A commit that begins with the
//! first of them leaves the others to wait for a whole sync more: with 64 callers that nearly halves the throughput
//! of a slow disk. So the writer pauses for about as long as the last commit took, but only when several were
//! answered last time and fewer wait now: a caller alone never waits, nor do the few steps of a single spawn.
use std::time::Duration;

/// Fewer callers than this are no crowd.
const CROWD: usize = 4;
const LONGEST: Duration = Duration::from_micros(500);
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
        let crowd = self.answered >= CROWD && waiting > 0 && waiting < self.answered;
        let pause = self.took.min(LONGEST);
        (crowd && pause >= SHORTEST).then_some(pause)
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
    fn a_few_callers_never_wait_and_a_crowd_waits_a_little() {
        let mut gather = Gather::default();
        assert_eq!(gather.pause(1), None);
        gather.committed(2, Duration::from_millis(4));
        assert_eq!(gather.pause(1), None);
        gather.committed(64, Duration::from_micros(300));
        assert_eq!(gather.pause(3), Some(Duration::from_micros(300)));
        assert_eq!(gather.pause(64), None, "everybody is there");
        gather.committed(64, Duration::from_secs(1));
        assert_eq!(gather.pause(3), Some(LONGEST));
        gather.committed(64, Duration::from_micros(10));
        assert_eq!(gather.pause(3), None, "a fast disk is not waited for");
    }
}
