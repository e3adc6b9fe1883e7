//! What a session has used: what was recorded before this run, and what the agent tells of it now.
use crate::runner::{RunUpdate, micro_usd};
use errand_proto::v1;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Shared, so that what was told is known also of a run that is given up.
pub struct Spent {
    before: v1::Usage,
    run: Mutex<Run>,
}

#[derive(Default)]
struct Run {
    usage: v1::Usage,
    /// The agent goes on with the session of a run before this one.
    is_resumed: bool,
    /// The agent's cost has what the runs before this one cost; known once it has told it.
    holds_before: Option<bool>,
}

impl Spent {
    /// `before`: what the session's earlier runs have used.
    pub fn new(before: &v1::Usage) -> Self {
        Self {
            before: *before,
            run: Mutex::default(),
        }
    }

    /// Takes what the agent tells; what it does not tell stays as it was.
    pub fn take(&self, update: &RunUpdate) {
        let mut run = self.lock();
        match update {
            RunUpdate::Started { resumed, .. } => run.is_resumed = *resumed,
            RunUpdate::Usage {
                input_tokens,
                output_tokens,
                context_tokens,
                cost_usd,
                cost_is_of_session,
            } => {
                let usage = &mut run.usage;
                usage.input_tokens = input_tokens.unwrap_or(usage.input_tokens);
                usage.output_tokens = output_tokens.unwrap_or(usage.output_tokens);
                usage.context_tokens = context_tokens.unwrap_or(usage.context_tokens);
                if let Some(cost) = cost_usd.map(micro_usd) {
                    run.usage.cost_micro_usd = cost;
                    if *cost_is_of_session && run.is_resumed {
                        // By the protocol the cost of a resumed session goes on. An agent that begins at nothing again
                        // is known by telling less than was there.
                        let before = self.before.cost_micro_usd;
                        run.holds_before.get_or_insert(cost >= before);
                    }
                }
            }
            _ => {}
        }
    }

    /// What the whole session has used so far.
    pub fn total(&self) -> v1::Usage {
        let (before, run) = (&self.before, self.lock());
        let earlier_cost = match run.holds_before {
            Some(true) => 0,
            _ => before.cost_micro_usd,
        };
        v1::Usage {
            input_tokens: before.input_tokens.saturating_add(run.usage.input_tokens),
            output_tokens: before.output_tokens.saturating_add(run.usage.output_tokens),
            cost_micro_usd: earlier_cost.saturating_add(run.usage.cost_micro_usd),
            context_tokens: match run.usage.context_tokens {
                0 => before.context_tokens,
                now => now,
            },
        }
    }

    /// What the agent has told of this run.
    pub fn of_run(&self) -> v1::Usage {
        self.lock().usage
    }

    fn lock(&self) -> MutexGuard<'_, Run> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before() -> v1::Usage {
        v1::Usage {
            input_tokens: 1_000,
            output_tokens: 100,
            cost_micro_usd: 200_000,
            context_tokens: 900,
        }
    }

    fn resumed(spent: &Spent) {
        spent.take(&RunUpdate::Started {
            agent_name: String::new(),
            agent_version: String::new(),
            agent_session_id: String::new(),
            resumed: true,
            process_group: 1,
        });
    }

    fn tells(spent: &Spent, cost_usd: f64, cost_is_of_session: bool) -> u64 {
        spent.take(&RunUpdate::Usage {
            input_tokens: Some(10),
            output_tokens: None,
            context_tokens: None,
            cost_usd: Some(cost_usd),
            cost_is_of_session,
        });
        spent.total().cost_micro_usd
    }

    #[test]
    fn a_run_after_a_lost_one_adds_to_what_was_spent_before() {
        let spent = Spent::new(&before());
        assert_eq!(spent.total(), before());
        assert_eq!(tells(&spent, 0.3, false), 500_000);
        assert_eq!(tells(&spent, 0.3, false), 500_000);
        let total = spent.total();
        let tokens = (total.input_tokens, total.output_tokens);
        assert_eq!((tokens, total.context_tokens), ((1_010, 100), 900));
        assert_eq!(spent.of_run().cost_micro_usd, 300_000);
    }

    #[test]
    fn an_agent_that_counts_its_whole_session_is_not_counted_twice() {
        let spent = Spent::new(&before());
        resumed(&spent);
        assert_eq!(tells(&spent, 0.25, true), 250_000);
        assert_eq!(tells(&spent, 0.4, true), 400_000);
    }

    #[test]
    fn an_agent_that_begins_at_nothing_again_loses_nothing() {
        let spent = Spent::new(&before());
        resumed(&spent);
        assert_eq!(tells(&spent, 0.01, true), 210_000);
        assert_eq!(tells(&spent, 0.4, true), 600_000);
        let again = Spent::new(&before());
        assert_eq!(tells(&again, 0.25, true), 450_000, "a new session");
    }
}
