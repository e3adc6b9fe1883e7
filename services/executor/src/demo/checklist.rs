//! The agent's plan: steps that are done one after the other.

use agent_client_protocol::v1::schema::{Plan, PlanEntry, PlanEntryPriority, PlanEntryStatus};

/// The plan of one turn.
#[derive(Debug, Default)]
pub(super) struct Checklist {
    steps: Vec<String>,
    /// How many steps are completed.
    done: usize,
    /// Whether the step after the completed ones has begun.
    begun: bool,
}

impl Checklist {
    /// A plan of which nothing is done.
    pub(super) fn new<S: Into<String>>(steps: impl IntoIterator<Item = S>) -> Self {
        Self {
            steps: steps.into_iter().map(Into::into).collect(),
            done: 0,
            begun: false,
        }
    }

    /// Completes the present step, if there is one, and begins the next, if there is one.
    pub(super) fn advance(&mut self) {
        if self.begun {
            self.done += 1;
        }
        self.begun = self.done < self.steps.len();
    }

    /// The plan as the protocol wants it: the whole list, each time.
    pub(super) fn to_plan(&self) -> Plan {
        let entry = |(index, step): (usize, &String)| {
            let status = if index < self.done {
                PlanEntryStatus::Completed
            } else if index == self.done && self.begun {
                PlanEntryStatus::InProgress
            } else {
                PlanEntryStatus::Pending
            };
            PlanEntry::new(step.clone(), PlanEntryPriority::Medium, status)
        };
        Plan::new(self.steps.iter().enumerate().map(entry).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_begun_and_completed_in_order() {
        let mut list = Checklist::new(["a", "b"]);
        let mut seen = Vec::new();
        for _ in 0..3 {
            list.advance();
            seen.push(
                list.to_plan()
                    .entries
                    .into_iter()
                    .map(|it| it.status)
                    .collect::<Vec<_>>(),
            );
        }
        use PlanEntryStatus::{Completed, InProgress, Pending};
        let expected = [
            [InProgress, Pending],
            [Completed, InProgress],
            [Completed, Completed],
        ];
        assert_eq!(seen, expected);
    }
}
