//! What an agent's work has used, in words.
use errand_projections::parts::Usage;

/// Below it a count is written out.
const EXACT_TOKENS: u64 = 10_000;

/// "$0.42"; empty when unknown.
pub fn cost(micro_usd: u64) -> String {
    match micro_usd {
        0 => String::new(),
        1..10_000 => "under $0.01".to_owned(),
        _ => format!(
            "${}.{:02}",
            micro_usd / 1_000_000,
            micro_usd % 1_000_000 / 10_000
        ),
    }
}

/// What one attempt has used so far: its cost, or what is known of it instead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spent {
    /// Empty while the agent has told nothing.
    pub text: String,
    pub meaning: &'static str,
}

impl Spent {
    pub fn of(usage: &Usage) -> Self {
        let told = usage.input_tokens.saturating_add(usage.output_tokens);
        let (text, meaning) = if usage.cost_micro_usd > 0 {
            (cost(usage.cost_micro_usd), "What this attempt has cost")
        } else if told > 0 {
            let text = format!("{} tokens", tokens(told));
            (text, "What this attempt has read and written")
        } else if usage.context_tokens > 0 {
            let text = format!("{} tokens in context", tokens(usage.context_tokens));
            (text, "How much the agent's model has before it now")
        } else {
            (String::new(), "")
        };
        Self { text, meaning }
    }
}

fn tokens(count: u64) -> String {
    match count {
        0..EXACT_TOKENS => count.to_string(),
        _ => format!("{}k", count / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent(input_tokens: u64, cost_micro_usd: u64, context_tokens: u64) -> String {
        Spent::of(&Usage {
            input_tokens,
            cost_micro_usd,
            context_tokens,
            ..Usage::default()
        })
        .text
    }

    #[test]
    fn the_best_known_figure_is_shown() {
        assert_eq!(spent(0, 0, 0), "");
        assert_eq!(spent(0, 0, 34_567), "34k tokens in context");
        assert_eq!(spent(9_999, 0, 34_567), "9999 tokens");
        assert_eq!(spent(12_000, 421_000, 34_567), "$0.42");
        assert_eq!(spent(12_000, 10, 0), "under $0.01");
    }
}
