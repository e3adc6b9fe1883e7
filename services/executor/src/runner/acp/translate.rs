//! From the protocol's notifications to updates. Pure: what to hand on is returned, never sent.

use agent_client_protocol::v1::schema::{
    ContentBlock, ContentChunk, Cost, EmbeddedResourceResource, Plan, PlanEntryPriority,
    PlanEntryStatus, SessionUpdate, ToolCall, ToolCallContent, ToolCallStatus,
    ToolCallUpdateFields, ToolKind as AcpToolKind, UsageUpdate,
};
use serde_json::Value;

use super::super::bounded::shorten;
use super::super::coalesce::{Coalescer, TextKind};
use super::super::tool_calls::{ToolCallNews, ToolCalls};
use super::super::update::{PlanPriority, PlanStatus, PlanStep, RunUpdate, ToolKind};

/// Steps of a plan that are kept.
const MAX_PLAN_STEPS: usize = 100;
/// Longest step of a plan.
const MAX_STEP_BYTES: usize = 1000;

/// What is known of a run so far.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    texts: Coalescer,
    calls: ToolCalls,
    usage: Usage,
}

#[derive(Debug, Default, Clone, Copy)]
struct Usage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    context_tokens: Option<u64>,
    cost_usd: Option<f64>,
}

impl Transcript {
    /// Takes one notification and returns what is to be told now. Kinds that mean nothing to a run, and those
    /// that later versions add, tell nothing.
    pub(super) fn record(&mut self, news: SessionUpdate) -> Vec<RunUpdate> {
        match news {
            SessionUpdate::AgentMessageChunk(chunk) => self.text(TextKind::Message, &chunk),
            SessionUpdate::AgentThoughtChunk(chunk) => self.text(TextKind::Thought, &chunk),
            SessionUpdate::ToolCall(call) => {
                let id = call.tool_call_id.to_string();
                let updates = self.calls.news(&id, begun(call));
                self.after_texts(updates)
            }
            SessionUpdate::ToolCallUpdate(update) => {
                let updates = self
                    .calls
                    .news(&update.tool_call_id.to_string(), told(update.fields));
                self.after_texts(updates)
            }
            SessionUpdate::Plan(plan) => self.after_texts(vec![RunUpdate::Plan(steps(plan))]),
            SessionUpdate::UsageUpdate(usage) => {
                let update = self.context_usage(&usage);
                self.after_texts(vec![update])
            }
            _ => Vec::new(),
        }
    }

    /// Closes the open text.
    pub(super) fn flush(&mut self) -> Option<RunUpdate> {
        self.texts.flush()
    }

    /// Adds the tokens of a turn and returns the sum so far.
    pub(super) fn add_turn_usage(&mut self, input_tokens: u64, output_tokens: u64) -> RunUpdate {
        let usage = &mut self.usage;
        usage.input_tokens = Some(usage.input_tokens.unwrap_or_default() + input_tokens);
        usage.output_tokens = Some(usage.output_tokens.unwrap_or_default() + output_tokens);
        usage.update()
    }

    /// The last message of the agent.
    pub(super) fn last_message(&mut self) -> String {
        self.texts.take_last_message().trim().to_owned()
    }

    /// Everything still open, closed.
    pub(super) fn finish(&mut self) -> Vec<RunUpdate> {
        let cut_off = self.calls.cut_off();
        self.after_texts(cut_off)
    }

    fn text(&mut self, kind: TextKind, chunk: &ContentChunk) -> Vec<RunUpdate> {
        let id = chunk.message_id.as_ref().map(ToString::to_string);
        self.texts
            .chunk(kind, id.as_deref(), &text_of(&chunk.content))
    }

    fn after_texts(&mut self, updates: Vec<RunUpdate>) -> Vec<RunUpdate> {
        if updates.is_empty() {
            return updates;
        }
        self.texts.flush().into_iter().chain(updates).collect()
    }

    fn context_usage(&mut self, news: &UsageUpdate) -> RunUpdate {
        self.usage.context_tokens = Some(news.used);
        if let Some(Cost {
            amount, currency, ..
        }) = &news.cost
            && currency.eq_ignore_ascii_case("usd")
        {
            self.usage.cost_usd = Some(*amount);
        }
        self.usage.update()
    }
}

impl Usage {
    const fn update(self) -> RunUpdate {
        RunUpdate::Usage {
            input_tokens: self.input_tokens,
            output_tokens: self.output_tokens,
            context_tokens: self.context_tokens,
            cost_usd: self.cost_usd,
        }
    }
}

fn begun(call: ToolCall) -> ToolCallNews {
    ToolCallNews {
        name: call.name,
        title: Some(call.title),
        kind: Some(tool_kind(call.kind)),
        input: call.raw_input,
        output: output(call.raw_output, Some(&call.content)),
        ended: ended(call.status),
    }
}

fn told(fields: ToolCallUpdateFields) -> ToolCallNews {
    ToolCallNews {
        name: fields.name,
        title: fields.title,
        kind: fields.kind.map(tool_kind),
        input: fields.raw_input,
        output: output(fields.raw_output, fields.content.as_deref()),
        ended: fields.status.and_then(ended),
    }
}

const fn ended(status: ToolCallStatus) -> Option<bool> {
    match status {
        ToolCallStatus::Completed => Some(true),
        ToolCallStatus::Failed => Some(false),
        _ => None,
    }
}

/// The raw output where the agent gives one, else what it shows to people.
fn output(raw: Option<Value>, content: Option<&[ToolCallContent]>) -> Option<String> {
    match raw {
        Some(Value::String(text)) => Some(text),
        Some(Value::Null) | None => content.filter(|blocks| !blocks.is_empty()).map(shown),
        Some(other) => Some(other.to_string()),
    }
}

fn shown(blocks: &[ToolCallContent]) -> String {
    let shown: Vec<String> = blocks
        .iter()
        .map(|block| match block {
            ToolCallContent::Content(content) => text_of(&content.content),
            ToolCallContent::Diff(diff) => {
                format!("{}:\n{}", diff.path.display(), diff.new_text)
            }
            _ => String::new(),
        })
        .collect();
    shown.join("\n")
}

/// The text of a block; what is no text is named in brackets.
pub(super) fn text_of(block: &ContentBlock) -> String {
    match block {
        ContentBlock::Text(text) => text.text.clone(),
        ContentBlock::ResourceLink(link) => format!("[{}]({})", link.name, link.uri),
        ContentBlock::Resource(embedded) => match &embedded.resource {
            EmbeddedResourceResource::TextResourceContents(text) => text.text.clone(),
            _ => "[binary resource]".to_owned(),
        },
        ContentBlock::Image(_) => "[image]".to_owned(),
        ContentBlock::Audio(_) => "[audio]".to_owned(),
        _ => String::new(),
    }
}

pub(super) const fn tool_kind(kind: AcpToolKind) -> ToolKind {
    match kind {
        AcpToolKind::Read => ToolKind::Read,
        AcpToolKind::Edit => ToolKind::Edit,
        AcpToolKind::Delete => ToolKind::Delete,
        AcpToolKind::Move => ToolKind::Move,
        AcpToolKind::Search => ToolKind::Search,
        AcpToolKind::Execute => ToolKind::Execute,
        AcpToolKind::Think => ToolKind::Think,
        AcpToolKind::Fetch => ToolKind::Fetch,
        _ => ToolKind::Other,
    }
}

fn steps(plan: Plan) -> Vec<PlanStep> {
    let step = |entry: agent_client_protocol::v1::schema::PlanEntry| PlanStep {
        content: shorten(&entry.content, MAX_STEP_BYTES),
        status: match entry.status {
            PlanEntryStatus::InProgress => PlanStatus::InProgress,
            PlanEntryStatus::Completed => PlanStatus::Completed,
            _ => PlanStatus::Pending,
        },
        priority: match entry.priority {
            PlanEntryPriority::High => PlanPriority::High,
            PlanEntryPriority::Low => PlanPriority::Low,
            _ => PlanPriority::Medium,
        },
    };
    plan.entries
        .into_iter()
        .take(MAX_PLAN_STEPS)
        .map(step)
        .collect()
}
