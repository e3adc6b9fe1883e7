//! The retry policy: pure. What may pass by itself is tried again, a few times, each time after a longer pause.
use errand_proto::{Outcome, outcome::Retry};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// Each further pause is so many times the one before.
const GROWTH: u32 = 4;
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// How often a kind of agent is tried again by itself, and how soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryLimit {
    pub retries: u32,
    pub first_pause: Duration,
}

/// Two retries: after a minute, and after four more.
impl Default for RetryLimit {
    fn default() -> Self {
        Self {
            retries: 2,
            first_pause: Duration::from_secs(60),
        }
    }
}

impl RetryLimit {
    /// The pause before the next retry after `done` of them; `None` when there is to be none.
    pub fn pause(self, outcome: &str, done: u32) -> Option<Duration> {
        let passes = Outcome::find(outcome).is_some_and(|o| o.retry() == Retry::ByItself);
        (passes && done < self.retries).then(|| {
            let grown = self.first_pause.saturating_mul(GROWTH.saturating_pow(done));
            grown.min(LONGEST_PAUSE.max(self.first_pause))
        })
    }
}

/// The limits of all kinds of agents; a kind that is not listed has the usual one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retries(Arc<BTreeMap<String, RetryLimit>>);

impl Retries {
    pub fn of_kinds(limits: impl IntoIterator<Item = (String, RetryLimit)>) -> Self {
        Self(Arc::new(limits.into_iter().collect()))
    }

    pub fn limit(&self, kind: &str) -> RetryLimit {
        self.0.get(kind).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_the_longest_and_end_with_the_limit() {
        let limit = RetryLimit {
            retries: 5,
            first_pause: Duration::from_secs(30),
        };
        let pauses = (0..=5).map(|done| limit.pause("forge_down", done).map(|p| p.as_secs()));
        let expected = [Some(30), Some(120), Some(480), Some(1920), Some(3600), None];
        assert!(pauses.eq(expected));
    }

    #[test]
    fn what_does_not_pass_by_itself_is_not_tried_again() {
        for outcome in [
            "checks_failed",
            "no_changes",
            "cancelled",
            "of another version",
        ] {
            assert_eq!(RetryLimit::default().pause(outcome, 0), None, "{outcome}");
        }
    }
}
