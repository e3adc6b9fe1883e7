//! What a program may print. A line that is a JSON object of one of these types is taken as that; every other line is
//! taken as text, so a program that knows nothing of this format needs nothing to be run.

use serde::Deserialize;
use serde_json::Value;

use super::super::coalesce::TextKind;
use super::super::tool_calls::ToolCallNews;
use super::super::transcript::{Transcript, Usage};
use super::super::update::{PlanPriority, PlanStatus, PlanStep, RunUpdate, ToolKind};

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line {
    Thinking {
        text: String,
    },
    Text {
        text: String,
    },
    /// A tool call; with `ok` it has ended.
    Tool {
        id: String,
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        input: Option<Value>,
        #[serde(default)]
        output: Option<String>,
        #[serde(default)]
        ok: Option<bool>,
    },
    /// The whole checklist.
    Plan {
        steps: Vec<Step>,
    },
    /// What the whole run has used so far.
    Usage {
        #[serde(default)]
        input_tokens: Option<u64>,
        #[serde(default)]
        output_tokens: Option<u64>,
        #[serde(default)]
        cost_usd: Option<f64>,
    },
}

#[derive(Debug, Deserialize)]
struct Step {
    content: String,
    #[serde(default)]
    status: Status,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    #[default]
    Pending,
    InProgress,
    Completed,
}

/// Takes one line.
pub(super) fn record(told: &mut Transcript, line: &str) -> Vec<RunUpdate> {
    match serde_json::from_str(line) {
        Ok(Line::Thinking { text }) => told.text(TextKind::Thought, None, &format!("{text}\n")),
        Ok(Line::Text { text }) => told.text(TextKind::Message, None, &format!("{text}\n")),
        Ok(Line::Tool {
            id,
            name,
            input,
            output,
            ok,
        }) => {
            let news = ToolCallNews {
                title: name.clone(),
                name,
                kind: Some(ToolKind::Other),
                input,
                output,
                ended: ok,
            };
            told.tool(&id, news)
        }
        Ok(Line::Plan { steps }) => told.plan(steps.into_iter().map(step)),
        Ok(Line::Usage {
            input_tokens,
            output_tokens,
            cost_usd,
        }) => told.usage(Usage {
            input_tokens,
            output_tokens,
            cost_usd,
            ..Usage::default()
        }),
        Err(_) => told.text(TextKind::Message, None, &format!("{line}\n")),
    }
}

fn step(step: Step) -> PlanStep {
    PlanStep {
        content: step.content,
        status: match step.status {
            Status::Pending => PlanStatus::Pending,
            Status::InProgress => PlanStatus::InProgress,
            Status::Completed => PlanStatus::Completed,
        },
        priority: PlanPriority::Medium,
    }
}
