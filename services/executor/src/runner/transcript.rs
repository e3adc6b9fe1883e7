//! What is known of a run so far, whatever protocol it was told in. Pure: what to hand on is returned, never sent.

use super::coalesce::{Coalescer, TextKind};
use super::request::Price;
use super::tool_calls::{ToolCallNews, ToolCalls};
use super::update::{PlanStep, RunUpdate};

/// Steps of a plan that are kept.
const MAX_PLAN_STEPS: usize = 100;
/// Longest step of a plan.
const MAX_STEP_BYTES: usize = 1000;

/// The run as it was told.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    texts: Coalescer,
    calls: ToolCalls,
    usage: Usage,
    price: Option<Price>,
    turns: u32,
    /// Whether a tool gave something back since the agent spoke last.
    answered: bool,
}

/// What was used so far; what the agent does not tell is `None`.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct Usage {
    pub(super) input_tokens: Option<u64>,
    pub(super) output_tokens: Option<u64>,
    pub(super) context_tokens: Option<u64>,
    pub(super) cost_usd: Option<f64>,
    /// The cost is that of the agent's own session, which may have begun before this run.
    pub(super) cost_is_of_session: bool,
}

impl Transcript {
    pub(super) fn new(price: Option<Price>) -> Self {
        Self {
            price,
            ..Self::default()
        }
    }

    /// Takes a piece of a message or a thought.
    pub(super) fn text(
        &mut self,
        kind: TextKind,
        message_id: Option<&str>,
        text: &str,
    ) -> Vec<RunUpdate> {
        self.spoke();
        self.texts.chunk(kind, message_id, text)
    }

    /// Takes news about the tool call `id`.
    pub(super) fn tool(&mut self, id: &str, news: ToolCallNews) -> Vec<RunUpdate> {
        if self.calls.is_new(id) {
            self.spoke();
        }
        self.answered |= news.ended.is_some();
        let updates = self.calls.news(id, news);
        self.after_texts(updates)
    }

    /// Takes the whole checklist.
    pub(super) fn plan(&mut self, steps: impl IntoIterator<Item = PlanStep>) -> Vec<RunUpdate> {
        let bounded = |step: PlanStep| PlanStep {
            content: super::bounded::shorten(&step.content, MAX_STEP_BYTES),
            ..step
        };
        let steps = steps.into_iter().take(MAX_PLAN_STEPS).map(bounded);
        let plan = RunUpdate::Plan(steps.collect());
        self.after_texts(vec![plan])
    }

    /// Takes what is known of the usage now; a figure that is `None` stays as it was. Agents tell it in the middle of
    /// their texts, which go on afterwards.
    pub(super) fn usage(&mut self, news: Usage) -> Vec<RunUpdate> {
        let before = self.usage;
        self.usage = Usage {
            input_tokens: news.input_tokens.or(before.input_tokens),
            output_tokens: news.output_tokens.or(before.output_tokens),
            context_tokens: news.context_tokens.or(before.context_tokens),
            cost_usd: news.cost_usd.or(before.cost_usd),
            cost_is_of_session: news.cost_is_of_session || before.cost_is_of_session,
        };
        let update = RunUpdate::Usage {
            input_tokens: self.usage.input_tokens,
            output_tokens: self.usage.output_tokens,
            context_tokens: self.usage.context_tokens,
            cost_usd: self.cost_usd(),
            cost_is_of_session: self.usage.cost_is_of_session,
        };
        vec![update]
    }

    /// Adds the tokens of a turn, or of a message that is whole, to those before.
    pub(super) fn add_tokens(&mut self, input: u64, output: u64) -> Vec<RunUpdate> {
        let update = self.usage(Usage {
            input_tokens: Some(self.usage.input_tokens.unwrap_or_default() + input),
            output_tokens: Some(self.usage.output_tokens.unwrap_or_default() + output),
            ..Usage::default()
        });
        self.after_texts(update)
    }

    /// The cost as the agent tells it, else as its tokens are priced.
    pub(super) fn cost_usd(&self) -> Option<f64> {
        let tokens = || {
            let input = self.usage.input_tokens?;
            Some(self.price?.of(input, self.usage.output_tokens?))
        };
        self.usage.cost_usd.or_else(tokens)
    }

    /// Rounds in which the agent spoke or called tools.
    pub(super) const fn turns(&self) -> u32 {
        self.turns
    }

    /// Closes the open text.
    pub(super) fn flush(&mut self) -> Option<RunUpdate> {
        self.texts.flush()
    }

    /// The last message of the agent.
    pub(super) fn last_message(&mut self) -> String {
        self.texts.take_last_message().trim().to_owned()
    }

    /// Everything still open, closed.
    pub(super) fn finish(&mut self) -> Vec<RunUpdate> {
        let cut_off = self.calls.cut_off();
        self.texts.flush().into_iter().chain(cut_off).collect()
    }

    fn spoke(&mut self) {
        if self.turns == 0 || std::mem::take(&mut self.answered) {
            self.turns += 1;
        }
    }

    fn after_texts(&mut self, updates: Vec<RunUpdate>) -> Vec<RunUpdate> {
        if updates.is_empty() {
            return updates;
        }
        self.texts.flush().into_iter().chain(updates).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun() -> ToolCallNews {
        ToolCallNews::default()
    }

    fn ended() -> ToolCallNews {
        ToolCallNews {
            ended: Some(true),
            ..begun()
        }
    }

    #[test]
    fn a_turn_begins_when_the_agent_speaks_after_its_tools() {
        let mut transcript = Transcript::default();
        transcript.text(TextKind::Thought, None, "two files");
        transcript.tool("1", begun());
        transcript.tool("2", begun());
        assert_eq!(transcript.turns(), 1);
        transcript.tool("1", ended());
        transcript.tool("2", ended());
        assert_eq!(transcript.turns(), 1);
        transcript.text(TextKind::Message, None, "done");
        transcript.text(TextKind::Message, None, ", all of it");
        assert_eq!(transcript.turns(), 2);
    }

    #[test]
    fn a_figure_in_the_middle_of_a_message_does_not_cut_it_in_two() {
        let mut transcript = Transcript::default();
        transcript.text(TextKind::Message, None, "one ");
        let told = transcript.usage(Usage {
            cost_usd: Some(0.1),
            ..Usage::default()
        });
        assert!(matches!(told[..], [RunUpdate::Usage { .. }]), "{told:?}");
        transcript.text(TextKind::Message, None, "message");
        assert_eq!(transcript.last_message(), "one message");
    }

    #[test]
    fn tokens_are_priced_until_the_agent_tells_its_cost() {
        let price = Price {
            input: 3.0,
            output: 15.0,
        };
        let mut transcript = Transcript::new(Some(price));
        transcript.add_tokens(100_000, 1_000);
        transcript.add_tokens(100_000, 1_000);
        assert_eq!(transcript.cost_usd(), Some(0.63));
        transcript.usage(Usage {
            cost_usd: Some(0.5),
            ..Usage::default()
        });
        assert_eq!(transcript.cost_usd(), Some(0.5));
    }
}
